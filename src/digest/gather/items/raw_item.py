"""One item as its source has it, and the one post or event that it makes.

Every kind of source fills a RawItem and does no more. What is refused, what is
guessed where a source leaves it out, and where each field came from, is decided here.
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from digest.gather import limits
from digest.gather.items.attachments import Attachment, links_to, pictures_in
from digest.gather.items.moments import Moment
from digest.gather.items.same_picture import distinct, with_words_of
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import one_line, short_key, short_title
from digest.gather.markup.html import to_blocks
from digest.gather.markup.plain_text import text_to_blocks
from digest.gather.markup.reshape import outlined
from digest.model.posts.blocks import Block, Picture, links_in, texts
from digest.model.posts.bylines import split_byline
from digest.model.posts.items import Byline, Event, EventState, Item, Link, Post
from digest.model.posts.link_kinds import noteworthy
from digest.model.posts.pictures import pictures_in as pictures_of_item
from digest.model.posts.pictures import pictures_of
from digest.model.posts.summary import summarise
from digest.model.posts.text_language import usable_tag

Blocks = tuple[Block, ...]
# Where each field of an item came from, in words for whoever tries a source.
Origins = Mapping[str, str]
MadeItem = tuple[Item, Origins]

# Where the fields of a feed's entry stand.
FEED_ORIGINS: Origins = {
    "key": "the entry's id",
    "title": "the entry's title",
    "body": "the entry's content",
    "byline": "the entry's author",
    "summary": "the entry's summary",
    "published": "the entry's date",
    "url": "the entry's link",
    "picture": "the entry's picture",
    "topics": "the entry's categories",
    "language": "the feed",
}
_FIELDS_OF_MARKS = (
    *("title", "byline", "published", "topics", "picture", "summary", "body"),
    *("starts", "ends", "all_day", "place", "joining_url", "state"),
)
NO_PICTURE = Picture("")
_WORDS_OF_A_GUESSED_TITLE = 10
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
# A post about HTML names tags; one that was escaped twice ends them too.
_ESCAPED = re.compile(
    r"&lt;/(p|div|a|b|i|em|strong|span|li|h[1-6])&gt;|&lt;(br|img)\b[^<>&]*&gt;", re.I
)
_CUT_SHORT = re.compile(
    r"(\u2026|\.\.\.|\[\u2026\]|\[\.\.\.\])\W*$|(read|continue) \w+\W*$", re.I
)
# What a field is guessed from where its source does not say it.
_GUESSED = {
    "title": "the first words of its text",
    "byline": "the lines that open its text",
    "summary": "the first sentences of its text",
    "links": "the links in its text",
}
_ELSE = "worked out by this program"


class Html(str):
    """Words in HTML, as they stand in a source."""

    __slots__ = ()


class PlainText(str):
    """Words without markup, as they stand in a source: line ends part them."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawItem:
    """What a source says of one item; "" and None are what it does not say.

    An event where it has a start, else a post. Addresses are as they are written,
    relative ones to `base`; but a picture's is whole, or that of a file. A title,
    body or summary that is Html or PlainText is as its source has it: what is
    missing of it may be guessed, and what was cut short is left out. A title or
    summary that is neither is words to be shown as they are. `key` is the source's
    own id; that of an event is fit to be kept. `topics` are fit to be shown.
    `language` is what the source calls it, a language tag or not.

    `unread_date` is what is written in place of a date of publishing. `origins` is
    where each field stands, `fault` why no item can be made of it.
    """

    key: str = ""
    base: str = ""
    url: str = ""
    title: str = ""
    body: Html | PlainText | Blocks = ()
    summary: str = ""
    byline: Byline | None = None
    published: datetime | None = None
    unread_date: str = ""
    picture: Picture = NO_PICTURE
    attachments: tuple[Attachment, ...] = ()
    topics: tuple[str, ...] = ()
    starts: Moment | None = None
    ends: Moment | None = None
    zone: str = ""
    place: str = ""
    joining_url: str = ""
    booking_phone: str = ""
    state: EventState = EventState.ON
    language: str = ""
    fault: str = ""
    origins: Origins = field(default_factory=dict, hash=False)

    @property
    def blocks(self) -> Blocks:
        """The body, so far as it is blocks already."""
        return () if isinstance(self.body, str) else self.body

    @property
    def name(self) -> str:
        """What to call the item before it is one; "" where nothing is said of it."""
        return one_line(self.title or self.url or self.key)[: limits.NAME_LENGTH]

    def with_fields(self, where: str, **values: Any) -> "RawItem":
        """Return it with fields that stand there."""
        origins = {**self.origins, **dict.fromkeys(values, where)}
        return replace(self, **values, origins=origins)

    def or_else(self, other: "RawItem") -> "RawItem":
        """Return this with what only `other` says, and where that stands."""
        missing = {
            field.name: getattr(other, field.name)
            for field in fields(self)
            if getattr(self, field.name) == field.default
        }
        own, others = self.picture, other.picture
        picture = replace(own, src=own.src or others.src, alt=own.alt or others.alt)
        origins = dict(other.origins)
        origins |= {n: words for n, words in self.origins.items() if n not in missing}
        return replace(self, **missing | {"picture": picture, "origins": origins})


