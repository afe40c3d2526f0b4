"""Blocks as the Markdown that a person edits; read back, it is the same blocks."""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from digest.model.posts.blocks import (
    Block,
    BlockLanguage,
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
)

_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|]")
_AT_START = re.compile(r"^(\s*)([#>+=-]|\d{1,9}(?=[.)]))", re.MULTILINE)
_SPACES = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)


def to_markdown(blocks: Iterable[Block]) -> str:
    """Return the blocks as Markdown, a blank line between each two.

    Those that say their language or direction stand in a division that says it.
    """
    return _written(blocks, BlockLanguage())


def _written(blocks: Iterable[Block], around: BlockLanguage) -> str:
    parts = []
    for own, same in groupby(blocks, lambda block: _language_of(block, around)):
        words = "\n\n".join(filter(None, (_block(block, own) for block in same)))
        parts.append(words if own == around else _division(words, own, around))
    return "\n\n".join(filter(None, parts))


def _language_of(block: Block, around: BlockLanguage) -> BlockLanguage:
    if isinstance(block, Picture):
        return around
    return BlockLanguage(language=block.language, direction=block.direction)


def _division(words: str, own: BlockLanguage, around: BlockLanguage) -> str:
    language = f' lang="{_quoted(own.language)}"'
    direction = f' dir="{_quoted(own.direction)}"'
    marks = (language if own.language != around.language else "") + (
        direction if own.direction != around.direction else ""
    )
    return f"<div{marks}>\n\n{words}\n\n</div>"


def _block(block: Block, own: BlockLanguage) -> str:  # noqa: C901 - a case for each kind
    match block:
        case Heading(level, spans):
            words = "#" * min(level + 1, 6) + f" {_one_line(spans)}"
        case Paragraph(spans):
            words = _AT_START.sub(_escaped_start, _spans(spans))
        case ListBlock(ordered, items):
            words = "\n".join(_list(items, own, ordered=ordered))
        case Quote(body, attribution):
            footer = f"\n\n<footer>{html.escape(attribution)}</footer>"
            words = _indented(
                _written(body, own) + (footer if attribution else ""), "> "
            )
        case Picture(src, alt, caption):
            title = f' "{_SPECIAL.sub(_escaped, caption)}"' if caption else ""
            words = f"![{_SPECIAL.sub(_escaped, alt)}](<{src}>{title})"
        case Table(header, rows):
            lines = [
                f"| {' | '.join(map(_one_line, row))} |" for row in (header, *rows)
            ]
            lines.insert(1, "|" + " --- |" * len(header))
            words = "\n".join(lines)
        case CallToAction(label, href):
            words = f'<a class="button" href="{_quoted(href)}">{html.escape(label)}</a>'
        case EasyRead(sentence, picture):
            image = ""
            if picture is not None:
                src, alt = _quoted(picture.src), _quoted(picture.alt)
                image = f'<img src="{src}" alt="{alt}">'
            text = html.escape("".join(span.text for span in sentence))
            words = f'<div class="easy-read">{image}<p>{text}</p></div>'
    return words


def _list(
    items: Iterable[Iterable[Block]], own: BlockLanguage, *, ordered: bool
) -> Iterator[str]:
    for number, item in enumerate(items, 1):
        mark = f"{number}. " if ordered else "- "
        words = _indented(_written(item, own), " " * len(mark))
        yield mark + words[len(mark) :]


def _one_line(spans: TextSpans) -> str:
    return _spans(spans).replace("\\\n", " ").replace("\n", " ")


def _spans(spans: TextSpans) -> str:
    parts = []
    for href, same in groupby(spans, lambda span: span.href):
        words = "".join(map(_span, same))
        parts.append(f"[{words}](<{href}>)" if href else words)
    return "".join(parts)


def _span(span: TextSpan) -> str:
    words = _SPECIAL.sub(_escaped, span.text).replace("\n", "\\\n")
    mark = "*" * (span.emphasis + 2 * span.strong)
    match = _SPACES.fullmatch(words)
    if not mark or match is None or not match[2]:
        return words
    return f"{match[1]}{mark}{match[2]}{mark}{match[3]}"


def _escaped_start(mark: re.Match[str]) -> str:
    # A digit cannot be escaped; the stop behind it can.
    if mark[2].isdigit():
        return f"{mark[1]}{mark[2]}\\"
    return f"{mark[1]}\\{mark[2]}"


def _escaped(sign: re.Match[str]) -> str:
    return f"\\{sign[0]}"


def _indented(words: str, mark: str) -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in words.split("\n"))


def _quoted(words: str) -> str:
    return html.escape(words, quote=True)
