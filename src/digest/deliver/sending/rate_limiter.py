"""The rate limit: how fast copies may leave, asked before each of them.

The limits are DIGEST_RATE, DIGEST_DOMAIN_RATE and DIGEST_SLOW_START. Copies are
granted by the database, some at a time, so most answers come from memory.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from digest.deliver import limits
from digest.model.delivery.rate_limits import RateLimit, RateLimits, limits_in_words
from digest.model.delivery.rate_windows import GrantUse, RateLimitWait
from digest.store.base.engine import writing
from digest.store.delivery.sending.rate_limits import (
    EVERYTHING,
    Grant,
    GrantRequest,
    forget_idle,
    grant,
)

# A database that is slow to answer leaves little of a grant's life.
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
class GrantInUse:
    """A grant that copies leave on, and how much of it has been used."""

    grant: Grant
    used: int
    last_at: datetime

    def is_usable(self, now: datetime) -> bool:
        """Whether another copy may leave on it."""
        return self.used < self.grant.copies and now < self.grant.until

    @property
    def use(self) -> GrantUse:
        """What became of it."""
        return GrantUse(self.grant.key, self.used, self.last_at)


class RateLimiter:
    """Says of each copy whether it may leave now.

    A grant is of up to a second's copies, so that the limits hold for all
    machines and across restarts. Without limits there is nothing to ask.
    """

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime], rates: RateLimits
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._rates = rates
        self.is_unlimited = rates.are_none
        self._scopes: dict[tuple[str, str], tuple[LimitScope, ...]] = {}
        self._grants: dict[str, GrantInUse] = {}
        self._waits: dict[str, RateLimitWait] = {}
        self._tidied = clock()

    def acquire(
        self, recipient_domain: str, sending_domain: str = ""
    ) -> RateLimitWait | None:
        """Return None where a copy may leave at once, else what it waits for.

        A None is used up: acquire again for the next copy, and for the next try.
        Raises StoreError.
        """
        if self.is_unlimited:
            return None
        return self._acquire((recipient_domain, sending_domain))

    def _acquire(self, domains: tuple[str, str]) -> RateLimitWait | None:
        scopes = self._scopes.get(domains) or self._add_scopes(domains)
        for _ in range(_TRIES):
            now = self._clock()
            lacking = [
                scope
                for scope in scopes
                if not (
                    (in_use := self._grants.get(scope.name)) and in_use.is_usable(now)
                )
            ]
            if not lacking:
                for scope in scopes:
                    in_use = self._grants[scope.name]
                    in_use.used, in_use.last_at = in_use.used + 1, now
                return None
            waits = [
                wait
                for scope in lacking
                if (wait := self._waits.get(scope.name)) and now < wait.until
            ] or self._request_grants(lacking, now)
            if waits:
                return max(waits, key=lambda wait: wait.until)
        why = "the database is slow to say how many copies may leave"
        return RateLimitWait(self._clock() + _SOON, why, is_for_all=True)

    def _request_grants(
        self, scopes: Iterable[LimitScope], now: datetime
    ) -> list[RateLimitWait]:
        """Have copies granted; return what there is to wait for, if there is."""
        by_name = {scope.name: scope for scope in scopes}
        is_to_tidy = now - self._tidied > _TIDY_EVERY
        requests = [
            GrantRequest(
                scope.name,
                scope.limits,
                scope.domain,
                in_use.use if (in_use := self._grants.get(scope.name)) else None,
            )
            for scope in by_name.values()
        ]
        with writing(self._engine) as connection:
            answers = grant(connection, requests, now)
            if is_to_tidy:
                forget_idle(connection, now)
        if is_to_tidy:
            self._tidy(now)
        waits = []
        for name, answer in answers.items():
            self._grants.pop(name, None)
            if isinstance(answer, Grant):
                self._grants[name] = GrantInUse(answer, 0, now)
            else:
                scope = by_name[name]
                wait = RateLimitWait(answer, scope.why, scope.is_for_all, scope.domain)
                self._waits[name] = wait
                waits.append(wait)
        return waits

    def _tidy(self, now: datetime) -> None:
        """Forget what is of no use any more."""
        self._tidied = now
        self._scopes.clear()
        self._grants = {
            name: in_use
            for name, in_use in self._grants.items()
            if in_use.is_usable(now)
        }
        self._waits = {
            name: wait for name, wait in self._waits.items() if now < wait.until
        }

    def _add_scopes(self, domains: tuple[str, str]) -> tuple[LimitScope, ...]:
        most = limits.DOMAIN_CHARACTERS
        to, sender = (name.strip().rstrip(".").lower()[:most] for name in domains)
        rates, scopes = self._rates, []
        if rates.overall:
            why = f"no more may leave: {limits_in_words(rates.overall)} (DIGEST_RATE)"
            scopes.append(LimitScope(EVERYTHING, rates.overall, why, is_for_all=True))
        if own := rates.domains.of(to):
            why = f"no more may go to {to}: {limits_in_words(own)} (DIGEST_DOMAIN_RATE)"
            scopes.append(LimitScope(f"to {to}", own, why, is_for_all=False))
        if first := rates.slow_start:
            why = (
                f"{sender or 'the sending domain'} is new and starts slowly, with "
                f"{first.copies} copies on its first day (DIGEST_SLOW_START)"
            )
            scopes.append(LimitScope(f"from {sender}", (first,), why, True, sender))  # noqa: FBT003 - a field
        self._scopes[domains] = tuple(scopes)
        return self._scopes[domains]
