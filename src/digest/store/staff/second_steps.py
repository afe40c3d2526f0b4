"""What proves who somebody is besides their password: each proof is good once."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from digest.store.base.tables import account, account_passkey, recovery_code
from digest.store.staff import accounts
from digest.store.staff.audit import Act, record


def totp_secret(connection: Connection, account_id: int) -> str | None:
    """Return the sealed secret of an account's codes, None where it has none."""
    return connection.execute(
        select(account.c.totp_secret).where(account.c.id == account_id)
    ).scalar_one_or_none()


def set_totp(
    connection: Connection, account_id: int, sealed: str, step: int, now: datetime
) -> None:
    """Have an account's codes be of that secret, of which `step` has been used."""
    connection.execute(
        update(account)
        .where(account.c.id == account_id, account.c.ended_at.is_(None))
        .values(totp_secret=sealed, totp_step=step)
    )
    _record(connection, "set up codes from a phone for", account_id, now)


def use_totp(connection: Connection, account_id: int, step: int) -> bool:
    """Use up the code of a step; False where it, or a later one, has been used."""
    used = connection.execute(
        update(account)
        .where(account.c.id == account_id, account.c.totp_step < step)
        .values(totp_step=step)
    )
    return used.rowcount == 1


def set_recovery_codes(
    connection: Connection,
    account_id: int,
    hashes: Iterable[tuple[str, str]],
    now: datetime,
) -> None:
    """Give an account new codes on paper; those it had are good no more.

    Each is a hash, behind the id of the secret key that it was made with.
    """
    connection.execute(
        delete(recovery_code).where(recovery_code.c.account_id == account_id)
    )
    rows = [
        {"account_id": account_id, "key_id": key_id, "code_hash": code}
        for key_id, code in hashes
    ]
    connection.execute(insert(recovery_code), rows)
    _record(connection, "made codes on paper for", account_id, now)


def use_recovery_code(
    connection: Connection, account_id: int, hashes: Collection[str], now: datetime
) -> bool:
    """Use up a code on paper; False where it is none, or has been used.

    `hashes` are what it is hashed to, with each secret key that it may be of.
    """
    used = connection.execute(
        update(recovery_code)
        .where(
            recovery_code.c.account_id == account_id,
            recovery_code.c.code_hash.in_(hashes),
            recovery_code.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
    if used.rowcount:
        _record(connection, "used a code on paper of", account_id, now)
    return used.rowcount == 1


def recovery_codes_left(connection: Connection, account_id: int) -> int:
    """Return how many codes on paper have not been used."""
    return connection.execute(
        select(func.count())
        .select_from(recovery_code)
        .where(
            recovery_code.c.account_id == account_id,
            recovery_code.c.used_at.is_(None),
        )
    ).scalar_one()


def take_away(connection: Connection, account_id: int, now: datetime) -> None:
    """Take every second step from an account, for who has lost theirs."""
    connection.execute(
        update(account).where(account.c.id == account_id).values(totp_secret=None)
    )
    for table in (account_passkey, recovery_code):
        connection.execute(delete(table).where(table.c.account_id == account_id))
    _record(connection, "took the second step from", account_id, now)


def _record(connection: Connection, verb: str, account_id: int, now: datetime) -> None:
    name = accounts.get(connection, account_id).name
    record(connection, Act(verb, subject=f"account {name}"), now)
