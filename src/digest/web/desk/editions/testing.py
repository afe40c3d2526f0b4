"""A test of an edition to whoever asks for it on its page."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.errors import DigestError
from digest.model.formats import HTML, PLAIN
from digest.model.roles import Right
from digest.schedule.editions.proofs.testing import EditionTest
from digest.store.staff.accounts import Account
from digest.web.desk.editions.edition_pages import EditionPages, EditionQuery, Refusal
from digest.web.desk.editions.previews import reader_of
from digest.web.doors.rights import Staff, needs
from digest.web.parts.edition_places import EditionPlace
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_log = logging.getLogger(__name__)


def routes(editions: EditionPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk")

    @router.post("/campaigns/{name}/{schedule}/test")
    @needs(Right.EDIT)
    def of_schedule(staff: Staff, name: str, schedule: str, form: Form) -> Response:
        place = EditionPlace.of_schedule(name, schedule)
        return _send_test(editions, staff, place, form)

    @router.post("/editions/{edition_id}/test")
    @needs(Right.EDIT)
    def of_number(staff: Staff, edition_id: RowId, form: Form) -> Response:
        return _send_test(editions, staff, EditionPlace.of_number(edition_id), form)

    return router


def _send_test(
    editions: EditionPages, staff: Account, place: EditionPlace, form: FormFields
) -> Response:
    """Send it to who asks, as the page shows it: to that reader, as text or not."""
    show, who = form.get("show", ""), form.get("as", "")
    query = EditionQuery(show=show, who=who)
    program = editions.digest.acting_as(staff.actor)
    try:
        test = EditionTest(
            place.what,
            place.schedule,
            PLAIN if show == "text" else HTML,
            reader_of(editions.digest, who),
        )
        [sent] = program.edition_tests.send(test, [staff.email], program.now())
    except DigestError as problem:
        return editions.edition(place, query, Refusal.of(problem, {}))
    _log.info("edition tested account=%s", staff.id)
    if sent.why_not:
        return editions.edition(
            place, query, Refusal(f"The test did not go: {sent.why_not}")
        )
    done = "tested" if sent.leaves else "tested-here"
    return RedirectResponse(f"{query.address(place, done)}#done", 303)
