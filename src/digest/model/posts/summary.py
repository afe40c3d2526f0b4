"""The first sentences of a post, for a reader who wants the gist."""

import re
from collections.abc import Iterable, Iterator

from digest.model.posts.blocks import Block, Heading, Paragraph, Picture, plain, texts
from digest.model.posts.shortening import shortened, width_of

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
# In Arabic, Urdu and Devanagari letters too; Chinese and Japanese put no space after.
_STOPS = "!?\u2026\u061f\u06d4\u0964"
_WIDE_STOPS = "[\u3002\uff01\uff1f][\u300d\u300f\uff09\u201d\u2019]*"
_END = re.compile(
    rf"[.{_STOPS}][{_CLOSING}]*\s+(?=[{_OPENING}]*[^\W_])|{_WIDE_STOPS}\s*(?=\S)"
)
_ENDED = re.compile(rf"[.{_STOPS}][{_CLOSING}]*$|{_WIDE_STOPS}$")
# Columns of a word in a language that puts no spaces between them, and of more than
# one word in any.
_WORD_WIDTH = 6
_SEVERAL_WORDS = 30


def summarise(blocks: Iterable[Block], limit: int = LIMIT_WORDS) -> str:
    """Return whole sentences from the start of a body, up to about `limit` words.

    At least one sentence; only one longer than 100 words is cut, at a word,
    with an ellipsis. Where a language puts no spaces between words, they are counted
    by their width. Empty only where the body has no words.
    """
    first: list[str] = []
    count = 0
    for sentence in _first_sentences(tuple(blocks)):
        count += _words_in(sentence)
        if first and count > limit:
            break
        first.append(sentence)
    words = " ".join(first).split()
    if len(words) > max(limit, _LONGEST_SENTENCE):
        return " ".join(words[:limit]).rstrip(",;:\u2013\u2014- ") + "\u2026"
    if _words_in(" ".join(words)) > max(limit, _LONGEST_SENTENCE):
        return shortened(" ".join(words), limit * _WORD_WIDTH)
    return " ".join(words)


def _words_in(text: str) -> int:
    count = 0
    for word in text.split():
        width = 0 if word.isascii() else width_of(word)
        count += width // _WORD_WIDTH if width > _SEVERAL_WORDS else 1
    return count


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
