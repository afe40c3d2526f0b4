"""How many readers of each kind schedules have, reckoned by the database at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery

from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.mode import Mode
from digest.store.base.read_once import is_read_once, read_once
from digest.store.base.tables import (
    carried_over,
    delivery,
    mailing_list,
    reader,
    subscriber,
    variant,
)
from digest.store.campaigns import campaigns
from digest.store.people import owed
from digest.store.people.kinds.bases import basis_gap_by
from digest.store.people.kinds.kind_names import (
    kind_name,
    parsed_kind,
    stretch_in_words,
)
from digest.store.people.readers import ReaderKind, reads


@dataclass(frozen=True, slots=True)
class ReaderKindCount:
    """A kind of a schedule's readers: what they are owed, and how many they are.

    `name` is what the database calls it. Of a `kind` that cannot be read it is None.
    `paused_until` is when they are back.
    """

    schedule_id: int
    name: str
    kind: ReaderKind | None
    owed: tuple[DueStretch, ...]
    paused_until: datetime | None
    readers: int


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
    without_copy_of: int | None = None,
) -> list[ReaderKindCount]:
    """Return the kinds of a schedule's readers who have not paused beyond that moment.

    Those who have a copy of an edition are left out, where one is named.
    """
    ahead = _ahead(connection)
    if is_read_once(connection) and without_copy_of is None and schedule_id in ahead:
        wanted = tuple(sorted(ahead))
        every = read_once(
            connection,
            ("kinds of readers", mode, wanted),
            lambda: _counted(connection, wanted, mode),
        )
    else:
        every = _counted(connection, (schedule_id,), mode, without_copy_of)
    return [
        each
        for each in every
        if each.schedule_id == schedule_id
        and (each.paused_until is None or each.paused_until <= at)
    ]


def _counted(
    connection: Connection,
    schedule_ids: Sequence[int],
    mode: Mode,
    without_copy_of: int | None = None,
) -> list[ReaderKindCount]:
    rows = connection.execute(
        _kinds(connection, schedule_ids, mode, without_copy_of)
    ).all()
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
            )
        )
    return counted


def _kinds(
    connection: Connection,
    schedule_ids: Sequence[int],
    mode: Mode,
    without_copy_of: int | None,
) -> Select[tuple[int, str, datetime | None, int]]:
    each = reader_kinds(connection, schedule_ids, mode)
    if without_copy_of is not None:
        copies = select(delivery.c.reader_id).where(
            delivery.c.edition_id == without_copy_of
        )
        each = each.where(reader.c.id.not_in(copies))
    every = each.subquery().c
    columns = every.schedule_id, every.kind, every.paused_until
    return select(*columns, func.count().label("readers")).group_by(*columns)


def reader_kinds(
    connection: Connection, schedule_ids: Sequence[int], mode: Mode
) -> Select[tuple[int, int, str, datetime | None]]:
    """Return the query of each reader: id, schedule_id, kind and paused_until.

    Of those schedules; who has been merged into somebody is among them no more.
    """
    stretches = _stretches(connection, schedule_ids, mode)
    names = select(mailing_list.c.name, mailing_list.c.id)
    list_ids = {row.name: row.id for row in connection.execute(names)}
    kind = kind_name(
        mode,
        _still_read(connection, list_ids),
        basis_gap_by(connection, campaigns.listed(connection), list_ids),
        func.coalesce(stretches.c.stretches, ""),
    )
    columns = reader.c.id, reader.c.schedule_id, kind.label("kind")
    return (
        select(*columns, reader.c.paused_until)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .outerjoin(stretches, stretches.c.reader_id == reader.c.id)
        # Who was held twice counts under the number that was kept.
        .where(
            reader.c.schedule_id.in_(schedule_ids), subscriber.c.merged_into.is_(None)
        )
    )


def _stretches(
    connection: Connection, schedule_ids: Sequence[int], mode: Mode
) -> Subquery:
    """Return what each reader is owed, as stretches with semicolons between them."""
    ours = select(reader.c.id).where(reader.c.schedule_id.in_(schedule_ids))
    in_copies = (
        select(delivery.c.reader_id, stretch_in_words(variant).label("stretch"))
        .join(variant, variant.c.id == delivery.c.variant_id)
        .where(owed.is_owed(mode), delivery.c.reader_id.in_(ours))
    )
    others = select(carried_over.c.reader_id, stretch_in_words(carried_over)).where(
        carried_over.c.mode == mode, carried_over.c.reader_id.in_(ours)
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


def _still_read(
    connection: Connection, list_ids: Mapping[str, int]
) -> ColumnElement[bool]:
    """Return the condition on a reader that their campaign goes to them still."""
    conditions = []
    for stored in campaigns.listed(connection):
        lists = [list_ids[n] for n in stored.campaign.lists if n in list_ids]
        is_theirs = reads(reader.c.subscriber_id, stored.id, lists)
        conditions.append(and_(reader.c.campaign_id == stored.id, is_theirs))
    return or_(false(), *conditions)


def _ahead(connection: Connection) -> set[int]:
    ahead: set[int] = read_once(connection, "schedules ahead", set)
    return ahead
