"""What a schedule's editions have brought before: to foresee the next."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from digest.model.editions.edition import VariantKey
from digest.model.editions.mode import Mode
from digest.model.formats import named
from digest.store.base.tables import delivery, edition, reader, variant
from digest.store.people.owed import stretch_of
from digest.store.people.readers import reads_it


def last_planned(
    connection: Connection, schedule_id: int, mode: Mode, before: datetime
) -> int | None:
    """Return the schedule's latest edition that readers were planned for."""
    matching = select(edition.c.id).where(
        edition.c.schedule_id == schedule_id,
        edition.c.mode == mode,
        edition.c.planned_at.is_not(None),
        edition.c.slot < before,
    )
    return connection.scalar(matching.order_by(edition.c.slot.desc()).limit(1))


def copies_of(connection: Connection, edition_id: int) -> int:
    """Return how many copies an edition has."""
    matching = select(func.count()).where(delivery.c.edition_id == edition_id)
    return connection.scalar(matching) or 0


def variants_past(
    connection: Connection, campaign_id: int, mode: Mode, since: int
) -> dict[tuple[int, int], VariantKey]:
    """Return a campaign's variants that end past `since`, by edition and own number."""
    rows = connection.execute(
        select(variant)
        .join(edition, edition.c.id == variant.c.edition_id)
        .where(
            edition.c.campaign_id == campaign_id,
            edition.c.mode == mode,
            variant.c.upto > since,
        )
        .order_by(variant.c.id)
    )
    return {
        (row.edition_id, row.id): VariantKey(
            stretch_of(row), tuple(row.topics), named(row.format), row.language
        )
        for row in rows
    }


def paused(
    connection: Connection, campaign_id: int, schedule_id: int, now: datetime
) -> dict[datetime, int]:
    """Return until when how many readers of a schedule have paused, soonest first."""
    rows = connection.execute(
        select(reader.c.paused_until, func.count().label("readers"))
        .where(
            reader.c.campaign_id == campaign_id,
            reader.c.schedule_id == schedule_id,
            reader.c.paused_until > now,
            reads_it(connection, campaign_id),
        )
        .group_by(reader.c.paused_until)
        .order_by(reader.c.paused_until)
    )
    return {row.paused_until: row.readers for row in rows.all()}
