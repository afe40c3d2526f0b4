"""Whether an edition goes: approved by a person, called back, stopped half-way."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Engine

from digest.compose import stopping
from digest.errors import DigestError
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.roles import Right
from digest.model.staff_words import counted
from digest.schedule.editions import publishing
from digest.store.delivery import copies
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import PrintBatchState
from digest.store.editions import editions
from digest.store.staff.accounts import Account
from digest.web.desk.editions.edition_pages import EditionPages
from digest.web.desk.editions.edition_view import EditionView
from digest.web.desk.editions.sight import sights
from digest.web.doors.rights import Staff, needs
from digest.web.parts.edition_places import EditionPlace
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_NOT_READ = "Say that you have read it, in one format at least"
_log = logging.getLogger(__name__)


def routes(editions: EditionPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/editions/{edition_id}")
    decisions = _Decisions(editions)

    @router.api_route("/approve", methods=_READ)
    @needs(Right.APPROVE)
    def ask_to_approve(staff: Staff, edition_id: RowId) -> Response:
        return decisions.ask_to_approve(staff, edition_id)

    @router.post("/approve")
    @needs(Right.APPROVE)
    def approve(staff: Staff, edition_id: RowId, form: Form) -> Response:
        return decisions.approve(staff, edition_id, form)

    @router.api_route("/recall", methods=_READ)
    @needs(Right.APPROVE)
    def ask_to_recall(edition_id: RowId) -> Response:
        return decisions.ask_to_recall(edition_id)

    @router.post("/recall")
    @needs(Right.APPROVE)
    def recall(staff: Staff, edition_id: RowId) -> Response:
        return decisions.recall(staff, edition_id)

    @router.api_route("/stop", methods=_READ)
    @needs(Right.APPROVE)
    def ask_to_stop(edition_id: RowId) -> Response:
        return decisions.ask_to_stop(edition_id)

    @router.post("/stop")
    @needs(Right.APPROVE)
    def stop(staff: Staff, edition_id: RowId) -> Response:
        return decisions.stop(staff, edition_id)

    return router


@dataclass(frozen=True, slots=True)
class _Halt:
    """How an edition is kept back, and what its page then says was done."""

    done: str
    perform: Callable[[Engine, int, datetime], object]


class _Decisions:
    """What the pages do that ask whether an edition goes."""

    def __init__(self, editions: EditionPages) -> None:
        self._editions = editions
        self._digest = editions.digest

    def ask_to_approve(
        self,
        staff: Account,
        edition_id: int,
        faults: dict[str, str] | None = None,
        problem: str = "",
    ) -> Response:
        """Return the page that says what is to be approved, and asks once."""
        place = EditionPlace.of_number(edition_id)
        view, latest, fault = self._editions.view_with_check(place, self._is_unchecked)
        if view.need is None or view.contents is None or not view.need.people:
            return _back(edition_id)
        problem = problem or fault
        return self._editions.page(
            "desk/editions/approve.html",
            campaign=view.campaign,
            address=place.address,
            edition=view.facts,
            why_not=view.need.why_not(staff.actor),
            has_said_so=staff.actor in view.need.approved_by,
            checked=self._editions.checked(view, latest),
            faults=faults or {},
            sights=[(each.name, each.words) for each in sights()],
            problem=problem,
            status=422 if faults else 409 if problem else 200,
        )

    def _is_unchecked(self, view: EditionView) -> bool:
        """Whether somebody is to approve what has not been checked as it is now."""
        latest = self._editions.checks.of(view.place)
        waits = view.need is not None and view.need.people > 0
        return waits and (latest is None or latest.mark != view.mark)

    def approve(self, staff: Account, edition_id: int, form: FormFields) -> Response:
        """Say for that person that it goes."""
        if "read" not in form:
            return self.ask_to_approve(staff, edition_id, {"read": _NOT_READ})
        program = self._digest.acting_as(staff.actor)
        version = form.get("version", "")
        try:
            edition = publishing.approve(
                program.engine,
                edition_id,
                staff.actor,
                self._digest.now(),
                program.dispatcher.submit,
                again="again" in form,
                version=int(version) if version.isdigit() else None,
            )
        except DigestError as problem:
            return self.ask_to_approve(staff, edition_id, problem=str(problem))
        _log.info("edition approved id=%s account=%s", edition_id, staff.id)
        is_kept = edition.state is EditionState.FROZEN
        return _back(edition_id, "one-more" if is_kept else "approved")

    def ask_to_recall(self, edition_id: int, problem: str = "") -> Response:
        """Return the page that asks once before an edition is called back whole."""
        with self._digest.reading() as connection:
            edition = editions.get(connection, edition_id)
        if edition.may_be_stopped and not problem:
            return RedirectResponse(f"/desk/editions/{edition_id}/stop", 303)
        view = self._editions.view(EditionPlace.of_number(edition_id))
        if not (view.facts["may_be_recalled"] or problem):
            return _back(edition_id)
        return self._question(view, "recall", problem)

    def recall(self, staff: Account, edition_id: int) -> Response:
        """Call it back whole."""
        return self._halt(staff, edition_id, _Halt("recalled", stopping.recall))

    def ask_to_stop(self, edition_id: int, problem: str = "") -> Response:
        """Return the page that asks once before what has not left is kept back."""
        view = self._editions.view(EditionPlace.of_number(edition_id))
        if view.facts["may_be_recalled"] and not problem:
            return RedirectResponse(f"/desk/editions/{edition_id}/recall", 303)
        if not (view.facts["may_be_stopped"] or problem):
            return _back(edition_id)
        with self._digest.reading() as connection:
            counts = copies.counts(connection, edition_id)
            batches = print_batches.listed(connection, edition_id)
        accepted = counts.get(DeliveryState.ACCEPTED, 0)
        staying = counts.get(DeliveryState.PLANNED, 0)
        in_hand = counts.get(DeliveryState.HANDING_OVER, 0)
        return self._question(
            view,
            "stop",
            problem,
            copies=counted(staying, "copy", "copies"),
            gone=counted(accepted, "person has", "people have") if accepted else "",
            in_hand=counted(in_hand, "copy is", "copies are") if in_hand else "",
            sealed=[
                batch.id
                for batch in batches
                if batch.state is PrintBatchState.SEALED and not batch.is_empty
            ],
        )

    def stop(self, staff: Account, edition_id: int) -> Response:
        """Have nothing leave of it that has not left."""
        return self._halt(staff, edition_id, _Halt("stopped", stopping.stop))

    def _halt(self, staff: Account, edition_id: int, halt: "_Halt") -> Response:
        """Do it for that person, or say on the page that asked why it was not done."""
        program = self._digest.acting_as(staff.actor)
        try:
            halt.perform(program.engine, edition_id, program.now())
        except DigestError as problem:
            ask = self.ask_to_stop if halt.done == "stopped" else self.ask_to_recall
            return ask(edition_id, str(problem))
        _log.info("edition %s id=%s account=%s", halt.done, edition_id, staff.id)
        return _back(edition_id, halt.done)

    def _question(
        self, view: EditionView, name: str, problem: str, **content: Any
    ) -> Response:
        return self._editions.page(
            f"desk/editions/{name}.html",
            campaign=view.campaign,
            address=view.place.address,
            edition=view.facts,
            problem=problem,
            status=409 if problem else 200,
            **content,
        )


def _back(edition_id: int, done: str = "") -> Response:
    query = f"?done={done}" if done else ""
    return RedirectResponse(f"/desk/editions/{edition_id}{query}", 303)
