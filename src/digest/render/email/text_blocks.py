"""Blocks as plain text: 72 columns, every link on a line of its own, unbroken."""

import re
from collections.abc import Iterable, Iterator
from unicodedata import category, east_asian_width

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
from digest.render.addresses import link_address, spoken

WIDTH = 72
_NARROWEST = 24
_ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*")


def written(blocks: Iterable[Block], width: int = WIDTH) -> str:
    """Return the blocks in order, with an empty line between them."""
    return "\n\n".join(filter(None, (_block(block, width) for block in blocks)))


def filled(text: str, width: int = WIDTH, first: str = "", later: str = "") -> str:
    """Return text in lines of at most `width` columns, its line breaks kept.

    `first` begins the first line, `later` every other. An address is never broken;
    any other word longer than a line is, so that languages without spaces fill.
    """
    room = width - max(len(first), len(later))
    lines = (line for part in text.splitlines() for line in _lines(part, room))
    return first + f"\n{later}".join(lines)


def linked(words: str, href: str) -> str:
    """Return a link: its words, and the address on the line below."""
    words, address = " ".join(words.split()), spoken(href)
    if words in {href, address}:
        return address
    return f"{filled(f'{words}:')}\n{address}"


def underlined(text: str, rule: str) -> str:
    """Return a heading with a line under it."""
    lines = filled(text)
    return f"{lines}\n{rule * max(map(_columns, lines.splitlines()), default=0)}"


def picture_in_words(picture: Picture) -> str:
    """Return what a picture shows and its caption; "" where neither is known."""
    shown = f"[Picture: {picture.alt}]" if picture.alt.strip() else ""
    return "\n".join(filled(part) for part in (shown, picture.caption) if part.strip())


def _block(block: Block, width: int) -> str:  # noqa: C901, PLR0911 - a case a kind
    match block:
        case Heading(runs=runs):
            return _with_links(filled(plain(runs), width), runs)
        case Paragraph(runs):
            return _with_links(filled(plain(runs), width), runs)
        case ListBlock(ordered, items):
            return _list(ordered, items, width)
        case Quote(body, attribution):
            said = _indented(written(body, _narrower(width, 2)), "> ", "> ")
            return f"{said}\n-- {attribution}" if attribution.strip() else said
        case Picture():
            return picture_in_words(block)
        case Table():
            return _table(block, width)
        case CallToAction(label, href):
            address = link_address(href)
            return linked(label, address) if address else filled(label, width)
        case EasyRead(sentence, picture):
            shown = picture_in_words(picture) if picture else ""
            said = _with_links(filled(plain(sentence), width), sentence)
            return "\n".join(filter(None, (shown, said)))


def _list(ordered: bool, items: tuple[tuple[Block, ...], ...], width: int) -> str:  # noqa: FBT001 - the block's own field
    marks = [f"{number}. " if ordered else "- " for number in range(1, len(items) + 1)]
    size = max(map(len, marks), default=0)
    made = [written(item, _narrower(width, size)) for item in items]
    short = all("\n" not in item for item in made)
    return ("\n" if short else "\n\n").join(
        _indented(item, mark.ljust(size), " " * size)
        for mark, item in zip(marks, made, strict=True)
    )


def _table(table: Table, width: int) -> str:
    header = [plain(cell) for cell in table.header]
    rows = (_row(header, row, width) for row in table.rows)
    caption = filled(table.caption, width)
    empty = filled(", ".join(header), width) if not table.rows else ""
    return "\n\n".join(filter(None, (caption, empty, *rows)))


def _row(header: list[str], cells: tuple[TextSpans, ...], width: int) -> str:
    # One cell a line with its heading: a grid of columns cannot be filled to
    # 72 columns, and read aloud it is a list of loose words.
    lines = []
    for position, cell in enumerate(cells):
        name = header[position].strip() if position < len(header) else ""
        said = f"{name}: {plain(cell)}" if name else plain(cell)
        lines.append(_with_links(filled(said, width, later="  "), cell))
    return "\n".join(lines)


def _with_links(text: str, runs: Iterable[TextSpan]) -> str:
    # An address that is its own words stands in the text already, unbroken.
    listed = (
        linked(words, href)
        for words, href in _links(runs)
        if "".join(words.split()) not in {href, spoken(href)}
    )
    return "\n\n".join(filter(None, (text, *listed)))


def _links(runs: Iterable[TextSpan]) -> Iterator[tuple[str, str]]:
    # Runs that share an address and stand side by side are one link.
    words, href = "", ""
    for run in (*runs, TextSpan("")):
        address = link_address(run.href) if run.href else ""
        if address != href:
            if href:
                yield words, href
            words, href = "", address
        words += run.text


def _indented(text: str, first: str, later: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        f"{later if number else first}{line}".rstrip()
        for number, line in enumerate(lines)
    )


def _narrower(width: int, by: int) -> int:
    return max(width - by, _NARROWEST)


def _lines(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in _words(text, width):
        if line and _columns(line) + 1 + _columns(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _words(text: str, width: int) -> Iterator[str]:
    for word in re.split(r"[ \t]+", text.strip()):
        rest = word
        while _columns(rest) > width and not _ADDRESS.fullmatch(rest):
            kept = _fitting(rest, width)
            yield rest[:kept]
            rest = rest[kept:]
        yield rest


def _fitting(word: str, width: int) -> int:
    used = 0
    for position, letter in enumerate(word):
        used += _width(letter)
        if used > width:
            return max(position, 1)
    return len(word)


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def _width(letter: str) -> int:
    # A mark stands over its letter, and so is never parted from it.
    if category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1
