"""Keys of the programs that may change things; only a hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from digest.errors import DigestError, NotFound
from digest.model.roles import USUAL_SCOPES, Scope
from digest.store import limits
from digest.store.base.tables import access_key
from digest.store.base.upsert import insert_new
from digest.store.staff.audit import Act, record

_SIGN = "digest_"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key by its name; what it is made of is known to its holder alone."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    ends_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None

    @property
    def actor(self) -> str:
        """The name under which its holder's acts are on record."""
        return f"{self.name} (key)"

    def state(self, now: datetime) -> str:
        """Return in a word or two whether it lets anybody in."""
        if self.revoked_at is not None:
            return f"revoked {self.revoked_at:%Y-%m-%d}"
        if self.ends_at is None:
            return "in use"
        ended = "ended" if self.ends_at <= now else "in use until"
        return f"{ended} {self.ends_at:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be made: whose, what for, and until when; None is for good."""

    name: str
    scopes: tuple[Scope, ...] = USUAL_SCOPES
    ends_at: datetime | None = None


def create(connection: Connection, new: NewKey, now: datetime) -> str:
    """Make a key and return its secret, which cannot be told again.

    Raises DigestError where there is, or was, a key of that name, where it is for
    nothing, and where it ends before it begins.
    """
    label = " ".join(new.name.split())
    if not 0 < len(label) <= limits.KEY_NAME_LENGTH:
        raise DigestError(
            f"a key needs a name of at most {limits.KEY_NAME_LENGTH} letters: "
            "whose it is"
        )
    if not new.scopes:
        raise DigestError(f"a key is for something: {', '.join(Scope)}, or all of it")
    if new.ends_at is not None and new.ends_at <= now:
        raise DigestError(f"a key ends on a day to come, not on {new.ends_at:%Y-%m-%d}")
    secret = _SIGN + secrets.token_urlsafe(limits.KEY_SECRET_BYTES)
    row = {
        "name": label,
        "secret_hash": _hash(secret),
        "scopes": list(new.scopes),
        "created_at": now,
        "ends_at": new.ends_at,
    }
    if not insert_new(connection, access_key, [row], key=("name",)):
        raise DigestError(
            f'there is a key called "{label}" already, or was: choose another name'
        )
    after = {"for": list(new.scopes)} | ({"ends": new.ends_at} if new.ends_at else {})
    record(connection, Act("made", subject=f"key {label}", after=after), now)
    return secret


def listed(connection: Connection) -> list[AccessKey]:
    """Return every key there is or was, by name."""
    rows = connection.execute(select(access_key).order_by(access_key.c.name))
    return [_key(row) for row in rows]


def revoke(connection: Connection, name: str, now: datetime) -> bool:
    """End a key; False where it had ended. Raises NotFound in words."""
    matching = [key for key in listed(connection) if key.name == name]
    if not matching:
        raise NotFound(f'no key is called "{name}"; see: digest key list')
    ended = connection.execute(
        update(access_key)
        .where(access_key.c.name == name, access_key.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    if ended.rowcount:
        record(connection, Act("revoked", subject=f"key {name}"), now)
    return ended.rowcount == 1


def holder(connection: Connection, secret: str, now: datetime) -> AccessKey | None:
    """Return the key with that secret, if there is one that has not ended."""
    # Looked up by a hash of 256 random bits: its time tells nothing of use.
    row = connection.execute(
        select(access_key).where(
            access_key.c.secret_hash == _hash(secret),
            access_key.c.revoked_at.is_(None),
            or_(access_key.c.ends_at.is_(None), access_key.c.ends_at > now),
        )
    ).first()
    return _key(row) if row else None


def note_used(connection: Connection, key_id: int, now: datetime) -> None:
    """Note that a key is in use now."""
    connection.execute(
        update(access_key).where(access_key.c.id == key_id).values(used_at=now)
    )


def _key(row: Row[Any]) -> AccessKey:
    return AccessKey(
        row.id,
        row.name,
        tuple(Scope(scope) for scope in row.scopes),
        row.created_at,
        row.ends_at,
        row.used_at,
        row.revoked_at,
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
