"""The subject line of an email, and what it calls each item."""

from collections.abc import Sequence

from digest.model.editions.edition import Variant
from digest.model.editions.mime import cleaned
from digest.model.posts.items import Event, Item, Post
from digest.model.posts.shortening import shortened, width_of
from digest.render.limits import SUBJECT_WIDTH, TITLE_WIDTH
from digest.render.words.catalogue import Phrase, Words, words_of
from digest.render.words.event_times import headline
from digest.render.words.in_order import set_apart
from digest.render.words.item_language import foreign, language_in, page_language


def subject(variant: Variant) -> str:
    """Return the subject: staff's, or the first headline and how much more there is.

    The sender's name says who writes, so the line begins with the news; how many
    more there are is said where there is room for it.
    """
    words = words_of(variant)
    line = variant.subject or _headline(variant)
    if variant.test:
        # Translators: before the subject of an email that staff send to themselves.
        line = words.gettext("Test: %(subject)s", subject=line)
    elif variant.draft:
        # Translators: before the subject of an email that is only to be checked.
        line = words.gettext("Proof: %(subject)s", subject=line)
    elif variant.rehearsal:
        # Translators: before the subject of an email of a rehearsal.
        line = words.gettext("Rehearsal: %(subject)s", subject=line)
    return cleaned(line)


def _headline(variant: Variant) -> str:
    words = words_of(variant)
    first, *others = told_or_on(variant)
    title = title_with_state(first, variant)
    if not variant.items:
        # Translators: the subject of an email that tells of events alone, of which
        # the first is named.
        title = words.gettext("What is on: %(headline)s", headline=title)
    line: str = shortened(title, SUBJECT_WIDTH)
    if others:
        whole = words.gettext(
            # Translators: the subject of an email: its first headline, and then
            # "2 more posts and 1 more event".
            "%(headline)s, and %(more)s",
            headline=title,
            more=_more(others, words),
        )
        line = whole if width_of(whole) <= SUBJECT_WIDTH else line
    return line


def told_or_on(variant: Variant) -> list[Item]:
    """Return what an email tells of, in its order: or what is on, where that is all."""
    coming = [each.event for each in variant.coming]
    return in_order_of_reading(variant.items or coming)


def in_order_of_reading(items: Sequence[Item]) -> list[Item]:
    """Return the items as an email shows them: its posts, and then its events."""
    return sorted(items, key=lambda item: isinstance(item, Event))


def title_with_state(item: Item, variant: Variant) -> str:
    """Return what an item is called, an event's with whether it is off or moved."""
    title = title_of(item, variant)
    if isinstance(item, Post):
        return title
    # Not as a phrase of its own: what stands before it is the reader's.
    among_others = set_apart(title, page_language(variant).direction)
    line = headline(item, among_others, words_of(variant))
    return title if line == among_others else line


def title_of(item: Item, variant: Variant) -> Phrase:
    """Return an item's title, or else the beginning of what it says."""
    summary = shortened(cleaned(item.summary), TITLE_WIDTH)
    title = cleaned(item.title) or summary or variant.campaign.title
    return foreign(title, language_in(item, variant), page_language(variant))


def counted(items: Sequence[Item], words: Words) -> str:
    """Return how many posts and events there are; "" of none."""
    posts, events = _numbers(items)
    counts = []
    if posts:
        counts.append(words.ngettext("%(number)d post", "%(number)d posts", posts))
    if events:
        counts.append(words.ngettext("%(number)d event", "%(number)d events", events))
    return words.listed(counts) if counts else ""


def _numbers(items: Sequence[Item]) -> tuple[int, int]:
    events = sum(isinstance(item, Event) for item in items)
    return len(items) - events, events


def _more(items: Sequence[Item], words: Words) -> str:
    posts, events = _numbers(items)
    counts = []
    if posts:
        counts.append(
            words.ngettext("%(number)d more post", "%(number)d more posts", posts)
        )
    if events:
        counts.append(
            words.ngettext("%(number)d more event", "%(number)d more events", events)
        )
    return words.listed(counts)
