"""What readers choose for themselves, by the signed link in each mail they get.

A link names one reader, and whoever holds it may be somebody it was passed on to: it
shows how a campaign is had, and of a person no more than a name and hints.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from digest.audience import catching_up, limits, pausing
from digest.audience.editing import edit
from digest.audience.hashing import KeyedHasher
from digest.audience.lists.columns import ADDRESS
from digest.audience.needs.recording import record_need, review_need
from digest.audience.signed_links import SignedLinks
from digest.errors import DigestError, NotFound
from digest.model import formats
from digest.model.campaigns.campaign import Campaign
from digest.model.formats import Channel
from digest.model.people.person import CONSENT, Consent, Person
from digest.model.people.reader_marks import ReaderRef
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.people import (
    departures,
    needs,
    reader_choices,
    readers,
    subscribers,
    subscriptions,
)
from digest.store.people.joining import consents
from digest.store.people.needs import PersonNeed
from digest.store.people.reader_choices import ReaderChoices
from digest.store.people.readers import Reader

BY_LINK = "on their own page, by the link in an edition"
_POSTAL = (*ADDRESS, "postcode", "country")
_COLUMNS = ("format", "schedule", "topics", "language", "phone", *_POSTAL)
_NOT_WHOLE = (
    "This link is not whole, or its reader is no longer known. Open it from the email "
    "again, or write to or phone whoever sends you the email."
)


@dataclass(frozen=True, slots=True)
class NeedOnRecord:
    """That a need is on record, and until when it holds: not which it is."""

    recorded_at: datetime
    review_on: date


@dataclass(frozen=True, slots=True)
class ReaderPage:
    """What a reader's page shows: how they have the campaign, and hints of who it is.

    `email` and `door` say enough to whoever they are of, and to nobody else. `needs`
    are those on record, the first to be asked about first.
    """

    reader: ReaderRef
    campaign: Campaign
    name: str
    email: str
    door: str
    choices: ReaderChoices
    has_left: bool
    reads_more: bool
    needs: tuple[NeedOnRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class ReaderChoiceLinks:
    """What the links do; each raises NotFound for one that we did not make."""

    engine: Engine
    links: SignedLinks
    hasher: KeyedHasher
    clock: Callable[[], datetime]

    def look(self, token: str) -> ReaderPage:
        """Return how things stand; changes nothing."""
        with reading(self.engine) as connection:
            return _page(connection, self.reader(connection, token))

    def choose(self, token: str, cells: Mapping[str, str], wording: str) -> bool:
        """Keep what a reader chose; False where it was so already.

        Another channel is their own yes to it, in that wording. Raises RowRefused, and
        DigestError for what cannot be kept.
        """
        with writing(self.engine) as connection:
            reader, now = self.reader(connection, token), self.clock()
            wanted = {name: cells[name] for name in _COLUMNS if name in cells}
            before = _channel(connection, reader)
            who = str(reader.subscriber_id)
            edited = edit(connection, self.hasher, who, wanted, now)
            after = _channel(connection, reader)
            if after is not None and after is not before:
                _record(connection, reader, f"{wording} (by {after})", now)
            return bool(edited.changed)

    def pause(self, token: str, until: str, *, catch_up: bool) -> None:
        """Have nothing come before that day. Raises DigestError in words."""
        with writing(self.engine) as connection:
            reader = self.reader(connection, token)
            pausing.pause(
                connection,
                str(reader.subscriber_id),
                until,
                self.clock(),
                campaign=campaigns.load(connection, reader.campaign_id).name,
                catch_up=catch_up,
            )

    def resume(self, token: str) -> None:
        """Have it come again from now on, with what came meanwhile."""
        with writing(self.engine) as connection:
            reader = self.reader(connection, token)
            name = campaigns.load(connection, reader.campaign_id).name
            who = str(reader.subscriber_id)
            pausing.resume(connection, who, self.clock(), campaign=name)

    def catch_up(self, token: str) -> int:
        """Have the next edition bring the posts so far; return how many they are."""
        with writing(self.engine) as connection:
            reader = self.reader(connection, token)
            name = campaigns.load(connection, reader.campaign_id).name
            who = str(reader.subscriber_id)
            posts = catching_up.catch_up(connection, who, name, self.clock())
            return len(posts.titles)

    def tell_need(self, token: str, words: str, *, may_share: bool) -> None:
        """Keep what helps the reader, in their words. Raises DigestError in words.

        They are asked again in a year (Accessible Information Standard, DAPB1605).
        """
        with writing(self.engine) as connection:
            reader = self.reader(connection, token)
            if len(_open_needs(connection, reader)) >= limits.NEEDS_OF_A_PERSON:
                raise DigestError("there are enough needs on record: ring instead")
            record_need(
                connection,
                str(reader.subscriber_id),
                words,
                "",
                self.clock(),
                may_share=may_share,
                zone=campaigns.load(connection, reader.campaign_id).timezone,
            )

    def keep_needs(self, token: str) -> int:
        """Keep that all needs are as they were, for another year; return how many."""
        with writing(self.engine) as connection:
            reader, now = self.reader(connection, token), self.clock()
            zone = campaigns.load(connection, reader.campaign_id).timezone
            standing = _open_needs(connection, reader)
            for need in standing:
                review_need(connection, need.id, "", now, zone)
            return len(standing)

    def end_needs(self, token: str) -> int:
        """Keep that none of the needs is one any more; return how many they were."""
        with writing(self.engine) as connection:
            reader = self.reader(connection, token)
            standing = _open_needs(connection, reader)
            for need in standing:
                needs.end(connection, need.id, self.clock())
            return len(standing)

    def reader(self, connection: Connection, token: str) -> Reader:
        """Return whose link it is. Raises NotFound for one that we did not make."""
        ref = self.links.read_choices_token(token)
        reader = readers.of_link(connection, ref) if ref else None
        if reader is None or reader.is_erased:
            raise NotFound(_NOT_WHOLE)
        return reader


def _page(connection: Connection, reader: Reader) -> ReaderPage:
    campaign = campaigns.load(connection, reader.campaign_id)
    subscriber = subscribers.get(connection, reader.subscriber_id)
    if subscriber is None:
        raise NotFound(_NOT_WHOLE)
    person = subscriber.person
    lists = readers.list_ids(connection, campaign.lists)
    is_on, _ = subscriptions.can_serve(connection, reader.subscriber_id, lists)
    has_left = departures.is_gone(connection, reader.campaign_id, reader.subscriber_id)
    choices = reader_choices.of_reader(connection, reader.id)
    others = readers.of_subscriber(connection, reader.subscriber_id)
    return ReaderPage(
        ReaderRef(reader.id, reader.mark),
        campaign,
        person.name,
        email_hint(person.email),
        door_hint(person),
        choices,
        has_left=has_left or not is_on,
        reads_more=len(others) > 1,
        needs=tuple(
            NeedOnRecord(need.recorded_at, need.review_on)
            for need in _open_needs(connection, reader)
        ),
    )


def _open_needs(connection: Connection, reader: Reader) -> list[PersonNeed]:
    every = needs.of_person(connection, reader.subscriber_id)
    return [need for need in every if need.ended_at is None]


def email_hint(email: str) -> str:
    """Return an address as its owner knows it again and nobody else does."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}…{at}{domain}" if at else ""


def door_hint(person: Person) -> str:
    """Return what tells an address again to whoever lives there; "" where none is held.

    The first half of its postcode, or the country.
    """
    if person.address is None:
        return ""
    outward = person.address.postcode.split()[:1]
    return "".join(outward) or person.address.country or "…"


def _channel(connection: Connection, reader: Reader) -> Channel | None:
    return formats.named(reader_choices.of_reader(connection, reader.id).format).channel


def _record(
    connection: Connection, reader: Reader, wording: str, now: datetime
) -> None:
    """Write down that a reader said yes to another channel, on each list they have."""
    campaign = campaigns.load(connection, reader.campaign_id)
    live = subscriptions.live_lists(connection, [reader.subscriber_id])
    evidence = Consent(CONSENT, BY_LINK, f"{now:%Y-%m-%d %H:%M} UTC", wording)
    for list_id in readers.list_ids(connection, campaign.lists):
        if list_id in live.get(reader.subscriber_id, set()):
            consents.add(connection, reader.subscriber_id, list_id, evidence, now)
