"""Everything between somebody and us, as their page tells it, over every channel."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.model.delivery.delivery import DeliveryState, letter_standing
from digest.model.formats import FORMATS
from digest.model.staff_words import day_as_told, day_in_words, moment_in_words
from digest.store.delivery.by_channel import BY_EMAIL, BY_LETTER
from digest.store.reports.editions.listed_copies import standing_of
from digest.store.reports.people import person_history as history
from digest.store.reports.people.person_history import PersonBounce, PersonCopy
from digest.store.staff import audit
from digest.store.staff.audit import RecordedAct
from digest.web.desk.people.person_view import PersonFacts
from digest.web.parts.state_tags import CHANNEL_ICONS, COPIES, return_in_words

_BAD = {DeliveryState.REFUSED.value, DeliveryState.UNCERTAIN.value}


@dataclass(frozen=True, slots=True)
class PersonEvent:
    """One thing that happened: in short, at length, and in another's own words.

    `run` is the edition whose run tells more, 0 where there is none, and `complaint`
    the complaint that it is of.
    """

    moment: datetime
    icon: str
    lead: str
    words: str = ""
    quoted: str = ""
    run: int = 0
    complaint: int = 0

    @property
    def at(self) -> str:
        """The instant for programs."""
        return self.moment.isoformat()


def events(
    connection: Connection, facts: PersonFacts, most: int
) -> tuple[list[PersonEvent], bool]:
    """Return the latest of what happened, and whether there is more of it."""
    who = facts.subscriber.id
    titles = {name: each.title for name, each in facts.campaigns.items()}
    acts = audit.about(
        connection, *(f"person {each}" for each in (who, *facts.dates["absorbed"]))
    )
    every = [
        *(
            _of_copy(each, titles)
            if isinstance(each, PersonCopy)
            else _of_bounce(each, titles)
            for each in history.events(connection, who, most + 1)
        ),
        *(_of_act(act, titles) for act in acts),
        *_of_lists(facts),
        *_of_complaints(facts),
    ]
    every.sort(key=lambda event: event.moment, reverse=True)
    return every[:most], len(every) > most


def rows(every: Sequence[PersonEvent], zone: str) -> Iterator[dict[str, object]]:
    """Yield what a template's timeline takes, but for the words."""
    for event in every:
        when = moment_in_words(event.moment, zone)
        yield {"icon": event.icon, "at": event.at, "when": when, "event": event}


def _of_copy(copy: PersonCopy, titles: Mapping[str, str]) -> PersonEvent:
    tag = COPIES[_standing(copy)]
    rehearsed = "Rehearsal: " if copy.is_rehearsal else ""
    name = FORMATS[copy.format].words if copy.format else "no copy"
    icon = CHANNEL_ICONS.get(copy.channel, tag.icon)
    tries = f", {copy.attempts} attempts" if copy.attempts > 1 else ""
    doubt = f" It {copy.doubt}." if copy.doubt else ""
    slot = f"{copy.slot:%d %B %Y}".lstrip("0")
    title = titles.get(copy.campaign, copy.campaign)
    return PersonEvent(
        copy.posted_at or copy.at,
        tag.icon if copy.state in _BAD else icon,
        f"{rehearsed}{name}, {tag.words.lower()}".capitalize(),
        f"{title}, {copy.schedule} of {slot}{tries}.{doubt} "
        f"Reference {copy.reader_id}.{copy.edition_id}.",
        copy.reason if copy.channel == BY_EMAIL else _sentence(copy.reason),
        copy.edition_id,
    )


def _sentence(words: str) -> str:
    """Return words of our own as a sentence; a server's stay as they are."""
    stop = "" if words.endswith((".", "!", "?")) or not words else "."
    return f"{words[:1].upper()}{words[1:]}{stop}"


def _standing(copy: PersonCopy) -> str:
    """Return how a copy stands: a letter by what became of its print batch."""
    if copy.channel != BY_LETTER or copy.state != DeliveryState.ACCEPTED:
        return standing_of(copy.channel, copy.state)
    return letter_standing(
        copy.printed_at, copy.posted_at, is_rehearsal=copy.is_rehearsal
    )


def _of_bounce(each: PersonBounce, titles: Mapping[str, str]) -> PersonEvent:
    lead = f"Came back: {return_in_words(each.kind, each.status).lower()}"
    title = titles.get(each.campaign, each.campaign)
    return PersonEvent(each.at, "return", lead, f"{title}.", each.words)


def _of_act(act: RecordedAct, titles: Mapping[str, str]) -> PersonEvent:
    changes = "; ".join(f"{name} {change}" for name, change in act.changes())
    title = titles.get(act.campaign, act.campaign) if act.campaign else ""
    about = ": ".join(filter(None, (title, changes)))
    actor = act.actor.rstrip(",")
    words = f"{about}. By {actor}." if about else f"By {actor}."
    return PersonEvent(act.at, "pencil", act.act.capitalize(), words)


def _of_lists(facts: PersonFacts) -> Iterator[PersonEvent]:
    for each in facts.subscriptions:
        evidence = ", ".join(
            filter(
                None, (each["consent_method"], day_as_told(each["consent_at"] or ""))
            )
        )
        words = f"On record: {evidence}." if evidence else ""
        lead = f"Joined the list {each['list']}"
        yield PersonEvent(each["started_at"], "person", lead, words)
        if each["ended_at"] is not None:
            lead = f"Left the list {each['list']}"
            why = each["ended_reason"] or ""
            yield PersonEvent(each["ended_at"], "stop", lead, why)


def _of_complaints(facts: PersonFacts) -> Iterator[PersonEvent]:
    for each in facts.complaints:
        if each.recorded_at is not None:
            yield PersonEvent(
                each.recorded_at,
                "question",
                f"Complained of how we use their data, by {each.channel}",
                f"It came on {day_in_words(each.received_on)}.",
                each.words,
                complaint=each.id,
            )
