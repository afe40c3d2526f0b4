"""Suppress: never write there again, whatever becomes of the person's row."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from digest.audience.emails import email_key
from digest.audience.hashing import KeyedHasher
from digest.audience.subject_access import find
from digest.errors import NotFound
from digest.model.people.person import PersonKeys
from digest.store.delivery import deliveries
from digest.store.people import suppressions


def suppress(
    connection: Connection, hasher: KeyedHasher, who: str, reason: str, now: datetime
) -> tuple[str, ...]:
    """Suppress WHO; return the channels by which they are not written to any more.

    An email address, known or not, is suppressed as that; a person by name or
    id by every channel we hold. The reason must name nobody: it outlives them.
    Raises NotFound for a person who is not there, or not the only one.
    """
    targets = _targets(connection, hasher, who)
    suppressions.add(connection, targets, reason, now)
    if "@" not in who:
        person = find(connection, who)
        deliveries.cancel_subscribers(connection, [person.id], now, reason)
    return tuple(targets)


def lift(connection: Connection, hasher: KeyedHasher, who: str, now: datetime) -> int:
    """Take the suppressions of WHO back; return how many there were."""
    return suppressions.lift(connection, _targets(connection, hasher, who), now)


def _targets(
    connection: Connection, hasher: KeyedHasher, who: str
) -> Mapping[str, str]:
    if "@" not in who:
        return hasher.hashed(find(connection, who).person.keys).targets()
    try:
        return hasher.hashed(PersonKeys(email=email_key(who.strip()))).targets()
    except ValueError as problem:
        raise NotFound(f"“{who}” is not an email address: {problem}") from problem
