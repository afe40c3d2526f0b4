"""A subscriber list as CSV: safe to open in a spreadsheet, and to import again."""

import csv
from collections.abc import Iterator
from typing import TextIO

from sqlalchemy import Engine

from digest.audience.lists.columns import ADDRESS, COLUMNS, guarded
from digest.errors import NotFound
from digest.model.people.person import Person
from digest.store.base.engine import reading
from digest.store.people import subscribers, subscriptions

_PAGE = 2000


def export(engine: Engine, out: TextIO, list_name: str | None = None) -> int:
    """Write those subscribed to the list, or to any; return how many there were.

    Read in pages, so that neither memory nor a transaction grows with the
    list. Raises NotFound, before a line is written, for a list there is not.
    """
    with reading(engine) as connection:
        list_id = None
        if list_name is not None:
            list_id = subscriptions.list_id(connection, list_name)
            if list_id is None:
                raise NotFound(f"there is no list called {list_name}")
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    count = 0
    for person in _people(engine, list_id):
        cells = cells_of(person)
        writer.writerow({column: guarded(cell) for column, cell in cells.items()})
        count += 1
    return count


def _people(engine: Engine, list_id: int | None) -> Iterator[Person]:
    after = 0
    while True:
        with reading(engine) as connection:
            page = subscribers.subscribed(connection, list_id, after, _PAGE)
        yield from (subscriber.person for subscriber in page)
        if len(page) < _PAGE:
            return
        after = page[-1].id


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
        "notes": person.notes,
    }
