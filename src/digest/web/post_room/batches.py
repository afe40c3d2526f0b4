"""One print batch: its file, its steps, its packing list, and one letter again."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.deliver.printing.batch_steps import BatchSteps, may_take_back
from digest.errors import DigestError, NotFound
from digest.model.delivery.label_sheets import LabelSheet
from digest.model.roles import Right
from digest.render.letter.batch.manifest import read_manifest
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import PrintBatch
from digest.store.staff.accounts import Account
from digest.store.staff.rounds import VisibleRounds
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.post_room.batch_view import packing, words_of
from digest.web.post_room.visible_rounds import RoundsOfStaff

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_PDF = "application/pdf"
_STEPS: Mapping[str, Callable[[BatchSteps, int], PrintBatch]] = {
    "printed": BatchSteps.printed,
    "not-printed": BatchSteps.not_printed,
    "posted": BatchSteps.posted,
    "not-posted": BatchSteps.not_posted,
}
_DONE = {
    "printed": "Printed: now fold and fill",
    "not-printed": "Taken back: these are still to be printed",
    "posted": "Posted. Thank you",
    "not-posted": "Taken back: these are still to be posted",
}


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/post/batches/{batch_id}")
    batches = _Batches(digest, pages)

    @router.api_route("", methods=_READ)
    @needs(Right.POST_ROOM)
    def batch(
        staff: Staff, theirs: RoundsOfStaff, batch_id: RowId, done: str = ""
    ) -> Response:
        return batches.page(staff, batches.get(batch_id, theirs), _DONE.get(done, ""))

    @router.api_route("/letters.pdf", methods=_READ)
    @needs(Right.POST_ROOM)
    def letters(theirs: RoundsOfStaff, batch_id: RowId) -> Response:
        content = digest.batch_steps.letters(batches.get(batch_id, theirs))
        return _pdf(content, f"letters-{batch_id}.pdf")

    @router.api_route("/labels.pdf", methods=_READ)
    @needs(Right.POST_ROOM)
    def labels(
        theirs: RoundsOfStaff,
        batch_id: RowId,
        sheet: LabelSheet = LabelSheet.L7163,
    ) -> Response:
        batches.get(batch_id, theirs)
        content = digest.batch_steps.labels(batch_id, sheet)
        return _pdf(content, f"labels-{batch_id}.pdf")

    @router.api_route("/packing-list", methods=_READ)
    @needs(Right.POST_ROOM)
    def packing_list(staff: Staff, theirs: RoundsOfStaff, batch_id: RowId) -> Response:
        return batches.packing_list(staff, batches.get(batch_id, theirs))

    _add_acts(router, digest, batches)
    return router


def _add_acts(router: APIRouter, digest: App, batches: "_Batches") -> None:
    @router.post("/again")
    @needs(Right.POST_ROOM)
    def again(
        staff: Staff, theirs: RoundsOfStaff, batch_id: RowId, form: Form
    ) -> Response:
        wanted, typed = batches.get(batch_id, theirs), form.get("reference", "").strip()
        if not typed:
            fault = "Type the reference that stands at the foot of the letter"
            return batches.page(staff, wanted, faults={"reference": fault})
        steps = digest.acting_as(staff.actor).batch_steps
        try:
            content = steps.again(batch_id, typed)
        except DigestError as problem:
            fault = str(problem)
            return batches.page(staff, wanted, faults={"reference": fault}, typed=form)
        return _pdf(content, f"letter-{batch_id}.pdf")

    @router.post("/{act}")
    @needs(Right.POST_ROOM)
    def step(
        staff: Staff, theirs: RoundsOfStaff, batch_id: RowId, act: str
    ) -> Response:
        if act not in _STEPS:
            raise NotFound("There is no such button.")
        wanted = batches.get(batch_id, theirs)
        try:
            _STEPS[act](digest.acting_as(staff.actor).batch_steps, batch_id)
        except DigestError as problem:
            return batches.page(staff, wanted, faults={"": str(problem)})
        return RedirectResponse(f"/post/batches/{batch_id}?done={act}", 303)


class _Batches:
    """The pages of print batches."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages

    def get(self, batch_id: int, theirs: VisibleRounds) -> PrintBatch:
        """Return one of those batches. Raises NotFound for another's as for none."""
        with self._digest.reading() as connection:
            try:
                return print_batches.get(connection, batch_id, theirs)
            except NotFound as problem:
                raise NotFound(
                    "There are no such letters, or they are not yours to post."
                ) from problem

    def page(
        self,
        staff: Account,
        batch: PrintBatch,
        done: str = "",
        faults: Mapping[str, str] | None = None,
        typed: FormFields | None = None,
    ) -> Response:
        """Return the steps of a batch, with what is wrong."""
        with self._digest.reading() as connection:
            words = words_of(connection, [batch], staff.actor)
        try:
            rows = read_manifest(self._digest.batch_steps.packing_list(batch))
        except (DigestError, ValueError):
            # What is left to do with it can be said all the same.
            rows = ()
        return self._pages.page(
            "post_room/batch.html",
            here="post",
            status=422 if faults else 200,
            batch=words.view(batch),
            packing=packing(rows, words.of_campaign[batch.campaign_id]),
            is_there=bool(rows),
            may_take_back=may_take_back(batch, self._digest.now()),
            done=done,
            label_sheets=[
                (each, f"{each}, {each.labels} labels") for each in LabelSheet
            ],
            faults=dict(faults or {}),
            typed=dict(typed or {}),
        )

    def packing_list(self, staff: Account, batch: PrintBatch) -> Response:
        """Return the cover sheet: the steps, and a line for each letter."""
        with self._digest.reading() as connection:
            words = words_of(connection, [batch], staff.actor)
        try:
            rows = read_manifest(self._digest.batch_steps.packing_list(batch))
        except ValueError as problem:
            raise DigestError(
                f"the packing list of print batch {batch.id} was changed: have it "
                "brought back from the backup"
            ) from problem
        return self._pages.page(
            "post_room/packing_list.html",
            here="post",
            batch=words.view(batch),
            packing=packing(rows, words.of_campaign[batch.campaign_id]),
            rows=rows,
        )


def _pdf(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type=_PDF, headers=headers)
