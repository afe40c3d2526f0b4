"""Calls for programs: whom to ring, what to say, and what came of it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from digest.bootstrap import App
from digest.deliver import limits as of_calls
from digest.model.delivery.calls import OTHER_WAYS, CallOutcome, CallReport
from digest.model.delivery.delivery import DeliveryState
from digest.model.roles import Scope
from digest.render.calls.script import CallScript
from digest.store.delivery.calling import calls
from digest.store.delivery.calling.calls import Call, call_key
from digest.store.staff.rounds import ALL_ROUNDS
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import Most
from digest.web.parts.inputs import RowId
from digest.web.parts.routing import PageRouter

_PDF = "application/pdf"
_WAYS = {fmt.name: fmt for fmt in OTHER_WAYS}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {_PDF: {"schema": {"type": "string", "format": "binary"}}},
    }
}


_COUNTED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "X-Total-Count": {
                "description": "How many calls are to be made, listed here or not.",
                "schema": {"type": "integer"},
            }
        }
    }
}


class ShownCall(BaseModel):
    """Somebody who is rung for an edition, and how that stands."""

    reference: str
    edition: int
    person: int
    name: str
    phone: str
    organiser: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    last: str
    is_practice: bool
    written: Annotated[
        int | None, Field(description="The number of what was written down last.")
    ]


class CallQuery(BaseModel):
    """Which calls that are to be made."""

    edition: RowId | None = None
    limit: Most = 50


class ShownCallScriptPart(BaseModel):
    """A piece of news as it is told: in brief first, and in full on request."""

    title: str
    brief: list[str]
    full: list[str]


class ShownCallScript(BaseModel):
    """What is said in a call; `{name}` and `{caller}` stand in its first words."""

    hello: str
    outline: str
    parts: list[ShownCallScriptPart]
    goodbye: list[str]


class CallOutcomeReport(BaseModel):
    """What came of a call."""

    model_config = ConfigDict(extra="forbid")

    outcome: CallOutcome
    note: Annotated[str, Field(max_length=of_calls.CALL_NOTE_LENGTH)] = ""
    again_at: Annotated[
        AwareDatetime | None, Field(description="When to ring once more.")
    ] = None
    format: Annotated[
        str, Field(description=f"With another-way: one of {', '.join(_WAYS)}.")
    ] = ""
    number: Annotated[
        str,
        Field(
            max_length=of_calls.CALL_NUMBER_LENGTH,
            description="What was rung, where their number may have changed since.",
        ),
    ] = ""


class CallUndo(BaseModel):
    """What is to be taken back: the number that the call has in `written`."""

    model_config = ConfigDict(extra="forbid")

    written: RowId


class CallUndone(BaseModel):
    """What had been written down, and how the call stands since."""

    reference: str
    outcome: CallOutcome
    call: ShownCall


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/v1", route_class=ApiRequestRoute, tags=["Post room"])

    @router.get("/calls", responses=_COUNTED)
    @asks(Scope.POST_ROOM)
    def every(
        which: Annotated[CallQuery, Query()], response: Response
    ) -> list[ShownCall]:
        """List the calls that are to be made, those whose time has come first."""
        with digest.reading() as connection:
            count = calls.count_to_make(connection, ALL_ROUNDS, which.edition)
            waiting = calls.to_make(
                connection, ALL_ROUNDS, digest.now(), which.limit, which.edition
            )
        response.headers["X-Total-Count"] = str(count)
        return [_view(call) for call in waiting]

    @router.get("/calls/sheet.pdf", response_class=Response, responses=_FILE)
    @asks(Scope.POST_ROOM)
    def sheet(edition: RowId | None = None) -> Response:
        """Return what to say and whom to ring, to be printed."""
        content = digest.call_sheets.sheet(edition_id=edition)
        return Response(content, media_type=_PDF)

    @router.get("/calls/{reference}/script")
    @asks(Scope.POST_ROOM)
    def script(reference: str) -> ShownCallScript | None:
        """Return what is said in a call; null where all of it was withdrawn."""
        with digest.reading() as connection:
            call = calls.get(connection, call_key(reference), ALL_ROUNDS)
        words = digest.call_sheets.script(call)
        return None if words is None else _script(words)

    @router.post("/calls/{reference}/outcome")
    @asks(Scope.POST_ROOM)
    def write_down(
        request: Request, reference: str, report: CallOutcomeReport
    ) -> ShownCall:
        """Write down what came of a call, and do what follows."""
        desk = actor_of(request, digest).call_desk
        written = CallReport(
            report.outcome,
            report.note,
            report.again_at,
            _WAYS.get(report.format),
            number=report.number,
        )
        return _view(desk.write_down(reference, written))

    @router.post("/calls/{reference}/undo")
    @asks(Scope.POST_ROOM)
    def undo(request: Request, reference: str, which: CallUndo) -> CallUndone:
        """Take back what was written down last of a call; for a day."""
        desk = actor_of(request, digest).call_desk
        undone = desk.take_back(reference, written=which.written)
        return CallUndone(
            reference=str(undone.call.key),
            outcome=undone.attempt.outcome,
            call=_view(undone.call),
        )

    return router


def _script(words: CallScript) -> ShownCallScript:
    return ShownCallScript(
        hello=words.hello,
        outline=words.outline,
        parts=[
            ShownCallScriptPart(
                title=part.title, brief=list(part.brief), full=list(part.full)
            )
            for part in words.parts
        ],
        goodbye=list(words.goodbye),
    )


def _view(call: Call) -> ShownCall:
    return ShownCall(
        reference=str(call.key),
        edition=call.key.edition_id,
        person=call.subscriber_id,
        name=call.name,
        phone=call.phone,
        organiser=call.organiser,
        state=call.state,
        attempts=call.attempts,
        next_attempt_at=call.next_attempt_at,
        last=call.reply,
        is_practice=call.is_rehearsal,
        written=call.written,
    )
