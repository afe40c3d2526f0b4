"""Rows that are over the time for which their kind is kept: counted, and removed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    delete,
    func,
    select,
    true,
    update,
)


@dataclass(frozen=True, slots=True)
class OverdueCount:
    """How many of a kind are over their time, and since when the oldest counts."""

    amount: int
    oldest: datetime | None = None

    def __add__(self, other: "OverdueCount") -> "OverdueCount":
        oldest = [each for each in (self.oldest, other.oldest) if each is not None]
        return OverdueCount(self.amount + other.amount, min(oldest, default=None))


NONE_OVERDUE = OverdueCount(0)


@dataclass(frozen=True, slots=True)
class OverdueRows:
    """Rows of a table, by one column that is their key, which age from `since` on.

    Only those of `where`. They are deleted, or get the `values` of that instant.
    """

    table: Table
    key: ColumnElement[Any]
    since: ColumnElement[Any]
    where: ColumnElement[bool] = true()  # noqa: RUF009 - nobody changes it
    values: Callable[[datetime], Mapping[str, Any]] | None = None

    def count(self, connection: Connection, before: datetime) -> OverdueCount:
        """Return how many are of before then."""
        overdue = select(func.count(), func.min(self.since)).where(*self._those(before))
        amount, oldest = connection.execute(overdue).one()
        return OverdueCount(amount, oldest)

    def remove(
        self, connection: Connection, before: datetime, now: datetime, most: int
    ) -> int:
        """Remove those of before then, `most` of them at most; return how many."""
        keys = connection.scalars(
            select(self.key)
            .where(*self._those(before))
            .order_by(self.since)
            .limit(most)
        ).all()
        which = self.key.in_(keys)
        if self.values is not None:
            change = update(self.table).where(which).values(self.values(now))
            return connection.execute(change).rowcount
        return connection.execute(delete(self.table).where(which)).rowcount

    def _those(self, before: datetime) -> tuple[ColumnElement[bool], ...]:
        return (self.where, self.since < before)
