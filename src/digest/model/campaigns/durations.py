"""Lengths of time as people write them: "6h" in a file, "6 hours" on a page."""

import re
from datetime import timedelta

from digest.model.limits import DURATION_DIGITS
from digest.model.staff_words import counted

_SHORT_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SHORT = re.compile(rf"(\d{{1,{DURATION_DIGITS}}})\s*([mhd])")
_UNITS = (
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
    ("second", timedelta(seconds=1)),
)


def parse(text: str) -> timedelta:
    """Return the length of time that `text` writes. Raises ValueError in words."""
    match = _SHORT.fullmatch(text.strip())
    if not match:
        raise ValueError("must be a length of time: 30m, 6h or 2d")
    return timedelta(**{_SHORT_UNITS[match[2]]: int(match[1])})


def short(length: timedelta) -> str:
    """Return a length of whole minutes as a campaign file writes it: 30m, 6h, 2d."""
    for letter, unit in reversed(_SHORT_UNITS.items()):
        if not length % timedelta(**{unit: 1}):
            return f"{length // timedelta(**{unit: 1})}{letter}"
    raise ValueError("is no whole number of minutes")


def in_words(length: timedelta) -> str:
    """Return a length of time in the largest unit that says it whole: "36 hours"."""
    for name, unit in _UNITS:
        if length >= unit and not length % unit:
            return counted(length // unit, name, f"{name}s")
    return f"{length.total_seconds():g} seconds"


def counted_down(length: timedelta) -> str:
    """Return how long there is still, to the minute: "1 day 2 hours", "5 minutes"."""
    minutes = -(-length // timedelta(minutes=1))
    parts = []
    for name, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        count, minutes = divmod(minutes, size)
        if count:
            parts.append(counted(count, name, f"{name}s"))
    return " ".join(parts[:2]) or "less than a minute"
