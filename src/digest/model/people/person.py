"""Who somebody is, and whether two rows of a list speak of the same person.

A person is known by their email address; without one by name and postcode
(abroad: name and address), or by name and phone. So two people may share a
house and a phone, Ann of ZZ99 1AA stays Ann when her street is spelt otherwise
or an email address is added, and Ann of 01632 960 155 when she moves.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeVar

from digest.model.formats import Format
from digest.model.limits import PERSON_KEY_LENGTH
from digest.model.people.lawful_basis import LawfulBasis
from digest.model.people.postal_address import PostalAddress

T = TypeVar("T")

_NO_DIGITS = dict.fromkeys(map(ord, " ().-"))


@dataclass(frozen=True, slots=True)
class PersonKeys:
    """What identifies a person, each empty where nothing is held for it."""

    email: str = ""
    post: str = ""
    phone: str = ""

    @property
    def identity(self) -> str:
        """The best of them, as the one name under which the person is kept."""
        if self.email:
            return f"email:{self.email}"
        return f"post:{self.post}" if self.post else f"phone:{self.phone}"

    def names(self) -> list[str]:
        """Return every name that the person may be kept under, the best first."""
        names = [f"email:{self.email}"] if self.email else []
        if self.post:
            names.append(f"post:{self.post}")
        if self.phone:
            names.append(f"phone:{self.phone}")
        return names


@dataclass(frozen=True, slots=True)
class HashedKeys:
    """Keyed hashes of a person's keys; None where nothing is stored."""

    email: str | None
    post: str | None
    phone: str | None

    def targets(self) -> dict[str, str]:
        """Return the hashes there are, by channel."""
        hashes = {"email": self.email, "post": self.post, "phone": self.phone}
        return {channel: target for channel, target in hashes.items() if target}


