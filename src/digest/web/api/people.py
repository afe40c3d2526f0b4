"""People: looked for, added with how they were asked, changed, shown whole."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, ConfigDict, Field

from digest.audience.adding import add
from digest.audience.editing import edit, version_of
from digest.audience.lists.exporting import cells_of
from digest.audience.subject_access import everything
from digest.bootstrap import App
from digest.errors import EditionConflict, NotFound
from digest.gather.typed_fields import InputFault
from digest.model.people.lawful_basis import ALL_CONDITIONS
from digest.model.roles import Scope
from digest.store.people import searching, subscribers
from digest.store.people.searching import PersonSearch, SearchField
from digest.store.people.subscribers import Subscriber
from digest.web import limits
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import NEXT, Most, page_of
from digest.web.api.parts.problems import RefusedFields, documented
from digest.web.api.parts.versions import VERSIONED, IfMatch, etag, required_version
from digest.web.parts.inputs import RowId
from digest.web.parts.routing import PageRouter

_Cell = Annotated[str, Field(max_length=limits.API_CELL_CHARACTERS)]
_CHANGED = "somebody has changed them since: look at them as they are now, and then ask"


class PersonCells(BaseModel):
    """What is held of somebody, in the columns of a list; "" where there is nothing."""

    model_config = ConfigDict(extra="forbid")

    name: _Cell = ""
    email: _Cell = ""
    phone: _Cell = ""
    address_1: _Cell = ""
    address_2: _Cell = ""
    address_3: _Cell = ""
    address_4: _Cell = ""
    address_5: _Cell = ""
    address_6: _Cell = ""
    postcode: _Cell = ""
    country: _Cell = ""
    format: _Cell = ""
    schedule: _Cell = ""
    topics: Annotated[_Cell, Field(description="With commas between them.")] = ""
    language: _Cell = ""
    organiser: _Cell = ""
    notes: _Cell = ""


class NewPerson(PersonCells):
    """Somebody to add to a list, and how they were asked."""

    list: Annotated[_Cell, Field(examples=["readers"])]
    consent_basis: Annotated[_Cell, Field(examples=["consent", "did not ask"])]
    consent_method: Annotated[_Cell, Field(examples=["by phone"])] = ""
    consent_at: Annotated[_Cell, Field(examples=["2026-07-06"])] = ""
    consent_conditions: Annotated[_Cell, Field(examples=[ALL_CONDITIONS])] = ""
    consent_wording: Annotated[_Cell, Field(examples=["May we write to you?"])] = ""
    is_new: Annotated[
        bool,
        Field(description="They are none of those we hold who are called the same."),
    ] = False


class AddedPerson(BaseModel):
    """The number of who was added."""

    id: int


class ListedPerson(PersonCells):
    """Somebody whom we hold."""

    model_config = ConfigDict(extra="ignore")

    id: int


class EditedPerson(BaseModel):
    """Which columns were changed, and by which channels we still may not write."""

    id: int
    changed: list[str]
    suppressed: dict[str, str]


class PersonQuery(BaseModel):
    """Whom: all unless said, in order of their names."""

    q: Annotated[
        str,
        Query(
            max_length=limits.SEARCH_CHARACTERS,
            description="The beginning of a word of a name, of an email address or of "
            "a postcode, or some figures of a phone.",
        ),
    ] = ""
    by: SearchField = SearchField.NAME
    after: Annotated[RowId | None, Query(description="Those behind this id.")] = None
    limit: Most = 50


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(
        prefix="/v1/people", route_class=ApiRequestRoute, tags=["People"]
    )

    @router.get("", responses=NEXT)
    @asks(Scope.PEOPLE)
    def look_for(
        which: Annotated[PersonQuery, Query()], request: Request, response: Response
    ) -> list[ListedPerson]:
        """List people by name, or look for them."""
        search = PersonSearch(which.by, which.q, which.after)
        with digest.reading() as connection:
            if which.after and not searching.has_place(connection, which.after):
                words = "is nobody who is listed now: begin anew, without it"
                raise RefusedFields(InputFault("after", words))
            rows = searching.page(connection, search, which.limit + 1)
        views = [_view(row) for row in rows]
        return page_of(views, which.limit, request, response, after="id")

    @router.get("/{person_id}", responses=VERSIONED)
    @asks(Scope.PEOPLE)
    def person(person_id: RowId, response: Response) -> ListedPerson:
        """Show somebody; their ETag is the version that a change is of."""
        subscriber = _get(digest, person_id)
        response.headers["ETag"] = etag(version_of(cells_of(subscriber.person)))
        return _view(subscriber)

    @router.get("/{person_id}/held")
    @asks(Scope.PEOPLE)
    def everything_held(person_id: RowId) -> dict[str, Any]:
        """Return all that is held of somebody, as they may ask for it."""
        with digest.reading() as connection:
            every = everything(connection, digest.hasher, str(person_id))
        facts: dict[str, Any] = jsonable_encoder(every)
        return facts

    _add_changes(router, digest)
    return router


def _add_changes(router: APIRouter, digest: App) -> None:
    @router.post("", status_code=201)
    @asks(Scope.CHANGE_PEOPLE)
    def add_person(request: Request, new: NewPerson, response: Response) -> AddedPerson:
        """Take somebody into a list, and into every campaign that goes to it."""
        with actor_of(request, digest).writing() as connection:
            number = add(
                connection,
                digest.hasher,
                new.list,
                new.model_dump(exclude={"list", "is_new"}),
                digest.now(),
                is_new=new.is_new,
            )
        response.headers["Location"] = f"/api/v1/people/{number}"
        return AddedPerson(id=number)

    @router.patch("/{person_id}", responses=documented(412, 428))
    @asks(Scope.CHANGE_PEOPLE)
    def change(
        request: Request,
        person_id: RowId,
        cells: PersonCells,
        if_match: IfMatch = None,
    ) -> EditedPerson:
        """Change what is given; "" empties it. A new address replaces the whole."""
        version = required_version(if_match)
        wanted = cells.model_dump(exclude_unset=True)
        with actor_of(request, digest).writing() as connection:
            subscriber = subscribers.get(connection, person_id)
            if subscriber is None:
                raise NotFound(f"there is no person of the number {person_id}")
            if version not in (None, version_of(cells_of(subscriber.person))):
                raise EditionConflict(_CHANGED)
            edited = edit(
                connection, digest.hasher, str(person_id), wanted, digest.now()
            )
        return EditedPerson(
            id=edited.subscriber_id,
            changed=list(edited.changed),
            suppressed=dict(edited.suppressed),
        )


def _get(digest: App, person_id: int) -> Subscriber:
    with digest.reading() as connection:
        subscriber = subscribers.get(connection, person_id)
    if subscriber is None:
        raise NotFound(f"there is no person of the number {person_id}")
    return subscriber


def _view(each: Subscriber) -> ListedPerson:
    cells = {
        name: text
        for name, text in cells_of(each.person).items()
        if name in PersonCells.model_fields
    }
    # As it is held, however long: a limit is for what comes in.
    return ListedPerson.model_construct(None, id=each.id, **cells)
