"""Posts and events of a page: their keys, their addresses, what a page leaves out."""

import re
from dataclasses import replace
from urllib.parse import quote

from digest.gather.items.raw_item import (
    NO_PICTURE,
    MadeItem,
    RawItem,
    item_of,
    stated_for_all,
    topics_within,
)
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import short_key
from digest.gather.pages.web_page import WebPage
from digest.model.posts.blocks import Block, Paragraph, Picture, plain, texts
from digest.model.posts.duplicates import canonical_address

_TO_TOP = re.compile(
    r"\W*(back|return|go)? ?(to )?(the )?top( of (the |this )?page)?\W*", re.I
)


def item_on(page: WebPage, raw: RawItem) -> MadeItem:
    """Return the post or event that an item of a page makes, with its origins.

    Raises ValueError, in words, where it makes none.
    """
    raw = replace(
        raw,
        key=short_key(raw.key),
        base=page.base,
        zone=page.zone,
        topics=topics_within(raw.topics),
        language=raw.language or stated_for_all(page.language),
    )
    if raw.starts is None:
        return item_of(_post(raw))
    if raw.ends and raw.ends.as_end(raw.zone) < raw.starts.instant:
        raise ValueError("ends before it starts: its page must be mended")
    return item_of(raw)


def key_of_address(url: str) -> str:
    """Return what stays the same of an address when a site changes its manners."""
    return canonical_address(url) or url


def address_in(url: str, title: str, anchor: str) -> str:
    """Return the address of a post on a long page: its anchor, or its title's words.

    A browser that does not know text fragments (WICG, scroll to text) shows the
    page from its top.
    """
    page = url.partition("#")[0]
    if anchor:
        return f"{page}#{quote(anchor, safe='')}"
    # A dash and a comma part the words of such a fragment.
    return f"{page}#:~:text={quote(title, safe='').replace('-', '%2D')}"


def _post(raw: RawItem) -> RawItem:
    """Return a post without ways back to the page's top, and with at most a picture.

    One that its text shows itself does not lead it as well.
    """
    body = tuple(block for block in raw.blocks if not _leads_to_top(block))
    if not raw.title:
        return replace(raw, fault="has no title: choose it by select.title")
    if not any(texts(body)) and not raw.summary:
        return replace(raw, fault="has no words below its title")
    shows_pictures = any(isinstance(block, Picture) for block in body)
    src = "" if shows_pictures else addresses.web(raw.picture.src, raw.base)
    picture = replace(raw.picture, src=src) if src else NO_PICTURE
    return replace(raw, body=body, picture=picture)


def _leads_to_top(block: Block) -> bool:
    if not isinstance(block, Paragraph):
        return False
    words = plain(block.spans)
    return bool(words.strip()) and bool(_TO_TOP.fullmatch(words))
