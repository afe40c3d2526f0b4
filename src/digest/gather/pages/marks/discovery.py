"""Feeds and calendars that a page names: most sites have one, and few say so aloud."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from digest.gather import limits
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.elements import words_of
from digest.model.campaigns.campaign import SourceKind

_TYPES = {
    "application/rss+xml": SourceKind.FEED,
    "application/atom+xml": SourceKind.FEED,
    "application/feed+json": SourceKind.FEED,
    "text/calendar": SourceKind.CALENDAR,
}
# Where feeds usually are; such an address is only taken where the page leads there.
_FEED = re.compile(
    r"/(?:feeds?|rss|atom)(?:\.(?:xml|rss|json))?/?(?:[?#].*)?$|"
    r"/(?:index|feed|rss|atom|blog)\.(?:rss|rdf|atom|xml)(?:[?#].*)?$|"
    r"[?&]feed=(?:rss2?|atom)\b|//feeds\.|[?&]format=(?:rss|feed)\b",
    re.IGNORECASE,
)
_CALENDAR = re.compile(r"\.ics(?:[?#].*)?$|[?&]ical=1\b", re.IGNORECASE)
# What people answered is not what the campaign published.
_COMMENTS = re.compile(r"comment", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DiscoveredFeed:
    """A feed or a calendar that a page names."""

    kind: SourceKind
    url: str
    title: str = ""

    def __str__(self) -> str:
        """Return it in words for whoever tries the source."""
        title = f' ("{self.title}")' if self.title else ""
        return (
            f"this page names a {self.kind} at {self.url}{title}: "
            "a source of that kind and address misses nothing and asks less of "
            "the site"
        )


def named_sources(root: Any, base: str) -> tuple[DiscoveredFeed, ...]:
    """Return the feeds and calendars that the page names, its own words first."""
    feeds: dict[str, DiscoveredFeed] = {}
    for feed in (*_alternates(root, base), *_linked(root, base)):
        if not _COMMENTS.search(f"{feed.title} {feed.url}"):
            feeds.setdefault(feed.url, feed)
    return tuple(feeds.values())[: limits.NAMED_SOURCES]


def _alternates(root: Any, base: str) -> Iterator[DiscoveredFeed]:
    for link in root.iter("link"):
        media_type = link.get("type", "").partition(";")[0].strip().lower()
        is_meant = {"alternate", "feed"} & set(link.get("rel", "").lower().split())
        url = addresses.web(link.get("href"), base)
        if is_meant and url and media_type in _TYPES:
            yield DiscoveredFeed(
                _TYPES[media_type], url, one_line(link.get("title", ""))
            )


def _linked(root: Any, base: str) -> Iterator[DiscoveredFeed]:
    for link in root.iter("a"):
        href = re.sub(r"^webcal:", "https:", link.get("href", "").strip())
        url = addresses.web(href, base) or ""
        for kind, sign in ((SourceKind.FEED, _FEED), (SourceKind.CALENDAR, _CALENDAR)):
            if sign.search(url):
                yield DiscoveredFeed(
                    kind, url, one_line(words_of(link))[: limits.NAME_LENGTH]
                )
