"""The sites that posts are on: feeds that show their newest, and that can be down."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime

from tests.fakes.web_site import Answer, WebSite
from tests.soak.truth import PostFact

# A feed shows so many: more than come in while it is down.
SHOWN = 30
_DOWN = Answer(b"closed for repairs", status=503)
_FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>{name}</title>
<link>https://example.org/</link><description>News</description>
{items}
</channel></rss>
"""
_ITEM = """<item><title>{title}</title><link>https://example.org/p/{number}</link>
<guid isPermaLink="false">{key}</guid>{date}
<description>{words}</description></item>
"""
_THINGS = ("kettle", "lantern", "ferry", "bench", "harbour", "garden", "choir")


class Sites:
    """Every feed of every campaign, on one web site.

    `shown_now` tells what the product has been shown since it was last asked.
    """

    def __init__(self, site: WebSite) -> None:
        self._site = site
        self._posts: dict[str, list[PostFact]] = {}
        self._down = set[str]()
        self._asked = 0

    @property
    def url(self) -> str:
        """Where they are."""
        return self._site.url

    def open(self, campaign: str, source: str) -> None:
        """Have a feed, with nothing in it."""
        path = f"/{campaign}/{source}"
        self._posts[path] = []
        self._write(path)

    def show(self, post: PostFact) -> None:
        """Put a post into its feed."""
        path = f"/{post.campaign}/{post.source}"
        self._posts[path].append(post)
        self._write(path)

    def rewrite(self, post: PostFact) -> None:
        """Show a post in its new words, where it is still shown."""
        self._write(f"/{post.campaign}/{post.source}")

    def close(self, path: str) -> None:
        """Have a feed answer that it is down."""
        self._down.add(path)
        self._write(path)

    def reopen(self, path: str) -> None:
        """Have a feed answer again."""
        self._down.discard(path)
        self._write(path)

    @property
    def paths(self) -> list[str]:
        """Every feed."""
        return sorted(self._posts)

    @property
    def are_down(self) -> bool:
        """Whether any feed is down."""
        return bool(self._down)

    def shown_now(self) -> Iterator[PostFact]:
        """Yield what was in the feeds that answered since the last call."""
        paths = self._site.paths()[self._asked :]
        self._asked += len(paths)
        for path in sorted(set(paths) - self._down):
            yield from self._posts.get(path, [])[-SHOWN:]

    def newest(self, path: str) -> list[PostFact]:
        """Return what a feed shows."""
        return self._posts[path][-SHOWN:]

    def _write(self, path: str) -> None:
        if path in self._down:
            self._site.answers[path] = _DOWN
            return
        items = "".join(map(_item, reversed(self.newest(path))))
        content = _FEED.format(name=path, items=items).encode()
        heads = {"Content-Type": "application/rss+xml"}
        self._site.answers[path] = Answer(content, heads=heads)


def _item(post: PostFact) -> str:
    date = f"<pubDate>{_rfc(post.dated)}</pubDate>" if post.dated else ""
    return _ITEM.format(
        title=post.title,
        number=post.number,
        key=post.key,
        date=date,
        words=_words(post),
    )


def _rfc(at: datetime) -> str:
    return format_datetime(at)


def _words(post: PostFact) -> str:
    """Return words that no other post has: the same words are the same post."""
    number, things = post.number, list[str]()
    while number or not things:
        number, which = divmod(number, len(_THINGS))
        things.append(_THINGS[which])
    words = " and a ".join(things)
    return f"Told {post.wording} times: there is a {words}, number {post.number}."
