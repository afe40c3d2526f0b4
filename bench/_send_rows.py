"""An edition planned for many readers, by plain inserts."""

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select

from digest.store.base.engine import writing
from digest.store.base.table_statistics import count_anew
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

AT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)
CHUNK = 1000
FILE = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
lists = ["lantern"]
timezone = "Europe/London"

[[source]]
name = "blog"
kind = "feed"
url = "https://example.org/feed"

[[schedule]]
name = "daily"
at = "16:00"
default = true
"""


def plan_for(engine: Engine, readers: int) -> None:
    """Insert a campaign, an item and an edition planned for so many readers."""
    with writing(engine) as connection:
        stored = campaigns.apply(connection, CampaignFile(FILE, "UTC", "/"), AT)
        _item(connection, stored.id)
        edition_id, variant_id = _edition(connection, stored.id)
    for start in range(1, readers + 1, CHUNK):
        numbers = range(start, min(start + CHUNK, readers + 1))
        with writing(engine) as connection:
            _people(connection, stored.id, numbers)
            _copies(connection, edition_id, variant_id, numbers)
    with writing(engine) as connection:
        count_anew(connection)


def _item(connection: Connection, campaign_id: int) -> None:
    connection.execute(
        insert(item).values(
            campaign_id=campaign_id,
            source_id=connection.scalar(select(source.c.id)),
            key="post-1",
            position=1,
            content={},
            fingerprint="0" * 64,
            topics=[],
            accepted_at=AT,
            released_at=AT,
        )
    )


def _edition(connection: Connection, campaign_id: int) -> tuple[int, int]:
    edition_id = connection.scalars(
        insert(edition)
        .values(
            code="k7qf2mxa",
            campaign_id=campaign_id,
            schedule_id=connection.scalar(select(schedule.c.id)),
            slot=AT,
            state="planned",
            upto=1,
            opened_at=AT,
        )
        .returning(edition.c.id)
    ).one()
    variant_id = connection.scalars(
        insert(variant)
        .values(
            edition_id=edition_id,
            since=0,
            upto=1,
            topics=[],
            format="html",
            language="en-GB",
            key="k",
        )
        .returning(variant.c.id)
    ).one()
    return edition_id, variant_id


def _people(connection: Connection, campaign_id: int, numbers: range) -> None:
    list_id = connection.scalar(select(mailing_list.c.id))
    schedule_id = connection.scalar(select(schedule.c.id))

    connection.execute(
        insert(subscriber),
        [
            {
                "id": number,
                "identity": f"email:{number}",
                "name": f"Reader {number}",
                "email": f"reader-{number}@example.org",
                "address": [],
                "created_at": AT,
                "changed_at": AT,
            }
            for number in numbers
        ],
    )
    connection.execute(
        insert(subscription),
        [
            {"mailing_list_id": list_id, "subscriber_id": number, "started_at": AT}
            for number in numbers
        ],
    )
    connection.execute(
        insert(reader),
        [
            {
                "id": number,
                "campaign_id": campaign_id,
                "subscriber_id": number,
                "schedule_id": schedule_id,
                "format": "html",
                "language": "en-GB",
                "topics": [],
                "joined_at": AT,
            }
            for number in numbers
        ],
    )


def _copies(
    connection: Connection, edition_id: int, variant_id: int, numbers: range
) -> None:
    connection.execute(
        insert(delivery),
        [
            {
                "edition_id": edition_id,
                "reader_id": number,
                "subscriber_id": number,
                "variant_id": variant_id,
                "channel": "email",
                "state": "planned",
            }
            for number in numbers
        ],
    )
    connection.execute(
        insert(send_batch).values(
            edition_id=edition_id,
            first_reader_id=numbers[0],
            last_reader_id=numbers[-1],
            state="open",
            due_at=AT,
        )
    )
