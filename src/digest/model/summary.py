"""The first sentences of a post, for a reader who wants the gist."""

import re
from collections.abc import Iterable

from digest.model.blocks import Block, Paragraph, plain

LIMIT_WORDS = 60
_LONGEST_SENTENCE = 100
# A full stop after these, or after a single capital, ends no sentence.
_SHORT = frozenset(
    ("dr", "mr", "mrs", "ms", "prof", "st", "rev", "e.g", "i.e", "etc", "vs", "no")
)
_END = re.compile(
    r"[.!?…][\"'”\u2019)\]]*\s+(?=[\"'“\u2018(\[]?[^\W\d_a-z])|[.!?…][\"'”\u2019)]*\s+(?=\d)"
)


def summarise(blocks: Iterable[Block], limit: int = LIMIT_WORDS) -> str:
    """Return whole sentences of the first paragraphs, up to about `limit` words.

    At least one sentence; only one longer than 100 words is cut, at a word,
    with an ellipsis. Empty only where there is no paragraph.
    """
    text = " ".join(
        " ".join(plain(block.runs).split())
        for block in blocks
        if isinstance(block, Paragraph)
    )
    kept: list[str] = []
    count = 0
    for sentence in sentences(text):
        count += len(sentence.split())
        if kept and count > limit:
            break
        kept.append(sentence)
    words = " ".join(kept).split()
    if len(words) > max(limit, _LONGEST_SENTENCE):
        return " ".join(words[:limit]).rstrip(",;:") + "…"
    return " ".join(words)


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`; together they hold all of its words."""
    found, start = [], 0
    for end in _END.finditer(text):
        word = text[start : end.start()].rpartition(" ")[2].strip("(“\"'\u2018").lower()
        if text[end.start()] == "." and (word in _SHORT or len(word) == 1):
            continue
        found.append(text[start : end.end()].strip())
        start = end.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]
