"""The forms of what is held of somebody: changed, moved to another house, added."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Connection

from digest.audience.adding import add
from digest.audience.editing import edit, version_of
from digest.audience.lists.choices import CampaignChoices
from digest.audience.lists.columns import ADDRESS
from digest.audience.lists.exporting import cells_of
from digest.audience.lists.list_file import RowRefused
from digest.errors import DigestError, NotFound
from digest.model.formats import FORMATS
from digest.model.people.lawful_basis import LawfulBasis, SoftOptInCondition
from digest.model.roles import Right
from digest.store.campaigns import campaigns
from digest.store.people import subscribers, subscriptions
from digest.store.staff.accounts import Account
from digest.web.desk.people.person_pages import PersonPages, to_person
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_DOOR = (*ADDRESS, "postcode", "country")
_DETAILS = (
    *("name", "email", "phone", "format", "schedule", "topics", "language"),
    *("organiser", "notes"),
)
_CONSENT = ("consent_basis", "consent_method", "consent_at", "consent_wording")
# The conditions of a soft opt-in, each a box to tick.
_CONDITIONS = {
    f"condition_{each.name.lower()}": each.value for each in SoftOptInCondition
}
_CONDITIONS_TO_TICK = (
    ("condition_direct", "they gave us their details themselves"),
    (
        "condition_interest",
        "they did so when they took an interest in our work, or supported it",
    ),
    ("condition_could_refuse", "they were told then how to say no to emails"),
)
_CHANGED = (
    "Somebody else has changed this person since you opened the form: look at them on "
    "another page; press the button again to have it as it is here"
)


def routes(people: PersonPages) -> APIRouter:
    """Return the routes; that of somebody new goes before those of a number."""
    router = PageRouter(prefix="/desk/people")
    _add_new(router, people)
    for name, columns, done in (
        ("edit", _DETAILS, "edited"),
        ("move", _DOOR, "moved"),
    ):
        _add_change(router, people, name, columns, done)
    return router


def _add_new(router: APIRouter, people: PersonPages) -> None:
    @router.api_route("/new", methods=_READ)
    @needs(Right.EDIT)
    def new_form() -> Response:
        return _new_page(people, {}, {})

    @router.post("/new")
    @needs(Right.EDIT)
    def new(staff: Staff, form: Form) -> Response:
        names = (*_DETAILS, *_DOOR, *_CONSENT, "consent_evidence")
        cells = {name: form.get(name, "") for name in names}
        if cells["consent_basis"] == LawfulBasis.DID_NOT_ASK:
            cells |= dict.fromkeys(_CONSENT[1:], "")
        if cells["consent_basis"] == LawfulBasis.SOFT_OPT_IN:
            ticked = (words for name, words in _CONDITIONS.items() if form.get(name))
            cells["consent_conditions"] = "; ".join(ticked)
        try:
            with people.digest.acting_as(staff.actor).writing() as connection:
                number = add(
                    connection,
                    people.digest.hasher,
                    form.get("list", ""),
                    cells,
                    people.digest.now(),
                    is_new=form.get("is_new") == "yes",
                )
        except RowRefused as refused:
            return _new_page(people, form, _faults(refused), refused.like)
        except NotFound:
            faults = {"list": "Choose the list that they join"}
            return _new_page(people, form, faults)
        return to_person(number, "added")


def _add_change(
    router: APIRouter,
    people: PersonPages,
    name: str,
    columns: tuple[str, ...],
    done: str,
) -> None:
    @router.api_route(f"/{{person_id}}/{name}", methods=_READ)
    @needs(Right.EDIT)
    def form_page(person_id: RowId) -> Response:
        def as_held(cells: Mapping[str, str]) -> FormFields:
            return {column: cells.get(column, "") for column in columns}

        return _details_page(people, name, person_id, as_held, {})

    @router.post(f"/{{person_id}}/{name}")
    @needs(Right.EDIT)
    def change(staff: Staff, person_id: RowId, form: Form) -> Response:
        def as_typed(_cells: Mapping[str, str]) -> FormFields:
            return form

        with people.digest.reading() as connection:
            version = version_of(_cells(connection, person_id))
        if form.get("version") != version:
            return _details_page(people, name, person_id, as_typed, {"": _CHANGED})
        wanted = {column: form[column] for column in columns if column in form}
        return _changed(
            people,
            staff,
            person_id,
            (wanted, done),
            lambda faults: _details_page(people, name, person_id, as_typed, faults),
        )


def _changed(
    people: PersonPages,
    staff: Account,
    person_id: int,
    what: tuple[Mapping[str, str], str],
    again: Callable[[dict[str, str]], Response],
) -> Response:
    wanted, done = what

    def change(connection: Connection) -> str:
        now = people.digest.now()
        edited = edit(connection, people.digest.hasher, str(person_id), wanted, now)
        return done if edited.changed else "unchanged"

    try:
        with people.digest.acting_as(staff.actor).writing() as connection:
            outcome = change(connection)
    except RowRefused as refused:
        return again(_faults(refused))
    except NotFound:
        raise
    except DigestError as problem:
        return again({"": str(problem)})
    return to_person(person_id, outcome)


def _details_page(
    people: PersonPages,
    name: str,
    person_id: int,
    fields_of: Callable[[Mapping[str, str]], FormFields],
    faults: Mapping[str, str],
) -> Response:
    """Return the page of a form, with the fields that come of what is held."""
    with people.digest.reading() as connection:
        schedules = _schedules(connection, people.digest.now())
        cells = _cells(connection, person_id)
    typed = fields_of(cells)
    return people.form(
        name,
        person_id,
        typed,
        faults,
        version=version_of(cells),
        formats=_formats(),
        schedules=_with(schedules, typed.get("schedule", "")),
    )


def _new_page(
    people: PersonPages,
    typed: FormFields,
    faults: Mapping[str, str],
    like: tuple[int, ...] = (),
) -> Response:
    with people.digest.reading() as connection:
        every = campaigns.listed(connection)
        names = {*subscriptions.names(connection)}
        names.update(name for each in every for name in each.campaign.lists)
        schedules = _schedules(connection, people.digest.now())
        others = subscribers.of_ids(connection, like)
    lists = [
        (
            name,
            _list_words(
                name,
                [each.campaign.title for each in every if name in each.campaign.lists],
            ),
        )
        for name in sorted(names)
    ]
    if len(lists) == 1:
        typed = {"list": lists[0][0]} | dict(typed)
    return people.page(
        "new",
        typed=dict(typed),
        faults=dict(faults),
        status=422 if faults else 200,
        lists=lists,
        conditions=_CONDITIONS_TO_TICK,
        formats=_formats(),
        schedules=schedules,
        like=[(each.id, each.person.name) for each in others],
    )


def _list_words(name: str, titles: list[str]) -> str:
    return f"{name} ({', '.join(titles)})" if titles else name


def _cells(connection: Connection, person_id: int) -> dict[str, str]:
    subscriber = subscribers.get(connection, person_id)
    if subscriber is None:
        raise NotFound(f"There is no person of the number {person_id}.")
    return cells_of(subscriber.person)


def _faults(refused: RowRefused) -> dict[str, str]:
    """Return what is wrong by its field, in the words of a form."""
    return {each.column: f"This {each.wrong}: {each.do}" for each in refused.problems}


def _formats() -> list[tuple[str, str]]:
    usual = ("", "No need on record: what we hold allows")
    return [usual, *((each.name, each.words.capitalize()) for each in FORMATS.values())]


def _schedules(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    every = campaigns.listed(connection)
    offered = CampaignChoices.of(connection, every, now).schedules
    usual = ("", "As the campaign has it")
    return [usual, *((name, name.capitalize()) for name in sorted(offered))]


def _with(options: list[tuple[str, str]], chosen: str) -> list[tuple[str, str]]:
    """Return the options with what is chosen among them, whatever it is."""
    if chosen in dict(options):
        return options
    return [*options, (chosen, f"{chosen} (no campaign has it)")]
