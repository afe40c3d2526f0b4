"""Change what is held about somebody: the same person, whatever of theirs is new."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.audience.enrolment import enrol
from digest.audience.hashing import KeyedHasher
from digest.audience.lists.choices import CampaignChoices
from digest.audience.lists.columns import ADDRESS
from digest.audience.lists.exporting import cells_of
from digest.audience.lists.list_file import ListRow, RowRefused
from digest.audience.lists.rows import read_row
from digest.audience.subject_access import find
from digest.errors import ImportRefused
from digest.model.delivery.suppression_reasons import is_of_address_alone
from digest.model.formats import Channel, first_for
from digest.model.people.channel_choice import (
    IN_PLACE_OF_EMAILS,
    ReaderFacts,
    Served,
    resolve,
)
from digest.model.people.channel_offers import (
    agreement_on_record,
    has_asked_for_calls,
)
from digest.model.people.person import Consent, Person
from digest.store.campaigns import campaigns
from digest.store.delivery import cancelling, deliveries
from digest.store.people import subscribers, subscriptions, suppressions
from digest.store.people.subscribers import HashedPerson, Subscriber
from digest.store.staff.audit import Act, record

_POSTAL = (*ADDRESS, "postcode", "country")


@dataclass(frozen=True, slots=True)
class EditedSubscriber:
    """Who was changed, in which columns, and what a suppression still forbids."""

    subscriber_id: int
    changed: tuple[str, ...]
    suppressed: Mapping[str, str]


def version_of(cells: Mapping[str, str]) -> str:
    """Return what changes with anything that is held of somebody, from their cells."""
    words = json.dumps(cells, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def edit(
    connection: Connection,
    hasher: KeyedHasher,
    who: str,
    cells: Mapping[str, str],
    now: datetime,
) -> EditedSubscriber:
    """Change the cells of WHO that are given, as an import reads them; "" empties one.

    They stay the same person: their lists, their places and their history. A new
    postal address takes the place of the whole old one. What was suppressed
    because they asked stays so for the new address. Letters that waited are due, and
    copies that are to leave by a channel which is theirs no more come with the next
    edition, as they now need them. Raises NotFound for who is not there, and
    RowRefused with every fault, or ImportRefused for somebody else's keys.
    """
    subscriber = find(connection, who)
    before = cells_of(subscriber.person)
    if any(column in cells for column in ADDRESS):
        cells = dict.fromkeys(_POSTAL, "") | dict(cells)
    after = {**before, **cells}
    changed = tuple(
        column for column, text in after.items() if text != before.get(column, "")
    )
    if not changed:
        return EditedSubscriber(subscriber.id, (), {})
    every = campaigns.listed(connection)
    choices = CampaignChoices.of(connection, every, now)
    person = _read(connection, subscriber, after, choices)
    hashed = HashedPerson(person, hasher.hashed(person.keys))
    subscribers.change(connection, [(subscriber.id, hashed)], now)
    for stored in every:
        enrol(connection, stored.id, stored.campaign, now, [subscriber.id])
    deliveries.release_waiting(connection, subscriber.id)
    consents = subscriptions.consents_of(connection, [subscriber.id])
    if channel := channel_of(person, consents.get(subscriber.id, ())):
        cancelling.cancel_by_others(connection, subscriber.id, channel, now)
    forbidden = _carry_suppressions(connection, hasher, subscriber, hashed, now)
    act = Act("changed", subject=f"person {subscriber.id}", after={"columns": changed})
    record(connection, act, now)
    return EditedSubscriber(subscriber.id, changed, forbidden)


def _read(
    connection: Connection,
    subscriber: Subscriber,
    cells: Mapping[str, str],
    choices: CampaignChoices,
) -> Person:
    """Return the person of these cells, if they are nobody else."""
    person = read_row(
        ListRow(0, {column: text for column, text in cells.items() if text})
    )
    if isinstance(person, Person):
        person = choices.checked(0, person)
    if not isinstance(person, Person):
        raise RowRefused(*person)
    other = subscribers.kept_as(connection, person.keys.identity)
    if other is not None and other.id != subscriber.id:
        raise ImportRefused(
            f"number {other.id}, {other.person.name}, is held with that already: "
            f"see digest subscribers show {other.id}"
        )
    return person if person.topics is not None else replace(person, topics=())


def channel_of(person: Person, consents: Sequence[Consent]) -> Channel | None:
    """Return the channel by which what is held now can serve somebody, if any can.

    `consents` are those of the lists that they are on.
    """
    has_email, has_address = bool(person.email), person.address is not None
    facts = ReaderFacts(
        person.format or first_for(has_email=has_email, has_address=has_address),
        has_email=has_email,
        has_address=has_address,
        has_phone=bool(person.phone),
        agreed_to_letters=bool(agreement_on_record(consents, IN_PLACE_OF_EMAILS)),
        agreed_to_calls=has_asked_for_calls(person.format, consents),
    )
    served = resolve(facts)
    return served.channel if isinstance(served, Served) else None


def _carry_suppressions(
    connection: Connection,
    hasher: KeyedHasher,
    subscriber: Subscriber,
    changed: HashedPerson,
    now: datetime,
) -> dict[str, str]:
    """Suppress the new addresses of whoever asked us not to write to the old ones.

    An address that bounced says nothing of the next, nor does a wrong number, or a door
    from which somebody has moved away.
    """
    old = hasher.hashed(subscriber.person.keys).targets()
    every = suppressions.every(connection, set(old.items()))
    forbidden = dict[str, str]()
    for channel, target in changed.hashed.targets().items():
        for each in every.get(old.get(channel, ""), ()):
            if not is_of_address_alone(each.reason):
                suppressions.add(connection, {channel: target}, each.reason, now)
                forbidden.setdefault(channel, each.reason)
    return forbidden
