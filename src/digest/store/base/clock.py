"""One clock for every machine: the database's."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

from sqlalchemy import Engine, func, select

from digest.store import limits
from digest.store.base.engine import reading


@dataclass(slots=True)
class DatabaseClock:
    """Tells the time by PostgreSQL's clock, asked once a minute.

    A machine whose own clock is wrong, or is put right in mid-run, sends,
    leases and plans at the right time all the same. Raises StoreError.
    """

    engine: Engine
    since_start: Callable[[], float] = monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """Return the time."""
        with self._lock:
            last, elapsed = self._last, self.since_start()
            if last is None or elapsed - last[1] > limits.CLOCK_LOOK_SECONDS:
                last = self._last = self._database_time()
                elapsed = last[1]
            return last[0] + timedelta(seconds=elapsed - last[1])

    def _database_time(self) -> tuple[datetime, float]:
        with reading(self.engine) as connection:
            asked_at = self.since_start()
            answer = connection.scalars(select(func.clock_timestamp())).one()
        # Told somewhere between asking and hearing: half-way is nearest.
        return answer.astimezone(UTC), (asked_at + self.since_start()) / 2


def clock_of(engine: Engine) -> Callable[[], datetime]:
    """Return the clock that rules a database: this machine's for one on its disk."""
    if engine.dialect.name == "postgresql":
        return DatabaseClock(engine)
    return lambda: datetime.now(UTC)
