"""Whether anything may leave: the one question, asked where copies are let go.

Nothing leaves a database that was restored, copied or moved, that nobody has looked
after for a day, or that a person has paused, before somebody says resume.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    delete,
    insert,
    select,
    true,
    update,
)

from digest.errors import HeldError
from digest.model.delivery.marks import (
    OLDER,
    DatabaseMark,
    ServerIdentity,
    departure,
    generation_after_resume,
)
from digest.model.staff_words import moment_in_words
from digest.store.base.asked_together import Asked, ask_together, rows_of
from digest.store.base.engine import after_commit, reading, writing
from digest.store.base.read_once import read_once
from digest.store.base.tables import handover, watch
from digest.store.holds import mark_file
from digest.store.holds.server_identity import QUESTIONS as OF_SERVER
from digest.store.holds.server_identity import server_identity
from digest.store.limits import LONGEST_SLEEP
from digest.store.staff.audit import Act, Facts, record

SLEPT = "no timetable had looked for more than a day"
PAUSED = "a person said pause"
HELD, LIFTED = "held everything back", "let things leave again"
# The engine's option that says in which time zone holds are told.
_ZONE = "time zone of holds"
# The one that says that the time is not the clock's.
_AS_OF = "time of holds is given"
# Of the former: when a timetable had last looked, before.
LOOKED = "last look"
CURE = "See what would go, and say what readers have had already: digest resume"


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing leaves until a person says resume: since when, and why.

    `zone` is that in which staff are told since when.
    """

    since: datetime
    because: str
    zone: str = field(default="UTC", compare=False)

    @property
    def is_of_a_restore(self) -> bool:
        """Whether the database may lack what was sent from it."""
        return self.because not in (SLEPT, PAUSED)

    @property
    def words(self) -> str:
        """It in one line, with what to do."""
        since = moment_in_words(self.since, self.zone)
        return f"nothing is sent since {since}: {self.because}. {CURE}"

    def error(self) -> HeldError:
        """Return what to raise."""
        return HeldError(self.words, self.because)


def told_in(engine: Engine, zone: str) -> Engine:
    """Return the engine whose holds are told in that time zone."""
    return engine.execution_options(**{_ZONE: zone})


def as_of(engine: Engine) -> Engine:
    """Return the engine for whoever says what time it is.

    That nobody had looked by then holds what they do, and is not put on record: it is
    not so now.
    """
    return engine.execution_options(**{_AS_OF: True})


def hand_over(connection: Connection, now: datetime) -> Hold | None:
    """Move the mark on, as something leaves or has left; or return why nothing may.

    For the transaction of `writing` that lets it leave: the mark outside is written
    once that is committed, before anything does. A hold that is returned is on record
    once it is committed.
    """
    row = connection.execute(
        update(handover)
        .values(generation=handover.c.generation + 1)
        .returning(handover)
    ).one()
    before, server = _mark(row, row.generation - 1), server_identity(connection)
    why = _departure(connection, before, server)
    if why is None:
        _keep(connection, row, server)
    if row.held_since is not None:
        return _hold(connection, row.held_since, row.held_because or "")
    if why:
        hold: Hold | None = _hold(connection, now, why)
    else:
        looked_at = connection.scalar(select(watch.c.looked_at))
        hold = _slept(connection, looked_at, now)
    return _placed(connection, hold, now) if hold else None


@contextmanager
def handing_over(engine: Engine, now: datetime) -> Iterator[Connection]:
    """Yield a transaction in which something is let go, see `hand_over`.

    Raises HeldError, and what holds it is on record, where nothing may leave.
    """
    with writing(engine) as connection:
        hold = hand_over(connection, now)
        if hold is None:
            yield connection
    if hold is not None:
        raise hold.error()


def recorded(connection: Connection) -> Hold | None:
    """Return the hold that is on record."""
    row = connection.execute(
        select(handover.c.held_since, handover.c.held_because)
    ).first()
    if row is None or row.held_since is None:
        return None
    return _hold(connection, row.held_since, row.held_because or "")


def standing(connection: Connection, now: datetime) -> Hold | None:
    """Return the hold that is on record or should be; changes nothing."""
    return read_once(connection, ("hold", now), lambda: _standing(connection, now))


def _standing(connection: Connection, now: datetime) -> Hold | None:
    ask_together(connection, QUESTIONS)
    (row,) = rows_of(connection, _mark_and_watch)
    if row.held_since is not None:
        return _hold(connection, row.held_since, row.held_because or "")
    before, server = _mark(row, row.generation), server_identity(connection)
    why = _departure(connection, before, server)
    if why == OLDER and not _is_older(connection.engine):
        why = None
    if why:
        return _hold(connection, now, why)
    return _slept(connection, row.looked_at, now)


def _is_older(engine: Engine) -> bool:
    """Whether the mark is ahead of what the database holds after that was read.

    A transaction that began before something was handed over sees neither that nor
    the generation which it wrote, and the mark has both.
    """
    with reading(engine) as connection:
        folder = mark_file.folder_of(connection)
        file = mark_file.read(folder) if folder is not None else None
        generation = connection.execute(select(handover.c.generation)).scalar_one()
    return file is not None and file.generation > generation


def _mark_and_watch(_connection: Connection) -> Select[Any]:
    return select(handover, watch.c.looked_at).outerjoin(watch, true())


