"""Live or practice: which of the two a connection's work is for."""

from sqlalchemy import Connection, Engine

from digest.model.editions.mode import Mode

_MODE = "mode"


def in_mode(engine: Engine, mode: Mode) -> Engine:
    """Return the engine for work in that mode: same database, same connections."""
    return engine.execution_options(**{_MODE: mode})


def mode_of(connection: Connection) -> Mode:
    """Return which mode the connection's work is for: live, unless that was said."""
    return Mode(connection.get_execution_options().get(_MODE, Mode.LIVE))
