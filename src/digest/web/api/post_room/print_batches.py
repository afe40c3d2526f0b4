"""The post room for programs: print batches, their letters, and what came back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from digest.bootstrap import App
from digest.deliver.printing.batch_steps import BatchSteps
from digest.model.delivery.label_sheets import LabelSheet
from digest.model.delivery.returned_letters import LetterReturnReason
from digest.model.roles import Scope
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import PrintBatch, PrintBatchState
from digest.web import limits
from digest.web.api.parts import repeats
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import NEXT, Most, page_of
from digest.web.parts.inputs import RowId
from digest.web.parts.routing import PageRouter

_PDF = "application/pdf"
_CSV = "text/csv; charset=utf-8"
Step = Literal["sealed", "printed", "not-printed", "posted", "not-posted"]
_STEPS: Mapping[Step, Callable[[BatchSteps, int], PrintBatch]] = {
    "sealed": lambda steps, batch_id: steps.room.seal(batch_id),
    "printed": BatchSteps.printed,
    "not-printed": BatchSteps.not_printed,
    "posted": BatchSteps.posted,
    "not-posted": BatchSteps.not_posted,
}
_Reference = Annotated[
    str,
    Field(
        min_length=1,
        max_length=limits.API_REFERENCE_CHARACTERS,
        description="What stands at the foot of a letter's first page.",
        examples=["14.7"],
    ),
]


class ShownBatch(BaseModel):
    """A print batch as it stands."""

    id: int
    edition: int
    state: PrintBatchState
    letters: int
    sheets: int
    organiser: str
    is_proofs: bool
    made_at: datetime
    sealed_at: datetime | None
    printed_at: datetime | None
    posted_at: datetime | None


class BatchQuery(BaseModel):
    """Which print batches."""

    edition: RowId | None = None
    state: PrintBatchState | None = None
    before: Annotated[RowId | None, Query(description="Those before this id.")] = None
    limit: Most = 50


class SpoiledLetter(BaseModel):
    """A letter that is to be printed again."""

    model_config = ConfigDict(extra="forbid")

    reference: _Reference


class LetterThatCameBack(SpoiledLetter):
    """A letter that came back, and what stands on its envelope."""

    reason: LetterReturnReason


class ReturnedLetterEntry(BaseModel):
    """What was written down of it; `is_ended` if nothing more is posted there."""

    reference: str
    reason: LetterReturnReason
    recorded_at: datetime
    is_ended: bool


class ReturnedLetterChange(BaseModel):
    """Whether there was anything to take back."""

    reference: str
    changed: bool


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/v1", route_class=ApiRequestRoute, tags=["Post room"])

    @router.get("/print-batches", responses=NEXT)
    @asks(Scope.POST_ROOM)
    def every(
        which: Annotated[BatchQuery, Query()], request: Request, response: Response
    ) -> list[ShownBatch]:
        """List the print batches, newest first."""
        with digest.reading() as connection:
            batches = print_batches.page(
                connection,
                which.limit + 1,
                edition_id=which.edition,
                state=which.state,
                before=which.before,
            )
        views = [_view(batch) for batch in batches]
        return page_of(views, which.limit, request, response, before="id")

    @router.get("/print-batches/{batch_id}")
    @asks(Scope.POST_ROOM)
    def batch(batch_id: RowId) -> ShownBatch:
        """Show a print batch."""
        return _view(_get(digest, batch_id))

    @router.get(
        "/print-batches/{batch_id}/letters.pdf",
        response_class=Response,
        responses=_file(_PDF),
    )
    @asks(Scope.POST_ROOM)
    def letters(batch_id: RowId) -> Response:
        """Return its letters, to be printed."""
        content = digest.batch_steps.letters(_get(digest, batch_id))
        return Response(content, media_type=_PDF)

    @router.get(
        "/print-batches/{batch_id}/labels.pdf",
        response_class=Response,
        responses=_file(_PDF),
    )
    @asks(Scope.POST_ROOM)
    def labels(batch_id: RowId, sheet: LabelSheet = LabelSheet.L7163) -> Response:
        """Return address labels for its letters, on sheets of that kind."""
        content = digest.batch_steps.labels(batch_id, sheet)
        return Response(content, media_type=_PDF)

    @router.get(
        "/print-batches/{batch_id}/packing-list",
        response_class=Response,
        responses=_file("text/csv"),
    )
    @asks(Scope.POST_ROOM)
    def packing_list(batch_id: RowId) -> Response:
        """Return its packing list as CSV, a line for each letter."""
        content = digest.batch_steps.packing_list(_get(digest, batch_id))
        return Response(content, media_type=_CSV)

    _add_acts(router, digest)
    _add_returned(router, digest)
    return router


def _add_acts(router: APIRouter, digest: App) -> None:
    @router.post(
        "/print-batches/{batch_id}/again",
        response_class=Response,
        responses=_file(_PDF),
    )
    @asks(Scope.POST_ROOM)
    def again(request: Request, batch_id: RowId, spoiled: SpoiledLetter) -> Response:
        """Make one of its letters again, alone, for one that was spoiled."""
        steps = actor_of(request, digest).batch_steps
        content = steps.again(
            batch_id, spoiled.reference, is_repeat=repeats.is_repeat(request)
        )
        return Response(content, media_type=_PDF)

    @router.post("/print-batches/{batch_id}/{step}")
    @asks(Scope.POST_ROOM)
    def take_step(request: Request, batch_id: RowId, step: Step) -> ShownBatch:
        """Say that it is sealed, printed or posted, or that it is not after all."""
        return _view(_STEPS[step](actor_of(request, digest).batch_steps, batch_id))


def _add_returned(router: APIRouter, digest: App) -> None:
    @router.post("/returned-letters")
    @asks(Scope.POST_ROOM)
    def record(request: Request, letter: LetterThatCameBack) -> ReturnedLetterEntry:
        """Write down that a letter came back, and do what follows; once for each."""
        entry = actor_of(request, digest).returned_letters.record(
            letter.reference, letter.reason, digest.now()
        )
        return ReturnedLetterEntry(
            reference=str(entry.key),
            reason=entry.reason,
            recorded_at=entry.recorded_at,
            is_ended=entry.is_ended,
        )

    @router.post("/returned-letters/{reference}/undo")
    @asks(Scope.POST_ROOM)
    def undo(request: Request, reference: str) -> ReturnedLetterChange:
        """Forget that a letter came back: it was another."""
        taken_by = actor_of(request, digest).returned_letters
        changed = taken_by.take_back(reference, digest.now())
        return ReturnedLetterChange(reference=reference, changed=changed)


def _get(digest: App, batch_id: int) -> PrintBatch:
    with digest.reading() as connection:
        return print_batches.get(connection, batch_id)


def _view(batch: PrintBatch) -> ShownBatch:
    return ShownBatch(
        id=batch.id,
        edition=batch.edition_id,
        state=batch.state,
        letters=batch.files.letters,
        sheets=batch.files.sheets,
        organiser=batch.organiser,
        is_proofs=batch.is_rehearsal,
        made_at=batch.made_at,
        sealed_at=batch.sealed_at,
        printed_at=batch.printed_at,
        posted_at=batch.posted_at,
    )


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    """Return what the description of the API says of an answer that is a file."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": "The file.", "content": content}}
