"""Which machines may be asked for a document, and which never are."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self

Address = IPv4Address | IPv6Address

USUAL_PORTS = frozenset({80, 443})
_HERE = "this machine itself"
_PRIVATE = "a private network"
_RESERVED = "no place on the open web"
_DISGUISE = "an address that may hide another one"
# Our own table and not `is_global`, which calls several of these global and
# whose answers differ between versions of Python.
_DENIED_V4: Sequence[tuple[str, str]] = (
    ("0.0.0.0/8", _HERE),
    ("10.0.0.0/8", _PRIVATE),
    ("100.64.0.0/10", _PRIVATE),  # carriers' own, RFC 6598
    ("127.0.0.0/8", _HERE),
    ("168.63.129.16/32", _PRIVATE),  # answers inside one large cloud alone
    ("169.254.0.0/16", _PRIVATE),  # link-local, and where clouds keep their keys
    ("172.16.0.0/12", _PRIVATE),
    ("192.0.0.0/24", _RESERVED),
    ("192.0.2.0/24", _RESERVED),
    ("192.88.99.0/24", _RESERVED),
    ("192.168.0.0/16", _PRIVATE),
    ("198.18.0.0/15", _RESERVED),
    ("198.51.100.0/24", _RESERVED),
    ("203.0.113.0/24", _RESERVED),
    ("224.0.0.0/4", _RESERVED),  # multicast
    ("240.0.0.0/4", _RESERVED),
)
_DENIED_V6: Sequence[tuple[str, str]] = (
    ("::/128", _HERE),
    ("::1/128", _HERE),
    ("::/96", _DISGUISE),
    ("::ffff:0:0/96", _DISGUISE),  # IPv4-mapped
    ("::ffff:0:0:0/96", _DISGUISE),  # IPv4-translated
    ("64:ff9b::/96", _DISGUISE),  # NAT64
    ("64:ff9b:1::/48", _DISGUISE),
    ("2001::/23", _DISGUISE),  # Teredo, and what else is no machine's own
    ("2001:db8::/32", _RESERVED),
    ("2002::/16", _DISGUISE),  # 6to4
    ("3ffe::/16", _RESERVED),
    ("3fff::/20", _RESERVED),
    ("fc00::/7", _PRIVATE),
    ("fe80::/10", _PRIVATE),
    ("fec0::/10", _PRIVATE),
    ("ff00::/8", _RESERVED),
)
_DENIED = tuple((ip_network(net), why) for net, why in (*_DENIED_V4, *_DENIED_V6))
# All that has been given to machines so far (RFC 4291 section 2.4).
_GLOBAL_V6 = IPv6Network("2000::/3")
# An ISATAP interface (RFC 5214 section 6.1) carries an IPv4 address.
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})


@dataclass(frozen=True, slots=True)
class NetworkTarget:
    """A host, or a network of addresses, at one port or (None) at all of them."""

    where: str | IPv4Network | IPv6Network
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the place that `text` names. Raises ValueError in words."""
        bare, port = text.strip(), None
        head, colon, tail = bare.rpartition(":")
        if colon and "/" not in tail and (head.endswith("]") or ":" not in head):
            if not tail.isascii() or not tail.isdigit() or not 0 < int(tail) < 65_536:
                raise ValueError(f"has {text}: a port is a number up to 65535")
            bare, port = head, int(tail)
        if bare.startswith("[") and bare.endswith("]"):
            bare = bare[1:-1]
        try:
            return cls(ip_network(bare), port)
        except ValueError:
            return cls(_host(bare, text), port)

    def holds(self, host: str, port: int, address: Address) -> bool:
        """Whether asking `host`, which is at that address, is asking this place."""
        if self.port not in {None, port}:
            return False
        if isinstance(self.where, str):
            return self.where == host.lower().rstrip(".")
        return address in self.where

    def __str__(self) -> str:
        """Return it as an operator would write it."""
        where = str(self.where)
        if not isinstance(self.where, str) and self.where.num_addresses == 1:
            where = str(self.where.network_address)
        if self.port is None:
            return where
        is_v6 = isinstance(self.where, IPv6Network)
        return f"[{where}]:{self.port}" if is_v6 else f"{where}:{self.port}"


@dataclass(frozen=True, slots=True)
class WebAccess:
    """The open web on its usual ports, and the places that an operator named."""

    allowed: tuple[NetworkTarget, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what `text` allows. Raises ValueError in words."""
        places = (place for place in text.split(",") if place.strip())
        return cls(tuple(map(NetworkTarget.parse, places)))

    def refusal(self, host: str, port: int, address: str, *, is_ours: bool) -> str:
        """Return why `host` must not be asked at that address, or "" if it may.

        `is_ours` is whether the address is one of this machine's. Raises
        ValueError where `address` is no address.
        """
        target = ip_address(address)
        if any(place.holds(host, port, target) for place in self.allowed):
            return ""
        if port not in USUAL_PORTS:
            return f"port {port} is not one of the web's own, 80 and 443"
        why = _why_denied(target) or (_HERE if is_ours else "")
        return f"it leads to {address}, {why}" if why else ""

    def __str__(self) -> str:
        """Return it as an operator would write it."""
        return ", ".join(map(str, self.allowed))


def _why_denied(address: Address) -> str:
    for network, why in _DENIED:
        if address in network:
            return why
    if isinstance(address, IPv6Address):
        if address not in _GLOBAL_V6:
            return _RESERVED
        if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
            return _DISGUISE
    return ""


def _host(bare: str, text: str) -> str:
    try:
        host = bare.lower().rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    is_plain = host and all(sign.isalnum() or sign in "-._" for sign in host)
    if not is_plain or host.replace(".", "").isdigit():
        raise ValueError(
            f"has {text.strip()}: write hosts or networks with commas between, e.g. "
            "news.example.org, 192.168.5.0/24, 127.0.0.1:8080"
        )
    return host
