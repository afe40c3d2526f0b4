"""What PostgreSQL knows of how much is in its tables."""

from sqlalchemy import Connection, text

from digest.store.base.tables import (
    delivery,
    item,
    reader,
    subscriber,
    subscription,
    suppression,
)

_TABLES = (delivery, item, reader, subscriber, subscription, suppression)


def count_anew(connection: Connection) -> None:
    """Have the database learn how much there is, where it plans by that.

    PostgreSQL otherwise learns it within a minute or so. Until then it takes
    tables that have just been filled for empty, and may read all of an
    edition's copies, or all subscribers, to find the few that leave next.
    """
    if connection.dialect.name == "postgresql":
        names = ", ".join(table.name for table in _TABLES)
        connection.execute(text(f"ANALYZE {names}"))
