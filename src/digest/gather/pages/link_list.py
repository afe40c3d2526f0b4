"""The links of a list page that lead to its posts."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from digest.gather import limits
from digest.gather.markup import addresses
from digest.gather.markup.signs import HEADINGS, is_picture_file, words_of
from digest.gather.markup.words import one_line

_LEAST_ALIKE = 3
_LONGEST = 120  # characters of a title that count
_ANCESTORS = 5
_NUMBERS = re.compile(r"\d+")
_CHANGING = re.compile(r"(first|last|odd|even|active|sticky|featured)$|.*[-_]\d+$")
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
    found: dict[str, PostLink] = {}
    for element in elements:
        anchors = [element] if element.tag == "a" else element.iter("a")
        around = element.iterancestors("a")
        for anchor in islice((*anchors, *around), 1):
            if url := _address(anchor, base):
                found.setdefault(url, PostLink(url, one_line(words_of(element))))
    return tuple(found.values())[: limits.LINKS + 1]


def guessed_links(root: Any, url: str, base: str) -> tuple[PostLink, ...]:
    """Return the links that look like those to posts, in the page's order.

    They stand alike in the page, lead to pages of the same site, and have the
    most words; titles that are links count most. What leads to the same folder
    of the site is taken along. None where nothing looks like a list.
    """
    links = [_Link.of(anchor, base) for anchor in root.iter("a")]
    kept = [one for one in links if one is not None and one.may_be_post(url)]
    groups: dict[object, list[_Link]] = {}
    for one in kept:
        groups.setdefault(one.pattern, []).append(one)
    best = max(groups.values(), key=_weight, default=[])
    if not _weight(best):
        return ()
    chosen = {one.url for one in best} | _beside(best, kept)
    titles: dict[str, str] = {}
    for one in kept:
        if one.url in chosen:
            titles[one.url] = max(titles.get(one.url, ""), one.title, key=len)
    found = (PostLink(address, title) for address, title in titles.items())
    return tuple(found)[: limits.LINKS + 1]


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
        is_title = heading is not None or any(one.tag in HEADINGS for one in above)
        words = one_line(words_of(anchor if heading is None else heading))
        return cls(url, words, tuple(map(_kind, above)), is_title)

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
    alike = {one.url: one for one in group}.values()
    titles = sum(one.is_title for one in alike)
    if len(alike) < _LEAST_ALIKE and not titles:
        return 0
    words = sum(min(len(one.title), _LONGEST) for one in alike)
    return words * (4 if titles == len(alike) else 1)


def _beside(best: Sequence[_Link], kept: Sequence[_Link]) -> set[str]:
    """Return the addresses of titles that lead where the best group leads."""
    folders = {_folder(one.url) for one in best}
    if len(folders) > 1 or folders <= {""}:
        return set()
    return {one.url for one in kept if one.is_title and _folder(one.url) in folders}


def _folder(url: str) -> str:
    """Return the folder of an address, dates and numbers in it left open."""
    folder = urlsplit(url).path.rstrip("/").rpartition("/")[0]
    return _NUMBERS.sub("#", folder)


def _kind(element: Any) -> str:
    names = sorted(
        name
        for name in element.get("class", "").split()
        if not _CHANGING.fullmatch(name)
    )
    return ".".join((element.tag, *names))


def _site(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _address(anchor: Any, base: str) -> str:
    found = addresses.web(anchor.get("href"), base) or ""
    return found.partition("#")[0]
