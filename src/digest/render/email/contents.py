"""What an email says, in order: every word decided, before any markup."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from digest.model.campaigns.campaign import Campaign
from digest.model.editions.edition import Variant
from digest.model.editions.mime import cleaned
from digest.model.posts.blocks import Block, Picture, texts
from digest.model.posts.items import Event, Item, LinkKind, Post
from digest.render.addresses import link_address, phone_address, web_address
from digest.render.words.dates import (
    day_in_words,
    day_without_year,
    direction,
    language_tag,
)
from digest.render.words.event_times import first_day, headline, is_off, times

_SUBJECT = 90
_PREHEADER = 140
_PHONE = 20
_LISTED = 40
_KINDS = {
    LinkKind.SURVEY: "Survey",
    LinkKind.EASY_READ: "Easy read",
    LinkKind.BSL: "British Sign Language video",
    LinkKind.VIDEO: "Video",
    LinkKind.WEBINAR: "Webinar",
    LinkKind.SIGN_UP: "Sign up",
    LinkKind.AUDIO: "Audio",
    LinkKind.DOCUMENT: "Document",
    LinkKind.MORE: "More",
}


class Depth(IntEnum):
    """How much of an item an email carries."""

    TITLE = 0
    SUMMARY = 1
    FULL = 2


Depths = tuple[Depth, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """A fact with its name: "Where: The Hall"; `href` where it leads somewhere."""

    name: str
    words: str
    href: str = ""

    @property
    def is_phone(self) -> bool:
        """Whether it is a number to ring."""
        return self.href.startswith("tel:")

    @property
    def stays_whole(self) -> bool:
        """Whether it is a number that must not, and need not, break across lines."""
        return self.is_phone and len(self.words) <= _PHONE


@dataclass(frozen=True, slots=True)
class EmailEntry:
    """A post or an event as the email shows it.

    `day` is an event's, for the list of contents. `forms` lead to the item in a
    form that some readers need, and so stand at its top. `body` is what is left
    to show at its depth. `read_on` leads to the rest, or to the same words on
    the web.
    """

    anchor: str
    title: str
    day: str
    byline: str
    forms: tuple[Detail, ...]
    details: tuple[Detail, ...]
    picture: Picture | None
    body: tuple[Block, ...]
    summary: str
    read_on: Detail | None


@dataclass(frozen=True, slots=True)
class EmailContents:
    """An email's words for every reader of a variant."""

    title: str
    date: str
    subject: str
    preheader: str
    language: str
    direction: str
    draft: bool
    posts: tuple[EmailEntry, ...]
    events: tuple[EmailEntry, ...]
    sender: tuple[str, ...]
    phone: Detail | None

    @property
    def listed(self) -> tuple[EmailEntry, ...]:
        """The entries of a list of contents; none where it would be no help."""
        entries = self.posts + self.events
        return entries if 1 < len(entries) <= _LISTED else ()


def contents(variant: Variant, depths: Depths) -> EmailContents:
    """Return the words of the variant with each item at its depth."""
    campaign = variant.campaign
    entries = [
        _entry(variant, item, depth, f"item-{number}")
        for number, (item, depth) in enumerate(
            zip(variant.items, depths, strict=True), 1
        )
    ]
    pairs = list(zip(variant.items, entries, strict=True))
    return EmailContents(
        title=cleaned(campaign.title),
        date=day_in_words(variant.slot, campaign.timezone, variant.language),
        subject=subject(variant),
        preheader=_cut("; ".join(entry.title for entry in entries), _PREHEADER),
        language=language_tag(variant.language),
        direction=direction(variant.language),
        draft=variant.draft,
        posts=tuple(entry for item, entry in pairs if isinstance(item, Post)),
        events=tuple(entry for item, entry in pairs if isinstance(item, Event)),
        sender=campaign.letter.sender or (campaign.sender_name,),
        phone=_phone("Phone", campaign.letter.phone),
    )


