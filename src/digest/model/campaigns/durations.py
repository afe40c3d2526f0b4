"""Lengths of time in words."""

from datetime import timedelta

_UNITS = (
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
    ("second", timedelta(seconds=1)),
)


def in_words(length: timedelta) -> str:
    """Return a length of time in the largest unit that says it whole: "36 hours"."""
    for name, unit in _UNITS:
        if length >= unit and not length % unit:
            count = length // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{length.total_seconds():g} seconds"
