"""What a page asks for in many places is read once in its reading transaction.

A transaction that only reads sees the database as it was at one moment, so that what
it has read is true until its end. One that writes reads anew each time.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

# The execution option by which a reading connection has its notebook.
NOTEBOOK = "read_once"
T = TypeVar("T")


def read_once(connection: Connection, key: Hashable, read: Callable[[], T]) -> T:
    """Return what `read` returned for that key in this reading transaction.

    Whoever is handed it does not change it.
    """
    notebook: dict[Hashable, Any] | None = connection.get_execution_options().get(
        NOTEBOOK
    )
    if notebook is None:
        return read()
    if key not in notebook:
        notebook[key] = read()
    return cast(T, notebook[key])


def is_read_once(connection: Connection) -> bool:
    """Whether the transaction only reads, so that reading ahead is worth its while."""
    return NOTEBOOK in connection.get_execution_options()


def look_ahead(connection: Connection, edition_ids: Iterable[int]) -> None:
    """Have what is asked of each of these editions be asked of all of them at once.

    In a transaction that only reads; in another nothing is read ahead.
    """
    _ahead(connection).update(edition_ids)


def of_edition(
    connection: Connection,
    of_each: Callable[[Connection, Sequence[int]], dict[int, T]],
    edition_id: int,
) -> T | None:
    """Return what `of_each` says of an edition, asked of all that are looked ahead to.

    None where it says nothing of that one.
    """
    wanted = with_those_ahead(connection, edition_id)
    every = read_once(
        connection, (of_each, *wanted), lambda: of_each(connection, wanted)
    )
    return every.get(edition_id)


def those_ahead(connection: Connection) -> tuple[int, ...]:
    """Return the editions that are looked ahead to, in order."""
    return tuple(sorted(_ahead(connection)))


def with_those_ahead(connection: Connection, edition_id: int) -> list[int]:
    """Return the editions looked ahead to, where it is one of them; or it alone."""
    ahead = _ahead(connection)
    return sorted(ahead) if edition_id in ahead else [edition_id]


def _ahead(connection: Connection) -> set[int]:
    editions: set[int] = read_once(connection, "editions ahead", set)
    return editions
