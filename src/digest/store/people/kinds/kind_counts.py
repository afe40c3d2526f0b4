"""How many readers of each kind schedules have, reckoned by the database at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery

from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.mode import Mode
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.engine import grouping_by_hash
from digest.store.base.read_once import is_read_once, read_once
from digest.store.base.tables import (
    carried_over,
    delivery,
    reader,
    subscriber,
    variant,
)
from digest.store.campaigns import campaigns
from digest.store.people import owed
from digest.store.people.kinds.bases import bases_asked, basis_gap_by
from digest.store.people.kinds.kind_names import (
    kind_name,
    kind_parts,
    parsed_kind,
    stretch_in_words,
)
from digest.store.people.readers import ReaderKind, every_list, is_subscribed


@dataclass(frozen=True, slots=True)
class ReaderKindCount:
    """A kind of a schedule's readers: what they are owed, and how many they are.

    `name` is what the database calls it. Of a `kind` that cannot be read it is None.
    `paused_until` is when they are back; `first` and `last` are the ids of the first
    and the last of them. `copies` is how many of them have one of the edition that
    they were counted beside.
    """

    schedule_id: int
    name: str
    kind: ReaderKind | None
    owed: tuple[DueStretch, ...]
    paused_until: datetime | None
    readers: int
    first: int
    last: int
    copies: int

    def is_here(self, at: datetime) -> bool:
        """Whether they have not paused, or are back by then."""
        return self.paused_until is None or self.paused_until <= at


def look_ahead(connection: Connection, schedule_ids: Iterable[int]) -> None:
    """Have the readers of all these schedules be counted by whoever asks first.

    In a transaction that only reads; in another each schedule is asked alone.
    """
    _ahead(connection).update(schedule_ids)


def of_schedule(
    connection: Connection,
    schedule_id: int,
    mode: Mode,
    at: datetime,
    beside: int | None = None,
) -> list[ReaderKindCount]:
    """Return the kinds of a schedule's readers who have not paused beyond that moment.

    Beside an edition, how many of each kind have a copy of it is counted too.
    """
    every = with_the_paused(connection, schedule_id, mode, beside)
    return [each for each in every if each.is_here(at)]


def with_the_paused(
    connection: Connection, schedule_id: int, mode: Mode, beside: int | None = None
) -> list[ReaderKindCount]:
    """Return the kinds of all of a schedule's readers; see `of_schedule`."""
    ahead = _ahead(connection)
    if is_read_once(connection) and beside is None and schedule_id in ahead:
        wanted = tuple(sorted(ahead))
        every = read_once(
            connection,
            ("kinds of readers", mode, wanted),
            lambda: _counted(connection, wanted, mode),
        )
    else:
        every = _counted(connection, (schedule_id,), mode, beside)
    return [each for each in every if each.schedule_id == schedule_id]


def _counted(
    connection: Connection,
    schedule_ids: Sequence[int],
    mode: Mode,
    beside: int | None = None,
) -> list[ReaderKindCount]:
    with grouping_by_hash(connection):
        rows = connection.execute(_kinds(connection, schedule_ids, mode, beside)).all()
    counted = []
    for row in rows:
        kind, stretches = parsed_kind(row.kind) or (None, ())
        counted.append(
            ReaderKindCount(
                row.schedule_id,
                row.kind,
                kind,
                stretches,
                row.paused_until,
                row.readers,
                row.first,
                row.last,
                row.copies,
            )
        )
    return counted


