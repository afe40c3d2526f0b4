"""What the passwords of staff are checked by: their hashes, one for each account."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from digest.errors import DigestError
from digest.store.base.tables import account
from digest.store.staff import account_links, accounts, sessions
from digest.store.staff.audit import Act, record


def of_email(connection: Connection, email: str) -> tuple[int, str] | None:
    """Return whose it is and the hash to check a password by, None where none may."""
    row = connection.execute(
        select(account.c.id, account.c.password_hash).where(
            account.c.email == email,
            account.c.ended_at.is_(None),
            account.c.password_hash.is_not(None),
        )
    ).first()
    return (row.id, row.password_hash) if row else None


def set_password(
    connection: Connection,
    account_id: int,
    hashed: str,
    now: datetime,
    *,
    keep_session: int = 0,
) -> None:
    """Give an account that has not ended another password.

    Every device but the one of `keep_session` is signed out, and links end.
    """
    owner = accounts.get(connection, account_id)
    changed = connection.execute(
        update(account)
        .where(account.c.id == account_id, account.c.ended_at.is_(None))
        .values(password_hash=hashed)
    )
    if not changed.rowcount:
        raise DigestError("this account has ended")
    sessions.end_all(connection, account_id, but=keep_session)
    account_links.end_all(connection, account_id, now)
    act = Act("chose a password for", subject=f"account {owner.name}")
    record(connection, act, now)


def rehash(connection: Connection, account_id: int, old: str, hashed: str) -> None:
    """Keep the same password by a hash of today's costs, unless it was changed."""
    connection.execute(
        update(account)
        .where(account.c.id == account_id, account.c.password_hash == old)
        .values(password_hash=hashed)
    )
