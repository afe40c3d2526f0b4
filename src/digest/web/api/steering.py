"""The open edition: what is in it, its words, its order, as a reader would get it."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.exceptions import HTTPException

from digest.bootstrap import App
from digest.errors import EditionConflict
from digest.model.editions.steering import SteeredEdition
from digest.model.formats import preview_named
from digest.model.roles import Scope
from digest.schedule.editions.steering.contents import EditionContents, contents
from digest.schedule.editions.steering.steer import Steer
from digest.web import limits
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.problems import documented
from digest.web.api.parts.versions import (
    VERSIONED,
    IfMatch,
    etag,
    optional_version,
    required_version,
)
from digest.web.parts.edition_places import EditionPlace
from digest.web.parts.inputs import Number, RowId
from digest.web.parts.pages import document
from digest.web.parts.routing import PageRouter

_PREVIEW: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document, of the preview's own kind.",
        "content": {
            kind: {"schema": {"type": "string"}}
            for kind in ("text/html", "text/plain", "message/rfc822", "application/pdf")
        },
    }
}
_Words = Annotated[str, Field(max_length=limits.API_TEXT_CHARACTERS)]
_Ids = Annotated[list[RowId], Field(max_length=limits.API_NUMBERS)]
AsReader = Annotated[
    str,
    Query(
        alias="as",
        max_length=320,
        description="As that reader gets it: an email address, a whole name or a "
        "number. For keys that may see people.",
    ),
]


class EditionLine(BaseModel):
    """The subject, or the line after it; `is_own` where staff wrote it."""

    words: str
    is_own: bool
    width: int


class EditionPost(BaseModel):
    """A post in it."""

    id: int
    title: str
    pinned: bool


class EditionEvent(BaseModel):
    """An event in it."""

    id: int
    title: str


class LeftOverItem(BaseModel):
    """What is left for the next edition."""

    id: int
    title: str
    taken_out: bool


class EventToCome(BaseModel):
    """An event that its list of what is on may have, and whether it has it."""

    id: int
    title: str
    starts: datetime
    mark: str
    listed: bool


class OpenEditionContents(BaseModel):
    """What an open edition holds, in order, with its words."""

    campaign: str
    schedule: str
    edition: int | None
    slot: datetime
    version: int
    subject: EditionLine
    preheader: EditionLine
    note: str
    posts: list[EditionPost]
    events: list[EditionEvent]
    left_over: list[LeftOverItem]
    whats_on: list[EventToCome]


class EditionWords(BaseModel):
    """All its words: those of its emails' heads, and the note in Markdown."""

    model_config = ConfigDict(extra="forbid")

    subject: _Words = ""
    preheader: _Words = ""
    note: _Words = ""


class ArrangeRequest(BaseModel):
    """One act on one post or event of it; `place` is for a move, 1 being the first."""

    model_config = ConfigDict(extra="forbid")

    act: Literal["move", "pin", "unpin", "drop", "put-back"]
    post: RowId
    place: Number | None = None

    @model_validator(mode="after")
    def _has_place(self) -> "ArrangeRequest":
        if (self.act == "move") != (self.place is not None):
            raise ValueError("a move says its place, and nothing else does")
        return self


class EventChoice(BaseModel):
    """Which events its list of what is on has, and which it does not."""

    model_config = ConfigDict(extra="forbid")

    listed: _Ids = []
    unlisted: _Ids = []


class SteeredVersion(BaseModel):
    """How often it was changed, and what was done."""

    version: int
    done: str = ""


def of_schedule(name: str, schedule: str) -> EditionPlace:
    """Return the open edition of a schedule."""
    return EditionPlace.of_schedule(name, schedule)


def of_number(edition_id: RowId) -> EditionPlace:
    """Return the edition of a number: one that was called back can be changed."""
    return EditionPlace.of_number(edition_id)


def routes(digest: App) -> APIRouter:
    """Return the routes, of the open edition of a schedule and of one by number."""
    router = PageRouter(prefix="/v1", route_class=ApiRequestRoute, tags=["Editions"])
    for prefix, where in (
        ("/campaigns/{name}/schedules/{schedule}/open", Depends(of_schedule)),
        ("/editions/{edition_id}", Depends(of_number)),
    ):
        _add_looking(router, digest, prefix, where)
        _add_steering(router, digest, prefix, where)
    return router


