"""What a reader gets and how, as their own page shows it to them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from digest.store.base.tables import reader, schedule


@dataclass(frozen=True, slots=True)
class ReaderChoices:
    """How one reader has a campaign: on which schedule, in which format."""

    schedule: str
    format: str
    language: str
    topics: tuple[str, ...]
    paused_until: datetime | None


def of_reader(connection: Connection, reader_id: int) -> ReaderChoices:
    """Return what a reader has chosen, or was given by what is held of them."""
    row = connection.execute(
        select(
            schedule.c.name,
            reader.c.format,
            reader.c.language,
            reader.c.topics,
            reader.c.paused_until,
        )
        .join(schedule, schedule.c.id == reader.c.schedule_id)
        .where(reader.c.id == reader_id)
    ).one()
    return ReaderChoices(
        row.name, row.format, row.language, tuple(row.topics), row.paused_until
    )
