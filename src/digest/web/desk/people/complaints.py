"""Data protection complaints on the desk: the log, one at a time, and by when."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from digest.audience.complaints import handling
from digest.audience.complaints.handling import ComplaintForm
from digest.errors import DigestError, NotFound
from digest.model.people.data_complaints import OUTCOMES, ComplaintChannel
from digest.model.roles import Right
from digest.model.staff_words import day_in_words, moment_in_words
from digest.store.people.complaints import data_complaints
from digest.store.people.complaints.data_complaints import DataComplaint
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.desk.people.person_pages import PersonPages
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_CHANNELS = {
    ComplaintChannel.EMAIL: "By email",
    ComplaintChannel.LETTER: "By letter",
    ComplaintChannel.PHONE: "By phone",
    ComplaintChannel.VISIT: "In person",
    ComplaintChannel.WEB: "By the page on the web",
}
_DONE = {
    "taken-in": "It is in the log. Tell them that you have it, and say so here",
    "acknowledge": "They know that you have it",
    "answer": "What was done is written down",
    "close": "It is closed",
    "reopen": "It is open again",
    "of": "It is theirs",
}


def routes(people: PersonPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/complaints")
    pages = _ComplaintPages(people)

    @router.api_route("", methods=_READ)
    @needs(Right.PEOPLE)
    def listed(before: RowId = 0) -> Response:
        return pages.listed(before)

    @router.api_route("/new", methods=_READ)
    @needs(Right.EDIT)
    def new(who: str = "") -> Response:
        return pages.new({"who": who[: limits.SEARCH_CHARACTERS]}, {})

    @router.post("/new")
    @needs(Right.EDIT)
    def take_in(staff: Staff, form: Form) -> Response:
        return pages.take_in(staff, form)

    @router.api_route("/{complaint_id}", methods=_READ)
    @needs(Right.PEOPLE)
    def show(complaint_id: RowId, done: str = "") -> Response:
        return pages.show(complaint_id, done)

    @router.post("/{complaint_id}/{act}")
    @needs(Right.EDIT)
    def change(staff: Staff, complaint_id: RowId, act: str, form: Form) -> Response:
        return pages.change(staff, complaint_id, act, form)

    return router


class _ComplaintPages:
    """What the pages of complaints show and do."""

    def __init__(self, people: PersonPages) -> None:
        self._people = people
        self._zone = people.digest.settings.timezone

    def listed(self, before: int) -> Response:
        """Return the log: what is open, then a page of what is closed."""
        most = limits.COMPLAINTS
        today = self._today()
        with self._people.digest.reading() as connection:
            opened = data_complaints.listed(connection, most)
            closed = data_complaints.listed(
                connection, most + 1, are_closed=True, before=before
            )
        return self._people.page(
            "complaints",
            opened=[self._line(each, today) for each in opened],
            closed=[self._line(each, today) for each in closed[:most]],
            before=before,
            following=closed[most - 1].id if closed[most:] else 0,
        )

    def new(self, typed: FormFields, faults: FormFields) -> Response:
        """Return the form that puts one into the log."""
        usual = {"received": self._today().isoformat(), "channel": "email"}
        return self._people.page(
            "complaint_new",
            status=422 if faults else 200,
            typed=usual | dict(typed),
            faults=dict(faults),
            channels=[(each.value, words) for each, words in _CHANNELS.items()],
        )

    def take_in(self, staff: Account, form: FormFields) -> Response:
        """Put one into the log, and go on to its page."""
        written = ComplaintForm(
            *(form.get(name, "") for name in ("words", "channel", "received", "who")),
            *(form.get(name, "") for name in ("name", "contact")),
        )
        digest = self._people.digest
        try:
            with digest.acting_as(staff.actor).writing() as connection:
                now = digest.now()
                number = handling.take_in(connection, written, now, self._zone)
        except NotFound as problem:
            return self.new(form, {"who": _capital(problem)})
        except DigestError as problem:
            return self.new(form, {"words": _capital(problem)})
        return _to(number, "taken-in")

    def show(
        self,
        number: int,
        done: str = "",
        typed: FormFields | None = None,
        faults: FormFields | None = None,
    ) -> Response:
        """Return the page of one. Raises NotFound in words."""
        with self._people.digest.reading() as connection:
            complaint = data_complaints.with_id(connection, number)
        today = self._today()
        usual = {
            "on": today.isoformat(),
            "answer_by": complaint.answer_by.isoformat(),
            "outcome": "",
        }
        return self._people.page(
            "complaint",
            status=422 if faults else 200,
            complaint=self._line(complaint, today),
            typed=usual | dict(typed or {}),
            faults=dict(faults or {}),
            outcomes=[(each.value, each.capitalize()) for each in OUTCOMES],
            done=_DONE.get(done, ""),
        )

    def change(
        self, staff: Account, number: int, act: str, form: FormFields
    ) -> Response:
        """Do one of its acts, and return to its page."""
        digest = self._people.digest
        now, zone = digest.now(), self._zone
        on = form.get("on", "")
        acts: dict[str, tuple[str, Callable[[Connection], object]]] = {
            "acknowledge": (
                "on",
                lambda connection: handling.acknowledge(
                    connection, number, on, form.get("answer_by", ""), now, zone=zone
                ),
            ),
            "answer": (
                "answer",
                lambda connection: handling.answer(
                    connection, number, form.get("answer", ""), on, now, zone=zone
                ),
            ),
            "close": (
                "outcome",
                lambda connection: handling.close(
                    connection, number, form.get("outcome", ""), now
                ),
            ),
            "reopen": (
                "",
                lambda connection: data_complaints.reopen(connection, number, now),
            ),
            "of": (
                "who",
                lambda connection: handling.assign(
                    connection, number, form.get("who", ""), now
                ),
            ),
        }
        if act not in acts:
            raise NotFound("There is no such thing to do.")
        field, perform = acts[act]
        with digest.reading() as connection:
            data_complaints.with_id(connection, number)
        try:
            with digest.acting_as(staff.actor).writing() as connection:
                perform(connection)
        except DigestError as problem:
            return self.show(number, typed=form, faults={field: _capital(problem)})
        return _to(number, act)

    def _today(self) -> date:
        return handling.today(self._people.digest.now(), self._zone)

    def _line(self, each: DataComplaint, today: date) -> dict[str, Any]:
        return complaint_view(each, today, self._zone)


def complaint_view(each: DataComplaint, today: date, zone: str) -> dict[str, Any]:
    """Return a complaint as pages show it: what is next, and by when."""
    due = each.due_on
    return {
        "id": each.id,
        "person": each.subscriber_id,
        "name": each.name or "Somebody who gave no name",
        "contact": each.contact,
        "channel": _CHANNELS[each.channel],
        "received": day_in_words(each.received_on),
        "words": each.words,
        "acknowledge_by": day_in_words(each.acknowledge_by),
        "acknowledged": _day(each.acknowledged_on),
        "answer_by": day_in_words(each.answer_by),
        "answered": _day(each.answered_on),
        "answer": each.answer,
        "outcome": each.outcome.capitalize() if each.outcome else "",
        "closed": moment_in_words(each.closed_at, zone) if each.closed_at else "",
        "next": _next(each),
        "is_late": due is not None and due < today,
        "is_soon": due is not None and due <= today + handling.AHEAD,
    }


def _next(each: DataComplaint) -> str:
    due = each.due_on
    if due is not None:
        verb = "Answer" if each.acknowledged_on else "Acknowledge"
        return f"{verb} it by {day_in_words(due)}"
    return "" if each.closed_at else "Close it"


def _day(day: date | None) -> str:
    return day_in_words(day) if day else ""


def _to(number: int, done: str) -> Response:
    return RedirectResponse(f"/desk/complaints/{number}?done={done}", 303)


def _capital(problem: DigestError) -> str:
    words = str(problem)
    return words[:1].upper() + words[1:]
