"""One clock for every machine: the database's."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

from sqlalchemy import Engine, func, select

from digest.store.base.engine import reading

_LOOK_AGAIN_SECONDS = 60.0


@dataclass(slots=True)
class DatabaseClock:
    """Tells the time by PostgreSQL's clock, asked once a minute.

    A machine whose own clock is wrong, or is put right in mid-run, sends,
    leases and plans at the right time all the same. Raises StoreError.
    """

    engine: Engine
    since_start: Callable[[], float] = monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _known: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """Return the time."""
        with self._lock:
            known, elapsed = self._known, self.since_start()
            if known is None or elapsed - known[1] > _LOOK_AGAIN_SECONDS:
                known = self._known = self._asked()
                elapsed = known[1]
            return known[0] + timedelta(seconds=elapsed - known[1])

    def _asked(self) -> tuple[datetime, float]:
        with reading(self.engine) as connection:
            asked_at = self.since_start()
            told = connection.scalars(select(func.clock_timestamp())).one()
        # Told somewhere between asking and hearing: half-way is nearest.
        return told.astimezone(UTC), (asked_at + self.since_start()) / 2


def clock_of(engine: Engine) -> Callable[[], datetime]:
    """Return the clock that rules a database: this machine's for one on its disk."""
    if engine.dialect.name == "postgresql":
        return DatabaseClock(engine)
    return lambda: datetime.now(UTC)
