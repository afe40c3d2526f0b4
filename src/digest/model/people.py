"""Who somebody is, and whether two rows of a list speak of the same person.

A person is known by their email address; without one by name and postcode
(abroad: name and address); without either by name and phone. So two people
may share a house and a phone, and Ann of ZZ99 1AA stays Ann when her street
is spelt otherwise or an email address is added.
"""

import re
from dataclasses import dataclass

from digest.model.postal import PostalAddress, tidy
from digest.model.readers import Format

_ABROAD_TO_HOME = re.compile(r"^(?:\+|00)44(?:\(0\))?0?")


@dataclass(frozen=True, slots=True)
class Keys:
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


@dataclass(frozen=True, slots=True)
class Consent:
    """The evidence of permission, as it was written down."""

    basis: str = ""
    method: str = ""
    at: str = ""
    wording: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One row of a subscriber list, checked. Empty means that nothing was said.

    `topics` is None where nothing was said, and () for everything.
    """

    name: str
    keys: Keys
    email: str = ""
    phone: str = ""
    address: PostalAddress | None = None
    format: Format | None = None
    schedule: str = ""
    topics: tuple[str, ...] | None = None
    language: str = ""
    organiser: str = ""
    notes: str = ""
    consent: Consent = Consent()


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a copy is for: all of a person that a copy may show."""

    name: str
    email: str = ""
    address: PostalAddress | None = None

    @property
    def salutation(self) -> str:
        """The words that a copy opens with."""
        return f"Dear {self.name}"


def post_key(name: str, address: PostalAddress | None) -> str:
    """Return what a person is known by without an email address, or ""."""
    if address is None:
        return ""
    if address.is_abroad:
        where = "|".join((address.country, address.postcode, *address.lines))
    else:
        where = address.postcode
    return f"{tidy(name)}|{tidy(where)}".casefold()


def phone_key(name: str, phone: str) -> str:
    """Return what a person is known by with only a phone, or "".

    +44 1632, 0044 1632 and 01632 are the same.
    """
    if not phone:
        return ""
    bare = re.sub(r"[^\d+()]", "", phone)
    digits = re.sub(r"\D", "", _ABROAD_TO_HOME.sub("0", bare))
    return f"{tidy(name)}|{digits}".casefold()
