"""What an event is called, by people and by its keys."""

import hashlib
import re
from datetime import date, datetime

from digest.gather import limits
from digest.gather.calendars.ics.components import Component
from digest.gather.calendars.ics.zones import Time, seen_from

_GOOGLE_LATER_PART = re.compile(r"_R\d{8}(T\d{6})?(?=@google\.com$)")


def stem_of(piece: Component) -> str:
    """Return what the keys of an event's dates begin with: its UID.

    Google gives the later part of a series that was cut in two a UID that
    names the earlier's. An event without one is known by its title and start.
    """
    uid = piece.value("UID").strip()
    said = _GOOGLE_LATER_PART.sub("", uid) or (
        f"{name_of(piece)} {piece.value('DTSTART')}"
    )
    if len(said) <= limits.UID_LENGTH:
        return said
    return f"{said[:100]} {hashlib.sha256(said.encode()).hexdigest()}"


def is_later_part(piece: Component) -> bool:
    """Whether Google cut it off from an earlier series."""
    return bool(_GOOGLE_LATER_PART.search(piece.value("UID").strip()))


def name_of(piece: Component) -> str:
    """Return what to call the event, whatever its state."""
    said = piece.value("SUMMARY") or piece.value("UID") or "an event without a title"
    return " ".join(said.replace("\\n", " ").replace("\\", "").split())[
        : limits.NAME_LENGTH
    ]


def key_of(stem: str, which: Time, first: Time | None) -> str:
    """Return the key of one date of a series.

    It names the day, as the series' `first` counts days, and not the time: so it
    stays when the series is moved to another time of day.
    """
    if isinstance(which, datetime) and isinstance(first, datetime):
        which = seen_from(which, first)
    return f"{stem} {date(which.year, which.month, which.day)}"
