"""Things put into a test's database in one line."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from digest.model.campaigns.campaign import Campaign
from digest.model.people.person import name_key
from digest.model.people.reader_marks import ReaderRef
from digest.model.posts.items import Item
from digest.store.base.engine import reading, writing
from digest.store.base.tables import (
    mailing_list,
    reader,
    schedule,
    source,
    subscriber,
    subscription,
)
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.holds import holds
from digest.store.holds.holds import Hold
from digest.store.people import readers
from digest.store.posts import acceptance
from tests.builders import EIGHT

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

[[schedule]]
name = "weekly"
at = "10:00"
days = "thu"
"""
# With what live needs of a campaign.
READY = (
    FILE.replace("lists =", 'reply_to = "team@example.org"\nlists =')
    + """
[letter]
sender = ["Lantern Week", "1 Example Street"]
"""
)


def a_stored_campaign(
    engine: Engine, text: str = FILE, now: datetime = EIGHT
) -> StoredCampaign:
    """Apply a campaign file and return the campaign."""
    with writing(engine) as connection:
        return campaigns.apply(connection, CampaignFile(text, "UTC", "/"), now)


def posts_accepted(
    engine: Engine, items: Sequence[Item], now: datetime = EIGHT
) -> acceptance.AcceptanceCounts:
    """Accept items into the only campaign's log, from its first source."""
    with writing(engine) as connection:
        row = connection.execute(select(source).order_by(source.c.id)).first()
        assert row is not None
        campaign: Campaign = campaigns.load(connection, row.campaign_id)
        origin = acceptance.AcceptanceOrigin(
            row.campaign_id, row.id, campaign.sources[0], is_first_contact=False
        )
        return acceptance.accept(connection, origin, items, now)


def a_reader(engine: Engine, name: str, on: str = "daily", **person: object) -> int:
    """Add a subscribed reader by email on a schedule; return the reader's id."""
    fields = {"email": f"{name}@example.org", "address": [], "format": "html"} | person
    with writing(engine) as connection:
        subscriber_id = connection.scalar(
            insert(subscriber)
            .values(
                identity=f"email:{name}",
                name=name.title(),
                name_key=name_key(name),
                email=fields["email"],
                address=fields["address"],
                phone=fields.get("phone"),
                phone_hash=fields.get("phone") and f"hash of {name}'s number",
                # Nobody is rung who has not asked for it.
                format="phone" if fields["format"] == "phone" else None,
                organiser=fields.get("organiser"),
                postcode=fields.get("postcode"),
                created_at=EIGHT,
                changed_at=EIGHT,
            )
            .returning(subscriber.c.id)
        )
        list_id = connection.scalar(select(mailing_list.c.id))
        connection.execute(
            insert(subscription).values(
                mailing_list_id=list_id, subscriber_id=subscriber_id, started_at=EIGHT
            )
        )
        row = connection.execute(select(schedule).where(schedule.c.name == on)).one()
        reader_id = connection.scalars(
            insert(reader)
            .values(
                campaign_id=row.campaign_id,
                subscriber_id=subscriber_id,
                schedule_id=row.id,
                format=fields["format"],
                language="en-GB",
                topics=list(fields.get("topics", [])),  # type: ignore[call-overload]
                joined_at=EIGHT,
            )
            .returning(reader.c.id)
        ).one()
        return int(reader_id)


def lifted(engine: Engine, now: datetime) -> Hold | None:
    """Let things leave again; return what held them back."""
    with writing(engine) as connection:
        return holds.lift(connection, now)


def switched(engine: Engine, reader_id: int, to: str) -> None:
    """Move a reader to another schedule of the campaign."""
    with writing(engine) as connection:
        wanted = select(schedule.c.id).where(schedule.c.name == to).scalar_subquery()
        connection.execute(
            update(reader).where(reader.c.id == reader_id).values(schedule_id=wanted)
        )


def schedule_id(engine: Engine, name: str) -> int:
    """Return the id of the schedule of that name."""
    with reading(engine) as connection:
        return int(
            connection.scalars(
                select(schedule.c.id).where(schedule.c.name == name)
            ).one()
        )


def reader_ref(engine: Engine, reader_id: int = 1) -> ReaderRef:
    """Return a reader as their mail names them."""
    with reading(engine) as connection:
        row = readers.get(connection, reader_id)
        assert row is not None
        return ReaderRef(row.id, row.mark)
