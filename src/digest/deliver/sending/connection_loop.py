"""One connection's loop: at a crash it has one copy at most on the wire, uncertain.

A copy is claimed, as leaving, and that is committed, before its first byte goes;
its outcome is committed before the next copy's first byte goes. So a kill at
any instant leaves at most one uncertain copy per connection, and none is lost.
Both are written in one commit, between two copies.
"""

import asyncio
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
    merged_copy,
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
from digest.model.delivery.doubts import doubt_in_words
from digest.model.delivery.eta import left_in_words
from digest.model.editions.compiled_message import CompiledMessage
from digest.model.editions.mime import undeliverable
from digest.store.base.engine import writing
from digest.store.delivery.deliveries import DeliveryMove, move, postpone
from digest.store.delivery.sending.claims import ClaimResult
from digest.store.delivery.sending.settle_and_claim import (
    CopyClaim,
    SettleAndClaimRequest,
)

log = logging.getLogger(__name__)

# A copy that must wait longer is given back, so that nothing is held up by it.
_LONGEST_WAIT_IN_HAND = 20.0
WITHDRAWN = "everything in this copy was withdrawn before it went"


@dataclass(frozen=True, slots=True)
class RunContext:
    """What the connections of one run share."""

    engine: Engine
    queue: CopyQueue
    links: ReaderLinks
    policy: RetryPolicy
    clock: Callable[[], datetime]
    commits: GroupCommit[SettleAndClaimRequest, ClaimResult | None]
    state: RunState
    rate_limiter: RateLimiter


class PreparedCopy(NamedTuple):
    """A copy that is ready to go, or refused before it could be."""

    queued: QueuedCopy
    variant: CompiledVariant
    content: Copy | Refused

    @property
    def copy(self) -> Copy | None:
        """What may be announced to the carrier."""
        return self.content if isinstance(self.content, Copy) else None


