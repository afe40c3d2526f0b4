"""A sender's domain looked up in DNS, by the machine's own resolver."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import dns.exception
import dns.name
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT

from digest.deliver.limits import DNS_NAMES, DNS_SECONDS
from digest.model.sender_records import DomainAnswers

_DMARC = "v=DMARC1"


def look_up(domain: str) -> DomainAnswers:
    """Return what DNS answers of a domain, within some seconds; raises nothing."""
    with ThreadPoolExecutor(4) as threads:
        texts = threads.submit(_texts, domain)
        dmarc = threads.submit(_dmarc, domain)
        keys = threads.submit(_is_there, f"_domainkey.{domain}")
        exchangers = threads.submit(_exchangers, domain)
        return DomainAnswers(
            texts.result(), dmarc.result(), keys.result(), exchangers.result()
        )


def _texts(name: str) -> tuple[str, ...] | None:
    answer = _answer(name, "TXT")
    if answer is None:
        return None
    # In whichever order they came, which a server may change each time.
    texts = (
        b"".join(record.strings).decode("utf-8", "replace")
        for record in answer
        if isinstance(record, TXT)
    )
    return tuple(sorted(texts))


def _dmarc(domain: str) -> tuple[str, ...] | None:
    """Return the DMARC records of a domain, or of the nearest above it (RFC 9989)."""
    for name in _above(domain):
        texts = _texts(f"_dmarc.{name}")
        if texts is None:
            return None
        if records := tuple(text for text in texts if text.startswith(_DMARC)):
            return records
    return ()


def _above(domain: str) -> Iterator[str]:
    labels = domain.rstrip(".").split(".")[-DNS_NAMES:]
    for at in range(max(len(labels) - 1, 1)):
        yield ".".join(labels[at:])


def _exchangers(domain: str) -> tuple[str, ...] | None:
    answer = _answer(domain, "MX")
    if answer is None:
        return None
    return tuple(sorted(str(row.exchange) for row in answer if isinstance(row, MX)))


def _is_there(name: str) -> bool | None:
    """Whether there is that name, or any under it (RFC 8020)."""
    try:
        _resolve(name, "TXT")
    except dns.resolver.NXDOMAIN:
        return False
    except dns.resolver.NoAnswer:
        return True
    except (dns.exception.DNSException, ValueError, OSError):
        return None
    return True


def _answer(name: str, kind: str) -> Sequence[object] | None:
    """Return the records of a kind, none where there is no such name; None: unknown."""
    try:
        return list(_resolve(name, kind))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, ValueError, OSError):
        return None


def _resolve(name: str, kind: str) -> dns.resolver.Answer:
    resolver = dns.resolver.get_default_resolver()
    absolute = dns.name.from_text(name)
    return resolver.resolve(absolute, kind, lifetime=DNS_SECONDS)
