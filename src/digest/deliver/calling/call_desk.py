"""Where callers write down what came of each call, once, with what follows from it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from sqlalchemy import Connection, Engine

from digest.deliver import limits
from digest.deliver.reader_doors import ReaderDoors
from digest.errors import DigestError
from digest.model.delivery.calls import (
    OTHER_WAYS,
    CallOutcome,
    CallReport,
    FormatChange,
)
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.staff_words import moment_in_words
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery
from digest.store.campaigns import campaigns
from digest.store.campaigns.going_live import refuse_unless_may_go
from digest.store.delivery import cancelling, deliveries
from digest.store.delivery.by_channel import BY_PHONE
from digest.store.delivery.calling import attempts, calls, numbers
from digest.store.delivery.calling.attempts import CallAttempt, CallEffect
from digest.store.delivery.calling.calls import Call, call_key
from digest.store.delivery.deliveries import DeliveryKey, DeliveryMove
from digest.store.delivery.sending.claims import ClaimResult, claim, guard_for
from digest.store.editions import moves
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
    "be rung, or the edition was called back. Nothing was written down. If they were "
    "rung all the same, what they asked for still can be: to stop, to have it another "
    "way, or that it is a wrong number"
)
_OVER = (
    "call {} is over: {}. Nothing was written down. What they asked for still can be: "
    "to stop, to have it another way, or that it is a wrong number. If what is written "
    "down of it is wrong, take that back first"
)
_TOO_LATE_TO_RING = (
    "call {} is of use until {}, which is not after the time they asked for: their "
    "next call tells these posts too. Write an earlier time, or that nobody answered"
)
_OVERTAKEN = (
    "somebody else has just written something down of call {}: look at it again"
)
_NOT_NEWEST = (
    "somebody has written down something else of call {} since, or taken that back: "
    "look at it again, and take back what is wrong now"
)
_NO_WAY = "say how they would rather have it: one of {}"
_NO_NUMBER = "a telephone number has at most {} characters"
_TOO_LONG = "write at most {} characters of what they said"
_UNREADABLE = (
    "the note holds a character that cannot be kept: type it anew without what is not "
    "a letter, a figure or a mark"
)
_NOTHING = "nothing is written down of call {} that could be taken back"
_TOO_OLD = "what was written down of call {} is more than a day old: it stays so"
_INSTEAD = "they asked to have it another way: {}"


class CallDoors(ReaderDoors, Protocol):
    """What a reader may ask a caller for, and how a change of format is taken back."""

    def restore_format(
        self, connection: Connection, person: int, change: FormatChange, now: datetime
    ) -> None:
        """Take back that they changed to a format, and that they agreed to it."""
        ...

    def hash_of_number(self, name: str, number: str) -> str:
        """Return what a number of somebody's is hashed to, "" of none."""
        ...


@dataclass(frozen=True, slots=True)
class CallTakenBack:
    """What had been written down of a call, and how the call stands since."""

    attempt: CallAttempt
    call: Call


