"""Whether an edition would reach anybody at all, before it is planned."""

from datetime import datetime

from sqlalchemy import Connection, or_, select

from digest.compose.variants import news
from digest.compose.whats_on import ListScope, events_alone
from digest.model.editions.due_stretch import due_to
from digest.model.editions.edition import VariantKey
from digest.model.formats import Channel, named
from digest.model.people.channel_choice import ReaderFacts, Served, resolve
from digest.store.base.tables import reader, subscriber
from digest.store.campaigns import campaigns
from digest.store.editions import steering
from digest.store.editions.editions import Edition
from digest.store.people import owed
from digest.store.people.readers import (
    has_address,
    is_suppressed,
    place_in,
    reads_it,
)


def reaches_anybody(
    connection: Connection, edition: Edition, upto: int, now: datetime
) -> bool:
    """Whether a reader would get a copy of the edition, were it planned now.

    Readers are looked at one by one until there is one, each kind of them once.
    """
    still_read = reads_it(connection, edition.campaign_id)
    rows = connection.execute(
        select(
            place_in(edition.mode).label("place"),
            reader.c.format,
            reader.c.topics,
            subscriber.c.email.is_not(None).label("has_email"),
            has_address().label("has_address"),
            *(
                is_suppressed(channel).label(f"{channel}_suppressed")
                for channel in Channel
            ),
        )
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(
            reader.c.schedule_id == edition.schedule_id,
            subscriber.c.erased_at.is_(None),
            still_read,
            or_(reader.c.paused_until.is_(None), reader.c.paused_until <= now),
        )
        .execution_options(yield_per=1000)
    )
    owed_to_some = owed.of_schedule(connection, edition, upto, still_read)
    begins = owed.begins(connection, edition.campaign_id, edition.mode)
    steered = steering.get(connection, steering.place_of(edition)).steering
    out = frozenset(steered.out)
    campaign = campaigns.load(connection, edition.campaign_id)
    scope = ListScope.of(campaign, edition)
    alone = events_alone(connection, campaign, scope, upto, steered)
    known_kinds = set[tuple[object, ...]]()
    with rows:
        for row in rows:
            kind = (*row[:2], tuple(row.topics), *row[3:])
            if kind in known_kinds:
                continue
            known_kinds.add(kind)
            facts = ReaderFacts(
                named(row.format),
                has_email=row.has_email,
                has_address=row.has_address,
                email_suppressed=row.email_suppressed,
                post_suppressed=row.post_suppressed,
            )
            served = resolve(facts)
            if not isinstance(served, Served):
                continue
            due = due_to(row.place, upto, owed_to_some, begins)
            key = VariantKey(due, tuple(row.topics), served.format, "")
            if any(map(key.wants, alone)):
                return True
            stretch = (due.since, upto)
            entries = news(connection, edition.campaign_id, stretch, edition.slot)
            if any(
                key.takes(entry.position, entry.topics)
                for entry in entries
                if entry.id not in out
            ):
                return True
    return False