class ConnectionLoop:
    """Sends copies over one connection, until no more will come."""

    def __init__(self, context: RunContext, connection: ReconnectingConnection) -> None:
        self._context = context
        self._connection = connection
        self._unsettled: tuple[QueuedCopy, DeliveryMove] | None = None
        self._in_hand: list[QueuedCopy] = []
        # The copy behind the one that is announced, and who is to prepare it.
        self._ahead: PreparedCopy | None = None
        self._idle: asyncio.Handle | None = None

    async def run(self) -> CarrierError | None:
        """Send; return why this connection came to an end early, if it did.

        Every copy then is where it was, or recorded.
        """
        try:
            await self._send()
            await self._record()
        except CarrierError as problem:
            await self._record()
            return problem
        except BaseException:
            self._context.state.halt()
            raise
        finally:
            if self._idle is not None:
                self._idle.cancel()
            for queued in reversed(self._in_hand):
                self._context.queue.put_back(queued)
            self._in_hand.clear()
            await self._connection.close()
        return None

    async def _send(self) -> None:
        prepared = await self._next()
        while prepared is not None and not self._context.state.must_stop:
            await self._connection.ready()
            prepared = await self._hand_over(prepared) or await self._next()

    async def _hand_over(self, prepared: PreparedCopy) -> PreparedCopy | None:
        """Hand over one copy, if it may still go; return the one announced."""
        queued, variant, content = prepared
        claim = CopyClaim(queued.due.key.reader_id, variant.guard)
        result = await self._record(claim)
        if result is not ClaimResult.YES:
            self._pass_over(prepared, result)
            return None
        following = await self._next_now()
        if isinstance(content, Refused):
            self._settle(queued, content)
            return following
        try:
            announced = following and following.copy
            # Behind what others write just now: the mail server is at work meanwhile.
            loop = asyncio.get_running_loop()
            self._idle = loop.call_soon(self._prepare_ahead)
            outcome = await self._connection.hand_over(content, announced)
        except CarrierError as problem:
            # Not charged to the reader; but behind the others, so that one copy that
            # gets us turned away cannot keep all the rest from going.
            why = str(problem)
            change = DeliveryMove(
                queued.due.key, DeliveryState.PLANNED, why, self._soon()
            )
            self._unsettled = queued, change
            self._context.state.note(why)
            raise
        self._settle(queued, outcome)
        return following

    async def _next(self) -> PreparedCopy | None:
        """Wait for the next copy, with every outcome so far recorded first."""
        while (prepared := await self._next_now()) is None:
            await self._record()
            if not await self._context.queue.wait_for_more():
                return None
        return prepared

    async def _next_now(self) -> PreparedCopy | None:
        """Return the next copy that may leave this instant, merged, if there is one."""
        if (ahead := self._ahead) is not None:
            self._ahead = None
            return ahead
        while (queued := self._context.queue.next()) is not None:
            self._in_hand.append(queued)
            if not self._is_within_limits(queued):
                continue
            due = queued.due
            variant = await queued.batch.variants.get(due.variant_id)
            if isinstance(variant, FailedVariant):
                self._postpone(queued, self._soon(), variant.why)
                self._context.state.note(variant.why)
            elif variant.message is None:
                self._cancel(queued)
            else:
                return self._prepared(queued, variant, variant.message)
        return None

    def _prepare_ahead(self) -> None:
        """Have the copy merged that comes after the one announced, if it is simple.

        Not where others may want it soon, or where its turn depends on the time.
        """
        context = self._context
        is_simple = context.queue.is_ample and context.rate_limiter.is_unlimited
        if not is_simple or self._ahead is not None:
            return
        if (queued := context.queue.next()) is None:
            return
        self._in_hand.append(queued)
        variant = queued.batch.variants.at_hand(queued.due.variant_id)
        if variant is None or variant.message is None:
            self._put_back(queued)
        else:
            self._ahead = self._prepared(queued, variant, variant.message)

    def _prepared(
        self, queued: QueuedCopy, variant: CompiledVariant, message: CompiledMessage
    ) -> PreparedCopy:
        if why := undeliverable(queued.due.to.email):
            return PreparedCopy(queued, variant, Refused(f"the address {why}"))
        code, links = queued.batch.edition_code, self._context.links
        copy = merged_copy(queued.due, message, code, links)
        return PreparedCopy(queued, variant, copy)

    async def _record(self, claim: CopyClaim | None = None) -> ClaimResult | None:
        """Have committed how the last copy ended, and that the next one leaves."""
        if claim is None and self._unsettled is None:
            return None
        unsettled, self._unsettled = self._unsettled, None
        outcome = unsettled[1] if unsettled else None
        result = await self._context.commits.submit(
            SettleAndClaimRequest(outcome, claim)
        )
        if unsettled:
            self._finish(unsettled[0])
        return result

    def _settle(self, queued: QueuedCopy, outcome: Outcome) -> None:
        is_counted = is_charged(outcome)
        attempts = queued.due.attempts + is_counted
        end = settle(
            outcome,
            attempts,
            self._context.clock(),
            self._context.policy,
            queued.batch.patience,
        )
        change = DeliveryMove(
            queued.due.key,
            end.state,
            end.reply,
            end.next_attempt_at,
            is_counted,
            only_after=queued.due.attempts,
        )
        self._unsettled = queued, change
        if end.state is DeliveryState.UNCERTAIN:
            queued.batch.has_uncertain = True
        self._context.state.count(end_of(outcome))
        level = _level_of(end.state)
        if log.isEnabledFor(level):
            words = "delivery settled id=%s state=%s attempts=%s"
            log.log(level, words, queued.due.key, end.state, attempts)
        if doubt := doubt_in_words(end.state, queued.due.doubts):
            log.warning("delivery %s id=%s", doubt, queued.due.key)

    def _pass_over(self, prepared: PreparedCopy, result: ClaimResult | None) -> None:
        """Go on without a copy that may not leave as it was prepared."""
        queued, variant, _ = prepared
        if result is ClaimResult.STALE:
            queued.batch.variants.discard(queued.due.variant_id, variant)
            self._put_back(queued)
            return
        if result is ClaimResult.CANCELLED:
            self._context.state.count(CopyEnd.CANCELLED)
        self._finish(queued)

    def _is_within_limits(self, queued: QueuedCopy) -> bool:
        """Whether the rate limits let it go; if not, it is put back until they do."""
        limiter = self._context.rate_limiter
        if limiter.is_unlimited:
            return True
        domain = queued.due.to.email.rpartition("@")[2]
        wait = limiter.acquire(domain, queued.batch.sending_domain)
        if wait is None:
            return True
        seconds = max((wait.until - self._context.clock()).total_seconds(), 0.001)
        is_for_all = wait.is_for_all and not wait.sending_domain
        if seconds <= _LONGEST_WAIT_IN_HAND:
            self._put_back(queued, 0 if is_for_all else seconds)
            if is_for_all:
                self._context.queue.pause(seconds)
        elif is_for_all:
            self._put_back(queued)
            why = f"{wait.why}; the next in {left_in_words(seconds)}"
            self._context.state.pause(why)
        else:
            self._postpone(queued, wait.until, wait.why)
        return False

    def _put_back(self, queued: QueuedCopy, delay_seconds: float = 0) -> None:
        self._in_hand.remove(queued)
        self._context.queue.put_back(queued, delay_seconds)

    def _postpone(self, queued: QueuedCopy, until: datetime, why: str) -> None:
        with writing(self._context.engine) as connection:
            postpone(connection, queued.due.key, until=until, why=why)
        self._finish(queued)

    def _cancel(self, queued: QueuedCopy) -> None:
        change = DeliveryMove(
            queued.due.key,
            DeliveryState.CANCELLED,
            WITHDRAWN,
            only_from=DeliveryState.PLANNED,
            owes=False,
        )
        with writing(self._context.engine) as connection:
            is_cancelled = move(connection, change, self._context.clock())
        if is_cancelled:
            self._context.state.count(CopyEnd.CANCELLED)
        self._finish(queued)

    def _soon(self) -> datetime:
        return self._context.clock() + self._context.policy.soon

    def _finish(self, queued: QueuedCopy) -> None:
        self._in_hand.remove(queued)
        self._context.queue.finish(queued)


def _level_of(state: DeliveryState) -> int:
    match state:
        case DeliveryState.ACCEPTED:
            return logging.DEBUG
        case DeliveryState.PLANNED:
            return logging.INFO
        case DeliveryState.REFUSED:
            return logging.ERROR
        case _:
            return logging.WARNING
