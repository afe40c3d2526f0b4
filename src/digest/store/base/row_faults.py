"""Rows read so that one that cannot be read costs none of its neighbours."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Row, Select

from digest.errors import DigestError
from digest.store.base.asked_together import ROW_FAULTS, Question, Rows, rows_of
from digest.store.base.read_once import is_read_once, read_once

T = TypeVar("T")


def read_each(
    connection: Connection,
    query: Select[Any],
    key: Column[int],
    understand: Callable[[Row[Any]], T],
    ahead: Callable[[], Rows] | None = None,
) -> tuple[list[T], dict[int, str]]:
    """Return what `understand` makes of the rows, in order; and why not of others.

    Those are by `key`, the query's id. All rows are read at once, and one by one only
    where that fails. `ahead` returns the query's rows where they may have been asked
    for with others, in an order of its own.
    """
    try:
        if ahead is not None:
            return [understand(row) for row in ahead()], {}
        with connection.execute(query) as rows:
            return [understand(row) for row in rows], {}
    except ROW_FAULTS:
        pass  # each row says for itself below
    readable, faults = list[T](), dict[int, str]()
    for row_id in connection.scalars(query.with_only_columns(key)).all():
        try:
            with connection.execute(query.where(key == row_id)) as rows:
                readable.append(understand(rows.one()))
        except ROW_FAULTS as problem:
            faults[row_id] = _in_words(problem)
    return readable, faults


def read_each_of(
    connection: Connection,
    question: Question,
    group: tuple[Column[int], int],
    key: Column[int],
    understand: Callable[[Row[Any]], T],
) -> tuple[list[T], dict[int, str]]:
    """Return what `read_each` does of the rows of one group: a column and its value.

    In a transaction that only reads, those of every group are read at once, by
    whoever asks first. `question` brings out the column of the group.
    """
    column, value = group
    name = column.name

    def every() -> dict[int, list[Row[Any]]] | None:
        groups = dict[int, list[Row[Any]]]()
        try:
            for row in rows_of(connection, question):
                groups.setdefault(getattr(row, name), []).append(row)
        except ROW_FAULTS:
            return None  # each group is read by itself
        return groups

    if is_read_once(connection):
        groups = read_once(connection, ("rows", column), every)
        with suppress(*ROW_FAULTS):
            if groups is not None:
                return [understand(row) for row in groups.get(value, [])], {}
    query = question(connection).where(column == value)
    return read_each(connection, query, key, understand)


def _in_words(problem: Exception) -> str:
    words = "; ".join(str(problem).splitlines()).rstrip(".")
    if isinstance(problem, DigestError):
        return words
    return f"{type(problem).__name__}: {words}"
