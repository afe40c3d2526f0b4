"""The subject line of an email, and what it calls each item."""

from collections.abc import Sequence

from digest.model.editions.edition import Variant
from digest.model.editions.mime import cleaned
from digest.model.posts.items import Event, Item, Post
from digest.render.limits import SUBJECT_LENGTH, TITLE_LENGTH
from digest.render.words.catalogue import Phrase, Words, content_lang, words_of
from digest.render.words.dates import day_without_year
from digest.render.words.event_times import headline


def subject(variant: Variant) -> str:
    """Return the subject: the campaign, the day, and what is new.

    One item is named; more are counted, so that the line stays short enough
    for a phone and begins the same every time.
    """
    words, items = words_of(variant), variant.items
    news = title_with_state(items[0], variant) if len(items) == 1 else None
    whole = words.gettext(
        # Translators: the subject of an email.
        "%(campaign)s, %(day)s: %(news)s",
        campaign=cleaned(variant.campaign.title),
        day=day_without_year(variant.slot, variant.campaign.timezone, words),
        news=news or _counted(items, words),
    )
    line = shortened(whole, SUBJECT_LENGTH)
    if not variant.draft:
        return str(line)
    # Translators: before the subject of an email that is only to be checked.
    return str(words.gettext("Proof: %(subject)s", subject=line))


def title_with_state(item: Item, variant: Variant) -> str:
    """Return what an item is called, an event's with whether it is off or moved."""
    title = title_of(item, variant)
    if isinstance(item, Post):
        return title
    return headline(item, title, words_of(variant))


def title_of(item: Item, variant: Variant) -> Phrase:
    """Return an item's title, or else the beginning of what it says."""
    summary = shortened(cleaned(item.summary), TITLE_LENGTH)
    title = cleaned(item.title) or summary or variant.campaign.title
    return Phrase(title, content_lang(variant))


def shortened(text: str, length: int) -> str:
    """Return the text, cut after a word where it is longer than `length` letters."""
    if len(text) <= length:
        return text
    start = text[: length - 1]
    return (start.rpartition(" ")[0] or start).rstrip(" ,;:") + "…"


def _counted(items: Sequence[Item], words: Words) -> str:
    events = sum(isinstance(item, Event) for item in items)
    posts = len(items) - events
    counts = []
    if posts:
        counts.append(words.ngettext("%(number)d post", "%(number)d posts", posts))
    if events:
        counts.append(words.ngettext("%(number)d event", "%(number)d events", events))
    return words.listed(counts)
