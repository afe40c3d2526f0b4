"""What is wrong with what is done each night by itself."""

from datetime import datetime

from sqlalchemy import Connection

from digest.model.staff_words import moment_in_words
from digest.schedule.reports.troubles.trouble import Trouble
from digest.store.upkeep import night_tasks


def of_nights(
    connection: Connection, zone: str, before: datetime | None = None
) -> dict[str, Trouble]:
    """Return by name which night tasks fail: all, or those since `before` then."""
    return {
        each.name: Trouble(
            f"What is done each night fails since {moment_in_words(since, zone)}, "
            f"{each.name}: {each.failure.rstrip('.')}.",
            "It is tried again by itself, each time later.",
        )
        for each in night_tasks.listed(connection)
        if (since := each.failing_since) and (before is None or since < before)
    }
