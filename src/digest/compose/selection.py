"""What of an edition goes into a copy, and what is left for its reader's next one."""

from collections.abc import Sequence
from dataclasses import dataclass

from digest.model.campaigns.campaign import Campaign, SectionKind
from digest.model.editions.coming_events import EventsAlone
from digest.model.editions.edition import OTHER_POSTS, VariantKey
from digest.model.editions.steering import Steering
from digest.model.posts.items import Event, Post
from digest.store.posts.log import LogEntry


@dataclass(frozen=True, slots=True)
class EditionSelection:
    """How an edition is steered, and how many items its copies have at most.

    `alone` are the topics of each event of which a copy may consist.
    """

    steering: Steering = Steering()  # noqa: RUF009 - a value that nobody changes
    most_items: int | None = None
    alone: EventsAlone = ()

    @classmethod
    def of(
        cls,
        campaign: Campaign,
        steering: Steering,
        *,
        is_last: bool = False,
        alone: EventsAlone = (),
    ) -> "EditionSelection":
        """Return what holds for an edition of the campaign that is steered so.

        The last one has no most: none comes after it.
        """
        return cls(steering, None if is_last else campaign.most_items, alone)

    def goes_alone(self, key: VariantKey) -> bool:
        """Whether readers of a variant get what is on although nothing is new."""
        return any(map(key.wants, self.alone))

    @property
    def is_everything(self) -> bool:
        """Whether nothing is ever left for the next edition."""
        return self.most_items is None and not self.steering.out

    def left_over(self, entries: Sequence[LogEntry]) -> list[LogEntry]:
        """Return which of these are left for the next edition.

        What staff took out, and the last of the posts that are too many: an event may
        be over by then. One post goes in any case, so that none waits for ever.
        """
        if self.is_everything:
            return []
        out = set(self.steering.out)
        taken_out = [entry for entry in entries if entry.id in out]
        staying = [entry for entry in entries if entry.id not in out]
        if self.most_items is None or len(staying) <= self.most_items:
            return taken_out
        events = sum(isinstance(entry.item, Event) for entry in staying)
        posts = posts_in_order(staying, self.steering)
        return [*taken_out, *posts[max(1, self.most_items - events) :]]


def posts_in_order(entries: Sequence[LogEntry], steering: Steering) -> list[LogEntry]:
    """Return the posts among them as staff have arranged them, or else by date."""
    # A date orders posts; it never decides whether they are in.
    dated = {
        entry.id: (entry.item.published or entry.accepted_at, entry.position, entry)
        for entry in entries
        if isinstance(entry.item, Post)
    }
    by_date = sorted(dated, key=lambda number: dated[number][:2])
    return [dated[number][2] for number in steering.in_order(by_date)]


def sectioned(
    posts: Sequence[LogEntry], steering: Steering, campaign: Campaign
) -> list[tuple[LogEntry, str]]:
    """Return posts with the section of each, section after section.

    Pinned ones stand before all. Where all others are of one section there is none:
    its heading would tell nothing.
    """
    names = {post.id: _section_of(post, campaign) for post in posts}
    names |= dict.fromkeys(names.keys() & set(steering.pinned), "")
    if len(set(names.values()) - {""}) < 2:
        return [(post, "") for post in posts]
    all_names = campaign.section_names()
    places = {"": -1} | {name: place for place, name in enumerate(all_names)}
    places[OTHER_POSTS] = len(all_names) + 1

    def place_of(post: LogEntry) -> tuple[int, str]:
        return places.get(names[post.id], len(all_names)), names[post.id]

    return [(post, names[post.id]) for post in sorted(posts, key=place_of)]


def _section_of(post: LogEntry, campaign: Campaign) -> str:
    all_names = campaign.section_names()
    match campaign.sections:
        case SectionKind.TOPIC:
            first = (topic for topic in all_names if topic in post.topics)
            return next(iter((*first, *post.topics)), OTHER_POSTS)
        case SectionKind.SOURCE:
            return post.source if post.source in all_names else OTHER_POSTS
        case None:
            return ""
