"""Runs: how an edition's copies are getting on, whose they are, sent again."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from digest.bootstrap import App
from digest.errors import NotFound
from digest.gather.typed_fields import InputFault
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.roles import Scope
from digest.schedule.reports.runs import run_of
from digest.store.delivery import copies, resending
from digest.store.delivery.copies import ListedCopy
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.send_batches import settle_uncertain
from digest.store.editions import editions
from digest.web import limits
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import NEXT, Most, page_of
from digest.web.api.parts.problems import RefusedFields
from digest.web.parts.inputs import RowId

_STATES = (*DeliveryState, copies.LEFT_OUT, copies.DOUBTFUL)


class CopyCount(BaseModel):
    """How many copies of a channel stand so."""

    channel: str
    state: str
    copies: int


class ShownRun(BaseModel):
    """How an edition's copies are getting on."""

    edition: int
    mode: Mode
    state: EditionState
    copies: list[CopyCount]
    total: int
    ended: int
    ready: int
    waiting: int
    next_attempt_at: datetime | None
    rate: float | None = Field(description="Emails a second, over the last minute.")
    seconds_left: float | None
    outlook: str
    reasons: list[str]


class ShownCopy(BaseModel):
    """A person the edition was for, and what became of their copy."""

    id: str
    reader: int
    name: str
    to: str
    channel: str
    state: str
    reason: str
    attempts: int
    next_attempt_at: datetime | None
    bounced: str
    doubt: str
    debt: str


class CopyQuery(BaseModel):
    """Which people."""

    state: Annotated[
        str, Query(description=f"One of {', '.join(_STATES)}; all unless said.")
    ] = ""
    after: Annotated[RowId, Query(description="Those behind this reader.")] = 0
    limit: Most = 50


class RetryRequest(BaseModel):
    """Which emails are sent again: all that stand so, or those of some people."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["refused", "uncertain"] = "refused"
    people: Annotated[
        list[RowId] | None,
        Field(max_length=limits.API_NUMBERS, description="Numbers of people."),
    ] = None
    dry_run: bool = False


class RetriedCopies(BaseModel):
    """How many emails are sent again, or would be."""

    copies: int


class SettlementRequest(BaseModel):
    """What is to become of a copy that was handed over and never answered for."""

    model_config = ConfigDict(extra="forbid")

    how: Literal["resend", "accepted"]


class SettledCopy(BaseModel):
    """How it stands now."""

    id: str
    state: DeliveryState


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = APIRouter(
        prefix="/v1/editions", route_class=ApiRequestRoute, tags=["Runs"]
    )

    @router.get("/{edition_id}/run")
    @asks(Scope.READ)
    def run(edition_id: RowId) -> ShownRun:
        """Show how its copies are getting on, and what keeps them back."""
        with digest.reading() as connection:
            edition = editions.get(connection, edition_id)
            rates = digest.settings.limits.overall
            current = run_of(connection, edition, digest.now(), rates)
        return ShownRun.model_validate(current.facts())

    @router.get("/{edition_id}/deliveries", responses=NEXT)
    @asks(Scope.PEOPLE)
    def deliveries(
        edition_id: RowId,
        which: Annotated[CopyQuery, Query()],
        request: Request,
        response: Response,
    ) -> list[ShownCopy]:
        """List what became of every reader of it, with the server's words."""
        if which.state and which.state not in _STATES:
            words = f"is none of {', '.join(_STATES)}"
            raise RefusedFields(InputFault("state", words))
        states = [which.state] if which.state else []
        with digest.reading() as connection:
            editions.get(connection, edition_id)
            listed = copies.listed(
                connection, edition_id, states, which.after, which.limit + 1
            )
        views = [_copy(each) for each in listed]
        return page_of(views, which.limit, request, response, after="reader")

    _add_acts(router, digest)
    return router


def _add_acts(router: APIRouter, digest: App) -> None:
    @router.post("/{edition_id}/retry")
    @asks(Scope.APPROVE)
    def retry(
        request: Request, edition_id: RowId, wanted: RetryRequest
    ) -> RetriedCopies:
        """Send refused or uncertain emails again, once what was wrong is mended."""
        program, state = actor_of(request, digest), DeliveryState(wanted.state)
        plan = resending.count if wanted.dry_run else resending.retry
        transaction = program.reading() if wanted.dry_run else program.writing()
        with transaction as connection:
            count = plan(connection, edition_id, state, digest.now(), wanted.people)
        return RetriedCopies(copies=count)

    @router.post("/{edition_id}/deliveries/{reader_id}/settle")
    @asks(Scope.APPROVE)
    def settle(
        request: Request, edition_id: RowId, reader_id: RowId, wanted: SettlementRequest
    ) -> SettledCopy:
        """Say of an uncertain copy that it arrived, or is to be sent again."""
        key = DeliveryKey(edition_id, reader_id)
        is_sent = wanted.how == "resend"
        to = DeliveryState.PLANNED if is_sent else DeliveryState.ACCEPTED
        with actor_of(request, digest).writing() as connection:
            editions.get(connection, edition_id)
            if not settle_uncertain(connection, key, to, digest.now()):
                raise NotFound(f"copy {key} is not uncertain")
        return SettledCopy(id=str(key), state=to)


def _copy(each: ListedCopy) -> ShownCopy:
    names = (
        *("name", "to", "channel", "state", "reason", "attempts", "next_attempt_at"),
        *("bounced", "doubt", "debt"),
    )
    return ShownCopy(
        id=str(each.key),
        reader=each.key.reader_id,
        **{name: getattr(each, name) for name in names},
    )
