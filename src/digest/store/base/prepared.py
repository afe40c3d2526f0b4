"""Statements for what is done many times a second: compiled once, for many rows each.

SQLAlchemy makes the words of such a statement, and the database's own driver carries
them out, as often as there is something to do.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Text,
    any_,
    bindparam,
    func,
    select,
    type_coerce,
)
from sqlalchemy.sql.dml import UpdateBase

from digest.store.base.engine import BY_DRIVER
from digest.store.base.tables import UtcDateTime

# The one parameter besides the rows; never required, so that it compiles without.
NOW = bindparam("now", None, UtcDateTime)
Processor = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class GivenRows:
    """Rows of these columns that a statement is given: one statement for any number.

    They travel as one parameter, on PostgreSQL as one a column, so that their number
    changes no statement, and each costs its reading alone.
    """

    columns: tuple[Column[Any], ...]

    def hold(self, dialect: Dialect, value: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that a value is among these rows of one column.

        An index finds what has it, however small PostgreSQL believes a table to be.
        """
        if dialect.name == "postgresql":
            [column] = self.columns
            return value == any_(bindparam(column.name, None, ARRAY(column.type)))
        return value.in_(select(self.table(dialect)))

    def table(self, dialect: Dialect) -> FromClause:
        """Return the rows, as a statement for that database reads them."""
        if dialect.name == "postgresql":
            arrays = [bindparam(c.name, None, ARRAY(c.type)) for c in self.columns]
            unnested = func.unnest(*arrays).table_valued(*self.columns)
            return unnested.render_derived("given")
        each = func.json_each(bindparam("given", None, Text)).table_valued("value")
        is_one = len(self.columns) == 1
        values = [
            type_coerce(
                each.c.value
                if is_one
                else func.json_extract(each.c.value, f"$[{place}]"),
                column.type,
            )
            for place, column in enumerate(self.columns)
        ]
        named = zip(values, self.columns, strict=True)
        return select(*(value.label(column.name) for value, column in named)).subquery(
            "given"
        )


class PreparedStatementResult(Protocol):
    """What came of a statement."""

    @property
    def rowcount(self) -> int:
        """How many rows it has changed."""
        ...

    def fetchall(self) -> Sequence[Sequence[Any]]:
        """Return the rows that it returns."""
        ...


class PreparedStatement:
    """A statement that is given rows, and the time as NOW, each time it is done."""

    def __init__(
        self, dialect: Dialect, rows: GivenRows, statement: UpdateBase
    ) -> None:
        compiled = statement.compile(
            dialect=dialect, compile_kwargs={"render_postcompile": True}
        )
        self._words = str(compiled)
        self._places = compiled.positiontup
        self._values = {
            name: _plain(value, compiled.binds.get(name), dialect)
            for name, value in compiled.params.items()
        }
        self._names = [column.name for column in rows.columns]
        self._processors = [_processor(column, dialect) for column in rows.columns]
        self._now = _processor(NOW, dialect)

    def execute(
        self, connection: Connection, rows: Sequence[Sequence[Any]], now: datetime
    ) -> PreparedStatementResult:
        """Carry it out for these rows."""
        values = self._values_for(rows, now)
        if self._places is None:
            return _carry_out(connection, self._words, values)
        places = tuple([values[place] for place in self._places])
        return _carry_out(connection, self._words, places)

    def execute_beside(
        self,
        connection: Connection,
        rows: Sequence[Sequence[Any]],
        other: "PreparedStatement",
        other_rows: Sequence[Sequence[Any]],
        now: datetime,
    ) -> PreparedStatementResult:
        """Carry out the other for its rows, and this one; return what this one says.

        Neither sees what the other does. On PostgreSQL they are one statement.
        """
        if self._places is not None:
            other.execute(connection, other_rows, now)
            return self.execute(connection, rows, now)
        others = other._values_for(other_rows, now)  # noqa: SLF001 - of its kind
        values = {f"other_{name}": value for name, value in others.items()}
        return _carry_out(
            connection,
            _in_one(self._words, other._words),  # noqa: SLF001
            values | self._values_for(rows, now),
        )

    def _values_for(
        self, rows: Sequence[Sequence[Any]], now: datetime
    ) -> dict[str, Any]:
        columns = [
            [None if value is None else process(value) for value in values]
            if process
            else values
            for process, values in zip(
                self._processors, zip(*rows, strict=True), strict=True
            )
        ]
        values = self._values | {"now": self._now(now) if self._now else now}
        if self._places is None:
            values |= zip(self._names, map(_array, columns), strict=True)
        else:
            is_one = len(columns) == 1
            values["given"] = json.dumps(
                columns[0] if is_one else [*zip(*columns, strict=True)]
            )
        return values


def _array(values: Sequence[Any]) -> str:
    """Return these values as PostgreSQL writes an array of them.

    Its driver would look at each value first for how to write its kind: of a group's
    few arrays that costs more than all else it does for the group.
    """
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(int(value))  # one that is true is 1
    return '"' + str(value).replace("\\", r"\\").replace('"', r"\"") + '"'


def _carry_out(
    connection: Connection, words: str, values: Any
) -> PreparedStatementResult:
    if connection.get_execution_options().get(BY_DRIVER):
        driver: Any = connection.connection.driver_connection
        done: PreparedStatementResult = driver.execute(words, values)
        return done
    return connection.exec_driver_sql(words, values)


# Made once, as the statements are.
@lru_cache(maxsize=256)
def _in_one(words: str, other: str) -> str:
    """Return two statements as one, the other's parameters under names of their own."""
    renamed = other.replace("%(", "%(other_")
    return f"WITH other AS ({renamed}) {words}"


def _plain(value: object, of: Any, dialect: Dialect) -> object:
    """Return a statement's own value as drivers take it fastest."""
    if isinstance(value, StrEnum):
        return str(value)
    process = None if of is None or value is None else _processor(of, dialect)
    return process(value) if process else value


def _processor(of: Any, dialect: Dialect) -> Processor | None:
    processor: Processor | None = of.type.dialect_impl(dialect).bind_processor(dialect)
    return processor
