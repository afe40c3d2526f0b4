"""Small questions that one page asks are asked of the database in one statement.

A question is a function that returns a SELECT of few rows, without an order. What was
asked together in a transaction that only reads is there when each part of the page asks
for its own.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    cast,
    false,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

from digest.errors import DigestError
from digest.store.base.read_once import is_read_once, read_once

# What a value of a row meets that is not as it was written: never the database's own.
ROW_FAULTS = (DigestError, ValueError, LookupError, TypeError, AttributeError)
# Handed the connection, which it asks nothing, and the facts of the question.
Question = Callable[..., Select[*tuple[Any, ...]]]
Rows = Sequence[Row[*tuple[Any, ...]]]
Asked = tuple[Any, ...]
# A type, and which column of that type.
Slot = tuple[type, int]


def rows_of(connection: Connection, question: Question, *facts: Hashable) -> Rows:
    """Return the rows of that question, in no order.

    Those that were asked together with others are not asked again.
    """
    answers = _answers(connection)
    key = (question, *facts)
    if key not in answers:
        answers[key] = connection.execute(question(connection, *facts)).all()
    return answers[key]


def is_asked(connection: Connection, question: Question, *facts: Hashable) -> bool:
    """Whether that question has been answered in this transaction that only reads."""
    return (question, *facts) in _answers(connection)


def ask_together(connection: Connection, questions: Iterable[Asked]) -> None:
    """Have all these questions answered by one statement: each a function and facts.

    In a transaction that only reads; in another each is asked when its answer is
    wanted. So is each where one of them has a row that cannot be read.
    """
    if not is_read_once(connection):
        return
    answers = _answers(connection)
    wanted = [each for each in dict.fromkeys(questions) if each not in answers]
    selects = [question(connection, *facts) for question, *facts in wanted]
    if len(selects) > 1:
        try:
            rows = _rows_of_each(connection, selects)
        except ROW_FAULTS:
            return
        answers.update(zip(wanted, rows, strict=True))


def _answers(connection: Connection) -> dict[Asked, Rows]:
    answers: dict[Asked, Rows] = read_once(connection, "answers", dict)
    return answers


def _rows_of_each(
    connection: Connection, selects: Sequence[Select[*tuple[Any, ...]]]
) -> list[Rows]:
    """Return the rows of each, out of one statement with as many columns as it takes.

    A column of it has values of one type; where a SELECT has none for it, NULL.
    """
    slots = dict[Slot, Any]()
    places = [_slots_of(statement, slots) for statement in selects]
    empty = {slot: cast(null(), type_) for slot, type_ in slots.items()}
    # The first part names the types of all.
    members = [select(literal(-1), *empty.values()).where(false())]
    for number, (statement, place) in enumerate(zip(selects, places, strict=True)):
        columns = dict(zip(place, statement.selected_columns, strict=True))
        values = (columns.get(slot, nothing) for slot, nothing in empty.items())
        members.append(
            statement.with_only_columns(
                literal(number), *values, maintain_column_froms=True
            )
        )
    indexes = {slot: index for index, slot in enumerate(slots, start=1)}
    answers: list[list[tuple[Any, ...]]] = [[] for _ in selects]
    takes = [[indexes[slot] for slot in place] for place in places]
    for row in connection.execute(union_all(*members)):
        number = row[0]
        answers[number].append(tuple(row[index] for index in takes[number]))
    return [
        IteratorResult(
            SimpleResultMetaData([*statement.selected_columns.keys()]), iter(rows)
        ).all()
        for statement, rows in zip(selects, answers, strict=True)
    ]


def _slots_of(
    statement: Select[*tuple[Any, ...]], slots: dict[Slot, Any]
) -> list[Slot]:
    """Return where the values of each column stand; what is new is put into `slots`."""
    used = Counter[type]()
    place = list[Slot]()
    for column in statement.selected_columns:
        kind = type(column.type)
        place.append((kind, used[kind]))
        slots.setdefault(place[-1], column.type)
        used[kind] += 1
    return place