# What is asked of the hold that stands, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_mark_and_watch,), *OF_SERVER)


def locked(connection: Connection, now: datetime) -> Hold | None:
    """Return the hold that stands, and let nobody else end it in the meantime."""
    connection.execute(select(handover.c.id).with_for_update())
    return standing(connection, now)


def look(engine: Engine, now: datetime) -> Hold | None:
    """Return the hold that stands, put on record where it is new."""
    with reading(engine) as connection:
        hold = standing(connection, now)
        if hold is None or recorded(connection) is not None:
            return hold
    with writing(engine) as connection:
        return place(connection, hold, now)


def check_in(engine: Engine, now: datetime) -> Hold | None:
    """Note that a timetable looks at `now`; return the hold that stands, or None."""
    with writing(engine) as connection:
        hold = standing(connection, now)
        if hold is not None:
            hold = place(connection, hold, now)
        if not connection.execute(update(watch).values(looked_at=now)).rowcount:
            connection.execute(insert(watch).values(id=1, looked_at=now))
        return hold


def refuse_if_held(connection: Connection, now: datetime) -> None:
    """Raise HeldError where nothing may be planned now."""
    if hold := standing(connection, now):
        raise hold.error()


def place(connection: Connection, hold: Hold, now: datetime) -> Hold:
    """Have nothing leave; return the hold that stands then, an earlier one or this."""
    if earlier := recorded(connection):
        return earlier
    return _placed(connection, hold, now)


def lift(
    connection: Connection, now: datetime, facts: Facts | None = None
) -> Hold | None:
    """Let things leave again, from this database as it is; return what held them.

    For a person's word, which is on record with these facts. The mark outside is made
    to agree with the database.
    """
    hold = standing(connection, now)
    if hold is None:
        return None
    folder = mark_file.folder_of(connection)
    file = mark_file.read(folder) if folder is not None else None
    row = connection.execute(select(handover)).one()
    generation = generation_after_resume(row.generation, file.generation if file else 0)
    server = server_identity(connection)
    connection.execute(
        update(handover).values(
            generation=generation,
            server=asdict(server) if server else None,
            held_since=None,
            held_because=None,
        )
    )
    act = Act(
        LIFTED,
        before={"since": hold.since, "because": hold.because},
        after=facts,
    )
    record(connection, act, now)
    # Whoever goes on by hand has no timetable that looks: none is waited for.
    connection.execute(delete(watch))
    if folder is not None:
        after_commit(
            connection,
            lambda: mark_file.write(folder, row.database_id, generation, anew=True),
        )
    return hold


def pause(engine: Engine, now: datetime) -> Hold:
    """Have nothing leave until somebody says resume, by a person's word."""
    with writing(engine) as connection:
        return place(connection, _hold(connection, now, PAUSED), now)


def begin(connection: Connection) -> None:
    """Write the first mark of a database that was just made, and where that was."""
    if server := server_identity(connection):
        connection.execute(update(handover).values(server=asdict(server)))
    folder = mark_file.folder_of(connection)
    if folder is not None:
        row = connection.execute(select(handover)).one()
        after_commit(
            connection,
            lambda: mark_file.write(folder, row.database_id, row.generation, anew=True),
        )


def _departure(
    connection: Connection, before: DatabaseMark, server: ServerIdentity | None
) -> str | None:
    folder = mark_file.folder_of(connection)
    file = None if folder is None else mark_file.read(folder)
    is_alone = folder is not None and server is None
    return departure(before, file, server, is_alone=is_alone)


def _slept(
    connection: Connection, looked_at: datetime | None, now: datetime
) -> Hold | None:
    if looked_at is None or now - looked_at <= LONGEST_SLEEP:
        return None
    return _hold(connection, looked_at, SLEPT)


def _hold(connection: Connection, since: datetime, because: str) -> Hold:
    zone = connection.get_execution_options().get(_ZONE, "UTC")
    return Hold(since, because, zone)


def _keep(connection: Connection, row: Row[Any], server: ServerIdentity | None) -> None:
    """Have the row's generation, and which server this is, known from now on."""
    if server is not None:
        identity = server.completed_by(_mark(row, 0).server)
        if row.server != asdict(identity):
            connection.execute(update(handover).values(server=asdict(identity)))
    folder = mark_file.folder_of(connection)
    if folder is None:
        return
    if row.generation == 1:
        # There from the first on, so that one that is missing is known to be.
        mark_file.write(folder, row.database_id, 0)
    after_commit(
        connection, lambda: mark_file.write(folder, row.database_id, row.generation)
    )


def _placed(connection: Connection, hold: Hold, now: datetime) -> Hold:
    if hold.because == SLEPT and connection.get_execution_options().get(_AS_OF):
        return hold
    connection.execute(
        update(handover).values(held_since=hold.since, held_because=hold.because)
    )
    facts: Facts = {"since": hold.since, "because": hold.because}
    if looked_at := connection.scalar(select(watch.c.looked_at)):
        facts = {**facts, LOOKED: looked_at}
    record(connection, Act(HELD, after=facts), now)
    return _hold(connection, hold.since, hold.because)


def _mark(row: Row[Any], generation: int) -> DatabaseMark:
    server = ServerIdentity(**row.server) if row.server else None
    return DatabaseMark(row.database_id, generation, server)
