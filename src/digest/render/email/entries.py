"""An item as an email shows it: its words, its facts, and where it leads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from digest.model.editions.edition import Variant
from digest.model.editions.mime import cleaned
from digest.model.posts.blocks import (
    Block,
    CallToAction,
    Paragraph,
    Picture,
    TextSpan,
)
from digest.model.posts.items import Event, Item, Post
from digest.model.posts.pictures import shows
from digest.model.posts.text_language import TextLanguage
from digest.render.addresses import link_address, phone_address, web_address
from digest.render.email.subject import (
    title_of,
    title_with_state,
)
from digest.render.limits import (
    PHONE_LENGTH,
)
from digest.render.words.catalogue import Phrase, Words, words_of
from digest.render.words.dates import day_in_words
from digest.render.words.event_times import calendar_words, first_day, is_off, times
from digest.render.words.in_order import set_apart
from digest.render.words.item_language import foreign, language_in, page_language
from digest.render.words.link_labels import link_labels, link_words
from digest.render.words.summaries import can_be_shortened


class Depth(IntEnum):
    """How much of an item an email carries."""

    LEFT_OUT = -1
    TITLE = 0
    SUMMARY = 1
    FULL = 2


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
    """A post or an event as the email shows it; `section` is the heading above it.

    `language` is that of its own words. `day` is an event's, for the list of
    contents. `byline` is who wrote a post, and when, a line each. `forms` lead to the
    item in a form that some readers need, and so stand at its top. `body` is what there
    is to show at its depth. `read_on` leads to the rest, or to the same words on the
    web; where nothing does, `rest` says that there is more to ask for. `calendar` puts
    an event into the reader's calendar, or takes it out.
    """

    anchor: str
    section: str
    title: str
    language: TextLanguage
    day: str
    byline: tuple[str, ...]
    forms: tuple[Detail, ...]
    details: tuple[Detail, ...]
    picture: Picture | None
    body: tuple[Block, ...]
    rest: str
    read_on: Detail | None
    calendar: Detail | None = None


def entry_of(
    variant: Variant, item: Item, depth: Depth, anchor: str, section: str = ""
) -> EmailEntry:
    """Return what the email says of an item at that depth; `anchor` names its place."""
    full = depth is Depth.FULL
    words = words_of(variant)
    picture = item.picture if isinstance(item, Post) else None
    shows_picture = depth > Depth.TITLE and not (full and shows(item.body, picture))
    is_brief = depth is Depth.SUMMARY and can_be_shortened(item)
    return EmailEntry(
        anchor=anchor,
        section=section,
        title=title_with_state(item, variant),
        language=language_in(item, variant),
        day=first_day(item, words) if isinstance(item, Event) else "",
        byline=tuple(_byline(item, variant)) if depth > Depth.TITLE else (),
        forms=tuple(_links(item, variant, other_forms=True)),
        details=tuple(_details(item, variant, depth)),
        picture=picture if shows_picture else None,
        body=_body(item, depth),
        rest=_rest(words) if is_brief and not web_address(item.url) else "",
        read_on=_read_on(
            item,
            set_apart(title_of(item, variant), page_language(variant).direction),
            depth,
            words,
        ),
    )


def _body(item: Item, depth: Depth) -> tuple[Block, ...]:
    """Return what is shown of an item: its body, each call to action once, or less."""
    if depth is Depth.TITLE:
        return ()
    if depth is Depth.SUMMARY or not item.body:
        return (Paragraph((TextSpan(item.summary),)),) if item.summary else ()
    calls = [block for block in item.body if isinstance(block, CallToAction)]
    return tuple(
        block
        for place, block in enumerate(item.body)
        if block not in calls or block not in item.body[:place]
    )


def _rest(words: Words) -> Phrase:
    # Translators: below the beginning of a post, before how to ask for it.
    return words.gettext("This is only its beginning: ask us for the whole.")


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


def _details(item: Item, variant: Variant, depth: Depth) -> Iterator[Detail]:
    if isinstance(item, Post):
        if depth > Depth.TITLE or not web_address(item.url):
            yield from _links(item, variant, other_forms=False, body=_body(item, depth))
        return
    words = words_of(variant)
    for name, time in times(item, variant.campaign.timezone, words):
        yield _detail(name, time, words)
    if item.place:
        around = language_in(item, variant)
        place = foreign(cleaned(item.place), around, page_language(variant))
        yield _detail(words.gettext("Where"), place, words)
    if not is_off(item) and (href := web_address(item.joining_url)):
        title = set_apart(title_of(item, variant), page_language(variant).direction)
        join = words.gettext("Join “%(title)s” online", title=title)
        yield _detail(words.gettext("Online"), join, words, href)
    asking = (
        # Translators: before a telephone number.
        words.gettext("To ask, ring")
        if is_off(item)
        # Translators: before a telephone number, of an event.
        else words.gettext("To book, ring")
    )
    if phone := phone_detail(asking, item.booking_phone, words):
        yield phone


def _links(
    item: Item, variant: Variant, *, other_forms: bool, body: Iterable[Block] = ()
) -> Iterator[Detail]:
    """Yield the links of a post but those that a call to action in its body has."""
    words, page = words_of(variant), page_language(variant)
    calls = {link_address(call.href) for call in body if isinstance(call, CallToAction)}
    for link in item.links if isinstance(item, Post) else ():
        href = link_address(link.url)
        if href and href not in calls and link.kind.is_another_form == other_forms:
            label = link_words(link, words)
            if not isinstance(label, Phrase):
                around = language_in(item, variant)
                label = foreign(cleaned(label), around, page) or title_of(item, variant)
            name = link_labels(link.kind, words).name
            yield _detail(name, label, words, href)


def _detail(name: str, text: str, words: Words, href: str = "") -> Detail:
    return Detail(name, text, href, words.label(name))


def phone_detail(name: str, number: str, words: Words) -> Detail | None:
    """Return a number to ring, None where there is none."""
    number = cleaned(number)
    if not number:
        return None
    return Detail(name, words.number(number), phone_address(number), name)


def calendar_link(item: Item, variant: Variant, href: str) -> Detail | None:
    """Return what leads to an event's file for calendars; None without an address."""
    if not (href and isinstance(item, Event)):
        return None
    title = set_apart(title_of(item, variant), page_language(variant).direction)
    return Detail("", calendar_words(item, title, words_of(variant)), href)


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
