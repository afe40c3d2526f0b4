"""Leave a campaign, and come back by the same link; both may be repeated."""

from datetime import datetime

from sqlalchemy import Connection

from digest.store.campaigns import campaigns
from digest.store.delivery import deliveries
from digest.store.people import readers, subscriptions

LEFT = "left by the link in an edition"


def leave(
    connection: Connection, reader_id: int, now: datetime, reason: str = LEFT
) -> bool:
    """End a reader's subscriptions to every list of the campaign, at once.

    Nothing is deleted: subscriptions end with a reason, also to those of its
    lists they were never on, so that no import brings them back. Copies not
    yet handed over are cancelled in the same transaction. False where they
    had left before, or are not known.
    """
    reader = readers.get(connection, reader_id)
    if reader is None:
        return False
    names = campaigns.load(connection, reader.campaign_id).lists
    lists = readers.list_ids(connection, names)
    who = reader.subscriber_id
    ended = subscriptions.end(connection, who, lists, reason, now)
    subscriptions.bar(connection, who, lists, now)
    deliveries.cancel_subscribers(connection, [who], now, reason)
    return ended > 0


def rejoin(connection: Connection, reader_id: int) -> bool:
    """Undo the last leaving; the reader goes on from their place in the log.

    False where there was nothing to undo, or nobody is left to come back.
    """
    reader = readers.get(connection, reader_id)
    if reader is None or reader.is_erased:
        return False
    names = campaigns.load(connection, reader.campaign_id).lists
    lists = readers.list_ids(connection, names)
    return subscriptions.reopen(connection, reader.subscriber_id, lists) > 0
