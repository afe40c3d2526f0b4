"""Who somebody is, and whether two rows of a list speak of the same person.

A person is known by their email address; without one by name and postcode
(abroad: name and address); without either by name and phone. So two people
may share a house and a phone, and Ann of ZZ99 1AA stays Ann when her street
is spelt otherwise or an email address is added.
"""

import hashlib
from dataclasses import dataclass
from typing import Generic, TypeVar

from digest.model.formats import Format
from digest.model.limits import PERSON_KEY_LENGTH
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
        return self.names()[0]

    def names(self) -> list[str]:
        """Return every name that the person may be kept under, the best first."""
        named = (("email", self.email), ("post", self.post), ("phone", self.phone))
        return [f"{kind}:{key}" for kind, key in named if key]


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


@dataclass(frozen=True, slots=True)
class Consent:
    """The evidence of permission, as it was written down."""

    basis: str = ""
    method: str = ""
    at: str = ""
    wording: str = ""

    def over(self, stored: "Consent") -> "Consent":
        """Return the stored evidence, with whatever this says instead."""
        return Consent(
            self.basis or stored.basis,
            self.method or stored.method,
            self.at or stored.at,
            self.wording or stored.wording,
        )


NO_EVIDENCE = Consent()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody we may write to. Empty means that nothing was said.

    `topics` is None where nothing was said, and () for everything.
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


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a copy is for: all of a person that a copy may show."""

    name: str
    email: str = ""
    address: PostalAddress | None = None


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
    """Return what a person is known by with only a phone, or "".

    +44 1632, 0044 (0)1632 and 01632 are the same.
    """
    if not phone:
        return ""
    digits = phone.translate(_NO_DIGITS).removeprefix("+").removeprefix("00")
    if digits.startswith("44") and phone[0] in "+0(":
        digits = "0" + digits[2:].removeprefix("0")
    return f"{name}|{digits}".casefold()


class PersonIndex(Generic[T]):
    """People we know of, each with a value, found again by what identifies them."""

    def __init__(self) -> None:
        self._by_email: dict[str, T] = {}
        self._by_post: dict[str, T] = {}
        self._by_phone: dict[str, T] = {}
        self._without_email: dict[str, T] = {}
        self._with_phone_only: dict[str, T] = {}

    def add(self, keys: PersonKeys, value: T) -> None:
        """Get to know a person; the first of two with the same key is kept."""
        if keys.email:
            self._by_email.setdefault(keys.email, value)
        elif keys.post:
            self._without_email.setdefault(keys.post, value)
        elif keys.phone:
            self._with_phone_only.setdefault(keys.phone, value)
        if keys.post:
            self._by_post.setdefault(keys.post, value)
        if keys.phone:
            self._by_phone.setdefault(keys.phone, value)

    def find(self, keys: PersonKeys) -> T | None:
        """Return the value of the same person, or None.

        Two with different email addresses are never the same. Whoever gains
        an address of either kind is found by what was known of them before.
        """
        if keys.email and keys.email in self._by_email:
            return self._by_email[keys.email]
        if keys.post in self._without_email:
            return self._without_email[keys.post]
        if keys.post and not keys.email and keys.post in self._by_post:
            return self._by_post[keys.post]
        if keys.phone in self._with_phone_only:
            return self._with_phone_only[keys.phone]
        if keys.email or keys.post:
            return None
        return self._by_phone.get(keys.phone)
