"""Another channel for whom one does not reach any more: offered, and never taken alone.

A dead email need not be the end: many would like a letter. But nobody is moved to
another channel unless they agreed to it, and that is on record with how.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.model.formats import PHONE, Channel, Format
from digest.model.people.channel_choice import INSTEAD, OtherChannel
from digest.model.people.person import DID_NOT_ASK, Consent


class OfferMeans(StrEnum):
    """How somebody agreed to another channel; RECORD: a permission says so already."""

    RECORD = "record"
    PHONE = "phone"
    LETTER = "letter"
    VISIT = "visit"

    @property
    def words(self) -> str:
        """The same as staff read it."""
        return "as on record" if self is OfferMeans.RECORD else f"as said by {self}"


class OfferOutcome(StrEnum):
    """What became of an offer."""

    CHANGED = "changed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class OfferKey:
    """Whom an offer is for, and which channel does not reach them."""

    person_id: int
    lost: Channel

    @property
    def way(self) -> OtherChannel:
        """What may reach them instead."""
        return INSTEAD[self.lost]


@dataclass(frozen=True, slots=True)
class ChannelOffer:
    """An offer that waits: why the channel is lost, since when, and what there is.

    `can_change` says that the other channel has an address which takes mail.
    `agreement` are the words of a permission that is for it, or "".
    """

    key: OfferKey
    name: str
    cause: str
    since: datetime
    can_change: bool
    agreement: str = ""
    phone: str = ""
    organiser: str = ""


# Why an address is suppressed, as staff read it, by how that is kept.
_CAUSES = (
    ("bounced: 5.1.", "their email address does not exist"),
    ("bounced: 5.2.1", "their mailbox takes no mail any more"),
    ("bounced again", "their mailbox took no mail for weeks"),
    ("wrong number", "their phone number is somebody else's"),
    ("no answer", "nobody answers their phone"),
)


_SENTENCES = re.compile(r"[.;!?\n]+")
_REFUSAL = re.compile(
    r"\b(no|not|never|nor|neither|none|without|stop|stopped|except|instead of"
    r"|rather than|\w+n['\u2019]t|cannot)\b",
    re.IGNORECASE,
)


def cause_in_words(cause: str) -> str:
    """Return why a channel was lost, in plain words, with the words that are kept."""
    plain = next((words for start, words in _CAUSES if cause.startswith(start)), "")
    return f"{plain} ({cause})" if plain else cause


def has_asked_for_calls(wanted: Format | None, consents: Sequence[Consent]) -> bool:
    """Whether somebody asked to be rung: they need it by their own word.

    A number alone is no such thing, nor is what somebody was put down for whom nobody
    asked; store.people.kinds.permissions asks the same of rows.
    """
    return wanted is PHONE and any(each.basis != DID_NOT_ASK for each in consents)


def agreement_on_record(consents: Sequence[Consent], way: OtherChannel) -> str:
    """Return the words of a permission of theirs that is for that way, or "".

    Its wording alone counts: how somebody signed up says nothing of what they want.
    Of a sentence that refuses anything nothing is taken: staff ask.
    """
    for consent in consents:
        wording = consent.wording
        is_named = any(
            re.search(way.names, sentence, re.IGNORECASE)
            and not _REFUSAL.search(sentence)
            for sentence in _SENTENCES.split(wording)
        )
        if consent.is_a_request and is_named:
            return consent.wording
    return ""
