"""Many rows at a time, at nearly the speed of the database's own driver."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Table,
    cast,
    func,
    literal,
    select,
)

from digest.store.base.upsert import insert_for


def insert_many(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    new_by: Iterable[str] = (),
) -> None:
    """Insert rows that all have the same columns, by a third of the usual effort.

    With `new_by`, a row whose columns of that name are there already is left out.
    """
    if not rows:
        return
    statement = insert_for(connection, table)
    if new_by:
        statement = statement.on_conflict_do_nothing(index_elements=list(new_by))
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    names = compiled.positiontup or list(rows[0])
    values = zip(
        *(_bound(connection, table, name, rows) for name in names), strict=True
    )
    connection.exec_driver_sql(
        str(compiled),
        list(values)
        if compiled.positional
        else [dict(zip(names, row, strict=True)) for row in values],
    )


def one_of(
    connection: Connection,
    column: ColumnElement[Any],
    values: Iterable[str | int | None],
) -> ColumnElement[bool]:
    """Return the condition that `column` holds one of any number of values.

    They travel as one parameter, so that neither a limit on parameters nor
    the time to write them out matters.
    """
    listed = literal(list(values), JSON)
    if connection.dialect.name == "postgresql":
        elements = func.json_array_elements_text(listed).column_valued("one")
        return column.in_(select(cast(elements, column.type)))
    each = func.json_each(listed).table_valued("value")
    return column.in_(select(each.c.value))


def _bound(
    connection: Connection, table: Table, name: str, rows: Sequence[Mapping[str, Any]]
) -> list[Any]:
    kind = table.c[name].type.dialect_impl(connection.dialect)
    processor = kind.bind_processor(connection.dialect)
    values = [*map(itemgetter(name), rows)]
    if processor is None:
        return values
    # Called once for values that are equal, of which there are many.
    results = {value: processor(value) for value in set(values)}
    return [results[value] for value in values]
