"""What a reading says of items that are known already."""

from sqlalchemy import Connection

from digest.gather.items.reading import Reading
from digest.model.posts.event_changes import vanished
from digest.model.posts.items import Event
from digest.store.posts import acceptance


def updates(
    connection: Connection, source_id: int, found: Reading
) -> tuple[Event, ...]:
    """Return what puts right known events; those that were dropped as cancelled."""
    if found.covers is None:
        return found.updates
    since, until = found.covers
    known = [
        event
        for event in acceptance.expected(connection, source_id, since)
        if event.starts < until and not found.is_silent_on(event.key)
    ]
    return (*found.updates, *vanished(known, (*found.items, *found.updates)))