def _add_looking(router: APIRouter, digest: App, prefix: str, where: Any) -> None:
    @router.get(f"{prefix}/contents", responses=VERSIONED)
    @asks(Scope.READ)
    def show(response: Response, place: EditionPlace = where) -> OpenEditionContents:
        """Show what is in it, in order, with its words; its ETag is its version."""
        inside = contents(digest.engine, place.what, place.schedule, digest.now())
        response.headers["ETag"] = etag(_version_of(inside))
        return OpenEditionContents.model_validate(inside.facts())

    @router.get(
        f"{prefix}/previews/{{preview}}", responses=_PREVIEW, response_class=Response
    )
    @asks(Scope.READ)
    def preview(
        request: Request,
        preview: str,
        who: AsReader = "",
        place: EditionPlace = where,
    ) -> Response:
        """Return it as a reader gets it, in the format of that name."""
        reader = _reader(digest, request, who)
        kind = preview_named(preview)[1].media_type if _is_preview(preview) else ""
        rendition = digest.previews.of(place.what, place.schedule, preview, reader)
        return document(kind, rendition.content)


def _add_steering(router: APIRouter, digest: App, prefix: str, where: Any) -> None:
    @router.put(f"{prefix}/words", responses=documented(412, 428))
    @asks(Scope.ARRANGE)
    def write(
        request: Request,
        words: EditionWords,
        if_match: IfMatch = None,
        place: EditionPlace = where,
    ) -> SteeredVersion:
        """Have all its words be these; an empty line is made from the content."""
        hand = _hand(digest, request, place, required_version(if_match))
        steered = hand.words(**words.model_dump())
        return SteeredVersion(version=steered.version)

    @router.post(f"{prefix}/arrange", responses=documented(412))
    @asks(Scope.ARRANGE)
    def arrange(
        request: Request,
        wanted: ArrangeRequest,
        if_match: IfMatch = None,
        place: EditionPlace = where,
    ) -> SteeredVersion:
        """Move, pin, unpin, take out or put back one of its posts."""
        hand = _hand(digest, request, place, optional_version(if_match))
        return SteeredVersion(version=_arranged(hand, wanted).version)

    @router.put(f"{prefix}/events", responses=documented(412))
    @asks(Scope.ARRANGE)
    def list_events(
        request: Request,
        chosen: EventChoice,
        if_match: IfMatch = None,
        place: EditionPlace = where,
    ) -> SteeredVersion:
        """Say which events to come its list of what is on has."""
        hand = _hand(digest, request, place, optional_version(if_match))
        steered = hand.list_events(chosen.listed, chosen.unlisted)
        return SteeredVersion(version=steered.version)

    @router.post(f"{prefix}/undo", responses=documented(412))
    @asks(Scope.ARRANGE)
    def undo(
        request: Request, if_match: IfMatch = None, place: EditionPlace = where
    ) -> SteeredVersion:
        """Take back the latest change of it."""
        hand = _hand(digest, request, place, optional_version(if_match))
        steered, words = hand.undo()
        return SteeredVersion(version=steered.version, done=words)


def _arranged(hand: Steer, wanted: ArrangeRequest) -> SteeredEdition:
    match wanted.act:
        case "move":
            return hand.move(wanted.post, wanted.place or 1)
        case "pin":
            return hand.pin(wanted.post)
        case "unpin":
            return hand.unpin(wanted.post)
        case "drop":
            return hand.drop(wanted.post)
        case "put-back":
            return hand.put_back(wanted.post)


def _hand(
    digest: App, request: Request, place: EditionPlace, version: str | None
) -> Steer:
    """Return a hand on the edition, at the version that was seen."""
    number, slot = _read_version(version)
    program = actor_of(request, digest)
    by = request.state.key.actor
    now = digest.now()
    return Steer(program.engine, place.what, place.schedule, by, now, number, slot)


def _version_of(inside: EditionContents) -> str:
    slot = inside.edition.slot.timestamp()
    return f"{inside.steered.version}.{slot:.0f}"


def _read_version(version: str | None) -> tuple[int | None, datetime | None]:
    if version is None:
        return None, None
    number, _, slot = version.partition(".")
    try:
        return int(number), datetime.fromtimestamp(int(slot), UTC)
    except (ValueError, OverflowError, OSError) as problem:
        words = "that is no version of it: take the ETag of its contents"
        raise EditionConflict(words) from problem


def _reader(digest: App, request: Request, who: str) -> int | None:
    if not who:
        return None
    if Scope.PEOPLE not in request.state.key.scopes:
        words = "This key may see no readers: look at it as a sample reader"
        raise HTTPException(403, words)
    return digest.subscriber_id(who)


def _is_preview(name: str) -> bool:
    try:
        preview_named(name)
    except ValueError:
        return False
    return True
