"""Make two people on record one: all in one transaction, and so that it can be undone.

The kept one is on the lists of both, and gets by one copy what was due to either and
neither has had. The other's row stays for what its mail leads to: a link of theirs is
the kept one's from then on.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.audience.editing import channel_of
from digest.audience.enrolment import enrol
from digest.audience.hashing import KeyedHasher
from digest.audience.subject_access import find
from digest.audience.unsubscribing import leave
from digest.errors import DigestError
from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.suppression_reasons import is_of_address_alone
from digest.model.editions.mode import Mode
from digest.model.people.merging import MERGE_FIELDS, merged_person, person_json
from digest.model.people.person import Person
from digest.model.webhooks import WebhookKind
from digest.store.campaigns import campaigns
from digest.store.delivery import cancelling, deliveries, had
from digest.store.delivery.deliveries import DeliveryKey, DeliveryMove
from digest.store.merging import in_flight, merged_places
from digest.store.people import (
    departures,
    readers,
    subscribers,
    subscriptions,
    suppressions,
)
from digest.store.people.doubles import merged_ties, merges
from digest.store.people.readers import Reader
from digest.store.people.subscribers import HashedPerson, Subscriber
from digest.store.staff.audit import Act, record
from digest.store.webhooks.outbox import tell

_REPEATS = "they have had some of it under their other number"
_WHY = "they were held twice: what is due goes to them under their other number"


@dataclass(frozen=True, slots=True)
class MergedPerson:
    """The number that was kept, that of the merge, and what is suppressed of them."""

    kept_id: int
    merge_id: int
    suppressed: Mapping[str, str]


def merge(  # noqa: PLR0913 - who, with whom, and what of whom
    connection: Connection,
    hasher: KeyedHasher,
    who: str,
    other: str,
    now: datetime,
    *,
    take: Collection[str] = (),
) -> MergedPerson:
    """Make OTHER one with WHO, who is kept, with the fields to `take` of OTHER.

    Lists, needs, what is suppressed, and what either has left, are of both; so is what
    is due. Raises NotFound, and DigestError in words: where they are one, or one was
    erased; where a copy is on its way; where a third is held with what they would have.
    """
    survivor, absorbed = find(connection, who), find(connection, other)
    if why := _why_none(survivor, absorbed, take):
        raise DigestError(why)
    merges.lock(connection, survivor.id, absorbed.id)
    cancelling.cancel_subscribers(connection, [absorbed.id], now, _WHY)
    for why in in_flight.why_not_now(connection, absorbed.id, survivor.id):
        raise DigestError(why)
    person = merged_person(survivor.person, absorbed.person, take)
    merge_id = merges.begin(connection, survivor.id, absorbed.id, now)
    before: dict[str, Any] = {
        "person": person_json(survivor.person),
        "merged": person_json(person),
        "absorbed": person_json(absorbed.person),
        "identities": [*_identities(connection, survivor.id, absorbed.id)],
    }
    of_absorbed = readers.of_subscriber(connection, absorbed.id)
    before["ties"] = merged_ties.take_over(connection, survivor.id, absorbed.id, now)
    before["needs"] = merges.move_needs(connection, absorbed.id, survivor.id)
    added = _carry_suppressions(connection, hasher, (survivor, absorbed), person, now)
    before["suppressed"] = added
    _change(connection, hasher, (survivor, absorbed), person, now)
    before["readers"] = [
        _merge_reader(connection, reader, survivor.id, merge_id, now)
        for reader in of_absorbed
    ]
    before["left"] = []
    for reader in of_absorbed:
        departed = departures.of_person(connection, reader.campaign_id, absorbed.id)
        if departed and leave(
            connection, reader.campaign_id, survivor.id, departed.means, now
        ):
            before["left"].append(reader.campaign_id)
    for stored in campaigns.listed(connection):
        enrol(connection, stored.id, stored.campaign, now, [survivor.id])
    merges.note_before(connection, merge_id, before)
    both = (survivor.id, absorbed.id)
    record_both(connection, "merged", both, now, taken=sorted(take))
    tell_of_both(connection, WebhookKind.PERSON_MERGED, both, now)
    targets = hasher.hashed(person.keys).targets()
    reasons = suppressions.reasons(connection, set(targets.items()))
    return MergedPerson(
        survivor.id,
        merge_id,
        {
            channel: reasons[target]
            for channel, target in targets.items()
            if target in reasons
        },
    )


def _why_none(survivor: Subscriber, absorbed: Subscriber, take: Collection[str]) -> str:
    if survivor.id == absorbed.id:
        return f"both are number {survivor.id}: name two people"
    if not (survivor.person.name and absorbed.person.name):
        return "one of them was erased: nothing is kept of them"
    if unknown := sorted({*take} - {*MERGE_FIELDS}):
        return (
            f"there is nothing called {unknown[0]}: choose of {', '.join(MERGE_FIELDS)}"
        )
    return ""


def _identities(connection: Connection, *people: int) -> list[str]:
    of_rows = merges.identities(connection, *people)
    return [of_rows[person_id] for person_id in people]


def _carry_suppressions(
    connection: Connection,
    hasher: KeyedHasher,
    both: tuple[Subscriber, Subscriber],
    person: Person,
    now: datetime,
) -> dict[str, str]:
    """Have what either asked us not to write by hold for whoever they are now.

    An address that bounced says nothing of another. Returns what was not suppressed
    before.
    """
    olds = [hasher.hashed(each.person.keys).targets() for each in both]
    targets = hasher.hashed(person.keys).targets()
    pairs = {pair for each in (*olds, targets) for pair in each.items()}
    every = suppressions.every(connection, pairs)
    added = {}
    for channel, target in targets.items():
        standing = {each.reason for each in every.get(target, ())}
        requests = {
            each.reason
            for old in olds
            for each in every.get(old.get(channel, ""), ())
            if not is_of_address_alone(each.reason)
        }
        for reason in sorted(requests - standing):
            suppressions.add(connection, {channel: target}, reason, now)
            added[channel] = target
    return added


def _change(
    connection: Connection,
    hasher: KeyedHasher,
    both: tuple[Subscriber, Subscriber],
    person: Person,
    now: datetime,
) -> None:
    """Hold of the kept what holds now, and have the other be found as them."""
    survivor, absorbed = both
    identity = person.keys.identity
    third = subscribers.kept_as(connection, identity)
    if third is not None and third.id not in (survivor.id, absorbed.id):
        raise DigestError(
            f"number {third.id}, {third.person.name}, is held with that already: "
            "merge them first, or keep what is held of the other"
        )
    names = _identities(connection, survivor.id, absorbed.id)
    free = next((name for name in reversed(names) if name != identity), names[1])
    merges.rename(connection, absorbed.id, f"merging:{absorbed.id}")
    hashed = HashedPerson(person, hasher.hashed(person.keys))
    subscribers.change(connection, [(survivor.id, hashed)], now)
    merges.absorb(connection, survivor.id, absorbed.id, free)
    consents = subscriptions.consents_of(connection, [survivor.id])
    if channel := channel_of(person, consents.get(survivor.id, ())):
        cancelling.cancel_by_others(connection, survivor.id, channel, now)


def _merge_reader(
    connection: Connection,
    absorbed: Reader,
    kept_id: int,
    merge_id: int,
    now: datetime,
) -> dict[str, Any]:
    """Have the kept be due of a campaign what either was; return what undoes it."""
    own = readers.in_campaign(connection, absorbed.campaign_id, kept_id)
    is_new = own is None
    reader_id = (
        own.id if own else merged_places.copy_reader(connection, absorbed.id, kept_id)
    )
    _cancel_repeats(connection, reader_id, absorbed, now)
    had_by = merges.all_readers(connection, absorbed.campaign_id, kept_id)
    ended = in_flight.ended_editions(connection, reader_id)
    before = {
        mode: [
            merged_places.standing(connection, each, mode)
            for each in (reader_id, absorbed.id)
        ]
        for mode in Mode
    }
    waiting = {
        mode: in_flight.waiting_stretches(connection, reader_id, mode) for mode in Mode
    }
    for mode, both in before.items():
        copies = [copy.key for copy in had.copies_had(connection, had_by, mode)]
        due = merged_places.due_of(connection, reader_id, mode, both, copies)
        merged_places.settle(connection, reader_id, mode, due, merge_id)
    return {
        "kept": reader_id,
        "absorbed": absorbed.id,
        "is_new": is_new,
        "ended": ended,
        # A copy that is on its way may yet not reach the kept: it is due until then.
        "modes": {
            mode: [own.and_owed(waiting[mode]).as_json(), other.as_json()]
            for mode, (own, other) in before.items()
        },
    }


def _cancel_repeats(
    connection: Connection, reader_id: int, absorbed: Reader, now: datetime
) -> None:
    """Cancel what waits for the survivor and has what the other has had already.

    The rest of it is due to them, and comes with the next edition.
    """
    for mode in Mode:
        others = list(had.copies_had(connection, [absorbed.id], mode))
        for copy in list(had.copies_had(connection, [reader_id], mode)):
            if copy.state is DeliveryState.PLANNED and merged_places.repeats(
                connection, absorbed.campaign_id, copy, others
            ):
                key = DeliveryKey(copy.edition_id, reader_id)
                change = DeliveryMove(key, DeliveryState.CANCELLED, _REPEATS)
                deliveries.move(connection, change, now)


def record_both(
    connection: Connection,
    verb: str,
    both: tuple[int, int],
    now: datetime,
    **facts: Any,
) -> None:
    """Put an act on record, on the page of each of the two, the kept one first."""
    for who, other in (both, both[::-1]):
        after = {"the other": f"person {other}", **facts}
        record(connection, Act(verb, subject=f"person {who}", after=after), now)


def tell_of_both(
    connection: Connection, kind: WebhookKind, both: tuple[int, int], now: datetime
) -> None:
    """Tell other systems which number holds for two people, and which is the other."""
    survivor, other = both
    tell(connection, kind, now, lambda: [{"person": survivor, "other": other}])
