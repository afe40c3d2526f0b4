"""Passkeys of accounts: what is kept of them lets nobody in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from digest.errors import DigestError
from digest.store import limits
from digest.store.base.tables import account, account_passkey, used_challenge
from digest.store.base.upsert import insert_new
from digest.store.staff import accounts
from digest.store.staff.audit import Act, record


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey: its public half, and how often its device says it was used."""

    id: int
    account_id: int
    credential_id: str
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What a device has made; `credential_id` is in base64url."""

    credential_id: str
    public_key: bytes
    sign_count: int
    name: str


def add(
    connection: Connection, account_id: int, new: NewPasskey, now: datetime
) -> None:
    """Give an account a passkey. Raises DigestError where it has it already."""
    row = {
        "account_id": account_id,
        "credential_id": new.credential_id,
        "public_key": new.public_key,
        "sign_count": new.sign_count,
        "name": new.name[: limits.PASSKEY_NAME_LENGTH],
        "created_at": now,
    }
    if not insert_new(connection, account_passkey, [row], key=("credential_id",)):
        raise DigestError("this passkey is set up already")
    _record(connection, "set up a passkey for", account_id, now)


def of_account(connection: Connection, account_id: int) -> Sequence[Passkey]:
    """Return the passkeys of an account, the oldest first."""
    rows = connection.execute(
        select(account_passkey)
        .where(account_passkey.c.account_id == account_id)
        .order_by(account_passkey.c.id)
    )
    return [Passkey(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's own


def by_credential(connection: Connection, credential_id: str) -> Passkey | None:
    """Return the passkey of that id, if its account has not ended."""
    row = connection.execute(
        select(account_passkey)
        .join(account, account.c.id == account_passkey.c.account_id)
        .where(
            account_passkey.c.credential_id == credential_id,
            account.c.ended_at.is_(None),
        )
    ).first()
    return Passkey(**row._mapping) if row else None  # noqa: SLF001


def note_used(
    connection: Connection, passkey_id: int, sign_count: int, now: datetime
) -> None:
    """Note that a passkey has let its owner in."""
    connection.execute(
        update(account_passkey)
        .where(account_passkey.c.id == passkey_id)
        .values(sign_count=sign_count, used_at=now)
    )


def remove(
    connection: Connection, passkey_id: int, account_id: int, now: datetime
) -> bool:
    """Take a passkey from an account; False where it has no such one."""
    removed = connection.execute(
        delete(account_passkey).where(
            account_passkey.c.id == passkey_id,
            account_passkey.c.account_id == account_id,
        )
    )
    if removed.rowcount:
        _record(connection, "took away a passkey of", account_id, now)
    return removed.rowcount == 1


def use_challenge(
    connection: Connection, number: int, ends_at: datetime, now: datetime
) -> bool:
    """Note that a challenge was answered; False where it was before, or is over."""
    connection.execute(delete(used_challenge).where(used_challenge.c.ends_at <= now))
    if ends_at <= now:
        return False
    row = {"number": number, "ends_at": ends_at}
    return insert_new(connection, used_challenge, [row], key=("number",)) == 1


def _record(connection: Connection, verb: str, account_id: int, now: datetime) -> None:
    name = accounts.get(connection, account_id).name
    record(connection, Act(verb, subject=f"account {name}"), now)
