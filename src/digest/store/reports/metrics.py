"""Numbers for whoever watches over the machines: cheap to ask for, no names."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, func, select

from digest.model.moves import EDITION_MOVES
from digest.store.base.indexed_copies import IS_DOUBTFUL, by_doubt
from digest.store.base.modes import mode_of
from digest.store.base.tables import delivery, edition, send_batch, source
from digest.store.campaigns.source_rows import BY_HAND
from digest.store.delivery.sending import carriers
from digest.store.delivery.sending.carriers import CarrierTrouble
from digest.store.delivery.sending.send_batches import due
from digest.store.reports.stalls import looked_at


@dataclass(frozen=True, slots=True)
class Metrics:
    """How things stand.

    `copies` counts, by state, those of editions of our mode that are not finished, and
    `doubtful` those of all of our mode's that may have arrived without our knowing;
    `overdue` counts the send batches that are due and in nobody's hands, those
    of a sender that died too; `oldest_due` is how long the oldest has been due.
    `looked_at` is when a timetable last looked. `sources` counts by state those
    that have not ended.
    """

    editions: dict[str, int]
    copies: dict[str, int]
    doubtful: int
    batches: dict[str, int]
    sources: dict[str, int]
    overdue: int
    oldest_due: timedelta
    looked_at: datetime | None
    troubles: tuple[CarrierTrouble, ...]


def vitals(connection: Connection, now: datetime) -> Metrics:
    """Return how things stand."""
    going = select(edition.c.id).where(
        edition.c.state.in_(EDITION_MOVES.unfinished),
        edition.c.mode == mode_of(connection),
    )
    copies = (
        select(delivery.c.state, func.count())
        .where(delivery.c.edition_id.in_(going))
        .group_by(delivery.c.state)
    )
    ours = select(edition.c.id).where(edition.c.mode == mode_of(connection))
    doubtful = by_doubt(
        select(func.count())
        .select_from(delivery)
        .where(IS_DOUBTFUL, delivery.c.edition_id.in_(ours))
    )
    editions = select(edition.c.state, func.count()).group_by(edition.c.state)
    batches = select(send_batch.c.state, func.count()).group_by(send_batch.c.state)
    sources = (
        select(source.c.state, func.count())
        .where(source.c.ended_at.is_(None), source.c.kind != BY_HAND)
        .group_by(source.c.state)
    )
    waiting = due(connection, now).order_by(None).subquery()
    overdue, oldest = connection.execute(
        select(func.count(), func.min(waiting.c.due_at))
    ).one()
    return Metrics(
        editions=_counts(connection, editions),
        copies=_counts(connection, copies),
        doubtful=connection.scalar(doubtful) or 0,
        batches=_counts(connection, batches),
        sources=_counts(connection, sources),
        overdue=overdue,
        oldest_due=now - oldest if oldest else timedelta(),
        looked_at=looked_at(connection),
        troubles=tuple(carriers.in_trouble(connection).values()),
    )


def _counts(connection: Connection, by_state: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(by_state)}
