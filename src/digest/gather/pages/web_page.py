"""A page from the web, opened: its own words, and what it says for programs."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from digest.gather.items.moments import moment
from digest.gather.markup import addresses
from digest.gather.markup.decoding import decoded
from digest.gather.markup.parsing import OF_A_PAGE, parsed
from digest.gather.markup.signs import words_of
from digest.gather.markup.words import one_line
from digest.gather.pages.layout.boilerplate import take_out_surroundings
from digest.gather.pages.marks import json_ld, microformats
from digest.gather.pages.marks.credit_marks import CreditMarks, credit_marks
from digest.gather.pages.marks.discovery import DiscoveredFeed, named_sources
from digest.gather.pages.marks.structured_item import StructuredItem
from digest.model.campaigns.campaign import SourceKind
from digest.model.posts.bylines import parse

_SITE = re.compile(r"\s+[|\u2013\u2014\u00b7-]\s+[^|\u2013\u2014\u00b7]+$")
# How other kinds of file begin that are sent where a page was asked for.
_NO_PAGE = re.compile(rb"%PDF-|\x89PNG|\xff\xd8\xff|GIF8|PK\x03\x04|\s*[{\[]")
_BEGINNING = 2000  # bytes
_FIRST_ELEMENT = re.compile(rb"<([A-Za-z][\w:-]*)")
_FEEDS = frozenset({b"rss", b"feed", b"rdf:rdf"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page without what stands around its words.

    `base` is what its relative addresses are taken from, `told` its posts and
    events in marks for programs, `head` what it says of itself as a whole, `credits`
    what marks near its words say of who wrote them, and when.
    """

    root: Any
    url: str
    base: str
    language: str
    told: tuple[StructuredItem, ...]
    head: StructuredItem
    credits: CreditMarks
    named: tuple[DiscoveredFeed, ...]

    @classmethod
    def opened(cls, content: bytes, media_type: str, url: str, zone: str) -> "WebPage":
        """Return the page. Raises ValueError, in words, where it cannot be read."""
        if _NO_PAGE.match(content):
            raise ValueError("is no web page: give the address of one")
        if kind := _other_kind(content[:_BEGINNING]):
            raise ValueError(f'is a {kind}: read it with kind = "{kind}"')
        root = parsed(decoded(content, media_type), OF_A_PAGE)
        if root is None:
            raise ValueError("holds nothing")
        base = _base(root, url)
        named = named_sources(root, base)
        head, marked = _head(root, zone), json_ld.told_in(root, zone)
        language = _language(root)
        credited = credit_marks(root, language, zone)
        take_out_surroundings(root)
        told = (*microformats.told_in(root, zone), *marked)
        return cls(root, url, base, language, told, head, credited, named)


def _other_kind(beginning: bytes) -> str:
    """Return the kind of source that the file is instead of a page, or ""."""
    if beginning.removeprefix(BOM_UTF8).lstrip().startswith(b"BEGIN:VCALENDAR"):
        return SourceKind.CALENDAR
    first = _FIRST_ELEMENT.search(beginning)
    return SourceKind.FEED if first and first[1].lower() in _FEEDS else ""


def _base(root: Any, url: str) -> str:
    said = next((one.get("href") for one in root.iter("base") if one.get("href")), None)
    return addresses.web(said, url) or url


def _language(root: Any) -> str:
    said = root.get("lang", "")
    return said if _LANGUAGE.fullmatch(said) else "en"


def _head(root: Any, zone: str) -> StructuredItem:
    metas = list(_metas(root))
    said = dict(reversed(metas))
    published = moment(said.get("article:published_time", ""), zone)
    author = said.get("author", "") or said.get("article:author", "")
    canonical = (one for one in root.iter("link") if one.get("rel") == "canonical")
    return StructuredItem(
        marks="its head",
        title=said.get("og:title", "") or _title(root),
        url=next((one.get("href", "") for one in canonical), ""),
        byline=None if "://" in author else parse(author),
        published=published.instant if published else None,
        picture=said.get("og:image", ""),
        picture_alt=said.get("og:image:alt", ""),
        topics=tuple(words for name, words in metas if name == "article:tag"),
    )


def _metas(root: Any) -> Iterator[tuple[str, str]]:
    for one in root.iter("meta"):
        name = one.get("property") or one.get("name") or ""
        if words := one_line(one.get("content", "")):
            yield name.lower(), words


def _title(root: Any) -> str:
    said = next((one_line(words_of(one)) for one in root.iter("title")), "")
    return _SITE.sub("", said)
