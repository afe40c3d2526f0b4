"""Who is signed in on which device; the cookie itself is known to its browser alone."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from digest.store import limits
from digest.store.base.tables import account, account_session
from digest.store.staff import accounts
from digest.store.staff.accounts import Account
from digest.store.upkeep.overdue_rows import OverdueRows


@dataclass(frozen=True, slots=True)
class Session:
    """One device that somebody is signed in on."""

    id: int
    account: Account
    device: str
    started_at: datetime
    seen_at: datetime
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class NewSession:
    """Whom to sign in, on what, for how long."""

    account_id: int
    device: str
    lasts: timedelta
    is_confirmed: bool


def start(connection: Connection, new: NewSession, now: datetime) -> str:
    """Sign somebody in on a device; return what its cookie holds: 256 random bits."""
    token = secrets.token_urlsafe(limits.SESSION_TOKEN_BYTES)
    connection.execute(
        insert(account_session).values(
            account_id=new.account_id,
            token_hash=_hash(token),
            device=new.device[: limits.DEVICE_NAME_LENGTH],
            started_at=now,
            seen_at=now,
            ends_at=now + new.lasts,
            confirmed_at=now if new.is_confirmed else None,
        )
    )
    return token


def current(connection: Connection, token: str, now: datetime) -> Session | None:
    """Return the session of that cookie, unless it or its account has ended."""
    # Looked up by a hash of 256 random bits: its time tells nothing of use.
    session = account_session.alias("session")
    row = connection.execute(
        accounts.rows()
        .add_columns(
            session.c.id.label("session_id"),
            session.c.device,
            session.c.started_at,
            session.c.seen_at.label("session_seen_at"),
            session.c.confirmed_at,
        )
        .join(session, session.c.account_id == account.c.id)
        .where(
            session.c.token_hash == _hash(token),
            session.c.ends_at > now,
            account.c.ended_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    return Session(
        row.session_id,
        accounts.of_row(row),
        row.device,
        row.started_at,
        row.session_seen_at,
        row.confirmed_at is not None,
    )


def note_seen(connection: Connection, session_id: int, now: datetime) -> None:
    """Note that somebody is at that device now."""
    connection.execute(
        update(account_session)
        .where(account_session.c.id == session_id)
        .values(seen_at=now)
    )


def end(connection: Connection, session_id: int, account_id: int) -> bool:
    """Sign one device of that account out; False where it was not signed in."""
    ended = connection.execute(
        delete(account_session).where(
            account_session.c.id == session_id,
            account_session.c.account_id == account_id,
        )
    )
    return ended.rowcount == 1


def end_all(connection: Connection, account_id: int, but: int = 0) -> int:
    """Sign every device of that account out but that one; return how many."""
    return connection.execute(
        delete(account_session).where(
            account_session.c.account_id == account_id, account_session.c.id != but
        )
    ).rowcount


# Those that have ended by themselves.
OVERDUE = OverdueRows(account_session, account_session.c.id, account_session.c.ends_at)


def of_account(
    connection: Connection, account_id: int, now: datetime
) -> Sequence[tuple[int, str, datetime, datetime]]:
    """Return each device of that account: id, name, since when, and seen when."""
    rows = connection.execute(
        select(account_session)
        .where(
            account_session.c.account_id == account_id,
            account_session.c.ends_at > now,
            account_session.c.confirmed_at.is_not(None),
        )
        .order_by(account_session.c.seen_at.desc())
    )
    return [(row.id, row.device, row.started_at, row.seen_at) for row in rows]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
