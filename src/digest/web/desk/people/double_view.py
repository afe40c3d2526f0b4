"""Two people beside each other: a row for each thing, and what either has of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from digest.bootstrap import App
from digest.model.people.merging import differing
from digest.store.base.asked_together import Asked, ask_together
from digest.store.people import suppressions
from digest.store.people.subscribers import Subscriber
from digest.store.staff import audit
from digest.web import limits
from digest.web.desk.people import person_history, person_view
from digest.web.desk.people.person_history import PersonEvent
from digest.web.desk.people.person_view import PersonFacts
from digest.web.parts.inputs import FormFields


@dataclass(frozen=True, slots=True)
class OfOneDouble:
    """All of one of the two that is shown, as it is read at once."""

    facts: PersonFacts
    events: Sequence[PersonEvent]


def read_both(
    connection: Connection, digest: App, pair: Sequence[Subscriber]
) -> list[OfOneDouble]:
    """Return what is held of each of them, and the latest that has passed."""
    of_each = (_questions(digest, each) for each in pair)
    ask_together(connection, chain.from_iterable(of_each))
    return [_read(connection, digest, each.id) for each in pair]


def _questions(digest: App, each: Subscriber) -> tuple[Asked, ...]:
    targets = digest.hasher.hashed(each.person.keys).targets()
    return (
        *person_view.questions(each.id),
        *suppressions.questions(targets.items()),
        *audit.questions_about(f"person {each.id}"),
    )


def _read(connection: Connection, digest: App, person_id: int) -> OfOneDouble:
    facts = person_view.read(connection, digest, person_id)
    events, _ = person_history.events(connection, facts, limits.DOUBLE_EVENTS)
    return OfOneDouble(facts, events)


def rows(
    both: Sequence[OfOneDouble], now: datetime, zone: str
) -> list[tuple[str, list[list[str]], bool]]:
    """Return for each thing its name, what each of them has, and whether it differs."""
    views = [_lines(each, now, zone) for each in both]
    return [
        (name, [view[name] for view in views], views[0][name] != views[1][name])
        for name in views[0]
    ]


def choices(
    pair: Sequence[Subscriber],
    both: Sequence[OfOneDouble],
    now: datetime,
    zone: str,
    typed: FormFields,
) -> list[dict[str, Any]]:
    """Return a question for each thing of which the two have two, as radios take it.

    The answer is the number of the one whose is kept: the first one's, unless typed.
    """
    views = [_lines(each, now, zone) for each in both]
    first, second = pair
    return [
        {
            "name": name,
            "legend": f"Which {_FIELDS[name][1]}?",
            "items": [
                {
                    "value": str(each.id),
                    "text": ", ".join(view[_FIELDS[name][0]]),
                    "hint": {"text": f"Of number {each.id}"},
                    "checked": typed.get(name, str(first.id)) == str(each.id),
                }
                for each, view in zip(pair, views, strict=True)
            ],
        }
        for name in differing(first.person, second.person)
    ]


def follows(both: Sequence[OfOneDouble], now: datetime, zone: str) -> list[str]:
    """Return what else comes of it that staff may not expect."""
    words = []
    for each in both:
        person = person_view.person_view(each.facts, now, zone)
        of = f"{person['name']}, number {person['id']}"
        words += [
            f"{of}, has left {reading['title']}: nothing of it goes to them then"
            for reading in person["reading"]
            if reading["has_left"]
        ]
        words += [
            f"{of}, is not written to {channel} ({why}): that holds for both"
            for channel, why in person["suppressed"]
        ]
        words += [
            f"{of}, has paused {reading['title']}: "
            "whether they have is as of the number that is kept"
            for reading in person["reading"]
            if reading["paused_until"]
        ]
    return words


# The row that shows it, and what it is called in a question.
_FIELDS = {
    "name": ("Name", "name"),
    "email": ("Email", "email address"),
    "phone": ("Phone", "phone"),
    "address": ("Address", "postal address"),
    "format": ("Format", "format"),
    "schedule": ("How often", "schedule"),
    "topics": ("Topics", "topics"),
    "language": ("Language", "language"),
    "organiser": ("Looked after by", "of those who look after them"),
}


def _lines(each: OfOneDouble, now: datetime, zone: str) -> dict[str, list[str]]:
    person = person_view.person_view(each.facts, now, zone)
    return {
        "Name": [person["name"]],
        "Email": [person["email"] or "None held"],
        "Phone": [person["phone"] or "None held"],
        "Address": [*person["address"]] or ["None held"],
        "Gets": [_reads(reading) for reading in person["reading"]] or ["Nothing"],
        "How often": [person["schedule"].capitalize() or "As the campaign has it"],
        "Topics": [person["topics"] or "All"],
        "Language": [person["language"] or "As the campaign has it"],
        "Format": [person["needs"].capitalize() or "None asked for"],
        "What helps": [need["words"] for need in person["helps"] if not need["ended"]]
        or ["Nothing is put down"],
        "Permission": [_permission(tie) for tie in person["lists"]] or ["On no list"],
        "Not written to": [
            f"{channel}: {why}".capitalize() for channel, why in person["suppressed"]
        ]
        or ["Nothing forbids it"],
        "Looked after by": [person["organiser"] or "Nobody"],
        "Notes": [person["notes"] or "None"],
        "Latest": [
            f"{moment.lead} ({row['when']})"
            for moment, row in zip(
                each.events, person_history.rows(each.events, zone), strict=True
            )
        ]
        or ["Nothing has happened yet"],
        "Held since": [person["held_since"]],
    }


def _reads(reading: dict[str, Any]) -> str:
    until = reading["paused_until"]
    words = [reading["tag"].words.lower(), reading["schedule"]]
    words += [f"paused until {until}"] if until else []
    return f"{reading['title']}: {', '.join(words)}"


def _permission(tie: dict[str, Any]) -> str:
    words = [tie["basis"] or "nothing on record", tie["method"], tie["at"]]
    ended = f", ended {tie['ended']}" if tie["ended"] else ""
    return f"{tie['name']}: {', '.join(filter(None, words))}{ended}"
