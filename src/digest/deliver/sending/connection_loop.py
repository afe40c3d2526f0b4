"""One connection's work: take a copy, hand it over, have it recorded, go on.

A copy is marked as leaving, and that is committed, before its first byte goes;
its outcome is committed before the next copy's first byte goes. So a kill at
any instant leaves at most one uncertain copy per connection, and none is lost.
Both are written in one commit, between two copies.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine

from digest.deliver.carrier import Copy
from digest.deliver.sending.compiled_variants import (
    CompiledVariant,
    FailedVariant,
    ReaderLinks,
    copy_of,
)
from digest.deliver.sending.copy_queue import CopyQueue, QueuedCopy
from digest.deliver.sending.group_commit import GroupCommit
from digest.deliver.sending.rate_limiter import RateLimiter
from digest.deliver.sending.run_state import CopyEnd, RunState, end_of
from digest.deliver.smtp.reconnecting_connection import ReconnectingConnection
from digest.errors import CarrierError
from digest.model.delivery.delivery import (
    DeliveryState,
    Outcome,
    Refused,
    RetryPolicy,
    is_charged,
    settle,
)
from digest.model.editions.mime import undeliverable
from digest.store.base.engine import writing
from digest.store.delivery.claims import ClaimResult
from digest.store.delivery.deliveries import DeliveryMove, move, postpone
from digest.store.delivery.settle_and_claim import CopyClaim, SettleAndClaimRequest

log = logging.getLogger(__name__)

# A copy that must wait longer is given back, so that nothing is held up by it.
_LONGEST_WAIT_IN_HAND = 20.0
WITHDRAWN = "everything in this copy was withdrawn before it went"


@dataclass(frozen=True, slots=True)
class RunContext:
    """What the connections of one run share."""

    engine: Engine
    feed: CopyQueue
    links: ReaderLinks
    policy: RetryPolicy
    clock: Callable[[], datetime]
    recorder: GroupCommit[SettleAndClaimRequest, ClaimResult | None]
    board: RunState
    pace: RateLimiter


class PreparedCopy(NamedTuple):
    """A copy that is made, or the reason why it cannot be."""

    task: QueuedCopy
    words: CompiledVariant
    made: Copy | Refused

    @property
    def copy(self) -> Copy | None:
        """What may be announced to the carrier."""
        return self.made if isinstance(self.made, Copy) else None


class ConnectionLoop:
    """Sends copies over one line, until no more will come."""

    def __init__(self, shared: RunContext, line: ReconnectingConnection) -> None:
        self._shared = shared
        self._line = line
        self._unsettled: tuple[QueuedCopy, DeliveryMove] | None = None
        self._in_hand: list[QueuedCopy] = []

    async def run(self) -> CarrierError | None:
        """Send; return why this connection came to an end early, if it did.

        Every copy then is where it was, or recorded.
        """
        try:
            await self._send()
            await self._write()
        except CarrierError as problem:
            await self._write()
            return problem
        except BaseException:
            self._shared.board.halt()
            raise
        finally:
            for task in reversed(self._in_hand):
                self._shared.feed.put_back(task)
            self._in_hand.clear()
            await self._line.close()
        return None

    async def _send(self) -> None:
        ready = await self._next()
        while ready is not None and not self._shared.board.must_stop:
            await self._line.ready()
            ready = await self._serve(ready) or await self._next()

    async def _serve(self, ready: PreparedCopy) -> PreparedCopy | None:
        """Hand over one copy, if it may still go; return the one announced."""
        taken = await self._write(
            CopyClaim(ready.task.due.key.reader_id, ready.words.guard)
        )
        if taken is not ClaimResult.YES:
            self._leave(ready, taken)
            return None
        following = await self._next_now()
        try:
            outcome = (
                ready.made
                if isinstance(ready.made, Refused)
                else await self._line.hand_over(
                    ready.made, following and following.copy
                )
            )
        except CarrierError as problem:
            self._give_back(ready.task, str(problem))
            raise
        self._settle(ready.task, outcome)
        return following

    async def _next(self) -> PreparedCopy | None:
        """Wait for the next copy, with all that is done recorded first."""
        while (ready := await self._next_now()) is None:
            await self._write()
            if not await self._shared.feed.wait_for_more():
                return None
        return ready

    async def _next_now(self) -> PreparedCopy | None:
        while (task := self._shared.feed.next()) is not None:
            self._in_hand.append(task)
            if not self._may_leave_now(task):
                continue
            words = await task.batch.press.words(task.due.variant_id)
            if isinstance(words, FailedVariant):
                self._keep_back(task, words.why)
            elif words.message is None:
                self._cancel(task)
            else:
                return PreparedCopy(task, words, self._make(task, words))
        return None

    def _make(self, task: QueuedCopy, words: CompiledVariant) -> Copy | Refused:
        if words.message is None or (why := undeliverable(task.due.to.email)):
            return Refused(f"the address {why}")
        code = task.batch.edition_code
        return copy_of(task.due, words.message, code, self._shared.links)

    async def _write(self, taking: CopyClaim | None = None) -> ClaimResult | None:
        """Have written how the last copy ended, and that the next one leaves."""
        if taking is None and self._unsettled is None:
            return None
        done, self._unsettled = self._unsettled, None
        turn = SettleAndClaimRequest(done[1] if done else None, taking)
        taken = await self._shared.recorder.ask(turn)
        if done:
            self._end(done[0])
        return taken

    def _settle(self, task: QueuedCopy, outcome: Outcome) -> None:
        is_counted = is_charged(outcome)
        attempts = task.due.attempts + is_counted
        end = settle(
            outcome,
            attempts,
            self._shared.clock(),
            self._shared.policy,
            task.batch.patience,
        )
        change = DeliveryMove(
            task.due.key,
            end.state,
            end.reply,
            end.next_attempt_at,
            is_counted,
            only_after=task.due.attempts,
        )
        self._unsettled = task, change
        self._shared.board.count(end_of(outcome))
        log.log(
            _LEVELS.get(end.state, logging.WARNING),
            "delivery settled id=%s state=%s attempts=%s",
            task.due.key,
            end.state,
            attempts,
        )

    def _leave(self, ready: PreparedCopy, taken: ClaimResult | None) -> None:
        """Go on without a copy that may not leave as it was made."""
        if taken is ClaimResult.STALE:
            batch = ready.task.batch
            batch.press.forget(ready.task.due.variant_id, ready.words)
            self._put_back(ready.task)
            return
        if taken is ClaimResult.CANCELLED:
            self._shared.board.count(CopyEnd.CANCELLED)
        self._end(ready.task)

    def _give_back(self, task: QueuedCopy, why: str) -> None:
        # Not charged to the reader; but behind the others, so that one copy that
        # gets us turned away cannot keep all the rest from going.
        change = DeliveryMove(task.due.key, DeliveryState.PLANNED, why, self._later())
        self._unsettled = task, change
        self._shared.board.note(why)

    def _may_leave_now(self, task: QueuedCopy) -> bool:
        """Whether the limits let it; if not, it is put back for when they do."""
        domain = task.due.to.email.rpartition("@")[2]
        wait = self._shared.pace.ask(domain, task.batch.sending_domain)
        if wait is None:
            return True
        seconds = max((wait.until - self._shared.clock()).total_seconds(), 0.001)
        is_for_all = wait.is_for_all and not wait.sending_domain
        if seconds <= _LONGEST_WAIT_IN_HAND:
            self._put_back(task, 0 if is_for_all else seconds)
            if is_for_all:
                self._shared.feed.hold(seconds)
        elif is_for_all:
            self._put_back(task)
            self._shared.board.pause(f"{wait.why}; the next at {wait.until:%H:%M} UTC")
        else:
            self._postpone(task, wait.until, wait.why)
        return False

    def _put_back(self, task: QueuedCopy, delay_seconds: float = 0) -> None:
        self._in_hand.remove(task)
        self._shared.feed.put_back(task, delay_seconds)

    def _keep_back(self, task: QueuedCopy, why: str) -> None:
        self._postpone(task, self._later(), why)
        self._shared.board.note(why)

    def _postpone(self, task: QueuedCopy, until: datetime, why: str) -> None:
        with writing(self._shared.engine) as connection:
            postpone(connection, task.due.key, until=until, why=why)
        self._end(task)

    def _cancel(self, task: QueuedCopy) -> None:
        change = DeliveryMove(
            task.due.key,
            DeliveryState.CANCELLED,
            WITHDRAWN,
            only_from=DeliveryState.PLANNED,
        )
        with writing(self._shared.engine) as connection:
            is_cancelled = move(connection, change, self._shared.clock())
        if is_cancelled:
            self._shared.board.count(CopyEnd.CANCELLED)
        self._end(task)

    def _later(self) -> datetime:
        return self._shared.clock() + self._shared.policy.soon

    def _end(self, task: QueuedCopy) -> None:
        self._in_hand.remove(task)
        self._shared.feed.ended(task)


_LEVELS = {
    DeliveryState.ACCEPTED: logging.DEBUG,
    DeliveryState.PLANNED: logging.INFO,
    DeliveryState.REFUSED: logging.ERROR,
}
