"""The forms in which staff add, edit and correct posts and events."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection, Row

from digest.errors import DigestError, NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.posts.item_json import fingerprint, item_from_wire
from digest.model.posts.items import Event, Item
from digest.store.campaigns import campaigns
from digest.store.posts import by_hand, corrections, editing, log
from digest.web.desk.posts.listing import LogPages
from digest.web.desk.posts.post_form import (
    Faults,
    ItemKind,
    edited,
    kind_of,
    read,
    typed_of,
)
from digest.web.doors.sign_in import to_sign_in
from digest.web.parts.numbers import RowId
from digest.web.parts.typed import Typed, typed_in

_READ = ["GET", "HEAD"]
# For a fault of the form as a whole.
_WHOLE = ""
_SIGNED_OUT = (
    "You are signed out. Sign in on another page, then press the button again: what "
    "you typed is still here"
)
_CHANGED = (
    "Somebody else, or its source, has changed this since you opened it. Look at it "
    "on another page; press the button again to have it as it is here"
)
_AS_IT_WAS = "Change what is to be put right: readers have all of this"
Typing = Annotated[Typed, Depends(typed_in)]
_log = logging.getLogger(__name__)


class Change(StrEnum):
    """What a form does with a post that is there already."""

    EDIT = "edit"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form as it is shown; `version` tells whether its post has changed since.

    `item_id` is the post that it is to `change`, 0 for a new one.
    """

    kind: ItemKind
    campaign: Campaign
    zone: str
    typed: Typed
    item_id: int = 0
    change: Change | None = None
    version: str = ""


class _NotTaken(Exception):  # noqa: N818 - what became of what was typed
    def __init__(self, faults: Faults) -> None:
        super().__init__("not taken")
        self.faults = faults


def routes(desk: LogPages) -> APIRouter:
    """Return the routes; who is not signed in is sent there first."""
    router = APIRouter(prefix="/desk")
    new = "/log/{name}/new/{kind}"

    @router.api_route(new, methods=_READ)
    def begin(request: Request, name: str, kind: ItemKind) -> Response:
        return _begun(desk, request, _empty(desk, name, kind))

    @router.post(new)
    def add(request: Request, name: str, kind: ItemKind, typed: Typing) -> Response:
        form = replace(_empty(desk, name, kind), typed=typed)
        return _kept(desk, request, form, _add)

    for change in Change:
        _add_routes(router, desk, change)
    return router


def _add_routes(router: APIRouter, desk: LogPages, change: Change) -> None:
    there = f"/posts/{{item_id}}/{change}"

    @router.api_route(there, methods=_READ)
    def show(request: Request, item_id: RowId) -> Response:
        return _begun(desk, request, _filled(desk, item_id, change))

    @router.post(there)
    def save(request: Request, item_id: RowId, typed: Typing) -> Response:
        form = replace(_filled(desk, item_id, change), typed=typed)
        return _kept(desk, request, form, _change)


def _empty(desk: LogPages, name: str, kind: ItemKind) -> ShownForm:
    with desk.digest.reading() as connection:
        campaign = campaigns.by_name(connection, name).campaign
    return ShownForm(kind, campaign, campaign.timezone, {})


def _filled(desk: LogPages, item_id: int, change: Change) -> ShownForm:
    with desk.digest.reading() as connection:
        row = log.row_of(connection, item_id)
        campaign = campaigns.load(connection, row.campaign_id)
    item = _subject(row, change)
    zone = item.zone if isinstance(item, Event) else campaign.timezone
    typed, version = typed_of(item, zone), fingerprint(item)
    return ShownForm(kind_of(item), campaign, zone, typed, item_id, change, version)


def _subject(row: Row[Any], change: Change | None) -> Item:
    is_edit = change is Change.EDIT
    return item_from_wire(row.content) if is_edit else corrections.proposed(row)


def _begun(desk: LogPages, request: Request, form: ShownForm) -> Response:
    if desk.staff.of(request) is None:
        return to_sign_in(request.url.path)
    return _shown(desk, request, form, {}, 200)


def _kept(
    desk: LogPages,
    request: Request,
    form: ShownForm,
    keep: Callable[[Connection, ShownForm, datetime], tuple[int, str]],
) -> Response:
    """Keep what was typed and go to its post, or show it again with what is wrong."""
    key = desk.staff.of(request)
    if key is None:
        return _shown(desk, request, form, {_WHOLE: _SIGNED_OUT}, 401)
    try:
        with desk.digest.writing() as connection:
            item_id, done = keep(connection, form, desk.digest.now())
    except _NotTaken as problem:
        return _shown(desk, request, form, problem.faults, 422)
    except NotFound:
        raise
    except DigestError as problem:
        return _shown(desk, request, form, {_WHOLE: str(problem)}, 409)
    _log.info("post written id=%s outcome=%s key=%s", item_id, done, key.id)
    return RedirectResponse(f"/desk/posts/{item_id}?done={done}", 303)


def _add(connection: Connection, form: ShownForm, now: datetime) -> tuple[int, str]:
    item = _taken(read(form.kind, form.typed, form.zone))
    stored = campaigns.by_name(connection, form.campaign.name)
    added = by_hand.add(connection, stored, by_hand.keyed(item), now)
    return added.id, added.outcome


def _change(connection: Connection, form: ShownForm, now: datetime) -> tuple[int, str]:
    row = log.locked(connection, form.item_id)
    before = _subject(row, form.change)
    if form.typed.get("version") != fingerprint(before):
        raise _NotTaken({_WHOLE: _CHANGED})
    left = _taken(edited(before, form.typed, form.zone))
    if form.change is Change.EDIT:
        done = editing.edit(connection, form.item_id, lambda _as_it_is: left)
        return form.item_id, "changed" if done else "nothing"
    if left == before and row.revision is None:
        raise _NotTaken({_WHOLE: _AS_IT_WAS})
    return corrections.correct(connection, form.item_id, now, left), "correct"


def _taken(found: Item | Faults) -> Item:
    if isinstance(found, dict):
        raise _NotTaken(found)
    return found


def _shown(
    desk: LogPages, request: Request, form: ShownForm, faults: Faults, status: int
) -> Response:
    return desk.shown(
        request, "post_form.html", form=form, faults=faults, status=status
    )
