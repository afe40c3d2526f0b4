"""At which times of a day a schedule is due, and in which hours nothing leaves."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.model.campaigns import durations

MIDNIGHT = time(0)
_A_DAY = date(2001, 1, 1)


@dataclass(frozen=True, slots=True)
class ClockTimes:
    """At these times on the wall's clock."""

    times: tuple[time, ...]

    def __str__(self) -> str:
        return ",".join(map(clock, self.times))


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Every so many minutes on the wall's clock, from `first` to `last` inclusive."""

    step: timedelta
    first: time
    last: time

    @property
    def times(self) -> tuple[time, ...]:
        """The times of a day, in order."""
        begins, ends = _span(self.first, self.last)
        count = (ends - begins) // self.step + 1
        return tuple((begins + n * self.step).time() for n in range(count))

    def __str__(self) -> str:
        between = f"{clock(self.first)}-{clock(self.last)}"
        return f"every {durations.short(self.step)} {between}"


DayTimes = ClockTimes | StepTimes


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day to another, perhaps past midnight: nothing leaves."""

    first: time
    last: time

    def holds(self, at: time) -> bool:
        """Whether that time of day is within; `last` is not."""
        if self.first <= self.last:
            return self.first <= at < self.last
        return at >= self.first or at < self.last

    def end(self, instant: datetime, zone: str) -> datetime | None:
        """Return when it ends, on the clock of the zone, if it holds that instant.

        At the earliest, where the clocks change; None if it does not hold it.
        """
        tz = ZoneInfo(zone)
        local = instant.astimezone(tz)
        if not self.holds(local.time()):
            return None
        if local.time() >= self.last:
            return datetime.combine(local.date() + timedelta(days=1), self.last, tz)
        # In the hour that comes twice it ends in the same of the two.
        return datetime.combine(local.date(), self.last, tz).replace(fold=local.fold)

    def __str__(self) -> str:
        return f"{clock(self.first)}-{clock(self.last)}"


def clock(at: time) -> str:
    """Return a time of day as a campaign file writes it: 16:00, or 16:00:30."""
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _span(first: time, last: time) -> tuple[datetime, datetime]:
    return datetime.combine(_A_DAY, first), datetime.combine(_A_DAY, last)
