"""What one page holds: posts and events of its own, and links to others."""

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from digest.gather import limits
from digest.gather.items.days import WrittenDay, named_day, written_day
from digest.gather.items.raw_item import MadeItem, RawItem
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.elements import HEADINGS, words_of
from digest.gather.markup.html import blocks_of, to_blocks
from digest.gather.pages.layout.outline import lines_apart
from digest.gather.pages.layout.page_titles import (
    PageTitles,
    anchor_of,
    take_out_beside,
)
from digest.gather.pages.link_list import (
    PostLink,
    guessed_links,
    is_beside,
    links_among,
    says_little,
)
from digest.gather.pages.long_page import (
    PagePost,
    UntitledWords,
    posts_of,
    posts_under,
)
from digest.gather.pages.marks.microformats import is_entry
from digest.gather.pages.page_events import events_of
from digest.gather.pages.page_items import address_in, item_on, key_of_address
from digest.gather.pages.page_memory import PageMemory
from digest.gather.pages.recognition import (
    PostSigns,
    RememberedEvent,
    RememberedPost,
    recognised_posts,
)
from digest.gather.pages.selected_parts import chosen, parts_of
from digest.gather.pages.web_page import WebPage
from digest.model.campaigns.campaign import PageSelectors
from digest.model.posts.blocks import links_in, texts
from digest.model.posts.shortening import shortened
from digest.store.campaigns.skipped_items import SkippedItem

_TEASER = 60  # words
_NAMED = 5  # titles
# Where the fields of a post stand that is told from a page's layout.
_LAYOUT_ORIGINS = {
    "key": "its place, title and words, as first seen",
    "title": "its heading",
    "published": "the day over it, or under its title",
    "url": "where it stands in the page",
}
# A post of a long page, and the anchor at which it stands.
AnchoredPost = tuple[RawItem, str]


@dataclass(frozen=True, slots=True)
class PageContents:
    """What a page holds, in its order; `posts` and `events` are to be remembered."""

    items: tuple[MadeItem, ...] = ()
    links: tuple[PostLink, ...] = ()
    skipped: tuple[SkippedItem, ...] = ()
    posts: tuple[RememberedPost, ...] = ()
    events: tuple[RememberedEvent, ...] = ()
    notes: tuple[str, ...] = ()


def contents_of(
    page: WebPage, select: PageSelectors, before: PageMemory, now: datetime
) -> PageContents:
    """Return what the page holds, by the selectors or by a guess.

    Raises ValueError, in words, where a selector chooses nothing.
    """
    if select.links:
        elements = _chosen_by(page, select.links, "links")
        return PageContents(links=links_among(elements, page.base))
    if select.posts:
        return _long_page(_chosen_posts(page, select), page, before.posts)
    guess = _guessed(page, before.posts)
    events = events_of(page, before.events, now)
    return replace(
        guess,
        items=(*guess.items, *events.items),
        skipped=(*guess.skipped, *events.skipped),
        events=events.remembered,
    )


def _chosen_by(page: WebPage, css: str, key: str) -> list[Any]:
    elements = chosen(page.root, css)
    if not elements:
        raise ValueError(
            f'has nothing that select.{key} = "{css}" chooses: look at its markup again'
        )
    return elements


def _guessed(page: WebPage, before: Sequence[RememberedPost]) -> PageContents:
    entries = [item for item in page.marked if is_entry(item) and item.title]
    if len(entries) > 1:
        return _entries(entries, page)
    posts, untitled = _posts_within(page.root, page)
    notes: list[str] = []
    if len(posts) > 1:
        root = deepcopy(page.root)
        if beside := _words_beside(root, posts):
            posts, untitled = _posts_within(root, page)
            notes.append(f'stands beside the posts and is left out: "{beside}"')
    if not posts:
        links = _marked_links(page) or guessed_links(page.root, page.url, page.base)
        return PageContents(links=links)
    teasers = [_teased(post, page) for post in posts]
    whole = [post for post, link in zip(posts, teasers, strict=True) if not link]
    own = _long_page(_anchored(whole, page), page, before)
    skipped = tuple(
        SkippedItem(part.day, f'has words without a title: "{part.words[:60]}"')
        for part in untitled
    )
    links = tuple(filter(None, teasers))
    notes += _doubts(posts)
    return replace(
        own, links=links, skipped=(*own.skipped, *skipped), notes=tuple(notes)
    )


def _posts_within(
    root: Any, page: WebPage
) -> tuple[Sequence[PagePost], Sequence[UntitledWords]]:
    blocks = blocks_of(deepcopy(root), page.base)
    posts, untitled = posts_of(blocks, page.language)
    return (posts, untitled) if posts else posts_of(lines_apart(blocks), page.language)


def _words_beside(root: Any, posts: Sequence[PagePost]) -> str:
    """Take what is none of the posts out of the page, and return its first words."""
    places = PageTitles(root)
    titles = [(post, places.of(post.title)) for post in posts]
    sure = [
        title
        for post, title in titles
        if title is not None and (post.is_credited or post.opens_day)
    ]
    beside = take_out_beside(sure) if len(sure) > 1 else ()
    return shortened(" ".join(beside), limits.NAME_LENGTH)


