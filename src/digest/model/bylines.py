"""Who wrote a post, from the line in which people say so."""

import re
from collections.abc import Sequence

from digest.model.blocks import Block, Paragraph, Picture, plain
from digest.model.items import Byline

_BY = re.compile(r"^\s*(?:posted |written )?by[:\s]+(?=[^\W\d_])", re.IGNORECASE)
# A caption glued to the byline: "Ann Example | Example GroupBy Ann Example, Chair".
_GLUED = re.compile(r"^(?P<caption>.{3,150}?[\w.)])\s*By (?=[A-Z\u00c0-\u024f])")
_AT = re.compile(r"\s+at\s+(?=(?:the\s+)?[A-Z0-9\u00c0-\u024f])")
_LONGEST = 300
_LONGEST_NAME = 60
_FIRST_BLOCKS = 3


def parse(text: str) -> Byline | None:
    """Return the byline that `text` writes, or None where it writes none.

    "By NAME, ROLE, ORGANISATION" and "By NAME, ROLE at ORGANISATION" are told
    apart; what cannot be stays whole as the author.
    """
    line = " ".join(_BY.sub("", text, count=1).split()).strip(" .,")
    if not line:
        return None
    author, comma, rest = line.partition(", ")
    if not comma or len(author) > _LONGEST_NAME:
        return Byline(line)
    role, comma, organisation = _role_and_organisation(rest)
    return Byline(author, role, organisation) if comma else Byline(author, rest)


def _role_and_organisation(rest: str) -> tuple[str, str, str]:
    first, comma, others = rest.partition(", ")
    if comma:
        return first.strip(), comma, others.strip()
    if at := _AT.search(rest):
        return rest[: at.start()].strip(), "at", rest[at.end() :].strip()
    return rest, "", ""


def taken_from(body: Sequence[Block]) -> tuple[Byline | None, tuple[Block, ...]]:
    """Return the byline that opens `body`, and the body without that line.

    A caption glued before it stays in the body: as the caption of the picture
    above it, or as words of its own. Nothing else is lost.
    """
    for place, block in enumerate(body[:_FIRST_BLOCKS]):
        if not isinstance(block, Paragraph):
            continue
        text = plain(block.runs)
        if len(text) > _LONGEST or text.rstrip().endswith(("?", "!", ":")):
            continue
        if _BY.match(text) and (byline := parse(text)):
            return byline, (*body[:place], *body[place + 1 :])
        glued = _GLUED.match(text)
        if glued and "," in text[glued.end() :]:
            kept = _captioned(body[:place], glued["caption"], block)
            return parse(text[glued.end() :]), (*kept, *body[place + 1 :])
    return None, tuple(body)


def _captioned(
    before: Sequence[Block], caption: str, line: Paragraph
) -> tuple[Block, ...]:
    last = before[-1] if before else None
    if isinstance(last, Picture) and not last.caption:
        return (*before[:-1], Picture(last.src, last.alt, caption))
    run = line.runs[0]
    return (*before, Paragraph((type(run)(caption),)))
