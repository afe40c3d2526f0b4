"""Confirming: the button in a mail turns a request to join into consent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from digest.audience.enrolment import enrol
from digest.audience.hashing import KeyedHasher
from digest.audience.lists.choices import CampaignChoices
from digest.audience.lists.list_file import ListRow, RowRefused
from digest.audience.lists.rows import read_row
from digest.audience.signed_links import SignedLinks
from digest.errors import NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.people.person import CONSENT, Consent, Person
from digest.model.people.reader_marks import ReaderRef
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people import (
    departures,
    reader_choices,
    readers,
    subscribers,
    subscriptions,
    suppressions,
)
from digest.store.people.erasing.erasures import FORGOTTEN
from digest.store.people.joining import consents, joining_requests
from digest.store.people.joining.joining_requests import JoiningOutcome, JoiningRequest
from digest.store.people.subscribers import HashedPerson
from digest.store.people.subscriptions import ListEntry
from digest.store.staff.audit import Act, record

BY_WEB = "by the form on the web, confirmed by the button in an email"
_OVER = (
    "This link is not whole, or its time is over: it works for 7 days. You can sign up "
    "again, and get another one."
)


@dataclass(frozen=True, slots=True)
class JoiningState:
    """How a request to join stands, and as which reader it ended, if it did."""

    campaign: Campaign
    content: Mapping[str, str]
    wording: str
    reader: ReaderRef | None = None
    schedule: str = ""
    has_changed: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmationLinks:
    """What the links of confirmations do; each raises NotFound for one that is over."""

    engine: Engine
    links: SignedLinks
    hasher: KeyedHasher
    clock: Callable[[], datetime]

    def look(self, token: str) -> JoiningState:
        """Return how things stand; changes nothing."""
        with reading(self.engine) as connection:
            request = self._request(connection, token)
            return _state(connection, request)

    def confirm(self, token: str) -> JoiningState:
        """Have whoever holds the link join, at once; twice is the same as once."""
        with writing(self.engine) as connection:
            request = self._request(connection, token)
            has_changed = request.outcome is None
            if has_changed:
                confirm(connection, self.hasher, request, self.clock())
                request = self._request(connection, token)
            return _state(connection, request, has_changed=has_changed)

    def _request(self, connection: Connection, token: str) -> JoiningRequest:
        request_id = self.links.read_confirmation_token(token)
        request = (
            None if request_id is None else joining_requests.get(connection, request_id)
        )
        if (
            request is None
            or not request.way.is_to_join
            or request.outcome not in (None, JoiningOutcome.CONFIRMED)
            or request.is_over(self.clock())
        ):
            raise NotFound(_OVER)
        return request


def confirm(
    connection: Connection,
    hasher: KeyedHasher,
    request: JoiningRequest,
    now: datetime,
) -> int:
    """Turn a request into consent; return whose it is.

    Who is known by the address keeps what is held of them and what they have chosen:
    the list is added, and what they had left goes to them again.
    """
    stored = campaigns.with_id(connection, request.campaign_id)
    if stored is None:
        raise NotFound(_OVER)
    person = person_of(connection, stored, request.content, now)
    evidence = Consent(CONSENT, BY_WEB, f"{now:%Y-%m-%d %H:%M} UTC", request.wording)
    subscriber = subscribers.kept_as(connection, person.keys.identity)
    if subscriber is None:
        hashed = HashedPerson(person, hasher.hashed(person.keys))
        # Who left, and was erased in time, comes back by their own word.
        suppressions.lift_of_reason(connection, hashed.hashed.targets(), FORGOTTEN, now)
        [number] = subscribers.add(connection, [hashed], now)
    else:
        number = subscriber.id
    join(connection, stored, number, evidence, now)
    joining_requests.settle(
        connection, request.id, JoiningOutcome.CONFIRMED, now, number
    )
    return number


def join(
    connection: Connection,
    stored: StoredCampaign,
    subscriber_id: int,
    evidence: Consent,
    now: datetime,
) -> None:
    """Have somebody on record be a reader of a campaign, as they themselves said.

    Also one who had left it, or its list: it is their own word.
    """
    joining = stored.campaign.joining
    name = joining.list_name if joining else stored.campaign.lists[0]
    list_id = subscriptions.make_list(connection, name, now)
    subscriptions.join(connection, list_id, subscriber_id, ListEntry(evidence), now)
    consents.add(connection, subscriber_id, list_id, evidence, now)
    departures.come_back(connection, stored.id, subscriber_id, now)
    for each in campaigns.listed(connection):
        if name in each.campaign.lists:
            enrol(connection, each.id, each.campaign, now, [subscriber_id])
    facts = {"list": name, "consent": evidence.basis}
    subject = f"person {subscriber_id}"
    act = Act("joined", campaign_id=stored.id, subject=subject, after=facts)
    record(connection, act, now)


def _state(
    connection: Connection, request: JoiningRequest, *, has_changed: bool = False
) -> JoiningState:
    campaign = campaigns.load(connection, request.campaign_id)
    reader, schedule = None, ""
    if request.subscriber_id is not None:
        reader = next(
            (
                reader
                for reader in readers.of_subscriber(connection, request.subscriber_id)
                if reader.campaign_id == request.campaign_id
            ),
            None,
        )
        if reader is None:
            raise NotFound(_OVER)
        schedule = reader_choices.of_reader(connection, reader.id).schedule
    whom = ReaderRef(reader.id, reader.mark) if reader else None
    return JoiningState(
        campaign, request.content, request.wording, whom, schedule, has_changed
    )


def person_of(
    connection: Connection,
    stored: StoredCampaign,
    content: Mapping[str, str],
    now: datetime,
) -> Person:
    """Return who a request is of, without choices that are offered no more."""
    person = read_row(ListRow(0, dict(content)))
    if isinstance(person, Person):
        person = CampaignChoices.of(connection, [stored], now).checked(0, person)
    if not isinstance(person, Person):
        obsolete = {problem.column for problem in person} & {"schedule", "topics"}
        if not obsolete:
            raise RowRefused(*person)
        rest = {name: text for name, text in content.items() if name not in obsolete}
        return person_of(connection, stored, rest, now)
    return person
