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
    # Their own permission, as it is on record: store.people.kinds.permissions.
    agreed_to_letters: bool = False
    agreed_to_calls: bool = False
    # Why the lawful basis on record is not enough for an email; None where it is.
    basis_gap: BasisGap | None = field(default=None, kw_only=True)

    @property
    def may_be_emailed(self) -> bool:
        """Whether the lawful basis on record is enough for an email."""
        return self.basis_gap is None

    @property
    def may_get_letters_instead(self) -> bool:
        """Whether letters may take the place of emails that cannot reach them."""
        is_dead = self.email_suppressed or not self.has_email
        return self.agreed_to_letters or not (is_dead or self.may_be_emailed)

    def can_get(self, channel: Channel) -> bool:
        """Whether a copy may travel by that channel and can arrive."""
        match channel:
            case Channel.EMAIL:
                is_open = self.may_be_emailed and not self.email_suppressed
                return self.has_email and is_open
            case Channel.POST:
                return self.has_address and not self.post_suppressed
            case Channel.PHONE:
                is_open = self.agreed_to_calls and not self.phone_suppressed
                return self.has_phone and is_open
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

    A reader of emails whose email cannot work gets letters where they agreed to it;
    others are to be offered them. (Where our lawful basis alone forbids the email a
    letter goes, which needs none.) A need for paper or a call is never answered by
    email: that would not meet the need. Nobody is rung in place of an email or a
    letter, or who has not asked for it.
    """
    if not facts.is_subscribed:
        return NotServed("has left this campaign, or every list of it")
    if facts.wanted.channel is None:
        return NotServed(
            f"needs {facts.wanted}, which is not made yet: "
            "take the news to them by hand"
        )
    wanted = facts.wanted
    has_otherwise = wanted.otherwise and facts.may_get_letters_instead
    other = (named(wanted.otherwise),) if has_otherwise else ()
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


# What a permission says that is for letters: in words that databases search by too.
LETTERS = r"(^|[^a-z0-9_])(letters?|by post|on paper)([^a-z0-9_]|$)"
INSTEAD: Mapping[Channel, OtherChannel] = {
    Channel.EMAIL: OtherChannel(
        "Email",
        "bounced%",
        Channel.POST,
        LETTER,
        "letters",
        "postal address",
        LETTERS,
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
    Channel.PHONE: OtherChannel(
        "Phone",
        "wrong number%",
        Channel.POST,
        LETTER,
        "letters",
        "postal address",
        LETTERS,
    ),
}

# What a dead email becomes where they agreed to it.
IN_PLACE_OF_EMAILS = INSTEAD[Channel.EMAIL]


def _obstacle(facts: ReaderFacts, channel: Channel) -> str:
    match channel:
        case Channel.EMAIL if facts.has_email:
            return _no_email(facts)
        case Channel.EMAIL if facts.has_address:
            return (
                "no email address is held, and they have not agreed to letters: ask "
                "them for one, or whether they would like letters"
            )
        case Channel.EMAIL:
            return "no email address and no postal address is held: add one"
        case Channel.POST if facts.has_address:
            return "post to this address is suppressed"
        case Channel.POST:
            return "wants a letter, but no full postal address is held: add one"
        case Channel.PHONE:
            return _no_call(facts)
        case _:
            assert_never(channel)


def _no_email(facts: ReaderFacts) -> str:
    if facts.basis_gap:
        return facts.basis_gap.words
    if facts.has_address:
        return (
            "the email address is suppressed, and they have not agreed to letters: "
            "ask them whether they would like letters"
        )
    return "the email address is suppressed and no postal address is held"


def _no_call(facts: ReaderFacts) -> str:
    if not facts.has_phone:
        return "wants a phone call, but no phone number is held: add one"
    if facts.phone_suppressed:
        return "calls to this number are suppressed"
    return (
        "a phone number is held, but not that they want to be rung: ask them, and "
        "write down what they need"
    )
