"""The one post, or the one event, that a page is there for."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import astuple, dataclass, replace

from digest.gather.items.moments import moment
from digest.gather.items.raw_item import Blocks, RawItem
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.elements import words_of
from digest.gather.markup.html import blocks_of, to_blocks
from digest.gather.markup.parsing import OF_A_PAGE, parsed
from digest.gather.markup.plain_text import text_to_blocks
from digest.gather.pages.layout.credit_lines import dated
from digest.gather.pages.layout.main_text import main_text
from digest.gather.pages.layout.outline import bylines_low
from digest.gather.pages.link_list import is_beside
from digest.gather.pages.marks.credit_marks import NOBODY
from digest.gather.pages.marks.microformats import is_entry
from digest.gather.pages.selected_parts import parts_of
from digest.gather.pages.web_page import HEAD, WebPage
from digest.model.campaigns.campaign import PageSelectors
from digest.model.posts.blocks import Block, Heading, Paragraph, Picture, plain, texts
from digest.model.posts.bylines import split_byline
from digest.model.posts.duplicates import canonical_address
from digest.model.posts.items import Byline

_BESIDE = "the marks beside it"
_FIRST = 6  # blocks among which a page's title stands
_FAR = 8  # blocks below the title
_LEAST_LEAD = 5  # words
_SHORT = 12  # words
# In a line that says when, and no more of the post.
_FACT = re.compile(
    r"\b(?:updated|published|posted|modified)\b|\b\d{1,2}[:.]\d{2}\b", re.IGNORECASE
)


def item_of_page(page: WebPage, select: PageSelectors, link: str) -> RawItem:
    """Return the page's post or event, without a key.

    What selectors choose comes first, then what the page marks for programs,
    then what stands where such things usually do. `link` is the words of the
    link that led here. Raises ValueError, in words, for a wrong selector.
    """
    reader = _PostReader(page, select)
    events = [item for item in page.marked if item.starts]
    own = [event for event in events if _is_of(event, page)]
    if not own and len(page.marked) == 1:
        own = events
    if len(own) == 1:
        event = replace(own[0].or_else(page.head), url=page.url)
        body = to_blocks(event.body, page.base) if isinstance(event.body, str) else ()
        if not body:
            body = _without_title(reader.with_body(event).blocks, event.title)
        return replace(event, body=body)
    return reader.post(link)


def _is_of(item: RawItem, page: WebPage) -> bool:
    url = addresses.web(item.url, page.base) or ""
    return bool(url) and canonical_address(url) == canonical_address(page.url)


@dataclass(frozen=True, slots=True)
class _PostReader:
    """Looks for the parts of a post on its page."""

    page: WebPage
    select: PageSelectors

    def post(self, link: str) -> RawItem:
        select = self.select
        is_selected = any(astuple(select))
        chosen = (
            parts_of(self.page.root, select, self.page) if is_selected else RawItem()
        )
        # What no selector chose of it is better known from elsewhere.
        raw = replace(
            chosen,
            title=chosen.title if select.title else "",
            body=chosen.body if select.text else (),
        )
        raw = self._titled(raw.or_else(self._marked()), link)
        raw = replace(raw, body=chosen.body) if select.text else self.with_body(raw)
        raw = self._credited(replace(raw, body=_without_title(raw.blocks, raw.title)))
        return raw.with_fields("its address", key="", url=self._url())

    def _marked(self) -> RawItem:
        """Return what the page marks for programs, the fullest first."""
        posts = [item for item in self.page.marked if not (item.starts or item.fault)]
        own = [post for post in posts if _is_of(post, self.page)] or posts
        articles = [post for post in own if not is_entry(post)]
        entries = [post for post in own if is_entry(post)]
        marked = self.page.head
        for article in articles[:1]:
            marked = article.or_else(marked)
        if entries:
            marked = max(entries, key=lambda entry: len(entry.body)).or_else(marked)
        if marked.byline and marked.byline.author.casefold() in NOBODY:
            origins = {n: w for n, w in marked.origins.items() if n != "byline"}
            return replace(marked, byline=None, origins=origins)
        return marked

    def _titled(self, raw: RawItem, link: str) -> RawItem:
        where = raw.origins.get("title")
        if where == "select.title" or is_entry(raw):
            return raw
        headings = [one_line(words_of(h1)) for h1 in self.page.root.iter("h1")]
        if len(headings) == 1 and headings[0]:
            return raw.with_fields("its main heading", title=headings[0])
        if link and (where == HEAD or not raw.title):
            return raw.with_fields("the link to it", title=link)
        return raw

    def with_body(self, raw: RawItem) -> RawItem:
        """Return it with the page's own words as its body."""
        page = self.page
        main = main_text(parsed(page.html, OF_A_PAGE))
        if main.element is None and main.words:
            body = text_to_blocks(main.words.replace("\n", "\n\n"), page.base)
            return raw.with_fields("a script in its page", body=body)
        root = deepcopy(page.root) if main.element is None else main.element
        body = bylines_low(blocks_of(root, page.base))
        return raw.with_fields("the main text of its page", body=body)

    def _credited(self, raw: RawItem) -> RawItem:
        """Return it with the byline and the date that stand above its text."""
        page, body, language = self.page, raw.blocks, self.page.language
        lead = self._lead(raw.title, body)
        day, top = dated(lead, language, _FAR) if lead else dated(body, language)
        if lead:
            byline = raw.byline or page.credits.byline
            body = (*_own_lead(top, byline), *body)
        else:
            body = top
        raw = replace(raw, body=body)
        raw = self._with_byline(raw)
        if raw.published:
            return raw
        if day:
            published = page.midnight_of(day)
            return raw.with_fields("the line under its title", published=published)
        return self._timed(raw)

    def _with_byline(self, raw: RawItem) -> RawItem:
        """Return it with the byline in marks beside it, where that says more."""
        byline = self.page.credits.byline
        says_more = byline not in {None, raw.byline}
        is_whole = raw.byline is not None and raw.byline.role
        # One that opens the body is found with its line, which is then not said twice.
        if is_whole or not says_more or split_byline(raw.blocks)[0]:
            return raw
        return raw.with_fields(_BESIDE, byline=byline)

    def _lead(self, title: str, body: Blocks) -> Blocks:
        """Return what stands between the title and the body, if that is not far."""
        page = self.page
        blocks = bylines_low(blocks_of(deepcopy(page.root), page.base))
        titled = (
            n
            for n, block in enumerate(blocks, 1)
            if isinstance(block, Heading) and one_line(plain(block.spans)) == title
        )
        begun = next(titled, len(blocks))
        near = blocks[begun : begun + _FAR]
        if not body or self.select.text:
            return ()
        # By its words: in the whole page they may have a language from around them.
        first = tuple(texts(body[:1]))
        places = (n for n, block in enumerate(near) if tuple(texts((block,))) == first)
        return near[: next(places, 0)]

    def _timed(self, raw: RawItem) -> RawItem:
        """Return it with the time at which the page's marks say it was published."""
        marked = self.page.credits
        published = (
            marked.published.instant
            if marked.published
            else self.page.midnight_of(marked.day)
        )
        if published:
            return raw.with_fields(_BESIDE, published=published)
        for element in self.page.root.iter("time"):
            if at := moment(element.get("datetime", ""), self.page.zone):
                return raw.with_fields("the time above it", published=at.instant)
        return raw

    def _url(self) -> str:
        """Return the address that the page itself calls its own, if it is near."""
        page = self.page
        own = addresses.web(page.head.url, page.base)
        if not own or not canonical_address(own) or is_beside(own, page.url):
            return page.url
        return own


