"""Blocks as HTML: a macro for each kind, of emails in templates/email/blocks.html."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from markupsafe import Markup

from digest.errors import RenderError
from digest.model.posts.blocks import (
    Block,
    CallToAction,
    EasyRead,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Table,
    TextSpans,
    plain,
)
from digest.model.posts.pictures import PictureUse, without_repeat
from digest.model.posts.text_language import (
    TextLanguage,
    block_language,
    text_language,
)
from digest.render.addresses import link_address
from digest.render.email.html_words import attributes, kept_together
from digest.render.email.pictures import EmailPictures
from digest.render.limits import HEADING_LEVELS, TABLE_COLUMNS, TABLE_LENGTH
from digest.render.words.item_language import settled

# What HTML would make one space of, or a new paragraph.
_SPACING = re.compile(r"[ \n]{2,}|\t")


@dataclass(frozen=True, slots=True)
class ElementDirection:
    """How a macro writes words.

    `attributes` are those of an element whose language differs from that around it,
    `direction` is where its lines begin in any case.
    """

    attributes: Markup
    direction: str


@dataclass(frozen=True, slots=True)
class BlockMarkup:
    """How blocks are marked up: a macro for each kind, and what makes attributes.

    Those of an element, from its language and that around it.
    """

    macros: Mapping[str, Callable[..., str]]
    attributes_of: Callable[[TextLanguage, TextLanguage], Markup] = attributes


class HtmlBlocks:
    """Writes the blocks of one item, below a heading of level `above`.

    No heading level is skipped, whatever the item's own headings do. `language` is
    the item's, `page` that of the words around it.
    """

    def __init__(
        self,
        markup: BlockMarkup,
        pictures: EmailPictures,
        above: int,
        language: TextLanguage,
        page: TextLanguage,
    ) -> None:
        self._attributes_of = markup.attributes_of
        self._macros = markup.macros
        self._pictures = pictures
        self._above = above
        self._last = above
        self._language = language
        self._page = page

    def write(self, blocks: Iterable[Block]) -> Markup:
        """Return the blocks in order. Raises RenderError where a macro is missing."""
        return Markup("").join(
            self._block(block, block_language(block, self._language), self._page)
            for block in blocks
        )

    def _inside(self, blocks: Iterable[Block], around: TextLanguage) -> Markup:
        return Markup("").join(
            self._block(block, block_language(block, around), around)
            for block in blocks
        )

    def _block(  # noqa: C901, PLR0911 - a case a kind
        self, block: Block, language: TextLanguage, around: TextLanguage
    ) -> Markup:
        language = settled(language, self._page)
        written = self._written(language, around)
        match block:
            case Heading(level, spans):
                below, lowest = self._above + max(level, 1), self._last + 1
                self._last = min(below, lowest, HEADING_LEVELS)
                safe = _safe_spans(spans, language)
                return self._markup("heading", self._last, safe, written)
            case Paragraph(spans):
                if not plain(spans).strip():
                    return Markup("")
                return self._markup("paragraph", _safe_spans(spans, language), written)
            case ListBlock(ordered, items):
                parts = [self._inside(item, language) for item in items]
                return self._markup("list", ordered, parts, written)
            case Quote(body, attribution):
                inside = self._inside(body, language)
                return self._markup("quote", inside, attribution, written)
            case Picture():
                image = self._pictures.show(block, PictureUse.EMAIL)
                worded = without_repeat(block, is_image=image is not None)
                return self._markup("picture", worded, image, written)
            case Table():
                return self._table(block, language, written)
            case CallToAction(label, href):
                address = link_address(href)
                return self._markup("call_to_action", label, address, written)
            case EasyRead(sentence, picture):
                image = self._pictures.show(picture, PictureUse.EMAIL_SMALL)
                if picture:
                    picture = without_repeat(picture, is_image=image is not None)
                safe = _safe_spans(sentence, language)
                return self._markup("easy_read", safe, picture, image, written)

    def _table(
        self, table: Table, language: TextLanguage, written: ElementDirection
    ) -> Markup:
        header = [self._cell(spans, language) for spans in table.header]
        rows = [[self._cell(spans, language) for spans in row] for row in table.rows]
        name = (
            "table" if _fits_a_phone((table.header, *table.rows)) else "table_as_lists"
        )
        return self._markup(name, header, rows, table.caption, written)

    def _cell(self, spans: TextSpans, around: TextLanguage) -> Mapping[str, object]:
        """Return a cell for a macro; its `spans` are none where it is empty."""
        language = text_language(plain(spans), around)
        safe = _safe_spans(spans, language) if plain(spans).strip() else ()
        return {"spans": safe, "written": self._written(language, around)}

    def _written(
        self, language: TextLanguage, around: TextLanguage
    ) -> ElementDirection:
        return ElementDirection(
            self._attributes_of(language, around), language.direction
        )

    def _markup(self, name: str, *values: object) -> Markup:
        macro = self._macros.get(name)
        if macro is None:
            raise RenderError(
                f"blocks.html has no macro {name}: copy it from the one that came with"
                " the program"
            )
        return Markup(macro(*values))  # noqa: S704 - escaped where the macro is written


def _fits_a_phone(rows: tuple[tuple[TextSpans, ...], ...]) -> bool:
    columns = list(zip_longest(*rows, fillvalue=()))
    widths = (
        max(len(word) for cell in column for word in ("", *plain(cell).split()))
        for column in columns
    )
    return len(columns) <= TABLE_COLUMNS and sum(widths) <= TABLE_LENGTH


@dataclass(frozen=True, slots=True)
class _SafeSpan:
    """A text span for a macro, in lines; `spaced` where its spaces count."""

    lines: tuple[Markup, ...]
    strong: bool
    emphasis: bool
    href: str | None
    spaced: bool


def _safe_spans(spans: TextSpans, language: TextLanguage) -> tuple[_SafeSpan, ...]:
    end = 0
    spacing = [match.span() for match in _SPACING.finditer(plain(spans))]
    safe = []
    for span in spans:
        start, end = end, end + len(span.text)
        spaced = any(first < end and start < last for first, last in spacing)
        href = link_address(span.href) if span.href else ""
        lines = tuple(kept_together(line, language) for line in span.text.split("\n"))
        safe.append(_SafeSpan(lines, span.strong, span.emphasis, href or None, spaced))
    return tuple(safe)
