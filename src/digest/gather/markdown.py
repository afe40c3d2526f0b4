"""Markdown as blocks, by way of HTML: one door into the closed set."""

from markdown_it import MarkdownIt

from digest.gather.html import MAX_BYTES, to_blocks
from digest.model.blocks import Block

_PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")


def markdown_to_blocks(text: str, base_url: str) -> tuple[Block, ...]:
    """Return Markdown (CommonMark, and tables) as blocks, with the promises of HTML.

    Raises ValueError, in words, for what is too large or too deep.
    """
    if len(text) > MAX_BYTES:
        raise ValueError(f"is over {MAX_BYTES // 1_000_000} MB of text: shorten it")
    return to_blocks(_PARSER.render(text), base_url)
