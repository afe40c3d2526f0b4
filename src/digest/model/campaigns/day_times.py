"""At which times of a day a schedule is due."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

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


def clock(at: time) -> str:
    """Return a time of day as a campaign file writes it: 16:00, or 16:00:30."""
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _span(first: time, last: time) -> tuple[datetime, datetime]:
    return datetime.combine(_A_DAY, first), datetime.combine(_A_DAY, last)
