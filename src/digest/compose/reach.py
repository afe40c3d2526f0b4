"""Whether an edition would reach anybody at all, before it is planned."""

from datetime import datetime
from json import loads

from sqlalchemy import Connection, Text, cast, select, true

from digest.compose.variants import news
from digest.compose.whats_on import ListScope, events_alone
from digest.model.editions.due_stretch import due_to
from digest.model.editions.edition import VariantKey
from digest.model.people.channel_choice import Served, resolve
from digest.store.base.tables import reader, subscriber
from digest.store.campaigns import campaigns
from digest.store.editions import steering
from digest.store.editions.editions import Edition
from digest.store.people import owed
from digest.store.people.kinds.bases import basis_gap
from digest.store.people.readers import (
    facts_of,
    is_here,
    list_ids,
    place_in,
    reach_columns,
    reads_it,
)
from digest.store.posts.log import LogEntry


def reaches_anybody(
    connection: Connection, edition: Edition, upto: int, now: datetime
) -> bool:
    """Whether a reader would get a copy of the edition, were it planned now.

    The database tells the readers apart by what decides that; each kind is looked at
    once, however many readers are of it.
    """
    still_read = reads_it(connection, edition.campaign_id)
    owed_to_some = owed.of_schedule(connection, edition, upto, still_read)
    steered = steering.get(connection, steering.place_of(edition)).steering
    campaign = campaigns.load(connection, edition.campaign_id)
    scope = ListScope.of(campaign, edition)
    alone = events_alone(connection, campaign, scope, upto, steered)
    place = place_in(edition.mode)
    # Who has come that far gets nothing else.
    may_get_something = true() if owed_to_some or alone else place < upto
    kinds = connection.execute(
        select(
            place.label("place"),
            reader.c.format,
            # As text: JSON has no equality on PostgreSQL.
            cast(reader.c.topics, Text).label("topics"),
            *reach_columns(),
            basis_gap(
                connection,
                reader.c.subscriber_id,
                campaign,
                list_ids(connection, campaign.lists),
            ).label("basis_gap"),
        )
        .distinct()
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(
            reader.c.schedule_id == edition.schedule_id,
            may_get_something,
            subscriber.c.erased_at.is_(None),
            still_read,
            is_here(now),
        )
    ).all()
    begins = owed.begins(connection, edition.campaign_id, edition.mode)
    out = frozenset(steered.out)
    news_since = dict[int, list[LogEntry]]()
    for kind in kinds:
        served = resolve(facts_of(kind))
        if not isinstance(served, Served):
            continue
        due = due_to(kind.place, upto, owed_to_some, begins)
        key = VariantKey(due, tuple(loads(kind.topics)), served.format, "")
        if any(map(key.wants, alone)):
            return True
        if due.since not in news_since:
            stretch = (due.since, upto)
            entries = news(connection, edition.campaign_id, stretch, edition.slot)
            news_since[due.since] = [entry for entry in entries if entry.id not in out]
        if any(
            key.takes(entry.position, entry.topics) for entry in news_since[due.since]
        ):
            return True
    return False
