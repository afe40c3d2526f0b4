"""Blocks as the Markdown that a person edits; read back, it is the same blocks."""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import groupby

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
)

_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|]")
_AT_START = re.compile(r"^(\s*)([#>+=-]|\d{1,9}(?=[.)]))", re.MULTILINE)
_SPACES = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)


def to_markdown(blocks: Iterable[Block]) -> str:
    """Return the blocks as Markdown, a blank line between each two."""
    return "\n\n".join(filter(None, map(_block, blocks)))


def _block(block: Block) -> str:  # noqa: C901 - a case for each kind
    match block:
        case Heading(level, runs):
            words = "#" * min(level + 1, 6) + f" {_one_line(runs)}"
        case Paragraph(runs):
            words = _at_start(_runs(runs))
        case ListBlock(ordered, items):
            words = "\n".join(_list(items, ordered=ordered))
        case Quote(body, attribution):
            said = f"<footer>{html.escape(attribution)}</footer>" if attribution else ""
            words = _indented(to_markdown(body) + (f"\n\n{said}" if said else ""), "> ")
        case Picture(src, alt, caption):
            title = f' "{_SPECIAL.sub(_escaped, caption)}"' if caption else ""
            words = f"![{_SPECIAL.sub(_escaped, alt)}](<{src}>{title})"
        case Table():
            words = "\n".join(_table(block))
        case CallToAction(label, href):
            words = f'<a class="button" href="{_quoted(href)}">{html.escape(label)}</a>'
        case EasyRead(sentence, picture):
            words = _easy_read(sentence, picture)
    return words


def _list(items: Iterable[Iterable[Block]], *, ordered: bool) -> Iterator[str]:
    for number, one in enumerate(items, 1):
        mark = f"{number}. " if ordered else "- "
        words = _indented(to_markdown(one), " " * len(mark))
        yield mark + words[len(mark) :]


def _table(block: Table) -> Iterator[str]:
    yield _row(block.header)
    yield "|" + " --- |" * len(block.header)
    yield from map(_row, block.rows)


def _row(cells: Iterable[TextSpans]) -> str:
    return "| " + " | ".join(map(_one_line, cells)) + " |"


def _easy_read(sentence: TextSpans, picture: Picture | None) -> str:
    shown = ""
    if picture is not None:
        shown = f'<img src="{_quoted(picture.src)}" alt="{_quoted(picture.alt)}">'
    words = "".join(html.escape(run.text) for run in sentence)
    return f'<div class="easy-read">{shown}<p>{words}</p></div>'


def _one_line(runs: TextSpans) -> str:
    return _runs(runs).replace("\\\n", " ").replace("\n", " ")


def _runs(runs: TextSpans) -> str:
    parts = []
    for href, same in groupby(runs, lambda run: run.href):
        words = "".join(map(_run, same))
        parts.append(f"[{words}](<{href}>)" if href else words)
    return "".join(parts)


def _run(run: TextSpan) -> str:
    words = _SPECIAL.sub(_escaped, run.text).replace("\n", "\\\n")
    mark = "*" * (run.emphasis + 2 * run.strong)
    found = _SPACES.fullmatch(words)
    if not mark or found is None or not found[2]:
        return words
    return f"{found[1]}{mark}{found[2]}{mark}{found[3]}"


def _at_start(words: str) -> str:
    return _AT_START.sub(_escaped_start, words)


def _escaped_start(found: re.Match[str]) -> str:
    # A digit cannot be escaped; the stop behind it can.
    if found[2].isdigit():
        return f"{found[1]}{found[2]}\\"
    return f"{found[1]}\\{found[2]}"


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def _indented(words: str, mark: str) -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in words.split("\n"))


def _quoted(words: str) -> str:
    return html.escape(words, quote=True)
