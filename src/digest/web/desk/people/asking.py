"""What somebody asks staff for: to pause, to go on, the posts so far, to leave."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Connection

from digest.audience import catching_up, pausing, unsubscribing
from digest.model.people.departure import (
    TOLD,
    DepartureAsker,
    LeavingRequest,
)
from digest.model.roles import Right
from digest.store.staff.accounts import Account
from digest.web.desk.people.person_pages import PersonPages
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_COUNT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_MEANS = {means.value: means for means in TOLD}
_ASKERS = {asker.value: asker for asker in DepartureAsker}


def routes(people: PersonPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/people/{person_id}")
    _add_forms(router, people)
    _add_acts(router, _Wishes(people))
    return router


def _add_forms(router: APIRouter, people: PersonPages) -> None:
    @router.api_route("/pause", methods=_READ)
    @needs(Right.EDIT)
    def pause_form(person_id: RowId, campaign: str = "") -> Response:
        typed = {"campaign": campaign, "catch_up": "yes"}
        return people.form("pause", person_id, typed)

    @router.api_route("/catch-up", methods=_READ)
    @needs(Right.EDIT)
    def catch_up_form(person_id: RowId, campaign: str = "") -> Response:
        return people.form("catch_up", person_id, {"campaign": campaign})

    @router.api_route("/leave", methods=_READ)
    @needs(Right.EDIT)
    def leave_form(person_id: RowId, campaign: str = "") -> Response:
        typed = {"campaign": campaign, "asker": DepartureAsker.THEMSELVES.value}
        return people.form("leave", person_id, typed)


def _add_acts(router: APIRouter, wishes: "_Wishes") -> None:
    @router.post("/pause")
    @needs(Right.EDIT)
    def pause(staff: Staff, person_id: RowId, form: Form) -> Response:
        return wishes.pause(staff, person_id, form)

    @router.post("/resume")
    @needs(Right.EDIT)
    def resume(staff: Staff, person_id: RowId, form: Form) -> Response:
        return wishes.resume(staff, person_id, form)

    @router.post("/catch-up")
    @needs(Right.EDIT)
    def catch_up(staff: Staff, person_id: RowId, form: Form) -> Response:
        return wishes.catch_up(staff, person_id, form)

    @router.post("/catch-up/undo")
    @needs(Right.EDIT)
    def take_back(staff: Staff, person_id: RowId, form: Form) -> Response:
        return wishes.take_back(staff, person_id, form)

    @router.post("/leave")
    @needs(Right.EDIT)
    def leave(staff: Staff, person_id: RowId, form: Form) -> Response:
        return wishes.leave(staff, person_id, form)

    @router.post("/leave/undo")
    @needs(Right.EDIT)
    def undo_leaving(staff: Staff, person_id: RowId, form: Form) -> Response:
        return wishes.undo_leaving(staff, person_id, form)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What each form does."""

    people: PersonPages

    def pause(self, staff: Account, person_id: int, form: FormFields) -> Response:
        until, name = form.get("until", ""), form.get("campaign", "")
        if not until:
            faults = {"until": "Say on which day they get it again"}
            return self.people.form("pause", person_id, form, faults)

        def change(connection: Connection) -> str:
            pausing.pause(
                connection,
                str(person_id),
                until,
                self.people.digest.now(),
                campaign=name or None,
                catch_up=form.get("catch_up") == "yes",
                zone=self.people.digest.settings.timezone,
            )
            return "paused"

        again = self._again("pause", person_id, form, "until")
        return self.people.perform(staff, person_id, change, again, name)

    def resume(self, staff: Account, person_id: int, form: FormFields) -> Response:
        name = form.get("campaign", "")

        def change(connection: Connection) -> str:
            now = self.people.digest.now()
            ended = pausing.resume(
                connection,
                str(person_id),
                now,
                campaign=name or None,
                # As they said when they paused, but for an undo: it takes nothing away.
                catch_up=True if "undo" in form else None,
            )
            return "resumed" if ended else "not-paused"

        again = self._again("pause", person_id, form)
        return self.people.perform(staff, person_id, change, again)

    def catch_up(self, staff: Account, person_id: int, form: FormFields) -> Response:
        name, last = form.get("campaign", ""), form.get("last", "").strip()
        faults = {}
        if not name:
            faults["campaign"] = "Choose a campaign"
        if last and not _COUNT.fullmatch(last):
            faults["last"] = "Type a number such as 10, or leave it empty"
        if faults:
            return self.people.form("catch_up", person_id, form, faults)

        def change(connection: Connection) -> str:
            earlier = catching_up.catch_up(
                connection,
                str(person_id),
                name,
                self.people.digest.now(),
                since=form.get("since") or None,
                last=int(last) if last else None,
            )
            return "caught-up" if earlier.titles else "nothing-earlier"

        again = self._again("catch_up", person_id, form, "since")
        return self.people.perform(staff, person_id, change, again, name)

    def take_back(self, staff: Account, person_id: int, form: FormFields) -> Response:
        def change(connection: Connection) -> str:
            now, name = self.people.digest.now(), form.get("campaign", "")
            done = catching_up.take_back(connection, str(person_id), name, now)
            return "not-caught-up" if done else "nothing"

        again = self._again("catch_up", person_id, form)
        return self.people.perform(staff, person_id, change, again)

    def leave(self, staff: Account, person_id: int, form: FormFields) -> Response:
        name, means = form.get("campaign", ""), _MEANS.get(form.get("means", ""))
        asker = _ASKERS.get(form.get("asker", ""))
        missing = (
            ("campaign", name, "Choose what they leave"),
            ("means", means, "Say how they told you"),
            ("asker", asker, "Say who asked for it"),
        )
        faults = {field: words for field, value, words in missing if not value}
        if faults or means is None or asker is None:
            return self.people.form("leave", person_id, form, faults)
        request = LeavingRequest(means, asker, form.get("on", ""))

        def change(connection: Connection) -> str:
            now = self.people.digest.now()
            has_left = unsubscribing.leave_as_told(
                connection, str(person_id), name, request, now
            )
            return "left" if has_left else "had-left"

        again = self._again("leave", person_id, form, "on")
        return self.people.perform(staff, person_id, change, again, name)

    def undo_leaving(
        self, staff: Account, person_id: int, form: FormFields
    ) -> Response:
        def change(connection: Connection) -> str:
            now, name = self.people.digest.now(), form.get("campaign", "")
            stays = unsubscribing.undo_leaving(connection, str(person_id), name, now)
            return "stays" if stays else "nothing"

        again = self._again("leave", person_id, form)
        return self.people.perform(staff, person_id, change, again)

    def _again(
        self, name: str, person_id: int, form: FormFields, field: str = ""
    ) -> Callable[[str], Response]:
        """Return what shows a form again, with what keeps it from being done."""
        return lambda problem: self.people.form(name, person_id, form, {field: problem})
