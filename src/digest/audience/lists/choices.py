"""What people on a list can choose: schedules and topics that there are."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.audience.lists.list_file import ListProblem
from digest.model.campaigns.campaign import Campaign
from digest.model.names import unknown
from digest.model.people.lawful_basis import BasisFault, faults, unfit_for
from digest.model.people.person import Consent, Person
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.posts import log


@dataclass(frozen=True, slots=True)
class CampaignChoices:
    """The schedules and topics of the campaigns that go to somebody, and by what right.

    None of either where there is no campaign yet, or no post with a topic: then
    nobody can say what is misspelt. It is `today` wherever one of them is.
    """

    today: date
    schedules: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    campaigns: tuple[Campaign, ...] = ()
    # By the words of a basis: of a whole list they are often the same.
    _unfit: dict[str, BasisFault | None] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        connection: Connection,
        stored_campaigns: Sequence[StoredCampaign],
        now: datetime,
    ) -> "CampaignChoices":
        """Return what those campaigns offer."""
        schedules: set[str] = set()
        topics: set[str] = set()
        for stored in stored_campaigns:
            campaign = stored.campaign
            for row in campaigns.schedules_of(connection, stored):
                schedules.update((row.schedule.name, *row.former_names))
            for source in campaign.sources:
                topics.update(source.topics)
            topics.update(log.topics_of(connection, stored.id))
        every = tuple(stored.campaign for stored in stored_campaigns)
        today = today_in(every, now)
        return cls(today, frozenset(schedules), frozenset(topics), every)

    def checked(self, line: int, person: Person) -> Person | list[ListProblem]:
        """Return the person with topics spelt as they are known, or what is not.

        Nor may they be there on a lawful basis by which no campaign may write, or of
        which something is missing.
        """
        unfit = self._unfit_of(person.consent) if person.consent.basis else None
        problems = evidence_problems(line, person.consent, self.today)
        if not (person.schedule or person.topics or unfit or problems):
            return person
        spelt = {topic.casefold(): topic for topic in self.topics}
        if unfit:
            problems.append(ListProblem(line, "consent_basis", unfit.wrong, unfit.do))
        if self.schedules and person.schedule not in ("", *self.schedules):
            words = unknown("schedule", person.schedule, self.schedules)
            problems.append(_problem(line, "schedule", words))
        topics = {spelt.get(topic.casefold(), topic) for topic in person.topics or ()}
        for topic in sorted(topics - self.topics if self.topics else ()):
            words = unknown("topic", topic, self.topics)
            problems.append(_problem(line, "topics", words))
        if problems or not topics:
            return problems or person
        return replace(person, topics=tuple(sorted(topics)))

    def _unfit_of(self, consent: Consent) -> BasisFault | None:
        if consent.basis not in self._unfit:
            self._unfit[consent.basis] = unfit_for(consent, self.campaigns)
        return self._unfit[consent.basis]


def evidence_problems(line: int, consent: Consent, today: date) -> list[ListProblem]:
    """Return what evidence lacks that is to be stored: the door of every list."""
    if not consent.basis:
        return []
    return [
        ListProblem(line, f"consent_{fault.part}", fault.wrong, fault.do)
        for fault in _faults(consent, today)
    ]


@lru_cache(maxsize=1024)
def _faults(consent: Consent, today: date) -> tuple[BasisFault, ...]:
    return (*faults(consent, today),)


def today_in(campaigns: Sequence[Campaign], now: datetime) -> date:
    """Return the latest day that it is where one of the campaigns is."""
    zones = {each.timezone for each in campaigns} or {"UTC"}
    return max(now.astimezone(ZoneInfo(zone)).date() for zone in zones)


def _problem(line: int, column: str, words: str) -> ListProblem:
    wrong, _, do = words.partition(": ")
    return ListProblem(line, column, wrong, do)
