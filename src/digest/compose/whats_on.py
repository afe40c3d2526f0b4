"""What's on: the events to come as an edition lists them beside what it brings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.editions.coming_events import ComingEvent, ComingMark
from digest.model.editions.edition import VariantKey
from digest.model.posts.event_changes import is_worth_telling
from digest.model.posts.items import Event, EventState
from digest.store.posts import log
from digest.store.posts.corrections import PREFIX


@dataclass(frozen=True, slots=True)
class ComingList:
    """Events to come, and what tells this list from another one."""

    events: tuple[ComingEvent, ...] = ()
    marks: tuple[str, ...] = ()


def whats_on(
    connection: Connection,
    campaign_id: int,
    key: VariantKey,
    within: tuple[datetime, timedelta | None],
    out: Collection[int],
) -> ComingList:
    """Return the events that begin so long after an instant, for readers of a variant.

    Those that are over or called off, and of which its readers have been told, are
    not on; nor are those that staff took `out`. Empty where the edition itself tells
    of all there are, and without a length of time. To be listed again is not to be
    told anew: it moves no reader.
    """
    at, horizon = within
    if horizon is None:
        return ComingList()
    coming = [
        (entry, ComingEvent(_plain(entry.item), _mark(earlier, entry, key)))
        for *earlier, entry in log.events(connection, campaign_id, key.due.upto)
        if isinstance(entry.item, Event)
        and entry.id not in out
        and key.wants(entry.topics)
        and is_worth_telling(entry.item, at)
        and _begins(entry.item) <= at + horizon
    ]
    coming = [
        (entry, event)
        for entry, event in coming
        if event.mark is not ComingMark.TOLD
        or event.event.state is not EventState.CANCELLED
    ]
    if all(event.mark is not ComingMark.TOLD for _, event in coming):
        return ComingList()
    coming.sort(key=lambda pair: (_begins(pair[1].event), pair[0].position))
    return ComingList(
        tuple(event for _, event in coming),
        tuple(f"{event.mark} {entry.fingerprint}" for entry, event in coming),
    )


def _begins(event: Event) -> datetime:
    """Return when it begins, or was to begin where it is called off."""
    is_off = event.state is EventState.CANCELLED
    span = event.announced if is_off and event.announced else event.span
    return span.starts


def _plain(event: Event) -> Event:
    return replace(event, title=event.title.removeprefix(PREFIX))


def _mark(
    earlier: Sequence[log.LogEntry], entry: log.LogEntry, key: VariantKey
) -> ComingMark:
    """Return what an event is to readers, who may have had it as it was before."""
    if not key.due.takes(entry.position):
        return ComingMark.TOLD
    if isinstance(entry.item, Event) and entry.item.state is EventState.CANCELLED:
        return ComingMark.OFF
    had_before = any(not key.due.takes(version.position) for version in earlier)
    return ComingMark.CHANGED if had_before else ComingMark.NEW
