"""Counts and instants as staff read them, on pages and on the command line.

What subscribers read is in the catalogue (render.words).
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

_DAY_IN_FIGURES = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)


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


def soon_in_words(instant: datetime, now: datetime, zone: str) -> str:
    """Return an instant to come as one says it at `now`: "today at 16:00 BST".

    "tomorrow at 16:00 BST"; one that is later by its day.
    """
    here = ZoneInfo(zone)
    days = (instant.astimezone(here).date() - now.astimezone(here).date()).days
    moment = moment_in_words(instant, zone)
    if days not in (0, 1):
        return moment
    return f"{('today', 'tomorrow')[days]} at {moment.rpartition(', ')[2]}"


def day_in_words(day: date) -> str:
    """Return a day as people say it: "Monday 6 July 2026"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def day_as_told(written: str) -> str:
    """Return a day that somebody wrote in figures as people say it; others as is.

    2026-07-06, and 27/04/2026 or 04/27/2026, of which one alone can be the month; not
    03/04/2026, which is another day in another country.
    """
    days = {day for day in _days(written.strip()) if day}
    if len(days) != 1:
        return written
    [day] = days
    return f"{day.day} {day:%B %Y}"


def _days(written: str) -> Iterator[date | None]:
    """Yield the days that figures may mean, and None for what is no day."""
    match = _DAY_IN_FIGURES.fullmatch(written)
    if not match:
        yield _iso_day(written)
        return
    first, _, second, year = match.groups()
    for month, day in ((second, first), (first, second)):
        yield _iso_day(f"{year}-{month:0>2}-{day:0>2}")


def _iso_day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
