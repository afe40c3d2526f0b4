"""What a stretch of the log has to say to readers at an instant."""

from datetime import datetime

from sqlalchemy import Connection

from digest.model.posts.event_changes import is_worth_telling
from digest.store.posts import log


def news(
    connection: Connection, campaign_id: int, stretch: tuple[int, int], at: datetime
) -> list[log.LogEntry]:
    """Return the log in (since, upto] as an edition of that instant carries it.

    Withdrawn items are left out, and events that are over or that never were.
    """
    since, upto = stretch
    return [
        entry
        for entry in log.released(connection, campaign_id, since, upto)
        if is_worth_telling(entry.item, at)
    ]