def _without_title(body: Blocks, title: str) -> Blocks:
    """Return the body of a page without its title, and short lines above that."""
    for place, block in enumerate(body[:_FIRST]):
        if isinstance(block, Heading):
            words = one_line(plain(block.spans)).casefold()
            if words == one_line(title).casefold():
                above = (part for part in body[:place] if not _is_short(part))
                return (*above, *body[place + 1 :])
    return body


def _is_short(block: Block) -> bool:
    is_words = not isinstance(block, Picture)
    return is_words and len(" ".join(texts((block,))).split()) < _SHORT


def _own_lead(lead: Blocks, byline: Byline | None) -> Iterator[Block]:
    """Yield what is the post's own of what stands above its text."""
    for block in lead:
        words = " ".join(texts((block,)))
        says_who = _is_short(block) and byline is not None and byline.author in words
        is_byline = split_byline((block,))[1] == ()
        if is_byline or (_is_lead(block) and not says_who):
            yield block


def _is_lead(block: Block) -> bool:
    """Whether a block above the text is part of the post, not "News | Share this"."""
    if split_byline((block,))[0]:
        return True
    match block:
        case Picture():
            return True
        case Heading(spans=spans) | Paragraph(spans=spans):
            linked = sum(len(span.text) for span in spans if span.href)
            words = plain(spans)
            is_fact = _FACT.search(words) is not None
            is_short = len(words.split()) < _LEAST_LEAD
            return not (is_fact or is_short) and 2 * linked < len(words)
        case _:
            return False
