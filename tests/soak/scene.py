"""The campaigns of a soak: their files, their slots reckoned anew, their people."""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from dateutil import rrule, tz

from tests.reckoning import Kind, WallClock, reckoned, ruled

SOURCES = ("blog", "news")
# Of those of a campaign without an end, and who get no letters.
_RUNG = 0.1
LETTER_COLUMNS = ("address_1", "address_2", "postcode")
_FILE = """
[campaign]
name = "{name}"
title = "{title}"
from = "{title} <digest@example.org>"
reply_to = "team@example.org"
lists = ["{name}", "{name}-too"]
timezone = "{zone}"
{keys}

[[source]]
name = "blog"
kind = "feed"
url = "{site}/{name}/blog"
topics = ["stories"]

[[source]]
name = "news"
kind = "feed"
url = "{site}/{name}/news"
topics = ["news"]

[letter]
sender = ["{title}", "1 Example Street", "EXAMPLETON", "ZZ99 1AA"]
"""


@dataclass(frozen=True)
class SceneSchedule:
    """A schedule of the scene: as its file has it, and its days and times anew.

    `share` of its campaign's readers begin on it.
    """

    kind: Kind
    share: float
    keys: str = ""
    close: timedelta = timedelta(0)
    has_letters: bool = False

    @property
    def name(self) -> str:
        """What the file calls it."""
        return self.kind.name

    @property
    def lines(self) -> str:
        """Its table in the campaign's file."""
        head = f'\n[[schedule]]\nname = "{self.name}"\n{self.kind.lines}\n{self.keys}\n'
        return head + ('formats = ["letter"]\n' if self.has_letters else "")


@dataclass(frozen=True)
class SceneCampaign:
    """A campaign of the scene, from its first day to its last, both counted."""

    name: str
    title: str
    zone: str
    first: date
    last: date
    schedules: tuple[SceneSchedule, ...]
    share: float
    posts_a_day: float
    keys: str = ""
    has_end: bool = True
    is_approved: bool = False
    most_items: int | None = None

    def file(self, site: str) -> str:
        """Return the campaign's file, with its sources on that site."""
        keys = self.keys
        if self.has_end:
            keys += f"\nstarts = {self.first}\nends = {self.last}"
        head = _FILE.format(
            name=self.name, title=self.title, zone=self.zone, keys=keys, site=site
        )
        return head + "".join(schedule.lines for schedule in self.schedules)

    def begins(self) -> datetime:
        """Return the instant at which its first day begins."""
        return self._midnight(self.first)

    def ends(self) -> datetime:
        """Return the instant at which its last day is over."""
        return self._midnight(self.last + timedelta(1))

    @cached_property
    def slots(self) -> dict[str, list[datetime]]:
        """The slots of each schedule, its closing edition among them."""
        clock = WallClock(self.zone, self.first, self.last)
        return {
            schedule.name: self._slots_of(schedule, clock)
            for schedule in self.schedules
        }

    def _slots_of(self, schedule: SceneSchedule, clock: WallClock) -> list[datetime]:
        slots = reckoned(schedule.kind, clock, self.first, self.last)
        if self.has_end:
            # The closing edition: where it has none that day, at its usual time.
            last_day = datetime.combine(self.last, datetime.min.time())
            at = datetime.strptime(schedule.kind.times[-1], "%H:%M")  # noqa: DTZ007 - a wall's clock
            slots.append(
                clock.first_at(last_day.replace(hour=at.hour, minute=at.minute))
            )
        return sorted(set(slots))

    def _midnight(self, day: date) -> datetime:
        midnight = datetime.combine(day, datetime.min.time(), tz.gettz(self.zone))
        return midnight.astimezone(UTC)


@dataclass(frozen=True)
class ScenePerson:
    """Somebody on a list: `name` is theirs alone, and so is `email`."""

    name: str
    campaign: str
    schedule: str
    is_by_post: bool
    has_one_topic: bool
    is_rung: bool = False

    @property
    def email(self) -> str:
        """Their address, also of those who get letters or are rung."""
        return f"{self.name.lower()}@example.org"

    @property
    def phone(self) -> str:
        """Their number, if they are rung."""
        return "01632 960155" if self.is_rung else ""

    def row(self) -> dict[str, str]:
        """Return their row of a list."""
        row = {
            "name": self.name,
            "email": self.email,
            "schedule": self.schedule,
            "topics": "stories" if self.has_one_topic else "",
            "format": self._format(),
            "phone": self.phone,
        }
        if self.is_by_post:
            lines = ("1 Example Street", "EXAMPLETON", "ZZ99 1AA")
            row |= dict(zip(LETTER_COLUMNS, lines, strict=True))
        return row

    def _format(self) -> str:
        if self.is_rung:
            return "phone"
        return "letter" if self.is_by_post else ""


@dataclass(frozen=True)
class Scene:
    """All there is to a soak: its days, its campaigns and who may read them."""

    begins: datetime
    ends: datetime
    campaigns: tuple[SceneCampaign, ...]
    people: Sequence[ScenePerson] = field(repr=False)

    def campaign(self, name: str) -> SceneCampaign:
        """Return the campaign of that name."""
        return next(each for each in self.campaigns if each.name == name)


