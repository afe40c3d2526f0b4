"""A campaign's slots day by day: what has been made of them, and what is to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from operator import attrgetter
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.model.campaigns.campaign import Campaign, Schedule
from digest.model.campaigns.coming_slots import ComingSlot, coming
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.editions import editions
from digest.store.editions.editions import Edition

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class CalendarSlot:
    """A slot on its day, or a day that is skipped, where `at` is None.

    `note` is why it is skipped or moved. `edition` is what was made of a slot that
    is past. `is_paper` where the schedule is for readers by post alone.
    """

    campaign: Campaign
    schedule: str
    day: date
    at: datetime | None
    note: str = ""
    edition: Edition | None = None
    is_paper: bool = False

    @property
    def order(self) -> tuple[date, datetime, str]:
        """What it is sorted by: its day, what is skipped first, then the time."""
        midnight = datetime.combine(self.day, time(), UTC) - timedelta(days=1)
        return self.day, self.at or midnight, self.campaign.name

    @property
    def time_of_day(self) -> str:
        """The time of day in the campaign's own zone; "" for a day that is skipped."""
        zone = ZoneInfo(self.campaign.timezone)
        return f"{self.at.astimezone(zone):%H:%M}" if self.at else ""


def slots_between(
    connection: Connection,
    stored: StoredCampaign,
    days: tuple[date, date],
    now: datetime,
    most: int,
) -> list[CalendarSlot]:
    """Return the slots of the days from the first to before the second, in order.

    Of those to come no more than `most`.
    """
    first, end = days
    campaign = stored.campaign
    past = [
        _past(edition, campaign)
        for edition in editions.of_campaign(connection, stored.id)
        if campaign.midnight(first) <= edition.slot < campaign.midnight(end)
        and edition.slot <= now
    ]
    to_come = slots_to_come(connection, stored, days, now, most)
    return sorted([*past, *to_come], key=attrgetter("order"))


def slots_to_come(
    connection: Connection,
    stored: StoredCampaign,
    days: tuple[date, date],
    now: datetime,
    most: int,
) -> list[CalendarSlot]:
    """Return those of `slots_between` that are to come, no more than `most`."""
    first, end = days
    campaign = stored.campaign
    rows = campaigns.schedules_of(connection, stored)
    wanted = [(row.schedule, row.extra_slot) for row in rows]
    after = max(now, campaign.midnight(first) - _MOMENT)
    following = takewhile(
        lambda slot: _local_day(slot, campaign) < end, coming(campaign, wanted, after)
    )
    return [*_on_days(islice(following, most), campaign, first)]


def _past(edition: Edition, campaign: Campaign) -> CalendarSlot:
    day = edition.slot.astimezone(ZoneInfo(campaign.timezone)).date()
    schedule = campaign.schedule_named(edition.schedule)
    return CalendarSlot(
        campaign,
        edition.schedule,
        day,
        edition.slot,
        edition.reason or "",
        edition,
        is_paper=schedule is not None and _is_paper(schedule),
    )


def _on_days(
    slots: Iterator[ComingSlot], campaign: Campaign, first: date
) -> Iterator[CalendarSlot]:
    for slot in slots:
        day = _local_day(slot, campaign)
        if day >= first:
            yield CalendarSlot(
                campaign,
                slot.schedule.name,
                day,
                slot.named.slot,
                slot.note,
                is_paper=_is_paper(slot.schedule),
            )


def _local_day(slot: ComingSlot, campaign: Campaign) -> date:
    if slot.named.slot is None:
        return slot.named.day
    return slot.named.slot.astimezone(ZoneInfo(campaign.timezone)).date()


def _is_paper(schedule: Schedule) -> bool:
    formats = schedule.formats
    is_printed = bool(formats) and all(fmt.points for fmt in formats)
    return is_printed and not schedule.default
