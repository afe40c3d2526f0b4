"""Plain text as blocks: paragraphs, lists and addresses as people write them."""

import html
import re

from digest.gather.markup.clean_text import cleaned, one_line
from digest.gather.markup.html import to_blocks
from digest.model.posts.blocks import Block

_EMPTY_LINES = re.compile(r"\n[ \t]*\n\s*")
_RULE = re.compile(r"^[ \t]*([-=_*~#])\1{2,}[ \t]*$", re.MULTILINE)
_MARK = re.compile(r"\s*(?:[-*\u2022\u00b7\u2013])\s+")
_NUMBER = re.compile(r"\s*\d{1,3}[.)]\s+")
# An address as it stands in a sentence: what ends the sentence is no part of it.
_ADDRESS = re.compile(
    r"\b(?:https?://[^\s<>\"']{1,2000}[^\s<>\"'.,:;!?)\]\u201d\u2019]"
    r"|[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b)",
    re.IGNORECASE,
)
# Lines of about this many letters were broken by a program and not by their writer.
_WRAPPED = 55
_LONGEST_TITLE = 150


def text_to_blocks(text: str, base_url: str) -> tuple[Block, ...]:
    """Return plain text as blocks, with the promises of HTML.

    Empty lines part paragraphs. A line's end counts, unless the lines are as long
    as a program breaks them. Raises ValueError, in words, for what is too large.
    """
    parts = _EMPTY_LINES.split(_RULE.sub("", cleaned(text)).strip())
    return to_blocks("".join(map(_part, parts)), base_url)


def parted(text: str) -> tuple[str, str]:
    """Return the first line of a text, which is its title, and the text below it.

    Without a title where the first line is as long as a paragraph.
    """
    first, _, rest = cleaned(text).strip().partition("\n")
    title = one_line(first)
    return (title, rest) if len(title) <= _LONGEST_TITLE else ("", text)


def _part(text: str) -> str:
    lines = text.strip().split("\n")
    for tag, mark in (("ul", _MARK), ("ol", _NUMBER)):
        if len(lines) > 1 and all(mark.match(line) for line in lines):
            items = (f"<li>{_linked(mark.sub('', line, 1))}" for line in lines)
            return f"<{tag}>{''.join(items)}</{tag}>"
    is_wrapped = all(len(line) >= _WRAPPED for line in lines[:-1])
    return f"<p>{(' ' if is_wrapped else '<br>').join(map(_linked, lines))}</p>"


def _linked(line: str) -> str:
    linked, at = "", 0
    for match in _ADDRESS.finditer(line):
        address = html.escape(match[0])
        scheme = "" if "://" in address else "mailto:"
        linked += html.escape(line[at : match.start()])
        linked += f'<a href="{scheme}{address}">{address}</a>'
        at = match.end()
    return linked + html.escape(line[at:])
