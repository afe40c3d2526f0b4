"""A campaign as its file describes it: sources, schedules, who it goes to."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from digest.model.campaigns.day_times import QuietHours
from digest.model.campaigns.slots import Recurrence
from digest.model.formats import Format
from digest.model.logo import Logo
from digest.model.people.joining import Joining
from digest.model.people.lawful_basis import LawfulBasis
from digest.model.posts.identity.signs import Sign
from digest.model.posts.pictures import PictureHosting

AHEAD = timedelta(days=28)
# How late a slot may run: so much, or half the time to the next where that is far off.
CATCH_UP = timedelta(hours=6)
_FAR_OFF = timedelta(hours=36)  # more than a day is long, even where clocks change
# RFC 5321 §4.5.4.1: give up no sooner than after four or five days.
EXPIRES = timedelta(days=4)
# From one weekly edition to the next, and the day of that.
WHATS_ON = timedelta(days=8)
# Time to see what one has done, and to call it back.
HOLD_BACK = timedelta(minutes=5)


class SourceKind(StrEnum):
    """How a source is read; `gather` has one reader for each."""

    CALENDAR = "calendar"
    FEED = "feed"
    FOLDER = "folder"
    PAGE = "page"
    WORDPRESS = "wordpress"

    @property
    def is_on_disk(self) -> bool:
        """Whether it is read from a place on the machine, and not from the web."""
        return self in (SourceKind.FOLDER, SourceKind.WORDPRESS)


class Approval(StrEnum):
    """Who lets an edition go: nobody has to, one person, or two."""

    AUTOMATIC = "automatic"
    ONE = "one"
    TWO = "two"


class UnapprovedPolicy(StrEnum):
    """What becomes of an edition that nobody approves in time."""

    CARRY_OVER = "carry-over"
    SEND = "send"


class SectionKind(StrEnum):
    """By what an edition parts its posts."""

    TOPIC = "topic"
    SOURCE = "source"


class UncertainPolicy(StrEnum):
    """What becomes of a copy that was handed over and never answered for."""

    RESEND = "resend"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class FirstContact:
    """What to take from a source seen for the first time.

    `last` is how many of its newest items; None is all of them, 0 is none
    (start from now). What is dated before `since`, the campaign's first day,
    is not taken.
    """

    last: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PageSelectors:
    """CSS selectors by which parts of a page are chosen; "" is guessed.

    `links` chooses what leads to posts on pages of their own, `posts` the posts
    of one long page; the others choose inside a post.
    """

    links: str = ""
    posts: str = ""
    title: str = ""
    byline: str = ""
    date: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One place a campaign publishes to. `location` is a URL or a path.

    `ahead` is how long before it starts an event of a calendar is news, `known_by`
    the sign by which posts of a feed are recognised; None leaves it to all of them.
    """

    name: str
    kind: SourceKind
    location: str
    topics: tuple[str, ...] = ()
    first: FirstContact = FirstContact()
    moderated: bool = False
    ahead: timedelta = AHEAD
    select: PageSelectors = PageSelectors()
    known_by: Sign | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The named times at which editions of a campaign are due.

    `formats` are those whose readers start on it; `default` takes the rest.
    An email that has not gone when it `expires` is not sent at all. One that was
    `renamed_from` another is that one still: its readers, its editions. Its editions
    `close` so long before their slot, and no email leaves in hours that are `quiet`.
    They list events that begin within `whats_on`, also those told before; None lists
    none.
    """

    name: str
    times: Recurrence
    catch_up: timedelta | None = None
    default: bool = False
    formats: tuple[Format, ...] = ()
    expires: timedelta = EXPIRES
    renamed_from: str = ""
    close: timedelta = timedelta(0)
    quiet: QuietHours | None = None
    whats_on: timedelta | None = WHATS_ON

    def quiet_until(self, now: datetime) -> datetime | None:
        """Return when emails may leave again, where `now` is in its quiet hours."""
        return self.quiet.end(now, self.times.zone) if self.quiet else None

    def may_run_late(self, slot: datetime) -> timedelta:
        """Return how late its edition of that slot may still be made.

        As the file says; else six hours, or half the time to the slot after it
        where that is more than a day; the last for as long as it is of use.
        """
        if self.catch_up is not None:
            return self.catch_up
        following = self.times.next_slot(slot)
        if following is None:
            return self.expires
        gap = following - slot
        return gap / 2 if gap > _FAR_OFF else CATCH_UP


class Envelope(StrEnum):
    """The window envelope that letters are folded for."""

    DL = "dl"
    C5 = "c5"
    NOTIFY = "notify"


@dataclass(frozen=True, slots=True)
class LetterHead:
    """What a campaign's letters say about its sender, and what posting one costs.

    With `slip` they end with a reply slip, where they say an address to post it to.
    """

    sender: tuple[str, ...]
    envelope: Envelope = Envelope.DL
    phone: str = ""
    postage: str = "second"
    price: Decimal | None = None
    slip: bool = True


@dataclass(frozen=True, slots=True)
class LastEdition:
    """The last edition of each schedule: when it goes out, and what it says at its end.

    `at` is when; None leaves it to each schedule's own times on the campaign's last
    day. `goodbye` are paragraphs.
    """

    at: datetime | None = None
    is_off: bool = False
    goodbye: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who answers for a campaign, and by what right it may write to people.

    `charity` is the number of a registered charity. `charitable_purpose` says how all
    that the campaign sends serves its purposes, `public_task` which task of a public
    body it is, and by which law. `contact` is how people ask about what is held of
    them, in plain words.
    """

    name: str = ""
    contact: str = ""
    charity: str = ""
    charitable_purpose: str = ""
    public_task: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A cause whose posts are gathered and sent, as its file says.

    `sender_name` and `sender_address` are the parts of `from`. `in_full` is
    whether emails carry whole posts rather than summaries with a link, and
    `pictures` where their pictures are. `approvers` are the addresses
    that are told of an edition which waits. `hold_back` is how long every edition is
    held back once it may go; None leaves it to `holds_back`. `most_items` is how many
    posts and events a copy has; more posts come with the next edition. With
    `colour` is that of the header of its emails, "" for ours, and `logo` the picture
    in it, at the head of letters and above pages. With
    `events_alone` an edition with nothing new goes all the same where something is on.
    Without `joining` nobody can ask for it on the web. With `archive` anybody may read
    on the web what has gone out, and see what is on.
    """

    name: str
    title: str
    sender_name: str
    sender_address: str
    lists: tuple[str, ...]
    timezone: str
    sources: tuple[Source, ...]
    schedules: tuple[Schedule, ...]
    reply_to: str = ""
    language: str = "en-GB"
    starts: date | None = None
    ends: date | None = None
    last_edition: LastEdition = LastEdition()
    approval: Approval = Approval.AUTOMATIC
    approvers: tuple[str, ...] = ()
    unapproved: UnapprovedPolicy = UnapprovedPolicy.CARRY_OVER
    hold_back: timedelta | None = None
    most_items: int | None = None
    events_alone: bool = False
    sections: SectionKind | None = None
    uncertain: UncertainPolicy = UncertainPolicy.RESEND
    in_full: bool = False
    pictures: PictureHosting = PictureHosting.ATTACHED
    colour: str = ""
    logo: Logo | None = None
    letter: LetterHead = field(default_factory=lambda: LetterHead(sender=()))
    joining: Joining | None = None
    archive: bool = False
    organisation: Organisation = Organisation()

    def may_use(self, basis: LawfulBasis) -> bool:
        """Whether it says what a lawful basis needs, if that needs anything."""
        match basis:
            case LawfulBasis.SOFT_OPT_IN:
                of_a_charity = self.organisation
                return bool(of_a_charity.charity and of_a_charity.charitable_purpose)
            case LawfulBasis.PUBLIC_TASK:
                return bool(self.organisation.public_task)
            case LawfulBasis.CONSENT | LawfulBasis.DID_NOT_ASK:
                return True

    @property
    def has_postal_address(self) -> bool:
        """Whether it says from where it writes: the sender's name, then an address.

        Live emails have to say so, and letters have to come back somewhere.
        """
        return len(self.letter.sender) > 1

    def schedule_for(self, wanted: Format) -> Schedule:
        """Return the schedule on which a reader of that format starts."""
        named = (s for s in self.schedules if wanted in s.formats)
        default = (s for s in self.schedules if s.default)
        return next(named, None) or next(default, self.schedules[0])

    def schedule_named(self, name: str) -> Schedule | None:
        """Return the schedule of that name; None where it is gone."""
        return next((row for row in self.schedules if row.name == name), None)

    def quiet_until(self, schedule: str, now: datetime) -> datetime | None:
        """Return when emails of that schedule, perhaps gone, may leave; None is now."""
        row = self.schedule_named(schedule)
        return row.quiet_until(now) if row else None

    def expires_after(self, schedule: str) -> timedelta:
        """Return how long an email of that schedule, perhaps gone, is of use."""
        row = self.schedule_named(schedule)
        return row.expires if row else EXPIRES

    def holds_back(self, *, is_live: bool, by_person: bool) -> timedelta:
        """Return how long an edition is held back once it may go.

        Unless the file says otherwise: what a person lets go live, for a few minutes;
        what goes by itself leaves on time, and a rehearsal needs no calling back.
        """
        if self.hold_back is not None:
            return self.hold_back
        return HOLD_BACK if is_live and by_person else timedelta()

    def section_names(self) -> tuple[str, ...]:
        """Return its sections, in the order of its sources; none where it has none."""
        match self.sections:
            case SectionKind.TOPIC:
                topics = (topic for source in self.sources for topic in source.topics)
                return tuple(dict.fromkeys(topics))
            case SectionKind.SOURCE:
                return tuple(source.name for source in self.sources)
            case None:
                return ()

    def approve_by(self, schedule: str, slot: datetime) -> datetime:
        """Return until when an edition of that slot may be approved.

        As late as it may run; one of a schedule that is gone, for six hours.
        """
        late = (
            row.may_run_late(slot) for row in self.schedules if row.name == schedule
        )
        return slot + next(late, CATCH_UP)

    @property
    def begins(self) -> datetime | None:
        """The instant at which its first day begins, where it has one."""
        if self.starts is None:
            return None
        return datetime.combine(self.starts, time(), ZoneInfo(self.timezone))

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """When its first day begins and when its last is over, where it has them."""
        return (
            self.midnight(self.starts) if self.starts else None,
            self.midnight(self.ends + timedelta(days=1)) if self.ends else None,
        )

    def midnight(self, day: date) -> datetime:
        """Return the instant at which a day begins where the campaign is."""
        midnight = datetime.combine(day, time(), ZoneInfo(self.timezone))
        return midnight.astimezone(UTC)

    @property
    def sending_domain(self) -> str:
        """The domain of the sender's address, for Message-ID and List-Id."""
        return self.sender_address.rpartition("@")[2]
