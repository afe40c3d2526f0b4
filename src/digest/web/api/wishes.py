"""What people ask for: to pause, the posts so far, to leave, never to hear from us."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from digest.audience import catching_up, pausing, unsubscribing
from digest.audience.subject_access import find
from digest.audience.suppressing import SuppressionLift, lift
from digest.audience.suppressing import suppress as suppress_person
from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.people.departure import DepartureAsker, LeavingMeans, LeavingRequest
from digest.model.roles import Scope
from digest.store.people import subscriptions
from digest.store.reports import overview
from digest.web import limits
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.parts.inputs import Number, RowId
from digest.web.parts.routing import PageRouter

_Name = Annotated[
    str, Field(min_length=1, max_length=80, examples=["lantern-week", "readers"])
]


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PauseRequest(_Wish):
    """Until when, the first day on which they get it again; of one campaign or all."""

    until: date
    campaign: _Name | None = None
    catch_up: Annotated[
        bool, Field(description="Whether they then get what came meanwhile.")
    ] = True


class ResumeRequest(_Wish):
    """Of one campaign or all; with what came meanwhile, or as was said at the pause."""

    campaign: _Name | None = None
    catch_up: bool | None = None


class CatchUp(_Wish):
    """Which posts so far their next edition brings: all, from a day on, the last."""

    campaign: _Name
    since: date | None = None
    last: Number | None = None


class OneCampaign(_Wish):
    """Which campaign."""

    campaign: _Name


class LeaveRequest(OneCampaign):
    """How they said so, who asked, and on which day; today if unsaid."""

    means: Literal["phone", "letter", "visit"]
    asker: DepartureAsker = DepartureAsker.THEMSELVES
    on: date | None = None


class SuppressRequest(_Wish):
    """Why, in words that name nobody: it outlives them."""

    reason: Annotated[str, Field(min_length=1, max_length=limits.REASON_CHARACTERS)]


class LiftRequest(_Wish):
    """Which reason is taken back, and how they asked for that, naming nobody."""

    reason: Annotated[
        str,
        Field(
            max_length=limits.LIFTED_REASON_CHARACTERS,
            description="Where there are several.",
        ),
    ] = ""
    request: Annotated[
        str,
        Field(
            max_length=limits.REASON_CHARACTERS,
            description="For what is theirs to take back: how and when they asked.",
        ),
    ] = ""


class ErasureRequest(_Wish):
    """That they asked for it: it cannot be undone."""

    sure: Literal[True]


class NewList(_Wish):
    """A mailing list to make."""

    name: _Name


class OnList(_Wish):
    """Whom it is about."""

    person: RowId


class PersonChange(BaseModel):
    """Whether it changed anything: it may have been so already."""

    person: int
    changed: bool


class PausedReading(BaseModel):
    """A campaign they get nothing of before that day, and how many copies it kept."""

    campaign: str
    back_on: date
    copies: int
    changed: bool


class PostsToCome(BaseModel):
    """What their next edition brings of what came before."""

    campaign: str
    titles: list[str]


class SilencedPerson(BaseModel):
    """By which channels they are not written to any more."""

    person: int
    channels: list[str]


class ShownList(BaseModel):
    """A mailing list: how many are on it, and how many not any more."""

    name: str
    subscribed: int
    ended: int


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(
        prefix="/v1/people/{person_id}", route_class=ApiRequestRoute, tags=["People"]
    )
    _add_pausing(router, digest)
    _add_leaving(router, digest)
    _add_ending(router, digest)
    return router


def list_routes(digest: App) -> APIRouter:
    """Return the routes of mailing lists."""
    router = PageRouter(prefix="/v1/lists", route_class=ApiRequestRoute, tags=["Lists"])

    @router.get("")
    @asks(Scope.READ)
    def every() -> list[ShownList]:
        """List the mailing lists, with how many are on each."""
        with digest.reading() as connection:
            names = subscriptions.names(connection)
            return [_list(connection, name) for name in names]

    @router.post("")
    @asks(Scope.CHANGE_PEOPLE)
    def create(request: Request, new: NewList) -> ShownList:
        """Make a mailing list; one that is there already is left as it is."""
        with actor_of(request, digest).writing() as connection:
            subscriptions.create_list(connection, new.name, digest.now())
            return _list(connection, new.name)

    @router.post("/{list_name}/remove")
    @asks(Scope.CHANGE_PEOPLE)
    def remove(request: Request, list_name: str, whom: OnList) -> PersonChange:
        """Take somebody off a mailing list; leaving a campaign is another thing."""
        with actor_of(request, digest).writing() as connection:
            list_id = subscriptions.list_id(connection, list_name)
            if list_id is None:
                raise NotFound(f"there is no list called {list_name}")
            person = find(connection, str(whom.person))
            reason = subscriptions.TAKEN_OFF
            ended = subscriptions.end(
                connection, person.id, [list_id], reason, digest.now()
            )
        return PersonChange(person=whom.person, changed=bool(ended))

    return router


def _list(connection: Connection, name: str) -> ShownList:
    counts = overview.list_counts(connection, name)
    return ShownList(name=name, subscribed=counts["subscribed"], ended=counts["left"])


def _add_pausing(router: APIRouter, digest: App) -> None:
    @router.post("/pause")
    @asks(Scope.CHANGE_PEOPLE)
    def pause(
        request: Request, person_id: RowId, wish: PauseRequest
    ) -> list[PausedReading]:
        """Have somebody get nothing until a day, by any channel; they stay a reader."""
        with actor_of(request, digest).writing() as connection:
            paused = pausing.pause(
                connection,
                str(person_id),
                wish.until.isoformat(),
                digest.now(),
                campaign=wish.campaign,
                catch_up=wish.catch_up,
                zone=digest.settings.timezone,
            )
        return [
            PausedReading(
                campaign=each.campaign.name,
                back_on=each.back_on,
                copies=each.copies,
                changed=each.has_changed,
            )
            for each in paused
        ]

    @router.post("/resume")
    @asks(Scope.CHANGE_PEOPLE)
    def resume(request: Request, person_id: RowId, wish: ResumeRequest) -> PersonChange:
        """End somebody's pause now: the next edition goes to them."""
        with actor_of(request, digest).writing() as connection:
            ended = pausing.resume(
                connection,
                str(person_id),
                digest.now(),
                campaign=wish.campaign,
                catch_up=wish.catch_up,
            )
        return PersonChange(person=person_id, changed=bool(ended))

    @router.post("/catch-up")
    @asks(Scope.CHANGE_PEOPLE)
    def catch_up(request: Request, person_id: RowId, wish: CatchUp) -> PostsToCome:
        """Have somebody's next edition bring posts so far that they have not had."""
        with actor_of(request, digest).writing() as connection:
            earlier = catching_up.catch_up(
                connection,
                str(person_id),
                wish.campaign,
                digest.now(),
                since=wish.since.isoformat() if wish.since else None,
                last=wish.last,
            )
        return PostsToCome(campaign=wish.campaign, titles=list(earlier.titles))

    @router.post("/catch-up/undo")
    @asks(Scope.CHANGE_PEOPLE)
    def take_back(
        request: Request, person_id: RowId, wish: OneCampaign
    ) -> PersonChange:
        """Have their next edition bring what is new alone, if none has left yet."""
        with actor_of(request, digest).writing() as connection:
            changed = catching_up.take_back(
                connection, str(person_id), wish.campaign, digest.now()
            )
        return PersonChange(person=person_id, changed=changed)


