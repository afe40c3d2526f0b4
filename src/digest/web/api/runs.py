"""Runs: how an edition's copies are getting on, whose they are, sent again."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from digest.bootstrap import App
from digest.gather.typed_fields import InputFault
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.roles import Scope
from digest.schedule.reports.runs import run_of
from digest.store.delivery import resending, settling
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.settling import EmailChoice
from digest.store.editions import editions
from digest.store.reports.editions import listed_copies
from digest.store.reports.editions.listed_copies import ListedCopy
from digest.web import limits
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import NEXT, Most, page_of
from digest.web.api.parts.problems import RefusedFields
from digest.web.parts.inputs import RowId
from digest.web.parts.routing import PageRouter

_STATES = (*DeliveryState, listed_copies.LEFT_OUT, listed_copies.DOUBTFUL)
_SETTLED = {
    "resend": DeliveryState.PLANNED,
    "accepted": DeliveryState.ACCEPTED,
    "not-arrived": DeliveryState.CANCELLED,
}


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
    to_post: int = Field(
        description="Of those that ended, letters laid out and not in the post."
    )
    dealt_with: int = Field(description="Those that ended, but for those letters.")
    doubtful: int = Field(
        description="Emails that may have arrived though no answer says so, or twice."
    )
    ready: int
    waiting: int
    next_attempt_at: datetime | None
    rate: float | None = Field(description="Emails a second, over the last minute.")
    seconds_left: float | None
    outlook: str
    reasons: list[str]


class ShownCopy(BaseModel):
    """A person the edition was for, and what became of their copy."""

    reference: str
    reader: int
    name: str
    to: str
    channel: str
    state: str
    standing: str = Field(
        description="As pages name it; of a letter, what became of it on paper."
    )
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


class AffectedCopies(BaseModel):
    """How many emails that was; or would be, in a dry run."""

    copies: int


class SettlementRequest(BaseModel):
    """What became of uncertain emails: of one reader, or of all of the edition.

    `undo` takes back how the latest were settled.
    """

    model_config = ConfigDict(extra="forbid")

    how: Literal["resend", "accepted", "not-arrived", "undo"]
    reader: RowId | None = None


class CopyAgain(BaseModel):
    """How a copy stood that is sent once more."""

    reference: str
    was: DeliveryState


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(
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
            listed = listed_copies.listed(
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
    ) -> AffectedCopies:
        """Send refused or uncertain emails again, once what was wrong is mended."""
        program, state = actor_of(request, digest), DeliveryState(wanted.state)
        plan = resending.count if wanted.dry_run else resending.retry
        transaction = program.reading() if wanted.dry_run else program.writing()
        with transaction as connection:
            count = plan(connection, edition_id, state, digest.now(), wanted.people)
        return AffectedCopies(copies=count)

    @router.post("/{edition_id}/settle")
    @asks(Scope.APPROVE)
    def settle(
        request: Request, edition_id: RowId, wanted: SettlementRequest
    ) -> AffectedCopies:
        """Say of uncertain emails that they arrived, did not, or are sent again."""
        those = EmailChoice(edition_id, wanted.reader)
        with actor_of(request, digest).writing() as connection:
            editions.get(connection, edition_id)
            if wanted.how == "undo":
                count = settling.unsettle(connection, those, digest.now())
            else:
                to = _SETTLED[wanted.how]
                count = settling.settle(connection, those, to, digest.now())
        return AffectedCopies(copies=count)

    @router.post("/{edition_id}/deliveries/{reader_id}/again")
    @asks(Scope.APPROVE)
    def again(request: Request, edition_id: RowId, reader_id: RowId) -> CopyAgain:
        """Send one email once more: its reader may then have it twice."""
        key = DeliveryKey(edition_id, reader_id)
        with actor_of(request, digest).writing() as connection:
            state = resending.again(connection, key, digest.now())
        return CopyAgain(reference=str(key), was=state)


def _copy(each: ListedCopy) -> ShownCopy:
    names = (
        *("name", "to", "channel", "state", "reason", "attempts", "next_attempt_at"),
        *("standing", "bounced", "doubt", "debt"),
    )
    return ShownCopy(
        reference=str(each.key),
        reader=each.key.reader_id,
        **{name: getattr(each, name) for name in names},
    )
