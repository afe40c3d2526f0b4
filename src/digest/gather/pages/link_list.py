"""The links of a list page that lead to its posts."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from digest.gather import limits
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.elements import HEADINGS, is_picture_file, words_of
from digest.gather.pages.layout.page_titles import shape_of

_LEAST_ALIKE = 3
_LONGEST = 120  # characters of a title that count
_ANCESTORS = 5
_NUMBERS = re.compile(r"\d+")
# What a list leads to besides posts: files, other lists, people, ways to act.
_NO_POST = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|mp[34]|ics|xml|rss|json)$|"
    r"/(?:tags?|category|categories|topics?|authors?|page|archives?|feed|rss|login|"
    r"contact|privacy|cookies|terms|share|search|basket|account)(?:/[^/]+)?/?$",
    re.IGNORECASE,
)
_SAYS_LITTLE = re.compile(
    r"(?:read|find out|see|learn|view|continue) (?:more|on|reading|all|post|article).*|"
    r"more|next|previous|(older|newer)( posts)?|comments?|\d+( comments?)?|share|home|"
    r"back.*|skip.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PostLink:
    """A link to a post, and the words that it stands on."""

    url: str
    title: str = ""


def links_among(elements: Iterable[Any], base: str) -> tuple[PostLink, ...]:
    """Return the first web address in or around each element, every one once."""
    links: dict[str, PostLink] = {}
    for element in elements:
        anchors = [element] if element.tag == "a" else element.iter("a")
        around = element.iterancestors("a")
        for anchor in islice((*anchors, *around), 1):
            if url := _address(anchor, base):
                links.setdefault(url, PostLink(url, one_line(words_of(element))))
    return tuple(links.values())[: limits.LINKS + 1]


def guessed_links(root: Any, url: str, base: str) -> tuple[PostLink, ...]:
    """Return the links that look like those to posts, in the page's order.

    They stand alike in the page, lead to pages of the same site, and have the
    most words; titles that are links count most. What leads to the same folder
    of the site is taken along. None where nothing looks like a list.
    """
    anchors = (_Link.of(anchor, base) for anchor in root.iter("a"))
    links = [link for link in anchors if link is not None and link.may_be_post(url)]
    groups: dict[object, list[_Link]] = {}
    for link in links:
        groups.setdefault(link.pattern, []).append(link)
    best = max(groups.values(), key=_weight, default=[])
    if not _weight(best):
        return ()
    folders = {_folder(link.url) for link in best}
    only = folders if len(folders) == 1 and "" not in folders else set()
    chosen = {link.url for link in best}
    chosen |= {
        link.url for link in links if link.is_title and _folder(link.url) in only
    }
    titles: dict[str, str] = {}
    for link in links:
        if link.url in chosen:
            titles[link.url] = max(titles.get(link.url, ""), link.title, key=len)
    posts = (PostLink(address, title) for address, title in titles.items())
    return tuple(posts)[: limits.LINKS + 1]


@dataclass(frozen=True, slots=True)
class _Link:
    url: str
    title: str
    pattern: tuple[str, ...]
    is_title: bool

    @classmethod
    def of(cls, anchor: Any, base: str) -> "_Link | None":
        url = _address(anchor, base)
        if not url:
            return None
        above = [anchor, *islice(anchor.iterancestors(), _ANCESTORS)]
        heading = next(anchor.iter(*HEADINGS), None)
        in_heading = any(element.tag in HEADINGS for element in above)
        words = one_line(words_of(anchor if heading is None else heading))
        pattern = tuple(map(shape_of, above))
        return cls(url, words, pattern, heading is not None or in_heading)

    def may_be_post(self, page: str) -> bool:
        there = urlsplit(self.url)
        is_post = not _NO_POST.search(there.path) and not is_picture_file(self.url)
        leads_somewhere = bool(there.path.rstrip("/") or there.query)
        says_much = bool(self.title) and not says_little(self.title)
        return is_post and leads_somewhere and says_much and is_beside(self.url, page)


def is_beside(url: str, page: str) -> bool:
    """Whether the address is that of another page of the same site."""
    here, there = urlsplit(page), urlsplit(url)
    is_same = (there.path.rstrip("/"), there.query) == (
        here.path.rstrip("/"),
        here.query,
    )
    return _site(here.hostname) == _site(there.hostname) and not is_same


def says_little(words: str) -> bool:
    """Whether the words of a link are no title: "Read more"."""
    return bool(_SAYS_LITTLE.fullmatch(words.strip()))


def _weight(group: Sequence[_Link]) -> int:
    """Return how much a group looks like the list of a page: 0 for not at all."""
    alike = {link.url: link for link in group}.values()
    titles = sum(link.is_title for link in alike)
    if len(alike) < _LEAST_ALIKE and not titles:
        return 0
    words = sum(min(len(link.title), _LONGEST) for link in alike)
    return words * (4 if titles == len(alike) else 1)


def _folder(url: str) -> str:
    """Return the folder of an address, dates and numbers in it left open."""
    folder = urlsplit(url).path.rstrip("/").rpartition("/")[0]
    return _NUMBERS.sub("#", folder)


def _site(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _address(anchor: Any, base: str) -> str:
    return (addresses.web(anchor.get("href"), base) or "").partition("#")[0]
