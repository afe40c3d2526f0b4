"""Practice mode: where mail may go before somebody says that it is live."""

from collections.abc import Iterable
from enum import StrEnum


class Route(StrEnum):
    """Which carrier takes a copy."""

    OUTSIDE = "outside"
    INBOX = "inbox"


def route(address: str, allow: Iterable[str], *, live: bool) -> Route:
    """Return where mail to `address` goes.

    Once live, outside. Until then the built-in inbox, but for the addresses
    and whole @domains in `allow`; letters' case does not count, subdomains of
    an allowed domain are not meant.
    """
    if live:
        return Route.OUTSIDE
    folded = address.strip().casefold()
    _, at, domain = folded.rpartition("@")
    allowed = {entry.strip().casefold() for entry in allow}
    is_allowed = bool(at and domain) and (folded in allowed or f"@{domain}" in allowed)
    return Route.OUTSIDE if is_allowed else Route.INBOX
