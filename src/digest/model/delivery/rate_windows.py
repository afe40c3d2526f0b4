"""How many copies may leave now: pure arithmetic on what was granted before.

Copies are granted some at a time. A grant may be used until a given instant, so it
counts against every window that any of that time is in: never more copies are
used in any window than its limit, whoever uses them and however late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from digest.model.delivery.rate_limits import RateLimit
from digest.model.limits import (
    GRANT_COPIES,
    GRANT_LIFE,
    GRANT_SHARE,
    LEDGER_COARSENESS,
    SLOW_START_DAYS,
)


@dataclass(frozen=True, slots=True)
class RateLimitWait:
    """A copy may not leave yet: until when, and why, in words for staff.

    `is_for_all` is whether every other copy waits too; where `sending_domain`
    is given, every other copy from that domain.
    """

    until: datetime
    why: str
    is_for_all: bool
    sending_domain: str = ""


class GrantEntry(NamedTuple):
    """Copies used, or that may be, not before `since` and not after `until`.

    `key` names a grant that may still be in use. For entries put together
    `since` is when the first of them ended.
    """

    since: datetime
    until: datetime
    copies: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class GrantUse:
    """What became of a grant: how many of its copies left, the last of them when."""

    key: str
    copies: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class GrantLedger:
    """What was granted under the same limits, by when it ends."""

    entries: tuple[GrantEntry, ...] = ()

    def room(self, limits: Sequence[RateLimit], now: datetime) -> int:
        """Return how many copies may be granted now; 0 or less is none."""
        return min(limit.copies - self.used(limit, now) for limit in limits)

    def used(self, limit: RateLimit, now: datetime) -> int:
        """Return how many copies count against a limit now."""
        return sum(entry.copies for entry in self._within(limit, now))

    def free_at(self, limits: Sequence[RateLimit], now: datetime) -> datetime:
        """Return when one copy may be granted, if nothing else is until then."""
        return max(self._free_at(limit, now) for limit in limits)

    def granted(self, key: str, copies: int, now: datetime) -> "GrantLedger":
        """Return the ledger with a grant that may be used for its life."""
        return self._with(
            [*self.entries, GrantEntry(now, now + GRANT_LIFE, copies, key)]
        )

    def settled(self, use: GrantUse) -> "GrantLedger":
        """Return the ledger with what is known of a grant that is used no more."""
        entries = [entry for entry in self.entries if entry.key != use.key]
        for entry in self.entries:
            if entry.key == use.key and use.copies:
                end = min(max(use.last_at, entry.since), entry.until)
                entries.append(GrantEntry(end, end, use.copies))
        return self._with(entries)

    def compacted(self, limits: Sequence[RateLimit], now: datetime) -> "GrantLedger":
        """Return the ledger without what no window reaches, the past put together.

        Entries put together count for as long as the last of them would.
        """
        longest = max(limit.window for limit in limits)
        entries: list[GrantEntry] = []
        for entry in self.entries:
            if entry.until <= now - longest:
                continue
            since = entry.since if not entry.key else entry.until
            last = entries[-1] if entries else None
            start = last and (last.since if not last.key else last.until)
            if (
                last
                and start
                and entry.until - start <= (now - entry.until) / LEDGER_COARSENESS
            ):
                entries[-1] = GrantEntry(
                    min(start, since), entry.until, last.copies + entry.copies
                )
            else:
                entries.append(entry)
        return GrantLedger(tuple(entries))

    def idle_at(self, limits: Sequence[RateLimit], now: datetime) -> datetime:
        """Return from when on the ledger says nothing any more."""
        longest = max(limit.window for limit in limits)
        return max((entry.until for entry in self.entries), default=now) + longest

    def _within(self, limit: RateLimit, now: datetime) -> list[GrantEntry]:
        return [entry for entry in self.entries if entry.until > now - limit.window]

    def _free_at(self, limit: RateLimit, now: datetime) -> datetime:
        within = self._within(limit, now)
        over = sum(entry.copies for entry in within) - limit.copies + 1
        free = now
        for entry in within:
            if over <= 0:
                break
            over -= entry.copies
            free = entry.until + limit.window
        return free

    def _with(self, entries: list[GrantEntry]) -> "GrantLedger":
        return GrantLedger(tuple(sorted(entries, key=lambda entry: entry.until)))


def grant_size(limits: Sequence[RateLimit], room: int) -> int:
    """Return how many of the copies there is room for to grant at once."""
    share = min(limit.copies for limit in limits) // GRANT_SHARE
    return min(max(share, 1), GRANT_COPIES, room)


def day_of_use(days: int, last_day: date | None, today: date) -> int:
    """Return which day of use today is, for a domain used on so many days."""
    return days if last_day == today else days + 1


def slow_limit(first: RateLimit, day: int) -> RateLimit | None:
    """Return what a domain may send on that day of its use; None is any number.

    It doubles with each day of use.
    """
    if day > SLOW_START_DAYS:
        return None
    return RateLimit(first.copies * 2 ** (day - 1), first.window)
