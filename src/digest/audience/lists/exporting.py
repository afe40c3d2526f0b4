"""A subscriber list as CSV: safe to open in a spreadsheet, and to import again."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TextIO

from sqlalchemy import Connection, Engine

from digest.audience.lists.columns import ADDRESS, COLUMNS, guarded
from digest.errors import NotFound
from digest.model.people.person import Person
from digest.model.people.segment import EVERYBODY, Segment
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns
from digest.store.people import departures, readers, subscribers, subscriptions
from digest.store.people.lists.segments import in_segment
from digest.store.staff.audit import Act, record

_PAGE = 2000


def export(
    engine: Engine,
    out: TextIO,
    list_name: str | None = None,
    segment: Segment = EVERYBODY,
) -> int:
    """Write those subscribed to the list, or to any; return how many there were.

    Of them those in the segment. Read in pages, so that neither memory nor a
    transaction grows with the list. Raises NotFound, before a line is written, for a
    list there is not.
    """
    with reading(engine) as connection:
        list_id = None
        if list_name is not None:
            list_id = subscriptions.list_id(connection, list_name)
            if list_id is None:
                raise NotFound(f"there is no list called {list_name}")
    writer = _writer(out)
    writer.writeheader()
    count = 0
    for page in _pages(engine, list_id, segment):
        writer.writerows(map(_row, page))
        count += len(page)
    return count


def exported(engine: Engine, list_id: int, segment: Segment) -> Iterator[str]:
    """Yield the text that `export` writes, a page of people at a time."""
    out = io.StringIO(newline="")
    writer = _writer(out)
    writer.writeheader()
    for page in _pages(engine, list_id, segment):
        writer.writerows(map(_row, page))
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def record_export(
    connection: Connection, list_name: str, segment: Segment, now: datetime
) -> None:
    """Put on record that somebody took the people of a list away as a file."""
    act = Act("exported", subject=f"list {list_name}", after=segment.as_words() or None)
    record(connection, act, now)


def _writer(out: TextIO) -> "csv.DictWriter[str]":
    return csv.DictWriter(out, COLUMNS, restval="")


def _row(person: Person) -> dict[str, str]:
    return {column: guarded(cell) for column, cell in cells_of(person).items()}


def _pages(
    engine: Engine, list_id: int | None, segment: Segment
) -> Iterator[list[Person]]:
    after = 0
    while True:
        with reading(engine) as connection:
            narrowed = in_segment(connection, segment)
            page = subscribers.subscribed(connection, list_id, after, _PAGE, *narrowed)
            stays_away = _who_left_all(connection, [row.id for row in page], list_id)
        yield [row.person for row in page if row.id not in stays_away]
        if len(page) < _PAGE:
            return
        after = page[-1].id


def _who_left_all(
    connection: Connection, subscriber_ids: Sequence[int], list_id: int | None
) -> set[int]:
    """Return those who have left every campaign that goes to them by their lists.

    By that list alone, where one is named. Exported, they would be written to
    by whoever imports them.
    """
    goes_to: dict[int, set[int]] = {}
    departed: dict[int, set[int]] = {}
    for stored in campaigns.listed(connection):
        for number in readers.list_ids(connection, stored.campaign.lists):
            goes_to.setdefault(number, set()).add(stored.id)
        for who in departures.of_people(connection, stored.id, subscriber_ids):
            departed.setdefault(who, set()).add(stored.id)
    lists_of = subscriptions.live_lists(connection, [*departed])
    return {
        who
        for who, campaign_ids in departed.items()
        if all(
            goes_to.get(number, set()) and goes_to[number] <= campaign_ids
            for number in ({list_id} if list_id else lists_of.get(who, set()))
        )
    }


def cells_of(person: Person) -> dict[str, str]:
    """Return the cells of a person's row."""
    address, consent = person.address, person.consent
    lines = address.lines if address else ()
    return {
        "reference": person.reference,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        **dict(zip(ADDRESS, lines, strict=False)),
        "postcode": address.postcode if address else "",
        "country": address.country if address else "",
        "format": person.format.name if person.format else "",
        "schedule": person.schedule,
        "topics": "; ".join(person.topics or ()),
        "language": person.language,
        "organiser": person.organiser,
        "consent_basis": consent.basis,
        "consent_method": consent.method,
        "consent_at": consent.at,
        "consent_wording": consent.wording,
        "consent_conditions": consent.conditions,
        "notes": person.notes,
    }
