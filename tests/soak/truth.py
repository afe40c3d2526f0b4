"""What is true of posts and people, written down as it happens and asked of nobody.

A set of posts is a number: post 5 is in it where its bit 5 is set. Two things are known
of each post: from when on an edition may carry it, and from when on it has to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tests.soak.scene import ScenePerson


@dataclass(slots=True)
class PostFact:
    """A post on a site: what a person saw there, and what staff have done with it."""

    number: int
    campaign: str
    source: str
    dated: datetime | None
    shown_at: datetime
    wording: int = 1
    waits_for_staff: bool = False
    is_held: bool = False
    is_withdrawn: bool = False

    @property
    def bit(self) -> int:
        """The set of this post alone."""
        return 1 << self.number

    @property
    def key(self) -> str:
        """What its site calls it."""
        return f"post-{self.number}"

    @property
    def title(self) -> str:
        """Its title, which says which post it is and in which words."""
        return f"zq{self.number:06}r{self.wording}"


@dataclass(slots=True)
class ReaderFact:
    """A person who reads a campaign: what is due to them, and what they have had.

    `before` are posts from before they joined: what is in it need not come, and what
    is in `long_before` must not. `excused` need not come since a person said so, what
    is in `said_had` must not, and `may_repeat` may come again, for the same reason.
    `unsure_until` is until when nothing has to have come: they have moved, or their
    mail server asked for patience.
    """

    person: ScenePerson
    schedule: str
    joined_at: datetime
    before: int = 0
    long_before: int = 0
    had: int = 0
    excused: int = 0
    said_had: int = 0
    may_repeat: int = 0
    is_here: bool = True
    unsure_until: datetime | None = None
    leave_token: str = ""
    codes: set[str] = field(default_factory=set)

    def wants(self, posts: int) -> int:
        """Return which of these have to come to them still."""
        return posts & ~(self.had | self.excused | self.said_had | self.before)


@dataclass(slots=True)
class CampaignFact:
    """A campaign's posts: which may be in an edition, and which have to be."""

    name: str
    may: int = 0
    must: int = 0
    withdrawn: int = 0
    stories: int = 0
    is_paused: bool = False
    taken_out: dict[str, int] = field(default_factory=dict)
    stood: dict[str, int] = field(default_factory=dict)
    stood_surely: dict[str, int] = field(default_factory=dict)


def numbers_in(posts: int) -> Iterator[int]:
    """Yield the numbers of the posts of a set."""
    while posts:
        lowest = posts & -posts
        yield lowest.bit_length() - 1
        posts ^= lowest


class Truth:
    """All of it."""

    def __init__(self) -> None:
        self.posts: list[PostFact] = []
        self.readers: dict[str, ReaderFact] = {}
        self.campaigns: dict[str, CampaignFact] = {}

    def topics_of(self, reader: ReaderFact) -> int:
        """Return the posts of their campaign that are on their topics."""
        campaign = self.campaigns[reader.person.campaign]
        return campaign.stories if reader.person.has_one_topic else -1

    def readers_of(self, campaign: str, schedule: str) -> Iterator[ReaderFact]:
        """Yield who is on that schedule, and has not left."""
        for reader in self.readers.values():
            is_theirs = reader.person.campaign == campaign
            if is_theirs and reader.is_here and reader.schedule == schedule:
                yield reader

    def note_shown(self, post: PostFact, *, for_sure: bool) -> None:
        """Note that the product was shown a post, or perhaps died of it."""
        if post.waits_for_staff or post.is_held or post.is_withdrawn:
            return
        campaign = self.campaigns[post.campaign]
        campaign.may |= post.bit
        if post.source == "blog":
            campaign.stories |= post.bit
        if for_sure:
            campaign.must |= post.bit

    def hold(self, post: PostFact) -> None:
        """Note that staff hold a post: nobody gets it."""
        post.is_held = True
        self._take_away(post)

    def withdraw(self, post: PostFact) -> None:
        """Note that staff have withdrawn a post: nobody gets it from now on."""
        post.is_withdrawn = True
        self.campaigns[post.campaign].withdrawn |= post.bit
        self._take_away(post)

    def release(self, post: PostFact) -> None:
        """Note that staff have released a post."""
        post.is_held = post.waits_for_staff = False
        self.note_shown(post, for_sure=True)

    def _take_away(self, post: PostFact) -> None:
        campaign = self.campaigns[post.campaign]
        campaign.may &= ~post.bit
        campaign.must &= ~post.bit
