"""Letters that came back, written down by the reference at their foot."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.delivery.returned_letters import LetterReturnReason
from digest.model.roles import Right
from digest.store.delivery.printing.print_batches import letter_key
from digest.store.delivery.returns import returned_letters
from digest.store.delivery.returns.returned_letters import ReturnedLetter
from digest.store.staff.rounds import VisibleRounds
from digest.web import limits
from digest.web.doors.rights import Staff, needs
from digest.web.parts import visitor
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.post_room.visible_rounds import RoundsOfStaff

Form = Annotated[FormFields, Depends(form_fields)]
_HERE = "/post/returned"
_REASONS = {reason.value: reason for reason in LetterReturnReason}


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix=_HERE)
    returned = _Returned(digest, pages)

    @router.api_route("", methods=["GET", "HEAD"])
    @needs(Right.POST_ROOM)
    def ask(theirs: RoundsOfStaff, done: str = "", undone: str = "") -> Response:
        return returned.page(theirs, done=done, undone=undone)

    @router.post("")
    @needs(Right.POST_ROOM)
    def write_down(staff: Staff, theirs: RoundsOfStaff, form: Form) -> Response:
        reason = _REASONS.get(form.get("why", ""))
        reference = form.get("reference", "").strip()
        faults = {}
        if not reference:
            faults["reference"] = "Type the reference at the foot of its first page"
        if reason is None:
            faults["why"] = "Choose what stands on the envelope"
        if faults or reason is None:
            return returned.page(theirs, form, faults)
        taken_by = digest.acting_as(staff.actor).returned_letters
        try:
            letter = taken_by.record(reference, reason, digest.now(), theirs)
        except DigestError as problem:
            # A scanner types on: what it types next is not to follow upon this.
            emptied = {**form, "reference": ""}
            fault = _naming(reference, str(problem))
            return returned.page(theirs, emptied, {"reference": fault})
        return RedirectResponse(f"{_HERE}?done={letter.key}", 303)

    @router.post("/{key}/undo")
    @needs(Right.POST_ROOM)
    def undo(staff: Staff, theirs: RoundsOfStaff, key: str) -> Response:
        taken_by = digest.acting_as(staff.actor).returned_letters
        taken_by.take_back(key, digest.now(), theirs)
        return RedirectResponse(f"{_HERE}?undone={letter_key(key)}", 303)

    return router


class _Returned:
    """The page of letters that came back."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages

    def page(
        self,
        theirs: VisibleRounds,
        typed: FormFields | None = None,
        faults: Mapping[str, str] | None = None,
        *,
        done: str = "",
        undone: str = "",
    ) -> Response:
        """Return the form, with what is wrong, and what was written down today."""
        with self._digest.reading() as connection:
            today = returned_letters.since(
                connection, self._midnight(), theirs, limits.POST_ROOM_RETURNED
            )
        written = {f"{letter.key}": _view(letter) for letter in today}
        # Several that came back for one reason are scanned one after another.
        same_reason = {"why": written[done]["why"]} if done in written else {}
        return self._pages.page(
            "post_room/returned.html",
            # On the desk's menu the post room is one part.
            here="post" if visitor.may_do(Right.LOOK) else "returned",
            status=422 if faults else 200,
            typed=same_reason | dict(typed or {}),
            faults=dict(faults or {}),
            reasons=[(reason.value, reason.words) for reason in LetterReturnReason],
            done=written.get(done),
            undone=undone if _is_reference(undone) else "",
            today=list(written.values()),
        )

    def _midnight(self) -> datetime:
        zone = ZoneInfo(self._digest.settings.timezone)
        return (
            self._digest.now()
            .astimezone(zone)
            .replace(hour=0, minute=0, second=0, microsecond=0)
        )


def _view(letter: ReturnedLetter) -> dict[str, Any]:
    return {
        "reference": f"{letter.key}",
        "name": letter.name,
        "why": letter.reason.value,
        "reason": letter.reason.words,
        "follows": _what_follows(letter),
    }


def _what_follows(letter: ReturnedLetter) -> str:
    if letter.reason.ends_everything:
        return "Nothing more is sent to this person, by any channel."
    if letter.is_ended:
        return (
            "Nothing more is posted to that name and address. Staff see them among "
            "those whom the next edition does not reach, and ask for another way."
        )
    if letter.reason.ends_post:
        return "Their details have changed since: post goes to where they are now."
    return "Post goes on until the address is mended. Staff see it in the run."


def _naming(typed: str, fault: str) -> str:
    """Return what is wrong with what was typed, which it names."""
    return fault if typed in fault else f"“{typed[:40]}” is no reference: {fault}"


def _is_reference(text: str) -> bool:
    try:
        letter_key(text)
    except DigestError:
        return False
    return True
