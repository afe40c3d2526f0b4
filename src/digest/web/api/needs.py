"""What helps people read or understand: recorded, asked about again in time, ended."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from digest.audience.needs.recording import due_by, record_need, review_need
from digest.audience.subject_access import find
from digest.bootstrap import App
from digest.model.roles import Scope
from digest.store.people import needs
from digest.store.people.needs import PersonNeed
from digest.web import limits
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import NEXT, Most, page_of
from digest.web.parts.inputs import RowId
from digest.web.parts.routing import PageRouter


class ShownNeed(BaseModel):
    """A need of somebody's in their words, and when they are to be asked again."""

    id: int
    person: int
    name: str
    words: str
    may_share: bool
    recorded_at: datetime
    review_on: date
    ended_at: datetime | None


class NewNeed(BaseModel):
    """What helps somebody, in their words."""

    model_config = ConfigDict(extra="forbid")

    words: Annotated[str, Field(min_length=1, max_length=limits.API_WORDS_CHARACTERS)]
    may_share: Annotated[
        bool,
        Field(description="Whether who prints, posts or phones may be told."),
    ] = False
    review_on: Annotated[
        date | None, Field(description="When to ask again; in a year if unsaid.")
    ] = None


class NeedReview(BaseModel):
    """That a need is as it was, and when to ask again: in a year if unsaid."""

    model_config = ConfigDict(extra="forbid")

    review_on: date | None = None


class NeedQuery(BaseModel):
    """Which: those that are to be asked about soon, the longest due first."""

    after: Annotated[RowId | None, Query(description="Those behind this need.")] = None
    limit: Most = 50


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/v1", route_class=ApiRequestRoute, tags=["People"])

    @router.get("/people/{person_id}/needs")
    @asks(Scope.PEOPLE)
    def of_person(person_id: RowId) -> list[ShownNeed]:
        """List what helps somebody, and what did."""
        with digest.reading() as connection:
            person = find(connection, str(person_id))
            return [_view(each) for each in needs.of_person(connection, person.id)]

    @router.post("/people/{person_id}/needs", status_code=201)
    @asks(Scope.CHANGE_PEOPLE)
    def record(request: Request, person_id: RowId, new: NewNeed) -> ShownNeed:
        """Keep what helps somebody, in their words."""
        with actor_of(request, digest).writing() as connection:
            number = record_need(
                connection,
                str(person_id),
                new.words,
                new.review_on.isoformat() if new.review_on else "",
                digest.now(),
                may_share=new.may_share,
                zone=digest.settings.timezone,
            )
            return _view(needs.with_id(connection, number))

    @router.get("/needs", responses=NEXT)
    @asks(Scope.PEOPLE)
    def due(
        which: Annotated[NeedQuery, Query()], request: Request, response: Response
    ) -> list[ShownNeed]:
        """List the needs that people are to be asked about again."""
        by = due_by(digest.now(), digest.settings.timezone)
        with digest.reading() as connection:
            after = needs.with_id(connection, which.after) if which.after else None
            rows = needs.due(connection, by, which.limit + 1, after)
        views = [_view(row) for row in rows]
        return page_of(views, which.limit, request, response, after="id")

    _add_acts(router, digest)
    return router


def _add_acts(router: APIRouter, digest: App) -> None:
    @router.post("/needs/{need_id}/review")
    @asks(Scope.CHANGE_PEOPLE)
    def review(request: Request, need_id: RowId, wish: NeedReview) -> ShownNeed:
        """Keep that it is as it was, and when to ask again."""
        day = wish.review_on.isoformat() if wish.review_on else ""
        zone = digest.settings.timezone
        with actor_of(request, digest).writing() as connection:
            review_need(connection, need_id, day, digest.now(), zone)
            return _view(needs.with_id(connection, need_id))

    @router.post("/needs/{need_id}/end")
    @asks(Scope.CHANGE_PEOPLE)
    def end(request: Request, need_id: RowId) -> ShownNeed:
        """Have it be a need no more; it stays in their history."""
        with actor_of(request, digest).writing() as connection:
            needs.end(connection, need_id, digest.now())
            return _view(needs.with_id(connection, need_id))

    @router.post("/needs/{need_id}/reopen")
    @asks(Scope.CHANGE_PEOPLE)
    def reopen(request: Request, need_id: RowId) -> ShownNeed:
        """Have it be a need again."""
        with actor_of(request, digest).writing() as connection:
            needs.reopen(connection, need_id, digest.now())
            return _view(needs.with_id(connection, need_id))


def _view(each: PersonNeed) -> ShownNeed:
    return ShownNeed(
        id=each.id,
        person=each.subscriber_id,
        name=each.name,
        words=each.words,
        may_share=each.may_share,
        recorded_at=each.recorded_at,
        review_on=each.review_on,
        ended_at=each.ended_at,
    )
