"""Blocks as plain text: 72 columns, every link on a line of its own, unbroken.

Each line of a text is a paragraph of its own to whoever sets it, and begins where its
first letter does; so a line that begins with a letter of the other kind, or with none,
has an invisible mark before it.
"""

import re
from collections.abc import Iterable, Iterator
from unicodedata import bidirectional

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
    TextSpan,
    TextSpans,
    plain,
)
from digest.model.posts.pictures import without_repeat
from digest.model.posts.shortening import letters_of, width_of
from digest.model.posts.text_language import Direction, direction_of
from digest.render.addresses import link_address, spoken
from digest.render.limits import TEXT_COLUMNS, TEXT_COLUMNS_LEAST
from digest.render.words.catalogue import Words
from digest.render.words.in_order import (
    LEFT_TO_RIGHT,
    RIGHT_TO_LEFT,
    in_order,
    kept_in_order,
)

_TAB = 4
_NO_BREAK = "\N{NO-BREAK SPACE}"
_ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*")


def filled(
    text: str, width: int = TEXT_COLUMNS, first: str = "", later: str = ""
) -> str:
    """Return text in lines of at most `width` columns, its line breaks kept.

    `first` begins the first line, `later` every other. An address is never broken;
    any other word longer than a line is, so that languages without spaces fill. A
    line keeps its indent, as code needs.
    """
    room = width - max(len(first), len(later))
    direction = direction_of(text)
    if direction is Direction.RTL:
        # What keeps its order stays on one line, which is filled as one word.
        text = "".join(
            kept_in_order(part).replace(" ", _NO_BREAK) if is_kept else part
            for part, is_kept in in_order(text)
        )
    lines = (
        _directed(line.replace(_NO_BREAK, " "), direction)
        for part in text.splitlines()
        for line in _lines(part, room)
    )
    return first + f"\n{later}".join(lines)


def underlined(text: str, rule: str) -> str:
    """Return a heading with a line under it."""
    lines = filled(text)
    return f"{lines}\n{rule * max(map(width_of, lines.splitlines()), default=0)}"


