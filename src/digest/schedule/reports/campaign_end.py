"""How a campaign ends: when each schedule has its last edition, and what is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.campaign_slots import is_over, last_slot
from digest.model.staff_words import counted, moment_in_words
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.reports.people.leftovers import Leftovers, leftovers_of


@dataclass(frozen=True, slots=True)
class CampaignEnd:
    """When each schedule closes, by its name, where it does.

    `leftovers` are of a campaign that has ended.
    """

    closes: dict[str, datetime]
    leftovers: Leftovers | None

    def lines(self, campaign: Campaign, now: datetime) -> Iterator[str]:
        """Yield it in words, one thing a line."""
        for name, at in self.closes.items():
            verb = "had" if at <= now else "has"
            words = moment_in_words(at, campaign.timezone)
            yield f"schedule {name} {verb} its last edition on {words}"
        for paragraph in campaign.last_edition.goodbye:
            yield f"goodbye: {paragraph}"
        if self.leftovers is not None:
            posts = counted(self.leftovers.posts, "post has", "posts have")
            waiting = counted(self.leftovers.waiting, "post waits", "posts wait")
            copies = counted(self.leftovers.copies, "copy has", "copies have")
            yield (
                f"ended: {posts} come since, {waiting} to be released, "
                f"{copies} not left"
            )


def end_of(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> CampaignEnd:
    """Return how the campaign ends, or has ended."""
    campaign = stored.campaign
    closes = {
        row.schedule.name: at
        for row in campaigns.schedules_of(connection, stored)
        if (at := last_slot(campaign, row.schedule, row.extra_slot))
    }
    has_ended = is_over(campaign, now)
    return CampaignEnd(
        closes, leftovers_of(connection, stored.id) if has_ended else None
    )
