"""The one post, or the one event, that a page is there for."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import Any

from digest.gather.items.moments import moment
from digest.gather.markup import addresses
from digest.gather.markup.html import blocks_of, to_blocks
from digest.gather.markup.signs import words_of
from digest.gather.markup.words import one_line
from digest.gather.pages.items import PageContext, PageFindings, below_title, date_of
from digest.gather.pages.layout.credit_lines import dated
from digest.gather.pages.layout.days import WrittenDay
from digest.gather.pages.layout.main_text import main_text
from digest.gather.pages.layout.outline import Blocks, bylines_low
from digest.gather.pages.layout.parts import parts_of
from digest.gather.pages.link_list import is_beside
from digest.gather.pages.marks.structured_item import StructuredItem
from digest.gather.pages.web_page import WebPage
from digest.model.campaigns.campaign import PageSelectors
from digest.model.posts.blocks import Block, Heading, Paragraph, Picture, plain, texts
from digest.model.posts.bylines import split_byline
from digest.model.posts.duplicates import canonical_address
from digest.model.posts.items import Byline

_NOBODY = frozenset({"admin", "administrator", "webmaster"})
_FAR = 8  # blocks below the title
_LEAST_LEAD = 5  # words
_SHORT = 12  # words


def found_on(
    page: WebPage, select: PageSelectors, place: PageContext, link: str
) -> PageFindings:
    """Return the parts of the page's post or event, without a key.

    What selectors choose comes first, then what the page marks for programs,
    then what stands where such things usually do. `link` is the words of the
    link that led here. Raises ValueError, in words, for a wrong selector.
    """
    event = _event(page, place)
    if event is not None:
        told = replace(event.or_else(page.head), url=page.url)
        said = dict.fromkeys(_FIELDS, event.marks)
        return PageFindings("", told, to_blocks(event.text.value, place.base), said)
    return _Post(page, select, place).found(link)


_FIELDS = (
    *("title", "byline", "published", "topics", "picture", "summary", "body"),
    *("starts", "ends", "all_day", "place", "joining_url", "state"),
)


def _event(page: WebPage, place: PageContext) -> StructuredItem | None:
    events = [one for one in page.told if one.starts]
    own = [one for one in events if _is_of(one, place)]
    if len(own) == 1:
        return own[0]
    is_alone = len(events) == 1 and len(page.told) == 1
    return events[0] if is_alone else None


def _is_of(told: StructuredItem, place: PageContext) -> bool:
    url = addresses.web(told.url, place.base) or ""
    return bool(url) and canonical_address(url) == canonical_address(place.url)


class _Post:
    """Looks for the parts of a post on its page."""

    def __init__(
        self, page: WebPage, select: PageSelectors, place: PageContext
    ) -> None:
        self._page = page
        self._select = select
        self._place = place
        self._said: dict[str, str] = {"key": "its address", "url": "its address"}

    def found(self, link: str) -> PageFindings:
        chosen = parts_of(self._page.root, self._select, self._place)
        told = self._marked()
        body = chosen.body if self._select.text else self._body(told)
        told = self._with(chosen.told, told, chosen.said)
        title = self._title(told, link)
        body = below_title(body, title)
        lead = self._lead(title, body)
        day, top = self._dated(lead, body)
        body = (
            (*self._kept(top, told.byline or self._page.credits.byline), *body)
            if lead
            else top
        )
        byline = told.byline
        if byline is None or not byline.role:
            byline = self._byline(body) or byline
        published = told.published or (None if day else self._time())
        self._said.setdefault("published", "the line under its title")
        told = replace(
            told, title=title, byline=byline, published=published, url=self._url()
        )
        return PageFindings("", told, body, self._said, day)

    def _marked(self) -> StructuredItem:
        """Return what the page marks for programs, the fullest first."""
        posts = [one for one in self._page.told if not (one.starts or one.fault)]
        own = [one for one in posts if _is_of(one, self._place)] or posts
        entries = [one for one in own if one.marks == "its h-entry"]
        articles = [one for one in own if one.marks != "its h-entry"]
        entry = max(entries, key=lambda one: len(one.text.value), default=None)
        told = self._page.head
        for one in filter(None, (*articles[:1], entry)):
            told = self._with(one, told, dict.fromkeys(_FIELDS, one.marks))
        name = told.byline.author.casefold() if told.byline else ""
        return replace(told, byline=None) if name in _NOBODY else told

    def _with(
        self, first: StructuredItem, then: StructuredItem, said: dict[str, str] | Any
    ) -> StructuredItem:
        """Return what is told first, and else then; note who said it."""
        for name in ("title", "byline", "published", "topics", "picture", "summary"):
            if getattr(first, name) and name in said:
                self._said[name] = said[name]
            elif getattr(then, name):
                self._said.setdefault(name, then.marks)
        if not self._select.title and first.marks == "the page":
            first = replace(first, title="")
        return first.or_else(then)

    def _body(self, told: StructuredItem) -> Blocks:
        if told.text.is_html:
            self._said["body"] = told.marks
            return to_blocks(told.text.value, self._place.base)
        self._said["body"] = "the main text of its page"
        return bylines_low(
            blocks_of(deepcopy(main_text(self._page.root)), self._place.base)
        )

    def _title(self, told: StructuredItem, link: str) -> str:
        if self._said.get("title") in {"select.title", "its h-entry"}:
            return told.title
        headings = [one_line(words_of(one)) for one in self._page.root.iter("h1")]
        if len(headings) == 1 and headings[0]:
            self._said["title"] = "its main heading"
            return headings[0]
        if self._said.get("title") == "its head" and link:
            self._said["title"] = "the link to it"
            return link
        return told.title or link

    def _lead(self, title: str, body: Blocks) -> Blocks:
        """Return what stands between the title and the body, if that is not far."""
        blocks = bylines_low(blocks_of(deepcopy(self._page.root), self._place.base))
        titled = (n for n, one in enumerate(blocks, 1) if _is_titled(one, title))
        begun = next(titled, len(blocks))
        near = blocks[begun : begun + _FAR]
        if not body or self._select.text or body[0] not in near:
            return ()
        return near[: near.index(body[0])]

    def _dated(self, lead: Blocks, body: Blocks) -> tuple[WrittenDay | None, Blocks]:
        language = self._place.language
        return dated(lead, language, _FAR) if lead else dated(body, language)

    def _kept(self, lead: Blocks, byline: Byline | None) -> Iterator[Block]:
        """Yield what is the post's own of what stands above its text."""
        for block in lead:
            words = " ".join(texts((block,)))
            is_short = len(words.split()) < _SHORT and not isinstance(block, Picture)
            says_who = is_short and byline is not None and byline.author in words
            is_byline = split_byline((block,))[1] == ()
            if is_byline or (_is_lead(block) and not says_who):
                yield block

    def _byline(self, top: Blocks) -> Byline | None:
        if split_byline(top)[0]:
            return None  # it is found with its line, which is then not said twice
        if self._page.credits.byline:
            self._said.setdefault("byline", "the marks beside it")
        return self._page.credits.byline

    def _time(self) -> datetime | None:
        """Return when the page's marks say that the post was published."""
        marked = self._page.credits
        if marked.published or marked.day:
            self._said["published"] = "the marks beside it"
        if marked.published:
            return marked.published.instant
        return date_of(marked.day, self._place) or self._time_above()

    def _time_above(self) -> datetime | None:
        for one in self._page.root.iter("time"):
            found = moment(one.get("datetime", ""), self._place.zone)
            if found:
                self._said["published"] = "the time above it"
                return found.instant
        return None

    def _url(self) -> str:
        """Return the address that the page itself calls its own, if it is near."""
        said = addresses.web(self._page.head.url, self._place.base)
        is_home = bool(said) and not canonical_address(said or "")
        if not said or is_home or is_beside(said, self._place.url):
            return self._page.url
        return said


def _is_titled(block: Block, title: str) -> bool:
    return isinstance(block, Heading) and one_line(plain(block.spans)) == title


def _is_lead(block: Block) -> bool:
    """Whether a block above the text is part of the post, not "News | Share this"."""
    if split_byline((block,))[0]:
        return True
    match block:
        case Picture():
            return True
        case Heading(spans=runs) | Paragraph(spans=runs):
            linked = sum(len(run.text) for run in runs if run.href)
            words = plain(runs)
            return len(words.split()) >= _LEAST_LEAD and 2 * linked < len(words)
        case _:
            return False
