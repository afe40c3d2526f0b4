"""A page from the web, opened: its own words, and what it says for programs."""

import re
from codecs import BOM_UTF8
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from digest.gather.fetching.document import Document
from digest.gather.items.days import (
    DateWindow,
    WrittenDay,
    named_day,
    written_day,
)
from digest.gather.items.moments import midnight, moment
from digest.gather.items.raw_item import RawItem, all_in
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.decoding import decoded
from digest.gather.markup.elements import HEADINGS, words_of
from digest.gather.markup.parsing import OF_A_PAGE, parsed
from digest.gather.pages.layout.boilerplate import take_out_surroundings
from digest.gather.pages.marks import json_ld, microformats
from digest.gather.pages.marks.credit_marks import CreditMarks, credit_marks
from digest.gather.pages.marks.discovery import DiscoveredFeed, named_sources
from digest.model.campaigns.campaign import SourceKind
from digest.model.posts.blocks import Picture
from digest.model.posts.bylines import parse

# Where the fields stand that a page says of itself as a whole.
HEAD = "its head"
_SITE = re.compile(r"\s+[|\u2013\u2014\u00b7-]\s+[^|\u2013\u2014\u00b7]+$")
# How other kinds of file begin that are sent where a page was asked for.
_NO_PAGE = re.compile(rb"%PDF-|\x89PNG|\xff\xd8\xff|GIF8|PK\x03\x04|\s*[{\[]")
_BEGINNING = 2000  # bytes
_FIRST_ELEMENT = re.compile(rb"<([A-Za-z][\w:-]*)")
_FEEDS = frozenset({b"rss", b"feed", b"rdf:rdf"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page without what stands around its words; `html` is all of it.

    `base` is what its relative addresses are taken from, `zone` where its wall times
    are, `window` the days that it may speak of. `marked` are its posts and events in
    marks for programs, `head` is what it says of itself as a whole, `credits` what
    marks near its words say of who wrote them, and when, `named` the feeds and
    calendars that it leads to.
    """

    html: str
    root: Any
    url: str
    base: str
    language: str
    zone: str
    window: DateWindow
    marked: tuple[RawItem, ...]
    head: RawItem
    credits: CreditMarks
    named: tuple[DiscoveredFeed, ...]

    @classmethod
    def opened(cls, document: Document, zone: str, window: DateWindow) -> "WebPage":
        """Return the page. Raises ValueError, in words, where it cannot be read."""
        content = document.content or b""
        if _NO_PAGE.match(content):
            raise ValueError("is no web page: give the address of one")
        if kind := _other_kind(content[:_BEGINNING]):
            raise ValueError(f'is a {kind}: read it with kind = "{kind}"')
        html = decoded(content, document.media_type)
        root = parsed(html, OF_A_PAGE)
        if root is None:
            raise ValueError("holds nothing")
        bases = filter(None, (element.get("href") for element in root.iter("base")))
        base = addresses.web(next(bases, None), document.url) or document.url
        lang = root.get("lang", "")
        language = lang if _LANGUAGE.fullmatch(lang) else "en"
        named = named_sources(root, base)
        head, things = _head(root, zone), json_ld.items_in(root, zone)
        credited = credit_marks(root, language, zone)
        take_out_surroundings(root)
        return cls(
            html=html,
            root=root,
            url=document.url,
            base=base,
            language=language,
            zone=zone,
            window=window,
            marked=(*microformats.items_in(root, zone), *things),
            head=head,
            credits=credited,
            named=named,
        )

    def near_its_days(self) -> "WebPage":
        """Return it with the days that it may speak of told from itself, if need be."""
        lines = (one_line(words_of(line)) for line in self.root.iter(*HEADINGS, "p"))
        days = (
            written_day(line, self.language) or named_day(line, self.language)
            for line in lines
        )
        return replace(self, window=self.window.or_near(filter(None, days)))

    def midnight_of(self, day: WrittenDay | None) -> datetime | None:
        """Return the midnight at which the day begins, if it is clear which it is."""
        date = self.window.date_of(day) if day else None
        return midnight(date, self.zone) if date else None

    def instant_of(self, text: str) -> datetime | None:
        """Return the instant that `text` writes as programs do, or as people do."""
        if written := moment(text, self.zone):
            return written.instant
        return self.midnight_of(written_day(text, self.language))

    def local_day(self, at: datetime) -> str:
        """Return the day of an instant, as it is written where the page is."""
        return f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d}"


def _other_kind(beginning: bytes) -> str:
    """Return the kind of source that the file is instead of a page, or ""."""
    if beginning.removeprefix(BOM_UTF8).lstrip().startswith(b"BEGIN:VCALENDAR"):
        return SourceKind.CALENDAR
    first = _FIRST_ELEMENT.search(beginning)
    return SourceKind.FEED if first and first[1].lower() in _FEEDS else ""


def _head(root: Any, zone: str) -> RawItem:
    metas = [
        ((meta.get("property") or meta.get("name") or "").lower(), words)
        for meta in root.iter("meta")
        if (words := one_line(meta.get("content", "")))
    ]
    first = dict(reversed(metas))
    published = moment(first.get("article:published_time", ""), zone)
    author = first.get("author", "") or first.get("article:author", "")
    canonical = (link for link in root.iter("link") if link.get("rel") == "canonical")
    titles = (one_line(words_of(title)) for title in root.iter("title"))
    return RawItem(
        title=first.get("og:title", "") or _SITE.sub("", next(titles, "")),
        url=next((link.get("href", "") for link in canonical), ""),
        byline=None if "://" in author else parse(author),
        published=published.instant if published else None,
        picture=Picture(first.get("og:image", ""), first.get("og:image:alt", "")),
        topics=tuple(words for name, words in metas if name == "article:tag"),
        origins=all_in(HEAD),
    )
