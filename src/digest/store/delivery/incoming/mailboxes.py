"""How far each mailbox was read, by whom now, and whether it can be reached."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select, update

from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import mailbox
from digest.store.base.upsert import insert_new
from digest.store.limits import MAILBOX_LEASE


@dataclass(frozen=True, slots=True)
class MailboxState:
    """A mailbox, read up to `upto` of the numbers of its `generation`.

    They are its UIDs and their UIDVALIDITY (RFC 3501, 2.3.1.1).
    `reached_at` is when it could be read last; `failure` why it cannot be now.
    """

    name: str
    generation: int = 0
    upto: int = 0
    reached_at: datetime | None = None
    failing_since: datetime | None = None
    failure: str = ""


def claim(connection: Connection, name: str, now: datetime) -> MailboxState | None:
    """Have this process look into a mailbox; None while another does, or just has."""
    new = {"name": name, "generation": 0, "upto": 0}
    insert_new(connection, mailbox, [new], key=("name",))
    claimed = connection.execute(
        update(mailbox)
        .where(
            mailbox.c.name == name,
            or_(mailbox.c.next_look_at.is_(None), mailbox.c.next_look_at <= now),
        )
        .values(next_look_at=now + MAILBOX_LEASE)
    )
    return get(connection, name) if claimed.rowcount else None


def release(connection: Connection, name: str) -> None:
    """Let a mailbox be looked into now, though it is not time."""
    connection.execute(
        update(mailbox).where(mailbox.c.name == name).values(next_look_at=None)
    )


def get(connection: Connection, name: str) -> MailboxState:
    """Return how a mailbox stands; one that was never looked into is at its start."""
    row = connection.execute(select(mailbox).where(mailbox.c.name == name)).first()
    if row is None:
        return MailboxState(name)
    return MailboxState(
        name,
        row.generation,
        row.upto,
        row.reached_at,
        row.failing_since,
        row.failure or "",
    )


def note_upto(
    connection: Connection, name: str, generation: int, upto: int, until: datetime
) -> None:
    """Keep how far a mailbox was read, and that nobody else looks `until` then."""
    connection.execute(
        update(mailbox)
        .where(mailbox.c.name == name)
        .values(generation=generation, upto=upto, next_look_at=until)
    )


def note_reached(
    connection: Connection, name: str, now: datetime, next_look_at: datetime
) -> None:
    """Keep that a mailbox was read to its end, and when it is looked into again."""
    connection.execute(
        update(mailbox)
        .where(mailbox.c.name == name)
        .values(
            reached_at=now, failing_since=None, failure=None, next_look_at=next_look_at
        )
    )


def note_failure(
    connection: Connection, name: str, why: str, now: datetime, next_look_at: datetime
) -> None:
    """Keep why a mailbox cannot be read, and since when."""
    since = get(connection, name).failing_since or now
    connection.execute(
        update(mailbox)
        .where(mailbox.c.name == name)
        .values(failing_since=since, failure=why, next_look_at=next_look_at)
    )


def forget_others(connection: Connection, name: str) -> None:
    """Forget the mailboxes that are set no more: one that is away is no trouble."""
    connection.execute(
        update(mailbox)
        .where(mailbox.c.name != name)
        .values(failing_since=None, failure=None)
    )


def in_trouble(connection: Connection) -> list[MailboxState]:
    """Return the mailboxes that cannot be read, and since when."""
    rows = rows_of(connection, _in_trouble)
    return [get(connection, row.name) for row in rows]


def _in_trouble(_connection: Connection) -> Select[Any]:
    return select(mailbox.c.name).where(mailbox.c.failing_since.is_not(None))


# What is asked of those in trouble, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_in_trouble,),)


def listed(connection: Connection) -> list[MailboxState]:
    """Return every mailbox that was ever looked into."""
    names = connection.scalars(select(mailbox.c.name).order_by(mailbox.c.name)).all()
    return [get(connection, name) for name in names]