class TextBlocks:
    """Writes blocks as plain text; fixed words are those of `words`."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def write(self, blocks: Iterable[Block], width: int = TEXT_COLUMNS) -> str:
        """Return the blocks in order, with an empty line between them."""
        parts = (self._block(block, width) for block in blocks)
        return "\n\n".join(filter(None, parts))

    def link(self, words: str, href: str) -> str:
        """Return a link: its words, and the address on the line below."""
        words, address = " ".join(words.split()), spoken(href)
        if words in {href, address}:
            return address
        return f"{filled(self._words.label(words))}\n{address}"

    def picture_in_words(self, picture: Picture) -> str:
        """Return what a picture shows and its caption; "" where neither is known."""
        picture, alt = without_repeat(picture, is_image=False), ""
        if picture.alt.strip():
            # Translators: what a picture shows, where only text can be.
            alt = self._words.gettext("[Picture: %(alt)s]", alt=picture.alt)
        return "\n".join(
            filled(part) for part in (alt, picture.caption) if part.strip()
        )

    def _block(self, block: Block, width: int) -> str:  # noqa: C901, PLR0911 - a case a kind
        match block:
            case Heading(spans=spans):
                return self._with_links(filled(plain(spans), width), spans)
            case Paragraph(spans):
                return self._with_links(filled(plain(spans), width), spans)
            case ListBlock():
                return self._list(block, width)
            case Quote(body, attribution):
                quote = _indented(self.write(body, _narrower(width, 2)), "> ", "> ")
                return f"{quote}\n-- {attribution}" if attribution.strip() else quote
            case Picture():
                return self.picture_in_words(block)
            case Table():
                return self._table(block, width)
            case CallToAction(label, href):
                address = link_address(href)
                return self.link(label, address) if address else filled(label, width)
            case EasyRead(sentence, picture):
                alt = self.picture_in_words(picture) if picture else ""
                text = self._with_links(filled(plain(sentence), width), sentence)
                return "\n".join(filter(None, (alt, text)))

    def _list(self, block: ListBlock, width: int) -> str:
        numbers = range(1, len(block.items) + 1)
        marks = [f"{number}. " if block.ordered else "- " for number in numbers]
        size = max(map(len, marks), default=0)
        items = [self.write(item, _narrower(width, size)) for item in block.items]
        short = all("\n" not in item for item in items)
        return ("\n" if short else "\n\n").join(
            _indented(item, mark.ljust(size), " " * size)
            for mark, item in zip(marks, items, strict=True)
        )

    def _table(self, table: Table, width: int) -> str:
        header = [plain(cell) for cell in table.header]
        rows = (self._row(header, row, width) for row in table.rows)
        caption = filled(table.caption, width)
        unused = (
            name
            for position, name in enumerate(header)
            if name.strip()
            and not any(plain(row[position]).strip() for row in table.rows)
        )
        names = filled(", ".join(unused), width)
        return "\n\n".join(filter(None, (caption, names, *rows)))

    def _row(self, header: list[str], cells: tuple[TextSpans, ...], width: int) -> str:
        # One cell a line with its heading: a grid of columns cannot be filled to
        # 72 columns, and read aloud it is a list of loose words.
        lines = []
        for position, cell in enumerate(cells):
            if not plain(cell).strip():
                continue
            name = header[position].strip() if position < len(header) else ""
            text = f"{self._words.label(name)} {plain(cell)}" if name else plain(cell)
            lines.append(self._with_links(filled(text, width, later="  "), cell))
        return "\n".join(lines)

    def _with_links(self, text: str, spans: Iterable[TextSpan]) -> str:
        # An address that is its own words stands in the text already, unbroken.
        listed = (
            self.link(words, href)
            for words, href in _links(spans)
            if "".join(words.split()) not in {href, spoken(href)}
        )
        return "\n\n".join(filter(None, (text, *listed)))


def _links(spans: Iterable[TextSpan]) -> Iterator[tuple[str, str]]:
    # Spans that share an address and stand side by side are one link.
    words, href = "", ""
    for span in (*spans, TextSpan("")):
        address = link_address(span.href) if span.href else ""
        if address != href:
            if href:
                yield words, href
            words, href = "", address
        words += span.text


def _indented(text: str, first: str, later: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        f"{later if number else first}{line}".rstrip()
        for number, line in enumerate(lines)
    )


def _narrower(width: int, by: int) -> int:
    return max(width - by, TEXT_COLUMNS_LEAST)


def _directed(line: str, direction: Direction) -> str:
    if line.isascii() and direction is Direction.LTR:
        return line
    sorts = (bidirectional(sign) for sign in line)
    first = next((sort for sort in sorts if sort in {"L", "R", "AL"}), "")
    if direction is Direction.RTL:
        return line if first in {"R", "AL"} else f"{RIGHT_TO_LEFT}{line}"
    return f"{LEFT_TO_RIGHT}{line}" if first in {"R", "AL"} else line


def _lines(text: str, width: int) -> Iterator[str]:
    text = text.expandtabs(_TAB)
    indent = text[: len(text) - len(text.lstrip(" "))]
    if len(indent) > 1 or "  " in text.strip():
        if width_of(text) <= width:
            yield text.rstrip()
            return
        if 1 < len(indent) < width // 2:
            yield from (
                indent + line for line in _lines(text.strip(), width - len(indent))
            )
            return
    line = ""
    for word in _words(text, width):
        if line and width_of(line) + 1 + width_of(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _words(text: str, width: int) -> Iterator[str]:
    for word in re.split(r"[ \t]+", text.strip()):
        rest = word
        while width_of(rest) > width and not _ADDRESS.fullmatch(rest):
            end = _fitting(rest, width)
            yield rest[:end]
            rest = rest[end:]
        yield rest


def _fitting(word: str, width: int) -> int:
    used = end = 0
    for letter in letters_of(word):
        used += width_of(letter)
        if used > width:
            break
        end += len(letter)
    return max(end, 1)
