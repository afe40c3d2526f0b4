"""Connections made only to addresses that have been looked at (standards: SSRF)."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

import httpcore

from digest.model.campaigns.web_access import USUAL_PORTS, WebAccess

Resolve = Callable[[str, int], Sequence[str]]


class DeniedError(Exception):
    """A host must not be asked; its words say why."""


def resolved(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, the preferred one first. Raises OSError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


@dataclass(frozen=True, slots=True)
class GuardedBackend(httpcore.NetworkBackend):
    """Resolves a host once, looks at every answer, and connects to one of those.

    A host with one address that must not be asked is not asked at all. Raises
    DeniedError for it, and httpcore's ConnectError and ConnectTimeout.
    """

    access: WebAccess
    resolve: Resolve = resolved
    _plain: httpcore.SyncBackend = field(default_factory=httpcore.SyncBackend)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a connection to a checked address of `host`."""
        until = time.monotonic() + (timeout or 0)
        addresses = self._checked(host, port, timeout or 0)
        for tries, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            # Each gets its share, so that one dead address cannot cost them all.
            share = max(until - time.monotonic(), 0.001) / tries
            try:
                return self._plain.connect_tcp(
                    address, port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if tries == 1:
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    def _checked(self, host: str, port: int, timeout: float) -> Sequence[str]:
        addresses = self._resolved(host, port, timeout)
        for address in addresses:
            is_ours = _is_ours(address)
            why = self.access.refusal(host, port, address, is_ours=is_ours)
            if why:
                # As an operator would allow it: no wider than is needed.
                place = f"[{host}]" if ":" in host else host
                place = host if port in USUAL_PORTS else f"{place}:{port}"
                raise DeniedError(
                    f"{why}. Where that is meant, add {place} to DIGEST_FETCH_ALLOW"
                )
        return addresses

    def _resolved(self, host: str, port: int, timeout: float) -> Sequence[str]:
        """Return the host's addresses in time: the system's resolver has no limit."""
        answer: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

        def ask() -> None:
            try:
                answer.put(self.resolve(host, port))
            except (OSError, UnicodeError) as problem:
                answer.put(problem)

        threading.Thread(target=ask, daemon=True, name="resolver").start()
        try:
            addresses = answer.get(timeout=timeout)
        except Empty:
            raise httpcore.ConnectTimeout(f"{host} was not found in time") from None
        if isinstance(addresses, Exception):
            raise httpcore.ConnectError(f"{host} is not known") from addresses
        return addresses


def _is_ours(address: str) -> bool:
    """Whether the address is one of this machine's: only those can be bound to."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True
