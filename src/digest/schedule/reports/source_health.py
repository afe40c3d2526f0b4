"""How sources stand, in words for a person and in values for a program."""

from datetime import datetime
from typing import Any

from digest.model.campaigns.source_health import SourceHealth, SourceState
from digest.model.staff_words import moment_in_words
from digest.store.campaigns.sources import SourceRow


def source_facts(campaign: str, row: SourceRow) -> dict[str, Any]:
    """Return how a source stands, for a program to read."""
    health = row.health
    return {
        "campaign": campaign,
        "source": row.name,
        "kind": row.kind,
        "location": row.location,
        "moved_to": row.moved_to,
        "state": health.state.value,
        "failing_since": health.failing_since,
        "failures": health.failures,
        "failure": health.failure,
        "next_try_at": next_try(health),
        "last_read_at": row.last_read_at,
        "last_failed_at": row.last_failed_at,
        "skipped": [{"name": item.name, "why": item.why} for item in row.skipped],
        "skipped_at": row.skipped_at,
    }


def in_a_line(row: SourceRow, zone: str) -> str:
    """Return how a source stands, as a few words for a list; times in that zone."""
    health = row.health
    if row.last_read_at is None:
        read, well = "never read", "not read yet"
    else:
        read = f"last read {moment_in_words(row.last_read_at, zone)}"
        well = f"reads well, {read}"
    if health.state is SourceState.ACTIVE:
        return well
    return f"{health.state.upper()}, {read}: {health.failure}"


def next_try(health: SourceHealth) -> datetime | None:
    """Return when a failing source is tried again, None for any other."""
    instants = (at for at in (health.next_try_at, health.wait_until) if at)
    return max(instants, default=None)
