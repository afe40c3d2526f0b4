"""What becomes of events between their source and a reader: over, off, the same."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from digest.model.posts.items import Event, EventState, Item

_NO_TIME = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AnnouncedEvent:
    """An event as readers know it by now, and what is its own through all changes.

    `origin` names it for good: its campaign, its source, and the source's own id.
    `revision` grows with each change that readers learned of, `changed_at` is when
    the last of them was made. What was withdrawn is cancelled. `entry_id` is the first
    entry of the log that tells of it.
    """

    event: Event
    origin: tuple[str, ...]
    revision: int
    changed_at: datetime
    entry_id: int = 0


def is_worth_telling(item: Item, at: datetime) -> bool:
    """Whether an edition of that instant should carry the item.

    Not an event that is over, nor one that is cancelled and of which readers
    were never told.
    """
    if not isinstance(item, Event):
        return True
    never_told = item.state is EventState.CANCELLED and item.announced is None
    return not never_told and not item.is_over(at)


def corrected(before: Event, now: Event) -> Event:
    """Return `now` as readers need it who were told of `before`.

    Where the time is another one, or the event is off or on again, it says what
    they were told last; words of a cancelled event that they have had are not
    said again.
    """
    states = {before.state, now.state}
    is_off = now.state is EventState.CANCELLED
    if is_off and now.body == before.body:
        now = replace(now, body=(), summary="")
    has_changed = EventState.CANCELLED in states or before.span != now.span
    return replace(now, announced=before.span) if has_changed else now


def vanished(before: Iterable[Event], now: Iterable[Item]) -> tuple[Event, ...]:
    """Return, as cancelled, the events from before that are not among the items now."""
    keys = {item.key for item in now}
    return tuple(
        replace(event, state=EventState.CANCELLED)
        for event in before
        if event.key not in keys
    )


def merge_dates(
    events: Iterable[tuple[int, Event]],
) -> tuple[tuple[tuple[int, ...], Event], ...]:
    """Return the events by their start, with those that differ in time alone as one.

    Each is behind its id, or the ids of all that it is made of.
    """
    by_words: dict[Event, tuple[tuple[int, ...], Event]] = {}
    for event_id, event in sorted(events, key=lambda e: (e[1].starts, e[1].key)):
        without_time = replace(event, key="", starts=_NO_TIME, ends=None)
        is_alone = bool(event.also) or event.announced is not None
        if is_alone or without_time not in by_words:
            by_words[event if is_alone else without_time] = ((event_id,), event)
        else:
            ids, first = by_words[without_time]
            also = (*first.also, event.span)
            by_words[without_time] = ((*ids, event_id), replace(first, also=also))
    return tuple(sorted(by_words.values(), key=lambda entry: entry[1].starts))
