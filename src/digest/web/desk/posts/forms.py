"""The forms in which staff add, edit and correct posts and events."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection, Row

from digest.errors import DigestError, NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.posts.blocks import Picture
from digest.model.posts.item_json import fingerprint, item_from_json
from digest.model.posts.items import Event, Item, Post
from digest.model.roles import Right
from digest.store.campaigns import campaigns
from digest.store.posts import (
    by_hand,
    corrections,
    editing,
    item_pictures,
    listing,
    log,
)
from digest.store.staff import audit
from digest.store.staff.accounts import Account
from digest.web.desk.posts.actions import actions_on
from digest.web.desk.posts.post_form import (
    Faults,
    ItemKind,
    edited,
    fields_of,
    kind_of,
    read,
)
from digest.web.desk.posts.post_pages import PostPages
from digest.web.doors.rights import Staff, needs
from digest.web.parts.edition_places import EditionPlace
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.merged_forms import (
    MergedForm,
    last_act,
    merged,
    others_change,
    read_fields,
)
from digest.web.parts.routing import PageRouter

_READ = ["GET", "HEAD"]
# For a fault of the form as a whole.
_WHOLE = ""
_AS_IT_WAS = "Change what is to be put right: readers have all of this"
# What each field is called on the form.
_LABELS: Mapping[str, str] = {
    "title": "Title",
    "text": "Text",
    "summary": "Summary",
    "url": "Address of the page that tells more",
    "topics": "Topics",
    "author": "Who wrote it",
    "role": "Their role",
    "organisation": "Their organisation",
    "published_day": "When it was written, the day",
    "published_time": "When it was written, the time",
    "picture": "Address of the picture",
    "picture_alt": "What the picture shows",
    "picture_decorative": "Whether the picture only decorates",
    "picture_caption": "Caption",
    "starts_day": "When it starts, the day",
    "starts_time": "When it starts, the time",
    "ends_day": "When it ends, the day",
    "ends_time": "When it ends, the time",
    "place": "Where",
    "joining_url": "Address to join online",
    "booking_phone": "Telephone number to book or ask",
    "status": "Whether it has been called off",
}
Typing = Annotated[FormFields, Depends(form_fields)]
# The number of an edition, or the schedule whose open one it is.
FromEdition = Annotated[str, Query(max_length=80)]
_log = logging.getLogger(__name__)


class Change(StrEnum):
    """What a form does with a post that is there already."""

    EDIT = "edit"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class PostForm:
    """A form as it is shown; `version` tells whether its post has changed since.

    `item_id` is the post that it is to `change`, 0 for a new one, and `place` the
    edition from whose page it was opened. Words that an edition carries are fixed.
    `title` is what the post is called, `source` where it is from, and `picture` the
    address of our copy of its picture; each "" where there is none. `read` is what its
    fields say as they are read, after the act of the number `newest`.
    """

    kind: ItemKind
    campaign: Campaign
    zone: str
    typed: FormFields
    item_id: int = 0
    change: Change | None = None
    version: str = ""
    place: EditionPlace | None = None
    is_fixed: bool = False
    title: str = ""
    source: str = ""
    picture: str = ""
    is_edited: bool = False
    read: Sequence[tuple[str, str]] = ()
    newest: int = 0


class _ChangedMeanwhile(Exception):  # noqa: N818 - what became of what was typed
    def __init__(self, form: MergedForm) -> None:
        super().__init__("changed meanwhile")
        self.form = form


class _RefusedForm(Exception):  # noqa: N818 - what became of what was typed
    def __init__(self, faults: Faults) -> None:
        super().__init__("refused")
        self.faults = faults


def routes(posts: PostPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk")
    new = "/log/{name}/new/{kind}"

    @router.api_route(new, methods=_READ)
    @needs(Right.EDIT)
    def begin(name: str, kind: ItemKind) -> Response:
        return _form_page(posts, _empty(posts, name, kind), {}, 200)

    @router.post(new)
    @needs(Right.EDIT)
    def add(staff: Staff, name: str, kind: ItemKind, typed: Typing) -> Response:
        form = replace(_empty(posts, name, kind), typed=typed)
        return _save(posts, staff, form, _add)

    for change in Change:
        _add_routes(router, posts, change)
    return router


def _add_routes(router: APIRouter, posts: PostPages, change: Change) -> None:
    there = f"/posts/{{item_id}}/{change}"

    @router.api_route(there, methods=_READ)
    @needs(Right.EDIT)
    def show(item_id: RowId, edition: FromEdition = "") -> Response:
        form = _filled(posts, item_id, change, edition)
        if change is Change.EDIT and form.place and form.is_fixed:
            # Its words are fixed; the form of a correction says what that means.
            there = f"/desk/posts/{item_id}/{Change.CORRECTION}"
            return RedirectResponse(f"{there}?{urlencode({'edition': edition})}", 303)
        return _form_page(posts, form, {}, 200)

    @router.post(there)
    @needs(Right.EDIT)
    def save(
        staff: Staff, item_id: RowId, typed: Typing, edition: FromEdition = ""
    ) -> Response:
        form = replace(_filled(posts, item_id, change, edition), typed=typed)
        return _save(posts, staff, form, _change)


def _empty(posts: PostPages, name: str, kind: ItemKind) -> PostForm:
    with posts.digest.reading() as connection:
        campaign = campaigns.by_name(connection, name).campaign
    return PostForm(kind, campaign, campaign.timezone, {})


def _filled(posts: PostPages, item_id: int, change: Change, edition: str) -> PostForm:
    with posts.digest.reading() as connection:
        row = log.row_of(connection, item_id)
        campaign = campaigns.load(connection, row.campaign_id)
        entry = listing.get(connection, row.campaign_id, item_id)
        pictures = item_pictures.of_item(connection, item_id)
        acts = audit.about(connection, f"post {item_id}")
    item = _subject(row, change)
    zone = item.zone if isinstance(item, Event) else campaign.timezone
    typed, version = fields_of(item, zone), fingerprint(item)
    place = EditionPlace.named(campaign.name, edition) if edition else None
    kind = kind_of(item)
    form = PostForm(kind, campaign, zone, typed, item_id, change, version)
    return replace(
        form,
        place=place,
        is_fixed=entry.is_carried,
        title=entry.title,
        source=entry.source,
        picture=_picture_of(item_id, item, pictures),
        is_edited="revert" in actions_on(entry, may_be_restored=False),
        read=read_fields(typed, typed),
        newest=acts[0].id if acts else 0,
    )


def _picture_of(item_id: int, item: Item, pictures: Sequence[Picture]) -> str:
    """Return the address of our copy of a post's own picture, "" where we have none."""
    own = item.picture if isinstance(item, Post) else None
    for number, picture in enumerate(pictures, start=1):
        if own and picture.src == own.src and picture.copy_name:
            return f"/desk/posts/{item_id}/pictures/{number}"
    return ""


