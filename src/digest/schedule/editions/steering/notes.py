"""What staff write to all readers of an edition, as blocks."""

from dataclasses import replace

from digest.errors import DigestError
from digest.gather.markup.markdown import markdown_to_blocks
from digest.model.limits import NOTE_LENGTH
from digest.model.posts.blocks import (
    Block,
    EasyRead,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
)

# A note has no address of its own that others could be taken from.
_NOWHERE = ""


def note_of(text: str) -> tuple[Block, ...]:
    """Return staff's Markdown as the blocks of a note. Raises DigestError in words.

    Of the closed set of blocks, like all that comes in; its headings are strong
    words, since it stands above all headings, and pictures are refused.
    """
    if len(text) > NOTE_LENGTH:
        raise DigestError(
            f"the note has over {NOTE_LENGTH:,} characters: make a post of it"
        )
    try:
        blocks = markdown_to_blocks(text, _NOWHERE)
    except ValueError as problem:
        raise DigestError(f"the note {problem}") from problem
    if any(map(_has_picture, blocks)):
        raise DigestError("a note has no pictures: make a post of it")
    return tuple(map(_without_heading, blocks))


def _has_picture(block: Block) -> bool:
    match block:
        case Picture() | EasyRead():
            return True
        case ListBlock(items=items):
            return any(_has_picture(part) for item in items for part in item)
        case Quote(body=body):
            return any(map(_has_picture, body))
        case _:
            return False


def _without_heading(block: Block) -> Block:
    match block:
        case Heading(spans=spans):
            return Paragraph(tuple(replace(span, strong=True) for span in spans))
        case ListBlock(ordered, items):
            return ListBlock(
                ordered, tuple(tuple(map(_without_heading, item)) for item in items)
            )
        case Quote(body, attribution):
            return Quote(tuple(map(_without_heading, body)), attribution)
        case _:
            return block
