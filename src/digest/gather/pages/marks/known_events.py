"""Which event of a page is which, from one reading to the next.

A page gives its events no ids. What they have is an address or a title, which
the dates of one event share, and a start, which may be moved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.gather import limits


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event with its key: `stem` is its address, or else its title."""

    key: str
    stem: str
    starts: datetime


def recognised_events(
    found: Sequence[tuple[str, datetime]], known: Iterable[KnownEvent], now: datetime
) -> tuple[KnownEvent, ...]:
    """Return the events, given as stems and starts, with their keys.

    The same stem and start are the same event. One whose start is new is an
    event that was moved, if one of its stem left the page before it began; or
    else it is a new one, as the next date of an event that repeats.
    """
    left = {(one.stem, one.starts): one.key for one in known}
    keys = {event: left.pop(event) for event in found if event in left}
    gone = sorted(event for event in left if event[1] > now)
    taken = {*keys.values(), *left.values()}
    for event in sorted(found):
        if event in keys:
            continue
        moved = next((other for other in gone if other[0] == event[0]), None)
        if moved:
            gone.remove(moved)
            keys[event] = left.pop(moved)
        else:
            keys[event] = _new_key(event, taken)
            taken.add(keys[event])
    return tuple(KnownEvent(keys[event], *event) for event in dict.fromkeys(found))


def kept(
    seen: Sequence[KnownEvent], known: Iterable[KnownEvent], now: datetime
) -> tuple[KnownEvent, ...]:
    """Return what to note down: events seen, and those ahead that may come back."""
    keys = {one.key for one in seen}
    ahead = (one for one in known if one.starts > now and one.key not in keys)
    return (*seen, *ahead)[: limits.REMEMBERED_EVENTS]


def _new_key(event: tuple[str, datetime], taken: set[str]) -> str:
    stem, starts = event
    key = first = f"{stem} {starts.astimezone(UTC):%Y-%m-%dT%H:%M}"
    number = 2
    while key in taken:
        key, number = f"{first} {number}", number + 1
    return key
