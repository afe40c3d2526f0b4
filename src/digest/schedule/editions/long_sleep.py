"""After a long sleep nothing is sent by surprise: a person says resume first."""

from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update

from digest.schedule.limits import LONGEST_SLEEP
from digest.store.base.engine import writing
from digest.store.base.tables import watch
from digest.store.staff.audit import Act, record


def check_in(engine: Engine, now: datetime) -> bool:
    """Note that the timetable looks at `now`; return whether it may act.

    After a sleep of more than a day (a machine that was off, a database that
    was restored) it may not, until a person has said resume.
    """
    with writing(engine) as connection:
        row = connection.execute(select(watch)).first()
        if row is None:
            connection.execute(insert(watch).values(id=1, looked_at=now))
            return True
        asleep = row.asleep_since
        if asleep is None and now - row.looked_at > LONGEST_SLEEP:
            asleep = row.looked_at
            act = Act("fell asleep, as nobody had looked", after={"since": asleep})
            record(connection, act, now)
        connection.execute(update(watch).values(looked_at=now, asleep_since=asleep))
        return asleep is None


def asleep_since(connection: Connection) -> datetime | None:
    """Return when the timetable last looked, if a person has to say resume."""
    return connection.scalar(select(watch.c.asleep_since))


def resume(engine: Engine, now: datetime) -> bool:
    """Let the timetable act again; return whether it had been waiting for that."""
    with writing(engine) as connection:
        since = asleep_since(connection)
        connection.execute(update(watch).values(asleep_since=None, looked_at=now))
        if since is not None:
            act = Act("let the timetable act again", before={"asleep since": since})
            record(connection, act, now)
        return since is not None
