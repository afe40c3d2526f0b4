"""HTML from outside as blocks: nothing outside the set survives, every word does."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lxml import html as lxml_html

from digest.gather import addresses
from digest.gather.inline import PLAIN, Inline, Look
from digest.gather.words import one_line
from digest.model.blocks import (
    Block,
    EasyRead,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Run,
    Runs,
    Table,
    plain,
    texts,
)

MAX_BYTES = 2_000_000
MAX_DEPTH = 120

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Tags that hold nothing, or that the next of their kind ends by itself.
_UNCOUNTED = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "option",
        "td",
        "th",
        "tr",
        "dt",
        "dd",
        "thead",
        "tbody",
        "tfoot",
    )
)
_NO_WORDS = frozenset(
    (
        "script",
        "style",
        "template",
        "head",
        "title",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "applet",
        "noembed",
        "noframes",
        "audio",
        "video",
        "canvas",
        "select",
        "datalist",
        "textarea",
    )
)
_INLINE = frozenset(
    (
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
    )
)
_STRONG = frozenset({"b", "strong"})
_EMPHASIS = frozenset({"i", "em", "cite", "dfn", "var"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_DASHES = "\u2014\u2013- "
_BUTTON = re.compile(r"\b(button|btn|cta)\b")
_EASY_READ = re.compile(r"\beasy-?read\b")


def to_blocks(html: str, base_url: str) -> tuple[Block, ...]:
    """Return the visible words of `html` as blocks, in reading order.

    Relative addresses are taken from `base_url`; addresses other than http,
    https, mailto and tel become plain words. Levels of headings start at 1 and
    never skip. Raises ValueError, in words, for what is too large or too deep.
    """
    _refuse_monsters(html)
    if not html.strip():
        return ()
    parser = lxml_html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True
    )
    markup = f"<div>{html}</div>".encode("utf-8", "replace")
    root = lxml_html.document_fromstring(markup, parser=parser)
    return _outlined(_Walk(base_url).blocks_of(root, PLAIN))


def _refuse_monsters(html: str) -> None:
    if len(html) > MAX_BYTES:
        raise ValueError(f"is over {MAX_BYTES // 1_000_000} MB of HTML: shorten it")
    depth = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() in _UNCOUNTED:
            continue
        depth += -1 if tag[1] else 1
        if depth > MAX_DEPTH:
            raise ValueError(
                f"has HTML nested more than {MAX_DEPTH} deep: simplify its markup"
            )


class _Walk:
    """Goes through one element and collects its blocks."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url
        self._blocks: list[Block] = []
        self._pictures: list[Block] = []
        self._inline = Inline()

    def blocks_of(self, element: Any, look: Look) -> list[Block]:
        self._inside(element, look)
        self._flush()
        return self._blocks

    def _inside(self, element: Any, look: Look) -> None:
        self._inline.add(element.text, look)
        for child in element:
            if isinstance(child.tag, str):
                self._node(child, child.tag.lower(), look)
            self._inline.add(child.tail, look)

    def _node(self, element: Any, tag: str, look: Look) -> None:
        if tag in _NO_WORDS:
            return
        if tag == "br":
            self._inline.break_line()
        elif tag == "img":
            self._picture(element)
        elif tag in _INLINE:
            self._inside(element, self._look(element, tag, look))
        else:
            self._flush()
            self._block(element, tag, look)
            self._flush()

    def _block(self, element: Any, tag: str, look: Look) -> None:
        if tag in _HEADINGS:
            self._inside(element, look)
            if runs := self._inline.take():
                self._blocks.append(Heading(_HEADINGS[tag], runs))
        elif tag in {"ul", "ol", "menu"}:
            self._list(element, tag == "ol", look)
        elif tag == "blockquote":
            self._quote(element, look)
        elif tag == "table" and element.find(".//th") is not None:
            self._table(element)
        elif tag == "figure":
            self._figure(element, look)
        elif _EASY_READ.search(element.get("class", "")):
            self._easy_read(element)
        else:
            self._inside(element, replace(look, strong=True) if tag == "dt" else look)

    def _look(self, element: Any, tag: str, look: Look) -> Look:
        if tag == "a":
            href = addresses.link(element.get("href"), self._base)
            button = bool(_BUTTON.search(element.get("class", "")))
            return replace(look, href=href or look.href, button=button)
        return replace(
            look,
            strong=look.strong or tag in _STRONG,
            emphasis=look.emphasis or tag in _EMPHASIS,
        )

    def _flush(self) -> None:
        if block := self._inline.take_block():
            self._blocks.append(block)
        self._blocks += self._pictures
        self._pictures.clear()

    def _picture(self, element: Any) -> None:
        if picture := self._picture_of(element):
            self._pictures.append(picture)
        elif alt := one_line(element.get("alt", "")):
            self._inline.add(f" {alt} ", PLAIN)

    def _picture_of(self, element: Any, caption: str = "") -> Picture | None:
        src = addresses.web(element.get("src"), self._base)
        alt = one_line(element.get("alt", ""))
        tiny = {element.get("width"), element.get("height")} & {"0", "1", "1px"}
        return None if src is None or tiny else Picture(src, alt, caption)

    def _list(self, element: Any, ordered: bool, look: Look) -> None:  # noqa: FBT001 - a word of the list's own
        items = [
            tuple(_flat(_Walk(self._base).blocks_of(child, look)))
            for child in element
            if isinstance(child.tag, str)
        ]
        if kept := tuple(item for item in items if item):
            self._blocks.append(ListBlock(ordered, kept))
        stray = [element.text, *(child.tail for child in element)]
        for words in stray:
            self._inline.add(words, look)

    def _quote(self, element: Any, look: Look) -> None:
        by = []
        for source in element.xpath(".//footer|.//cite[not(ancestor::footer)]"):
            by.append(one_line(source.text_content()))
            source.drop_tree()
        body = tuple(_flat(_Walk(self._base).blocks_of(element, look)))
        attribution = ", ".join(filter(None, by)).lstrip(_DASHES)
        if body:
            self._blocks.append(Quote(body, attribution))
        elif attribution:
            self._inline.add(attribution, look)

    def _figure(self, element: Any, look: Look) -> None:
        images, captions = element.findall(".//img"), element.findall(".//figcaption")
        rest = _words(element) == "".join(map(_words, captions))
        if len(images) == 1 and len(captions) <= 1 and rest:
            caption = " ".join(one_line(one.text_content()) for one in captions)
            if picture := self._picture_of(images[0], caption):
                self._blocks.append(picture)
                return
        self._inside(element, look)

    def _easy_read(self, element: Any) -> None:
        image = element.find(".//img")
        picture = None if image is None else self._picture_of(image)
        if picture is not None:
            image.drop_tree()
        sentence = _as_runs(_Walk(self._base).blocks_of(element, PLAIN))
        if sentence:
            self._blocks.append(EasyRead(sentence, picture))
        elif picture is not None:
            self._blocks.append(picture)

    def _table(self, element: Any) -> None:
        captions = element.findall("caption")
        rows = [
            [
                _as_runs(_Walk(self._base).blocks_of(cell, PLAIN))
                for cell in row.xpath("./th|./td")
            ]
            for row in element.iter("tr")
            if next(row.iterancestors("table")) is element
        ]
        rows = [row for row in rows if any(row)]
        if not rows:
            return
        width = max(map(len, rows))
        header, *body = (tuple(row + [()] * (width - len(row))) for row in rows)
        caption = " ".join(one_line(one.text_content()) for one in captions)
        self._blocks.append(Table(header, tuple(body), caption))


def _words(element: Any) -> str:
    return "".join(element.text_content().split())


def _as_runs(blocks: Iterable[Block]) -> Runs:
    runs: list[Run] = []
    for block in blocks:
        if runs:
            runs.append(Run("\n"))
        match block:
            case Paragraph(kept) | Heading(runs=kept):
                runs += kept
            case _:
                runs.append(Run(" ".join(filter(None, texts((block,))))))
    return tuple(run for run in runs if run.text)


def _flat(blocks: Iterable[Block]) -> Iterable[Block]:
    # A heading inside a list or a quote would break the outline of the post.
    for block in blocks:
        if isinstance(block, Heading):
            yield Paragraph(tuple(replace(run, strong=True) for run in block.runs))
        else:
            yield block


def _outlined(blocks: Iterable[Block]) -> tuple[Block, ...]:
    open_levels: list[int] = []
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            while open_levels and open_levels[-1] >= block.level:
                open_levels.pop()
            open_levels.append(block.level)
            found.append(Heading(len(open_levels), block.runs))
        elif not isinstance(block, Paragraph) or plain(block.runs).strip():
            found.append(block)
    return tuple(found)
