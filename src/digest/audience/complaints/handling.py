"""Data protection complaints: taken in, acknowledged, answered and closed in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.audience import limits
from digest.audience.subject_access import find
from digest.errors import DigestError
from digest.model.people.data_complaints import (
    OUTCOMES,
    ComplaintChannel,
    ComplaintOutcome,
    acknowledge_by,
)
from digest.model.written_days import written_day
from digest.store.people.complaints import data_complaints
from digest.store.people.complaints.data_complaints import DataComplaint
from digest.store.people.subscribers import Subscriber

# How long before its day a complaint is pressing.
AHEAD = limits.COMPLAINT_AHEAD
_LONGEST: Mapping[str, int] = {
    "words": limits.COMPLAINT_CHARACTERS,
    "answer": limits.COMPLAINT_CHARACTERS,
    "name": limits.NAME_CHARACTERS,
    "contact": limits.CELL_CHARACTERS,
}


@dataclass(frozen=True, slots=True)
class ComplaintForm:
    """What is said of a complaint that came in, as it is written.

    `who` is somebody we hold, "" of anybody else; `received` the day, "" for today.
    """

    words: str
    channel: str
    received: str = ""
    who: str = ""
    name: str = ""
    contact: str = ""


def take_in(
    connection: Connection, form: ComplaintForm, now: datetime, zone: str = "UTC"
) -> int:
    """Put a complaint into the log; return its number.

    Raises NotFound for who is not there, and DigestError in words.
    """
    words = _written("words", form.words, "write what it is about, in their words")
    received_on = day_past(form.received, now, zone)
    person = find(connection, form.who) if form.who.strip() else None
    complaint = DataComplaint(
        channel=_channel(form.channel),
        received_on=received_on,
        words=words,
        name=_written("name", form.name) or (person.person.name if person else ""),
        contact=_written("contact", form.contact) or _contact(person),
        subscriber_id=person.id if person else None,
    )
    return data_complaints.add(connection, complaint, now)


def acknowledge(  # noqa: PLR0913 - what there is to say of it, each by name
    connection: Connection,
    number: int,
    on: str,
    answer_by: str,
    now: datetime,
    *,
    zone: str = "UTC",
) -> DataComplaint:
    """Keep that who complained was told that we have it; return it as it was.

    `answer_by` is by when they are answered, "" for the day that stands. Raises
    NotFound, and DigestError in words.
    """
    before = data_complaints.with_id(connection, number)
    day = _day_since(before, on, now, zone)
    last = _answer_day(before, answer_by, now, zone)
    return data_complaints.acknowledge(connection, number, day, last, now)


def answer(  # noqa: PLR0913 - the same
    connection: Connection,
    number: int,
    words: str,
    on: str,
    now: datetime,
    *,
    zone: str = "UTC",
) -> DataComplaint:
    """Keep what was done and said to who complained; return it as it was.

    Raises NotFound, and DigestError in words.
    """
    before = data_complaints.with_id(connection, number)
    text = _written("answer", words, "write what was done, and what they were told")
    day = _day_since(before, on, now, zone)
    return data_complaints.answer(connection, number, text, day, now)


def close(
    connection: Connection, number: int, outcome: str, now: datetime
) -> DataComplaint:
    """Close a complaint with what it came to; return it as it was.

    Raises NotFound and DigestError in words.
    """
    if outcome not in OUTCOMES:
        every = ", ".join(f"“{each}”" for each in OUTCOMES)
        raise DigestError(f"say what it came to: one of {every}")
    return data_complaints.close(connection, number, ComplaintOutcome(outcome), now)


def assign(
    connection: Connection, number: int, who: str, now: datetime
) -> DataComplaint:
    """Keep that a complaint is of WHO; return it as it was. Raises NotFound."""
    person = find(connection, who)
    return data_complaints.assign(connection, number, person.id, now)


def today(now: datetime, zone: str) -> date:
    """Return the day that it is there."""
    return now.astimezone(ZoneInfo(zone)).date()


def day_past(written: str, now: datetime, zone: str) -> date:
    """Return a day that is not to come, as written; today where nothing is.

    Raises DigestError in words.
    """
    here = today(now, zone)
    if not written.strip():
        return here
    try:
        day = written_day(written, here, is_past=True)
    except ValueError as problem:
        raise DigestError(str(problem)) from problem
    if not here - limits.COMPLAINT_AGE <= day <= here:
        years = limits.COMPLAINT_AGE // timedelta(days=365)
        raise DigestError(
            f"choose a day that is not to come, of the last {years} years"
        )
    return day


def _day_since(
    complaint: DataComplaint, written: str, now: datetime, zone: str
) -> date:
    day = day_past(written, now, zone)
    if day < complaint.received_on:
        raise DigestError(
            f"it came on {complaint.received_on:%Y-%m-%d}: choose a day since then"
        )
    return day


def _answer_day(
    complaint: DataComplaint, written: str, now: datetime, zone: str
) -> date:
    if not written.strip():
        return complaint.answer_by
    here = today(now, zone)
    try:
        day = written_day(written, here)
    except ValueError as problem:
        raise DigestError(str(problem)) from problem
    last = acknowledge_by(complaint.received_on) + limits.COMPLAINT_LATEST
    if not complaint.received_on <= day <= last:
        raise DigestError(
            f"choose a day from {complaint.received_on:%Y-%m-%d} to {last:%Y-%m-%d}: "
            "the law has them answered without undue delay"
        )
    return day


def _channel(written: str) -> ComplaintChannel:
    try:
        return ComplaintChannel(written)
    except ValueError:
        every = ", ".join(ComplaintChannel)
        raise DigestError(f"say how it came: one of {every}") from None


def _contact(subscriber: Subscriber | None) -> str:
    if subscriber is None:
        return ""
    person = subscriber.person
    address = ", ".join(person.address.on_envelope("")) if person.address else ""
    return person.email or person.phone or address


def _written(name: str, text: str, if_empty: str = "") -> str:
    """Return what was written, its lines kept. Raises DigestError in words."""
    tidy = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if not tidy and if_empty:
        raise DigestError(if_empty)
    longest = _LONGEST[name]
    if len(tidy) > longest:
        raise DigestError(f"write it in at most {longest:,} characters")
    if not tidy.replace("\n", "").isprintable():
        raise DigestError("it holds a control character: type it again")
    return tidy
