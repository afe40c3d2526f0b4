"""Which PostgreSQL database a connection is to: server, timeline, database."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    literal_column,
    select,
    text,
)

from digest.model.delivery.marks import ServerIdentity
from digest.store.base.asked_together import Asked, rows_of

_NAMES = ("database", "system", "timeline")
_MAY_ASK = "may ask for server identity"
_PRIVILEGES = text(
    "SELECT has_function_privilege('pg_control_system()', 'execute') AS system,"
    " has_function_privilege('pg_walfile_name(pg_lsn)', 'execute') AS timeline"
)
_DATABASE = "(SELECT oid::text FROM pg_database WHERE datname = current_database())"
_SYSTEM = "(SELECT system_identifier::text FROM pg_control_system())"
# The first eight figures of the name of the file that is being written.
_TIMELINE = "left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)"


def server_identity(connection: Connection) -> ServerIdentity | None:
    """Return which one it is; of what our role may not ask, None. None on SQLite."""
    if connection.dialect.name != "postgresql":
        return None
    (row,) = rows_of(connection, _identity)
    return ServerIdentity(row.database, row.system, row.timeline)


def _identity(connection: Connection) -> Select[Any]:
    """Select it; what our role may ask is asked once a connection."""
    words = ["NULL"] * len(_NAMES)
    if connection.dialect.name == "postgresql":
        may_ask = connection.info.get(_MAY_ASK)
        if may_ask is None:
            may_ask = connection.execute(_PRIVILEGES).one()
            connection.info[_MAY_ASK] = may_ask
        words[0] = _DATABASE
        if may_ask.system:
            words[1] = _SYSTEM
        if may_ask.timeline:
            words[2] = _TIMELINE
    columns: list[ColumnElement[Any]] = [
        literal_column(each, Text).label(name)
        for each, name in zip(words, _NAMES, strict=True)
    ]
    return select(*columns)


# To be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_identity,),)
