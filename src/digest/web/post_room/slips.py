"""Reply slips that came back: whose each is, and what they ticked."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.delivery.returned_letters import from_scanner
from digest.model.formats import SERVED
from digest.model.roles import Right
from digest.store.delivery.printing.print_batches import letter_key
from digest.web.doors.rights import Staff, needs
from digest.web.parts import visitor
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.post_room.visible_rounds import RoundsOfStaff

Form = Annotated[FormFields, Depends(form_fields)]
_HERE = "/post/slips"
_READ = ["GET", "HEAD"]
_WAYS = {row.name: row for row in SERVED}
_DONE = {
    "way": "Written down: what comes next comes that way",
    "left": "They have left: nothing more of it goes to them, by any channel",
    "had-left": "They had left it before",
    "stays": "They stay, and go on from their place",
    "nothing": "Nothing was changed: they had not left, or nothing is sent to them",
}


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix=_HERE)
    slips = _Slips(digest, pages)

    @router.api_route("", methods=_READ)
    @needs(Right.POST_ROOM)
    def ask() -> Response:
        return slips.ask({})

    @router.post("")
    @needs(Right.POST_ROOM)
    def look_up(theirs: RoundsOfStaff, form: Form) -> Response:
        reference = form.get("reference", "").strip()
        if not reference:
            fault = "Scan the code on the slip, or type the reference at its foot"
            return slips.ask({"reference": fault})
        try:
            who = digest.reply_slips.sender(reference, theirs)
        except DigestError as problem:
            # A scanner types on: what it types next is not to follow upon this.
            return slips.ask(
                {"reference": _naming(from_scanner(reference), str(problem))}
            )
        return RedirectResponse(f"{_HERE}/{who.key}", 303)

    @router.api_route("/{reference}", methods=_READ)
    @needs(Right.POST_ROOM)
    def slip(theirs: RoundsOfStaff, reference: str, done: str = "") -> Response:
        return slips.page(reference, theirs, done=done)

    _add_acts(router, digest, slips)
    return router


def _add_acts(router: PageRouter, digest: App, slips: "_Slips") -> None:
    @router.post("/{reference}/way")
    @needs(Right.POST_ROOM)
    def change_format(
        staff: Staff, theirs: RoundsOfStaff, reference: str, form: Form
    ) -> Response:
        wanted = _WAYS.get(form.get("way", ""))
        if wanted is None:
            faults = {"way": "Choose what they ticked"}
            return slips.page(reference, theirs, faults)
        taken_by = digest.acting_as(staff.actor).reply_slips
        try:
            taken_by.change_format(reference, wanted, theirs)
        except DigestError as problem:
            return slips.page(reference, theirs, {"way": _sentence(str(problem))})
        return RedirectResponse(f"{_HERE}/{letter_key(reference)}?done=way", 303)

    @router.post("/{reference}/stop")
    @needs(Right.POST_ROOM)
    def stop(staff: Staff, theirs: RoundsOfStaff, reference: str) -> Response:
        has_left = digest.acting_as(staff.actor).reply_slips.stop(reference, theirs)
        done = "left" if has_left else "had-left"
        return RedirectResponse(f"{_HERE}/{letter_key(reference)}?done={done}", 303)

    @router.post("/{reference}/stay")
    @needs(Right.POST_ROOM)
    def stay(staff: Staff, theirs: RoundsOfStaff, reference: str) -> Response:
        try:
            stays = digest.acting_as(staff.actor).reply_slips.stay(reference, theirs)
        except DigestError as problem:
            return slips.page(reference, theirs, {"": _sentence(str(problem))})
        done = "stays" if stays else "nothing"
        return RedirectResponse(f"{_HERE}/{letter_key(reference)}?done={done}", 303)


class _Slips:
    """The page that takes a reference, and that of who sent a slip."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages

    def ask(self, faults: Mapping[str, str]) -> Response:
        """Return the form that takes a reference, with what is wrong."""
        return self._pages.page(
            "post_room/slips.html",
            here=_here(),
            status=422 if faults else 200,
            typed={},
            faults=dict(faults),
        )

    def page(
        self,
        reference: str,
        theirs: RoundsOfStaff,
        faults: Mapping[str, str] | None = None,
        *,
        done: str = "",
    ) -> Response:
        """Return who sent it, and what they may have ticked. Raises as `sender`."""
        who = self._digest.reply_slips.sender(reference, theirs)
        return self._pages.page(
            "post_room/slip.html",
            here=_here(),
            status=422 if faults else 200,
            who=who,
            address=f"{_HERE}/{who.key}",
            wanted=who.format.words if who.format else "",
            ways=[
                ("", "Choose one"),
                *((row.name, row.words) for row in _WAYS.values()),
            ],
            done=_DONE.get(done, ""),
            may_undo=done == "left",
            typed={},
            faults=dict(faults or {}),
        )


def _here() -> str:
    """Return which part of the menu it is: on the desk's, the post room is one."""
    return "post" if visitor.may_do(Right.LOOK) else "slips"


def _naming(typed: str, fault: str) -> str:
    """Return what is wrong with what was typed, which it names."""
    named = fault if typed in fault else f"“{typed[:40]}” is no reference: {fault}"
    return _sentence(named)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