def all_in(where: str) -> Origins:
    """Return the origins of an item whose fields stand in one place of a page."""
    return dict.fromkeys(_FIELDS_OF_MARKS, where)


def item_of(raw: RawItem) -> MadeItem:
    """Return the post or event that the item makes, as `post_of` and `event_of` do."""
    return post_of(raw) if raw.starts is None else event_of(raw)


def post_of(raw: RawItem) -> tuple[Post, Origins]:
    """Return the post that the item makes, and where each of its fields came from.

    Raises ValueError, in words, where it makes none.
    """
    if raw.fault:
        raise ValueError(raw.fault)
    url = addresses.web(raw.url, raw.base) or ""
    base = raw.base or url
    gist, body = _blocks(raw.summary, base), _blocks(raw.body, base)
    is_gist_alone = not body and isinstance(raw.body, str)
    body = gist if is_gist_alone else body
    own_title = _title(raw.title, base)
    title = own_title or first_words(body)
    if not title:
        raise ValueError("has neither a title nor words: give it one of them")
    attached = pictures_in(raw.attachments, base)
    picture = raw.picture if raw.picture.src else next(iter(attached), None)
    post = Post(
        key=short_key(raw.key or url or title),
        title=title,
        byline=raw.byline,
        published=raw.published,
        url=url,
        summary=_summary(raw.summary, gist, body),
        picture=picture
        and replace(
            picture,
            alt=picture.alt or raw.picture.alt,
            caption=picture.caption or raw.picture.caption,
        ),
        topics=raw.topics,
        language=usable_tag(raw.language),
    )
    completed = _completed(post, body, links_to(raw.attachments, base), attached)
    origins = _stated_origins(
        raw,
        title=bool(own_title),
        byline=raw.byline is not None and raw.byline == completed.byline,
        summary=bool(post.summary) or is_gist_alone,
    )
    if not raw.key:
        origins["key"] = "the entry's address" if url else "the entry's title"
    if is_gist_alone:
        origins["body"] = "the entry's summary, as it has no content"
    return completed, origins_of(completed, origins)


def pictures_left_out(raw: RawItem, post: Post) -> int:
    """Return how many pictures hang on the item and are more than its post shows."""
    if len(raw.attachments) <= limits.ATTACHED_PICTURES:
        return 0
    attached = pictures_in(raw.attachments, raw.base or post.url)
    return sum(1 for _ in distinct(attached, pictures_of_item(post)))


def event_of(raw: RawItem) -> tuple[Event, Origins]:
    """Return the event that the item makes, and where each of its fields came from.

    Raises ValueError, in words, where it makes none.
    """
    if raw.fault:
        raise ValueError(raw.fault)
    if not raw.title or raw.starts is None:
        raise ValueError("has no title or no start")
    ends = raw.ends.as_end(raw.zone) if raw.ends else None
    if ends and ends < raw.starts.instant:
        raise ValueError("ends before it starts: mend one of the two")
    body = _blocks(raw.body, raw.base)
    event = Event(
        key=raw.key,
        title=_title(raw.title, raw.base),
        starts=raw.starts.instant,
        zone=raw.zone,
        ends=ends,
        all_day=raw.starts.is_day,
        place=one_line(raw.place),
        joining_url=addresses.web(raw.joining_url, raw.base) or "",
        booking_phone=raw.booking_phone,
        url=addresses.web(raw.url, raw.base) or "",
        summary=raw.summary or summarise(body),
        body=body,
        topics=raw.topics,
        state=raw.state,
        language=usable_tag(raw.language),
    )
    origins = _stated_origins(raw, summary=bool(raw.summary))
    return event, origins_of(event, origins)


