"""Valid things in one line; a test names only what it is about."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from digest.gather.fetching.fetch import Fetcher
from digest.gather.fetching.host_queue import HostQueue
from digest.gather.items.reading import SourceVisit
from digest.model.campaigns.campaign import (
    Campaign,
    LetterHead,
    Schedule,
    Source,
    SourceKind,
)
from digest.model.campaigns.slots import weekly
from digest.model.campaigns.web_access import WebAccess
from digest.model.editions.edition import Variant
from digest.model.formats import HTML
from digest.model.posts.blocks import Block, Paragraph, TextSpan
from digest.model.posts.items import Byline, Event, Item, Post

EIGHT = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
# Where the pages are, as the settings say unless told otherwise.
SITE = "http://localhost:8000"
SENDER = ("Lantern Week", "1 Example Street", "EXAMPLETON", "ZZ99 1AA")
# Reads from servers that a test starts, without a pause between two requests.
LOOPBACK = Fetcher(WebAccess.parse("127.0.0.0/8"), HostQueue(gap=0))


def a_visit(**changes: Any) -> SourceVisit:
    """Return what a source's reader is handed, with a door to the loopback too."""
    fields: dict[str, Any] = {"fetcher": LOOPBACK}
    return SourceVisit(**(fields | changes))


def words(text: str) -> tuple[Block, ...]:
    """Return one paragraph of plain words."""
    return (Paragraph((TextSpan(text),)),)


def a_post(key: str = "post-1", **changes: Any) -> Post:
    """Return a post with a title, a byline, a summary and a short body."""
    fields: dict[str, Any] = {
        "title": "The kettle is always on",
        "body": words("Come in out of the rain. Nobody is asked for a reason."),
        "byline": Byline("Ann Example", "Volunteer", "The Hall"),
        "published": EIGHT,
        "url": f"https://example.org/{key}",
        "summary": "Come in out of the rain.",
    }
    return Post(key, **(fields | changes))


def an_event(key: str = "event-1", **changes: Any) -> Event:
    """Return a two-hour event tomorrow morning in London."""
    fields: dict[str, Any] = {
        "title": "Lantern walk",
        "starts": EIGHT + timedelta(days=1),
        "ends": EIGHT + timedelta(days=1, hours=2),
        "zone": "Europe/London",
        "place": "The Hall, 1 Example Street",
    }
    return Event(key, **(fields | changes))


def a_schedule(name: str = "daily", **changes: Any) -> Schedule:
    """Return a daily schedule at 16:00, the default one."""
    fields: dict[str, Any] = {
        "times": weekly(time(16), zone="Europe/London"),
        "default": True,
    }
    return Schedule(name, **(fields | changes))


def a_campaign(**changes: Any) -> Campaign:
    """Return a campaign with one feed and one daily schedule."""
    fields: dict[str, Any] = {
        "name": "lantern-week",
        "title": "Lantern Week",
        "sender_name": "Lantern Week",
        "sender_address": "digest@example.org",
        "reply_to": "team@example.org",
        "lists": ("lantern",),
        "timezone": "Europe/London",
        "sources": (Source("blog", SourceKind.FEED, "https://example.org/feed"),),
        "schedules": (a_schedule(),),
        "letter": LetterHead(sender=SENDER, phone="01632 960 155"),
    }
    return Campaign(**(fields | changes))


def a_variant(*items: Item, **changes: Any) -> Variant:
    """Return an HTML variant of those items, or of one post."""
    fields: dict[str, Any] = {
        "code": "k7qf2mxa",
        "campaign": a_campaign(),
        "slot": EIGHT,
        "items": items or (a_post(),),
        "format": HTML,
        "language": "en-GB",
    }
    return Variant(**(fields | changes))
