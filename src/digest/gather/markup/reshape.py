"""Blocks put into the shape that the place they stand in asks for."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

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
    texts,
)


def outlined(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Return the blocks with their headings' levels from 1 up, none skipped."""
    standing: list[int] = []
    shaped: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            while standing and standing[-1] >= block.level:
                standing.pop()
            standing.append(block.level)
            shaped.append(replace(block, level=len(standing)))
        else:
            shaped.append(block)
    return tuple(shaped)


def without_headings(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Return the blocks with headings as strong paragraphs.

    A heading inside a list or a quote would break the outline of the post.
    """
    return tuple(
        Paragraph(
            tuple(replace(span, strong=True) for span in block.spans),
            language=block.language,
            direction=block.direction,
        )
        if isinstance(block, Heading)
        else block
        for block in blocks
    )


def paired(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield easy read pairs: each paragraph with the picture right before it."""
    waiting: Picture | None = None
    for block in blocks:
        if isinstance(block, Paragraph):
            yield EasyRead(
                block.spans,
                waiting,
                language=block.language,
                direction=block.direction,
            )
            waiting = None
            continue
        if waiting:
            yield waiting
        waiting = block if isinstance(block, Picture) else None
        if not waiting:
            yield block
    if waiting:
        yield waiting


def as_spans(blocks: Iterable[Block]) -> TextSpans:
    """Return the words of the blocks as spans, a line for each block."""
    lines = [line for block in blocks for line in _lines(block) if line]
    parts: list[TextSpan] = []
    for line in lines:
        parts += [TextSpan("\n"), *line] if parts else line
    return tuple(parts)


def _lines(block: Block) -> Iterator[TextSpans]:
    match block:
        case Heading(spans=spans) | Paragraph(spans) | EasyRead(sentence=spans):
            yield spans
            if isinstance(block, EasyRead) and block.picture:
                yield from _lines(block.picture)
        case CallToAction(label, href):
            yield (TextSpan(label, href=href),)
        case ListBlock(items=items):
            yield from map(as_spans, items)
        case Quote(body, attribution):
            yield as_spans(body)
            yield from _plain(attribution)
        case Picture() | Table():
            for text in texts((block,)):
                yield from _plain(text)


def _plain(text: str) -> Iterator[TextSpans]:
    if text:
        yield (TextSpan(text),)


def captioned(blocks: list[Block], caption: str) -> list[Block]:
    """Return the blocks with the caption on the one it can be meant for, or after."""
    if not caption:
        return blocks
    changed = [_with(block, caption) for block in blocks]
    if len(blocks) - changed.count(None) != 1:
        return [*blocks, Paragraph((TextSpan(caption),))]
    return [new or block for new, block in zip(changed, blocks, strict=True)]


def _with(block: Block, caption: str) -> Block | None:
    match block:
        case Picture(caption="") | Table(caption=""):
            return replace(block, caption=caption)
        case Quote(attribution=""):
            return replace(block, attribution=caption)
        case _:
            return None
