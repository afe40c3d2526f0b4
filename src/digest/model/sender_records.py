"""What a sender's domain says of its mail, judged: SPF, DKIM, DMARC and MX.

Receivers ask for these before they take mail in. It is advice: what stands in DNS is
not ours, and where we cannot look we do not know.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class DnsRecordStanding(StrEnum):
    """How one of a domain's records stands."""

    THERE = "there"
    TO_MEND = "to mend"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DomainAnswers:
    """What DNS answered of a domain; None is of what could not be looked up.

    `texts` are its TXT records, `dmarc` those that begin as one of DMARC does, of it or
    else of the domain above it. `has_keys` is whether any name is under _domainkey,
    `exchangers` are the hosts that take its mail.
    """

    texts: tuple[str, ...] | None = None
    dmarc: tuple[str, ...] | None = None
    has_keys: bool | None = None
    exchangers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One record: how it stands, what that means, and what would mend it."""

    name: str
    standing: DnsRecordStanding
    words: str


def judged(domain: str, answers: DomainAnswers) -> tuple[DnsRecord, ...]:
    """Return how each of a domain's records stands, in the order people mend them."""
    return (
        _record("SPF", answers.texts, _spf(domain, answers.texts or ())),
        _dkim(domain, answers.has_keys),
        _record("DMARC", answers.dmarc, _dmarc(domain, answers.dmarc or ())),
        _record("MX", answers.exchangers, _mx(domain, answers.exchangers or ())),
    )


def _record(name: str, answer: object, faults: Iterator[str]) -> DnsRecord:
    if answer is None:
        words = "could not be looked up from here"
        return DnsRecord(name, DnsRecordStanding.UNKNOWN, words)
    fault = next(faults, "")
    standing = DnsRecordStanding.TO_MEND if fault else DnsRecordStanding.THERE
    return DnsRecord(name, standing, fault or "is there")


def _spf(domain: str, texts: tuple[str, ...]) -> Iterator[str]:
    records = [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]
    if not records:
        yield (
            f"{domain} does not say who may send for it (RFC 7208): add a TXT record "
            'such as "v=spf1 include:YOUR-MAIL-SERVICE ~all", with what your mail '
            "service tells you to include"
        )
    elif len(records) > 1:
        yield f"{domain} has {len(records)} SPF records, and none counts: make them one"
    elif records[0].lower().split()[-1] in ("+all", "all"):
        yield f"{domain} lets anybody send for it: end its SPF record with ~all or -all"


def _dkim(domain: str, has_keys: bool | None) -> DnsRecord:  # noqa: FBT001 - an answer
    if has_keys is None:
        words = "could not be looked up from here"
        return DnsRecord("DKIM", DnsRecordStanding.UNKNOWN, words)
    if has_keys:
        words = "has keys; that the mail server signs is seen in a mail that arrived"
        return DnsRecord("DKIM", DnsRecordStanding.THERE, words)
    words = (
        f"{domain} has no key to sign with (RFC 6376): have the mail server sign for "
        "it, and add the TXT record that it gives you under _domainkey"
    )
    return DnsRecord("DKIM", DnsRecordStanding.TO_MEND, words)


def _dmarc(domain: str, records: tuple[str, ...]) -> Iterator[str]:
    if not records:
        yield (
            f"{domain} has no DMARC record (RFC 9989): add a TXT record "
            f'_dmarc.{domain} with "v=DMARC1; p=none"'
        )
    elif len(records) > 1:
        yield f"_dmarc.{domain} has {len(records)} DMARC records, and none counts"


def _mx(domain: str, hosts: tuple[str, ...]) -> Iterator[str]:
    if not hosts:
        yield f"{domain} has no MX record: answers and bounces may be lost"
    elif hosts == (".",):
        yield f"{domain} says that it takes no mail (RFC 7505): answers are lost"
