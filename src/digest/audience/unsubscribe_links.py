"""Leaving a campaign by the link in an edition, without signing in to anything."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from digest.audience.signed_links import SignedLinks
from digest.audience.unsubscribing import leave, rejoin
from digest.errors import NotFound
from digest.model.campaigns.campaign import Campaign
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.people import readers


@dataclass(frozen=True, slots=True)
class UnsubscribeLinks:
    """What the links do; each raises NotFound for one that we did not make."""

    engine: Engine
    links: SignedLinks
    clock: Callable[[], datetime]

    def campaign(self, token: str) -> Campaign:
        """Return the campaign that a link leaves; changes nothing."""
        with reading(self.engine) as connection:
            return _campaign(connection, self._reader_of(token))

    def leave(self, token: str) -> Campaign:
        """Leave by a link, at once; leaving twice is leaving once."""
        reader_id = self._reader_of(token)
        with writing(self.engine) as connection:
            campaign = _campaign(connection, reader_id)
            leave(connection, reader_id, self.clock())
        return campaign

    def rejoin(self, token: str) -> Campaign:
        """Undo the leaving by the same link."""
        reader_id = self._reader_of(token)
        with writing(self.engine) as connection:
            campaign = _campaign(connection, reader_id)
            rejoin(connection, reader_id)
        return campaign

    def _reader_of(self, token: str) -> int:
        reader_id = self.links.read_leave(token)
        if reader_id is None:
            raise NotFound(
                "This link is not whole. Open it from the email again, "
                "or write to or phone whoever sends you the email."
            )
        return reader_id


def _campaign(connection: Connection, reader_id: int) -> Campaign:
    reader = readers.get(connection, reader_id)
    if reader is None:
        raise NotFound("This link is for somebody we no longer know.")
    return campaigns.load(connection, reader.campaign_id)
