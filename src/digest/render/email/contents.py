"""What an email says, in order: every word decided, before any markup."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from digest.model.editions.edition import Variant
from digest.model.editions.mime import cleaned
from digest.model.posts.blocks import Block
from digest.model.posts.items import Event, Post
from digest.model.posts.shortening import shortened, width_of
from digest.model.posts.text_language import Direction, TextLanguage
from digest.render.addresses import web_address
from digest.render.email.entries import (
    Depth,
    Detail,
    EmailEntry,
    calendar_link,
    entry_of,
    phone_detail,
)
from digest.render.email.subject import (
    subject,
    title_of,
    title_with_state,
    told_or_on,
)
from digest.render.limits import (
    CONTENTS_ENTRIES,
    PREHEADER_WIDTH,
    TITLE_WIDTH,
)
from digest.render.words.catalogue import Phrase, Words, words_of
from digest.render.words.dates import day_in_words
from digest.render.words.event_times import is_off
from digest.render.words.in_order import set_apart
from digest.render.words.item_language import foreign, language_in, page_language
from digest.render.words.languages import direction, language_tag
from digest.render.words.sections import section_headings
from digest.render.words.summaries import can_be_shortened
from digest.render.words.whats_on import ComingDay, coming_days, more_on

Depths = tuple[Depth, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Many entries in one line of the list of contents, which leads to the first."""

    anchor: str
    words: str


@dataclass(frozen=True, slots=True)
class EmailContents:
    """An email's words for every reader of a variant.

    `note` is what staff say to all, before the items; it is in `note_language`.
    `left_out` says how many items there was no room for, "" where there was. `goodbye`
    are the paragraphs that the last edition of a campaign ends with. `calendar` puts
    all events into the reader's calendar, where there are several. `coming` is
    what is on, by day, and `more_coming` counts what is not listed. `on_paper` is
    whether it can be had by post.
    """

    title: str
    colour: str
    date: str
    subject: str
    preheader: tuple[str, ...]
    note: tuple[Block, ...]
    note_language: TextLanguage
    language: str
    direction: str
    draft: bool
    rehearsal: bool
    test: bool
    posts: tuple[EmailEntry, ...]
    events: tuple[EmailEntry, ...]
    calendar: Detail | None
    coming: tuple[ComingDay, ...]
    more_coming: str
    folded: tuple[Section, ...]
    left_out: str
    goodbye: tuple[Phrase, ...]
    sender: tuple[str, ...]
    phone: Detail | None
    on_paper: bool

    @property
    def listed(self) -> tuple[EmailEntry, ...]:
        """The entries of a list of contents; none where they are folded, or one."""
        entries = self.posts + self.events
        return entries if len(entries) > 1 and not self.folded else ()


def contents(
    variant: Variant, depths: Depths, calendar_url: Callable[[Sequence[int]], str]
) -> EmailContents:
    """Return the words of the variant with each item at its depth.

    `calendar_url` is as of `RenderOptions`.
    """
    campaign, words = variant.campaign, words_of(variant)
    title = cleaned(campaign.title)
    around = TextLanguage.of(language_tag(campaign.language))
    headings = dict(enumerate(section_headings(variant), 1))
    ids = variant.entry_ids or ((),) * len(depths)
    entries = [
        replace(
            entry_of(variant, item, depth, f"item-{number}", headings.get(number, "")),
            calendar=calendar_link(item, variant, calendar_url(of_item)),
        )
        for number, (item, depth, of_item) in enumerate(
            zip(variant.items, depths, ids, strict=True), 1
        )
    ]
    pairs = [
        (item, entry)
        for item, entry, depth in zip(variant.items, entries, depths, strict=True)
        if depth > Depth.LEFT_OUT
    ]
    posts = tuple(entry for item, entry in pairs if isinstance(item, Post))
    events = tuple(entry for item, entry in pairs if isinstance(item, Event))
    told_above = {
        entry_id
        for of_item, depth in zip(ids, depths, strict=True)
        if depth > Depth.LEFT_OUT
        for entry_id in of_item
    }

    def calendar_of_others(of_event: Sequence[int]) -> str:
        # The link of an event that is shown above the list stands with its details.
        return "" if told_above.issuperset(of_event) else calendar_url(of_event)

    return EmailContents(
        colour=campaign.colour,
        title=foreign(title, around, page_language(variant)),
        date=day_in_words(variant.slot, campaign.timezone, words),
        subject=subject(variant),
        preheader=preheader(variant),
        note=variant.note,
        note_language=around,
        language=language_tag(variant.language),
        direction=direction(variant.language),
        draft=variant.draft,
        rehearsal=variant.rehearsal,
        test=variant.test,
        posts=posts,
        events=events,
        calendar=_whole_calendar(variant, calendar_url),
        coming=coming_days(
            variant, partial(_title_among_others, variant), calendar_of_others
        ),
        more_coming=more_on(variant),
        folded=tuple(_folded(posts, events, words, page_language(variant).direction)),
        left_out=_left_out(len(entries) - len(pairs), words),
        goodbye=tuple(
            foreign(cleaned(paragraph), around, page_language(variant))
            for paragraph in variant.goodbye
        ),
        sender=tuple(
            foreign(line, around, page_language(variant))
            for line in campaign.letter.sender or (campaign.sender_name,)
        ),
        phone=phone_detail("", campaign.letter.phone, words),
        on_paper=campaign.has_postal_address,
    )


