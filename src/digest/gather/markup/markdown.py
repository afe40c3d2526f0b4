"""Markdown as blocks, by way of HTML: one door into the closed set."""

from typing import Any

from markdown_it import MarkdownIt

from digest.gather import limits
from digest.gather.markup.html import PictureAddress, to_blocks
from digest.model.posts.blocks import Block

_PARSERS_LIMIT = 100

# HTML in it is read as HTML and comes through the same door as all other HTML.
_PARSER = MarkdownIt("commonmark", {"html": True, "maxNesting": _PARSERS_LIMIT})
_PARSER.enable("table")


def markdown_to_blocks(
    text: str, base_url: str, picture: PictureAddress | None = None
) -> tuple[Block, ...]:
    """Return Markdown (CommonMark, and tables) as blocks, with the promises of HTML.

    Raises ValueError, in words, for what is too large or too deep.
    """
    if len(text) > limits.MARKDOWN_LENGTH:
        raise ValueError(f"has over {limits.MARKDOWN_LENGTH:,} characters: shorten it")
    if text.count("[") > limits.MARKDOWN_BRACKETS:
        raise ValueError(
            f"has over {limits.MARKDOWN_BRACKETS:,} square brackets: take some out"
        )
    references: dict[str, Any] = {}
    tokens = _PARSER.parse(text, references)
    if any(token.level > limits.MARKDOWN_DEPTH for token in tokens):
        raise ValueError("has lists or quotes nested too deep: simplify its markup")
    html = _PARSER.renderer.render(tokens, _PARSER.options, references)
    return to_blocks(html, base_url, picture)