def a_scene(first: date, days: int, readers: int, chance: random.Random) -> Scene:
    """Return a scene of so many days and people; all that varies is by `chance`."""
    last = first + timedelta(days - 1)
    campaigns = (
        _harbour(first, last),
        _lanterns(first, first + timedelta(days * 3 // 5)),
        _sprint(first + timedelta(days // 3), days),
    )
    people = [_person(number, campaigns, chance) for number in range(1, readers + 1)]
    begins = datetime.combine(first, datetime.min.time(), UTC)
    return Scene(begins, begins + timedelta(days), campaigns, people)


def write_list(path: Path, people: Sequence[ScenePerson]) -> Path:
    """Write people as a subscriber list."""
    own = ("name", "email", "schedule", "topics", "format", "phone")
    heads = (*own, *LETTER_COLUMNS)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, heads, restval="")
        writer.writeheader()
        writer.writerows(person.row() for person in people)
    return path


def _harbour(first: date, last: date) -> SceneCampaign:
    """Return the campaign that goes on for all the days, by itself, letters too."""
    sundays = first + timedelta((6 - first.weekday()) % 7)
    every_other = ruled(rrule.WEEKLY, byweekday=rrule.SU)
    return SceneCampaign(
        name="harbour",
        title="Harbour Lights",
        zone="Europe/London",
        first=first,
        last=last,
        has_end=False,
        share=0.6,
        posts_a_day=2.5,
        schedules=(
            SceneSchedule(
                Kind("everyday", 'at = "16:00"', ruled(rrule.DAILY), times=("16:00",)),
                share=0.7,
                keys='default = true\nexpires = "1d"',
            ),
            SceneSchedule(
                Kind(
                    "thursdays",
                    'at = "10:00"\ndays = "thu"',
                    ruled(rrule.WEEKLY, byweekday=rrule.TH),
                    times=("10:00",),
                ),
                share=0.15,
                has_letters=True,
            ),
            SceneSchedule(
                # At the hour that comes twice, and the one that does not come.
                Kind(
                    "fortnight",
                    f'at = "01:30"\ndays = "sun"\nevery = "2w"\nstarts = {sundays}',
                    lambda a, b: [
                        day
                        for day in every_other(a, b)
                        if day >= sundays and (day - sundays).days % 14 == 0
                    ],
                    times=("01:30",),
                ),
                share=0.1,
            ),
            SceneSchedule(
                Kind(
                    "month",
                    'at = "23:30"\nmonthly = "last day"\nclose = "2h"',
                    ruled(rrule.MONTHLY, bymonthday=-1),
                    times=("23:30",),
                ),
                share=0.05,
                close=timedelta(hours=2),
            ),
        ),
    )


def _lanterns(first: date, last: date) -> SceneCampaign:
    """Return the campaign that people approve, and that ends."""
    nightly = 'at = "02:30"\nclose = "30m"\nexpires = "12h"\ndefault = true'
    return SceneCampaign(
        name="lanterns",
        title="Lantern Walks",
        zone="America/New_York",
        first=first,
        last=last,
        share=0.25,
        posts_a_day=1.5,
        is_approved=True,
        keys='approval = "one"\napprovers = ["ann@example.org"]\n'
        'uncertain = "hold"\ngoodbye = "Goodbye, and thank you for walking."',
        schedules=(
            SceneSchedule(
                Kind("nightly", nightly, ruled(rrule.DAILY), times=("02:30",)),
                share=0.8,
                close=timedelta(minutes=30),
            ),
            SceneSchedule(
                Kind(
                    "mondays",
                    'at = "09:00"\ndays = "mon"',
                    ruled(rrule.WEEKLY, byweekday=rrule.MO),
                    times=("09:00",),
                ),
                share=0.2,
            ),
        ),
    )


def _sprint(first: date, days: int) -> SceneCampaign:
    """Return the short campaign of several editions a day, each with few posts."""
    times = ("00:00", "06:00", "12:00", "18:00")
    return SceneCampaign(
        name="sprint",
        title="Sprint",
        zone="Australia/Lord_Howe",
        first=first,
        last=first + timedelta(min(20, days // 3)),
        share=0.15,
        posts_a_day=6,
        most_items=3,
        keys='most_items = 3\nuncertain = "resend"',
        schedules=(
            SceneSchedule(
                Kind(
                    "often",
                    'every = "6h"\ndefault = true',
                    ruled(rrule.DAILY),
                    times=times,
                ),
                share=0.8,
                keys='expires = "6h"',
            ),
            SceneSchedule(
                Kind("noon", 'at = "12:00"', ruled(rrule.DAILY), times=("12:00",)),
                share=0.2,
            ),
        ),
    )


def _person(
    number: int, campaigns: Sequence[SceneCampaign], chance: random.Random
) -> ScenePerson:
    [campaign] = chance.choices(campaigns, [each.share for each in campaigns])
    schedules = campaign.schedules
    [schedule] = chance.choices(schedules, [each.share for each in schedules])
    is_by_post = schedule.has_letters and chance.random() < 0.5
    return ScenePerson(
        name=f"Reader{number:05}",
        campaign=campaign.name,
        schedule=schedule.name,
        is_by_post=is_by_post,
        has_one_topic=chance.random() < 0.1,
        # A campaign that is to end has to have been told of by then.
        is_rung=not (is_by_post or campaign.has_end) and chance.random() < _RUNG,
    )
