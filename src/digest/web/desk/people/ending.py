"""What ends or shows all that is held of somebody: suppress, erase, hand it over."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from digest.audience.subject_access import everything
from digest.audience.suppressing import SuppressionLift, lift
from digest.audience.suppressing import suppress as suppress_person
from digest.model.roles import Right
from digest.store.base.asked_together import ask_together
from digest.store.people import subject_access
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.desk.people import person_view
from digest.web.desk.people.held_view import held_view
from digest.web.desk.people.person_pages import PersonPages, to_person
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]


def routes(people: PersonPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/people/{person_id}")
    _add_suppressing(router, people)
    _add_erasing(router, people)
    _add_export(router, people)
    return router


def _add_suppressing(router: APIRouter, people: PersonPages) -> None:
    @router.api_route("/suppress", methods=_READ)
    @needs(Right.EDIT)
    def suppress_form(person_id: RowId) -> Response:
        return people.form("suppress", person_id, {})

    @router.post("/suppress")
    @needs(Right.EDIT)
    def suppress(staff: Staff, person_id: RowId, form: Form) -> Response:
        return _suppress(people, staff, person_id, form)

    @router.post("/suppress/undo")
    @needs(Right.EDIT)
    def write_again(staff: Staff, person_id: RowId, form: Form) -> Response:
        return _lift(people, staff, person_id, form)

    @router.api_route("/suppress/lift", methods=_READ)
    @needs(Right.EDIT)
    def ask_to_lift(person_id: RowId, reason: str = "") -> Response:
        return people.form("lift", person_id, {"reason": reason})


def _suppress(
    people: PersonPages, staff: Account, person_id: int, form: FormFields
) -> Response:
    reason = form.get("reason", "").strip()[: limits.REASON_CHARACTERS]
    if not reason:
        faults = {"reason": "Write why, in words that name nobody"}
        return people.form("suppress", person_id, form, faults)
    had_some = bool(people.view(person_id)["suppressed"])

    def change(connection: Connection) -> str:
        now, hasher = people.digest.now(), people.digest.hasher
        suppress_person(connection, hasher, str(person_id), reason, now)
        return "suppressed-more" if had_some else "suppressed"

    def again(problem: str) -> Response:
        return people.form("suppress", person_id, form, {"reason": problem})

    return people.perform(staff, person_id, change, again)


def _lift(
    people: PersonPages, staff: Account, person_id: int, form: FormFields
) -> Response:
    request = form.get("request", "").strip()[: limits.REASON_CHARACTERS]
    which = SuppressionLift(form.get("reason", ""), request)

    def change(connection: Connection) -> str:
        now, hasher = people.digest.now(), people.digest.hasher
        lifted = lift(connection, hasher, str(person_id), now, which)
        return "lifted" if lifted else "nothing"

    def again(_problem: str) -> Response:
        words = "Write how and when they asked for it" if which.reason else ""
        faults = {"request": words} if words else {"reason": "Choose one reason"}
        return people.form("lift", person_id, form, faults)

    return people.perform(staff, person_id, change, again)


def _add_erasing(router: APIRouter, people: PersonPages) -> None:
    @router.api_route("/erase", methods=_READ)
    @needs(Right.EDIT)
    def ask_to_erase(person_id: RowId) -> Response:
        return people.form("erase", person_id, {})

    @router.post("/erase")
    @needs(Right.EDIT)
    def erase(staff: Staff, person_id: RowId, form: Form) -> Response:
        if form.get("sure") != "yes":
            faults = {"sure": "Tick that they asked for it: this cannot be undone"}
            return people.form("erase", person_id, form, faults)
        digest = people.digest.acting_as(staff.actor)
        erased = digest.erasures.erase(str(person_id))
        if lines := erased.in_words():
            return people.page("erased", person_id=person_id, lines=lines)
        return to_person(person_id, "erased")


def _add_export(router: APIRouter, people: PersonPages) -> None:
    @router.api_route("/held", methods=_READ)
    @needs(Right.PEOPLE)
    def all_held(person_id: RowId) -> Response:
        with people.digest.reading() as connection:
            ask_together(
                connection,
                (
                    *person_view.questions(person_id),
                    *subject_access.questions(person_id),
                ),
            )
            every = everything(connection, people.digest.hasher, str(person_id))
            person = people.view_in(connection, person_id)
        zone = people.digest.settings.timezone
        return people.page("held", person=person, held=held_view(every, zone))

    @router.api_route("/held.json", methods=_READ)
    @needs(Right.PEOPLE)
    def held_for_programs(person_id: RowId) -> Response:
        with people.digest.reading() as connection:
            every = everything(connection, people.digest.hasher, str(person_id))
        name = f'attachment; filename="person-{person_id}.json"'
        return JSONResponse(
            jsonable_encoder(every), headers={"Content-Disposition": name}
        )
