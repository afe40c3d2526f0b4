"""Pause a campaign, or all that somebody reads, and go on: with what came or without.

A reader who has paused gets nothing, by any channel, and keeps their place in the log.
The clock ends a pause by itself; see `store.people.pauses`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.audience.limits import LONGEST_PAUSE
from digest.audience.subject_access import find
from digest.errors import DigestError, NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.people.person import Person
from digest.model.written_days import why_no_pause, written_day
from digest.store.campaigns import campaigns
from digest.store.delivery import cancelling
from digest.store.people import departures, pauses, readers
from digest.store.people.pauses import ReaderPause
from digest.store.people.readers import Reader
from digest.store.people.subscribers import Subscriber


@dataclass(frozen=True, slots=True)
class PausedCampaign:
    """A campaign that somebody has paused, and how many of their copies that stopped.

    `has_changed` is False where it was so already. Of one that `ends_before` they
    get nothing more, unless they go on sooner.
    """

    campaign: Campaign
    back_on: date
    copies: int
    has_changed: bool
    ends_before: bool


@dataclass(frozen=True, slots=True)
class EndedPause:
    """A campaign in which somebody goes on, and whether with what came meanwhile."""

    campaign: Campaign
    catch_up: bool


def pause(  # noqa: PLR0913 - what somebody asks for, each by name
    connection: Connection,
    who: str,
    until: str,
    now: datetime,
    *,
    campaign: str | None = None,
    catch_up: bool = True,
    zone: str = "UTC",
) -> list[PausedCampaign]:
    """Have WHO get nothing before the day `until`, in each campaign's zone.

    Of one campaign, or of all that they read now or come to read before then. Copies
    that have not left are stopped; they are owed where WHO is to `catch_up`, which
    brings them with all that came meanwhile. `zone` is of who reads nothing yet.
    Raises NotFound, and DigestError for a day that is past or too far ahead.
    """
    person = find(connection, who)
    reading = _reading(connection, person, campaign)
    zones = [ZoneInfo(each.timezone) for _, each in reading] or [ZoneInfo(zone)]
    day = _day(until, now.astimezone(zones[0]).date())
    if campaign is None:
        pauses.pause_all(connection, person.id, day, catch_up=catch_up)
    paused = []
    for whom, in_file in reading:
        begins = ReaderPause(in_file.midnight(day), catch_up)
        has_changed = pauses.pause(connection, whom, begins, now)
        copies = cancelling.cancel_in_campaign(
            connection, whom.campaign_id, person.id, now, cancelling.PAUSED
        )
        ends_before = in_file.ends is not None and in_file.ends < day
        paused.append(PausedCampaign(in_file, day, copies, has_changed, ends_before))
    return paused


def resume(
    connection: Connection,
    who: str,
    now: datetime,
    *,
    campaign: str | None = None,
    catch_up: bool | None = None,
) -> list[EndedPause]:
    """Have WHO get editions again from now on; return the campaigns they had paused.

    `catch_up` says whether with what came meanwhile; None leaves it as they said when
    they paused. Raises NotFound.
    """
    person = find(connection, who)
    if campaign is None:
        pauses.pause_all(connection, person.id, None, catch_up=True)
    ended = []
    for whom, in_file in _reading(connection, person, campaign):
        stands = pauses.of_reader(connection, whom.id)
        if stands is None:
            continue
        with_it = stands.catch_up if catch_up is None else catch_up
        pauses.end(connection, whom, now, catch_up=with_it)
        ended.append(EndedPause(in_file, with_it))
    return ended


def reader_of(
    connection: Connection, who: str, campaign: str
) -> tuple[Reader, Campaign]:
    """Return whom WHO reads a campaign as. Raises NotFound where they do not."""
    [(whom, in_file)] = _reading(connection, find(connection, who), campaign)
    return whom, in_file


def _day(until: str, today: date) -> date:
    try:
        day = written_day(until, today)
    except ValueError as problem:
        raise DigestError(str(problem)) from problem
    if why := why_no_pause(day, today, LONGEST_PAUSE):
        raise DigestError(why)
    return day


def _reading(
    connection: Connection, person: Subscriber, campaign: str | None
) -> Sequence[tuple[Reader, Campaign]]:
    """Return whom they read as, and what: of the campaign that is named, or of all."""
    wanted = campaigns.by_name(connection, campaign).id if campaign else None
    reading = [
        (whom, campaigns.load(connection, whom.campaign_id))
        for whom in readers.of_subscriber(connection, person.id)
        if wanted in (None, whom.campaign_id)
        and not departures.is_gone(connection, whom.campaign_id, person.id)
    ]
    if wanted is not None and not reading:
        raise NotFound(f"{_named(person.person)} is no reader of {campaign}")
    return reading


def _named(person: Person) -> str:
    return person.name or person.email or "who was erased"
