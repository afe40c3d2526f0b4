"""What the connections of a sender have written between two copies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from digest.model.delivery.delivery import DeliveryState
from digest.store.base.engine import WritingConnection
from digest.store.delivery.deliveries import DeliveryMove, moves_alike, tell_refused
from digest.store.delivery.sending.claims import (
    ClaimResult,
    HandoverGuard,
    claim_all,
    claim_those,
    results_of,
)


class CopyClaim(NamedTuple):
    """Whose copy is to leave next, and what must still hold when it does."""

    reader_id: int
    guard: HandoverGuard


class SettleAndClaimRequest(NamedTuple):
    """How a connection's last copy ended, and which it claims next; or one of them."""

    settled: DeliveryMove | None = None
    claim: CopyClaim | None = None


@dataclass(frozen=True, slots=True)
class SettleAndClaim:
    """Commits many requests with few statements, at the time that `clock` says then."""

    clock: Callable[[], datetime]

    def __call__(
        self, writer: WritingConnection, requests: Sequence[SettleAndClaimRequest]
    ) -> list[ClaimResult | None]:
        """Settle, then claim; return for each request what came of its claim."""
        now = self.clock()
        if guard := _only_guard(requests):
            return _at_once(writer, requests, guard, now)
        with writer.writing() as connection:
            return _in_transaction(connection, requests, now)


def _in_transaction(
    connection: Connection, requests: Sequence[SettleAndClaimRequest], now: datetime
) -> list[ClaimResult | None]:
    changes = [request.settled for request in requests if request.settled]
    settled = moves_alike(connection.dialect, changes)
    claims = [request.claim for request in requests]
    reader_ids: dict[HandoverGuard, list[int]] = {}
    for claim in filter(None, claims):
        reader_ids.setdefault(claim.guard, []).append(claim.reader_id)
    results = {}
    for guard, readers in reader_ids.items():
        results[guard] = claim_all(connection, readers, guard, now, settled)
        settled = []
    for moves in settled:  # nobody claims
        moves.statement.execute(connection, moves.rows, now)
    tell_refused(connection, changes, now)
    return [
        results[claim.guard][claim.reader_id] if claim else None for claim in claims
    ]


def _only_guard(requests: Sequence[SettleAndClaimRequest]) -> HandoverGuard | None:
    """Return the one guard of all claims, where one statement does for the group.

    So where all claim copies of one edition, and what was settled all ended alike,
    with nothing to be told of it: nearly always.
    """
    only: HandoverGuard | None = None
    for settled, claim in requests:
        if claim is None or (settled and settled.to is not DeliveryState.ACCEPTED):
            return None
        guard = claim.guard
        if only is None:
            only = guard
        elif guard is not only and guard != only:
            return None
    return only


def _at_once(
    writer: WritingConnection,
    requests: Sequence[SettleAndClaimRequest],
    guard: HandoverGuard,
    now: datetime,
) -> list[ClaimResult | None]:
    """Do it in the driver's own transaction: on PostgreSQL one journey, not three.

    Why some may not leave is asked in another. Should that fail, those that may have
    been claimed, and do not leave: they are uncertain, as after a kill.
    """
    changes = [request.settled for request in requests if request.settled]
    settled = moves_alike(writer.dialect, changes)
    readers = [request.claim.reader_id for request in requests if request.claim]
    with writer.at_once() as connection:
        claimed = claim_those(connection, readers, guard, now, settled)
    if len(claimed) == len(readers):
        return [ClaimResult.YES] * len(readers)
    with writer.writing() as connection:
        results = results_of(connection, readers, claimed, guard, now)
    return [results[reader_id] for reader_id in readers]
