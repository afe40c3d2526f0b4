"""Readers who have paused: until when, and whether they catch up afterwards.

While they have, nothing is planned for them and nothing leaves: their place stays.
The clock ends a pause. Whoever catches up goes on from their place; whoever does not
stands where the log had come when their pause was over, however late that is noticed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from digest.model.editions.mode import Mode
from digest.store.base.bulk import one_of
from digest.store.base.modes import mode_of
from digest.store.base.tables import reader, subscriber
from digest.store.editions.standing import released_before
from digest.store.people import owed
from digest.store.people.places import move_on
from digest.store.people.readers import Reader
from digest.store.staff.audit import Act, record

_YES_OR_NO = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class ReaderPause:
    """Until when somebody gets nothing, and whether they catch up afterwards."""

    until: datetime
    catch_up: bool = True


def of_reader(connection: Connection, reader_id: int) -> ReaderPause | None:
    """Return the pause of a reader, one that is over but not ended too."""
    row = connection.execute(
        select(reader.c.paused_until, reader.c.catch_up).where(reader.c.id == reader_id)
    ).first()
    if row is None or row.paused_until is None:
        return None
    return ReaderPause(row.paused_until, row.catch_up)


def of_people(
    connection: Connection,
    campaign_id: int,
    subscriber_ids: Sequence[int],
    now: datetime,
) -> dict[int, datetime]:
    """Return until when those of these people have paused the campaign who have."""
    rows = connection.execute(
        select(reader.c.subscriber_id, reader.c.paused_until).where(
            reader.c.campaign_id == campaign_id,
            reader.c.paused_until > now,
            one_of(connection, reader.c.subscriber_id, subscriber_ids),
        )
    )
    return {row.subscriber_id: row.paused_until for row in rows}


def of_readers(
    connection: Connection, reader_ids: Iterable[int], now: datetime
) -> set[int]:
    """Return who of these readers has paused."""
    ids = select(reader.c.id).where(
        one_of(connection, reader.c.id, reader_ids), reader.c.paused_until > now
    )
    return set(connection.scalars(ids))


def pause(
    connection: Connection, whom: Reader, wanted: ReaderPause, now: datetime
) -> bool:
    """Have a reader get nothing before a moment; False where it was so already."""
    end_over(connection, whom.campaign_id, now)
    before = of_reader(connection, whom.id)
    if before == wanted:
        return False
    _set(connection, [whom.id], wanted)
    act = Act(
        "paused",
        campaign_id=whom.campaign_id,
        subject=f"person {whom.subscriber_id}",
        before=_facts(before),
        after=_facts(wanted),
    )
    record(connection, act, now)
    return True


def end(connection: Connection, whom: Reader, now: datetime, *, catch_up: bool) -> None:
    """End a reader's pause now, by a person's word, whatever it was to end with.

    One that was over ends when it was.
    """
    before = of_reader(connection, whom.id)
    until = min(now, before.until) if before else now
    _set(connection, [whom.id], ReaderPause(until, catch_up))
    act = _ended(whom.campaign_id, whom.subscriber_id, before, catch_up=catch_up)
    record(connection, act, now)
    _end(connection, whom.campaign_id, _over(connection, whom.campaign_id, now, whom))


def end_over(connection: Connection, campaign_id: int, now: datetime) -> None:
    """End the pauses of a campaign that are over: the clock's act, each once.

    In practice mode a reader who does not catch up is brought on in rehearsals
    alone; their place in the real log moves at the first look in live mode.
    """
    rows = _over(connection, campaign_id, now)
    for row in _end(connection, campaign_id, rows):
        pause_of = ReaderPause(row.paused_until, row.catch_up)
        act = _ended(campaign_id, row.subscriber_id, pause_of, catch_up=row.catch_up)
        record(connection, act, now)


def with_some_over(connection: Connection, now: datetime) -> list[int]:
    """Return the campaigns of which `end_over` has pauses to end."""
    ids = select(reader.c.campaign_id).where(reader.c.paused_until <= now)
    return list(connection.scalars(ids.distinct().order_by(reader.c.campaign_id)))


def pause_all(
    connection: Connection, subscriber_id: int, back_on: date | None, *, catch_up: bool
) -> None:
    """Keep until which day somebody has paused all they read; None for no more.

    Whatever they come to read meanwhile begins paused.
    """
    connection.execute(
        update(subscriber)
        .where(subscriber.c.id == subscriber_id)
        .values(back_on=back_on, catch_up=catch_up if back_on else None)
    )


def forget_past(connection: Connection, now: datetime) -> None:
    """Forget of everybody who is back, in any zone, that they had paused all."""
    past = (now - timedelta(days=1)).date()
    connection.execute(
        update(subscriber)
        .where(subscriber.c.back_on < past)
        .values(back_on=None, catch_up=None)
    )


def days_away(connection: Connection, now: datetime) -> list[date]:
    """Return the days until which somebody has paused all that they read."""
    soonest = (now - timedelta(days=1)).date()
    days = select(subscriber.c.back_on).where(subscriber.c.back_on >= soonest)
    return list(connection.scalars(days.distinct().order_by(subscriber.c.back_on)))


def _over(
    connection: Connection,
    campaign_id: int,
    now: datetime,
    only: Reader | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the readers of a campaign whose pauses are over, nobody else's to end."""
    rows = (
        select(
            reader.c.id,
            reader.c.subscriber_id,
            reader.c.paused_until,
            reader.c.catch_up,
        )
        .where(reader.c.campaign_id == campaign_id, reader.c.paused_until <= now)
        .order_by(reader.c.id)
        .with_for_update(key_share=True)
    )
    if only is not None:
        rows = rows.where(reader.c.id == only.id)
    return connection.execute(rows).all()


def _end(
    connection: Connection, campaign_id: int, rows: Sequence[Row[*tuple[Any, ...]]]
) -> list[Row[*tuple[Any, ...]]]:
    """End these pauses; return those that are ended for good."""
    mode = mode_of(connection)
    ended = [row for row in rows if row.catch_up or mode is Mode.LIVE]
    forgoing = [row for row in rows if not row.catch_up]
    for until in sorted({row.paused_until for row in forgoing}):
        position = released_before(connection, campaign_id, until)
        ids = [row.id for row in forgoing if row.paused_until == until]
        owed.forgo(connection, mode, position, ids)
        move_on(connection, mode, position, one_of(connection, reader.c.id, ids))
    if ended:
        _set(connection, [row.id for row in ended], None)
    return ended


def _set(
    connection: Connection, reader_ids: Sequence[int], wanted: ReaderPause | None
) -> None:
    facts = {
        "paused_until": wanted.until if wanted else None,
        "catch_up": wanted.catch_up if wanted else True,
    }
    those = one_of(connection, reader.c.id, reader_ids)
    connection.execute(update(reader).where(those).values(facts))


def _ended(
    campaign_id: int, subscriber_id: int, before: ReaderPause | None, *, catch_up: bool
) -> Act:
    return Act(
        "ended the pause of",
        campaign_id=campaign_id,
        subject=f"person {subscriber_id}",
        before={"until": before.until if before else None},
        after={"until": None, "catching up": _YES_OR_NO[catch_up]},
    )


def _facts(pause_of: ReaderPause | None) -> dict[str, Any]:
    if pause_of is None:
        return {"until": None}
    return {"until": pause_of.until, "catching up": _YES_OR_NO[pause_of.catch_up]}
