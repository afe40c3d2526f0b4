"""Where callers write down what came of each call, once, with what follows from it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Engine

from digest.deliver import limits
from digest.errors import DigestError
from digest.model.delivery.calls import OTHER_WAYS, CallOutcome, CallReport
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.formats import Format
from digest.store.base.engine import writing
from digest.store.campaigns.going_live import refuse_unless_may_go
from digest.store.delivery import deliveries
from digest.store.delivery.by_channel import BY_PHONE
from digest.store.delivery.calling import attempts, calls, numbers
from digest.store.delivery.calling.attempts import CallAttempt
from digest.store.delivery.calling.calls import Call, call_key
from digest.store.delivery.claims import ClaimResult, claim, guard_for
from digest.store.delivery.deliveries import DeliveryMove
from digest.store.editions import editions, moves
from digest.store.editions.closing import close_edition
from digest.store.holds import holds
from digest.store.staff.rounds import ALL_ROUNDS, VisibleRounds

log = logging.getLogger(__name__)

_PRACTICE = (
    "call {} is one to practise with: nobody is rung for it, and nothing is changed "
    "for its reader"
)
_UNWELCOME = (
    "call {} is not to be made any more: its reader has left or paused, asked not to "
    "be rung, or the edition was called back. Nothing was written down"
)
_DONE = "call {} is written down already: {}. Take that back first, if it is wrong"
_OVERTAKEN = (
    "somebody else has just written something down of call {}: look at it again"
)
_NO_WAY = "say how they would rather have it: one of {}"
_TOO_LONG = "write at most {} characters of what they said"
_NOTHING = "nothing is written down of call {} that could be taken back"
_TOO_LATE = "what was written down of call {} is more than a day old: it stays so"
_STOPPED = "the edition of call {} was called back: nothing of it is to be made again"
_INSTEAD = "they asked to have it another way: {}"


class ReaderDoors(Protocol):
    """What a reader may ask a caller for; each in the transaction that is open.

    The person is named by their number, and the campaign by its name.
    """

    def leave(
        self, connection: Connection, person: int, name: str, now: datetime
    ) -> None:
        """Have them leave the campaign, told by phone."""
        ...

    def come_back(
        self, connection: Connection, person: int, name: str, now: datetime
    ) -> None:
        """Have them stay after all. Raises DigestError where it is too long ago."""
        ...

    def change_format(
        self,
        connection: Connection,
        person: int,
        name: str,
        wanted: Format,
        now: datetime,
    ) -> str:
        """Have them get it in that format; return what they had asked for before."""
        ...

    def restore_format(
        self, connection: Connection, person: int, before: str, now: datetime
    ) -> None:
        """Have them get what they had asked for before, "" of nothing."""
        ...


@dataclass(frozen=True, slots=True)
class CallDesk:
    """Takes down what came of calls: each report is one transaction."""

    engine: Engine
    doors: ReaderDoors
    clock: Callable[[], datetime]

    def write_down(
        self, reference: str, report: CallReport, of: VisibleRounds = ALL_ROUNDS
    ) -> Call:
        """Write down what came of a call, and do what follows; return how it stands.

        Said twice it is the same as once. Raises NotFound for a call that is not of
        those rounds, and DigestError, nothing written down, for one that is not to be
        made any more, and while nothing may leave; who asks to stop is always heard.
        """
        if len(report.note) > limits.CALL_NOTE_LENGTH:
            raise DigestError(_TOO_LONG.format(limits.CALL_NOTE_LENGTH))
        key, now = call_key(reference), self.clock()
        door = (
            writing(self.engine)
            if report.outcome is CallOutcome.STOP
            else holds.handing_over(self.engine, now)
        )
        with door as connection:
            call = calls.get(connection, key, of)
            refuse_unless_may_go(connection, key.edition_id)
            if _is_said_again(connection, call, report):
                return call
            _refuse(call, report)
            self._follow(connection, call, report, now)
            moves.move(connection, key.edition_id, EditionState.SENDING, now)
            close_edition(connection, key.edition_id, now)
            log.info("call written down copy=%s outcome=%s", key, report.outcome)
            return calls.get(connection, key, of)

    def take_back(self, reference: str, of: VisibleRounds = ALL_ROUNDS) -> CallAttempt:
        """Take back what was written down last of a call, with what followed from it.

        The call is to be made again, unless the next edition has its posts already.
        Raises NotFound as `write_down`, and DigestError where that is nothing, too
        long ago, or the edition was called back.
        """
        key, now = call_key(reference), self.clock()
        with writing(self.engine) as connection:
            call = calls.get(connection, key, of)
            refuse_unless_may_go(connection, key.edition_id)
            latest = attempts.of_call(connection, key)[:1]
            if not latest:
                raise DigestError(_NOTHING.format(key))
            attempt = latest[0]
            if now - attempt.at > limits.CALL_UNDO:
                raise DigestError(_TOO_LATE.format(key))
            if editions.get(connection, key.edition_id).stopped_at is not None:
                raise DigestError(_STOPPED.format(key))
            self._undo(connection, call, attempt, now)
            attempts.take_back(connection, call, attempt, now)
            was_tried = attempt.outcome not in _NOT_TRIED
            calls.make_again(connection, call, now, was_tried=was_tried)
            log.info("call taken back copy=%s outcome=%s", key, attempt.outcome)
            return attempt

    def _follow(
        self, connection: Connection, call: Call, report: CallReport, now: datetime
    ) -> None:
        person, again_at, before = call.subscriber_id, None, ""
        match report.outcome:
            case CallOutcome.SPOKEN:
                _hand_over(connection, call, DeliveryState.ACCEPTED, report, now)
            case CallOutcome.NO_ANSWER | CallOutcome.LATER:
                again_at = report.rings_again_at(now, call.deliver_by)
                _hand_over(
                    connection, call, DeliveryState.PLANNED, report, now, again_at
                )
            case CallOutcome.WRONG_NUMBER:
                _hand_over(connection, call, DeliveryState.REFUSED, report, now)
                numbers.silence(connection, call, now)
            case CallOutcome.STOP:
                self.doors.leave(connection, person, call.campaign, now)
            case CallOutcome.ANOTHER_WAY if report.format:
                before = self.doors.change_format(
                    connection, person, call.campaign, report.format, now
                )
                why = _INSTEAD.format(report.format.words)
                deliveries.cancel(connection, calls.is_it(call.key), now, why)
            case CallOutcome.ANOTHER_WAY:
                raise DigestError(_NO_WAY.format(", ".join(map(str, OTHER_WAYS))))
        attempts.add(
            connection, call, report, now, again_at=again_at, format_before=before
        )

    def _undo(
        self, connection: Connection, call: Call, attempt: CallAttempt, now: datetime
    ) -> None:
        person = call.subscriber_id
        match attempt.outcome:
            case CallOutcome.SPOKEN | CallOutcome.NO_ANSWER | CallOutcome.LATER:
                pass
            case CallOutcome.WRONG_NUMBER:
                numbers.lift(connection, call.key, now)
            case CallOutcome.STOP:
                self.doors.come_back(connection, person, call.campaign, now)
            case CallOutcome.ANOTHER_WAY:
                before = attempt.format_before
                self.doors.restore_format(connection, person, before, now)


_NOT_TRIED = (CallOutcome.STOP, CallOutcome.ANOTHER_WAY)


def _is_said_again(connection: Connection, call: Call, report: CallReport) -> bool:
    """Whether the call has ended, and as the report says."""
    if call.state is DeliveryState.PLANNED or not call.is_over:
        return False
    latest = attempts.of_call(connection, call.key)[:1]
    return bool(latest) and latest[0].outcome is report.outcome


def _refuse(call: Call, report: CallReport) -> None:
    """Raise DigestError where nothing is to be written down of the call."""
    if call.is_over:
        words = call.reply or call.state.value
        raise DigestError(_DONE.format(call.key, words))
    if not call.is_to_be_made:
        raise DigestError(_UNWELCOME.format(call.key))
    if report.after is not None and report.after != call.attempts:
        raise DigestError(_OVERTAKEN.format(call.key))
    if call.is_rehearsal and report.outcome.is_about_reader:
        raise DigestError(_PRACTICE.format(call.key))


def _hand_over(  # noqa: PLR0913, PLR0917 - what there is to say of a move
    connection: Connection,
    call: Call,
    to: DeliveryState,
    report: CallReport,
    now: datetime,
    again_at: datetime | None = None,
) -> None:
    """Have the copy leave, if its reader may still be rung, and end there."""
    guard = guard_for(connection, call.key.edition_id, BY_PHONE)
    if claim(connection, call.key.reader_id, guard, now) is not ClaimResult.YES:
        raise DigestError(_UNWELCOME.format(call.key))
    words = report.outcome.words.lower()
    change = DeliveryMove(call.key, to, words, again_at, tried=True)
    deliveries.move(connection, change, now)
