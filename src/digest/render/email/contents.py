"""What an email says, in order: every word decided, before any markup."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from digest.model.editions.edition import Variant
from digest.model.editions.mime import cleaned
from digest.model.posts.blocks import Block, Picture, texts
from digest.model.posts.items import Event, Item, Post
from digest.model.posts.pictures import shows
from digest.model.posts.shortening import shortened
from digest.render.addresses import link_address, phone_address, web_address
from digest.render.email.subject import (
    in_order_of_reading,
    subject,
    title_of,
    title_with_state,
)
from digest.render.limits import CONTENTS_ENTRIES, PHONE_LENGTH, PREHEADER_WIDTH
from digest.render.words.catalogue import Phrase, Words, content_lang, words_of
from digest.render.words.dates import day_in_words
from digest.render.words.event_times import first_day, is_off, times
from digest.render.words.languages import direction, language_tag
from digest.render.words.link_labels import link_labels, link_words


class Depth(IntEnum):
    """How much of an item an email carries."""

    TITLE = 0
    SUMMARY = 1
    FULL = 2


Depths = tuple[Depth, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """A fact with its name: "Where", "The Hall"; `href` where it leads somewhere.

    `label` is the name with the mark that stands between it and the words.
    """

    name: str
    words: str
    href: str = ""
    label: str = ""

    @property
    def is_phone(self) -> bool:
        """Whether it is a number to ring."""
        return self.href.startswith("tel:")

    @property
    def stays_whole(self) -> bool:
        """Whether it is a number that must not, and need not, break across lines."""
        return self.is_phone and len(self.words) <= PHONE_LENGTH


@dataclass(frozen=True, slots=True)
class EmailEntry:
    """A post or an event as the email shows it.

    `day` is an event's, for the list of contents. `byline_parts` are who wrote a
    post, and when. `forms` lead to the item in a form that some readers need, and
    so stand at its top. `body` is what is left to show at its depth. `read_on`
    leads to the rest, or to the same words on the web.
    """

    anchor: str
    title: str
    day: str
    byline_parts: tuple[str, ...]
    forms: tuple[Detail, ...]
    details: tuple[Detail, ...]
    picture: Picture | None
    body: tuple[Block, ...]
    summary: str
    read_on: Detail | None

    @property
    def byline(self) -> str:
        """Who wrote it, and when, on one line."""
        return " · ".join(self.byline_parts)


@dataclass(frozen=True, slots=True)
class EmailContents:
    """An email's words for every reader of a variant.

    `content_language` is that of the posts' own words, "" where it is the same;
    `content_direction` is theirs in any case.
    """

    title: str
    date: str
    subject: str
    preheader: str
    language: str
    direction: str
    content_language: str
    content_direction: str
    draft: bool
    rehearsal: bool
    posts: tuple[EmailEntry, ...]
    events: tuple[EmailEntry, ...]
    sender: tuple[str, ...]
    phone: Detail | None

    @property
    def listed(self) -> tuple[EmailEntry, ...]:
        """The entries of a list of contents; none where it would be no help."""
        entries = self.posts + self.events
        return entries if 1 < len(entries) <= CONTENTS_ENTRIES else ()


def contents(variant: Variant, depths: Depths) -> EmailContents:
    """Return the words of the variant with each item at its depth."""
    campaign, words = variant.campaign, words_of(variant)
    language = content_lang(variant)
    entries = [
        _entry(variant, item, depth, f"item-{number}")
        for number, (item, depth) in enumerate(
            zip(variant.items, depths, strict=True), 1
        )
    ]
    pairs = list(zip(variant.items, entries, strict=True))
    return EmailContents(
        title=Phrase(cleaned(campaign.title), language),
        date=day_in_words(variant.slot, campaign.timezone, words),
        subject=subject(variant),
        preheader=_preheader(variant),
        language=language_tag(variant.language),
        direction=direction(variant.language),
        content_language=language,
        content_direction=direction(language or variant.language),
        draft=variant.draft,
        rehearsal=variant.rehearsal,
        posts=tuple(entry for item, entry in pairs if isinstance(item, Post)),
        events=tuple(entry for item, entry in pairs if isinstance(item, Event)),
        sender=campaign.letter.sender or (campaign.sender_name,),
        phone=_phone("", campaign.letter.phone, words),
    )


def _preheader(variant: Variant) -> Phrase:
    """Return what an inbox shows after the subject, which has the first title.

    The beginning of the first item, and the titles of the others; "" where there is
    neither.
    """
    first, *others = in_order_of_reading(variant.items)
    parts = [cleaned(first.summary)] if cleaned(first.title) else []
    if others:
        titles = "; ".join(title_with_state(item, variant) for item in others)
        # Translators: the titles of what else is in an email.
        parts.append(words_of(variant).gettext("Also: %(titles)s", titles=titles))
    words = " ".join(filter(None, parts))
    return Phrase(shortened(words, PREHEADER_WIDTH), content_lang(variant))


def fullest(variant: Variant) -> Depths:
    """Return how deep each item goes where there is room.

    In full where the campaign says so, where there is nothing to link to, and
    where the summary leaves nothing out.
    """
    return tuple(
        Depth.FULL
        if variant.campaign.in_full or not can_be_shortened(item)
        else Depth.SUMMARY
        for item in variant.items
    )


def can_be_shortened(item: Item) -> bool:
    """Whether a summary with a link would say less, and lead to the rest."""
    whole = " ".join(" ".join(texts(item.body)).split())
    return bool(
        web_address(item.url) and item.summary and whole != cleaned(item.summary)
    )


def _entry(variant: Variant, item: Item, depth: Depth, anchor: str) -> EmailEntry:
    full = depth is Depth.FULL
    words = words_of(variant)
    picture = item.picture if isinstance(item, Post) else None
    shows_picture = depth > Depth.TITLE and not (full and shows(item.body, picture))
    summary = item.summary if depth is Depth.SUMMARY or not item.body else ""
    return EmailEntry(
        anchor=anchor,
        title=title_with_state(item, variant),
        day=first_day(item, words) if isinstance(item, Event) else "",
        byline_parts=tuple(_byline(item, variant)) if depth > Depth.TITLE else (),
        forms=tuple(_links(item, variant, other_forms=True)),
        details=tuple(_details(item, variant)),
        picture=picture if shows_picture else None,
        body=item.body if full else (),
        summary=Phrase(summary, content_lang(variant)),
        read_on=_read_on(item, title_of(item, variant), depth, words),
    )


def _byline(item: Item, variant: Variant) -> Iterator[str]:
    if isinstance(item, Event):
        return
    words = words_of(variant)
    if item.byline:
        byline = cleaned(str(item.byline))
        # Translators: who wrote a post, with what they are: "Ann Example, Chair".
        yield words.gettext("By %(byline)s", byline=byline)
    if item.published:
        yield day_in_words(item.published, variant.campaign.timezone, words)


def _details(item: Item, variant: Variant) -> Iterator[Detail]:
    if isinstance(item, Post):
        yield from _links(item, variant, other_forms=False)
        return
    words, language = words_of(variant), content_lang(variant)
    for name, time in times(item, variant.campaign.timezone, words):
        yield _detail(name, time, words)
    if item.place:
        place = Phrase(cleaned(item.place), language)
        yield _detail(words.gettext("Where"), place, words)
    if not is_off(item) and (href := web_address(item.joining_url)):
        join = words.gettext("Join “%(title)s” online", title=title_of(item, variant))
        yield _detail(words.gettext("Online"), join, words, href)
    asking = (
        # Translators: before a telephone number.
        words.gettext("To ask, ring")
        if is_off(item)
        # Translators: before a telephone number, of an event.
        else words.gettext("To book, ring")
    )
    if phone := _phone(asking, item.booking_phone, words):
        yield phone


def _links(item: Item, variant: Variant, *, other_forms: bool) -> Iterator[Detail]:
    words, language = words_of(variant), content_lang(variant)
    for link in item.links if isinstance(item, Post) else ():
        href = link_address(link.url)
        if href and link.kind.is_another_form == other_forms:
            label = link_words(link, words)
            if not isinstance(label, Phrase):
                label = Phrase(cleaned(label), language) or title_of(item, variant)
            name = link_labels(link.kind, words).name
            yield _detail(name, label, words, href)


def _detail(name: str, text: str, words: Words, href: str = "") -> Detail:
    return Detail(name, text, href, words.label(name))


def _phone(name: str, number: str, words: Words) -> Detail | None:
    number = cleaned(number)
    if not number:
        return None
    return Detail(name, words.number(number), phone_address(number), name)


def _read_on(item: Item, title: str, depth: Depth, words: Words) -> Detail | None:
    href = web_address(item.url)
    if not href:
        return None
    if isinstance(item, Event):
        link = words.gettext("More about “%(title)s”", title=title)
    elif depth is Depth.FULL:
        link = words.gettext("See “%(title)s” on the web", title=title)
    else:
        link = words.gettext("Read “%(title)s” in full", title=title)
    return Detail("", link, href)