def _stated_origins(raw: RawItem, **is_stated: bool) -> dict[str, str]:
    """Return the item's origins without those of fields that had to be guessed."""
    return {n: words for n, words in raw.origins.items() if is_stated.get(n, True)}


def origins_of(item: Item, where: Origins) -> Origins:
    """Return for each field that the item has where it came from.

    `where` names the fields that the source itself gave, each with where in the
    source that stands, such as "the feed's summary". The others were guessed from
    the item's own words.
    """
    return {
        field.name: where.get(field.name) or _GUESSED.get(field.name, _ELSE)
        for field in fields(item)
        if field.default is MISSING or getattr(item, field.name) != field.default
    }


def stated_for_all(language: str) -> str:
    """Return the language that a feed or page states for all of it, if it says much.

    English is what programs write there unasked, whatever the posts hold.
    """
    return "" if language.casefold().startswith("en") else language


def first_words(body: Blocks) -> str:
    """Return the words with which a body begins, in place of a title."""
    words = one_line(next(filter(None, texts(body)), "")).split()
    if len(words) <= _WORDS_OF_A_GUESSED_TITLE:
        return short_title(" ".join(words).rstrip("."))
    return short_title(" ".join(words[:_WORDS_OF_A_GUESSED_TITLE]) + "\u2026")


def topics_within(topics: Iterable[str]) -> tuple[str, ...]:
    """Return the first topics, each once and of a length to be shown."""
    first = list(topics)[: limits.TOPICS]
    words = (one_line(topic)[: limits.TOPIC_LENGTH] for topic in first)
    return tuple(dict.fromkeys(filter(None, words)))


def _blocks(words: str | Blocks, base: str) -> Blocks:
    if isinstance(words, Html):
        return to_blocks(_unescaped(words), base)
    if isinstance(words, PlainText):
        return text_to_blocks(words, base)
    return () if isinstance(words, str) else words


def _unescaped(markup: str) -> str:
    """Return the HTML that was meant, where all of it was escaped once too often."""
    if _MARKUP.search(markup) or not _ESCAPED.search(markup):
        return markup
    return html.unescape(markup)


def _title(title: str, base: str) -> str:
    if isinstance(title, Html):
        title = " ".join(texts(to_blocks(title, base)))
    return short_title(one_line(title))


def _summary(summary: str, gist: Blocks, body: Blocks) -> str:
    """Return a summary of whole sentences, or none where its source cut it short."""
    if not isinstance(summary, Html | PlainText):
        return summary
    words = " ".join(texts(gist)).split()
    if gist == body:
        return ""  # it is all there is, and says nothing for itself
    if len(words) > limits.SUMMARY_WORDS:
        return summarise(gist)
    return "" if _CUT_SHORT.search(" ".join(words)) else " ".join(words)


def _completed(
    post: Post, body: Blocks, links: Iterable[Link], attached: Iterable[Picture]
) -> Post:
    """Return the post with its body, its further links, and what the body tells.

    Pictures that hang on it, and that it does not show yet, stand below its words.

    A summary and noteworthy links are found where the source gave none, and words
    for its picture where the body shows that too. A byline that opens the body
    says more than a bare name, and is not said twice.
    """
    byline = post.byline
    if byline is None or not byline.role:
        opening, body = split_byline(body)
        byline = opening or byline
    body = outlined(body)  # a title taken from it may have been its top heading
    present = [*pictures_of(body), *filter(None, (post.picture,))]
    further = tuple(distinct(attached, present))[: limits.ATTACHED_PICTURES]
    own = noteworthy(body)
    linked = {link.url for link in own} | {url for _, url in links_in(body)}
    return replace(
        post,
        body=(*body, *further),
        byline=byline,
        picture=with_words_of(body, post.picture),
        summary=post.summary or summarise(body),
        links=(*own, *(link for link in links if link.url not in linked)),
    )
