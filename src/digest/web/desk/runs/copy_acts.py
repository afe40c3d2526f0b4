"""What staff do about copies: send them again, or say what became of them.

Whoever has people get mail again is asked once before; all else can be taken back.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.errors import DigestError, NotFound
from digest.model.delivery.delivery import DeliveryState
from digest.model.roles import Right
from digest.store.delivery import resending, settling
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.settling import EmailChoice
from digest.store.reports.editions import listed_copies
from digest.store.staff.accounts import Account
from digest.web.desk.runs.run_pages import RunPages, RunQuery
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_SETTLEMENTS: Mapping[str, DeliveryState] = {
    "arrived": DeliveryState.ACCEPTED,
    "not-arrived": DeliveryState.CANCELLED,
}
_CHOOSE = "Say what should happen: nothing was changed"
_log = logging.getLogger(__name__)


def routes(runs: RunPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/runs/{edition_id}")
    acts = _CopyActs(runs)

    @router.post("/settle")
    @needs(Right.EDIT)
    def settle(staff: Staff, edition_id: RowId, form: Form) -> Response:
        return acts.settle(staff, EmailChoice(edition_id, _reader(form)), form)

    @router.post("/unsettle")
    @needs(Right.EDIT)
    def unsettle(staff: Staff, edition_id: RowId, form: Form) -> Response:
        return acts.unsettle(staff, EmailChoice(edition_id, _reader(form)))

    @router.api_route("/retry/{state}", methods=_READ)
    @needs(Right.EDIT)
    def ask_to_retry(edition_id: RowId, state: str) -> Response:
        return acts.ask_to_retry(edition_id, _retried(state))

    @router.post("/retry/{state}")
    @needs(Right.EDIT)
    def retry(staff: Staff, edition_id: RowId, state: str) -> Response:
        return acts.retry(staff, edition_id, _retried(state))

    @router.api_route("/again/{reader_id}", methods=_READ)
    @needs(Right.EDIT)
    def ask_for_one(edition_id: RowId, reader_id: RowId) -> Response:
        return acts.ask_for_one(DeliveryKey(edition_id, reader_id))

    @router.post("/again/{reader_id}")
    @needs(Right.EDIT)
    def again(staff: Staff, edition_id: RowId, reader_id: RowId) -> Response:
        return acts.again(staff, DeliveryKey(edition_id, reader_id))

    return router


def _reader(form: FormFields) -> int | None:
    """Return whose copy alone a form means, None where it means all."""
    digits = form.get("reader", "")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 18
    return int(digits) if is_number and int(digits) else None


def _retried(state: str) -> DeliveryState:
    if state not in resending.RETRIED:
        raise NotFound("Only what was refused, or is uncertain, is sent again.")
    return DeliveryState(state)


@dataclass(frozen=True, slots=True)
class _CopyActs:
    """What the buttons of a run's page do."""

    runs: RunPages

    def settle(self, staff: Account, those: EmailChoice, form: FormFields) -> Response:
        """Settle uncertain emails; to send them again is asked once more."""
        how, number = form.get("how", ""), those.edition_id
        if how == "again":
            where = f"retry/{DeliveryState.UNCERTAIN}"
            if those.reader_id is not None:
                where = f"again/{those.reader_id}"
            return RedirectResponse(f"/desk/runs/{number}/{where}", 303)
        if how not in _SETTLEMENTS:
            return self.runs.run(number, RunQuery(), _CHOOSE)
        to, program = _SETTLEMENTS[how], self.runs.digest.acting_as(staff.actor)
        with program.writing() as connection:
            count = settling.settle(connection, those, to, program.now())
        _log.info("copies settled edition=%s account=%s", number, staff.id)
        return _back(those, to.value if count else "nothing", count)

    def unsettle(self, staff: Account, those: EmailChoice) -> Response:
        """Take back the latest settlement."""
        program = self.runs.digest.acting_as(staff.actor)
        with program.writing() as connection:
            count = settling.unsettle(connection, those, program.now())
        return _back(those, "unsettled" if count else "nothing", count)

    def ask_to_retry(
        self, edition_id: int, state: DeliveryState, problem: str = ""
    ) -> Response:
        """Return the page that asks once before copies are sent again."""
        digest = self.runs.digest
        count = 0
        with digest.reading() as connection:
            run = self.runs.title(connection, edition_id)
            try:
                count = resending.count(connection, edition_id, state, digest.now())
            except DigestError as fault:
                problem = problem or str(fault)
        return self.runs.page(
            "desk/runs/retry.html",
            run=run,
            state=state.value,
            count=count,
            problem=problem,
            status=409 if problem else 200,
        )

    def retry(self, staff: Account, edition_id: int, state: DeliveryState) -> Response:
        """Have the copies that stand so sent again."""
        program = self.runs.digest.acting_as(staff.actor)
        try:
            with program.writing() as connection:
                count = resending.retry(connection, edition_id, state, program.now())
        except DigestError as problem:
            return self.ask_to_retry(edition_id, state, str(problem))
        _log.info("copies sent again edition=%s account=%s", edition_id, staff.id)
        done = DeliveryState.PLANNED.value if count else "nothing"
        return _back(EmailChoice(edition_id), done, count)

    def ask_for_one(self, key: DeliveryKey, problem: str = "") -> Response:
        """Return the page that asks once before one copy is sent again."""
        digest = self.runs.digest
        state = None
        with digest.reading() as connection:
            run = self.runs.title(connection, key.edition_id)
            people = listed_copies.listed(
                connection, key.edition_id, after=key.reader_id - 1, most=1
            )
            try:
                state = resending.again(connection, key, digest.now(), is_dry=True)
            except DigestError as fault:
                problem = problem or str(fault)
        if not people or people[0].key != key:
            raise NotFound("There is no such copy.")
        return self.runs.page(
            "desk/runs/again.html",
            run=run,
            copy=people[0],
            state=state,
            problem=problem,
            status=409 if problem else 200,
        )

    def again(self, staff: Account, key: DeliveryKey) -> Response:
        """Have one copy sent again."""
        program = self.runs.digest.acting_as(staff.actor)
        try:
            with program.writing() as connection:
                resending.again(connection, key, program.now())
        except DigestError as problem:
            return self.ask_for_one(key, str(problem))
        _log.info("copy sent again key=%s account=%s", key, staff.id)
        return _back(EmailChoice.of(key), DeliveryState.PLANNED.value, 1)


def _back(those: EmailChoice, done: str, count: int) -> Response:
    fields = {"done": done, "emails": count, "reader": those.reader_id or 0}
    query = urlencode({name: words for name, words in fields.items() if words})
    return RedirectResponse(f"/desk/runs/{those.edition_id}?{query}#done", 303)
