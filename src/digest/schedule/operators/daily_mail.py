"""The daily mail in plain words: it comes also when all is well."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.model.delivery.rate_limits import RateLimits
from digest.model.staff_words import counted, day_in_words, moment_in_words
from digest.schedule.editions import due
from digest.schedule.reports import source_health
from digest.schedule.reports.alarms import reckon
from digest.schedule.reports.troubles.of_campaigns import troubles_in
from digest.store.campaigns import campaigns, sources
from digest.store.reports.went_out import went_out
from digest.store.staff.operators import MailContent


def daily_mail(
    connection: Connection, now: datetime, zone: str, rates: RateLimits
) -> tuple[str, MailContent]:
    """Return its subject and content: no reader is named in it."""
    reckoning = reckon(connection, now, rates)
    stored = campaigns.listed(connection)
    waits = reckoning.without_alarms(troubles_in(connection, stored, now))
    of_readers = [trouble for trouble in waits if trouble.names_readers]
    lines = [str(trouble) for trouble in waits if not trouble.names_readers]
    if of_readers:
        causes = counted(len(of_readers), "reason", "reasons")
        lines.append(
            f"There are {causes} why readers were not reached, or may not have been. "
            "See: digest status"
        )
    broken = [str(alarm.trouble) for alarm in reckoning.alarms]
    well = f"Nothing; {reckoning.timetable_in_words(now)}."
    ill = [
        f"{each.campaign.name}: {name}: "
        f"{source_health.in_a_line(row, each.campaign.timezone)}"
        for each in stored
        for name, row in sources.of_campaign(connection, each.id).items()
        if row.health.failure
    ]
    content = (
        ("What is broken", broken or [well]),
        ("What went out yesterday", _yesterday(connection, now, zone) or ["Nothing."]),
        ("What goes out today", _today(connection, now, zone) or ["Nothing."]),
        ("What needs a person", lines or ["Nothing."]),
        ("Sources in trouble", ill or ["None."]),
    )
    day = day_in_words(now.astimezone(ZoneInfo(zone)))
    state = f"{len(broken)} broken" if broken else "nothing is broken"
    return f"Digest on {day}: {state}", content


def _midnight(now: datetime, zone: str, days: int) -> datetime:
    tz = ZoneInfo(zone)
    day = now.astimezone(tz).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=tz)


def _yesterday(connection: Connection, now: datetime, zone: str) -> list[str]:
    since, until = _midnight(now, zone, -1), _midnight(now, zone, 0)
    lines = []
    for edition in went_out(connection, since, until):
        copies = " and ".join(
            f"{count:,} by {channel}" for channel, count in edition.copies.items()
        )
        kind = "rehearsal" if edition.is_rehearsal else "edition"
        at = moment_in_words(edition.slot, zone)
        lines.append(
            f"{edition.campaign}, {edition.schedule}, {kind} of {at}: {copies}."
        )
    return lines


def _today(connection: Connection, now: datetime, zone: str) -> list[str]:
    until = _midnight(now, zone, 1)
    return [
        f"{slot.campaign}, {slot.schedule}: {moment_in_words(slot.at, slot.timezone)}"
        for slot in due.next_slots(connection, now)
        if slot.at < until
    ]
