"""Keys of the programs that may change things; only a hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from digest.errors import DigestError, NotFound
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
    created_at: datetime
    revoked_at: datetime | None

    @property
    def actor(self) -> str:
        """The name under which its holder's acts are on record."""
        return f"{self.name} (key)"


def create(connection: Connection, name: str, now: datetime) -> str:
    """Make a key and return its secret, which cannot be told again.

    Raises DigestError where there is, or was, a key of that name.
    """
    label = " ".join(name.split())
    if not 0 < len(label) <= limits.KEY_NAME_LENGTH:
        raise DigestError(
            f"a key needs a name of at most {limits.KEY_NAME_LENGTH} letters: "
            "whose it is"
        )
    secret = _SIGN + secrets.token_urlsafe(limits.KEY_SECRET_BYTES)
    row = {"name": label, "secret_hash": _hash(secret), "created_at": now}
    if not insert_new(connection, access_key, [row], key=("name",)):
        raise DigestError(
            f'there is a key called "{label}" already, or was: choose another name'
        )
    record(connection, Act("made", subject=f"key {label}"), now)
    return secret


def listed(connection: Connection) -> list[AccessKey]:
    """Return every key there is or was, by name."""
    rows = connection.execute(select(access_key).order_by(access_key.c.name))
    return [AccessKey(r.id, r.name, r.created_at, r.revoked_at) for r in rows]


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


def holder(connection: Connection, secret: str) -> AccessKey | None:
    """Return the key with that secret, if there is one that has not ended."""
    # Looked up by a hash of 256 random bits: its time tells nothing of use.
    return _active(connection, secret_hash=_hash(secret))


def by_id(connection: Connection, key_id: int) -> AccessKey | None:
    """Return the key of that row, if there is one that has not ended."""
    return _active(connection, id=key_id)


def _active(connection: Connection, **where: object) -> AccessKey | None:
    [(name, value)] = where.items()
    row = connection.execute(
        select(access_key).where(
            access_key.c[name] == value, access_key.c.revoked_at.is_(None)
        )
    ).first()
    if row is None:
        return None
    return AccessKey(row.id, row.name, row.created_at, row.revoked_at)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
