"""Erase a person: nothing stays but keyed hashes that keep them from coming back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from digest.audience.hashing import KeyedHasher
from digest.audience.subject_access import find
from digest.store.base.secure_delete import overwriting
from digest.store.delivery import deliveries
from digest.store.delivery.incoming import incoming_mail
from digest.store.people import (
    needs,
    subject_access,
    subscribers,
    subscriptions,
    suppressions,
)
from digest.store.people.doubles import merges
from digest.store.people.imports import list_imports
from digest.store.people.joining import consents, joining_requests

ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did: whose row it was, and what is suppressed from now on."""

    subscriber_id: int
    channels: tuple[str, ...]


def erase(engine: Engine, hasher: KeyedHasher, who: str, now: datetime) -> Erasure:
    """Remove all that the database says of WHO; safe to repeat by id.

    Their row stays, empty, so that counts of past editions stay true. Copies
    not yet handed over are cancelled. Letters already made into a print batch
    and mail in the built-in inbox are files beside the database and are not
    looked into. Raises NotFound for a person who is not there, or not the
    only one of that name.
    """
    with overwriting(engine) as connection:
        subscriber = find(connection, who)
        for number in merges.absorbed_by(connection, subscriber.id):
            _erase_absorbed(connection, hasher, number, now)
        merges.forget(connection, subscriber.id)
        hashed = hasher.hashed(subscriber.person.keys)
        # A second row of the same person, or a namesake next door, stays served.
        shared = subscribers.shared(connection, subscriber, hashed)
        targets = {
            channel: target
            for channel, target in hashed.targets().items()
            if target not in shared
        }
        suppressions.add(connection, targets, ERASED, now)
        subscriptions.erase(connection, subscriber.id, ERASED, now)
        subscribers.blank(connection, subscriber.id, now)
        subject_access.blank(connection, subscriber.id)
        needs.erase(connection, subscriber.id)
        consents.blank(connection, subscriber.id)
        incoming_mail.forget_person(connection, subscriber.id, hashed.email)
        joining_requests.forget(connection, subscriber.id, hashed.email or "", now)
        # A file of people has them too, and what would undo an import.
        list_imports.forget_files(connection, now)
        list_imports.forget_person(connection, subscriber.id)
        # Last: the answers that were blanked may name them, this reason does not.
        deliveries.cancel_subscribers(
            connection, [subscriber.id], now, ERASED, owes=False
        )
    return Erasure(subscriber.id, tuple(targets))


def _erase_absorbed(
    connection: Connection, hasher: KeyedHasher, number: int, now: datetime
) -> None:
    """Remove what a row says that was merged into somebody who is erased."""
    row = subscribers.row_of(connection, number)
    if row is None:
        return
    targets = hasher.hashed(row.person.keys).targets()
    suppressions.add(connection, targets, ERASED, now)
    merges.forget(connection, number)
    subscriptions.erase(connection, number, ERASED, now)
    subscribers.blank(connection, number, now)
    subject_access.blank(connection, number)
    consents.blank(connection, number)
    list_imports.forget_person(connection, number)