@dataclass(frozen=True, slots=True)
class CallDesk:
    """Takes down what came of calls: each report is one transaction."""

    engine: Engine
    doors: CallDoors
    clock: Callable[[], datetime]

    def write_down(
        self, reference: str, report: CallReport, of: VisibleRounds = ALL_ROUNDS
    ) -> Call:
        """Write down what came of a call, and do what follows; return how it stands.

        Said twice it is the same as once. What its reader asked for is heard whatever
        has become of the call, and so is that they were spoken to: they have its news
        then, unless another edition brings it by now. Raises NotFound for a call that
        is not of those rounds, and DigestError, nothing written down, for anything else
        of one that is not to be made any more, and while nothing may leave.
        """
        if len(report.number) > limits.CALL_NUMBER_LENGTH:
            raise DigestError(_NO_NUMBER.format(limits.CALL_NUMBER_LENGTH))
        if len(report.note) > limits.CALL_NOTE_LENGTH:
            raise DigestError(_TOO_LONG.format(limits.CALL_NOTE_LENGTH))
        if not report.is_readable:
            raise DigestError(_UNREADABLE)
        key, now = call_key(reference), self.clock()
        is_late = self._comes_late(key, report, of)
        is_heard = is_late or report.outcome.is_about_reader
        door = writing if is_heard else partial(holds.handing_over, now=now)
        with door(self.engine) as connection:
            call = calls.get(connection, key, of)
            if _is_said_again(connection, call, report):
                return call
            if is_heard:
                _refuse_heard(connection, call, is_late=is_late)
            else:
                refuse_unless_may_go(connection, key.edition_id)
                _refuse(connection, call, report)
            effect = self._follow(connection, call, report, now)
            after = calls.get(connection, key, ALL_ROUNDS)
            attempts.add(connection, (call, after), report, effect, now)
            if after.is_going:
                moves.move(connection, key.edition_id, EditionState.SENDING, now)
                close_edition(connection, key.edition_id, now)
            log.info("call written down copy=%s outcome=%s", key, report.outcome)
            return calls.get(connection, key, ALL_ROUNDS)

    def take_back(
        self,
        reference: str,
        of: VisibleRounds = ALL_ROUNDS,
        written: int | None = None,
    ) -> CallTakenBack:
        """Take back what was written down last of a call, with what followed from it.

        `written` is the number of what is meant: nothing is taken back where something
        else is the last by now. The call is as it was before, unless something else
        has happened to it since. Raises NotFound as `write_down`, and DigestError where
        that is nothing, or too long ago.
        """
        key, now = call_key(reference), self.clock()
        with writing(self.engine) as connection:
            call = calls.get(connection, key, of)
            latest = attempts.of_call(connection, key)[:1]
            if not latest and written is None:
                raise DigestError(_NOTHING.format(key))
            if not latest or written not in {None, latest[0].id}:
                raise DigestError(_NOT_NEWEST.format(key))
            attempt = latest[0]
            if now - attempt.at > limits.CALL_UNDO:
                raise DigestError(_TOO_OLD.format(key))
            self._undo(connection, call, attempt, now)
            attempts.take_back(connection, call, attempt, now)
            calls.put_back(connection, call, attempt.before, now)
            close_edition(connection, key.edition_id, now)
            log.info("call taken back copy=%s outcome=%s", key, attempt.outcome)
            return CallTakenBack(attempt, calls.get(connection, key, ALL_ROUNDS))

    def _comes_late(
        self, key: DeliveryKey, report: CallReport, of: VisibleRounds
    ) -> bool:
        """Whether they were spoken to, and the call is over by now."""
        if report.outcome is not CallOutcome.SPOKEN:
            return False
        with reading(self.engine) as connection:
            return calls.get(connection, key, of).is_over

    def _follow(
        self, connection: Connection, call: Call, report: CallReport, now: datetime
    ) -> CallEffect:
        person, rung = call.subscriber_id, self._other_number(call, report)
        match report.outcome:
            case CallOutcome.SPOKEN if call.is_over:
                calls.tell_late(connection, call, report.outcome.words.lower(), now)
            case CallOutcome.SPOKEN:
                _hand_over(connection, call, DeliveryState.ACCEPTED, report, now)
            case CallOutcome.NO_ANSWER | CallOutcome.LATER:
                zone = campaigns.load(connection, call.campaign_id).timezone
                again_at = report.rings_again_at(now, call.deliver_by, zone)
                _hand_over(
                    connection, call, DeliveryState.PLANNED, report, now, again_at
                )
                return CallEffect(again_at, number_hash=rung)
            case CallOutcome.WRONG_NUMBER:
                _give_up_number(connection, call, report, rung, now)
            case CallOutcome.STOP:
                has_left = self.doors.leave(connection, person, call.campaign, now)
                return CallEffect(has_left=has_left)
            case CallOutcome.ANOTHER_WAY if report.format:
                before = self.doors.change_format(
                    connection, person, call.campaign, report.format, now
                )
                why = _INSTEAD.format(report.format.words)
                cancelling.cancel(connection, calls.is_it(call.key), now, why)
                return CallEffect(format_before=before)
            case CallOutcome.ANOTHER_WAY:
                raise DigestError(_NO_WAY.format(", ".join(map(str, OTHER_WAYS))))
        return CallEffect(number_hash=rung)

    def _other_number(self, call: Call, report: CallReport) -> str:
        """Return what the number that was rung is hashed to, "" where it is theirs."""
        if not report.is_of_another_number(call.phone):
            return ""
        return self.doors.hash_of_number(call.name, report.number)

    def _undo(
        self, connection: Connection, call: Call, attempt: CallAttempt, now: datetime
    ) -> None:
        person = call.subscriber_id
        match attempt.outcome:
            case CallOutcome.SPOKEN | CallOutcome.NO_ANSWER | CallOutcome.LATER:
                pass
            case CallOutcome.WRONG_NUMBER:
                numbers.lift(connection, call.key, now)
            case CallOutcome.STOP if attempt.has_left:
                self.doors.come_back(connection, person, call.campaign, now)
            case CallOutcome.STOP:
                pass  # they had left before, by another word of theirs
            case CallOutcome.ANOTHER_WAY:
                change = FormatChange(attempt.format, attempt.format_before, attempt.at)
                self.doors.restore_format(connection, person, change, now)


