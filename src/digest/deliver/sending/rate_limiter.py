"""How fast copies may leave: asked before each, answered mostly from memory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from digest.model.delivery.rate_limits import RateLimit, RateLimits, limits_in_words
from digest.model.delivery.rate_windows import GrantUse, RateWait
from digest.store.base.engine import writing
from digest.store.delivery.rate_limits import (
    EVERYTHING,
    Grant,
    GrantRequest,
    forget_idle,
    grant,
)

# A database that is slow to answer leaves little of a lump's life.
_TRIES = 3
_TIDY_EVERY = timedelta(minutes=1)
_SOON = timedelta(milliseconds=50)


class LimitScope(NamedTuple):
    """Something that is limited, and by what; `domain` is a new sending domain."""

    name: str
    limits: tuple[RateLimit, ...]
    why: str
    is_for_all: bool
    domain: str = ""


@dataclass(slots=True)
class HeldGrant:
    """A lump in hand and how much of it has been used."""

    lump: Grant
    used: int
    last_at: datetime

    def is_usable(self, now: datetime) -> bool:
        """Whether another copy may leave on it."""
        return self.used < self.lump.copies and now < self.lump.until

    @property
    def use(self) -> GrantUse:
        """What became of it."""
        return GrantUse(self.lump.key, self.used, self.last_at)


class RateLimiter:
    """Says of each copy whether it may leave now.

    Copies are granted by the database in lumps of up to a second, so that the
    limits hold for all machines and across restarts. Without limits there is
    nothing to ask.
    """

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime], limits: RateLimits
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._limits = limits
        self._is_free = limits.are_none
        self._scopes: dict[tuple[str, str], tuple[LimitScope, ...]] = {}
        self._held: dict[str, HeldGrant] = {}
        self._waits: dict[str, RateWait] = {}
        self._tidied = clock()

    def ask(self, recipient_domain: str, sending_domain: str = "") -> RateWait | None:
        """Return None where a copy may leave at once, else what it waits for.

        A None is used up: ask again for the next copy, and for the next try.
        Raises StoreError.
        """
        if self._is_free:
            return None
        return self._ask((recipient_domain, sending_domain))

    def _ask(self, domains: tuple[str, str]) -> RateWait | None:
        scopes = self._scopes.get(domains) or self._learn(domains)
        for _ in range(_TRIES):
            now = self._clock()
            lacking = [one for one in scopes if not self._has(one, now)]
            if not lacking:
                for scope in scopes:
                    held = self._held[scope.name]
                    held.used, held.last_at = held.used + 1, now
                return None
            waits = self._waiting(lacking, now) or self._fetch(lacking, now)
            if waits:
                return max(waits, key=lambda wait: wait.until)
        why = "the database is slow to say how many copies may leave"
        return RateWait(self._clock() + _SOON, why, is_for_all=True)

    def _has(self, scope: LimitScope, now: datetime) -> bool:
        held = self._held.get(scope.name)
        return held is not None and held.is_usable(now)

    def _waiting(self, scopes: Iterable[LimitScope], now: datetime) -> list[RateWait]:
        waits = (self._waits.get(scope.name) for scope in scopes)
        return [wait for wait in waits if wait and now < wait.until]

    def _fetch(self, scopes: Iterable[LimitScope], now: datetime) -> list[RateWait]:
        """Have lumps granted; return what there is to wait for, if there is."""
        wanted = {scope.name: scope for scope in scopes}
        with writing(self._engine) as connection:
            made = grant(connection, map(self._want, wanted.values()), now)
            if now - self._tidied > _TIDY_EVERY:
                forget_idle(connection, now)
        if now - self._tidied > _TIDY_EVERY:
            self._forget(now)
        waits = []
        for name, what in made.items():
            self._held.pop(name, None)
            if isinstance(what, Grant):
                self._held[name] = HeldGrant(what, 0, now)
            else:
                scope = wanted[name]
                wait = RateWait(what, scope.why, scope.is_for_all, scope.domain)
                self._waits[name] = wait
                waits.append(wait)
        return waits

    def _want(self, scope: LimitScope) -> GrantRequest:
        held = self._held.get(scope.name)
        return GrantRequest(
            scope.name, scope.limits, scope.domain, held.use if held else None
        )

    def _forget(self, now: datetime) -> None:
        self._tidied = now
        self._scopes.clear()
        self._held = {n: one for n, one in self._held.items() if one.is_usable(now)}
        self._waits = {n: one for n, one in self._waits.items() if now < one.until}

    def _learn(self, domains: tuple[str, str]) -> tuple[LimitScope, ...]:
        to, sender = (name.strip().rstrip(".").lower()[:255] for name in domains)
        limits, scopes = self._limits, []
        if limits.overall:
            why = f"no more may leave: {limits_in_words(limits.overall)} (DIGEST_RATE)"
            scopes.append(LimitScope(EVERYTHING, limits.overall, why, is_for_all=True))
        if own := limits.domains.of(to):
            why = f"no more may go to {to}: {limits_in_words(own)} (DIGEST_DOMAIN_RATE)"
            scopes.append(LimitScope(f"to {to}", own, why, is_for_all=False))
        if first := limits.slow_start:
            why = (
                f"{sender or 'the sending domain'} is new and starts slowly, with "
                f"{first.copies} copies on its first day (DIGEST_SLOW_START)"
            )
            scopes.append(LimitScope(f"from {sender}", (first,), why, True, sender))  # noqa: FBT003 - a field
        self._scopes[domains] = tuple(scopes)
        return self._scopes[domains]
