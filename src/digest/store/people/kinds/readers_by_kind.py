"""Who is of a kind: asked of few readers, or of how many have had something."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    exists,
    false,
    func,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery

from digest.model.delivery.delivery import NEVER_LEFT
from digest.model.editions.mode import Mode
from digest.store.base.bulk import one_of
from digest.store.base.tables import delivery, reader, subscriber
from digest.store.limits import KINDS_ASKED_TOGETHER, UNREACHED_LOOKED_AMONG
from digest.store.people.kinds.kind_counts import ReaderKindCount, reader_kinds
from digest.store.people.kinds.kind_names import kind_name
from digest.store.people.readers import is_here


@dataclass(frozen=True, slots=True)
class ReadersByKind:
    """The readers of a schedule who are here at a moment, by their kinds' names."""

    connection: Connection
    schedule_id: int
    mode: Mode
    at: datetime

    def some_of(
        self, kinds: Sequence[ReaderKindCount], most: int
    ) -> list[tuple[str, str]]:
        """Return some readers of those kinds, in order: each one's name and kind's.

        All of them where they are no more than `most`. The first and the last of each
        kind are known; others are looked for between the first and the last of all, or
        where they are many, among the next readers after the first.
        """
        ends = dict[int, str]()
        for kind in kinds:
            ends |= {kind.first: kind.name, kind.last: kind.name}
        readers = sum(kind.readers for kind in kinds)
        if not ends:
            return []
        people: Select[Any] | CompoundSelect[Any] = (
            select(reader.c.id, subscriber.c.name, null().label("kind"))
            .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
            .where(reader.c.id.in_(ends))
        )
        if len(ends) < min(most, readers):
            each = self._each(
                reader.c.id.between(min(ends), max(ends))
                if readers <= most
                else self._is_soon_after(min(ends))
            )
            is_of_one = one_of(self.connection, each.c.kind, {*ends.values()})
            others = select(each.c.id, each.c.name, each.c.kind).where(is_of_one)
            people = union_all(
                people, others.order_by(each.c.id).limit(most).subquery().select()
            )
        some = {
            row.id: (row.name, row.kind or ends[row.id])
            for row in self.connection.execute(people)
        }
        return [some[number] for number in sorted(some)[:most]]

    def count_with(
        self, copies: Mapping[tuple[tuple[int, int], ...], Collection[str]]
    ) -> int:
        """Return how many have a copy that left or may leave, each of its own kind.

        `copies` are kinds of readers by what is looked for: pairs of an edition and a
        variant. No kind is there twice.
        """
        groups = [*copies.items()]
        return sum(
            self._count_with(groups[first : first + KINDS_ASKED_TOGETHER])
            for first in range(0, len(groups), KINDS_ASKED_TOGETHER)
        )

    def _count_with(
        self, groups: Sequence[tuple[tuple[tuple[int, int], ...], Collection[str]]]
    ) -> int:
        each = self._each()
        conditions = [
            and_(
                one_of(self.connection, each.c.kind, kinds),
                self._has_one(each.c.id, variants),
            )
            for variants, kinds in groups
        ]
        counted = select(func.count()).select_from(each)
        return self.connection.scalar(counted.where(or_(false(), *conditions))) or 0

    def _is_soon_after(self, first: int) -> ColumnElement[bool]:
        next_few = reader.alias()
        return reader.c.id.in_(
            select(next_few.c.id)
            .where(next_few.c.schedule_id == self.schedule_id, next_few.c.id >= first)
            .order_by(next_few.c.id)
            .limit(UNREACHED_LOOKED_AMONG)
        )

    def _each(self, whom: ColumnElement[bool] | None = None) -> Subquery:
        """Return the readers who are here, or those of them that `whom` says."""
        every = reader_kinds(self.connection, (self.schedule_id,), self.mode)
        every = every.where(is_here(self.at), true() if whom is None else whom)
        each = every.add_columns(subscriber.c.name).subquery().c
        return select(each.id, each.name, kind_name(each).label("kind")).subquery()

    def _has_one(
        self, who: ColumnElement[int], variants: Sequence[tuple[int, int]]
    ) -> ColumnElement[bool]:
        # By its edition too: a copy is found by that and its reader.
        edition_ids = {edition_id for edition_id, _ in variants}
        variant_ids = [variant_id for _, variant_id in variants]
        return exists().where(
            one_of(self.connection, delivery.c.edition_id, edition_ids),
            delivery.c.reader_id == who,
            one_of(self.connection, delivery.c.variant_id, variant_ids),
            delivery.c.state.not_in(NEVER_LEFT),
        )
