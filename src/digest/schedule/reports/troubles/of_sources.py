"""What needs a person because of a source: it cannot be read, or not all of it."""

from datetime import datetime

from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.source_health import SourceState
from digest.model.staff_words import moment_in_words
from digest.schedule.limits import SKIPPED_ITEMS_NAMED, SKIPPED_NAMED_FOR
from digest.schedule.reports.source_health import next_try
from digest.schedule.reports.troubles.trouble import (
    Trouble,
    TroubleCure,
    TroublePlace,
)
from digest.store.campaigns.sources import SourceRow


def of_source(campaign: Campaign, row: SourceRow, now: datetime) -> list[Trouble]:
    """Return what a person should know of a source.

    An item of it that cannot be taken is named for a week: after that, whoever
    leaves it so means to.
    """
    which, trouble = f"{campaign.title}: the source {row.name}", unread(campaign, row)
    troubles = [trouble] if trouble else []
    if row.skipped and row.skipped_at and now - row.skipped_at < SKIPPED_NAMED_FOR:
        first = ". ".join(
            str(item).rstrip(".") for item in row.skipped[:SKIPPED_ITEMS_NAMED]
        )
        troubles.append(
            Trouble(
                f"{which} has something to mend.",
                f"{first}. All of it: digest source list {campaign.name}",
                cure=_at_sources(campaign, f"{first}."),
            )
        )
    if row.moved_to:
        troubles.append(
            Trouble(
                f"{which} has moved for good to {row.moved_to} and is read there.",
                "Write that address in the campaign file.",
                cure=TroubleCure(
                    TroublePlace.CAMPAIGN_FILE, "Write its new address", campaign.name
                ),
            )
        )
    return troubles


def unread(campaign: Campaign, row: SourceRow) -> Trouble | None:
    """Return that a source cannot be read, from its first failure on, or None."""
    health, which = row.health, f"{campaign.title}: the source {row.name}"
    zone = campaign.timezone
    why = f"{health.failure.rstrip('.')}."
    stays = " What it gave before stays." if row.last_read_at else ""
    again = "It is tried again."
    if at := next_try(health):
        again = f"It is tried again on {moment_in_words(at, zone)}."
    since = ""
    if health.failing_since:
        since = f" since {moment_in_words(health.failing_since, zone)}"
    if health.state is SourceState.FAILING:
        return Trouble(
            f"{which} cannot be read{since}.",
            f"{why}{stays} {again}",
            cure=_at_sources(campaign, f"{why}{stays} {again}"),
        )
    if health.state is SourceState.PAUSED:
        return Trouble(
            f"{which} is paused: nothing new comes in from it.",
            f"{why} Mend its address in the campaign file, or have it tried "
            f"again: digest source resume {campaign.name} {row.name}",
            cure=_at_sources(campaign, f"{why} Mend its address, or try it again."),
        )
    return None


def not_looked_at(campaign: Campaign, row: SourceRow, since: datetime) -> Trouble:
    """Return that a source has been due since then, and nobody has read it."""
    at = moment_in_words(since, campaign.timezone)
    return Trouble(
        f"{campaign.title}: the source {row.name} has been due to be read, and has not "
        f"been since {at}.",
        f"The timetable reads it. Try it by hand: digest gather {campaign.name}",
    )


def _at_sources(campaign: Campaign, about: str) -> TroubleCure:
    return TroubleCure(
        TroublePlace.CAMPAIGN, "See its sources", campaign.name, about=about
    )
