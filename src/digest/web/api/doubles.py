"""People who may be held twice: listed with why, said to be two, or made one."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from digest.audience.doubles.merging import merge
from digest.audience.doubles.possible import (
    PossibleDouble,
    ask_again,
    possible_doubles,
    tell_apart,
)
from digest.audience.doubles.undoing import undo_latest
from digest.bootstrap import App
from digest.model.people.likeness import DoubleSign
from digest.model.people.merging import MERGE_FIELDS
from digest.model.roles import Scope
from digest.store.people.doubles.finding import DoublePair
from digest.web import limits
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import NEXT, Most, page_of
from digest.web.api.wishes import PersonChange
from digest.web.parts.inputs import RowId
from digest.web.parts.routing import PageRouter


class ListedDouble(BaseModel):
    """Two people who may be one, the one held for longer first; the surest sign first.

    `place` is where the pair stands in the list of all.
    """

    first: int
    second: int
    names: tuple[str, str]
    signs: list[DoubleSign]
    place: str


class DoubleQuery(BaseModel):
    """Which pairs: all unless said, the surest first."""

    after: Annotated[
        str,
        Query(
            max_length=limits.SEARCH_CHARACTERS,
            description="Those behind the pair of this `place`.",
        ),
    ] = ""
    limit: Most = 50


class OtherPerson(BaseModel):
    """The other of two people."""

    model_config = ConfigDict(extra="forbid")

    other: RowId


class MergeRequest(OtherPerson):
    """Who is to be one with them, and which fields are taken of who that is."""

    take: list[Literal[*MERGE_FIELDS]] = []  # type: ignore[valid-type]


class MergedNumbers(BaseModel):
    """The number that is kept, the other, and by what they are not written to."""

    survivor: int
    absorbed: int
    suppressed: dict[str, str] = {}


def routes(digest: App) -> APIRouter:
    """Return the routes; they go before those of a person's number."""
    router = PageRouter(
        prefix="/v1/people", route_class=ApiRequestRoute, tags=["People"]
    )

    @router.get("/doubles", responses=NEXT)
    @asks(Scope.PEOPLE)
    def doubles(
        which: Annotated[DoubleQuery, Query()], request: Request, response: Response
    ) -> list[ListedDouble]:
        """List people who may be one person held twice, and why."""
        after = DoublePair.at(which.after)
        with digest.reading() as connection:
            rows = possible_doubles(connection, which.limit + 1, after)
        views = [_view(row) for row in rows]
        return page_of(views, which.limit, request, response, after="place")

    @router.post("/{person_id}/apart")
    @asks(Scope.CHANGE_PEOPLE)
    def apart(request: Request, person_id: RowId, wish: OtherPerson) -> PersonChange:
        """Keep that two are not the same person: they are not offered again."""
        with actor_of(request, digest).writing() as connection:
            changed = tell_apart(
                connection, str(person_id), str(wish.other), digest.now()
            )
        return PersonChange(person=person_id, changed=changed)

    @router.post("/{person_id}/apart/undo")
    @asks(Scope.CHANGE_PEOPLE)
    def undo(request: Request, person_id: RowId, wish: OtherPerson) -> PersonChange:
        """Have the two be offered as possible doubles again."""
        with actor_of(request, digest).writing() as connection:
            changed = ask_again(
                connection, str(person_id), str(wish.other), digest.now()
            )
        return PersonChange(person=person_id, changed=changed)

    _add_merging(router, digest)
    return router


def _add_merging(router: APIRouter, digest: App) -> None:
    @router.post("/{person_id}/merge")
    @asks(Scope.CHANGE_PEOPLE)
    def join(request: Request, person_id: RowId, wish: MergeRequest) -> MergedNumbers:
        """Make another one person with them, whose number is kept."""
        with actor_of(request, digest).writing() as connection:
            merged = merge(
                connection,
                digest.hasher,
                str(person_id),
                str(wish.other),
                digest.now(),
                take=wish.take,
            )
        return MergedNumbers(
            survivor=merged.kept_id,
            absorbed=wish.other,
            suppressed=dict(merged.suppressed),
        )

    @router.post("/{person_id}/merge/undo")
    @asks(Scope.CHANGE_PEOPLE)
    def part(request: Request, person_id: RowId) -> MergedNumbers:
        """Undo the latest merge into them, within 28 days: they are two again."""
        with actor_of(request, digest).writing() as connection:
            undone = undo_latest(
                connection, digest.hasher, str(person_id), digest.now()
            )
        return MergedNumbers(survivor=undone.kept_id, absorbed=undone.absorbed_id)


def _view(each: PossibleDouble) -> ListedDouble:
    return ListedDouble(
        first=each.first.id,
        second=each.second.id,
        names=(each.first.person.name, each.second.person.name),
        signs=list(each.signs),
        place=each.pair.place,
    )
