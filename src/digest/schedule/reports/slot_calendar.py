"""When editions go, as a calendar that staff subscribe to (RFC 5545, RFC 7986)."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import islice, takewhile

from icalendar import Calendar, Event
from sqlalchemy import Connection

from digest.errors import NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.coming_slots import ComingSlot, coming
from digest.schedule.limits import CALENDAR_AHEAD, CALENDAR_BACK, CALENDAR_ENTRIES
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import ScheduleRow, StoredCampaign

_REFRESH = timedelta(hours=1)


def slot_calendar(
    connection: Connection, campaign_id: int, now: datetime, host: str
) -> bytes:
    """Return a campaign's slots of a quarter of a year, and days that are skipped.

    An entry keeps its UID, of which `host` is a part, when it is moved. Raises
    NotFound and UnreadableError.
    """
    stored = campaigns.with_id(connection, campaign_id)
    if stored is None:
        raise NotFound("there is no such campaign any more")
    revised_at = campaigns.applied_at(connection, campaign_id)
    rows = {
        row.schedule.name: row for row in campaigns.schedules_of(connection, stored)
    }
    calendar = Calendar()
    calendar.add("prodid", "-//Digest//When editions go//EN")
    calendar.add("version", "2.0")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, f"{stored.campaign.title}: when editions go")
    calendar.add("refresh-interval", _REFRESH, {"value": "DURATION"})
    for slot in _entries(stored.campaign, [*rows.values()], now):
        row, at_slot = rows.get(slot.schedule.name), slot.named.slot
        # Nothing was due before the schedule was as it is now.
        if row and not (at_slot and at_slot <= row.slots_since):
            at = slot.named.at or time()
            uid = f"{stored.campaign.name}-{row.id}-{slot.named.day:%Y%m%d}-{at:%H%M%S}"
            entry = _entry(slot, stored)
            entry.add("uid", f"{uid}@{host}")
            entry.add("dtstamp", revised_at)
            calendar.add_component(entry)
    content: bytes = calendar.to_ical()
    return content


def _entries(
    campaign: Campaign, rows: list[ScheduleRow], now: datetime
) -> Iterator[ComingSlot]:
    def is_near(slot: ComingSlot) -> bool:
        return slot.named.slot is None or slot.named.slot <= now + CALENDAR_AHEAD

    # Skipped days alone may go on for ever, so they are counted too.
    wanted = [(row.schedule, row.extra_slot) for row in rows]
    following = coming(campaign, wanted, now - CALENDAR_BACK)
    return islice(takewhile(is_near, following), CALENDAR_ENTRIES)


def _entry(slot: ComingSlot, stored: StoredCampaign) -> Event:
    entry, name = Event(), f"{stored.campaign.title}, {slot.schedule.name}"
    if slot.named.slot is None or slot.closes is None:
        entry.add("dtstart", slot.named.day)
        entry.add("summary", f"{name}: none, {slot.named.closed}")
    else:
        entry.add("dtstart", slot.closes)
        if slot.closes < slot.named.slot:
            entry.add("dtend", slot.named.slot)
        entry.add("summary", name)
        entry.add("description", f"Due {slot.when}\n{slot.note}".strip())
    entry.add("transp", "TRANSPARENT")
    entry.add("status", "TENTATIVE" if stored.paused_at else "CONFIRMED")
    return entry
