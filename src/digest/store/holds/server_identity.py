"""Which PostgreSQL database a connection is to: server, timeline, database."""

from sqlalchemy import Connection, text

from digest.model.delivery.marks import ServerIdentity

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
    may_ask = connection.info.get(_MAY_ASK)
    if may_ask is None:
        may_ask = connection.execute(_PRIVILEGES).one()
        connection.info[_MAY_ASK] = may_ask
    row = connection.execute(
        text(
            f"SELECT {_DATABASE} AS database,"
            f" {_SYSTEM if may_ask.system else 'NULL'} AS system,"
            f" {_TIMELINE if may_ask.timeline else 'NULL'} AS timeline"
        )
    ).one()
    return ServerIdentity(row.database, row.system, row.timeline)
