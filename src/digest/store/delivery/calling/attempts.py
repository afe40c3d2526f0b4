"""What came of ringing readers: a row for each time that somebody wrote it down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    ScalarSelect,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)

from digest.model.delivery.calls import CallOutcome, CallReport
from digest.model.delivery.delivery import DeliveryState
from digest.model.formats import named
from digest.model.people.channel_choice import NotServed, ReaderFacts, resolve
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.bulk import one_of
from digest.store.base.modes import mode_of
from digest.store.base.tables import (
    call_attempt,
    campaign,
    delivery,
    edition,
    reader,
    subscriber,
)
from digest.store.delivery.calling.calls import Call, CallBefore
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.people.readers import reach_columns
from digest.store.staff.audit import Act, actor_of
from digest.store.staff.audit import record as record_act
from digest.store.staff.rounds import VisibleRounds


@dataclass(frozen=True, slots=True)
class CallAttempt:
    """What somebody wrote down of a call; no name where the reader was erased.

    `format` is what they want instead, and `format_before` what they had asked for, ""
    of nothing; `lacks` says what is missing for it to reach them so. `has_left` is
    whether they left the campaign by it, `before` what the call said until then.
    """

    id: int
    key: DeliveryKey
    name: str
    outcome: CallOutcome
    caller: str
    at: datetime
    again_at: datetime | None
    note: str
    format: str
    format_before: str
    lacks: str
    has_left: bool
    before: CallBefore
    campaign: str
    slot: datetime

    @property
    def is_told_again(self) -> bool:
        """Whether they were spoken to when another edition brought the same already."""
        return self.outcome is CallOutcome.SPOKEN and self.before.moved_to is None


@dataclass(frozen=True, slots=True)
class CallEffect:
    """What an outcome did: to the call, and to its reader; see `CallAttempt`."""

    again_at: datetime | None = None
    format_before: str = ""
    has_left: bool = False
    # What the number is hashed to that was rung, where it is not the one held now.
    number_hash: str = ""


def add(
    connection: Connection,
    calls: tuple[Call, Call],
    report: CallReport,
    effect: CallEffect,
    now: datetime,
) -> None:
    """Write down what came of a call, and who said so; the note is not on record.

    `calls` are the call as it was, and as it is now.
    """
    call, after = calls
    has_moved = (call.state, call.attempts) != (after.state, after.attempts)
    connection.execute(
        insert(call_attempt).values(
            edition_id=call.key.edition_id,
            reader_id=call.key.reader_id,
            outcome=report.outcome,
            caller=actor_of(connection),
            at=now,
            again_at=effect.again_at,
            note=report.note or None,
            format=report.format.name if report.format else None,
            format_before=effect.format_before or None,
            has_left=effect.has_left,
            phone_hash=effect.number_hash or _number_of(call.subscriber_id),
            moved_to=after.state if has_moved else None,
            tries_before=call.attempts,
            reply_before=call.reply or None,
            next_attempt_before=call.next_attempt_at,
        )
    )
    _record(connection, "wrote down of", call, report.outcome, now)


def take_back(
    connection: Connection, call: Call, attempt: CallAttempt, now: datetime
) -> None:
    """Forget what was written down last."""
    connection.execute(delete(call_attempt).where(call_attempt.c.id == attempt.id))
    _record(connection, "took back of", call, attempt.outcome, now)


def of_call(connection: Connection, key: DeliveryKey) -> list[CallAttempt]:
    """Return what is written down of a call, the latest first."""
    rows = rows_of(connection, _of_call, key)
    return [_attempt(row) for row in sorted(rows, key=lambda row: -row.id)]


def _of_call(_connection: Connection, key: DeliveryKey) -> Select[Any]:
    return _attempts().where(
        call_attempt.c.edition_id == key.edition_id,
        call_attempt.c.reader_id == key.reader_id,
    )


def question_of_call(key: DeliveryKey) -> Asked:
    """Return what `of_call` asks, to be asked with others."""
    return _of_call, key


def is_answered(call: Call, history: Sequence[CallAttempt]) -> bool:
    """Whether it was made, or ended by what was written down of it last."""
    is_by_word = any(latest.before.still_holds(call) for latest in history[:1])
    return call.is_over and (call.state is DeliveryState.ACCEPTED or is_by_word)


def latest_of(
    connection: Connection, subscriber_ids: Sequence[int]
) -> dict[int, CallAttempt]:
    """Return what was written down last, in our mode, of calls to each of these."""
    rows = rows_of(connection, _latest_of, tuple(subscriber_ids))
    return {row.subscriber_id: _attempt(row) for row in rows}


def question_of_latest(subscriber_ids: Iterable[int]) -> Asked:
    """Return what `latest_of` asks, to be asked with others."""
    return _latest_of, tuple(subscriber_ids)


def _latest_of(connection: Connection, subscriber_ids: Sequence[int]) -> Select[Any]:
    last = (
        select(func.max(call_attempt.c.id))
        .join(reader, reader.c.id == call_attempt.c.reader_id)
        .join(edition, edition.c.id == call_attempt.c.edition_id)
        .where(
            edition.c.mode == mode_of(connection),
            one_of(connection, reader.c.subscriber_id, subscriber_ids),
        )
        .group_by(reader.c.subscriber_id)
    )
    rows = _attempts().add_columns(reader.c.subscriber_id)
    return rows.where(call_attempt.c.id.in_(last))


def since(
    connection: Connection, start: datetime, of: VisibleRounds, most: int
) -> list[CallAttempt]:
    """Return what was written down since then of calls of these rounds, in our mode.

    The latest of each call, those first that were made last.
    """
    is_ours = edition.c.mode == mode_of(connection)
    names = (
        select(subscriber.c.organiser)
        .join(reader, reader.c.subscriber_id == subscriber.c.id)
        .join(call_attempt, call_attempt.c.reader_id == reader.c.id)
        .join(edition, edition.c.id == call_attempt.c.edition_id)
        .where(call_attempt.c.at >= start, is_ours)
        .distinct()
    )
    latest = (
        select(func.max(call_attempt.c.id))
        .where(call_attempt.c.at >= start)
        .group_by(call_attempt.c.edition_id, call_attempt.c.reader_id)
    )
    rows = (
        _attempts()
        .where(
            call_attempt.c.id.in_(latest),
            is_ours,
            of.holds_name(connection, subscriber.c.organiser, names),
        )
        .limit(most)
    )
    latest_first = rows.order_by(call_attempt.c.id.desc())
    return [_attempt(row) for row in connection.execute(latest_first)]


def blank(connection: Connection, subscriber_id: int) -> None:
    """Remove what callers wrote down in somebody's words."""
    theirs = select(reader.c.id).where(reader.c.subscriber_id == subscriber_id)
    connection.execute(
        update(call_attempt)
        .where(call_attempt.c.reader_id.in_(theirs))
        .values(note=None, phone_hash=None)
    )


