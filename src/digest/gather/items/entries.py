"""What any kind of feed says of one post, and the post it makes."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from digest.gather import limits
from digest.gather.items.attachments import Attachment, links_to, picture_in
from digest.gather.items.origins import Origins, origins, said_byline
from digest.gather.items.reading import finished
from digest.gather.markup import addresses
from digest.gather.markup.html import to_blocks
from digest.gather.markup.plain_text import text_to_blocks
from digest.gather.markup.words import one_line, short_key, short_title
from digest.model.posts.blocks import Block, Picture, links_in, texts
from digest.model.posts.bylines import parse
from digest.model.posts.items import Link, Post
from digest.model.posts.summary import summarise

_WORDS_OF_A_TITLE = 10
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
# A post about HTML names tags; one that was escaped twice ends them too.
_ESCAPED = re.compile(
    r"&lt;/(p|div|a|b|i|em|strong|span|li|h[1-6])&gt;|&lt;(br|img)\b[^<>&]*&gt;", re.I
)
_CUT = re.compile(
    r"(\u2026|\.\.\.|\[\u2026\]|\[\.\.\.\])\W*$|(read|continue) \w+\W*$", re.I
)


@dataclass(frozen=True, slots=True)
class FeedText:
    """Words from a feed, as HTML or as they stand."""

    value: str = ""
    is_html: bool = False


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed. `base` is what its relative addresses are taken from.

    `fault` says why nothing else is known of it.
    """

    key: str
    title: FeedText
    content: FeedText
    base: str
    url: str = ""
    summary: FeedText = FeedText()
    author: str = ""
    published: datetime | None = None
    topics: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    fault: str = ""

    @property
    def name(self) -> str:
        """What to call the entry before it is a post."""
        return one_line(self.title.value or self.url or self.key)[: limits.NAME_LENGTH]


def post_of(entry: FeedEntry) -> Post:
    """Return the post that the entry makes.

    Raises ValueError, in words, where it makes none.
    """
    return post_told(entry)[0]


def post_told(entry: FeedEntry) -> tuple[Post, Origins]:
    """Return the entry's post, and where in the feed each of its fields came from.

    Raises ValueError, in words, where the entry makes no post.
    """
    if entry.fault:
        raise ValueError(entry.fault)
    url = addresses.web(entry.url, entry.base) or ""
    base = entry.base or url
    summary, content = _blocks(entry.summary, base), _blocks(entry.content, base)
    body = content or summary
    said_title = _title(entry.title, base)
    title = said_title or first_words(body)
    if not title:
        raise ValueError("has neither a title nor words: give it one of them")
    picture = picture_in(entry.attachments, base)
    byline = parse(one_line(entry.author))
    gist = "" if body == summary else gist_of(summary)
    post = Post(
        key=short_key(entry.key or url or title),
        title=title,
        byline=byline,
        published=entry.published,
        url=url,
        summary=gist,
        picture=Picture(picture) if picture else None,
        topics=topics_within(entry.topics),
    )
    made = _with_links(finished(post, body), links_to(entry.attachments, base))
    said = {
        "title": bool(said_title),
        "body": bool(content),
        "byline": said_byline(byline, made),
        "summary": bool(gist) or (not content and made.summary != ""),
        "key": bool(entry.key),
    }
    return made, origins(made, _where(said, made))


def _where(said: Mapping[str, bool], post: Post) -> Mapping[str, str]:
    given = {
        "key": "the entry's id",
        "title": "the entry's title",
        "body": "the entry's content",
        "byline": "the entry's author",
        "summary": "the entry's summary",
    }
    usual = {
        "key": "the entry's address" if post.url else "the entry's title",
        "body": "the entry's summary, as it has no content",
        "published": "the entry's date",
        "url": "the entry's link",
        "picture": "the entry's picture",
        "topics": "the entry's categories",
    }
    return usual | {name: words for name, words in given.items() if said[name]}


def _with_links(post: Post, links: Iterable[Link]) -> Post:
    known = {link.url for link in post.links} | {url for _, url in links_in(post.body)}
    new = tuple(link for link in links if link.url not in known)
    return replace(post, links=post.links + new) if new else post


def _blocks(text: FeedText, base: str) -> tuple[Block, ...]:
    if text.is_html:
        return to_blocks(_escaped_once(text.value), base)
    return text_to_blocks(text.value, base)


def _escaped_once(markup: str) -> str:
    """Return the HTML that was meant, where all of it was escaped once too often."""
    if _MARKUP.search(markup) or not _ESCAPED.search(markup):
        return markup
    return html.unescape(markup)


def _title(text: FeedText, base: str) -> str:
    words = text.value
    if text.is_html:
        words = " ".join(texts(to_blocks(words, base)))
    return short_title(one_line(words))


def first_words(body: tuple[Block, ...]) -> str:
    """Return the words with which a body begins, in place of a title."""
    words = one_line(next(filter(None, texts(body)), "")).split()
    if len(words) <= _WORDS_OF_A_TITLE:
        return short_title(" ".join(words).rstrip("."))
    return short_title(" ".join(words[:_WORDS_OF_A_TITLE]) + "\u2026")


def gist_of(summary: tuple[Block, ...]) -> str:
    """Return a summary of whole sentences, or none where the feed cut it short."""
    words = " ".join(texts(summary)).split()
    if len(words) > limits.SUMMARY_WORDS:
        return summarise(summary)
    said = " ".join(words)
    return "" if _CUT.search(said) else said


def topics_within(topics: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first topics, each once and of a length to be shown."""
    words = filter(
        None, (one_line(one)[: limits.TOPIC_LENGTH] for one in topics[: limits.TOPICS])
    )
    return tuple(dict.fromkeys(words))
