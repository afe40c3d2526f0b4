"""Write the page of both changes of the clock: `python -m tests.clock_page`.

docs/reference/clock-changes.md shows when a schedule is due on the days on which the
clocks change, as the product has it; a test reckons each row by other means.
With --check nothing is written, and the status is 1 where the page is another.
"""

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.model.campaigns.slots import weekly
from digest.model.campaigns.written_times import wall_time

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "clock-changes.md"
INTRODUCTION = """\
# When the clocks change

A schedule's time is a time on the wall's clock, in its time zone. Two rules cover the
two days of the year on which that clock is changed:

- A time that **does not exist**, because the clocks go forward past it, is due as soon
  as they have: at the next time that does exist. No edition is lost.
- A time that **comes twice**, because the clocks go back, is due the first time and not
  again. No edition goes twice.

Every other slot is at its time, so that on those days it comes an hour sooner or later
after the one before. Slots that fall together are one edition. That holds for every
kind of schedule, for `every = "30m"` too: in the hour that comes twice it pauses.
`digest schedule slots CAMPAIGN` says so beside a slot that a change concerns. The
tables are made by `python -m tests.clock_page`, and a test reckons each row anew, by
looking at a clock every minute.
"""
LONDON = "Europe/London"
TIMES = ("00:30", "00:59", "01:00", "01:30", "01:59", "02:00", "02:30", "16:00")
CHANGES = {date(2026, 3, 29): "forward", date(2026, 10, 25): "back"}
ELSEWHERE = (
    ("America/St_Johns", date(2026, 3, 8), "02:30"),
    ("America/St_Johns", date(2026, 11, 1), "01:30"),
    ("America/Santiago", date(2026, 9, 6), "00:00"),
    ("America/Havana", date(2026, 11, 1), "00:30"),
    ("Africa/Casablanca", date(2026, 2, 15), "02:30"),
    ("Africa/Casablanca", date(2026, 3, 22), "02:30"),
    ("Antarctica/Troll", date(2026, 3, 29), "01:30"),
    ("Asia/Kathmandu", date(2026, 3, 29), "01:30"),
    ("Australia/Lord_Howe", date(2026, 4, 5), "01:45"),
    ("Australia/Lord_Howe", date(2026, 10, 4), "02:15"),
    ("Pacific/Chatham", date(2026, 4, 5), "03:00"),
    ("Pacific/Chatham", date(2026, 9, 27), "02:50"),
    ("Pacific/Apia", date(2011, 12, 30), "10:00"),
)


def row(zone: str, day: date, at: str) -> str:
    """Return a row: zone, day, time, when it is due there and in UTC, and why."""
    times = weekly(wall_time(at), zone=zone)
    tz = ZoneInfo(zone)
    before = datetime.combine(day, wall_time("00:00"), tz).astimezone(UTC)
    # The slot of that day, be it moved to the next: those of the day before are over.
    slot = next(
        named.slot
        for named in times.named_days(before - timedelta(2), before + timedelta(3))
        if named.day == day and named.slot
    )
    local = slot.astimezone(tz)
    note = "there is no such time" if f"{local:%H:%M}" != at else ""
    if local.replace(fold=1).utcoffset() != local.utcoffset():
        note = "the first of two"
    cells = (zone, f"{day:%a} {day.day} {day:%b %Y}", at, f"{local:%a %H:%M}")
    return f"| {' | '.join(cells)} | {slot:%Y-%m-%d %H:%M} | {note} |"


def page() -> str:
    """Return the page as it should be."""
    head = "| zone | day | time | due at | in UTC | why |\n|---|---|---|---|---|---|"
    parts = [INTRODUCTION]
    for day, way in CHANGES.items():
        parts += [f"## In London the clocks go {way}\n", head]
        parts += [row(LONDON, day, at) for at in TIMES]
        parts.append("")
    parts += ["## Elsewhere\n", head]
    parts += [row(*entry) for entry in ELSEWHERE]
    return "\n".join(parts) + "\n"


def main() -> int:
    """Write the page, or check it; return the exit status."""
    if sys.argv[1:] != ["--check"]:
        PAGE.write_text(page())
        return 0
    if PAGE.read_text() == page():
        return 0
    sys.stderr.write("docs/reference/clock-changes.md is old: make clocks\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
