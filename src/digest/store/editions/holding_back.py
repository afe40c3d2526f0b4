"""What may not leave: editions held back, in quiet hours, and stopped ones."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, exists, or_, select

from digest.errors import UnreadableError
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.modes import mode_of
from digest.store.base.tables import edition, schedule

if TYPE_CHECKING:
    from digest.model.campaigns.campaign import Campaign

# An approved edition has copies while it is planned: those of its readers so far.
ON_THEIR_WAY = (EditionState.APPROVED, EditionState.PLANNED, EditionState.SENDING)


def may_leave(now: datetime) -> ColumnElement[bool]:
    """Return the condition on an edition that it is not held back any more.

    Asked in the transaction that leases or prints.
    """
    return or_(edition.c.leaves_at.is_(None), edition.c.leaves_at <= now)


def quiet_until(connection: Connection, now: datetime) -> dict[int, datetime]:
    """Return the live editions on their way whose schedules are quiet, and until when.

    None of their emails is leased. A rehearsal wakes nobody.
    """
    ends = {}
    for row in rows_of(connection, _live_and_going):
        with suppress(UnreadableError):  # whoever leases its emails says so
            campaign = _campaign(connection, row.campaign_id)
            if end := campaign.quiet_until(row.name, now):
                ends[row.id] = end
    return ends


def _live_and_going(_connection: Connection) -> Select[Any]:
    return (
        select(edition.c.id, edition.c.campaign_id, schedule.c.name)
        .join(schedule, schedule.c.id == edition.c.schedule_id)
        .where(edition.c.state.in_(ON_THEIR_WAY), edition.c.mode == Mode.LIVE)
    )


# What is asked of quiet hours, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_live_and_going,),)


def is_going(edition_id: int) -> ColumnElement[bool]:
    """Return the condition that nobody has stopped the edition; each claim asks."""
    return exists().where(edition.c.id == edition_id, edition.c.stopped_at.is_(None))


def leaving(connection: Connection, now: datetime) -> dict[int, datetime]:
    """Return when each edition of our mode leaves that is approved and held back.

    In its campaign's zone, where that can be read.
    """
    rows = connection.execute(
        select(edition.c.id, edition.c.campaign_id, edition.c.leaves_at).where(
            edition.c.state == EditionState.APPROVED,
            edition.c.leaves_at > now,
            edition.c.mode == mode_of(connection),
        )
    ).all()
    ends = {row.id: row.leaves_at for row in rows}
    for row in rows:
        with suppress(UnreadableError):  # it leaves all the same
            zone = ZoneInfo(_campaign(connection, row.campaign_id).timezone)
            ends[row.id] = row.leaves_at.astimezone(zone)
    return ends


def _campaign(connection: Connection, campaign_id: int) -> "Campaign":
    # Here: most looks of a worker find no edition, and need nothing of a campaign.
    from digest.store.campaigns import campaigns  # noqa: PLC0415

    return campaigns.load(connection, campaign_id)
