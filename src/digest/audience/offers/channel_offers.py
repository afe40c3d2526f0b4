"""Offer another channel to whom one does not reach, take it up, or let it be.

Taking it up needs the person's agreement: on record, or as they said it to somebody who
writes down how. Each can be undone.
"""

from datetime import datetime

from sqlalchemy import Connection

from digest.audience.editing import edit
from digest.audience.hashing import KeyedHasher
from digest.audience.subject_access import find
from digest.errors import DigestError, NotFound
from digest.model.people.channel_choice import reached_at
from digest.model.people.channel_offers import (
    ChannelOffer,
    OfferKey,
    OfferMeans,
    OfferOutcome,
    agreement_on_record,
)
from digest.model.people.person import Consent
from digest.store.people import channel_offers, subscribers, subscriptions, suppressions
from digest.store.people.channel_offers import LostChannel, SettledOffer
from digest.store.people.subscribers import Subscriber
from digest.store.staff.audit import Act, record

_NONE_WAITS = "nothing is offered to them just now: look at their page again"


def offers(
    connection: Connection, hasher: KeyedHasher, limit: int
) -> list[ChannelOffer]:
    """Return the offers that wait, the oldest first."""
    lost = channel_offers.waiting(connection, limit)
    numbers = [each.key.person_id for each in lost]
    people = {each.id: each for each in subscribers.of_ids(connection, numbers)}
    consents = subscriptions.consents_of(connection, list(people))
    targets = {
        (channel, target)
        for each in people.values()
        for channel, target in hasher.hashed(each.person.keys).targets().items()
    }
    stopped = set(suppressions.reasons(connection, targets))
    return [
        _offer(each, person, consents.get(person.id, ()), hasher, stopped)
        for each in lost
        if (person := people.get(each.key.person_id))
    ]


def offer_of(
    connection: Connection, hasher: KeyedHasher, key: OfferKey
) -> ChannelOffer:
    """Return the offer of that key. Raises DigestError where none waits."""
    person = find(connection, str(key.person_id))
    consents = subscriptions.consents_of(connection, [person.id])
    targets = hasher.hashed(person.person.keys).targets()
    stopped = set(suppressions.reasons(connection, set(targets.items())))
    for lost in channel_offers.waiting(connection, 2, only=person.id):
        if lost.key == key:
            return _offer(lost, person, consents.get(person.id, ()), hasher, stopped)
    raise DigestError(_NONE_WAITS)


def take_up(
    connection: Connection,
    hasher: KeyedHasher,
    key: OfferKey,
    means: OfferMeans,
    now: datetime,
) -> ChannelOffer:
    """Have somebody be served by the other channel from now on; return the offer.

    Raises NotFound for who is not there, and DigestError where no offer waits, the
    other channel has no address, or their agreement is not on record as was said.
    """
    offer = offer_of(connection, hasher, key)
    if not offer.can_change:
        address = key.way.address
        raise DigestError(
            f"no {address} is held that takes mail: ask them for one first"
        )
    if means is OfferMeans.RECORD and not offer.agreement:
        raise DigestError(
            "no permission of theirs speaks of that: ask them first, then write down "
            "how they agreed: phone, letter or visit"
        )
    person = find(connection, str(key.person_id)).person
    before = person.format.name if person.format else ""
    edit(connection, hasher, str(key.person_id), {"format": key.way.format.name}, now)
    changed = OfferOutcome.CHANGED
    channel_offers.settle(
        connection,
        SettledOffer(key, offer.name, offer.since, changed, now, means, before),
    )
    facts = {"from": key.lost.value, "to": key.way.channel.value, "agreed": means.value}
    _record(connection, "took up the offer of another channel for", key, facts, now)
    return offer


def dismiss(
    connection: Connection, hasher: KeyedHasher, key: OfferKey, now: datetime
) -> ChannelOffer:
    """Have an offer be made no more, until that channel is lost anew; return it.

    Raises NotFound, and DigestError where none waits.
    """
    offer = offer_of(connection, hasher, key)
    dismissed = OfferOutcome.DISMISSED
    channel_offers.settle(
        connection, SettledOffer(key, offer.name, offer.since, dismissed, now)
    )
    facts = {"from": key.lost.value}
    _record(connection, "let the offer of another channel be for", key, facts, now)
    return offer


def undo(
    connection: Connection, hasher: KeyedHasher, key: OfferKey, now: datetime
) -> SettledOffer:
    """Have an offer wait again, and what it changed be as it was; return what it was.

    What somebody has chosen since stays. Raises NotFound where none was settled.
    """
    offer = channel_offers.reopen(connection, key)
    if offer is None:
        raise NotFound("no offer of theirs was settled")
    person = find(connection, str(key.person_id)).person
    is_as_left = person.format is key.way.format
    if offer.outcome is OfferOutcome.CHANGED and is_as_left:
        cells = {"format": offer.format_before}
        edit(connection, hasher, str(key.person_id), cells, now)
    facts = {"from": key.lost.value}
    _record(connection, "took back what became of an offer to", key, facts, now)
    return offer


def _offer(
    lost: LostChannel,
    subscriber: Subscriber,
    consents: tuple[Consent, ...],
    hasher: KeyedHasher,
    stopped: set[str],
) -> ChannelOffer:
    person, way = subscriber.person, lost.key.way
    target = hasher.hashed(person.keys).targets().get(way.channel)
    address = reached_at(person, way.channel)
    return ChannelOffer(
        lost.key,
        person.name,
        lost.cause,
        lost.since,
        can_change=bool(address) and target is not None and target not in stopped,
        agreement=agreement_on_record(consents, way),
        phone=person.phone,
        organiser=person.organiser,
    )


def _record(
    connection: Connection,
    verb: str,
    key: OfferKey,
    facts: dict[str, str],
    now: datetime,
) -> None:
    act = Act(verb, subject=f"person {key.person_id}", after=facts)
    record(connection, act, now)