def _kinds(
    connection: Connection,
    schedule_ids: Sequence[int],
    mode: Mode,
    beside: int | None,
) -> Select[*tuple[Any, ...]]:
    each = reader_kinds(connection, schedule_ids, mode)
    # What is the same of all readers tells none apart.
    alike: dict[str, ColumnElement[int]] = {}
    if len(schedule_ids) == 1:
        alike["schedule_id"] = literal(schedule_ids[0])
    if beside is not None:
        copy = delivery.alias()
        is_theirs = and_(copy.c.edition_id == beside, copy.c.reader_id == reader.c.id)
        each = each.outerjoin(copy, is_theirs)
        each = each.add_columns(copy.c.reader_id.label("copy"))
    # Reckoned before they are grouped, so that nothing else is sorted with it.
    every = each.offset(0).subquery().c
    parts = [column for column in every if column.name not in {"id", "copy", *alike}]
    counts = (
        func.count().label("readers"),
        func.min(every.id).label("first"),
        func.max(every.id).label("last"),
        (literal(0) if beside is None else func.count(every.copy)).label("copies"),
    )
    # Named once they are counted: there are few kinds, and many readers.
    kinds = select(*parts, *counts).group_by(*parts).subquery().c
    columns = {**dict(kinds), **alike}
    return select(
        kind_name(kinds).label("kind"),
        *(
            columns[name].label(name)
            for name in (
                *("schedule_id", "paused_until"),
                *("readers", "first", "last", "copies"),
            )
        ),
    )


def reader_kinds(
    connection: Connection, schedule_ids: Sequence[int], mode: Mode
) -> Select[*tuple[Any, ...]]:
    """Return the query of each reader: the parts of their kind's name first.

    Then their id, schedule_id and paused_until. Of those schedules; who has been merged
    into somebody is among them no more.
    """
    stretches = _stretches(connection, schedule_ids, mode)
    list_ids = {row.name: row.id for row in rows_of(connection, every_list)}
    gap = basis_gap_by(connection, campaigns.listed(connection), list_ids)
    parts = kind_parts(
        mode,
        _still_subscribed(connection, list_ids),
        # Where it is asked of nobody, it tells nobody apart.
        None if isinstance(gap, BindParameter) else gap,
        stretches.c.stretches,
    )
    columns = reader.c.id, reader.c.schedule_id, reader.c.paused_until
    return (
        select(*parts, *columns)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .outerjoin(stretches, stretches.c.reader_id == reader.c.id)
        # Who was held twice counts under the number that was kept.
        .where(
            reader.c.schedule_id.in_(schedule_ids), subscriber.c.merged_into.is_(None)
        )
    )


def questions(connection: Connection) -> tuple[Asked, ...]:
    """Return what is asked before readers are counted, to be asked with others."""
    list_ids = {row.name: row.id for row in rows_of(connection, every_list)}
    return bases_asked(campaigns.listed(connection), list_ids)


def _stretches(
    connection: Connection, schedule_ids: Sequence[int], mode: Mode
) -> Subquery:
    """Return what each reader is owed, as stretches with semicolons between them."""
    # Asked of the few that are owed something: a list of all readers is long.
    reads_one = reader.c.schedule_id.in_(schedule_ids)
    in_copies = (
        select(delivery.c.reader_id, stretch_in_words(variant).label("stretch"))
        .join(variant, variant.c.id == delivery.c.variant_id)
        .where(
            owed.is_owed(mode),
            exists().where(reader.c.id == delivery.c.reader_id, reads_one),
        )
    )
    others = select(carried_over.c.reader_id, stretch_in_words(carried_over)).where(
        carried_over.c.mode == mode,
        exists().where(reader.c.id == carried_over.c.reader_id, reads_one),
    )
    rows = union_all(in_copies, others).subquery()
    joined = (
        func.string_agg(rows.c.stretch, literal_column("';'"))
        if connection.dialect.name == "postgresql"
        else func.group_concat(rows.c.stretch, literal_column("';'"))
    )
    return (
        select(rows.c.reader_id, joined.label("stretches"))
        .group_by(rows.c.reader_id)
        .subquery()
    )


def _still_subscribed(
    connection: Connection, list_ids: Mapping[str, int]
) -> ColumnElement[bool]:
    """Return the condition on a reader that they are on a list of their campaign."""
    conditions = []
    for stored in campaigns.listed(connection):
        lists = [list_ids[n] for n in stored.campaign.lists if n in list_ids]
        is_on_one = is_subscribed(reader.c.subscriber_id, lists)
        conditions.append(and_(reader.c.campaign_id == stored.id, is_on_one))
    return or_(false(), *conditions)


def _ahead(connection: Connection) -> set[int]:
    ahead: set[int] = read_once(connection, "schedules ahead", set)
    return ahead
