"""What's on: the events to come as an edition lists them beside what it brings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.campaigns.campaign import Campaign
from digest.model.editions.coming_events import ComingEvent, ComingMark, EventsAlone
from digest.model.editions.due_stretch import due_to
from digest.model.editions.edition import VariantKey
from digest.model.editions.steering import Steering
from digest.model.formats import HTML
from digest.model.posts.event_changes import is_worth_telling
from digest.model.posts.items import Event, EventState
from digest.store.editions.editions import Edition
from digest.store.posts import log
from digest.store.posts.corrections import PREFIX


@dataclass(frozen=True, slots=True)
class ListableEvent:
    """An event to come, the entry that tells of it last, and the ids of all that do."""

    event: ComingEvent
    entry: log.LogEntry
    ids: frozenset[int]

    @property
    def is_known(self) -> bool:
        """Whether its readers have been told of it as it is."""
        return self.event.mark is ComingMark.TOLD

    def is_listed(self, steering: Steering) -> bool:
        """Whether staff have left it in the list, and in the edition."""
        return self.entry.id not in steering.out and self.ids.isdisjoint(
            steering.unlisted
        )


@dataclass(frozen=True, slots=True)
class ComingList:
    """Events to come, and what tells this list from another one."""

    events: tuple[ComingEvent, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListScope:
    """Whose events are listed: a campaign's that begin so long after an instant.

    None lists none.
    """

    campaign_id: int
    at: datetime
    horizon: timedelta | None

    @classmethod
    def of(cls, campaign: Campaign, edition: Edition) -> "ListScope":
        """Return what an edition lists; one of a schedule that is gone, nothing."""
        schedule = campaign.schedule_named(edition.schedule)
        horizon = schedule.whats_on if schedule else None
        return cls(edition.campaign_id, edition.slot, horizon)


def whats_on(
    connection: Connection, scope: ListScope, key: VariantKey, steering: Steering
) -> ComingList:
    """Return the events of a scope that are on, for readers of a variant.

    Those that are over or called off, and of which its readers have been told, are
    not on; nor are those that staff took out. Empty where the edition itself tells
    of all there are. To be listed again is not to be told anew: it moves no reader.
    """
    coming = [
        each
        for each in coming_entries(connection, scope, key)
        if each.is_listed(steering)
    ]
    if not any(each.is_known for each in coming):
        return ComingList()
    return ComingList(
        tuple(each.event for each in coming),
        tuple(f"{each.event.mark} {each.entry.fingerprint}" for each in coming),
    )


def coming_entries(
    connection: Connection, scope: ListScope, key: VariantKey
) -> list[ListableEvent]:
    """Return the events of a scope that may be listed for a variant, by their start."""
    if scope.horizon is None:
        return []
    until = scope.at + scope.horizon
    coming = [
        ListableEvent(
            ComingEvent(_plain(entry.item), _mark(earlier, entry, key), entry.id),
            entry,
            frozenset(version.id for version in (*earlier, entry)),
        )
        for *earlier, entry in log.events(connection, scope.campaign_id, key.due.upto)
        if isinstance(entry.item, Event)
        and key.wants(entry.topics)
        and is_worth_telling(entry.item, scope.at)
        and _begins(entry.item) <= until
    ]
    is_off = EventState.CANCELLED
    coming = [
        each
        for each in coming
        if not (each.is_known and each.event.event.state is is_off)
    ]
    return sorted(
        coming, key=lambda each: (_begins(each.event.event), each.entry.position)
    )


def events_alone(
    connection: Connection,
    campaign: Campaign,
    scope: ListScope,
    upto: int,
    steering: Steering,
) -> EventsAlone:
    """Return the topics of each event that is on, where events may go alone.

    Of an edition up to that position. None unless the campaign says so.
    """
    if not campaign.events_alone:
        return ()
    # To whom nothing is new, every event is known.
    nothing_new = VariantKey(due_to(upto, upto), (), HTML, campaign.language)
    return tuple(
        each.entry.topics
        for each in coming_entries(connection, scope, nothing_new)
        if each.is_listed(steering)
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
