"""A source tried before it is a campaign's: what would come in, and what would not."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from digest.errors import SourceError
from digest.gather.fetching.document import FEED, PAGE, DocumentRequest
from digest.gather.fetching.fetch import Fetcher
from digest.gather.gathering import attempt
from digest.gather.items.reading import Reading, SourceVisit
from digest.gather.markup.decoding import decoded
from digest.gather.markup.parsing import OF_A_PAGE, parsed
from digest.gather.pages.marks.discovery import DiscoveredFeed, named_sources
from digest.gather.pictures.picture_fetcher import PictureFetcher, faults
from digest.model.campaigns.campaign import Source, SourceKind

_CALENDAR_SCHEMES = ("webcal:", "webcals:")
_PAGE_SIGNS = (b"<html", b"<!doctype html")
_FEED_SIGNS = (b"<rss", b"<feed", b"<rdf:rdf")
# A byte order mark, which some programs write, and what else may stand before.
_BEFORE = b"\xef\xbb\xbf\xff\xfe \t\r\n"
_START = 2048


def kind_at(address: str, fetcher: Fetcher) -> SourceKind:
    """Return what seems to stand at an address of the web: a calendar, feed or page.

    Raises SourceError in plain words where it cannot be had.
    """
    if address.casefold().startswith(_CALENDAR_SCHEMES):
        return SourceKind.CALENDAR
    content = fetcher.fetch(DocumentRequest(address, FEED)).content or b""
    # Without the zeros of UTF-16.
    start = content[:_START].replace(b"\0", b"").lstrip(_BEFORE).lower()
    if start.startswith(b"begin:vcalendar"):
        return SourceKind.CALENDAR
    is_page = any(sign in start for sign in _PAGE_SIGNS)
    is_feed = start.startswith(b"{") or any(sign in start for sign in _FEED_SIGNS)
    return SourceKind.FEED if is_feed and not is_page else SourceKind.PAGE


def named_at(address: str, fetcher: Fetcher) -> DiscoveredFeed | None:
    """Return the first feed or calendar that a page names, None where it names none.

    Raises SourceError in plain words where the page cannot be had.
    """
    document = fetcher.fetch(DocumentRequest(address, PAGE))
    root = parsed(decoded(document.content or b"", document.media_type), OF_A_PAGE)
    if root is None:
        return None
    return next(iter(named_sources(root, document.url)), None)


def try_source(
    source: Source,
    fetcher: Fetcher,
    zone: str,
    now: datetime,
    most: int | None = None,
) -> Reading:
    """Return what the source would bring in; stores nothing.

    Pictures are tried too, of `most` items or of all: its notes tell which
    cannot be had. Raises SourceError in plain words.
    """
    visit = SourceVisit(
        fetcher,
        zone=zone,
        since=now,
        first_day=now.date(),  # near which the days of a page are that lack a year
    )
    reading = attempt(source, visit)
    if isinstance(reading, SourceError):
        raise reading
    folders = (Path(source.location),) * source.kind.is_on_disk
    door = PictureFetcher(visit.fetcher, folders=folders)
    return replace(reading, notes=(*reading.notes, *faults(door, reading.items[:most])))
