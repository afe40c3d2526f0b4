"""Unsubscribe from a campaign by the link in an edition, and come back by the same.

Either may be repeated. What a link's token says is checked in `signed_links`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from digest.audience.signed_links import SignedLinks
from digest.errors import NotFound
from digest.model.campaigns.campaign import Campaign
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.delivery import deliveries
from digest.store.people import readers, subscriptions

BY_LINK = "left by the link in an edition"


@dataclass(frozen=True, slots=True)
class UnsubscribeLinks:
    """What the links do; each raises NotFound for one that we did not make."""

    engine: Engine
    links: SignedLinks
    clock: Callable[[], datetime]

    def campaign(self, token: str) -> Campaign:
        """Return the campaign that a link unsubscribes from; changes nothing."""
        with reading(self.engine) as connection:
            return _campaign(connection, self._reader_of(token))

    def unsubscribe(self, token: str) -> Campaign:
        """Unsubscribe by a link, at once; twice is the same as once."""
        reader_id = self._reader_of(token)
        with writing(self.engine) as connection:
            campaign = _campaign(connection, reader_id)
            unsubscribe(connection, reader_id, self.clock())
        return campaign

    def resubscribe(self, token: str) -> Campaign:
        """Undo the unsubscribing by the same link."""
        reader_id = self._reader_of(token)
        with writing(self.engine) as connection:
            campaign = _campaign(connection, reader_id)
            resubscribe(connection, reader_id, self.clock())
        return campaign

    def _reader_of(self, token: str) -> int:
        reader_id = self.links.read_unsubscribe_token(token)
        if reader_id is None:
            raise NotFound(
                "This link is not whole. Open it from the email again, "
                "or write to or phone whoever sends you the email."
            )
        return reader_id


def unsubscribe(
    connection: Connection, reader_id: int, now: datetime, reason: str = BY_LINK
) -> bool:
    """End a reader's subscriptions to every list of the campaign, at once.

    Nothing is deleted: subscriptions end with a reason, also to those of its
    lists they were never on, so that no import brings them back. Copies not
    yet handed over are cancelled in the same transaction. False where they
    had unsubscribed before, or there is no such reader.
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


def resubscribe(connection: Connection, reader_id: int, now: datetime) -> bool:
    """Undo the last unsubscribing; the reader goes on from their place in the log.

    False where there was nothing to undo, or nobody is left to come back.
    """
    reader = readers.get(connection, reader_id)
    if reader is None or reader.is_erased:
        return False
    names = campaigns.load(connection, reader.campaign_id).lists
    lists = readers.list_ids(connection, names)
    return subscriptions.reopen(connection, reader.subscriber_id, lists, now) > 0


def _campaign(connection: Connection, reader_id: int) -> Campaign:
    reader = readers.get(connection, reader_id)
    if reader is None:
        raise NotFound("This link is for somebody we no longer know.")
    return campaigns.load(connection, reader.campaign_id)
