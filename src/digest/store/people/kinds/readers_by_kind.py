"""Who is of a kind: asked of few readers, or of how many have had something."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.sql.selectable import Subquery

from digest.model.delivery.delivery import NEVER_LEFT
from digest.model.editions.mode import Mode
from digest.store.base.bulk import one_of
from digest.store.base.tables import delivery
from digest.store.limits import KINDS_ASKED_TOGETHER
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

    def some_of(self, kinds: Sequence[ReaderKindCount], most: int) -> dict[int, str]:
        """Return some readers of those kinds, in order: the name of each one's, by id.

        All of them where they are no more than `most`. The first and the last of each
        kind are known; others are looked for between the first and the last of all.
        """
        ends = dict[int, str]()
        for kind in kinds:
            ends |= {kind.first: kind.name, kind.last: kind.name}
        wanted = min(most, sum(kind.readers for kind in kinds))
        if len(ends) >= wanted:
            return dict(sorted(ends.items())[:wanted])
        each = self._each()
        rows = self.connection.execute(
            select(each.c.id, each.c.kind)
            .where(
                one_of(self.connection, each.c.kind, {kind.name for kind in kinds}),
                each.c.id.between(min(ends), max(ends)),
            )
            .order_by(each.c.id)
            .limit(wanted)
        )
        return {row.id: row.kind for row in rows}

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

    def _each(self) -> Subquery:
        every = reader_kinds(self.connection, (self.schedule_id,), self.mode)
        each = every.where(is_here(self.at)).subquery().c
        return select(each.id, kind_name(each).label("kind")).subquery()

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
