"""The name that the database gives to a kind of readers, and what it says.

Readers of one name are alike in all that decides what an edition brings them.
"""

from json import JSONDecoder, loads

from sqlalchemy import ColumnElement, Table, Text, case, cast, literal

from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.mode import Mode
from digest.model.formats import named
from digest.model.people.channel_choice import ReaderFacts
from digest.model.people.lawful_basis import BasisGap
from digest.store.base.tables import reader, subscriber
from digest.store.people.readers import ReaderKind, place_in, reach_columns

_json = JSONDecoder()


def kind_name(
    mode: Mode,
    is_reader: ColumnElement[bool],
    basis_gap: ColumnElement[str],
    stretches: ColumnElement[str],
) -> ColumnElement[str]:
    """Return the name of a reader's kind, where readers are joined to subscribers.

    `is_reader` is whether their campaign goes to them still, `basis_gap` why not by
    email, as `bases` says it, `stretches` what they are owed, as `stretch_in_words` has
    it, with semicolons between.
    """
    facts = (is_reader & subscriber.c.erased_at.is_(None), *reach_columns())
    flags = [case((fact, "1"), else_="0") for fact in facts]
    kind: ColumnElement[str] = cast(place_in(mode), Text)
    for part in (
        literal("|"),
        *flags,
        literal("|"),
        basis_gap,
        literal("|"),
        reader.c.format,
        literal("|"),
        stretches,
        literal("|"),
        # As text: the one of these that may hold a bar ends where its JSON does.
        cast(reader.c.topics, Text),
        reader.c.language,
    ):
        kind = kind.concat(part)
    return kind


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
        topics, end = _json.raw_decode(rest)
        kind = ReaderKind(
            position=int(position),
            language=rest[end:],
            topics=tuple(map(str, topics)),
            facts=ReaderFacts(
                named(wanted),
                *(flag == "1" for flag in flags),
                basis_gap=BasisGap(gap) if gap else None,
            ),
        )
        return kind, tuple(map(_stretch, filter(None, stretches.split(";"))))
    except (ValueError, TypeError):
        return None


def _stretch(text: str) -> DueStretch:
    since, upto, had = text.split(" ", 2)
    return DueStretch(int(since), int(upto), tuple(map(tuple, loads(had))))