def _title_among_others(variant: Variant, event: Event) -> str:
    return set_apart(title_of(event, variant), page_language(variant).direction)


def _whole_calendar(
    variant: Variant, calendar_url: Callable[[Sequence[int]], str]
) -> Detail | None:
    """Return what puts all events into a calendar; None where fewer than two are on.

    It takes out those that are off.
    """
    events = [
        (item, of_item)
        for item, of_item in zip(variant.items, variant.entry_ids, strict=False)
        if isinstance(item, Event)
    ]
    is_several = sum(not is_off(event) for event, _ in events) > 1
    ids = [*chain.from_iterable(of_event for _, of_event in events)]
    href = calendar_url(ids) if is_several else ""
    # Translators: a link to a file for calendars with all events of an email.
    words = words_of(variant).gettext("Put all these events in my calendar")
    return Detail("", words, href) if href else None


def _folded(
    posts: Sequence[EmailEntry],
    events: Sequence[EmailEntry],
    words: Words,
    direction: Direction,
) -> Iterator[Section]:
    """Yield the sections of a list of contents too long to be one of titles."""
    if len(posts) + len(events) <= CONTENTS_ENTRIES:
        return
    if posts:
        number, first = len(posts), posts[0]
        yield Section(
            first.anchor,
            words.ngettext(
                # Translators: of a list of contents. "title" is that of the first.
                "%(number)d post: “%(title)s”",
                "%(number)d posts, the first of them “%(title)s”",
                number,
                title=set_apart(first.title, direction),
            ),
        )
    if events:
        number, first = len(events), events[0]
        yield Section(
            first.anchor,
            words.ngettext(
                # Translators: of a list of contents. "title" is that of the first.
                "%(number)d event: “%(title)s”",
                "%(number)d events, the first of them “%(title)s”",
                number,
                title=set_apart(first.title, direction),
            ),
        )


def _left_out(number: int, words: Words) -> str:
    if not number:
        return ""
    return words.ngettext(
        # Translators: before how to ask for it.
        "There is %(number)d more item, for which this email has no room.",
        "There are %(number)d more items, for which this email has no room.",
        number,
    )


def preheader(variant: Variant) -> tuple[Phrase, ...]:
    """Return what an inbox shows after the subject, which has the first title.

    Staff's own words, where they have written any.
    The beginning of the first item, and the titles of the others, so far as there is
    room.
    """
    page = page_language(variant)
    if variant.preheader:
        around = TextLanguage.of(language_tag(variant.campaign.language))
        return (foreign(variant.preheader, around, page),)
    first, *others = told_or_on(variant)
    beginning = cleaned(first.summary) if cleaned(first.title) else ""
    beginning = shortened(beginning, PREHEADER_WIDTH)
    parts = [foreign(beginning, language_in(first, variant), page)]
    room = PREHEADER_WIDTH - width_of(beginning)
    if others and room >= TITLE_WIDTH:
        titles = "; ".join(
            set_apart(title_with_state(item, variant), page.direction)
            for item in others
        )
        # Translators: the titles of what else is in an email.
        also = words_of(variant).gettext("Also: %(titles)s", titles=titles)
        parts.append(Phrase(shortened(also, room), also.lang))
    return tuple(filter(None, parts))


def fullest(variant: Variant) -> Depths:
    """Return how deep each item goes where there is room.

    In full where the campaign says so, where there is nothing to link to, and
    where the summary leaves nothing out.
    """
    return tuple(
        Depth.FULL
        if variant.campaign.in_full
        or not (can_be_shortened(item) and web_address(item.url))
        else Depth.SUMMARY
        for item in variant.items
    )
