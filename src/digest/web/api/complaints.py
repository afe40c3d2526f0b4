"""Complaints about how people's data is used: taken in, answered and closed in time."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from digest.audience.complaints import handling
from digest.audience.complaints.handling import ComplaintForm
from digest.audience.subject_access import find
from digest.bootstrap import App
from digest.model.people.data_complaints import ComplaintChannel, ComplaintOutcome
from digest.model.roles import Scope
from digest.store.people.complaints import data_complaints
from digest.store.people.complaints.data_complaints import DataComplaint
from digest.web import limits
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import NEXT, Most, page_of
from digest.web.parts.inputs import RowId
from digest.web.parts.routing import PageRouter

_Words = Annotated[str, Field(min_length=1, max_length=limits.COMPLAINT_CHARACTERS)]
_Line = Annotated[str, Field(max_length=limits.API_WORDS_CHARACTERS)]


class ShownComplaint(BaseModel):
    """A complaint, what was done, and by when what is left of it is due."""

    id: int
    person: Annotated[
        int | None, Field(description="Whose it is, where they are held.")
    ]
    name: str
    contact: Annotated[str, Field(description="How an answer reaches them.")]
    channel: ComplaintChannel
    received_on: date
    words: str
    acknowledge_by: date
    acknowledged_on: date | None
    answer_by: date
    answered_on: date | None
    answer: str
    closed_at: datetime | None
    outcome: ComplaintOutcome | None


class NewComplaint(BaseModel):
    """A complaint that came in, in the words of who complains."""

    model_config = ConfigDict(extra="forbid")

    words: _Words
    channel: ComplaintChannel
    received_on: Annotated[
        date | None, Field(description="When it came; today if unsaid.")
    ] = None
    person: Annotated[RowId | None, Field(description="Whose it is, if held.")] = None
    name: _Line = ""
    contact: _Line = ""


class ComplaintReceipt(BaseModel):
    """That who complained was told that we have it: today, if no day is said."""

    model_config = ConfigDict(extra="forbid")

    on: date | None = None
    answer_by: Annotated[
        date | None, Field(description="By when they are answered, if later.")
    ] = None


class ComplaintAnswer(BaseModel):
    """What was done, and what who complained was told: today, if no day is said."""

    model_config = ConfigDict(extra="forbid")

    words: _Words
    on: date | None = None


class ComplaintClosing(BaseModel):
    """What a complaint came to."""

    model_config = ConfigDict(extra="forbid")

    outcome: ComplaintOutcome


class ComplaintOwner(BaseModel):
    """Whose complaint it is."""

    model_config = ConfigDict(extra="forbid")

    person: RowId


class ComplaintQuery(BaseModel):
    """Which: those that are closed, the latest first, a page at a time."""

    before: Annotated[RowId, Query(description="Those with a lower number.")] = 0
    limit: Most = 50


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/v1", route_class=ApiRequestRoute, tags=["People"])

    @router.get("/complaints")
    @asks(Scope.PEOPLE)
    def opened() -> list[ShownComplaint]:
        """List complaints that are open, what is due first at the top."""
        with digest.reading() as connection:
            rows = data_complaints.listed(connection, limits.API_ITEMS)
        return [_view(row) for row in rows]

    @router.get("/complaints/closed", responses=NEXT)
    @asks(Scope.PEOPLE)
    def closed(
        which: Annotated[ComplaintQuery, Query()], request: Request, response: Response
    ) -> list[ShownComplaint]:
        """List complaints that are closed, the latest first."""
        with digest.reading() as connection:
            rows = data_complaints.listed(
                connection, which.limit + 1, are_closed=True, before=which.before
            )
        views = [_view(row) for row in rows]
        return page_of(views, which.limit, request, response, before="id")

    @router.get("/people/{person_id}/complaints")
    @asks(Scope.PEOPLE)
    def of_person(person_id: RowId) -> list[ShownComplaint]:
        """List what somebody complained of."""
        with digest.reading() as connection:
            person = find(connection, str(person_id))
            rows = data_complaints.of_person(connection, person.id)
        return [_view(row) for row in rows]

    @router.post("/complaints", status_code=201)
    @asks(Scope.CHANGE_PEOPLE)
    def take_in(request: Request, new: NewComplaint) -> ShownComplaint:
        """Put a complaint into the log."""
        form = ComplaintForm(
            new.words,
            new.channel,
            _day(new.received_on),
            "" if new.person is None else str(new.person),
            new.name,
            new.contact,
        )
        with actor_of(request, digest).writing() as connection:
            zone = digest.settings.timezone
            number = handling.take_in(connection, form, digest.now(), zone)
            return _view(data_complaints.with_id(connection, number))

    _add_acts(router, digest)
    return router


def _add_acts(router: APIRouter, digest: App) -> None:
    @router.post("/complaints/{complaint_id}/acknowledge")
    @asks(Scope.CHANGE_PEOPLE)
    def acknowledge(
        request: Request, complaint_id: RowId, wish: ComplaintReceipt
    ) -> ShownComplaint:
        """Keep that who complained was told that we have it."""
        days = _day(wish.on), _day(wish.answer_by)
        with actor_of(request, digest).writing() as connection:
            now, zone = digest.now(), digest.settings.timezone
            handling.acknowledge(connection, complaint_id, *days, now, zone=zone)
            return _view(data_complaints.with_id(connection, complaint_id))

    @router.post("/complaints/{complaint_id}/answer")
    @asks(Scope.CHANGE_PEOPLE)
    def answer(
        request: Request, complaint_id: RowId, wish: ComplaintAnswer
    ) -> ShownComplaint:
        """Keep what was done, and what who complained was told."""
        words, day = wish.words, _day(wish.on)
        with actor_of(request, digest).writing() as connection:
            now, zone = digest.now(), digest.settings.timezone
            handling.answer(connection, complaint_id, words, day, now, zone=zone)
            return _view(data_complaints.with_id(connection, complaint_id))

    @router.post("/complaints/{complaint_id}/close")
    @asks(Scope.CHANGE_PEOPLE)
    def close(
        request: Request, complaint_id: RowId, wish: ComplaintClosing
    ) -> ShownComplaint:
        """Close one that was answered, or taken back."""
        with actor_of(request, digest).writing() as connection:
            handling.close(connection, complaint_id, wish.outcome, digest.now())
            return _view(data_complaints.with_id(connection, complaint_id))

    @router.post("/complaints/{complaint_id}/reopen")
    @asks(Scope.CHANGE_PEOPLE)
    def reopen(request: Request, complaint_id: RowId) -> ShownComplaint:
        """Open one again that was closed."""
        with actor_of(request, digest).writing() as connection:
            data_complaints.reopen(connection, complaint_id, digest.now())
            return _view(data_complaints.with_id(connection, complaint_id))

    @router.post("/complaints/{complaint_id}/of")
    @asks(Scope.CHANGE_PEOPLE)
    def assign(
        request: Request, complaint_id: RowId, wish: ComplaintOwner
    ) -> ShownComplaint:
        """Keep whose complaint it is, once that is known."""
        who = str(wish.person)
        with actor_of(request, digest).writing() as connection:
            handling.assign(connection, complaint_id, who, digest.now())
            return _view(data_complaints.with_id(connection, complaint_id))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _view(each: DataComplaint) -> ShownComplaint:
    return ShownComplaint(
        id=each.id,
        person=each.subscriber_id,
        name=each.name,
        contact=each.contact,
        channel=each.channel,
        received_on=each.received_on,
        words=each.words,
        acknowledge_by=each.acknowledge_by,
        acknowledged_on=each.acknowledged_on,
        answer_by=each.answer_by,
        answered_on=each.answered_on,
        answer=each.answer,
        closed_at=each.closed_at,
        outcome=each.outcome,
    )
