"""A clock that jumps ahead is told from time that goes by, and nothing leaves then."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine

from digest.model.campaigns.durations import counted_down
from digest.schedule.limits import LONGEST_CLOCK_JUMP
from digest.store.base.engine import reading, writing
from digest.store.holds import holds
from digest.store.holds.holds import Hold

log = logging.getLogger(__name__)


def steady_seconds() -> float:
    """Return seconds by a clock that nobody sets; it runs on while a machine sleeps."""
    kind = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(kind)


class ClockWatch:
    """Compares the clock that rules with a steady one, from look to look.

    One that is ahead by more than is plausible would send tomorrow's edition today
    and leave tomorrow without. It is believed again once it agrees, or once a person
    has said resume.
    """

    def __init__(self, steady: Callable[[], float] = steady_seconds) -> None:
        self._steady = steady
        self._last: tuple[datetime, float] | None = None
        self._has_held = False

    def may_act(self, engine: Engine, now: datetime) -> bool:
        """Whether the clock is to be believed; if not, nothing leaves from now on."""
        elapsed = self._steady()
        last = self._last or (now, elapsed)
        ahead = now - last[0] - timedelta(seconds=elapsed - last[1])
        if ahead <= LONGEST_CLOCK_JUMP:
            self._last, self._has_held = (now, elapsed), False
            return True
        with reading(engine) as connection:
            is_held = holds.recorded(connection) is not None
        if self._has_held and not is_held:
            log.warning("the clock is believed, by a person's word ahead=%s", ahead)
            self._last, self._has_held = (now, elapsed), False
            return True
        if not is_held:
            hold = Hold(
                last[0],
                f"the clock went ahead by {counted_down(ahead)} at once: put it right "
                "first, if it is wrong",
            )
            with writing(engine) as connection:
                hold = holds.place(connection, hold, now)
            log.error("%s", hold.words)
        self._has_held = True
        return False
