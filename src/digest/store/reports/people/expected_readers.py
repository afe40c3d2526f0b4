"""How many readers a schedule has, by what decides how each is reached."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from digest.model.people.channel_choice import ReaderFacts
from digest.store.base.tables import mailing_list, reader, subscriber
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people.kinds.bases import basis_gap_by
from digest.store.people.readers import facts_of, is_here, reach_columns, reads


def readers_of_schedules(
    connection: Connection,
    stored: Sequence[StoredCampaign],
    schedule_ids: Sequence[int],
    now: datetime,
) -> dict[int, Counter[ReaderFacts]]:
    """Return the readers of these schedules that are due now, by schedule and kind.

    `stored` are the campaigns whose schedules they are. Who has paused is left out.
    """
    if not (stored and schedule_ids):
        return {}
    rows = connection.execute(select(mailing_list.c.name, mailing_list.c.id))
    list_ids = {row.name: row.id for row in rows}
    still_read = [
        and_(
            reader.c.campaign_id == each.id,
            reads(
                reader.c.subscriber_id,
                each.id,
                [list_ids[name] for name in each.campaign.lists if name in list_ids],
            ),
        )
        for each in stored
    ]
    facts = (
        reader.c.format,
        *reach_columns(),
        basis_gap_by(connection, stored, list_ids).label("basis_gap"),
    )
    kinds = (
        select(reader.c.schedule_id, *facts)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(
            reader.c.schedule_id.in_(schedule_ids),
            subscriber.c.erased_at.is_(None),
            is_here(now),
            or_(*still_read),
        )
        .subquery()
    )
    counted: dict[int, Counter[ReaderFacts]] = {}
    for row in connection.execute(select(kinds, func.count()).group_by(*kinds.c)):
        of_schedule = counted.setdefault(row.schedule_id, Counter())
        of_schedule[facts_of(row)] += row[-1]
    return counted
