"""Erase a person: nothing stays but keyed hashes that keep them from coming back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine

from digest.audience.hashing import KeyedHasher
from digest.audience.subject_access import find
from digest.model.people.person import HashedKeys
from digest.store.base.secure_delete import overwriting
from digest.store.delivery import cancelling
from digest.store.delivery.calling import attempts
from digest.store.delivery.incoming import incoming_mail
from digest.store.people import (
    channel_offers,
    needs,
    subject_access,
    subscribers,
    subscriptions,
    suppressions,
)
from digest.store.people.complaints import data_complaints
from digest.store.people.doubles import merges
from digest.store.people.erasing import erasures
from digest.store.people.erasing.erased_file import ErasedList
from digest.store.people.erasing.erasures import ERASED, FORGOTTEN
from digest.store.people.imports import list_imports
from digest.store.people.joining import consents, joining_requests
from digest.store.people.subscribers import Subscriber
from digest.store.retention import off_lists


class ErasureCause(StrEnum):
    """Why somebody is erased: they asked for it, or were on no list for long."""

    ASKED = "asked"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did: whose row it was, and what is suppressed from now on.

    `complaints` of theirs stay with their days and what came of them, and no words.
    """

    subscriber_id: int
    channels: tuple[str, ...]
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class ErasureNotes:
    """By which keys, when, why and in which list an erasure is noted."""

    hasher: KeyedHasher
    now: datetime
    erased: ErasedList | None = None
    cause: ErasureCause = ErasureCause.ASKED


def erase(
    engine: Engine,
    hasher: KeyedHasher,
    who: str,
    now: datetime,
    erased: ErasedList | None = None,
) -> Erasure:
    """Remove all that the database says of WHO; safe to repeat by id.

    Their row stays, empty, so that counts of past editions stay true. Copies
    not yet handed over are cancelled. What files beside the database have of them is
    removed by `schedule.readers.erasure`; they are noted in the list `erased`, where
    one is kept, before anything is gone. Raises NotFound for a person who is not
    there, or not the only one of that name.
    """
    return erase_noted(engine, who, ErasureNotes(hasher, now, erased))


def erase_noted(engine: Engine, who: str, notes: ErasureNotes) -> Erasure:
    """Do as `erase` does, and note it so."""
    with overwriting(engine) as connection:
        return _erase(connection, find(connection, who), notes)


def erase_off_lists(
    engine: Engine, subscriber_id: int, before: datetime, notes: ErasureNotes
) -> bool:
    """Erase somebody who has been on no list since before then; False where they are.

    Who left by their own word comes back by their own word alone: a hash of theirs
    stays. Who was only taken off may be on a list again.
    """
    with overwriting(engine) as connection:
        if not off_lists.is_still(connection, subscriber_id, before):
            return False
        _erase(connection, find(connection, str(subscriber_id)), notes)
        return True


def _erase(
    connection: Connection, subscriber: Subscriber, notes: ErasureNotes
) -> Erasure:
    hasher, now = notes.hasher, notes.now
    is_asked = notes.cause is ErasureCause.ASKED
    numbers = merges.absorbed_by(connection, subscriber.id)
    absorbed = [subscribers.row_of(connection, number) for number in numbers]
    rows = [*filter(None, absorbed), subscriber]
    hashes = {row.id: hasher.hashed(row.person.keys) for row in rows}
    identities = subscribers.identities(connection, hashes)
    for number, identity in identities.items():
        # Also of whom no address is held, or who was merged into another long ago.
        recognised_by = {
            hasher.of_identity(identity),
            *hashes[number].targets().values(),
        }
        if notes.erased is not None:
            notes.erased.add(number, recognised_by, now, notes.cause)
    reason = ERASED
    if not is_asked:
        has_left = off_lists.asked_to_leave(connection, subscriber.id)
        reason = FORGOTTEN if has_left else ""
    complaints = sum(_blank(connection, row.id, hashes[row.id], now) for row in rows)
    suppressed = dict[str, str]()
    for row in rows:
        # A second row of the same person, or a namesake next door, stays served.
        shared = subscribers.shared(connection, row, hashes[row.id])
        targets = {
            channel: target
            for channel, target in hashes[row.id].targets().items()
            if target not in shared
        }
        if reason:
            suppressions.add(connection, targets, reason, now)
            suppressed |= targets
    erasures.forget_answers(connection)
    # A file of people has them too, and what would undo an import. Of who was on
    # no list for long none is younger than what is forgotten by itself.
    if is_asked:
        list_imports.forget_files(connection, now)
    # Last: the answers that were blanked may name them, this reason does not.
    cancelling.cancel_subscribers(
        connection, [row.id for row in rows], now, ERASED, owes=False
    )
    return Erasure(subscriber.id, tuple(suppressed), complaints)


def _blank(
    connection: Connection, number: int, hashed: HashedKeys, now: datetime
) -> int:
    """Remove what the database says of one row of theirs: their own, or an absorbed.

    Return how many complaints stay of which nothing but the days does.
    """
    merges.forget(connection, number)
    subscriptions.erase(connection, number, ERASED, now)
    subscribers.blank(connection, number, now)
    subject_access.blank(connection, number)
    needs.erase(connection, number)
    channel_offers.erase(connection, number)
    complaints = data_complaints.erase(connection, number, now)
    attempts.blank(connection, number)
    consents.blank(connection, number)
    incoming_mail.forget_person(connection, number, hashed.email)
    joining_requests.forget(connection, number, hashed.email or "", now)
    list_imports.forget_person(connection, number)
    return complaints
