"""A source tried on a page: the items as they would come in, and what would not."""

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict
from threading import BoundedSemaphore
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Response

from digest.bootstrap import App
from digest.errors import SourceError
from digest.gather.fetching.fetch import Fetcher
from digest.gather.items.reading import Reading
from digest.gather.trial import kind_at, named_at, try_source
from digest.model.campaigns.campaign import PageSelectors, Source, SourceKind
from digest.model.posts.item_fields import fields_in_words
from digest.model.posts.items import Event, Item
from digest.model.roles import Right
from digest.schedule.campaign_making import name_for
from digest.store.campaigns.campaigns import StoredCampaign
from digest.web import limits
from digest.web.desk.campaigns.campaign_pages import CampaignPages
from digest.web.desk.campaigns.form.new_source import SELECTORS
from digest.web.desk.campaigns.form.targets import of_new_source
from digest.web.doors.rights import needs
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
# Others are on the machine itself, whose files are not for a page to read.
_KINDS = {kind.value: kind for kind in SourceKind if not kind.is_on_disk}
# Which Digest finds out by what stands there, and says.
_UNKNOWN = ("", "Find out by itself")
_SCHEMES = ("https://", "http://", "webcal://", "webcals://")
# As a browser shows it and people say it: example.org/news
_WITHOUT_SCHEME = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?(/\S*)?")
_APART = ("title", "kind", "key")


def routes(of_campaigns: CampaignPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/campaigns/{name}/sources/try")
    # Each may wait for a slow server, and the pages have only so many threads.
    places = BoundedSemaphore(limits.TRIALS_AT_ONCE)

    @router.api_route("", methods=_READ)
    @needs(Right.EDIT)
    def show(name: str, then: str = "") -> Response:
        typed = {"kind": "", "then": then}
        return _page(of_campaigns, of_campaigns.stored(name), typed)

    @router.post("")
    @needs(Right.EDIT)
    def trial(name: str, form: Form) -> Response:
        stored = of_campaigns.stored(name)
        form = {**form, "address": _whole(form.get("address", ""))}
        if faults := _faults(form):
            return _page(of_campaigns, stored, form, faults)
        if not places.acquire(blocking=False):
            busy = "Others are trying sources just now: press the button again soon"
            return _page(of_campaigns, stored, form, {"": busy})
        digest = of_campaigns.digest
        try:
            zone = stored.campaign.timezone
            source, reading = _tried(digest, form, zone)
        except SourceError as problem:
            return _page(of_campaigns, stored, form, {"address": str(problem)})
        finally:
            places.release()
        others = {each.name for each in stored.campaign.sources}
        keeping = _to_keep(source, form.get("then", ""), others)
        content = _content(reading, zone) | keeping
        content["found"] = "" if form.get("kind") else source.kind.value
        content["named"] = source.location != form["address"] and source.location
        typed = {**form, "kind": source.kind.value, "address": source.location}
        return _page(of_campaigns, stored, typed, result=content)

    return router


def _whole(address: str) -> str:
    """Return an address as it is asked for: browsers leave out what it begins with."""
    address = address.strip()
    return f"https://{address}" if _WITHOUT_SCHEME.fullmatch(address) else address


def _faults(form: FormFields) -> dict[str, str]:
    """Return what is wrong with what was typed, by field."""
    faults = {}
    if form.get("kind", "") not in ("", *_KINDS):
        faults["kind"] = "Choose what stands at the address"
    if not form["address"].casefold().startswith(_SCHEMES):
        faults["address"] = "Type the whole address, like https://example.org/news"
    return faults


def _tried(digest: App, form: FormFields, zone: str) -> tuple[Source, Reading]:
    """Return what came of trying, and of which source.

    People paste the address of their site: where that holds no posts and names a feed,
    it is the feed that they mean. Raises SourceError where nothing comes of it.
    """
    source, now = _source(form, digest.fetcher), digest.now()
    try:
        return source, try_source(source, digest.fetcher, zone, now, limits.TRIAL_ITEMS)
    except SourceError:
        if form.get("kind") or source.kind is not SourceKind.PAGE:
            raise
        named = named_at(source.location, digest.fetcher)
        if named is None:
            raise
    source = Source("source", named.kind, named.url)
    return source, try_source(source, digest.fetcher, zone, now, limits.TRIAL_ITEMS)


def _source(form: FormFields, fetcher: Fetcher) -> Source:
    """Return what is to be tried. Raises SourceError where that cannot be found out."""
    address = form["address"]
    kind = _KINDS.get(form.get("kind", "")) or kind_at(address, fetcher)
    is_page = kind is SourceKind.PAGE
    chosen = {part: form.get(part, "").strip() for part in SELECTORS if is_page}
    return Source("source", kind, address, select=PageSelectors(**chosen))


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
        then="start" if form.get("then") == "start" else "",
        kinds=[_UNKNOWN, *((kind, kind.capitalize()) for kind in _KINDS)],
        parts=SELECTORS,
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
        "skipped": [(not each.is_part, str(each)) for each in reading.skipped[:most]],
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


def _to_keep(source: Source, then: str, others: Collection[str]) -> dict[str, Any]:
    """Return the form that adds a source as it was tried, already filled in.

    Its name is of its site, and no other source's: a site has a blog and a calendar.
    """
    target = of_new_source(source.kind, asdict(source.select))
    host = urlsplit(source.location).hostname or ""
    name = name_for(host.removeprefix("www.").rpartition(".")[0] or "source")
    names = (name, f"{name}-{source.kind}", *(f"{name}-{n}" for n in range(2, 99)))
    name = next((each for each in names if each not in others), "")
    typed = {"name": name, "url": source.location, "topics": "", "moderated": ""}
    # Who begins wants something to look at.
    typed["first"] = "5" if then == "start" else "now"
    return {"fields": target.fields, "boxes": typed, "hidden": list(target.hidden())}
