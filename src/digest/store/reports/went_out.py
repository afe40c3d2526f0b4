"""What went out in a day: copies that were taken, by edition and channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.mode import Mode
from digest.store.base.modes import mode_of
from digest.store.base.tables import campaign, delivery, edition, schedule

# An edition whose copies are tried for longer has expired.
_LONGEST_RUN = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class OutgoneEdition:
    """How many copies of an edition went out, by channel."""

    campaign: str
    schedule: str
    slot: datetime
    is_rehearsal: bool
    copies: Mapping[str, int]


def went_out(
    connection: Connection, since: datetime, until: datetime
) -> list[OutgoneEdition]:
    """Return what of our mode went out from `since` to before `until`, by slot."""
    rows = connection.execute(
        select(
            edition.c.id,
            campaign.c.name,
            schedule.c.name.label("schedule"),
            edition.c.slot,
            delivery.c.channel,
            func.count().label("copies"),
        )
        .join(campaign, campaign.c.id == edition.c.campaign_id)
        .join(schedule, schedule.c.id == edition.c.schedule_id)
        .join(delivery, delivery.c.edition_id == edition.c.id)
        .where(
            edition.c.mode == mode_of(connection),
            edition.c.planned_at >= since - _LONGEST_RUN,
            delivery.c.state == DeliveryState.ACCEPTED,
            delivery.c.settled_at >= since,
            delivery.c.settled_at < until,
        )
        .group_by(
            edition.c.id,
            campaign.c.name,
            schedule.c.name,
            edition.c.slot,
            delivery.c.channel,
        )
        .order_by(edition.c.slot, edition.c.id, delivery.c.channel)
    ).all()
    is_rehearsal = mode_of(connection) is Mode.PRACTICE
    by_edition: dict[int, OutgoneEdition] = {}
    for row in rows:
        counts = {each.channel: each.copies for each in rows if each.id == row.id}
        by_edition[row.id] = OutgoneEdition(
            row.name, row.schedule, row.slot, is_rehearsal, counts
        )
    return [*by_edition.values()]
