"""Possible doubles on the desk: listed, beside each other, two people, or one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from digest.audience.doubles.merging import merge
from digest.audience.doubles.possible import (
    PossibleDouble,
    ask_again,
    possible_doubles,
    tell_apart,
    two_people,
)
from digest.errors import DigestError
from digest.model.people.likeness import signs
from digest.model.people.merging import MERGE_FIELDS
from digest.model.roles import Right
from digest.store.people.doubles.finding import DoublePair
from digest.store.people.subscribers import Subscriber
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.desk.people import double_view
from digest.web.desk.people.person_pages import DoneWords, PersonPages
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_ADDRESS = "/desk/people/doubles"
_DONE = {
    "apart": DoneWords("They are two people, and are not offered again", "ask-again"),
    "parted": DoneWords(
        "They are two people again. Say that they are not the same person, and they "
        "are not offered again"
    ),
    "asked-again": DoneWords("They are offered as possible doubles again"),
}


def routes(people: PersonPages) -> APIRouter:
    """Return the routes; they go before those of a person's number."""
    router = PageRouter(prefix=_ADDRESS)

    @router.api_route("", methods=_READ)
    @needs(Right.PEOPLE)
    def every(after: str = "") -> Response:
        return _list(people, after)

    @router.api_route("/{person_id}/{other_id}", methods=_READ)
    @needs(Right.PEOPLE)
    def both(person_id: RowId, other_id: RowId, done: str = "") -> Response:
        return _beside(people, person_id, other_id, done)

    @router.post("/{person_id}/{other_id}/apart")
    @needs(Right.EDIT)
    def apart(staff: Staff, person_id: RowId, other_id: RowId) -> Response:
        digest = people.digest
        with digest.acting_as(staff.actor).writing() as connection:
            tell_apart(connection, str(person_id), str(other_id), digest.now())
        return _to_both(person_id, other_id, "apart")

    @router.post("/{person_id}/{other_id}/ask-again")
    @needs(Right.EDIT)
    def together(staff: Staff, person_id: RowId, other_id: RowId) -> Response:
        digest = people.digest
        with digest.acting_as(staff.actor).writing() as connection:
            ask_again(connection, str(person_id), str(other_id), digest.now())
        return _to_both(person_id, other_id, "asked-again")

    @router.post("/{person_id}/{other_id}/merge")
    @needs(Right.EDIT)
    def join(staff: Staff, person_id: RowId, other_id: RowId, form: Form) -> Response:
        return _merge(people, staff, (person_id, other_id), form)

    return router


def _merge(
    people: PersonPages, staff: Account, both: tuple[int, int], form: FormFields
) -> Response:
    survivor, other = sorted(both)
    take = [name for name in MERGE_FIELDS if form.get(name) == str(other)]
    digest = people.digest

    def change(connection: Connection) -> str:
        names = (str(survivor), str(other))
        merge(connection, digest.hasher, *names, digest.now(), take=take)
        return "merged"

    def again(problem: str) -> Response:
        return _beside(people, survivor, other, "", (problem, form))

    return people.perform(staff, survivor, change, again)


def _to_both(person_id: int, other_id: int, done: str) -> Response:
    return RedirectResponse(f"{_ADDRESS}/{person_id}/{other_id}?done={done}", 303)


def _list(people: PersonPages, after: str) -> Response:
    begins, most = DoublePair.at(after), limits.DOUBLES
    with people.digest.reading() as connection:
        rows = possible_doubles(connection, most + 1, begins)
    last = rows[most - 1].pair if rows[most:] else None
    return people.page(
        "doubles",
        rows=[_row(each) for each in rows[:most]],
        after=after if begins else "",
        following=last.place if last else "",
    )


def _beside(
    people: PersonPages,
    person_id: int,
    other_id: int,
    done: str,
    refused: tuple[str, FormFields] = ("", {}),
) -> Response:
    digest = people.digest
    with digest.reading() as connection:
        try:
            pair = two_people(connection, str(person_id), str(other_id))
        except DigestError as problem:
            return people.pages.notice(404, "These are no two people", str(problem))
        every = double_view.read_both(connection, digest, pair)
    first, second = pair
    now, zone = digest.now(), digest.settings.timezone
    why, typed = refused
    return people.page(
        "double",
        status=422 if why else 200,
        faults={"": why[:1].upper() + why[1:]} if why else {},
        choices=double_view.choices(pair, every, now, zone, typed),
        follows=double_view.follows(every, now, zone),
        first=_who(first),
        second=_who(second),
        why=[sign.words for sign in signs(first.person, second.person)],
        rows=double_view.rows(every, now, zone),
        done=_DONE.get(done),
    )


def _row(each: PossibleDouble) -> dict[str, Any]:
    return {
        "first": _who(each.first),
        "second": _who(each.second),
        "why": [sign.words for sign in each.signs],
    }


def _who(each: Subscriber) -> dict[str, Any]:
    person = each.person
    address = person.address
    return {
        "id": each.id,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "where": ", ".join(address.on_envelope(person.name)[1:]) if address else "",
    }
