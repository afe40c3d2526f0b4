"""What people on a list can choose: schedules and topics that there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from digest.audience.lists.list_file import ListProblem
from digest.model.campaigns.campaign import Campaign
from digest.model.names import unknown
from digest.model.people.lawful_basis import unfit_for
from digest.model.people.person import Person
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.posts import log


@dataclass(frozen=True, slots=True)
class CampaignChoices:
    """The schedules and topics of the campaigns that go to somebody, and by what right.

    None of either where there is no campaign yet, or no post with a topic: then
    nobody can say what is misspelt.
    """

    schedules: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    campaigns: tuple[Campaign, ...] = ()

    @classmethod
    def of(
        cls, connection: Connection, stored_campaigns: Sequence[StoredCampaign]
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
        return cls(frozenset(schedules), frozenset(topics), every)

    def checked(self, line: int, person: Person) -> Person | list[ListProblem]:
        """Return the person with topics spelt as they are known, or what is not.

        Nor may they be there on a lawful basis by which no campaign may write.
        """
        unfit = person.consent.basis and unfit_for(person.consent, self.campaigns)
        if not (person.schedule or person.topics or unfit):
            return person
        spelt = {topic.casefold(): topic for topic in self.topics}
        problems = []
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


def _problem(line: int, column: str, words: str) -> ListProblem:
    wrong, _, do = words.partition(": ")
    return ListProblem(line, column, wrong, do)
