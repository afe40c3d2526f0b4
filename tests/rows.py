"""Rows of an edition that is ready to be delivered, by plain inserts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select, update

from digest.model.campaigns.campaign import UncertainPolicy
from digest.model.delivery.delivery import DeliveryState
from digest.model.formats import Channel
from digest.store.base.engine import reading, writing
from digest.store.base.tables import (
    delivery,
    edition,
    item,
    mailing_list,
    reader,
    schedule,
    send_batch,
    source,
    subscriber,
    subscription,
    variant,
)
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.delivery import copies
from digest.store.delivery.deliveries import DeliveryKey
from tests.builders import EIGHT

FILE = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
reply_to = "team@example.org"
lists = ["lantern"]
timezone = "Europe/London"
uncertain = "{uncertain}"

[[source]]
name = "blog"
kind = "feed"
url = "https://example.org/feed"

[[schedule]]
name = "daily"
at = "16:00"
default = true
"""


@dataclass(frozen=True, slots=True)
class PlannedEdition:
    """The ids of what was inserted; `readers` by email first, then by post."""

    id: int
    campaign_id: int
    variant_id: int
    readers: tuple[int, ...]
    subscribers: tuple[int, ...]

    def key(self, index: int = 0) -> DeliveryKey:
        """Return the key of the copy of the reader at that index."""
        return DeliveryKey(self.id, self.readers[index])


def a_planned_edition(
    engine: Engine,
    *,
    emails: int = 1,
    letters: int = 0,
    batch_size: int = 1000,
    uncertain: UncertainPolicy = UncertainPolicy.RESEND,
) -> PlannedEdition:
    """Insert a campaign with one item and an edition planned for so many readers."""
    with writing(engine) as connection:
        text = FILE.format(uncertain=uncertain)
        stored = campaigns.apply(connection, CampaignFile(text, "UTC", "/"), EIGHT)
        _item(connection, stored.id)
        edition_id = _edition(connection, stored.id)
        variant_id = _variant(connection, edition_id)
        subscribers = _subscribers(connection, emails + letters)
        planned = PlannedEdition(
            edition_id,
            stored.id,
            variant_id,
            _readers(connection, stored.id, subscribers),
            subscribers,
        )
        _deliveries(connection, planned, emails)
        _batches(connection, edition_id, planned.readers[:emails], batch_size)
    return planned


def states(engine: Engine, edition_id: int) -> dict[DeliveryState, int]:
    """Return how many of the edition's deliveries stand where."""
    with reading(engine) as connection:
        return copies.counts(connection, edition_id)


def unsubscribed(engine: Engine, subscriber_id: int, at: datetime = EIGHT) -> None:
    """End every subscription of a person, and do nothing else."""
    with writing(engine) as connection:
        connection.execute(
            update(subscription)
            .where(subscription.c.subscriber_id == subscriber_id)
            .values(ended_at=at, ended_reason="asked to leave")
        )


def withdrawn(engine: Engine, at: datetime = EIGHT) -> None:
    """Withdraw the only item."""
    with writing(engine) as connection:
        connection.execute(update(item).values(withdrawn_at=at))


def _item(connection: Connection, campaign_id: int) -> None:
    source_id = connection.scalar(select(source.c.id))
    connection.execute(
        insert(item).values(
            campaign_id=campaign_id,
            source_id=source_id,
            key="post-1",
            position=1,
            content={},
            fingerprint="0" * 64,
            topics=[],
            accepted_at=EIGHT,
            released_at=EIGHT,
        )
    )


def _edition(connection: Connection, campaign_id: int) -> int:
    schedule_id = connection.scalar(select(schedule.c.id))
    edition_id: int = connection.scalars(
        insert(edition)
        .values(
            code="k7qf2mxa",
            campaign_id=campaign_id,
            schedule_id=schedule_id,
            slot=EIGHT,
            state="planned",
            upto=1,
            opened_at=EIGHT,
        )
        .returning(edition.c.id)
    ).one()
    return edition_id


def _variant(connection: Connection, edition_id: int) -> int:
    variant_id: int = connection.scalars(
        insert(variant)
        .values(
            edition_id=edition_id,
            since=0,
            upto=1,
            topics=[],
            format="html",
            language="en-GB",
            key="html",
        )
        .returning(variant.c.id)
    ).one()
    return variant_id


def _subscribers(connection: Connection, count: int) -> tuple[int, ...]:
    ids: tuple[int, ...] = tuple(
        connection.scalars(
            insert(subscriber).returning(subscriber.c.id, sort_by_parameter_order=True),
            [
                {
                    "identity": f"email:reader-{number}@example.org",
                    "name": f"Reader {number}",
                    "email": f"reader-{number}@example.org",
                    "email_hash": f"email-{number}",
                    "post_hash": f"post-{number}",
                    "address": ["1 Example Street", "Exampleton"],
                    "postcode": "ZZ99 1AA",
                    "created_at": EIGHT,
                    "changed_at": EIGHT,
                }
                for number in range(count)
            ],
        )
    )
    subscribed = {
        "mailing_list_id": connection.scalar(select(mailing_list.c.id)),
        "started_at": EIGHT - timedelta(days=1),
    }
    connection.execute(
        insert(subscription),
        [subscribed | {"subscriber_id": subscriber_id} for subscriber_id in ids],
    )
    return ids


def _readers(
    connection: Connection, campaign_id: int, subscribers: tuple[int, ...]
) -> tuple[int, ...]:
    joined: dict[str, object] = {
        "campaign_id": campaign_id,
        "schedule_id": connection.scalar(select(schedule.c.id)),
        "format": "html",
        "language": "en-GB",
        "topics": [],
        "position": 1,
        "joined_at": EIGHT,
    }
    return tuple(
        connection.scalars(
            insert(reader).returning(reader.c.id, sort_by_parameter_order=True),
            [
                joined | {"subscriber_id": subscriber_id}
                for subscriber_id in subscribers
            ],
        )
    )


def _deliveries(connection: Connection, planned: PlannedEdition, emails: int) -> None:
    connection.execute(
        insert(delivery),
        [
            {
                "edition_id": planned.id,
                "reader_id": reader_id,
                "subscriber_id": subscriber_id,
                "variant_id": planned.variant_id,
                "channel": Channel.EMAIL if number < emails else Channel.POST,
                "state": DeliveryState.PLANNED,
            }
            for number, (reader_id, subscriber_id) in enumerate(
                zip(planned.readers, planned.subscribers, strict=True)
            )
        ],
    )


def _batches(
    connection: Connection, edition_id: int, readers: tuple[int, ...], size: int
) -> None:
    for start in range(0, len(readers), size):
        chunk = readers[start : start + size]
        connection.execute(
            insert(send_batch).values(
                edition_id=edition_id,
                first_reader_id=chunk[0],
                last_reader_id=chunk[-1],
                state="open",
                due_at=EIGHT,
            )
        )
