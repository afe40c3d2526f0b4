"""Needs on the desk: recorded, asked about again in time, ended, and who is due."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Connection

from digest.audience.needs.recording import due_by, record_need, review_day, review_need
from digest.model.roles import Right
from digest.model.staff_words import day_in_words
from digest.store.people import needs
from digest.store.people.needs import PersonNeed
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.desk.people.person_pages import PersonPages
from digest.web.doors.rights import Staff
from digest.web.doors.rights import needs as needs_right
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]


def routes(people: PersonPages) -> APIRouter:
    """Return the routes; who is due goes before those of a number."""
    router = PageRouter(prefix="/desk/people")
    of_needs = _NeedPages(people)

    @router.api_route("/needs", methods=_READ)
    @needs_right(Right.PEOPLE)
    def due(after: RowId | None = None) -> Response:
        return of_needs.due(after)

    @router.api_route("/{person_id}/need", methods=_READ)
    @needs_right(Right.EDIT)
    def form(person_id: RowId) -> Response:
        return of_needs.form(person_id, {}, {})

    @router.post("/{person_id}/need")
    @needs_right(Right.EDIT)
    def add(staff: Staff, person_id: RowId, form: Form) -> Response:
        return of_needs.add(staff, person_id, form)

    @router.post("/{person_id}/need/{act}")
    @needs_right(Right.EDIT)
    def change(staff: Staff, person_id: RowId, act: str, form: Form) -> Response:
        return of_needs.change(staff, person_id, act, form)

    return router


class _NeedPages:
    """What the pages of needs show and do."""

    def __init__(self, people: PersonPages) -> None:
        self._people = people
        self._zone = people.digest.settings.timezone

    def due(self, after: int | None) -> Response:
        """Return the page of whom to ask again."""
        digest, most = self._people.digest, limits.PEOPLE
        by = due_by(digest.now(), self._zone)
        with digest.reading() as connection:
            last = needs.with_id(connection, after) if after is not None else None
            rows = needs.due(connection, by, most + 1, last)
        return self._people.page(
            "needs",
            needs=[_line(row) for row in rows[:most]],
            by=day_in_words(by),
            after=after,
            following=rows[most - 1].id if rows[most:] else 0,
        )

    def form(self, person_id: int, typed: FormFields, faults: FormFields) -> Response:
        """Return the form that records a need."""
        usual = review_day("", self._people.digest.now(), self._zone).isoformat()
        return self._people.form(
            "need", person_id, {"review": usual} | dict(typed), faults
        )

    def add(self, staff: Account, person_id: int, form: FormFields) -> Response:
        """Record a need."""

        def record(connection: Connection) -> str:
            record_need(
                connection,
                str(person_id),
                form.get("words", ""),
                form.get("review", ""),
                self._people.digest.now(),
                may_share=form.get("may_share") == "yes",
                zone=self._zone,
            )
            return "need"

        return self._people.perform(
            staff,
            person_id,
            record,
            lambda problem: self.form(person_id, form, {"words": _capital(problem)}),
        )

    def change(
        self, staff: Account, person_id: int, act: str, form: FormFields
    ) -> Response:
        """Have a need be as it was, be none any more, or be one again."""
        number = form.get("need", "")
        need_id = int(number) if _NUMBER.fullmatch(number) else 0
        now = self._people.digest.now()

        def perform(connection: Connection) -> str:
            match act:
                case "still-so":
                    review_need(connection, need_id, "", now, self._zone)
                case "end":
                    needs.end(connection, need_id, now)
                case "reopen":
                    needs.reopen(connection, need_id, now)
                case _:
                    return "nothing"
            return f"need-{act}"

        return self._people.perform(
            staff,
            person_id,
            perform,
            lambda problem: self.form(person_id, form, {"words": _capital(problem)}),
        )


def _line(row: PersonNeed) -> dict[str, Any]:
    return {
        "id": row.id,
        "person": row.subscriber_id,
        "name": row.name,
        "words": row.words,
        "may_share": row.may_share,
        "review": day_in_words(row.review_on),
    }


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
