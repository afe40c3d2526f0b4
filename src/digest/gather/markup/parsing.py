"""HTML from outside, parsed within limits of size and depth."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from lxml import etree

from digest.gather import limits
from digest.gather.markup.clean_text import cleaned
from digest.gather.markup.elements import UNSEEN, tags


@dataclass(frozen=True, slots=True)
class HtmlSizeLimit:
    """How much HTML is read: bytes, levels of nesting, pieces of markup.

    What is nested deeper is refused, or where it `flattens` read without its tags.
    """

    most_bytes: int = limits.ITEM_HTML_BYTES
    depth: int = limits.ITEM_HTML_DEPTH
    elements: int = limits.ITEM_HTML_ELEMENTS
    flattens: bool = False


OF_AN_ITEM = HtmlSizeLimit()
OF_A_PAGE = HtmlSizeLimit(
    limits.PAGE_HTML_BYTES,
    limits.PAGE_HTML_DEPTH,
    limits.PAGE_HTML_ELEMENTS,
    flattens=True,
)

# Levels that the parser adds by itself, and those of tags that are not counted.
_ROOM = 20
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)([^<>]*+)>")
# Tags that hold nothing, or that the next of their kind ends by itself.
_UNCOUNTED = tags(
    "area base br col embed hr img input link meta param source track wbr "
    "p li dt dd option optgroup tr td th thead tbody tfoot colgroup"
)

_RAW = tags("script style")


def parsed(html: str, size: HtmlSizeLimit = OF_AN_ITEM) -> Any | None:
    """Return the root element of `html`, or None where it holds nothing.

    Raises ValueError, in words, for what is too large or too deep. The parser
    itself stops in silence some way past that depth, so what it made of broken
    markup is measured as well.
    """
    text = cleaned(html)
    content = text.encode()
    if len(content) > size.most_bytes:
        raise ValueError(
            f"holds over {size.most_bytes // 1_000_000} MB of HTML: shorten it, "
            "or take out what is pasted into it"
        )
    depth = _depth_of_tags(text)
    if size.flattens and depth > size.depth - _ROOM:
        content = _flattened(text, size.depth - _ROOM).encode()
    else:
        _refuse_depth(depth, size)
    # Only words and tags are looked at; an XML declaration would name an encoding.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(content, parser) if text.strip() else None
    except etree.XMLSyntaxError:
        return None  # nothing but comments or white space
    if root is not None:
        measure(root, size)
    return root


def _refuse_depth(depth: int, size: HtmlSizeLimit) -> None:
    if depth > size.depth:
        raise ValueError(
            f"has HTML nested more than {size.depth} deep: simplify its markup"
        )


def _depth_of_tags(html: str) -> int:
    """Return at least how deep the tags go, in one pass and without parsing."""
    standing = Counter[str]()
    depth = deepest = 0
    raw = ""
    for closes, tag, rest in _TAG.findall(html):
        name = tag.lower()
        if raw and not (closes and name == raw):
            continue  # what a script writes is no markup yet
        raw = name if name in _RAW and not closes else ""
        if name in _UNCOUNTED or rest.endswith("/"):
            continue
        if not closes:
            standing[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif standing[name]:
            standing[name] -= 1
            depth -= 1
    return deepest


def _flattened(html: str, most: int) -> str:
    """Return the HTML without those tags that stand deeper than so many others."""
    standing, dropped = Counter[str](), Counter[str]()
    depth = 0

    def without(tag: re.Match[str]) -> str:
        nonlocal depth
        name = tag[2].lower()
        if name in _UNCOUNTED or name in UNSEEN or tag[3].endswith("/"):
            return tag[0]
        if not tag[1] and depth >= most:
            dropped[name] += 1
            return " "
        if not tag[1]:
            standing[name] += 1
            depth += 1
        elif dropped[name]:
            dropped[name] -= 1
            return " "
        elif standing[name]:
            standing[name] -= 1
            depth -= 1
        return tag[0]

    return _TAG.sub(without, html)


def measure(root: Any, size: HtmlSizeLimit = OF_AN_ITEM) -> None:
    """Raise ValueError, in words, where an element holds too much markup."""
    depth = count = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        _refuse_depth(depth, size)
        if count > size.elements:
            raise ValueError(
                f"has over {size.elements:,} pieces of markup: take out what is pasted"
            )
