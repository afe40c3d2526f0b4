"""Past editions as an Atom feed (RFC 4287)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from digest.model.campaigns.campaign import Campaign
from digest.model.editions.mime import cleaned
from digest.render.archive.article import Article
from digest.render.email.compile import allowed
from digest.render.templates import environment, rendered
from digest.render.words.catalogue import words_for
from digest.render.words.languages import language_tag


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An edition in a feed: by its code, at its address.

    `published` is when it went out, `updated` when its words last changed.
    """

    code: str
    url: str
    article: Article
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class FeedAddresses:
    """Where a feed is, and the page for people that it is of."""

    feed: str
    page: str
    host: str


def atom_feed(
    campaign: Campaign,
    entries: Sequence[FeedEntry],
    at: FeedAddresses,
    updated: datetime,
    templates_dir: Path | None,
) -> bytes:
    """Return the feed, whose ids stay the same for good.

    `updated` is when the campaign was, for a feed without entries. Raises RenderError.
    """
    words = words_for(campaign.language)
    context = {
        "at": at,
        "id": _id(at.host, campaign.name),
        "title": cleaned(campaign.title),
        # Translators: what a feed of a campaign's editions is.
        "subtitle": words.gettext("Past editions"),
        "author": cleaned(campaign.sender_name),
        "language": language_tag(campaign.language),
        "updated": max([entry.updated for entry in entries], default=updated),
        "entries": [
            (_id(at.host, campaign.name, each.code), each, str(each.article.body))
            for each in entries
        ],
    }
    templates = environment(templates_dir, "web")
    return allowed(rendered(templates, "public/article/feed.xml", context)).encode()


def _id(*parts: str) -> str:
    # RFC 4287 §4.2.6: never another one, wherever the feed or the edition moves.
    return uuid5(NAMESPACE_URL, "\n".join(parts)).urn