def _add_leaving(router: APIRouter, digest: App) -> None:
    @router.post("/leave")
    @asks(Scope.CHANGE_PEOPLE)
    def leave(request: Request, person_id: RowId, wish: LeaveRequest) -> PersonChange:
        """Have somebody leave a campaign, for good, as they said; no list ends."""
        on = wish.on.isoformat() if wish.on else ""
        request_of_theirs = LeavingRequest(LeavingMeans(wish.means), wish.asker, on)
        with actor_of(request, digest).writing() as connection:
            changed = unsubscribing.leave_as_told(
                connection,
                str(person_id),
                wish.campaign,
                request_of_theirs,
                digest.now(),
            )
        return PersonChange(person=person_id, changed=changed)

    @router.post("/leave/undo")
    @asks(Scope.CHANGE_PEOPLE)
    def undo_leaving(
        request: Request, person_id: RowId, wish: OneCampaign
    ) -> PersonChange:
        """Undo what was told by mistake: they stay, and go on from their place."""
        with actor_of(request, digest).writing() as connection:
            changed = unsubscribing.undo_leaving(
                connection, str(person_id), wish.campaign, digest.now()
            )
        return PersonChange(person=person_id, changed=changed)


def _add_ending(router: APIRouter, digest: App) -> None:
    @router.post("/suppress")
    @asks(Scope.CHANGE_PEOPLE)
    def suppress(
        request: Request, person_id: RowId, wish: SuppressRequest
    ) -> SilencedPerson:
        """Stop writing to somebody, whatever list they are on."""
        with actor_of(request, digest).writing() as connection:
            channels = suppress_person(
                connection, digest.hasher, str(person_id), wish.reason, digest.now()
            )
        return SilencedPerson(person=person_id, channels=list(channels))

    @router.post("/suppress/undo")
    @asks(Scope.CHANGE_PEOPLE)
    def write_again(
        request: Request, person_id: RowId, wish: LiftRequest | None = None
    ) -> PersonChange:
        """Take one reason back why somebody is not written to; the others stand."""
        which = SuppressionLift(wish.reason, wish.request) if wish else None
        with actor_of(request, digest).writing() as connection:
            lifted = lift(
                connection, digest.hasher, str(person_id), digest.now(), which
            )
        return PersonChange(person=person_id, changed=bool(lifted))

    @router.post("/erase")
    @asks(Scope.CHANGE_PEOPLE)
    def erase(
        request: Request, person_id: RowId, _wish: ErasureRequest
    ) -> SilencedPerson:
        """Erase somebody's personal data; they are never written to again."""
        [erased] = actor_of(request, digest).erasures.erase(str(person_id)).erased
        return SilencedPerson(person=person_id, channels=list(erased.channels))
