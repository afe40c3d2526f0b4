"""Markdown as blocks, by way of HTML: one door into the closed set."""

from typing import Any

from markdown_it import MarkdownIt

from digest.gather.markup.html import PictureAddress, to_blocks
from digest.model.posts.blocks import Block

MAX_CHARACTERS = 200_000
# The parser's time grows with the square of these.
_MAX_BRACKETS = 5_000
# The parser leaves out, in silence, what is nested deeper than its own limit.
_MAX_LEVEL = 60
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
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"has over {MAX_CHARACTERS:,} characters: shorten it")
    if text.count("[") > _MAX_BRACKETS:
        raise ValueError(f"has over {_MAX_BRACKETS:,} square brackets: take some out")
    references: dict[str, Any] = {}
    tokens = _PARSER.parse(text, references)
    if any(token.level > _MAX_LEVEL for token in tokens):
        raise ValueError("has lists or quotes nested too deep: simplify its markup")
    html = _PARSER.renderer.render(tokens, _PARSER.options, references)
    return to_blocks(html, base_url, picture)
