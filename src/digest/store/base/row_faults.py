"""Rows read so that one that cannot be read costs none of its neighbours."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Row, Select

from digest.errors import DigestError

# What a value of a row meets that is not as it was written: never the database's own.
_FAULTS = (DigestError, ValueError, LookupError, TypeError, AttributeError)
T = TypeVar("T")


def read_each(
    connection: Connection,
    query: Select[Any],
    key: Column[int],
    understand: Callable[[Row[Any]], T],
) -> tuple[list[T], dict[int, str]]:
    """Return what `understand` makes of the rows, in order; and why not of others.

    Those are by `key`, the query's id. All rows are read at once, and one by one only
    where that fails.
    """
    try:
        with connection.execute(query) as rows:
            return [understand(row) for row in rows], {}
    except _FAULTS:
        pass  # each row says for itself below
    readable, faults = list[T](), dict[int, str]()
    for row_id in connection.scalars(query.with_only_columns(key)).all():
        try:
            with connection.execute(query.where(key == row_id)) as rows:
                readable.append(understand(rows.one()))
        except _FAULTS as problem:
            faults[row_id] = _in_words(problem)
    return readable, faults


def _in_words(problem: Exception) -> str:
    words = "; ".join(str(problem).splitlines()).rstrip(".")
    if isinstance(problem, DigestError):
        return words
    return f"{type(problem).__name__}: {words}"
