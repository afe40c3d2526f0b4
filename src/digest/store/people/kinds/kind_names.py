"""The name that the database gives to a kind of readers, and what it says.

Readers of one name are alike in all that decides what an edition brings them.
"""

from collections.abc import Mapping
from functools import reduce
from json import JSONDecoder, loads
from operator import add
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.mode import Mode
from digest.model.formats import Channel, named
from digest.model.people.channel_choice import ReaderFacts
from digest.model.people.lawful_basis import BasisGap
from digest.store.base.tables import departure, reader, subscriber, suppression
from digest.store.people.departures import has_left
from digest.store.people.kinds.bases import ENOUGH
from digest.store.people.readers import ReaderKind, place_in, reach_columns

KindParts = Mapping[str, ColumnElement[Any]] | ReadOnlyColumnCollection[str, Any]
_json = JSONDecoder()
# Of the facts of a reader, a bit each of one number: first whether they are on a list
# of their campaign, and whether they have left it; then those of `reach_columns`.
_FACTS = 2 + len(reach_columns())
_SUPPRESSED = frozenset(f"{channel}_suppressed" for channel in Channel)


def kind_parts(
    mode: Mode,
    is_subscribed: ColumnElement[bool],
    basis_gap: ColumnElement[str] | None,
    stretches: ColumnElement[str],
) -> tuple[ColumnElement[Any], ...]:
    """Return what tells kinds apart, where readers are joined to subscribers.

    `is_subscribed` is whether they are on a list of their campaign, `basis_gap` why not
    by email, as `bases` says it, None where that is asked of nobody; `stretches` what
    they are owed, as `stretch_in_words` has it, with semicolons between. Those in which
    most readers differ come first, and there are as few as may be: a database that
    sorts by them is done the sooner.
    """
    parts = [
        # As text: JSON has no equality on PostgreSQL.
        cast(reader.c.topics, Text).label("topics"),
        (place_in(mode) * (1 << _FACTS) + _flags(is_subscribed)).label("number"),
        reader.c.format.label("format"),
        reader.c.language.label("language"),
        stretches.label("stretches"),
    ]
    return *parts, *(() if basis_gap is None else (basis_gap.label("basis_gap"),))


def _flags(is_subscribed: ColumnElement[bool]) -> ColumnElement[int]:
    """Return the facts of a reader as one number."""
    facts = (
        is_subscribed & subscriber.c.erased_at.is_(None),
        has_left(reader.c.subscriber_id, reader.c.campaign_id),
        *reach_columns(),
    )
    bits = [case((fact, 1 << place), else_=0) for place, fact in enumerate(facts)]
    guarded = {1} | {
        place
        for place, fact in enumerate(facts)
        if getattr(fact, "name", "") in _SUPPRESSED
    }
    always = reduce(
        add, (bits[place] for place in range(_FACTS) if place not in guarded)
    )
    # Most have neither left nor are suppressed: of them nothing of it is looked up.
    return always + case(
        (_may_be_kept_from(), reduce(add, (bits[place] for place in sorted(guarded)))),
        else_=0,
    )


def _may_be_kept_from() -> ColumnElement[bool]:
    """Return a condition that holds for all who have left something or are suppressed.

    Asked once for all readers: they are few.
    """
    departed = select(departure.c.subscriber_id).where(
        departure.c.returned_at.is_(None)
    )
    other = subscriber.alias()
    suppressed = (
        select(other.c.id)
        .join(suppression, suppression.c.target_hash == other.c[f"{channel}_hash"])
        .where(suppression.c.channel == channel)
        for channel in Channel
    )
    return subscriber.c.id.in_(union_all(departed, *suppressed))


def kind_name(parts: KindParts) -> ColumnElement[str]:
    """Return the name of a reader's kind, of `kind_parts` by their names."""
    name: ColumnElement[str] = cast(parts["number"], Text)
    for part in (
        parts["basis_gap"] if "basis_gap" in parts else literal(ENOUGH),
        parts["format"],
        func.coalesce(parts["stretches"], ""),
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
        number, gap, wanted, stretches, rest = name.split("|", 4)
        position, flags = divmod(int(number), 1 << _FACTS)
        is_subscribed, has_gone, *facts = (
            bool(flags >> place & 1) for place in range(_FACTS)
        )
        topics, end = _json.raw_decode(rest)
        kind = ReaderKind(
            position=position,
            language=rest[end:],
            topics=tuple(map(str, topics)),
            facts=ReaderFacts(
                named(wanted),
                # As `readers.reads` has it.
                is_subscribed and not has_gone,
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