def _give_up_number(
    connection: Connection, call: Call, report: CallReport, rung: str, now: datetime
) -> None:
    """Ring nobody there in their name: at `rung`, where theirs is another by now."""
    if rung:
        numbers.silence_another(connection, call, rung, now)
        if call.is_to_be_made:
            # Theirs has been put right since: it is to be rung, and now.
            _hand_over(connection, call, DeliveryState.PLANNED, report, now, now)
        return
    # Nobody was told anything: whoever mends the number, they hear it.
    tried = {"attempts": delivery.c.attempts + 1}
    words = report.outcome.words.lower()
    cancelling.cancel(connection, calls.is_it(call.key), now, words, **tried)
    numbers.silence(connection, call, now)


def _is_said_again(connection: Connection, call: Call, report: CallReport) -> bool:
    """Whether the call has ended, and the last that was written down says the same."""
    if not call.is_over:
        return False
    wanted = report.format.name if report.format else ""
    return any(
        latest.outcome is report.outcome and latest.format == wanted
        for latest in attempts.of_call(connection, call.key)[:1]
    )


def _refuse_heard(connection: Connection, call: Call, *, is_late: bool) -> None:
    """Raise DigestError where what was heard of a reader cannot be written down.

    That they were spoken to `is_late` where the call is over: not one that was made, or
    that ended by what a caller wrote down.
    """
    if call.is_rehearsal:
        raise DigestError(_PRACTICE.format(call.key))
    if is_late and not call.is_over:
        raise DigestError(_OVERTAKEN.format(call.key))
    if is_late and attempts.is_answered(call, attempts.of_call(connection, call.key)):
        raise DigestError(_OVER.format(call.key, call.reply or call.state.value))


def _refuse(connection: Connection, call: Call, report: CallReport) -> None:
    """Raise DigestError where only what its reader asked for can be written down."""
    if call.is_over:
        words = call.reply or call.state.value
        raise DigestError(_OVER.format(call.key, words))
    if not call.is_to_be_made:
        raise DigestError(_UNWELCOME.format(call.key))
    if report.after is not None and report.after != call.attempts:
        raise DigestError(_OVERTAKEN.format(call.key))
    if call.deliver_by is not None and report.asks_too_late(call.deliver_by):
        zone = campaigns.load(connection, call.campaign_id).timezone
        until = moment_in_words(call.deliver_by, zone)
        raise DigestError(_TOO_LATE_TO_RING.format(call.key, until))


def _hand_over(  # noqa: PLR0913, PLR0917 - what there is to say of a move
    connection: Connection,
    call: Call,
    to: DeliveryState,
    report: CallReport,
    now: datetime,
    again_at: datetime | None = None,
) -> None:
    """Have the copy leave, if its reader may still be rung, and end there.

    Who was spoken to when they might not be rung any more has been told all the same.
    """
    guard = guard_for(connection, call.key.edition_id, BY_PHONE)
    result = claim(connection, call.key.reader_id, guard, now)
    words = report.outcome.words.lower()
    if result is ClaimResult.CANCELLED and report.outcome is CallOutcome.SPOKEN:
        # Somebody stopped it while they spoke.
        fresh = calls.get(connection, call.key, ALL_ROUNDS)
        calls.tell_late(connection, fresh, words, now)
        return
    if result is not ClaimResult.YES:
        raise DigestError(_UNWELCOME.format(call.key))
    change = DeliveryMove(call.key, to, words, again_at, tried=True)
    deliveries.move(connection, change, now)
