"""Keyed hashes: to recognise a person without keeping who they are.

Without the key a hash says nothing, not even to somebody who guesses at addresses; so
that it may outlive what it was made from. It cannot be made anew without that: so the
secret keys of an installation hash nothing. The newest seals the key that does, which
is the database's own, and seals it anew when it has replaced another. Whoever was
suppressed or erased stays known, at every door.
"""

import hmac
import os
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine

from digest.audience.emails import email_key
from digest.errors import SettingsError
from digest.model.people.person import HashedKeys, PersonKeys
from digest.model.secret_keys import SecretKeys
from digest.store.base.engine import reading, writing
from digest.store.people import suppressions
from digest.store.people.erasing import hashes
from digest.store.people.erasing.hashes import Rehashing
from digest.store.staff import secret_keys
from digest.store.staff.sealing import HASH_KEY, SealedBox

_PURPOSE = b"digest suppression 1"
_BYTES = 32


@dataclass(frozen=True, slots=True, init=False)
class KeyedHasher:
    """Hashes with a key of its own."""

    _key: bytes = field(repr=False)

    def __init__(self, secret: str | bytes) -> None:
        """Have the key be these bytes, or be derived from a secret in words."""
        key = _derived_key(secret) if isinstance(secret, str) else secret
        object.__setattr__(self, "_key", key)

    def hashed(self, keys: PersonKeys) -> HashedKeys:
        """Return the hashes of these keys."""
        return HashedKeys(
            self._hash("email", keys.email) if keys.email else None,
            self._hash("post", keys.post) if keys.post else None,
            self._hash("phone", keys.phone) if keys.phone else None,
        )

    def of_identity(self, identity: str) -> str:
        """Return the hash of the name that a row is kept under, see Person.identity."""
        return self._hash("identity", identity)

    def of_address(self, address: str) -> str:
        """Return the hash of an email address as anybody writes it; "" of none."""
        try:
            return self._hash("email", email_key(address))
        except ValueError:
            return ""

    def _hash(self, channel: str, key: str) -> str:
        content = f"{channel}:{key}".encode()
        return hmac.digest(self._key, content, "sha256")[:16].hex()


def hasher_of(engine: Engine, keys: SecretKeys) -> KeyedHasher:
    """Return what hashes in this database.

    Raises SettingsError where none of the secret keys has sealed its key.
    """
    with reading(engine) as connection:
        sealed = secret_keys.sealed_hash_key(connection)
        if sealed is None:
            return KeyedHasher(_first_key(connection, keys))
    words = SealedBox(keys, HASH_KEY).open(sealed[1])
    if words is None:
        raise _not_held(sealed[0], keys)
    return KeyedHasher(bytes.fromhex(words))


def use_keys(engine: Engine, keys: SecretKeys, now: datetime) -> None:
    """Keep that these keys are in use, and on the first use what hashes here.

    Raises SettingsError where one is missing that somebody's suppression needs.
    """
    with writing(engine) as connection:
        sealed = secret_keys.sealed_hash_key(connection)
        if sealed is None:
            is_new = not hashes.are_there(connection)
            secret_keys.note_used(connection, keys.ids, now)
            key = os.urandom(_BYTES) if is_new else _first_key(connection, keys)
            _keep(connection, keys, key)
        elif sealed[0] in keys.ids:
            secret_keys.note_used(connection, keys.ids, now)
        elif suppressions.are_there(connection):
            raise _not_held(sealed[0], keys)
        else:
            # Nobody is to be known again but who is held: nothing is lost.
            begin_anew(connection, keys, now)


def is_held(engine: Engine, keys: SecretKeys) -> bool:
    """Whether one of the secret keys has sealed what hashes here, if anything does."""
    with reading(engine) as connection:
        sealed = secret_keys.sealed_hash_key(connection)
    return sealed is None or sealed[0] in keys.ids


def begin_anew(connection: Connection, keys: SecretKeys, now: datetime) -> Rehashing:
    """Hash with another key from now on, and all who are held anew with it.

    For who has lost the secret key that the one before was sealed with: suppressions
    of people who are not held any more are then of nobody.
    """
    secret_keys.note_used(connection, keys.ids, now)
    key = os.urandom(_BYTES)
    _keep(connection, keys, key)
    return hashes.make_anew(connection, KeyedHasher(key).hashed, now)


def _not_held(key_id: str, keys: SecretKeys) -> SettingsError:
    """Return what to say where the key that is needed is none of these."""
    return SettingsError(
        f"this database was used with the secret key {key_id}, which is not held: "
        f"DIGEST_SECRET_KEY is {keys.ids[0]}. Name the one from before in "
        "DIGEST_SECRET_KEY_FALLBACKS; if it is lost, see digest secret-key lost"
    )


def _keep(connection: Connection, keys: SecretKeys, key: bytes) -> None:
    sealed = SealedBox(keys, HASH_KEY).seal(key.hex())
    secret_keys.keep_hash_key(connection, keys.ids[0], sealed)


def _first_key(connection: Connection, keys: SecretKeys) -> bytes:
    """Return what hashed here before hashes had a key of their own: a secret key's."""
    sample = hashes.sample(connection)
    for secret in keys.every:
        hasher = KeyedHasher(secret)
        if any(hasher.of_address(email) == hashed for email, hashed in sample):
            return _derived_key(secret)
    return _derived_key(keys.every[-1])


def _derived_key(secret: str) -> bytes:
    """Return the key that a secret key makes, where hashes have none of their own."""
    return hmac.digest(secret.encode(), _PURPOSE, "sha256")
