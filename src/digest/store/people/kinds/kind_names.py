"""The name that the database gives to a kind of readers, and what it says.

Readers of one name are alike in all that decides what an edition brings them.
"""

from collections.abc import Mapping
from functools import reduce
from json import JSONDecoder, loads
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, case, cast, literal
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.mode import Mode
from digest.model.formats import named
from digest.model.people.channel_choice import ReaderFacts
from digest.model.people.lawful_basis import BasisGap
from digest.store.base.tables import reader, subscriber
from digest.store.people.readers import ReaderKind, place_in, reach_columns

KindParts = Mapping[str, ColumnElement[Any]] | ReadOnlyColumnCollection[str, Any]
_json = JSONDecoder()
# Whether their campaign goes to them, and by which channels they can be reached.
_FACTS = 1 + len(reach_columns())


def kind_parts(
    mode: Mode,
    is_reader: ColumnElement[bool],
    basis_gap: ColumnElement[str],
    stretches: ColumnElement[str],
) -> tuple[ColumnElement[Any], ...]:
    """Return what tells kinds apart, where readers are joined to subscribers.

    `is_reader` is whether their campaign goes to them still, `basis_gap` why not by
    email, as `bases` says it, `stretches` what they are owed, as `stretch_in_words` has
    it, with semicolons between. Those in which most readers differ come first: a
    database that sorts by them is done the sooner.
    """
    return (
        # As text: JSON has no equality on PostgreSQL.
        cast(reader.c.topics, Text).label("topics"),
        place_in(mode).label("place"),
        _flags(is_reader).label("flags"),
        reader.c.format.label("format"),
        reader.c.language.label("language"),
        basis_gap.label("basis_gap"),
        stretches.label("stretches"),
    )


def _flags(is_reader: ColumnElement[bool]) -> ColumnElement[int]:
    """Return the facts of a reader as one number, a bit each, in their order."""
    facts = (is_reader & subscriber.c.erased_at.is_(None), *reach_columns())
    bits = (case((fact, 1 << place), else_=0) for place, fact in enumerate(facts))
    return reduce(add, bits)


def kind_name(parts: KindParts) -> ColumnElement[str]:
    """Return the name of a reader's kind, of `kind_parts` by their names."""
    name: ColumnElement[str] = cast(parts["place"], Text)
    for part in (
        cast(parts["flags"], Text),
        parts["basis_gap"],
        parts["format"],
        parts["stretches"],
        parts["topics"],
    ):
        name = name.concat(literal("|")).concat(part)
    # The one of these that may hold a bar, the topics, ends where its JSON does.
    return name.concat(parts["language"])


def stretch_in_words(table: Table) -> ColumnElement[str]:
    """Return a row's stretch as text: where it begins and ends, and what is not due."""
    text: ColumnElement[str] = cast(table.c.since, Text)
    for part in (" ", cast(table.c.upto, Text), " ", cast(table.c.had, Text)):
        text = text.concat(part)
    return text


def parsed_kind(name: str) -> tuple[ReaderKind, tuple[DueStretch, ...]] | None:
    """Return the kind of that name, and what its readers are owed.

    None where their rows hold what we cannot read.
    """
    try:
        position, flags, gap, wanted, stretches, rest = name.split("|", 5)
        facts = (bool(int(flags) >> place & 1) for place in range(_FACTS))
        topics, end = _json.raw_decode(rest)
        kind = ReaderKind(
            position=int(position),
            language=rest[end:],
            topics=tuple(map(str, topics)),
            facts=ReaderFacts(
                named(wanted),
                *facts,
                basis_gap=BasisGap(gap) if gap else None,
            ),
        )
        return kind, tuple(map(_stretch, filter(None, stretches.split(";"))))
    except (ValueError, TypeError):
        return None


def _stretch(text: str) -> DueStretch:
    since, upto, had = text.split(" ", 2)
    return DueStretch(int(since), int(upto), tuple(map(tuple, loads(had))))
