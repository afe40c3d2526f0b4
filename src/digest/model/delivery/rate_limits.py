"""How fast copies may leave, as the operator writes it: 100/s, 10000/h."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from digest.model.campaigns.durations import in_words

_LIMIT = re.compile(r"(\d{1,9})\s*/\s*([smhd])")
_WINDOWS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)+")
_EVERY = "*"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many copies in any window of that length."""

    copies: int
    window: timedelta

    @classmethod
    def parse(cls, text: str) -> "RateLimit":
        """Return the limit that "100/s" writes. Raises ValueError in words."""
        match = _LIMIT.fullmatch(text.strip())
        if match is None or not int(match[1]):
            raise ValueError(
                "must be a number of copies and s, m, h or d, e.g. 100/s, 10000/h"
            )
        return cls(int(match[1]), _WINDOWS[match[2]])

    def __str__(self) -> str:
        """Return it as it is written."""
        unit = {window: name for name, window in _WINDOWS.items()}
        return f"{self.copies}/{unit[self.window]}"


def parse_limits(text: str) -> tuple[RateLimit, ...]:
    """Return limits written with commas between. Raises ValueError in words."""
    return tuple(RateLimit.parse(part) for part in text.split(",") if part.strip())


def limits_in_words(limits: Iterable[RateLimit]) -> str:
    """Return limits as one says them: 1000 in 1 hour."""
    return " and ".join(
        f"{limit.copies} in {in_words(limit.window)}" for limit in limits
    )


def parse_slow_start(text: str) -> RateLimit:
    """Return how many copies a new domain may send on its first day."""
    limit = RateLimit.parse(text)
    if limit.window != _WINDOWS["d"]:
        raise ValueError("must be a number of copies a day, e.g. 500/d")
    return limit


@dataclass(frozen=True, slots=True)
class DomainRateLimits:
    """Limits for each receiving domain; those of a named one stand in for the rest."""

    named: tuple[tuple[str, RateLimit], ...] = ()

    @classmethod
    def parse(cls, text: str) -> "DomainRateLimits":
        """Return what "20/s" or "example.net=5/s, *=20/s" writes.

        Raises ValueError in words.
        """
        return cls(tuple(_named(part) for part in text.split(",") if part.strip()))

    def of(self, domain: str) -> tuple[RateLimit, ...]:
        """Return the limits for that domain, which is in lower case."""
        own = tuple(limit for name, limit in self.named if name == domain)
        return own or tuple(limit for name, limit in self.named if name == _EVERY)

    def __str__(self) -> str:
        """Return it as it is written."""
        return ", ".join(f"{name}={limit}" for name, limit in self.named)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Everything that limits how fast copies may leave; nothing, unless said."""

    overall: tuple[RateLimit, ...] = ()
    domains: DomainRateLimits = DomainRateLimits()
    slow_start: RateLimit | None = None

    @property
    def are_none(self) -> bool:
        """Whether nothing is limited."""
        return not (self.overall or self.domains.named or self.slow_start)


def _named(part: str) -> tuple[str, RateLimit]:
    name, equals, limit = part.rpartition("=")
    domain = name.strip().lower() if equals else _EVERY
    if domain != _EVERY and not _DOMAIN.fullmatch(domain):
        raise ValueError(
            f'names "{domain}", which is not a domain: '
            "write e.g. example.net=5/s, *=20/s"
        )
    return domain, RateLimit.parse(limit)
