"""Letters that came back: one report for each, beside those of emails."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from digest.model.delivery.returned_letters import LetterReturnReason
from digest.model.delivery.suppression_reasons import letter_came_back
from digest.model.editions.mode import Mode
from digest.store.base.tables import (
    bounce,
    delivery,
    edition,
    print_batch,
    subscriber,
)
from digest.store.base.upsert import insert_new
from digest.store.delivery import cancelling
from digest.store.delivery.by_channel import BY_LETTER, IS_LETTER
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.people import suppressions
from digest.store.people.readers import is_suppressed
from digest.store.staff.audit import Act
from digest.store.staff.audit import record as record_act
from digest.store.staff.rounds import VisibleRounds

KIND = "returned"


@dataclass(frozen=True, slots=True)
class PrintedLetter:
    """A letter that was printed, and whose it is; no name where they were erased.

    `targets` are the hashes by which they are written to, by channel. `has_changed`
    says that their details have changed since it was printed.
    """

    key: DeliveryKey
    subscriber_id: int
    name: str
    targets: Mapping[str, str]
    has_changed: bool
    is_rehearsal: bool
    is_erased: bool
    campaign_id: int


@dataclass(frozen=True, slots=True)
class ReturnedLetter:
    """A letter that came back; `is_ended` says that nothing more is posted there."""

    key: DeliveryKey
    name: str
    reason: LetterReturnReason
    recorded_at: datetime
    is_ended: bool


def printed_letter(
    connection: Connection, key: DeliveryKey, of: VisibleRounds
) -> PrintedLetter | None:
    """Return the letter of that reference, if it is among those."""
    row = connection.execute(
        select(
            delivery.c.handed_over_at,
            subscriber.c.id,
            subscriber.c.name,
            subscriber.c.email_hash,
            subscriber.c.post_hash,
            subscriber.c.phone_hash,
            subscriber.c.erased_at,
            subscriber.c.changed_at,
            edition.c.mode,
            edition.c.campaign_id,
        )
        .join(print_batch, print_batch.c.id == delivery.c.print_batch_id)
        .join(edition, edition.c.id == delivery.c.edition_id)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(
            delivery.c.edition_id == key.edition_id,
            delivery.c.reader_id == key.reader_id,
            of.holds(print_batch.c.organiser_key),
        )
    ).first()
    if row is None:
        return None
    hashes = {
        "email": row.email_hash,
        "post": row.post_hash,
        "phone": row.phone_hash,
    }
    left_at = row.handed_over_at
    return PrintedLetter(
        key=key,
        subscriber_id=row.id,
        name="" if row.erased_at else row.name,
        targets={channel: each for channel, each in hashes.items() if each},
        has_changed=left_at is not None and row.changed_at > left_at,
        is_rehearsal=row.mode == Mode.PRACTICE,
        is_erased=row.erased_at is not None,
        campaign_id=row.campaign_id,
    )


def record(
    connection: Connection, key: DeliveryKey, reason: LetterReturnReason, now: datetime
) -> bool:
    """Write down that a letter came back; False where that is on record already."""
    row = {
        "mark": _mark(key),
        "edition_id": key.edition_id,
        "reader_id": key.reader_id,
        "kind": KIND,
        "status": reason,
        "words": reason.words,
        "recorded_at": now,
    }
    if not insert_new(connection, bounce, [row], key=("mark",)):
        return False
    _record(connection, "took in what came back of", key, reason, now)
    return True


def silence(
    connection: Connection,
    letter: PrintedLetter,
    reason: LetterReturnReason,
    now: datetime,
) -> int:
    """Post nothing more there, or send nothing more at all; return what was cancelled.

    As many copies as were planned still.
    """
    targets = {
        channel: target
        for channel, target in letter.targets.items()
        if reason.ends_everything or channel == "post"
    }
    why = letter_came_back(letter.key, reason)
    suppressions.add(connection, targets, why, now)
    theirs = delivery.c.subscriber_id == letter.subscriber_id
    planned = theirs if reason.ends_everything else theirs & IS_LETTER
    return cancelling.cancel(connection, planned, now, why)


def take_back(connection: Connection, key: DeliveryKey, now: datetime) -> bool:
    """Forget that a letter came back, and lift what was suppressed for it alone."""
    row = connection.execute(
        select(bounce.c.status).where(bounce.c.mark == _mark(key))
    ).first()
    if row is None:
        return False
    connection.execute(delete(bounce).where(bounce.c.mark == _mark(key)))
    reason = LetterReturnReason(row.status)
    suppressions.lift_reason(connection, letter_came_back(key, reason), now)
    _record(connection, "took back what came back of", key, reason, now)
    return True


def since(
    connection: Connection, start: datetime, of: VisibleRounds, most: int
) -> list[ReturnedLetter]:
    """Return which of those were written down since then, newest first."""
    rows = connection.execute(
        _returned()
        .where(bounce.c.recorded_at >= start, of.holds(print_batch.c.organiser_key))
        .order_by(bounce.c.id.desc())
        .limit(most)
    )
    return [_letter(row) for row in rows]


def get(
    connection: Connection, key: DeliveryKey, of: VisibleRounds
) -> ReturnedLetter | None:
    """Return what is on record of one of those that came back."""
    row = connection.execute(
        _returned().where(
            bounce.c.mark == _mark(key), of.holds(print_batch.c.organiser_key)
        )
    ).first()
    return _letter(row) if row else None


def _returned() -> Any:
    return (
        select(
            bounce.c.edition_id,
            bounce.c.reader_id,
            bounce.c.status,
            bounce.c.recorded_at,
            subscriber.c.name,
            subscriber.c.erased_at,
            is_suppressed(BY_LETTER).label("is_ended"),
        )
        .join(
            delivery,
            (delivery.c.edition_id == bounce.c.edition_id)
            & (delivery.c.reader_id == bounce.c.reader_id),
        )
        .join(print_batch, print_batch.c.id == delivery.c.print_batch_id)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(bounce.c.kind == KIND)
    )


def _letter(row: Row[Any]) -> ReturnedLetter:
    return ReturnedLetter(
        DeliveryKey(row.edition_id, row.reader_id),
        "" if row.erased_at else row.name,
        LetterReturnReason(row.status),
        row.recorded_at,
        bool(row.is_ended),
    )


def _mark(key: DeliveryKey) -> str:
    return f"letter-{key}"


def _record(
    connection: Connection,
    verb: str,
    key: DeliveryKey,
    reason: LetterReturnReason,
    now: datetime,
) -> None:
    act = Act(
        verb,
        edition_id=key.edition_id,
        subject=f"delivery {key}",
        after={"kind": KIND, "status": reason},
    )
    record_act(connection, act, now)
