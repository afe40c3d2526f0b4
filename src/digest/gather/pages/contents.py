"""What one page holds: posts and events of its own, and links to others."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from digest.gather.items.origins import Origins
from digest.gather.items.reading import Skipped
from digest.gather.markup import addresses
from digest.gather.markup.html import blocks_of, to_blocks
from digest.gather.markup.signs import HEADINGS, words_of
from digest.gather.markup.words import one_line
from digest.gather.pages.items import (
    PageContext,
    PageFindings,
    address_in,
    date_of,
    key_of_address,
    post_of,
)
from digest.gather.pages.layout.days import WrittenDay, written_day
from digest.gather.pages.layout.outline import lines_apart
from digest.gather.pages.layout.parts import parts_of
from digest.gather.pages.layout.selectors import chosen
from digest.gather.pages.link_list import (
    PostLink,
    guessed_links,
    is_beside,
    links_among,
    says_little,
)
from digest.gather.pages.long_page import PagePost, pieces_of, pieces_under
from digest.gather.pages.marks.known_events import KnownEvent
from digest.gather.pages.marks.page_events import events_of
from digest.gather.pages.marks.structured_item import StructuredItem
from digest.gather.pages.page_memory import PageMemory
from digest.gather.pages.recognition import PostSigns, RememberedPost, recognised
from digest.gather.pages.web_page import WebPage
from digest.model.campaigns.campaign import PageSelectors
from digest.model.posts.blocks import links_in, texts
from digest.model.posts.items import Item

_TEASER = 60  # words
_MARKS = ("title", "body", "summary", "byline", "published", "topics", "picture", "url")


@dataclass(frozen=True, slots=True)
class PageContents:
    """What a page holds, in its order; `known` and `events` for the next time."""

    items: tuple[tuple[Item, Origins], ...] = ()
    links: tuple[PostLink, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    known: tuple[RememberedPost, ...] = ()
    events: tuple[KnownEvent, ...] = ()


def contents_of(
    page: WebPage,
    select: PageSelectors,
    place: PageContext,
    before: PageMemory,
    now: datetime,
) -> PageContents:
    """Return what the page holds, by the selectors or by a guess.

    Raises ValueError, in words, where a selector chooses nothing.
    """
    if select.links:
        links = links_among(_some(page, select.links, "links"), place.base)
        return PageContents(links=links)
    if select.posts:
        return _own(_chosen_posts(page, select, place), place, before.posts)
    guessed = _guessed(page, place, before.posts)
    events = events_of(page.told, place, before.events, now)
    return replace(
        guessed,
        items=(*guessed.items, *events.items),
        skipped=(*guessed.skipped, *events.skipped),
        events=events.known,
    )


def _some(page: WebPage, css: str, key: str) -> list[Any]:
    found = chosen(page.root, css)
    if not found:
        raise ValueError(
            f'has nothing that select.{key} = "{css}" chooses: look at its markup again'
        )
    return found


def _guessed(
    page: WebPage, place: PageContext, known: Sequence[RememberedPost]
) -> PageContents:
    entries = [one for one in page.told if one.marks == "its h-entry" and one.title]
    if len(entries) > 1:
        return _entries(entries, place)
    blocks = blocks_of(deepcopy(page.root), place.base)
    pieces, apart = pieces_of(blocks, place.language)
    if not pieces:
        pieces, apart = pieces_of(lines_apart(blocks), place.language)
    if pieces:
        links = tuple(filter(None, (_teased(piece, place) for piece in pieces)))
        whole = [piece for piece in pieces if not _teased(piece, place)]
        own = _own(_stood(whole, page.root, place), place, known)
        skipped = tuple(
            Skipped(one.day, f'has words without a title: "{one.words[:60]}"')
            for one in apart
        )
        return replace(own, links=links, skipped=(*own.skipped, *skipped))
    return PageContents(links=_told_links(page, place) or _links(page, place))


def _links(page: WebPage, place: PageContext) -> tuple[PostLink, ...]:
    return guessed_links(page.root, place.url, place.base)


def _told_links(page: WebPage, place: PageContext) -> tuple[PostLink, ...]:
    """Return the posts of which the page's JSON-LD gives the addresses."""
    found: dict[str, str] = {}
    for one in page.told:
        url = addresses.web(one.url, place.base)
        if not (one.starts or one.fault) and url and is_beside(url, place.url):
            found.setdefault(url.partition("#")[0], one.title)
    if len(found) < 2:
        return ()
    return tuple(PostLink(url, title) for url, title in found.items())


def _entries(entries: Sequence[StructuredItem], place: PageContext) -> PageContents:
    """Return posts marked up on the page; of mere teasers the links to them."""
    links, whole = [], []
    for one in entries:
        url = addresses.web(one.url, place.base)
        is_short = len(_words(one, place).split()) < _TEASER
        if url and is_short and is_beside(url, place.url):
            links.append(PostLink(url.partition("#")[0], one.title))
        else:
            whole.append(_marked(one, place))
    items, skipped = _made(whole, place)
    return PageContents(items, tuple(links), skipped)


def _words(told: StructuredItem, place: PageContext) -> str:
    return " ".join(texts(to_blocks(told.text.value, place.base)))


