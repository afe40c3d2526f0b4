"""The door to live: what has been rehearsed waits there until a person says golive."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, select, update

from digest.errors import DigestError
from digest.model.editions.mode import Mode
from digest.store.base.modes import mode_of
from digest.store.base.tables import campaign, edition


def close_door(connection: Connection) -> None:
    """Have every campaign wait for golive: this database rehearses."""
    connection.execute(
        update(campaign)
        .where(campaign.c.awaits_golive.is_(False))
        .values(awaits_golive=True)
    )


def open_door(connection: Connection, campaign_id: int, now: datetime) -> None:
    """Let a campaign be sent live: slots from `now` on count."""
    connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id)
        .values(awaits_golive=False, live_since=now)
    )


def begin_behind(connection: Connection, campaign_id: int, position: int) -> None:
    """Have live editions of a campaign begin behind that position, or later."""
    connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id, campaign.c.live_from < position)
        .values(live_from=position)
    )


def is_closed(connection: Connection) -> bool:
    """Whether any campaign waits for golive: one that is new waits with it."""
    return bool(connection.scalar(select(exists().where(campaign.c.awaits_golive))))


def may_go(connection: Connection) -> ColumnElement[bool]:
    """Return the condition on an edition, with its campaign, that it may go now.

    It is of the mode that this program runs in, and where that is live the
    campaign does not wait for golive. Asked in the transaction that leases,
    prints or seals.
    """
    mode = mode_of(connection)
    is_ours = edition.c.mode == mode
    if mode is Mode.PRACTICE:
        return is_ours
    return and_(is_ours, campaign.c.awaits_golive.is_(False))


def refuse_unless_open(connection: Connection, campaign_id: int) -> None:
    """Raise DigestError where we are live and the campaign waits for golive."""
    row = connection.execute(
        select(campaign.c.name, campaign.c.awaits_golive).where(
            campaign.c.id == campaign_id
        )
    ).one()
    _refuse_unless_open(connection, row)


def _refuse_unless_open(connection: Connection, row: Row[*tuple[Any, ...]]) -> None:
    if mode_of(connection) is Mode.LIVE and row.awaits_golive:
        raise DigestError(
            f"{row.name} has been rehearsed and is not live yet: nothing of it is "
            f"sent before a person says digest golive {row.name}"
        )


def refuse_unless_may_go(connection: Connection, edition_id: int) -> None:
    """Raise DigestError where the edition may not go now, see `may_go`."""
    row = connection.execute(
        select(edition.c.mode, campaign.c.name, campaign.c.awaits_golive)
        .join(campaign, campaign.c.id == edition.c.campaign_id)
        .where(edition.c.id == edition_id)
    ).one()
    mode = mode_of(connection)
    if row.mode != mode:
        kind = "live" if row.mode == Mode.LIVE else "a rehearsal"
        raise DigestError(
            f"edition {edition_id} is {kind}, and this is {mode} mode: "
            "DIGEST_LIVE says which"
        )
    _refuse_unless_open(connection, row)