def _doubts(posts: Sequence[PagePost]) -> Iterator[str]:
    """Yield, in words, which posts have no byline where others have one."""
    bare = [post.title for post in posts if not post.is_credited]
    if not bare or len(bare) == len(posts):
        return
    what = (
        "1 heading of this level has no byline; it is taken as a post"
        if len(bare) == 1
        else f"{len(bare)} headings of this level have no byline; "
        "they are taken as posts"
    )
    titles = ", ".join(f'"{title[: limits.NAME_LENGTH]}"' for title in bare[:_NAMED])
    yield f"{what}: {titles}"


def _marked_links(page: WebPage) -> tuple[PostLink, ...]:
    """Return the posts of which the page's JSON-LD gives the addresses."""
    titles: dict[str, str] = {}
    for item in page.marked:
        url = addresses.web(item.url, page.base)
        if not (item.starts or item.fault) and url and is_beside(url, page.url):
            titles.setdefault(url.partition("#")[0], item.title)
    if len(titles) < 2:
        return ()
    return tuple(PostLink(url, title) for url, title in titles.items())


def _entries(entries: Sequence[RawItem], page: WebPage) -> PageContents:
    """Return posts marked up on the page; of mere teasers the links to them."""
    links, whole = [], []
    for entry in entries:
        url = addresses.web(entry.url, page.base)
        body = to_blocks(entry.body, page.base) if isinstance(entry.body, str) else ()
        is_short = len(" ".join(texts(body)).split()) < _TEASER
        if url and is_short and is_beside(url, page.url):
            links.append(PostLink(url.partition("#")[0], entry.title))
            continue
        url = url or page.url
        key = key_of_address(url) if entry.url else one_line(entry.title).casefold()
        where = entry.origins["title"]
        whole.append(replace(entry.with_fields(where, url=url), key=key, body=body))
    items, skipped = _items_of(whole, page)
    return PageContents(items, tuple(links), skipped)


def _teased(post: PagePost, page: WebPage) -> PostLink | None:
    """Return the page that a post leads to, where that is all it does."""
    if len(" ".join(texts(post.body)).split()) >= _TEASER:
        return None
    last = [url for words, url in links_in(post.body) if says_little(words)][-1:]
    for url in (post.href, *last):
        if url.startswith("http") and is_beside(url, page.url):
            return PostLink(url.partition("#")[0], post.title)
    return None


def _long_page(
    posts: Sequence[AnchoredPost], page: WebPage, before: Sequence[RememberedPost]
) -> PageContents:
    """Return the posts of a long page, each with the key by which it is known."""
    signs = []
    for raw, anchor in posts:
        day = page.local_day(raw.published) if raw.published else ""
        signs.append(PostSigns.of(raw.title, " ".join(texts(raw.blocks)), anchor, day))
    recognised = recognised_posts(signs, before)
    keyed = [
        replace(raw, key=post.key)
        for (raw, _), post in zip(posts, recognised, strict=True)
    ]
    items, skipped = _items_of(keyed, page)
    keys = {post.key for post in recognised}
    absent = (post for post in before if post.key not in keys)
    return PageContents(items, skipped=skipped, posts=(*recognised, *absent))


def _items_of(
    raws: Iterable[RawItem], page: WebPage
) -> tuple[tuple[MadeItem, ...], tuple[SkippedItem, ...]]:
    items, skipped = [], []
    for number, raw in enumerate(raws, 1):
        try:
            items.append(item_on(page, raw))
        except ValueError as problem:
            skipped.append(SkippedItem(raw.title or f"post {number}", str(problem)))
    return tuple(items), tuple(skipped)


def _anchored(posts: Iterable[PagePost], page: WebPage) -> list[AnchoredPost]:
    """Return posts with the anchors at which they stand in the page."""
    places = PageTitles(page.root)
    anchored = []
    for post in posts:
        anchor = anchor_of(places.of(post.title))
        url = post.href if post.href.startswith("http") else ""
        is_away = url and url.partition("#")[0] != page.url.partition("#")[0]
        raw = RawItem(
            title=post.title,
            url=url if is_away else address_in(page.url, post.title, anchor),
            body=post.body,
            published=page.midnight_of(post.day),
            origins=_LAYOUT_ORIGINS,
        )
        anchored.append((raw, anchor))
    return anchored


def _chosen_posts(page: WebPage, select: PageSelectors) -> list[AnchoredPost]:
    elements = _chosen_by(page, select.posts, "posts")
    if all(element.tag in HEADINGS for element in elements):
        titles = [one_line(words_of(element)) for element in elements]
        blocks = blocks_of(deepcopy(page.root), page.base)
        return _anchored(posts_under(blocks, titles, page.language), page)
    posts = []
    for element, day in zip(elements, _days_over(elements, page), strict=True):
        raw = parts_of(element, select, page)
        anchor = element.get("id", "")
        url = address_in(page.url, raw.title, anchor)
        published = raw.published or page.midnight_of(day)
        posts.append((replace(raw, url=url, published=published), anchor))
    return posts


def _days_over(elements: Sequence[Any], page: WebPage) -> list[WrittenDay | None]:
    """Return for each element the day that was last written over it."""
    day: WrittenDay | None = None
    days: dict[Any, WrittenDay | None] = {}
    of_posts = set(elements)
    for element in page.root.iter("*"):
        if element in of_posts:
            days[element] = day
        elif element.tag in HEADINGS or element.tag == "p":
            line = one_line(words_of(element))
            named = named_day if element.tag in HEADINGS else written_day
            day = written_day(line, page.language) or named(line, page.language) or day
    return [days.get(element) for element in elements]
