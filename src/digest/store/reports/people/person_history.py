"""What has passed between one person and us, over every channel, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

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
from digest.store.people.doubles.merges import whose
from digest.store.people.kinds.reader_chunks import LEFT
from digest.store.reports.editions.listed_copies import LEFT_OUT

# Where a bounce has what a copy has a state for.
_CAME_BACK = "came-back"
_NO_COPY = (
    literal(0).label("attempts"),
    literal(0).label("doubts"),
    cast(null(), print_batch.c.printed_at.type).label("printed_at"),
    cast(null(), print_batch.c.posted_at.type).label("posted_at"),
)


@dataclass(frozen=True, slots=True)
class PersonCopy:
    """A copy of somebody's, or why an edition brought them none.

    `state` is a delivery's, or "left-out". `reason` are the server's words, or ours.
    A letter is on paper when its batch was printed, and has left when it was posted.
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
    printed_at: datetime | None = None
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


def events(
    connection: Connection, subscriber_id: int, limit: int
) -> list[PersonCopy | PersonBounce]:
    """Return somebody's copies, what brought them none, and what came back.

    Also those of who was merged into them.

    Of each kind the latest, as many as `limit`; asked for at once.
    """
    kinds = (_copies, _left_outs, _bounces)
    each = [kind(subscriber_id).limit(limit).subquery() for kind in kinds]
    rows = union_all(*(select(kind) for kind in each))
    return [
        _bounce(row) if row["state"] == _CAME_BACK else _copy(row)
        for row in connection.execute(rows).mappings()
    ]


def _copies(subscriber_id: int) -> Select[Any]:
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
        print_batch.c.printed_at,
        print_batch.c.posted_at,
        literal("").label("status"),
    )
    return (
        rows.join(delivery, delivery.c.edition_id == edition.c.id)
        .join(variant, variant.c.id == delivery.c.variant_id)
        .outerjoin(print_batch, print_batch.c.id == delivery.c.print_batch_id)
        .where(whose(delivery.c.subscriber_id, subscriber_id))
    )


def _left_outs(subscriber_id: int) -> Select[Any]:
    rows = _of_editions(
        edition.c.slot.label("at"),
        left_out.c.reader_id,
        literal(LEFT_OUT).label("state"),
        left_out.c.reason,
        literal("").label("channel"),
        literal("").label("format"),
        *_NO_COPY,
        literal("").label("status"),
    )
    return (
        rows.join(reader, reader.c.campaign_id == edition.c.campaign_id)
        .join(
            left_out,
            (left_out.c.edition_id == edition.c.id)
            & (left_out.c.reader_id == reader.c.id),
        )
        .where(
            whose(reader.c.subscriber_id, subscriber_id),
            # Of who was merged into them each edition says that they are on no list.
            or_(reader.c.subscriber_id == subscriber_id, left_out.c.kind != LEFT),
        )
    )


def _bounces(subscriber_id: int) -> Select[Any]:
    return (
        select(
            bounce.c.edition_id,
            campaign.c.name.label("campaign"),
            literal("").label("schedule"),
            bounce.c.recorded_at.label("slot"),
            literal("").label("mode"),
            bounce.c.recorded_at.label("at"),
            bounce.c.reader_id,
            literal(_CAME_BACK).label("state"),
            bounce.c.words.label("reason"),
            literal("").label("channel"),
            bounce.c.kind.label("format"),
            *_NO_COPY,
            bounce.c.status,
        )
        .select_from(bounce)
        .join(reader, reader.c.id == bounce.c.reader_id)
        .join(campaign, campaign.c.id == reader.c.campaign_id)
        .where(whose(reader.c.subscriber_id, subscriber_id))
        .order_by(bounce.c.id.desc())
    )


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


def _copy(row: RowMapping) -> PersonCopy:
    return PersonCopy(
        at=row["at"],
        edition_id=row["edition_id"],
        reader_id=row["reader_id"],
        campaign=row["campaign"],
        schedule=row["schedule"],
        slot=row["slot"],
        is_rehearsal=row["mode"] != Mode.LIVE,
        state=row["state"],
        reason=row["reason"] or "",
        channel=row["channel"],
        format=row["format"],
        attempts=row["attempts"],
        doubts=row["doubts"],
        printed_at=row["printed_at"],
        posted_at=row["posted_at"],
    )


def _bounce(row: RowMapping) -> PersonBounce:
    words = (row["format"], row["status"] or "", row["reason"] or "")
    return PersonBounce(row["at"], row["campaign"], *words)
