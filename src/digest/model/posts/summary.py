"""The first sentences of a post, for a reader who wants the gist."""

import re
from collections.abc import Iterable, Iterator

from digest.model.posts.blocks import Block, Heading, Paragraph, Picture, plain, texts

LIMIT_WORDS = 60
_LONGEST_SENTENCE = 100
# A full stop after these, or after a single letter, ends no sentence.
_SHORT = re.compile(
    r"[a-z]|[md]r|mr?s|mx|prof|rev|st|[sj]r|hon|gen|col|capt|sgt|fr|e\.g|i\.e|eg|ie|vs|"
    r"cf|approx|est|dept|tel|[a-z]\.[a-z]"
)
# After these it does, unless a number follows: "No. 7", and "He said no."
_BEFORE_A_NUMBER = re.compile(r"nos?|vol|pp|fig|ext")
# After these it does if a capital follows.
_AT_AN_END = re.compile(r"etc|al")
_CLOSING = "\"'\u2019\u201d)\\]"
_OPENING = "\"'\u2018\u201c(\\["
_END = re.compile(rf"[.!?\u2026][{_CLOSING}]*\s+(?=[{_OPENING}]*[^\W_])")
_ENDED = re.compile(rf"[.!?\u2026][{_CLOSING}]*$")


def summarise(blocks: Iterable[Block], limit: int = LIMIT_WORDS) -> str:
    """Return whole sentences from the start of a body, up to about `limit` words.

    At least one sentence; only one longer than 100 words is cut, at a word,
    with an ellipsis. Empty only where the body has no words.
    """
    first: list[str] = []
    count = 0
    for sentence in _first_sentences(tuple(blocks)):
        count += len(sentence.split())
        if first and count > limit:
            break
        first.append(sentence)
    words = " ".join(first).split()
    if len(words) > max(limit, _LONGEST_SENTENCE):
        return " ".join(words[:limit]).rstrip(",;:\u2013\u2014- ") + "\u2026"
    return " ".join(words)


def _first_sentences(blocks: tuple[Block, ...]) -> Iterator[str]:
    paragraphs = [
        " ".join(plain(block.spans).split())
        for block in blocks
        if isinstance(block, Paragraph)
    ]
    # A line without an end, such as a label or a credit, is no sentence.
    whole = [text for text in paragraphs if _ENDED.search(text)]
    rest = (b for b in blocks if not isinstance(b, Heading | Picture))
    anything = whole or paragraphs or list(texts(rest)) or list(texts(blocks))
    for text in anything:
        yield from sentences(text)


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`; together they hold all of its words."""
    whole, start = [], 0
    for end in _END.finditer(text):
        if _is_end(text, start, end):
            whole.append(text[start : end.end()].strip())
            start = end.end()
    whole.append(text[start:].strip())
    return [sentence for sentence in whole if sentence]


def _is_end(text: str, start: int, end: re.Match[str]) -> bool:
    following = text[end.end() :][:2].lstrip("\"'\u2018\u201c([")[:1]
    if following.islower():
        return False
    if text[end.start()] != ".":
        return True
    word = text[max(start, end.start() - 12) : end.start()].rpartition(" ")[2]
    word = word.strip("(\"'\u2018\u201c[").lower()
    if _BEFORE_A_NUMBER.fullmatch(word):
        return not following.isdigit()
    if _AT_AN_END.fullmatch(word):
        return following.isupper()
    return not _SHORT.fullmatch(word)
