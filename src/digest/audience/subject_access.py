"""Subject access: everything that we hold about one person, for them to see."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from digest.audience import limits
from digest.audience.emails import email_key
from digest.audience.hashing import KeyedHasher
from digest.errors import NotFound
from digest.model.names import nearest
from digest.model.people.person import Person, PersonKeys
from digest.store.base.asked_together import Question, ask_together
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.people import (
    channel_offers,
    needs,
    searching,
    subject_access,
    subscribers,
    suppressions,
)
from digest.store.people.complaints import data_complaints
from digest.store.people.complaints.data_complaints import DataComplaint
from digest.store.people.subscribers import Subscriber
from digest.store.staff import audit


class HeldKind(StrEnum):
    """What there may be several of, by its name in what is handed over.

    The one table of it: the page that tells everybody what is held has each too.
    """

    SUBSCRIPTIONS = "subscriptions"
    CONSENTS = "consents"
    CAMPAIGNS = "campaigns"
    LEFT = "left"
    NEEDS = "needs"
    COMPLAINTS = "complaints"
    COPIES = "copies"
    NOT_SENT = "not_sent"
    CALLS = "calls"
    BOUNCES = "bounces"
    OFFERS = "offers"
    MAIL = "mail"
    REQUESTS = "requests"
    HELD_TWICE = "held_twice"
    ACTS = "acts"
    SUPPRESSED = "suppressed"


_REFERENCE = re.compile(r"[0-9]{1,18}\.[0-9]{1,18}")


def find(connection: Connection, who: str) -> Subscriber:
    """Return the subscriber that WHO means: an email address, a name or an id.

    Or the reference at the foot of a letter of theirs.
    Raises NotFound where there is none, or several of that name.
    """
    people = matching(connection, who.strip())
    if len(people) == 1:
        return people[0]
    if not people:
        raise not_held(connection, who)
    ids = ", ".join(str(person.id) for person in people)
    raise NotFound(
        f"{len(people)} people are called “{who}”: give one of the ids {ids}"
    )


def not_held(connection: Connection, who: str) -> NotFound:
    """Return what is said of WHO where they are nobody's words: who may be meant."""
    near = [
        f"“{each.person.name}” (number {each.id})"
        for each in _like(connection, who.strip())
    ]
    hint = (
        f": is it {' or '.join(near)}?"
        if near
        else "; give an email address, a whole name, or an id"
    )
    return NotFound(f"nobody called “{who}” is held{hint}")


# By which question each is read that is handed over as it stands.
_QUESTIONS: Mapping[HeldKind, Question] = {
    HeldKind.SUBSCRIPTIONS: subject_access.subscriptions,
    HeldKind.CONSENTS: subject_access.consents,
    HeldKind.CAMPAIGNS: subject_access.campaigns,
    HeldKind.LEFT: subject_access.departures,
    HeldKind.NOT_SENT: subject_access.not_sent,
    HeldKind.CALLS: subject_access.calls,
    HeldKind.BOUNCES: subject_access.bounces,
    HeldKind.REQUESTS: subject_access.requests,
}


def everything(connection: Connection, hasher: KeyedHasher, who: str) -> dict[str, Any]:
    """Return all that is held about WHO as JSON values, instants left as they are.

    Raises NotFound as `find` does.
    """
    subscriber = find(connection, who)
    ask_together(connection, subject_access.questions(subscriber.id))
    person = subscriber.person
    dates = subject_access.dates_of(connection, subscriber.id)
    absorbed = [*map(int, (dates.pop("absorbed") or "").split())]
    names = (f"person {each}" for each in (subscriber.id, *absorbed))
    targets = hasher.hashed(person.keys).targets()
    standing = suppressions.standing(connection, set(targets.items()))
    return {
        "id": subscriber.id,
        **_reached_at(person),
        "format": person.format.name if person.format else None,
        "schedule": person.schedule,
        "topics": list(person.topics or ()),
        "language": person.language,
        "organiser": person.organiser,
        "notes": person.notes,
        **dates,
        **{
            kind: subject_access.entries(connection, question, subscriber.id)
            for kind, question in _QUESTIONS.items()
        },
        HeldKind.COPIES: subject_access.copies_of(connection, subscriber.id),
        HeldKind.MAIL: subject_access.mail_of(connection, subscriber.id),
        HeldKind.ACTS: [act.line() for act in audit.about(connection, *names)],
        HeldKind.NEEDS: [
            {
                "words": each.words,
                "may_share": each.may_share,
                "recorded_at": each.recorded_at,
                "review_on": each.review_on,
                "ended_at": each.ended_at,
            }
            for each in needs.of_person(connection, subscriber.id)
        ],
        HeldKind.COMPLAINTS: [
            _complaint(each)
            for each in data_complaints.of_person(connection, subscriber.id)
        ],
        HeldKind.OFFERS: channel_offers.of_person(connection, subscriber.id),
        HeldKind.HELD_TWICE: [
            {"id": number, **_reached_at(row.person), "notes": row.person.notes}
            for number in absorbed
            if (row := subscribers.row_of(connection, number))
        ],
        HeldKind.SUPPRESSED: {
            channel: standing[target]._asdict()
            for channel, target in targets.items()
            if target in standing
        },
    }


def _reached_at(person: Person) -> dict[str, Any]:
    address = person.address
    return {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "address": list(address.on_envelope(person.name)) if address else [],
    }


def _complaint(complaint: DataComplaint) -> dict[str, Any]:
    return {
        "number": complaint.id,
        "came_by": complaint.channel,
        "received_on": complaint.received_on,
        "words": complaint.words,
        "contact": complaint.contact,
        "acknowledge_by": complaint.acknowledge_by,
        "acknowledged_on": complaint.acknowledged_on,
        "answer_by": complaint.answer_by,
        "answered_on": complaint.answered_on,
        "answer": complaint.answer,
        "outcome": complaint.outcome,
        "closed_at": complaint.closed_at,
    }


def matching(connection: Connection, who: str) -> Sequence[Subscriber]:
    """Return all whom WHO may mean, as `find` reads it."""
    if _REFERENCE.fullmatch(who):
        key = DeliveryKey.parse(who)
        subscriber = subscribers.of_reader(connection, key.reader_id)
        return [subscriber] if subscriber else []
    if who.isascii() and who.isdigit() and len(who) <= limits.ID_DIGITS:
        subscriber = subscribers.get(connection, int(who))
        return [subscriber] if subscriber else []
    if "@" in who:
        try:
            keys = PersonKeys(email=email_key(who))
        except ValueError:
            return []
        subscriber = subscribers.kept_as(connection, keys.identity)
        return [subscriber] if subscriber else []
    return subscribers.named(connection, who)


def _like(connection: Connection, who: str) -> Sequence[Subscriber]:
    """Return who may be meant by a name that nobody has: the first of them."""
    if "@" in who or not any(map(str.isalpha, who)):
        return []
    by_words = searching.PersonSearch(words=who)
    if people := searching.page(connection, by_words, limits.NAMES_OFFERED):
        return people
    by_last = searching.PersonSearch(words=who.rsplit(maxsplit=1)[-1])
    candidates = searching.page(connection, by_last, limits.NAMES_COMPARED)
    name = nearest(who, (each.person.name for each in candidates))
    return [each for each in candidates if each.person.name == name][:1]