def _subject(row: Row[Any], change: Change | None) -> Item:
    is_edit = change is Change.EDIT
    return item_from_json(row.content) if is_edit else corrections.proposed(row)


def _save(
    posts: PostPages,
    staff: Account,
    form: PostForm,
    store: Callable[[Connection, PostForm, datetime], tuple[int, str]],
) -> Response:
    """Store what was typed and go to its post, or show it again with what is wrong."""
    try:
        with posts.digest.acting_as(staff.actor).writing() as connection:
            item_id, done = store(connection, form, posts.digest.now())
    except _ChangedMeanwhile as moved:
        return _moved_page(posts, form, moved.form)
    except _RefusedForm as problem:
        return _form_page(posts, form, problem.faults, 422)
    except NotFound:
        raise
    except DigestError as problem:
        return _form_page(posts, form, {_WHOLE: str(problem)}, 409)
    _log.info("post written id=%s outcome=%s account=%s", item_id, done, staff.id)
    if form.place:
        return RedirectResponse(form.place.address_of(item_id, done), 303)
    return RedirectResponse(f"/desk/posts/{item_id}?done={done}", 303)


def _add(connection: Connection, form: PostForm, now: datetime) -> tuple[int, str]:
    """Add the post; return its id, and what became of it."""
    item = _without_faults(read(form.kind, form.typed, form.zone))
    stored = campaigns.by_name(connection, form.campaign.name)
    added = by_hand.add(connection, stored, by_hand.keyed(item), now)
    return added.id, added.outcome


def _change(connection: Connection, form: PostForm, now: datetime) -> tuple[int, str]:
    row = log.locked(connection, form.item_id)
    before = _subject(row, form.change)
    is_as_read = form.typed.get("version") == fingerprint(before)
    fields = fields_of(before, form.zone)
    mine = merged(form.typed, fields, fields, is_as_read=is_as_read)
    if not is_as_read:
        raise _ChangedMeanwhile(mine)
    after = _without_faults(edited(before, mine.fields, form.zone))
    if form.change is Change.EDIT:
        done = editing.edit(connection, form.item_id, lambda _before: after, now)
        return form.item_id, "changed" if done else "nothing"
    if after == before and row.revision is None:
        raise _RefusedForm({_WHOLE: _AS_IT_WAS})
    return corrections.correct(connection, form.item_id, now, after), "correct"


def _without_faults(result: Item | Faults) -> Item:
    if isinstance(result, dict):
        raise _RefusedForm(result)
    return result


def _moved_page(posts: PostPages, form: PostForm, mine: MergedForm) -> Response:
    """Return the form anew, with what was typed and what others did meanwhile."""
    with posts.digest.reading() as connection:
        acts = audit.about(connection, f"post {form.item_id}")
    since = last_act(form.typed)
    others = others_change(acts, since, mine.clashes, _LABELS, form.campaign.timezone)
    return posts.page(
        "desk/posts/form.html",
        form=replace(form, typed=mine.fields),
        faults={},
        others=others,
        status=409,
    )


def _form_page(
    posts: PostPages, form: PostForm, faults: Faults, status: int
) -> Response:
    return posts.page(
        "desk/posts/form.html", form=form, faults=faults, others=None, status=status
    )
