"""What has passed between one person and us, over every channel, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from digest.model.delivery.doubts import doubt_in_words
from digest.model.editions.mode import Mode
from digest.store.base.tables import (
    bounce,
    campaign,
    delivery,
    edition,
    left_out,
    print_batch,
    reader,
    schedule,
    variant,
)
from digest.store.delivery.copies import LEFT_OUT


@dataclass(frozen=True, slots=True)
class PersonCopy:
    """A copy of somebody's, or why an edition brought them none.

    `state` is a delivery's, or "left-out". `reason` are the server's words, or ours.
    A letter has left when its batch was posted.
    """

    at: datetime
    edition_id: int
    reader_id: int
    campaign: str
    schedule: str
    slot: datetime
    is_rehearsal: bool
    state: str
    reason: str
    channel: str = ""
    format: str = ""
    attempts: int = 0
    doubts: int = 0
    posted_at: datetime | None = None

    @property
    def doubt(self) -> str:
        """What is to be said of it where it may have arrived without our knowing."""
        return doubt_in_words(self.state, self.doubts)


@dataclass(frozen=True, slots=True)
class PersonBounce:
    """What came back of a copy that had left."""

    at: datetime
    campaign: str
    kind: str
    status: str
    words: str


def copies(connection: Connection, subscriber_id: int, limit: int) -> list[PersonCopy]:
    """Return somebody's copies, those of the latest slots first."""
    at = func.coalesce(delivery.c.settled_at, delivery.c.handed_over_at, edition.c.slot)
    rows = _of_editions(
        at.label("at"),
        delivery.c.reader_id,
        delivery.c.state,
        delivery.c.reply.label("reason"),
        delivery.c.channel,
        variant.c.format,
        delivery.c.attempts,
        delivery.c.doubts,
        print_batch.c.posted_at,
    )
    rows = (
        rows.join(delivery, delivery.c.edition_id == edition.c.id)
        .join(variant, variant.c.id == delivery.c.variant_id)
        .outerjoin(print_batch, print_batch.c.id == delivery.c.print_batch_id)
        .where(delivery.c.subscriber_id == subscriber_id)
    )
    return _copies(connection, rows.limit(limit))


def left_outs(
    connection: Connection, subscriber_id: int, limit: int
) -> list[PersonCopy]:
    """Return which editions brought somebody nothing, and why; the latest first."""
    rows = _of_editions(
        edition.c.slot.label("at"),
        left_out.c.reader_id,
        left_out.c.reason,
    )
    rows = (
        rows.join(reader, reader.c.campaign_id == edition.c.campaign_id)
        .join(
            left_out,
            (left_out.c.edition_id == edition.c.id)
            & (left_out.c.reader_id == reader.c.id),
        )
        .where(reader.c.subscriber_id == subscriber_id)
    )
    return _copies(connection, rows.limit(limit))


def bounces(
    connection: Connection, subscriber_id: int, limit: int
) -> list[PersonBounce]:
    """Return what came back of somebody's copies, the latest first."""
    rows = connection.execute(
        select(
            bounce.c.recorded_at,
            campaign.c.name,
            bounce.c.kind,
            bounce.c.status,
            bounce.c.words,
        )
        .join(reader, reader.c.id == bounce.c.reader_id)
        .join(campaign, campaign.c.id == reader.c.campaign_id)
        .where(reader.c.subscriber_id == subscriber_id)
        .order_by(bounce.c.id.desc())
        .limit(limit)
    )
    return [
        PersonBounce(at, name, kind, status or "", words or "")
        for at, name, kind, status, words in rows
    ]


def _of_editions(*columns: Any) -> Select[Any]:
    return (
        select(
            edition.c.id.label("edition_id"),
            campaign.c.name.label("campaign"),
            schedule.c.name.label("schedule"),
            edition.c.slot,
            edition.c.mode,
            *columns,
        )
        .select_from(edition)
        .join(campaign, campaign.c.id == edition.c.campaign_id)
        .join(schedule, schedule.c.id == edition.c.schedule_id)
        .order_by(edition.c.slot.desc(), edition.c.id.desc())
    )


def _copies(connection: Connection, rows: Select[Any]) -> list[PersonCopy]:
    return [
        PersonCopy(
            at=row["at"],
            edition_id=row["edition_id"],
            reader_id=row["reader_id"],
            campaign=row["campaign"],
            schedule=row["schedule"],
            slot=row["slot"],
            is_rehearsal=row["mode"] != Mode.LIVE,
            state=row.get("state", LEFT_OUT),
            reason=row["reason"] or "",
            channel=row.get("channel", ""),
            format=row.get("format", ""),
            attempts=row.get("attempts", 0),
            doubts=row.get("doubts", 0),
            posted_at=row.get("posted_at"),
        )
        for row in connection.execute(rows).mappings()
    ]
