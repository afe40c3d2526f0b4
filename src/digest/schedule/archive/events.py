"""The events of a campaign, for anybody: what is on, one of them, and a calendar.

An event is public once an edition that tells of it goes out; a token of a link names
it to whoever has the link, whether or not the campaign has an archive.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.errors import NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.editions.coming_events import ComingEvent, ComingMark
from digest.model.editions.edition import Variant
from digest.model.formats import HTML
from digest.model.posts.event_changes import (
    AnnouncedEvent,
    is_worth_telling,
    merge_dates,
)
from digest.model.posts.items import Event, EventState
from digest.render.archive.article import Article, event_article
from digest.render.email.subject import title_of
from digest.render.event_file import event_calendar
from digest.render.options import RenderOptions
from digest.render.words.whats_on import ComingDay, coming_days, more_on
from digest.schedule.editions.renditions import gallery_for
from digest.schedule.limits import EVENTS_BACK, EVENTS_OF_A_PAGE
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.editions import archive
from digest.store.posts import announced_events

_GONE = NotFound(
    "This address leads to no event that is on, or it was taken back. Ring or write to "
    "whoever told you of it."
)


@dataclass(frozen=True, slots=True)
class ComingEvents:
    """What is on from now, by day; `more` counts what is not listed."""

    days: tuple[ComingDay, ...]
    more: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """One event, of several dates perhaps, and the campaign that it is of."""

    campaign: Campaign
    article: Article


@dataclass(frozen=True, slots=True)
class PublicEvents:
    """Gives the events that have been told of, as the last public edition has them."""

    engine: Engine
    clock: Callable[[], datetime]
    templates_dir: Path | None
    host: str
    calendar_url: Callable[[Sequence[int]], str]

    def coming(self, stored: StoredCampaign) -> ComingEvents:
        """Return the events from now on, by day in the campaign's zone."""
        now = self.clock()
        with reading(self.engine) as connection:
            events = self._public(connection, stored.id)
        coming = tuple(
            ComingEvent(each.event, _mark(each.event), each.entry_id)
            for each in events
            if is_worth_telling(each.event, now)
        )
        variant = _variant(stored.campaign, now, coming)
        days = coming_days(
            variant, lambda event: title_of(event, variant), most=EVENTS_OF_A_PAGE
        )
        return ComingEvents(days, more_on(variant, EVENTS_OF_A_PAGE))

    def calendar(self, stored: StoredCampaign) -> bytes:
        """Return the events as a calendar to subscribe to, with those just over."""
        since = self.clock() - EVENTS_BACK
        with reading(self.engine) as connection:
            events = self._public(connection, stored.id)
        lasting = [each for each in events if not each.event.is_over(since)]
        return event_calendar(stored.campaign, lasting, self.host)

    def event(self, entry_ids: Sequence[int]) -> EventPage:
        """Return the event that entries of a log are about.

        Raises NotFound where it is not public, or was withdrawn.
        """
        with reading(self.engine) as connection:
            campaign_id = announced_events.campaign_of(connection, entry_ids[0])
            if campaign_id is None:
                raise _GONE
            campaign = campaigns.load(connection, campaign_id)
            events = self._public(connection, campaign_id, entry_ids)
        dates = merge_dates((each.entry_id, each.event) for each in events)
        if len(dates) != 1:
            raise _GONE
        [(ids, event)] = dates
        variant = replace(_variant(campaign, self.clock()), items=(event,))
        options = RenderOptions(
            self.clock(),
            self.templates_dir,
            gallery_for(self.engine, variant),
            "/media",
        )
        article = event_article(variant, event, options, self.calendar_url(ids))
        return EventPage(campaign, article)

    def _public(
        self,
        connection: Connection,
        campaign_id: int,
        entry_ids: Sequence[int] | None = None,
    ) -> list[AnnouncedEvent]:
        stretches = archive.stretches(connection, campaign_id, self.clock())
        return announced_events.public(connection, campaign_id, stretches, entry_ids)


def _variant(
    campaign: Campaign, now: datetime, coming: tuple[ComingEvent, ...] = ()
) -> Variant:
    return Variant(
        code="",
        campaign=campaign,
        slot=now,
        items=(),
        format=HTML,
        language=campaign.language,
        coming=coming,
    )


def _mark(event: Event) -> ComingMark:
    is_off = event.state is EventState.CANCELLED
    return ComingMark.OFF if is_off else ComingMark.TOLD
