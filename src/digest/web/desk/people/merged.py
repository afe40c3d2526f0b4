"""What somebody was until they were merged, and the button that undoes it."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from digest.audience.doubles import undoing
from digest.errors import DigestError, NotFound
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.store.base.asked_together import ask_together
from digest.store.people import subscribers
from digest.store.people.doubles import merges
from digest.store.people.doubles.merges import PersonMerge
from digest.web.desk.people import person_view
from digest.web.desk.people.person_pages import PersonPages
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import RowId
from digest.web.parts.routing import PageRouter


def routes(people: PersonPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/people/{person_id}/merged")

    @router.api_route("", methods=["GET", "HEAD"])
    @needs(Right.PEOPLE)
    def every(person_id: RowId) -> Response:
        return _page(people, person_id)

    @router.post("/undo")
    @needs(Right.EDIT)
    def undo(staff: Staff, person_id: RowId) -> Response:
        digest = people.digest
        try:
            with digest.acting_as(staff.actor).writing() as connection:
                undone = undoing.undo_latest(
                    connection, digest.hasher, str(person_id), digest.now()
                )
        except NotFound:
            raise
        except DigestError as problem:
            return _page(people, person_id, str(problem))
        both = f"{undone.kept_id}/{undone.absorbed_id}"
        return RedirectResponse(f"/desk/people/doubles/{both}?done=parted", 303)

    return router


def _page(people: PersonPages, person_id: int, problem: str = "") -> Response:
    with people.digest.reading() as connection:
        of_merges = (merges.that_stand, person_id)
        ask_together(connection, (*person_view.questions(person_id), of_merges))
        person = people.view_in(connection, person_id)
        rows = [
            _row(people, connection, merge)
            for merge in merges.of_person(connection, person["id"])
            if merge.kept_id == person["id"]
        ]
    return people.page(
        "merged",
        status=422 if problem else 200,
        person=person,
        rows=rows,
        problem=problem[:1].upper() + problem[1:],
    )


def _row(
    people: PersonPages, connection: Connection, merge: PersonMerge
) -> dict[str, Any]:
    digest = people.digest
    absorbed = subscribers.row_of(connection, merge.absorbed_id)
    why = undoing.why_not(connection, merge, digest.now())
    return {
        "number": merge.absorbed_id,
        "name": absorbed.person.name if absorbed else "",
        "when": moment_in_words(merge.merged_at, digest.settings.timezone),
        "why_not": why[:1].upper() + why[1:],
    }
