"""What came in by mail: a row for each, and a person's reply until it is forwarded.

A reply is kept whole while it waits, and not a word of it after that.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, update

from digest.model.delivery.incoming_mail import (
    IncomingNote,
    IncomingState,
    MailDoor,
    forward_again_at,
)
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import incoming_mail, reader, subscriber
from digest.store.base.upsert import insert_new
from digest.store.limits import FORWARD_LEASE
from digest.store.upkeep.overdue_rows import OverdueRows

_COLUMNS = incoming_mail.c


@dataclass(frozen=True, slots=True)
class IncomingMailEntry:
    """An email that came in, as staff see it; `name` is of its reader, if known."""

    id: int
    received_at: datetime
    door: MailDoor
    state: IncomingState
    words: str
    campaign_id: int | None
    edition_id: int | None
    person_id: int | None
    name: str
    is_waiting: bool
    forwarded_at: datetime | None
    failure: str
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitingReaderReply:
    """A reply that is to be forwarded, and how often that was tried."""

    id: int
    campaign_id: int
    content: bytes
    attempts: int


def note(connection: Connection, noted: IncomingNote, now: datetime) -> bool:
    """Keep what came in; False, and nothing is kept, where it is on record already."""
    row = {
        "mark": noted.mark,
        "received_at": now,
        "door": noted.door,
        "state": noted.state,
        "words": noted.words or None,
        "campaign_id": noted.campaign_id or None,
        "edition_id": noted.edition_id or None,
        "reader_id": noted.reader_id or None,
        "sender_hash": noted.sender_hash or None,
        "attempts": 0,
    }
    return insert_new(connection, incoming_mail, [row], key=("mark",)) > 0


def is_noted(connection: Connection, mark: str) -> bool:
    """Whether an email with that mark is on record."""
    recorded = select(_COLUMNS.id).where(_COLUMNS.mark == mark)
    return connection.scalar(recorded) is not None


def keep_reply(
    connection: Connection, mark: str, content: bytes, forward_at: datetime
) -> None:
    """Keep an email that is on record until it is forwarded."""
    connection.execute(
        update(incoming_mail)
        .where(_COLUMNS.mark == mark)
        .values(content=content, forward_at=forward_at)
    )


def keep(connection: Connection, mark: str, content: bytes) -> None:
    """Keep an email that is on record, and that nobody else keeps, to be looked at."""
    connection.execute(
        update(incoming_mail).where(_COLUMNS.mark == mark).values(content=content)
    )


def content_of(connection: Connection, number: int) -> bytes | None:
    """Return an email that is kept; None where none is, or not any more."""
    return connection.scalar(select(_COLUMNS.content).where(_COLUMNS.id == number))


def replies_of(connection: Connection, sender_hash: str, since: datetime) -> int:
    """Return how many replies of that sender came in since then."""
    return (
        connection.scalar(
            select(func.count())
            .select_from(incoming_mail)
            .where(
                _COLUMNS.sender_hash == sender_hash,
                _COLUMNS.received_at > since,
                _COLUMNS.state == IncomingState.REPLY,
            )
        )
        or 0
    )


def claim_reply(connection: Connection, now: datetime) -> WaitingReaderReply | None:
    """Take the reply that is due first, and charge an attempt to it.

    It is due again when the lease ends, should nobody settle it. None where there is
    none, or another process has just taken it.
    """
    row = connection.execute(
        select(
            _COLUMNS.id, _COLUMNS.campaign_id, _COLUMNS.attempts, _COLUMNS.forward_at
        )
        .where(_COLUMNS.forward_at <= now)
        .order_by(_COLUMNS.forward_at)
        .limit(1)
    ).first()
    if row is None:
        return None
    claimed = connection.execute(
        update(incoming_mail)
        .where(
            _COLUMNS.id == row.id,
            _COLUMNS.forward_at == row.forward_at,
            _COLUMNS.attempts == row.attempts,
        )
        .values(attempts=row.attempts + 1, forward_at=now + FORWARD_LEASE)
    )
    if not claimed.rowcount:
        return None
    content = connection.scalar(select(_COLUMNS.content).where(_COLUMNS.id == row.id))
    return WaitingReaderReply(row.id, row.campaign_id, content or b"", row.attempts + 1)


def note_forwarded(
    connection: Connection, reply: WaitingReaderReply, now: datetime
) -> None:
    """Keep when a reply was forwarded, and nothing of its words."""
    connection.execute(
        update(incoming_mail)
        .where(_COLUMNS.id == reply.id)
        .values(content=None, forward_at=None, forwarded_at=now, failure=None)
    )


def put_off(
    connection: Connection, reply: WaitingReaderReply, why: str, now: datetime
) -> None:
    """Keep why a reply could not be forwarded; it is tried again, later each time."""
    connection.execute(
        update(incoming_mail)
        .where(_COLUMNS.id == reply.id)
        .values(forward_at=forward_again_at(reply.attempts, now), failure=why)
    )


def stuck(connection: Connection, before: datetime) -> tuple[int, datetime | None]:
    """Return how many replies have waited since before then, and since when."""
    (row,) = rows_of(connection, _stuck, before)
    return row.replies, row.since


def _stuck(_connection: Connection, before: datetime) -> Select[*tuple[Any, ...]]:
    return select(
        func.count().label("replies"), func.min(_COLUMNS.received_at).label("since")
    ).where(_COLUMNS.forward_at.is_not(None), _COLUMNS.received_at < before)


def questions(before: datetime) -> tuple[Asked, ...]:
    """Return what `stuck` asks, to be asked with others."""
    return ((_stuck, before),)


def listed(
    connection: Connection, most: int, before: int | None = None
) -> list[IncomingMailEntry]:
    """Return what came in, the latest first; those before that number, if given."""
    query = _entries().order_by(_COLUMNS.id.desc()).limit(most)
    if before is not None:
        query = query.where(_COLUMNS.id < before)
    return [_entry(row) for row in connection.execute(query)]


def unclear(connection: Connection, most: int) -> list[IncomingMailEntry]:
    """Return what came to us and could not be understood, unless somebody saw it."""
    rows = connection.execute(
        _entries()
        .where(
            _COLUMNS.state == IncomingState.NOT_UNDERSTOOD, _COLUMNS.seen_at.is_(None)
        )
        .order_by(_COLUMNS.id.desc())
        .limit(most)
    )
    return [_entry(row) for row in rows]


def note_seen(connection: Connection, number: int, now: datetime) -> bool:
    """Keep that somebody looked at an email that could not be understood.

    False where it is none of those, or somebody did before.
    """
    noted = connection.execute(
        update(incoming_mail)
        .where(
            _COLUMNS.id == number,
            _COLUMNS.state == IncomingState.NOT_UNDERSTOOD,
            _COLUMNS.seen_at.is_(None),
        )
        .values(seen_at=now)
    )
    return noted.rowcount > 0


# What came in long ago, but for replies that wait still.
OVERDUE = OverdueRows(
    incoming_mail, _COLUMNS.id, _COLUMNS.received_at, _COLUMNS.forward_at.is_(None)
)


def forget_person(
    connection: Connection, subscriber_id: int, email_hash: str | None
) -> None:
    """Remove what somebody wrote to us, and what was said of copies to them."""
    theirs = _COLUMNS.reader_id.in_(
        select(reader.c.id).where(reader.c.subscriber_id == subscriber_id)
    )
    by_them = _COLUMNS.sender_hash == email_hash if email_hash else theirs
    connection.execute(
        update(incoming_mail)
        .where(or_(theirs, by_them))
        .values(words=None, content=None, forward_at=None, failure=None)
    )


def _entries() -> Select[Any]:
    return (
        select(
            incoming_mail,
            subscriber.c.id.label("person_id"),
            subscriber.c.name,
            subscriber.c.erased_at,
        )
        .outerjoin(reader, reader.c.id == _COLUMNS.reader_id)
        .outerjoin(subscriber, subscriber.c.id == reader.c.subscriber_id)
    )


def _entry(row: Any) -> IncomingMailEntry:
    is_erased = row.erased_at is not None
    return IncomingMailEntry(
        id=row.id,
        received_at=row.received_at,
        door=MailDoor(row.door),
        state=IncomingState(row.state),
        words=row.words or "",
        campaign_id=row.campaign_id,
        edition_id=row.edition_id,
        person_id=None if is_erased else row.person_id,
        name="" if is_erased else row.name or "",
        is_waiting=row.forward_at is not None,
        forwarded_at=row.forwarded_at,
        failure=row.failure or "",
        seen_at=row.seen_at,
    )
