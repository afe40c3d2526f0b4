"""HTML from outside as blocks: nothing outside the set survives, every word does."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from digest.gather.markup import addresses, elements, reshape
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.embeds import EMBEDS, embedded
from digest.gather.markup.inline import PLAIN, Inline, InlineStyle
from digest.gather.markup.parsing import measure, parsed
from digest.gather.markup.tables import grid
from digest.model.posts.blocks import (
    Block,
    Heading,
    ListBlock,
    Picture,
    Quote,
    Table,
    TextSpans,
    texts,
)

_MANY_WORDS = 500_000  # of which even words without markup are looked at as it
PictureAddress = Callable[[str], str | None]


def to_blocks(
    html: str, base_url: str, picture: PictureAddress | None = None
) -> tuple[Block, ...]:
    """Return the visible words of `html` as blocks, in reading order.

    What the markup hides by itself is left out, unless nothing else is there.
    Relative addresses are taken from `base_url`; those that are not http, https,
    mailto or tel in the end become plain words. `picture` says where a picture's
    address leads, for a source that keeps pictures elsewhere than on the web.
    Levels of headings start at 1 and never skip. Raises ValueError, in words,
    for what is too large or too deep.
    """
    if "<" not in html and "&" not in html and len(html) < _MANY_WORDS:
        inline = Inline()
        inline.add(html, PLAIN)
        return inline.take_blocks()
    root = parsed(html)
    if root is None:
        return ()
    base = root.find(".//base[@href]")
    if base is not None:
        # The first counts (WHATWG HTML section 4.2.3).
        base_url = addresses.web(base.get("href"), base_url) or base_url
    blocks: tuple[Block, ...] = ()
    if elements.may_hide(html):
        # Of a page whose words wait for a script all are hidden: then they are words.
        blocks = _blocks_of(_without_hidden(root), base_url, picture)
    return reshape.outlined(blocks or _blocks_of(root, base_url, picture))


def _without_hidden(root: Any) -> Any:
    """Return a copy with nothing in what the markup says is not to be seen."""
    visible = deepcopy(root)
    for element in [*filter(elements.is_hidden, visible.iter("*"))]:
        element.clear(keep_tail=True)
    return visible


def blocks_of(
    element: Any, base_url: str, picture: PictureAddress | None = None
) -> tuple[Block, ...]:
    """Return the words of a parsed element as `to_blocks` does, hidden ones too.

    Levels of headings are those of the page. The element is changed by it.
    Raises ValueError, in words, where it holds too much markup.
    """
    measure(element)
    return _blocks_of(element, base_url, picture)


def _blocks_of(
    element: Any, base_url: str, picture: PictureAddress | None
) -> tuple[Block, ...]:
    def on_the_web(address: str) -> str | None:
        return addresses.web(address, base_url)

    walk = _Walk(_Places(base_url, picture or on_the_web))
    own = elements.inherited(element, PLAIN)
    around = InlineStyle(language=own.language, direction=own.direction)
    return tuple(walk.blocks_of(element, around))


@dataclass(frozen=True, slots=True)
class _Places:
    """Where addresses in the page lead."""

    base: str
    picture: PictureAddress


class _Walk:
    """Goes through one element and collects its blocks."""

    def __init__(self, places: _Places) -> None:
        self._places = places
        self._blocks: list[Block] = []
        self._pictures: list[Block] = []  # met inside a sentence, to follow it
        self._inline = Inline()
        self._level: int | None = None  # of the heading whose words are awaited

    def blocks_of(self, element: Any, look: InlineStyle) -> list[Block]:
        self._inside(element, look)
        self._flush()
        return self._blocks

    def block_of(self, element: Any, look: InlineStyle) -> list[Block]:
        self._node(element, look)
        self._flush()
        return self._blocks

    def _apart(self) -> "_Walk":
        return _Walk(self._places)

    def _inside(self, element: Any, look: InlineStyle) -> None:
        self._inline.add(element.text, look)
        for child in element:
            self._node(child, look)
            self._inline.add(child.tail, look)

    def _node(self, element: Any, around: InlineStyle) -> None:
        tag, look = element.tag, elements.inherited(element, around)
        if tag in elements.UNSEEN or tag in EMBEDS:
            self._embed(element, look)
        elif tag in elements.FOREIGN:
            self._foreign(element, look)
        elif tag == "br" and self._inline.is_at_line_start and not look.verbatim:
            self._flush()  # an empty line parts paragraphs
        elif tag == "br":
            self._inline.break_line(look)
        elif tag == "img":
            self._picture(element, look)
        elif tag == "a":
            self._link(element, look)
        elif tag in elements.BLOCKS:
            self._flush()
            self._block(element, look)
            self._flush()
        else:
            self._inside(element, look)

    def _embed(self, element: Any, look: InlineStyle) -> None:
        """Add a link to what is played here; what is not known says nothing."""
        if link := embedded(element, self._places.base):
            words, address = link
            self._flush()
            self._inline.add(words, replace(look, href=address))
            self._flush()
        elif element.tag in elements.UNSEEN:
            self._inline.add(" " if element.tag == "iframe" else None, look)
        else:
            self._inside(element, look)

    def _block(self, element: Any, look: InlineStyle) -> None:
        tag = element.tag
        if tag in elements.HEADINGS:
            # The first words are the heading; what an unclosed one swallowed is not.
            self._level = elements.HEADINGS[tag]
            self._inside(element, replace(look, strong=False))
            self._flush()
            self._level = None
        elif tag in elements.LISTS:
            self._list(element, look)
        elif tag == "blockquote":
            self._quote(element, look)
        elif elements.is_easy_read(element):
            self._blocks += reshape.paired(self._apart().blocks_of(element, look))
        elif tag == "table":
            self._table(element, look)
        elif elements.is_figure(element):
            captions = [part for part in element if elements.is_caption(part)]
            caption = self._words_out_of(captions, " ")
            blocks = self._apart().blocks_of(element, look)
            self._blocks += reshape.captioned(blocks, caption)
        else:
            self._inside(element, look)

    def _flush(self) -> None:
        if self._level is None:
            self._blocks += self._inline.take_blocks()
        elif (heading := self._inline.take())[0]:
            spans, stated = heading
            words = (replace(span, text=span.text.replace("\n", " ")) for span in spans)
            self._blocks.append(Heading(self._level, tuple(words), **stated))
            self._level = None
        self._blocks += self._pictures
        self._pictures.clear()

    def _foreign(self, element: Any, look: InlineStyle) -> bool:
        """Pass over a drawing or formula; True where HTML inside has ended it."""
        is_over = False
        for child in element:
            if is_over or child.tag in elements.ENDS_FOREIGN:
                is_over = True
                self._node(child, look)
            else:
                is_over = self._foreign(child, look)
            self._inline.add(child.tail if is_over else None, look)
        return is_over

    def _link(self, element: Any, look: InlineStyle) -> None:
        href = addresses.link(element.get("href"), self._places.base)
        look = replace(look, href=href or look.href)
        self._inside(element, look)
        image = element.find(".//img")
        if image is None or not href or elements.words_of(element).strip():
            return
        if not elements.is_picture_file(href):
            self._flush()  # where the picture leads would be lost without words
            self._inline.add(one_line(image.get("alt", "")), look)
            self._flush()

    def _picture(self, element: Any, look: InlineStyle) -> None:
        if elements.repeats_picture(element):
            return
        alt = one_line(element.get("alt", ""))
        src = self._places.picture(elements.picture_address(element))
        if src is None or elements.is_in_words(element) or elements.is_counter(element):
            self._inline.add(alt, look)
            return
        # An empty text alone says little: many programs write it unasked.
        is_bare = not alt and elements.is_presentation(element)
        picture = Picture(src, alt, decorative=is_bare)
        if self._inline.is_at_line_start and self._level is None:
            self._flush()
            self._blocks.append(picture)
        else:
            self._inline.add(" ", look)
            self._pictures.append(picture)

    def _list(self, element: Any, look: InlineStyle) -> None:
        items = [self._words(element.text, look)]
        for child in element:
            if child.tag in elements.LISTS:  # it belongs to the item before it
                items[-1] += self._apart().block_of(child, look)
            elif child.tag == "li":
                items.append(self._apart().blocks_of(child, look))
            else:
                items.append(self._apart().block_of(child, look))
            if stray := self._words(child.tail, look):
                items.append(stray)
        worded = tuple(reshape.without_headings(item) for item in items if item)
        if worded:
            self._blocks.append(ListBlock(element.tag == "ol", worded, **look.stated))

    def _quote(self, element: Any, look: InlineStyle) -> None:
        named = [part for part in element if elements.is_attribution(part)]
        attribution = elements.without_dashes(self._words_out_of(named, ", "))
        body = reshape.without_headings(self._apart().blocks_of(element, look))
        if body:
            self._blocks.append(Quote(body, attribution, **look.stated))
        else:
            self._blocks += self._words(attribution, look)

    def _table(self, element: Any, look: InlineStyle) -> None:
        cells = grid(element)
        if cells is None:
            self._inside(element, look)
            return

        def spans_of(cell: Any | None) -> TextSpans:
            blocks = [] if cell is None else self._apart().blocks_of(cell, look)
            return reshape.as_spans(blocks)

        rows = [tuple(map(spans_of, row)) for row in cells.rows]
        header = rows.pop(0) if cells.has_header else ((),) * len(rows[0])
        caption = self._words_out_of(cells.captions, " ")
        if any(any(row) for row in (header, *rows)):
            self._blocks.append(Table(header, tuple(rows), caption, **look.stated))
        else:
            self._blocks += self._words(caption, look)

    def _words_out_of(self, parts: Iterable[Any], between: str) -> str:
        """Return the words of the elements, which are then empty."""
        words = []
        for part in parts:
            blocks = self._apart().blocks_of(part, PLAIN)
            words.append(one_line(" ".join(texts(blocks))))
            part.clear(keep_tail=True)
        return between.join(filter(None, words))

    def _words(self, text: str | None, look: InlineStyle) -> list[Block]:
        inline = Inline()
        inline.add(text, look)
        return list(inline.take_blocks())
