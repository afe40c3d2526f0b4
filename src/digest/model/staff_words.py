"""Counts and instants as staff read them, on pages and on the command line.

What subscribers read is in the catalogue (render.words).
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def counted(number: int, singular: str, plural: str) -> str:
    """Return the number with the right word: "1 post", "1,200 posts"."""
    return f"{number:,} {singular if number == 1 else plural}"


def moment_in_words(instant: datetime, zone: str) -> str:
    """Return an instant as people say it in that zone, which is named.

    "Monday 6 July 2026, 16:00 BST"; a zone without a name of its own is told by
    its distance from UTC.
    """
    local = instant.astimezone(ZoneInfo(zone))
    name = local.tzname() or ""
    named = f"UTC{name}" if name.startswith(("+", "-")) else name
    return f"{day_in_words(local)}, {local:%H:%M} {named}"


def day_in_words(day: date) -> str:
    """Return a day as people say it: "Monday 6 July 2026"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def day_as_told(written: str) -> str:
    """Return a day that somebody wrote as 2026-07-06 as people say it; others as is."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return written
    return f"{day.day} {day:%B %Y}"