def subject(variant: Variant) -> str:
    """Return the subject: the campaign, the day, and what is new.

    One item is named; more are counted, so that the line stays short enough
    for a phone and begins the same every time.
    """
    campaign, items = variant.campaign, variant.items
    day = day_without_year(variant.slot, campaign.timezone, variant.language)
    new = _headline(items[0], campaign) if len(items) == 1 else _counted(items)
    said = f"{cleaned(campaign.title)}, {day}: {new}"
    return f"Proof: {_cut(said, _SUBJECT)}" if variant.draft else _cut(said, _SUBJECT)


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
    picture = item.picture if isinstance(item, Post) else None
    shows_picture = depth > Depth.TITLE and not (full and _shows(item.body, picture))
    return EmailEntry(
        anchor=anchor,
        title=_headline(item, variant.campaign),
        day=_day(item, variant),
        byline=_byline(item, variant) if depth > Depth.TITLE else "",
        forms=tuple(_links(item, variant, other_forms=True)),
        details=tuple(_details(item, variant)),
        picture=picture if shows_picture else None,
        body=item.body if full else (),
        summary=item.summary if depth is Depth.SUMMARY or not item.body else "",
        read_on=_read_on(item, _title(item, variant.campaign), depth),
    )


def _headline(item: Item, campaign: Campaign) -> str:
    title = _title(item, campaign)
    return headline(item, title) if isinstance(item, Event) else title


def _title(item: Item, campaign: Campaign) -> str:
    return cleaned(item.title) or _cut(cleaned(item.summary), 60) or campaign.title


def _byline(item: Item, variant: Variant) -> str:
    if isinstance(item, Event):
        return ""
    zone = variant.campaign.timezone
    published = (
        day_in_words(item.published, zone, variant.language) if item.published else ""
    )
    by = f"By {cleaned(str(item.byline))}" if item.byline else ""
    return " · ".join(filter(None, (by, published)))


def _day(item: Item, variant: Variant) -> str:
    if isinstance(item, Post):
        return ""
    return first_day(item, variant.language)


def _details(item: Item, variant: Variant) -> Iterator[Detail]:
    if isinstance(item, Post):
        yield from _links(item, variant, other_forms=False)
        return
    zone = variant.campaign.timezone
    for name, words in times(item, zone, variant.language):
        yield Detail(name, words)
    if item.place:
        yield Detail("Where", cleaned(item.place))
    if not is_off(item) and (href := web_address(item.joining_url)):
        yield Detail("Online", f"Join “{_title(item, variant.campaign)}” online", href)
    asking = "To ask, ring" if is_off(item) else "To book, ring"
    if phone := _phone(asking, item.booking_phone):
        yield phone


def _links(item: Item, variant: Variant, *, other_forms: bool) -> Iterator[Detail]:
    for link in item.links if isinstance(item, Post) else ():
        href = link_address(link.url)
        if href and link.kind.is_another_form == other_forms:
            words = cleaned(link.label) or _title(item, variant.campaign)
            yield Detail(_KINDS[link.kind], words, href)


def _phone(name: str, number: str) -> Detail | None:
    number = cleaned(number)
    return Detail(name, number, phone_address(number)) if number else None


def _read_on(item: Item, title: str, depth: Depth) -> Detail | None:
    href = web_address(item.url)
    if not href:
        return None
    if isinstance(item, Event):
        return Detail("", f"More about “{title}”", href)
    words = "See “{}” on the web" if depth is Depth.FULL else "Read “{}” in full"
    return Detail("", words.format(title), href)


def _shows(body: tuple[Block, ...], picture: Picture | None) -> bool:
    return picture is not None and any(
        isinstance(block, Picture) and block.src == picture.src for block in body
    )


def _counted(items: tuple[Item, ...]) -> str:
    events = sum(isinstance(item, Event) for item in items)
    counts = ((len(items) - events, "post"), (events, "event"))
    return " and ".join(
        f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts if count
    )


def _cut(words: str, length: int) -> str:
    if len(words) <= length:
        return words
    kept = words[: length - 1]
    return (kept.rpartition(" ")[0] or kept).rstrip(" ,;:") + "…"