# The bases that staff choose from; a list that is imported may have other words.
CONSENT, DID_NOT_ASK = LawfulBasis.CONSENT, LawfulBasis.DID_NOT_ASK
# Of these a sentence of its own says what they mean.
_SAID_OTHERWISE = {*LawfulBasis} - {CONSENT}
# In words that databases search by too.
A_CONSENT = r"(^|[^a-z0-9_])(consent|opt(ed)?[- ]?in([^a-z0-9_]|$))"
NO_CONSENT = r"(^|[^a-z0-9_])(soft|no|not)([^a-z0-9_]|$)|without"
_CONSENT = re.compile(A_CONSENT, re.IGNORECASE)
_NO_CONSENT = re.compile(NO_CONSENT, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Consent:
    """The evidence of permission, as it was written down.

    `evidence` is what can be shown of it: where a signed form lies; `conditions` are
    those of a soft opt-in that hold: model.people.lawful_basis.
    """

    basis: str = ""
    method: str = ""
    at: str = ""
    wording: str = ""
    conditions: str = ""
    evidence: str = ""

    @property
    def is_a_request(self) -> bool:
        """Whether it says that the person asked: a consent, with how or when."""
        is_consent = _CONSENT.search(self.basis) and not _NO_CONSENT.search(self.basis)
        return bool(is_consent and (self.method or self.at or self.wording))

    @property
    def in_words(self) -> str:
        """What it says of how and when, or of why, in its own words."""
        has_none = self.is_a_request or self.basis in _SAID_OTHERWISE
        basis = "" if has_none else self.basis
        return ", ".join(filter(None, (basis, self.method, self.at)))

    def over(self, stored: "Consent") -> "Consent":
        """Return the stored evidence, with whatever this says instead."""
        return Consent(
            self.basis or stored.basis,
            self.method or stored.method,
            self.at or stored.at,
            self.wording or stored.wording,
            self.conditions or stored.conditions,
        )


NO_EVIDENCE = Consent()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody we may write to. Empty means that nothing was said.

    `topics` is None where nothing was said, and () for everything. `reference`
    is what a list itself calls the person, and holds in that list alone.
    """

    name: str
    keys: PersonKeys
    email: str = ""
    phone: str = ""
    address: PostalAddress | None = None
    format: Format | None = None
    schedule: str = ""
    topics: tuple[str, ...] | None = None
    language: str = ""
    organiser: str = ""
    notes: str = ""
    consent: Consent = NO_EVIDENCE
    reference: str = ""

    def known_as(self, stored: "Person") -> "Person":
        """Return this with who the stored person is, and how they are reached."""
        return replace(
            self,
            name=stored.name,
            keys=stored.keys,
            email=stored.email,
            phone=stored.phone,
            address=stored.address,
        )

    def over(self, stored: "Person") -> "Person":
        """Return the stored person, with whatever this says instead.

        What this leaves empty stays as it is stored.
        """
        email, address = self.email or stored.email, self.address or stored.address
        phone = self.phone or stored.phone
        return Person(
            name=self.name,
            keys=PersonKeys(
                self.keys.email or stored.keys.email,
                post_key(self.name, address),
                phone_key(self.name, phone),
            ),
            email=email,
            phone=phone,
            address=address,
            format=self.format or stored.format,
            schedule=self.schedule or stored.schedule,
            topics=stored.topics if self.topics is None else self.topics,
            language=self.language or stored.language,
            organiser=self.organiser or stored.organiser,
            notes=self.notes or stored.notes,
        )


class Addressee(NamedTuple):
    """Whom a copy is for: all of a person that a copy may show.

    `organiser` is who looks after their post, which decides the batch it is in. By
    their `mark` links in the copy tell them from who had their number before.
    """

    name: str
    email: str = ""
    address: PostalAddress | None = None
    consent: Consent = NO_EVIDENCE
    organiser: str = ""
    mark: str = ""
    phone: str = ""


def name_key(name: str) -> str:
    """Return the name as it is looked for: in one case of letters, single spaces."""
    return " ".join(name.casefold().split())


def post_key(name: str, address: PostalAddress | None) -> str:
    """Return what a person is known by without an email address, or ""."""
    if address is None:
        return ""
    where = address.postcode
    if address.is_abroad:
        where = "|".join((address.country, address.postcode, *address.lines))
    key = f"{name}|{where}".casefold()
    # A long one still tells people apart.
    return (
        key
        if len(key) <= PERSON_KEY_LENGTH
        else hashlib.sha256(key.encode()).hexdigest()
    )


def phone_key(name: str, phone: str) -> str:
    """Return what a person is known by with only a phone, or ""."""
    return f"{name}|{bare_digits(phone)}".casefold() if phone else ""


def bare_digits(phone: str) -> str:
    """Return a phone number as it is dialled from within its country, without spaces.

    +44 1632, 0044 (0)1632 and 01632 are the same.
    """
    digits = phone.translate(_NO_DIGITS).removeprefix("+").removeprefix("00")
    if digits.startswith("44") and phone[0] in "+0(":
        digits = "0" + digits[2:].removeprefix("0")
    return digits


class PersonIndex(Generic[T]):
    """People we know of, each with a value, found again by what identifies them."""

    def __init__(self) -> None:
        self._by_email: dict[str, T] = {}
        self._by_post: dict[str, T] = {}
        self._by_phone: dict[str, T] = {}
        self._post_without_email: dict[str, T] = {}
        self._phone_without_email: dict[str, T] = {}

    def __bool__(self) -> bool:
        """Whether it knows anybody."""
        return bool(self._by_email or self._by_post or self._by_phone)

    def add(self, keys: PersonKeys, value: T) -> None:
        """Get to know a person; the first of two with the same key is kept."""
        if keys.email:
            self._by_email.setdefault(keys.email, value)
        else:
            self._post_without_email.setdefault(keys.post, value)
            self._phone_without_email.setdefault(keys.phone, value)
        if keys.post:
            self._by_post.setdefault(keys.post, value)
        if keys.phone:
            self._by_phone.setdefault(keys.phone, value)

    def find(self, keys: PersonKeys) -> T | None:
        """Return the value of the same person, or None.

        Two with different email addresses are never the same. Whoever gains
        an address of either kind, or moves, is found by what was known before.
        """
        if keys.email and keys.email in self._by_email:
            return self._by_email[keys.email]
        by_post, by_phone = self._by_post, self._by_phone
        if keys.email:
            by_post, by_phone = self._post_without_email, self._phone_without_email
        for index, key in ((by_post, keys.post), (by_phone, keys.phone)):
            if key and key in index:
                return index[key]
        return None

    def similar(self, keys: PersonKeys) -> list[T]:
        """Return the values of those who share a name with a door or a phone."""
        pairs = ((self._by_post, keys.post), (self._by_phone, keys.phone))
        return [index[key] for index, key in pairs if key and key in index]
