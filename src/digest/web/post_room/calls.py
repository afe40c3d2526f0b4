"""Calls: whom to ring today, what to say, and what came of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.errors import DigestError, NotFound
from digest.model.delivery.calls import (
    OTHER_WAYS,
    CallOutcome,
    CallReport,
    time_to_ring,
)
from digest.model.roles import Right
from digest.schedule.delivery.call_sheets import questions
from digest.schedule.limits import CALLS_ON_A_SHEET
from digest.store.base.asked_together import ask_together
from digest.store.campaigns import campaigns
from digest.store.delivery.calling import attempts, calls
from digest.store.delivery.calling.calls import Call, call_key
from digest.store.holds import holds
from digest.store.staff.accounts import Account
from digest.store.staff.rounds import VisibleRounds
from digest.web import limits
from digest.web.doors.rights import Staff, needs
from digest.web.parts import visitor
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.post_room.call_view import done_view, night, script_view, words_of
from digest.web.post_room.visible_rounds import RoundsOfStaff

Form = Annotated[FormFields, Depends(form_fields)]
_HERE = "/post/calls"
_READ = ["GET", "HEAD"]
_WAYS = {fmt.name: fmt for fmt in OTHER_WAYS}
_OUTCOMES = {outcome.value: outcome for outcome in CallOutcome}
_NOT_YOURS = "There is no such call, or it is not yours to make."
# As many figures as the database can hold; and a number that it gives to nothing.
_DIGITS, _NOBODYS = 18, -1


def routes(digest: App, pages: Pages) -> PageRouter:
    """Return the routes."""
    router = PageRouter(prefix=_HERE)
    room = _Calls(digest, pages)

    @router.api_route("", methods=_READ)
    @needs(Right.POST_ROOM)
    def every(theirs: RoundsOfStaff, done: str = "", undone: str = "") -> Response:
        return room.listed(theirs, done=done, undone=undone)

    @router.api_route("/sheet.pdf", methods=_READ)
    @needs(Right.POST_ROOM)
    def sheet(theirs: RoundsOfStaff) -> Response:
        headers = {"Content-Disposition": 'inline; filename="calls.pdf"'}
        content = digest.call_sheets.sheet(theirs)
        return Response(content, media_type="application/pdf", headers=headers)

    @router.api_route("/{reference}", methods=_READ)
    @needs(Right.POST_ROOM)
    def call(staff: Staff, theirs: RoundsOfStaff, reference: str) -> Response:
        return room.page(staff, room.get(reference, theirs))

    _add_acts(router, digest, room)
    return router


def _add_acts(router: PageRouter, digest: App, room: "_Calls") -> None:
    @router.post("/{reference}")
    @needs(Right.POST_ROOM)
    def write_down(
        staff: Staff, theirs: RoundsOfStaff, reference: str, form: Form
    ) -> Response:
        wanted = room.get(reference, theirs)
        try:
            report = room.report(form, wanted)
        except ValueError as problem:
            return room.page(staff, wanted, {"at": f"This {problem}"}, form)
        if report is None:
            return room.page(staff, wanted, {"": "Say how it went"}, form)
        desk = digest.acting_as(staff.actor).call_desk
        try:
            desk.write_down(reference, report, theirs)
        except DigestError as problem:
            fresh = room.get(reference, theirs)
            return room.page(staff, fresh, {"": _sentence(str(problem))}, form)
        return RedirectResponse(f"{_HERE}?done={wanted.key}", 303)

    @router.post("/{reference}/undo")
    @needs(Right.POST_ROOM)
    def undo(
        staff: Staff, theirs: RoundsOfStaff, reference: str, form: Form
    ) -> Response:
        wanted = room.get(reference, theirs)
        desk = digest.acting_as(staff.actor).call_desk
        try:
            desk.take_back(reference, theirs, _number(form.get("written", "")))
        except DigestError as problem:
            fresh = room.get(reference, theirs)
            return room.page(staff, fresh, {"": _sentence(str(problem))})
        return RedirectResponse(f"{_HERE}?undone={wanted.key}", 303)


class _Calls:
    """The pages of calls."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages

    def get(self, reference: str, theirs: VisibleRounds) -> Call:
        """Return one of those calls. Raises NotFound for another's as for none."""
        with self._digest.reading() as connection:
            try:
                return calls.get(connection, call_key(reference), theirs)
            except NotFound as problem:
                raise NotFound(_NOT_YOURS) from problem

    def report(self, form: FormFields, call: Call) -> CallReport | None:
        """Return what a form says of a call; None where it does not say how it went.

        Raises ValueError for a time that is none.
        """
        outcome = _OUTCOMES.get(form.get("outcome", ""))
        if outcome is None:
            return None
        tries = form.get("tries", "")
        report = CallReport(
            outcome,
            form.get("note", "").strip(),
            format=_WAYS.get(form.get("way", "")),
            after=_number(tries) if tries else None,
            number=form.get("number", "").strip(),
        )
        if outcome is not CallOutcome.LATER:
            return report
        with self._digest.reading() as connection:
            zone = campaigns.load(connection, call.campaign_id).timezone
        again = time_to_ring(form.get("at", ""), self._digest.now(), zone)
        return replace(report, again_at=again)

    def listed(
        self, theirs: VisibleRounds, *, done: str = "", undone: str = ""
    ) -> Response:
        """Return whom to ring, and what was written down today."""
        now, zone = self._digest.now(), self._digest.settings.timezone
        with self._digest.reading() as connection:
            hold = holds.standing(connection, now)
            most = limits.CALLS_SHOWN
            waiting = calls.to_make(connection, theirs, now, most)
            count = calls.count_to_make(connection, theirs)
            words = words_of(connection, waiting, now)
            start, at_most = self._midnight(), limits.CALLS_DONE
            today = attempts.since(connection, start, theirs, at_most + 1)
        rows = [words.row(call) for call in waiting]
        written = {
            row["reference"]: row for row in done_view(today[:at_most], zone, now)
        }
        return self._pages.page(
            "post_room/calls.html",
            here=_here(),
            now_rows=[row for row in rows if not row["is_later"]],
            later_rows=[row for row in rows if row["is_later"]],
            count=count,
            shown=len(rows),
            on_a_sheet=CALLS_ON_A_SHEET,
            editions=[*dict.fromkeys(row["edition"] for row in rows)],
            is_practice=any(call.is_rehearsal for call in waiting),
            night=night(zone, now),
            hold=hold.words if hold else "",
            done=written.get(done),
            undone=self._undone(undone, theirs) if undone else "",
            today=list(written.values()),
            more_today=len(today) > at_most,
            organiser=theirs.organiser,
            sees_all=theirs.is_everybodys,
        )

    def page(
        self,
        staff: Account,
        call: Call,
        faults: Mapping[str, str] | None = None,
        typed: FormFields | None = None,
    ) -> Response:
        """Return one call: whom to ring, what to say, and how it went."""
        now, zone = self._digest.now(), self._digest.settings.timezone
        sheets = self._digest.call_sheets
        with self._digest.reading() as connection:
            of_call = attempts.question_of_call(call.key)
            ask_together(connection, (*questions([call]), of_call))
            may_ring = sheets.may_ring(call, connection)
            script = sheets.script(call, connection) if may_ring else None
            words = words_of(connection, [call], now)
            history = attempts.of_call(connection, call.key)
        return self._pages.page(
            "post_room/call.html",
            here=_here(),
            status=422 if faults else 200,
            call=words.details(call),
            script=script_view(script, call.name, staff.name) if script else None,
            may_ring=may_ring,
            night=night(zone, now) if may_ring else "",
            is_over=call.is_over,
            ended=call.reply if call.is_over else "",
            may_be_told=not (call.is_over and call.is_rehearsal),
            may_have_spoken=not attempts.is_answered(call, history),
            made=done_view(history, zone, now),
            ways=[("", "Choose one"), *((fmt.name, fmt.words) for fmt in OTHER_WAYS)],
            faults=dict(faults or {}),
            typed=dict(typed or {}),
        )

    def _undone(self, reference: str, theirs: VisibleRounds) -> str:
        """Return how a call stands of which something was taken back, "" of none."""
        try:
            call = self.get(reference, theirs)
        except NotFound:
            return ""
        may_ring = self._digest.call_sheets.may_ring(call)
        with self._digest.reading() as connection:
            words = words_of(connection, [call], self._digest.now())
        return words.taken_back(call, may_ring=may_ring)

    def _midnight(self) -> datetime:
        zone = ZoneInfo(self._digest.settings.timezone)
        return (
            self._digest.now()
            .astimezone(zone)
            .replace(hour=0, minute=0, second=0, microsecond=0)
        )


def _number(typed: str) -> int:
    """Return the number that a page sent back; of anything else a number of nothing."""
    is_one = typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS
    return int(typed) if is_one else _NOBODYS


def _here() -> str:
    """Return its place in the menu: on the desk's the post room is one part."""
    return "post" if visitor.may_do(Right.LOOK) else "calls"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