def _marked(told: StructuredItem, place: PageContext) -> PageFindings:
    """Return what marks for programs say of a post."""
    url = addresses.web(told.url, place.base) or place.url
    key = key_of_address(url) if told.url else one_line(told.title).casefold()
    body = to_blocks(told.text.value, place.base)
    said = dict.fromkeys(_MARKS, told.marks)
    return PageFindings(key, replace(told, url=url), body, said)


def _teased(piece: PagePost, place: PageContext) -> PostLink | None:
    """Return the page that a piece leads to, where that is all it does."""
    if len(" ".join(texts(piece.body)).split()) >= _TEASER:
        return None
    last = [url for words, url in links_in(piece.body) if says_little(words)][-1:]
    for url in (piece.href, *last):
        if url.startswith("http") and is_beside(url, place.url):
            return PostLink(url.partition("#")[0], piece.title)
    return None


def _own(
    posts: Sequence[tuple[PageFindings, str]],
    place: PageContext,
    known: Sequence[RememberedPost],
) -> PageContents:
    """Return the posts of a long page, each with the key by which it is known."""
    signs = []
    for found, anchor in posts:
        published = found.told.published or date_of(found.day, place)
        day = f"{published.astimezone(place.tz):%Y-%m-%d}" if published else ""
        words = " ".join(texts(found.body))
        signs.append(PostSigns.of(found.told.title, words, anchor, day))
    now_known = recognised(signs, known)
    keyed = [
        replace(found, key=one.key)
        for (found, _), one in zip(posts, now_known, strict=True)
    ]
    items, skipped = _made(keyed, place)
    keys = {one.key for one in now_known}
    gone = (one for one in known if one.key not in keys)
    return PageContents(items, skipped=skipped, known=(*now_known, *gone))


def _made(
    found: Iterable[PageFindings], place: PageContext
) -> tuple[tuple[tuple[Item, Origins], ...], tuple[Skipped, ...]]:
    items: list[tuple[Item, Origins]] = []
    skipped = []
    for number, one in enumerate(found, 1):
        try:
            items.append(post_of(one, place))
        except ValueError as problem:
            skipped.append(Skipped(one.told.title or f"post {number}", str(problem)))
    return tuple(items), tuple(skipped)


def _stood(
    pieces: Sequence[PagePost], root: Any, place: PageContext
) -> list[tuple[PageFindings, str]]:
    """Return pieces with the anchors at which they stand in the page."""
    anchors = _Anchors(root)
    posts = []
    for piece in pieces:
        anchor = anchors.of(piece.title)
        url = piece.href if piece.href.startswith("http") else ""
        is_away = url and url.partition("#")[0] != place.url.partition("#")[0]
        address = url if is_away else address_in(place.url, piece.title, anchor)
        said = {
            "key": "its place, title and words, as first seen",
            "title": "its heading",
            "published": "the day over it, or under its title",
            "url": "where it stands in the page",
        }
        told = StructuredItem("the page", piece.title, address)
        posts.append((PageFindings("", told, piece.body, said, piece.day), anchor))
    return posts


class _Anchors:
    """The anchors of a page's titles, looked up in the page's order."""

    def __init__(self, root: Any) -> None:
        self._left = [
            (one_line(words_of(one)), _anchor(one)) for one in root.iter(*HEADINGS, "p")
        ]

    def of(self, title: str) -> str:
        for number, (words, anchor) in enumerate(self._left):
            if words == title:
                del self._left[: number + 1]
                return anchor
        return ""


def _anchor(element: Any) -> str:
    """Return the id of a title, of a mark in it, or of the part that it opens."""
    own = [element.get("id"), *(one.get("id") or one.get("name") for one in element)]
    parent, before = element.getparent(), element.getprevious()
    if parent is not None and before is None and parent.tag not in {"main", "body"}:
        own.append(parent.get("id"))
    if before is not None and before.tag == "a" and not before.get("href"):
        own.append(before.get("id") or before.get("name"))
    return next(filter(None, own), "") or ""


def _chosen_posts(
    page: WebPage, select: PageSelectors, place: PageContext
) -> list[tuple[PageFindings, str]]:
    elements = _some(page, select.posts, "posts")
    if all(one.tag in HEADINGS for one in elements):
        titles = [one_line(words_of(one)) for one in elements]
        blocks = blocks_of(deepcopy(page.root), place.base)
        return _stood(pieces_under(blocks, titles, place.language), page.root, place)
    days = _days_over(elements, page)
    posts = []
    for one, day in zip(elements, days, strict=True):
        found = parts_of(one, select, place)
        anchor = one.get("id", "")
        url = address_in(place.url, found.told.title, anchor)
        told = replace(found.told, url=url)
        posts.append((replace(found, told=told, day=day), anchor))
    return posts


def _days_over(elements: Sequence[Any], page: WebPage) -> list[WrittenDay | None]:
    """Return for each element the day that was last written over it."""
    day: WrittenDay | None = None
    days: dict[Any, WrittenDay | None] = {}
    wanted = set(elements)
    for one in page.root.iter("*"):
        if one in wanted:
            days[one] = day
        elif one.tag in HEADINGS or one.tag == "p":
            day = written_day(one_line(words_of(one)), page.language) or day
    return [days.get(one) for one in elements]
