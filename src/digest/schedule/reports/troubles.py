"""What needs a person: of the installation, its campaigns, sources and editions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.model.campaigns.source_health import SourceState
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.schedule.editions import long_sleep
from digest.schedule.limits import (
    EDITION_TROUBLES_FOR,
    EDITIONS_LISTED,
    READERS_NAMED,
    SKIPPED_ITEMS_NAMED,
    SKIPPED_NAMED_FOR,
)
from digest.schedule.reports.source_health import next_try
from digest.store.campaigns import sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.sources import SourceRow
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.editions import editions, renditions
from digest.store.editions.editions import Edition
from digest.store.posts import corrections, item_pictures
from digest.store.reports import overview
from digest.store.reports.overview import UnservedReader


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a person should look at, and what would help."""

    what: str
    help: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.what} {self.help}"


def troubles_in(
    connection: Connection, stored_campaigns: Sequence[StoredCampaign], now: datetime
) -> list[Trouble]:
    """Return everything that a person should look at, in all of these campaigns."""
    troubles = []
    if since := long_sleep.asleep_since(connection):
        troubles.append(
            Trouble(
                f"Asleep since {since:%d %B %H:%M} UTC: nothing is sent.",
                "Look at what is next, then say: digest resume",
            )
        )
    for stored in stored_campaigns:
        troubles += _of_campaign(connection, stored, now)
        for edition in last_editions(connection, stored.id):
            if now - edition.slot < EDITION_TROUBLES_FOR:
                troubles += _of_edition(connection, edition)
    return troubles


def last_editions(connection: Connection, campaign_id: int) -> list[Edition]:
    """Return the newest editions of a campaign, as many as are looked at."""
    return editions.of_campaign(connection, campaign_id)[:EDITIONS_LISTED]


def _of_campaign(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> list[Trouble]:
    name = stored.campaign.name
    troubles = [
        trouble
        for row in sources.of_campaign(connection, stored.id).values()
        for trouble in _of_source(name, row, now)
    ]
    troubles += [
        Trouble(f"{name}: {fault}.", fault.help)
        for fault in item_pictures.troubles(
            connection, item_pictures.open_items(connection, stored.id)
        )
    ]
    if waiting := overview.posts_waiting(connection, stored.id):
        troubles.append(
            Trouble(
                f"{name}: {waiting} posts wait to be released.",
                f"See: digest post list {name}, or the posts of the desk",
            )
        )
    if changed := corrections.count(connection, stored.id):
        troubles.append(
            Trouble(
                f"{name}: {changed} posts were changed at their source after they "
                "went out.",
                f"See: digest post corrections {name}, or the posts of the desk",
            )
        )
    return troubles


def _of_source(campaign: str, row: SourceRow, now: datetime) -> list[Trouble]:
    """Return what a person should know of a source, from its first failure on.

    An item of it that cannot be taken is named for a week: after that, whoever
    leaves it so means to.
    """
    health, which = row.health, f"{campaign}: the source {row.name}"
    why = f"{health.failure.rstrip('.')}."
    stays = " What it gave before stays." if row.last_read_at else ""
    at = next_try(health)
    again = (
        f"It is tried again at {at:%d %B %H:%M} UTC." if at else "It is tried again."
    )
    troubles = []
    if health.state is SourceState.FAILING:
        troubles.append(
            Trouble(
                f"{which} cannot be read since {health.failing_since:%d %B %H:%M} UTC.",
                f"{why}{stays} {again}",
            )
        )
    if health.state is SourceState.PAUSED:
        troubles.append(
            Trouble(
                f"{which} is paused: nothing new comes in from it.",
                f"{why} Mend its address in the campaign file, or have it tried "
                f"again: digest source resume {campaign} {row.name}",
            )
        )
    if row.skipped and row.skipped_at and now - row.skipped_at < SKIPPED_NAMED_FOR:
        first = ". ".join(
            str(item).rstrip(".") for item in row.skipped[:SKIPPED_ITEMS_NAMED]
        )
        troubles.append(
            Trouble(
                f"{which} has something that cannot be taken.",
                f"{first}. All of it: digest source list {campaign}",
            )
        )
    if row.moved_to:
        troubles.append(
            Trouble(
                f"{which} has moved for good to {row.moved_to} and is read there.",
                "Write that address in the campaign file.",
            )
        )
    return troubles


def _of_edition(connection: Connection, edition: Edition) -> list[Trouble]:
    name = f"{edition.campaign}, {edition.schedule}, edition {edition.id}"
    troubles = []
    if edition.state is EditionState.FROZEN:
        troubles.append(
            Trouble(
                f"{name} waits for approval.",
                f"Say: digest edition approve {edition.id}",
            )
        )
    if edition.state is EditionState.MISSED:
        troubles.append(
            Trouble(f"{name} was missed.", "Its posts go into the next one.")
        )
    troubles += [
        Trouble(f"{name} cannot be made for some:", f"{fault.rstrip('.')}.")
        for fault in renditions.faults(connection, edition.id)
    ]
    troubles += [
        Trouble(f"{name}, letters:", f"{words.rstrip('.')}.")
        for words in renditions.unprinted(connection, edition.id)
    ]
    if weight := renditions.too_heavy(connection, edition.id):
        troubles.append(
            Trouble(
                f"{name}: its pictures would have made each email "
                f"{weight / 1_000_000:.1f} MB larger, so emails link to them instead.",
                'Show fewer, or set pictures = "hosted" in the campaign file.',
            )
        )
    return troubles + _not_reached(connection, name, edition.id)


def _not_reached(connection: Connection, name: str, edition_id: int) -> list[Trouble]:
    readers = overview.not_served(connection, edition_id, READERS_NAMED)
    troubles = [_about(name, reader) for reader in readers]
    if len(readers) == READERS_NAMED:
        more = overview.count_not_served(connection, edition_id) - len(readers)
        if more:
            troubles.append(
                Trouble(
                    f"{name} did not reach {more:,} more.",
                    f"See: digest deliveries {edition_id}",
                )
            )
    return troubles


def _about(name: str, reader: UnservedReader) -> Trouble:
    if reader.state == DeliveryState.UNCERTAIN:
        key = DeliveryKey(reader.edition_id, reader.reader_id)
        return Trouble(
            f"{name} may or may not have reached {reader.name}: {reader.reason}.",
            f"Say: digest deliveries settle {key} resend (or: accepted)",
        )
    if reader.state == DeliveryState.PLANNED:
        return Trouble(
            f"{name}: the letter to {reader.name} waits:", f"{reader.reason}."
        )
    return Trouble(f"{name} did not reach {reader.name}:", f"{reader.reason}.")
