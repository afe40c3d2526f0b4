"""Which channel serves a reader, in which format: need, permission, data present."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from digest.model.formats import HTML, LETTER, Channel, Format, named
from digest.model.people.lawful_basis import BasisGap
from digest.model.people.person import Person, bare_digits
from digest.model.people.postal_address import PostalAddress


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """All that decides how one reader is served, as known at one moment."""

    wanted: Format
    is_subscribed: bool = True
    has_email: bool = False
    has_address: bool = False
    has_phone: bool = False
    email_suppressed: bool = False
    post_suppressed: bool = False
    phone_suppressed: bool = False
    # Why the lawful basis on record is not enough for an email; None where it is.
    basis_gap: BasisGap | None = field(default=None, kw_only=True)

    @property
    def may_be_emailed(self) -> bool:
        """Whether the lawful basis on record is enough for an email."""
        return self.basis_gap is None

    def can_get(self, channel: Channel) -> bool:
        """Whether a copy may travel by that channel and can arrive."""
        match channel:
            case Channel.EMAIL:
                is_open = self.may_be_emailed and not self.email_suppressed
                return self.has_email and is_open
            case Channel.POST:
                return self.has_address and not self.post_suppressed
            case Channel.PHONE:
                return self.has_phone and not self.phone_suppressed
            case _:
                assert_never(channel)


@dataclass(frozen=True, slots=True)
class Served:
    """The reader gets a copy in this format by this channel."""

    channel: Channel
    format: Format


@dataclass(frozen=True, slots=True)
class NotServed:
    """The reader gets no copy; `reason` tells staff why and what would help."""

    reason: str


Resolution = Served | NotServed


def resolve(facts: ReaderFacts) -> Resolution:
    """Return how a reader is served: need, permission, data present, what came back.

    A reader of emails whose email cannot work gets a letter where one can. A
    need for paper or a call is never answered by email: that would not meet the need.
    Nobody is rung in place of an email or a letter.
    """
    if not facts.is_subscribed:
        return NotServed("has left this campaign, or every list of it")
    if facts.wanted.channel is None:
        return NotServed(
            f"needs {facts.wanted}, which is not made yet: "
            "take the news to them by hand"
        )
    wanted = facts.wanted
    other = (named(wanted.otherwise),) if wanted.otherwise else ()
    for fmt in (wanted, *other):
        if fmt.channel and facts.can_get(fmt.channel):
            return Served(fmt.channel, fmt)
    return NotServed(_obstacle(facts, facts.wanted.channel))


def reached_at(person: Person, channel: Channel) -> str | PostalAddress | None:
    """Return what somebody is reached at by a channel, the same for the same place."""
    match channel:
        case Channel.EMAIL:
            return person.keys.email
        case Channel.POST:
            return person.address
        case Channel.PHONE:
            return person.phone and bare_digits(person.phone)
        case _:
            assert_never(channel)


@dataclass(frozen=True, slots=True)
class OtherChannel:
    """What helps whom a channel does not reach any more: another, and what it brings.

    `lost_by` is how a suppression begins that came of what came back, for SQL;
    `address` what is held of whoever the other channel reaches; `names` what a
    permission says that is for it.
    """

    words: str
    lost_by: str
    channel: Channel
    format: Format
    brings: str
    address: str
    names: str


INSTEAD: Mapping[Channel, OtherChannel] = {
    Channel.EMAIL: OtherChannel(
        "Email",
        "bounced%",
        Channel.POST,
        LETTER,
        "letters",
        "postal address",
        r"\b(letters?|by post|on paper)\b",
    ),
    Channel.POST: OtherChannel(
        "Post",
        "letter %came back%",
        Channel.EMAIL,
        HTML,
        "emails",
        "email address",
        r"\be-?mails?\b",
    ),
}


def _obstacle(facts: ReaderFacts, channel: Channel) -> str:  # noqa: PLR0911 - a case each
    match channel:
        case Channel.EMAIL if facts.has_email and facts.basis_gap:
            return facts.basis_gap.words
        case Channel.EMAIL if facts.has_email:
            return "the email address is suppressed and no postal address is held"
        case Channel.EMAIL:
            return "no email address and no postal address is held: add one"
        case Channel.POST if facts.has_address:
            return "post to this address is suppressed"
        case Channel.POST:
            return "wants a letter, but no full postal address is held: add one"
        case Channel.PHONE if facts.has_phone:
            return "calls to this number are suppressed"
        case Channel.PHONE:
            return "wants a phone call, but no phone number is held: add one"
        case _:
            assert_never(channel)
