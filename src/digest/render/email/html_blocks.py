"""Blocks as HTML: each kind has its macro in templates/email/blocks.html."""

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
from digest.model.posts.pictures import PictureUse
from digest.render.addresses import link_address
from digest.render.email.pictures import EmailPictures
from digest.render.limits import HEADING_LEVELS, TABLE_COLUMNS, TABLE_LENGTH

# What HTML would make one space of, or a new paragraph.
_SPACING = re.compile(r"[ \n]{2,}|\t")


class HtmlBlocks:
    """Writes the blocks of one item, below a heading of level `above`.

    No heading level is skipped, whatever the item's own headings do.
    """

    def __init__(
        self,
        macros: Mapping[str, Callable[..., str]],
        pictures: EmailPictures,
        above: int,
    ) -> None:
        self._macros = macros
        self._pictures = pictures
        self._above = above
        self._last = above

    def write(self, blocks: Iterable[Block]) -> Markup:
        """Return the blocks in order. Raises RenderError where a macro is missing."""
        return Markup("").join(map(self._block, blocks))

    def _block(self, block: Block) -> Markup:  # noqa: C901, PLR0911 - a case a kind
        match block:
            case Heading(level, spans):
                below, lowest = self._above + max(level, 1), self._last + 1
                self._last = min(below, lowest, HEADING_LEVELS)
                return self._markup("heading", self._last, _safe_spans(spans))
            case Paragraph(spans):
                return self._markup("paragraph", _safe_spans(spans))
            case ListBlock(ordered, items):
                return self._markup("list", ordered, [*map(self.write, items)])
            case Quote(body, attribution):
                return self._markup("quote", self.write(body), attribution)
            case Picture():
                image = self._pictures.show(block, PictureUse.EMAIL)
                return self._markup("picture", block, image)
            case Table():
                return self._table(block)
            case CallToAction(label, href):
                return self._markup("call_to_action", label, link_address(href))
            case EasyRead(sentence, picture):
                image = self._pictures.show(picture, PictureUse.EMAIL_SMALL)
                return self._markup("easy_read", _safe_spans(sentence), picture, image)

    def _table(self, table: Table) -> Markup:
        header = [_safe_spans(cell) for cell in table.header]
        rows = [[_safe_spans(cell) for cell in row] for row in table.rows]
        name = (
            "table" if _fits_a_phone((table.header, *table.rows)) else "table_as_lists"
        )
        return self._markup(name, header, rows, table.caption)

    def _markup(self, name: str, *values: object) -> Markup:
        macro = self._macros.get(name)
        if macro is None:
            raise RenderError(
                f"templates/email/blocks.html has no macro {name}: copy it from the one"
                " that came with the program"
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
    """A text span for a macro; `spaced` where its spaces and line ends count."""

    text: str
    strong: bool
    emphasis: bool
    href: str | None
    spaced: bool


def _safe_spans(spans: TextSpans) -> tuple[_SafeSpan, ...]:
    end = 0
    spacing = [match.span() for match in _SPACING.finditer(plain(spans))]
    safe = []
    for span in spans:
        start, end = end, end + len(span.text)
        spaced = any(first < end and start < last for first, last in spacing)
        href = link_address(span.href) if span.href else ""
        safe.append(
            _SafeSpan(span.text, span.strong, span.emphasis, href or None, spaced)
        )
    return tuple(safe)
