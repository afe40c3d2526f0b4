"""What readers have had, and who had the edition before: to foresee the next."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from digest.model.delivery.delivery import NEVER_LEFT
from digest.model.editions.edition import VariantKey
from digest.model.editions.mode import Mode
from digest.model.formats import named
from digest.store.base.bulk import one_of
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


def copies_of(
    connection: Connection, edition_id: int, reader_ids: Sequence[int] | None = None
) -> int:
    """Return how many copies an edition has, or how many of these readers have one."""
    matching = select(func.count()).where(delivery.c.edition_id == edition_id)
    if reader_ids is not None:
        matching = matching.where(one_of(connection, delivery.c.reader_id, reader_ids))
    return connection.scalar(matching) or 0


def had_by(
    connection: Connection, mode: Mode, reader_ids: Sequence[int], since: int
) -> dict[int, list[VariantKey]]:
    """Return which variants past `since` these readers have had, or are to get."""
    rows = connection.execute(
        select(delivery.c.reader_id, variant)
        .join(variant, variant.c.id == delivery.c.variant_id)
        .join(edition, edition.c.id == delivery.c.edition_id)
        .where(
            one_of(connection, delivery.c.reader_id, reader_ids),
            delivery.c.state.not_in(NEVER_LEFT),
            edition.c.mode == mode,
            variant.c.upto > since,
        )
    )
    had: dict[int, list[VariantKey]] = {}
    for row in rows:
        key = VariantKey(
            stretch_of(row), tuple(row.topics), named(row.format), row.language
        )
        had.setdefault(row.reader_id, []).append(key)
    return had


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
