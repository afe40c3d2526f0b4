"""What came back of copies that had left: one row for each report, for good."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from digest.model.delivery.bounces import (
    STRIKES_WITHIN,
    BounceKind,
    BounceVerdict,
    CopyRef,
)
from digest.model.editions.mode import Mode
from digest.store.base.tables import bounce, delivery, edition, reader, subscriber
from digest.store.base.upsert import insert_new
from digest.store.delivery import cancelling
from digest.store.delivery.by_channel import IS_EMAIL
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.people import suppressions
from digest.store.staff.audit import Act
from digest.store.staff.audit import record as record_act


@dataclass(frozen=True, slots=True)
class SentCopy:
    """A copy that a report is about, and whose it is.

    `has_changed` says that the person's details have changed since it left, so
    that it may have gone to another address than they have now. What comes back
    of a rehearsal is kept, and counts against nobody.
    """

    key: DeliveryKey
    subscriber_id: int
    email: str
    email_hash: str | None
    is_erased: bool
    has_changed: bool
    is_rehearsal: bool = False


def copy_of(connection: Connection, ref: CopyRef) -> SentCopy | None:
    """Return the copy that an envelope sender speaks of, if it is held."""
    row = connection.execute(
        select(
            delivery.c.edition_id,
            delivery.c.reader_id,
            delivery.c.handed_over_at,
            subscriber.c.id,
            subscriber.c.email,
            subscriber.c.email_hash,
            subscriber.c.erased_at,
            subscriber.c.changed_at,
            subscriber.c.mark,
            edition.c.mode,
        )
        .join(edition, edition.c.id == delivery.c.edition_id)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(
            edition.c.code == ref.edition_code,
            delivery.c.reader_id == ref.reader.reader_id,
        )
    ).first()
    if row is None or not (row.erased_at or ref.reader.is_of(row.mark)):
        return None
    left_at = row.handed_over_at
    return SentCopy(
        key=DeliveryKey(row.edition_id, row.reader_id),
        subscriber_id=row.id,
        email=row.email or "",
        email_hash=row.email_hash,
        is_erased=row.erased_at is not None,
        has_changed=left_at is not None and row.changed_at > left_at,
        is_rehearsal=row.mode == Mode.PRACTICE,
    )


def campaign_of(connection: Connection, key: DeliveryKey) -> int:
    """Return which campaign a copy is of."""
    query = select(edition.c.campaign_id).where(edition.c.id == key.edition_id)
    return int(connection.scalars(query).one())


def is_known(connection: Connection, mark: str) -> bool:
    """Whether a report with that mark has been recorded."""
    recorded = select(bounce.c.id).where(bounce.c.mark == mark)
    return connection.scalar(recorded) is not None


def record(
    connection: Connection,
    copy: SentCopy,
    finding: BounceVerdict,
    mark: str,
    now: datetime,
) -> bool:
    """Keep what was found; False, and nothing is kept, where that report is known.

    Of somebody who was erased the words are not kept: they may name them.
    """
    row = {
        "mark": mark,
        "edition_id": copy.key.edition_id,
        "reader_id": copy.key.reader_id,
        "kind": finding.kind,
        "status": finding.status,
        "words": None if copy.is_erased else finding.words,
        "recorded_at": now,
    }
    if not insert_new(connection, bounce, [row], key=("mark",)):
        return False
    if finding.kind.ends_it:
        act = Act(
            "took in what came back of",
            edition_id=copy.key.edition_id,
            subject=f"delivery {copy.key}",
            after={"kind": finding.kind, "status": finding.status},
        )
        record_act(connection, act, now)
    return True


def strike_days(connection: Connection, copy: SentCopy, now: datetime) -> set[date]:
    """Return on which days (UTC) copies to the person's address bounced for now.

    Of the last weeks alone, and none from before their details changed.
    """
    reported = (
        select(bounce.c.recorded_at)
        .join(
            delivery,
            (delivery.c.edition_id == bounce.c.edition_id)
            & (delivery.c.reader_id == bounce.c.reader_id),
        )
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .join(edition, edition.c.id == delivery.c.edition_id)
        .where(
            delivery.c.subscriber_id == copy.subscriber_id,
            delivery.c.handed_over_at >= subscriber.c.changed_at,
            edition.c.mode != Mode.PRACTICE,
            bounce.c.kind == BounceKind.SOFT,
            bounce.c.recorded_at > now - STRIKES_WITHIN,
        )
    )
    return {at.date() for at in connection.scalars(reported)}


def silence(connection: Connection, email_hash: str, why: str, now: datetime) -> int:
    """Never write to that address again; return how many copies were cancelled.

    `why` must name nobody.
    """
    suppressions.add(connection, {"email": email_hash}, why, now)
    theirs = select(subscriber.c.id).where(subscriber.c.email_hash == email_hash)
    planned = IS_EMAIL & delivery.c.subscriber_id.in_(theirs)
    return cancelling.cancel(connection, planned, now, why)


@dataclass(frozen=True, slots=True)
class ReturnedCopy:
    """One copy that came back, whose it was and why; a letter's kind is "returned"."""

    at: datetime
    person_id: int
    name: str
    key: DeliveryKey
    kind: str
    status: str
    words: str


def latest(connection: Connection, most: int) -> list[ReturnedCopy]:
    """Return what came back last of copies of people who are not erased."""
    rows = connection.execute(
        select(
            bounce.c.recorded_at,
            bounce.c.edition_id,
            bounce.c.reader_id,
            bounce.c.kind,
            bounce.c.status,
            bounce.c.words,
            subscriber.c.id,
            subscriber.c.name,
        )
        .join(reader, reader.c.id == bounce.c.reader_id)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(subscriber.c.erased_at.is_(None))
        .order_by(bounce.c.id.desc())
        .limit(most)
    )
    return [
        ReturnedCopy(
            row.recorded_at,
            row.id,
            row.name,
            DeliveryKey(row.edition_id, row.reader_id),
            row.kind,
            row.status,
            row.words or "",
        )
        for row in rows
    ]


def words_by_reader(
    connection: Connection, edition_id: int, readers: range
) -> dict[int, str]:
    """Return the last words that came back of the copies of those readers."""
    reports = (
        select(bounce.c.reader_id, bounce.c.kind, bounce.c.status, bounce.c.words)
        .where(
            bounce.c.edition_id == edition_id,
            bounce.c.reader_id.between(readers.start, readers.stop - 1),
        )
        .order_by(bounce.c.id)
    )
    return {
        row.reader_id: row.words
        or " ".join(filter(None, ("bounced:", row.kind, row.status)))
        for row in connection.execute(reports)
    }
