"""What came of ringing readers: a row for each time that somebody wrote it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from digest.model.delivery.calls import CallOutcome, CallReport
from digest.store.base.bulk import one_of
from digest.store.base.tables import (
    call_attempt,
    campaign,
    delivery,
    edition,
    reader,
    subscriber,
)
from digest.store.delivery.calling.calls import Call
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.people.doubles.merges import whose
from digest.store.staff.audit import Act, actor_of
from digest.store.staff.audit import record as record_act
from digest.store.staff.rounds import VisibleRounds


@dataclass(frozen=True, slots=True)
class CallAttempt:
    """What somebody wrote down of a call; no name where the reader was erased.

    `format_before` is what who wants it another way had asked for, "" of nothing.
    """

    id: int
    key: DeliveryKey
    name: str
    outcome: CallOutcome
    caller: str
    at: datetime
    again_at: datetime | None
    note: str
    format_before: str
    campaign: str
    slot: datetime


def add(  # noqa: PLR0913 - what there is to keep of a call, each by name
    connection: Connection,
    call: Call,
    report: CallReport,
    now: datetime,
    *,
    again_at: datetime | None = None,
    format_before: str = "",
) -> None:
    """Write down what came of a call, and who said so; the note is not on record."""
    connection.execute(
        insert(call_attempt).values(
            edition_id=call.key.edition_id,
            reader_id=call.key.reader_id,
            outcome=report.outcome,
            caller=actor_of(connection),
            at=now,
            again_at=again_at,
            note=report.note or None,
            format_before=format_before or None,
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
    rows = _attempts().where(
        call_attempt.c.edition_id == key.edition_id,
        call_attempt.c.reader_id == key.reader_id,
    )
    return [_attempt(row) for row in connection.execute(_latest_first(rows))]


def of_person(
    connection: Connection, subscriber_id: int, most: int
) -> list[CallAttempt]:
    """Return what is written down of calls to somebody, the latest first."""
    rows = _attempts().where(whose(reader.c.subscriber_id, subscriber_id)).limit(most)
    return [_attempt(row) for row in connection.execute(_latest_first(rows))]


def latest_of(
    connection: Connection, subscriber_ids: Sequence[int]
) -> dict[int, CallAttempt]:
    """Return what was written down last of calls to each of these people."""
    last = (
        select(func.max(call_attempt.c.id))
        .join(reader, reader.c.id == call_attempt.c.reader_id)
        .where(one_of(connection, reader.c.subscriber_id, subscriber_ids))
        .group_by(reader.c.subscriber_id)
    )
    rows = _attempts().add_columns(reader.c.subscriber_id)
    matching = connection.execute(rows.where(call_attempt.c.id.in_(last)))
    return {row.subscriber_id: _attempt(row) for row in matching}


def since(
    connection: Connection, start: datetime, of: VisibleRounds, most: int
) -> list[CallAttempt]:
    """Return what was written down since then of calls of these rounds.

    The latest of each call, those first that were made last.
    """
    names = (
        select(subscriber.c.organiser)
        .join(reader, reader.c.subscriber_id == subscriber.c.id)
        .join(call_attempt, call_attempt.c.reader_id == reader.c.id)
        .where(call_attempt.c.at >= start)
        .distinct()
    )
    rows = (
        _attempts()
        .where(
            call_attempt.c.at >= start,
            of.holds_name(connection, subscriber.c.organiser, names),
        )
        .limit(most)
    )
    latest: dict[DeliveryKey, CallAttempt] = {}
    for row in connection.execute(_latest_first(rows)):
        attempt = _attempt(row)
        latest.setdefault(attempt.key, attempt)
    return [*latest.values()]


def blank(connection: Connection, subscriber_id: int) -> None:
    """Remove what callers wrote down in somebody's words."""
    theirs = select(reader.c.id).where(reader.c.subscriber_id == subscriber_id)
    connection.execute(
        update(call_attempt)
        .where(call_attempt.c.reader_id.in_(theirs))
        .values(note=None)
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
            call_attempt.c.format_before,
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


def _latest_first(rows: Select[Any]) -> Select[Any]:
    return rows.order_by(call_attempt.c.id.desc())


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
        row.format_before or "",
        row.campaign,
        row.slot,
    )
