"""A source tried on a page: the items as they would come in, and what would not."""

import json
from collections.abc import Mapping
from dataclasses import fields
from threading import BoundedSemaphore
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from digest.errors import SourceError
from digest.gather.items.reading import Reading
from digest.gather.trial import try_source
from digest.model.campaigns.campaign import PageSelectors, Source, SourceKind
from digest.model.posts.item_fields import fields_in_words
from digest.model.posts.items import Event, Item
from digest.model.roles import Right
from digest.store.campaigns.campaigns import StoredCampaign
from digest.web import limits
from digest.web.desk.campaigns.campaign_pages import CampaignPages
from digest.web.doors.rights import needs
from digest.web.parts.inputs import FormFields, form_fields

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
# Others are on the machine itself, whose files are not for a page to read.
_KINDS = {kind.value: kind for kind in SourceKind if not kind.is_on_disk}
_SCHEMES = ("https://", "http://", "webcal://", "webcals://")
_PARTS = tuple(field.name for field in fields(PageSelectors))
_APART = ("title", "kind", "key")


def routes(of_campaigns: CampaignPages) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/desk/campaigns/{name}/sources/try")
    # Each may wait for a slow server, and the pages have only so many threads.
    places = BoundedSemaphore(limits.TRIALS_AT_ONCE)

    @router.api_route("", methods=_READ)
    @needs(Right.EDIT)
    def show(name: str) -> Response:
        return _page(of_campaigns, of_campaigns.stored(name), {"kind": "feed"})

    @router.post("")
    @needs(Right.EDIT)
    def trial(name: str, form: Form) -> Response:
        stored = of_campaigns.stored(name)
        source, faults = _source(form)
        if source is None:
            return _page(of_campaigns, stored, form, faults)
        if not places.acquire(blocking=False):
            busy = "Others are trying sources just now: press the button again soon"
            return _page(of_campaigns, stored, form, {"": busy})
        digest = of_campaigns.digest
        try:
            zone = stored.campaign.timezone
            most = limits.TRIAL_ITEMS
            reading = try_source(source, digest.fetcher, zone, digest.now(), most)
        except SourceError as problem:
            return _page(of_campaigns, stored, form, {"address": str(problem)})
        finally:
            places.release()
        content = _content(reading, zone) | {"lines": _in_the_file(source)}
        return _page(of_campaigns, stored, form, result=content)

    return router


def _source(form: FormFields) -> tuple[Source | None, dict[str, str]]:
    """Return what is to be tried, or what is wrong by field."""
    kind, address = _KINDS.get(form.get("kind", "")), form.get("address", "").strip()
    faults = {} if kind else {"kind": "Choose what stands at the address"}
    if not address.casefold().startswith(_SCHEMES):
        faults["address"] = "Type the whole address, like https://example.org/news"
    if kind is None or faults:
        return None, faults
    is_page = kind is SourceKind.PAGE
    chosen = {part: form.get(part, "").strip() for part in _PARTS if is_page}
    return Source("source", kind, address, select=PageSelectors(**chosen)), {}


def _page(
    of_campaigns: CampaignPages,
    stored: StoredCampaign,
    form: FormFields,
    faults: Mapping[str, str] | None = None,
    result: dict[str, Any] | None = None,
) -> Response:
    return of_campaigns.page(
        "try.html",
        campaign=stored.campaign,
        status=422 if faults else 200,
        typed=dict(form),
        faults=faults or {},
        kinds=[(kind, kind.capitalize()) for kind in _KINDS],
        parts=_PARTS,
        result=result,
    )


def _content(reading: Reading, zone: str) -> dict[str, Any]:
    """Return what a trial brought, of very many the first."""
    most, items = limits.TRIAL_ITEMS, reading.items
    identity = reading.identity
    return {
        "posts": sum(not isinstance(item, Event) for item in items),
        "events": sum(isinstance(item, Event) for item in items),
        "first_items": [_item(item, reading, zone) for item in items[:most]],
        "more": max(len(items) - most, 0),
        "notes": reading.notes[:most],
        "skipped": [str(item) for item in reading.skipped[:most]],
        "more_skipped": max(len(reading.skipped) - most, 0),
        "counts_places": identity is not None and identity.counts_places,
    }


def _item(item: Item, reading: Reading, zone: str) -> dict[str, Any]:
    origins = reading.origins.get(item.key, {})
    words = fields_in_words(item, zone)
    composed = reading.identity.composed if reading.identity else frozenset()
    return {
        "title": item.title or "Without a title",
        "is_event": isinstance(item, Event),
        "fields": [
            (name.replace("_", " ").capitalize(), text, origins.get(name, ""))
            for name, text in words.items()
            if name not in _APART
        ],
        "title_origin": origins.get("title", ""),
        "key": item.key,
        "has_no_id": item.key in composed,
    }


def _in_the_file(source: Source) -> str:
    """Return the lines that a campaign file names such a source by."""

    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    lines = ["[[source]]", 'name = "…"', f'kind = "{source.kind}"']
    lines.append(f"url = {quoted(source.location)}")
    chosen = {part: getattr(source.select, part) for part in _PARTS}
    pairs = [f"{part} = {quoted(css)}" for part, css in chosen.items() if css]
    return "\n".join(
        [*lines, *([f"select = {{ {', '.join(pairs)} }}"] if pairs else [])]
    )
