"""How a source stands: active, failing or paused, and when it is asked again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from digest.model.limits import (
    FIRST_SOURCE_RETRY,
    LAST_SOURCE_RETRY,
    LONGEST_SOURCE_WAIT,
    SOURCE_PATIENCE,
    SOURCE_PATIENT_TRIES,
)


class SourceState(StrEnum):
    """Whether a source reads well, is tried again and again, or waits for a person."""

    ACTIVE = "active"
    FAILING = "failing"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """Why a source could not be read, in plain words.

    `is_gone` where its server says that it will not come back; `wait` is how
    long its server asks to be left alone.
    """

    why: str
    is_gone: bool = False
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source stands.

    `failures` counts the readings that failed since `failing_since`, one after
    another. `next_try_at` is when we try again, where that is not at the usual
    hour; `wait_until` how long its server asked us to wait.
    """

    state: SourceState = SourceState.ACTIVE
    failures: int = 0
    failing_since: datetime | None = None
    next_try_at: datetime | None = None
    wait_until: datetime | None = None
    failure: str = ""

    def after_failure(self, failure: SourceFailure, now: datetime) -> "SourceHealth":
        """Return how a source stands after one more reading that failed.

        One that was made before its time, because somebody could not wait,
        makes the next no later.
        """
        is_early = self.failures > 0 and _is_later(self.next_try_at, now)
        failures = self.failures if is_early else self.failures + 1
        since = self.failing_since or now
        is_long = now - since >= SOURCE_PATIENCE and failures >= SOURCE_PATIENT_TRIES
        failed = replace(
            self,
            state=SourceState.FAILING,
            failures=failures,
            failing_since=since,
            failure=failure.why,
        )
        if failure.is_gone or is_long:
            paused = SourceState.PAUSED
            return replace(failed, state=paused, next_try_at=None, wait_until=None)
        wait = min(failure.wait, LONGEST_SOURCE_WAIT) if failure.wait else None
        # Six doublings are past the last retry; a thousand would be past all time.
        doublings = min(failures - 1, 10)
        backoff = min(FIRST_SOURCE_RETRY * (1 << doublings), LAST_SOURCE_RETRY)
        return replace(
            failed,
            next_try_at=self.next_try_at if is_early else now + backoff,
            wait_until=now + wait if wait else None,
        )

    def resumed(self, now: datetime) -> "SourceHealth":
        """Return how a source stands that a person wants to be tried now."""
        return SourceHealth(next_try_at=now)

    def is_due(
        self, now: datetime, tried_at: datetime | None, every: timedelta | None
    ) -> bool:
        """Whether a source, last tried then, is to be asked now.

        `every` is how often one that reads well is asked. None is for somebody
        who cannot wait, an edition or a person: only a pause and a server's own
        wish hold that up.
        """
        if self.state is SourceState.PAUSED or _is_later(self.wait_until, now):
            return False
        if every is None or tried_at is None:
            return True
        if self.next_try_at is not None:
            return self.next_try_at <= now
        return tried_at <= now - every


HEALTHY = SourceHealth()


def _is_later(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant > now
