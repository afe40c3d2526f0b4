"""What the pages of an archive say, in the campaign's language."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from digest.model.campaigns.campaign import Campaign
from digest.render.words.catalogue import words_for
from digest.render.words.dates import day_in_words, month_and_year
from digest.schedule.archive.editions import ArchivedEdition


class ArchiveWords:
    """The words of one campaign's archive."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._words = words_for(campaign.language)

    def months(
        self, editions: Sequence[ArchivedEdition]
    ) -> list[tuple[str, list[ArchivedEdition]]]:
        """Return the editions by the month of their slot, each month in words."""

        def month(each: ArchivedEdition) -> str:
            slot, zone = each.edition.slot, self._campaign.timezone
            return month_and_year(slot, zone, self._words)

        return [(name, [*of_month]) for name, of_month in groupby(editions, month)]

    def ended(self, now: datetime) -> str:
        """Return that the campaign is over, and since when; "" of one that is not."""
        _, over = self._campaign.span
        if over is None or now < over or self._campaign.ends is None:
            return ""
        last = self._campaign.midnight(self._campaign.ends)
        day = day_in_words(last, self._campaign.timezone, self._words)
        return self._words.gettext(
            "%(title)s ended on %(day)s.", title=self._campaign.title, day=day
        )
