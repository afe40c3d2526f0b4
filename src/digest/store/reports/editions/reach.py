"""What a schedule's editions have brought before: to foresee the next."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from digest.model.editions.edition import VariantKey
from digest.model.editions.mode import Mode
from digest.model.formats import named
from digest.store.base.asked_together import rows_of
from digest.store.base.tables import delivery, edition, variant
from digest.store.people.owed import stretch_of


def last_planned(
    connection: Connection, schedule_id: int, mode: Mode, before: datetime
) -> tuple[int, int] | None:
    """Return the schedule's latest edition that readers were planned for, if any.

    And how many copies it has.
    """
    rows = rows_of(connection, latest_planned, schedule_id, mode, before)
    return tuple(rows[0]) if rows else None


def latest_planned(
    _connection: Connection, schedule_id: int, mode: Mode, before: datetime
) -> Select[tuple[int, int]]:
    """Return the question that `last_planned` asks, to be asked with others."""
    latest = (
        select(edition.c.id)
        .where(
            edition.c.schedule_id == schedule_id,
            edition.c.mode == mode,
            edition.c.planned_at.is_not(None),
            edition.c.slot < before,
        )
        .order_by(edition.c.slot.desc())
        .limit(1)
        .scalar_subquery()
    )
    copies = select(func.count()).where(delivery.c.edition_id == edition.c.id)
    return select(edition.c.id, copies.scalar_subquery().label("copies")).where(
        edition.c.id == latest
    )


def variants_past(
    connection: Connection, campaign_id: int, mode: Mode, since: int
) -> dict[tuple[int, int], VariantKey]:
    """Return a campaign's variants that end past `since`, by edition and own number."""
    rows = rows_of(connection, past, campaign_id, mode, since)
    return {
        (row.edition_id, row.id): VariantKey(
            stretch_of(row), tuple(row.topics), named(row.format), row.language
        )
        for row in sorted(rows, key=lambda row: row.id)
    }


def past(
    _connection: Connection, campaign_id: int, mode: Mode, since: int
) -> Select[Any]:
    """Return the question that `variants_past` asks, to be asked with others."""
    return (
        select(variant)
        .join(edition, edition.c.id == variant.c.edition_id)
        .where(
            edition.c.campaign_id == campaign_id,
            edition.c.mode == mode,
            variant.c.upto > since,
        )
    )
