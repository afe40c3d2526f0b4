"""How sources stand, in words for a person and in values for a program."""

from datetime import datetime, timedelta
from typing import Any

from digest.model.campaigns.source_health import SourceHealth, SourceState
from digest.schedule.reports.trouble import Trouble
from digest.store.campaigns.sources import SourceRow

_TOLD_FOR = timedelta(days=7)
_NAMED = 3


def shown(campaign: str, row: SourceRow) -> dict[str, Any]:
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
        "skipped": [{"name": one.name, "why": one.why} for one in row.skipped],
        "skipped_at": row.skipped_at,
    }


def troubles_of(campaign: str, row: SourceRow, now: datetime) -> list[Trouble]:
    """Return what a person should know of a source, from its first failure on.

    What it holds that cannot be taken is told for a week, in which whoever
    leaves it so has been told.
    """
    health, which = row.health, f"{campaign}: the source {row.name}"
    why = f"{health.failure.rstrip('.')}."
    stays = " What it gave before stays." if row.last_read_at else ""
    found = []
    if health.state is SourceState.FAILING:
        found.append(
            Trouble(
                f"{which} cannot be read since {health.failing_since:%d %B %H:%M} UTC.",
                f"{why}{stays} {_again(health)}",
            )
        )
    if health.state is SourceState.PAUSED:
        found.append(
            Trouble(
                f"{which} is paused: nothing new comes in from it.",
                f"{why} Mend its address in the campaign file, or have it tried "
                f"again: digest source resume {campaign} {row.name}",
            )
        )
    if row.skipped and row.skipped_at and now - row.skipped_at < _TOLD_FOR:
        first = ". ".join(str(one).rstrip(".") for one in row.skipped[:_NAMED])
        found.append(
            Trouble(
                f"{which} has something that cannot be taken.",
                f"{first}. All of it: digest source list {campaign}",
            )
        )
    if row.moved_to:
        found.append(
            Trouble(
                f"{which} has moved for good to {row.moved_to} and is read there.",
                "Write that address in the campaign file.",
            )
        )
    return found


def in_a_line(row: SourceRow) -> str:
    """Return how a source stands, as a few words for a list."""
    health = row.health
    if row.last_read_at is None:
        read, well = "never read", "not read yet"
    else:
        read = f"last read {row.last_read_at:%d %b %H:%M}"
        well = f"reads well, {read}"
    if health.state is SourceState.ACTIVE:
        return well
    return f"{health.state.upper()}, {read}: {health.failure}"


def next_try(health: SourceHealth) -> Any:
    """Return when a failing source is tried again, None for any other."""
    given = [at for at in (health.next_try_at, health.wait_until) if at]
    return max(given, default=None)


def _again(health: SourceHealth) -> str:
    at = next_try(health)
    return f"It is tried again at {at:%d %B %H:%M} UTC." if at else "It is tried again."
