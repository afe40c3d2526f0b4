"""The forms of what is held of somebody: changed, moved to another house, added."""

from collections.abc import Mapping
from dataclasses import dataclass
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
from digest.store.staff import audit
from digest.store.staff.accounts import Account
from digest.web.desk.people.person_pages import PersonPages, to_person
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.merged_forms import (
    MergedForm,
    last_act,
    merged,
    others_change,
    read_again,
    read_fields,
)
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
# What each column is called on the forms.
_LABELS: Mapping[str, str] = {
    "name": "Name on the envelope",
    "email": "Email address",
    "phone": "Phone",
    "format": "What they need",
    "schedule": "How often",
    "topics": "Topics",
    "language": "Language",
    "organiser": "Looked after by",
    "notes": "Notes",
    "postcode": "Postcode",
    "country": "Country",
    **{column: f"Address, line {n}" for n, column in enumerate(ADDRESS, start=1)},
}


class _ChangedMeanwhile(Exception):  # noqa: N818 - what became of what was typed
    def __init__(self, form: MergedForm) -> None:
        super().__init__("changed meanwhile")
        self.form = form


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
    of = _DetailsForm(people, name, columns, done)

    @router.api_route(f"/{{person_id}}/{name}", methods=_READ)
    @needs(Right.EDIT)
    def form_page(person_id: RowId) -> Response:
        return of.page(person_id, {}, {})

    @router.post(f"/{{person_id}}/{name}")
    @needs(Right.EDIT)
    def change(staff: Staff, person_id: RowId, form: Form) -> Response:
        return of.save(staff, person_id, form)


@dataclass(frozen=True, slots=True)
class _DetailsForm:
    """A form of some columns of what is held of somebody; `done` is told once saved."""

    people: PersonPages
    name: str
    columns: tuple[str, ...]
    done: str

    def save(self, staff: Account, person_id: int, form: FormFields) -> Response:
        """Change what was changed in the form, or show it again with the reason."""
        program = self.people.digest.acting_as(staff.actor)
        try:
            with program.writing() as connection:
                outcome = self._change(connection, person_id, form)
        except _ChangedMeanwhile as moved:
            return self.page(person_id, moved.form.fields, {}, form, moved.form)
        except RowRefused as refused:
            return self.page(person_id, form, _faults(refused), form)
        except NotFound:
            raise
        except DigestError as problem:
            return self.page(person_id, form, {"": str(problem)}, form)
        return to_person(person_id, outcome)

    def _change(self, connection: Connection, person_id: int, form: FormFields) -> str:
        """Change it; return what is told then.

        Raises _ChangedMeanwhile where somebody else has changed the same person.
        """
        cells = _cells(connection, person_id)
        is_as_read = form.get("version") == version_of(cells)
        names = [column for column in self.columns if column in form]
        mine = merged(form, cells, names, is_as_read=is_as_read)
        if not is_as_read:
            raise _ChangedMeanwhile(mine)
        digest = self.people.digest
        edited = edit(
            connection, digest.hasher, str(person_id), mine.fields, digest.now()
        )
        return self.done if edited.changed else "unchanged"

    def page(
        self,
        person_id: int,
        typed: FormFields,
        faults: Mapping[str, str],
        sent: FormFields | None = None,
        moved: MergedForm | None = None,
    ) -> Response:
        """Return the page: with what is held, or typed, and what others did meanwhile.

        What was `sent` tells of when it was read, and stays of then unless it `moved`.
        """
        digest, others = self.people.digest, None
        with digest.reading() as connection:
            schedules = _schedules(connection, digest.now())
            cells = _cells(connection, person_id)
            acts = audit.about(connection, f"person {person_id}")
        if moved is not None:
            since, zone = last_act(sent or {}), digest.settings.timezone
            others = others_change(acts, since, moved.clashes, _LABELS, zone)
        version, read = version_of(cells), read_fields(cells, self.columns)
        newest = acts[0].id if acts else 0
        if sent is not None and moved is None:
            version, newest = sent.get("version", ""), last_act(sent)
            read = read_again(sent, self.columns)
        typed = {column: cells.get(column, "") for column in self.columns} | dict(typed)
        return self.people.form(
            self.name,
            person_id,
            typed,
            faults,
            version=version,
            read=read,
            newest=newest,
            others=others,
            formats=_formats(),
            schedules=_with(schedules, typed.get("schedule", "")),
            **({"status": 409} if others else {}),
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