def _record(
    connection: Connection, verb: str, call: Call, outcome: CallOutcome, now: datetime
) -> None:
    act = Act(
        verb,
        edition_id=call.key.edition_id,
        subject=call.subject,
        after={"call": outcome.value},
    )
    record_act(connection, act, now)


def _attempts() -> Select[Any]:
    return (
        select(
            call_attempt.c.id,
            call_attempt.c.edition_id,
            call_attempt.c.reader_id,
            call_attempt.c.outcome,
            call_attempt.c.caller,
            call_attempt.c.at,
            call_attempt.c.again_at,
            call_attempt.c.note,
            call_attempt.c.format.label("instead"),
            call_attempt.c.format_before,
            call_attempt.c.has_left,
            call_attempt.c.moved_to,
            call_attempt.c.tries_before,
            call_attempt.c.reply_before,
            call_attempt.c.next_attempt_before,
            *reach_columns(),
            subscriber.c.name,
            subscriber.c.erased_at,
            campaign.c.name.label("campaign"),
            edition.c.slot,
        )
        .join(edition, edition.c.id == call_attempt.c.edition_id)
        .join(campaign, campaign.c.id == edition.c.campaign_id)
        .join(reader, reader.c.id == call_attempt.c.reader_id)
        .join(
            delivery,
            (delivery.c.edition_id == call_attempt.c.edition_id)
            & (delivery.c.reader_id == call_attempt.c.reader_id),
        )
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
    )


def _attempt(row: Row[Any]) -> CallAttempt:
    return CallAttempt(
        row.id,
        DeliveryKey(row.edition_id, row.reader_id),
        "" if row.erased_at else row.name,
        CallOutcome(row.outcome),
        row.caller,
        row.at,
        row.again_at,
        row.note or "",
        row.instead or "",
        row.format_before or "",
        _lacking(row),
        bool(row.has_left),
        CallBefore(
            row.at,
            DeliveryState(row.moved_to) if row.moved_to else None,
            row.tries_before,
            row.reply_before or "",
            row.next_attempt_before,
        ),
        row.campaign,
        row.slot,
    )


def _number_of(subscriber_id: int) -> ScalarSelect[Any]:
    numbers = select(subscriber.c.phone_hash).where(subscriber.c.id == subscriber_id)
    return numbers.scalar_subquery()


def _lacking(row: Row[Any]) -> str:
    """Return what is missing for what somebody wants instead to reach them, "" if none.

    Whatever is held and suppressed of them since.
    """
    if not row.instead:
        return ""
    served = resolve(
        ReaderFacts(
            named(row.instead),
            has_email=row.has_email,
            has_address=row.has_address,
            has_phone=row.has_phone,
            email_suppressed=row.email_suppressed,
            post_suppressed=row.post_suppressed,
            phone_suppressed=row.phone_suppressed,
        )
    )
    return served.reason if isinstance(served, NotServed) else ""
