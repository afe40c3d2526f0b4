"""Blocks of every kind and shape that a source can make, by hypothesis."""

import re
from itertools import groupby
from typing import Any

from hypothesis import strategies as st

from digest.gather.markup.addresses import link
from digest.gather.markup.clean_text import cleaned, one_line, opening_marks
from digest.gather.markup.reshape import outlined
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
)
from digest.model.posts.pictures import without_repeat

# Letters that mean something to HTML, to Typst or to Markdown are likely.
MARKUP = "<>&\"'`#$@\\*_[]{}()=~/-;:!%|\u00a0\u2019\u200b\u202e\ufeff"
LETTERS = st.one_of(
    st.sampled_from("ab\u00e9\u4e2d\U0001f3ee"),
    st.sampled_from(MARKUP),
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
)
_EDGES = " \n\t\r\u2028\u2029"
_SEEN = re.compile(r"\S")


def _bare(text: str) -> str:
    return " ".join(one_line(text).split())


LINE = st.text(LETTERS, min_size=1, max_size=12).map(_bare).filter(_SEEN.search)
ADDRESS = st.one_of(
    st.sampled_from(
        [
            "https://example.org/",
            "http://example.org/a?b=c&d=%22e#f",
            "https://xn--bcher-kva.example/%C3%A9",
            "mailto:team@example.org",
            "tel:01632960155",
        ]
    ),
    st.from_regex(r"\Ahttps://example\.org/[a-z0-9!$'()*,;:@~?&=+._/-]{0,12}\Z"),
).filter(lambda address: link(address, "") == address)
WEB = ADDRESS.filter(lambda address: address.startswith("http"))
_LOOKS = st.tuples(st.booleans(), st.booleans(), st.none() | ADDRESS)
_GAPS = st.sampled_from([" ", " ", "", "\n", "  ", "\n\n", "\n  ", "\t"])


@st.composite
def runs(draw: Any, breaks: bool = True) -> TextSpans:  # noqa: FBT001, FBT002 - a kind of runs
    """Return runs with words in them, no two neighbours alike."""
    parts: list[tuple[str, tuple[bool, bool, str | None]]] = []
    for _ in range(draw(st.integers(1, 4))):
        look = draw(_LOOKS)
        text = draw(LINE)
        if breaks:
            text += draw(_GAPS) + draw(st.just("") | LINE)
        words = cleaned(text)
        marks = opening_marks(words) if parts else ""
        rest = words.removeprefix(marks)
        if rest.strip():
            parts.append((rest, look))
    return merged(parts)


def merged(parts: list[tuple[str, tuple[bool, bool, str | None]]]) -> TextSpans:
    """Return the parts as runs, those of one look joined, trimmed at both ends."""
    joined = [
        [cleaned("".join(text for text, _ in same)), look]
        for look, same in groupby(parts, lambda part: part[1])
    ]
    joined[0][0] = str(joined[0][0]).lstrip()
    joined[-1][0] = str(joined[-1][0]).rstrip()
    return tuple(TextSpan(str(text), *look) for text, look in joined if text)


# What a caption says again is left out of the alternative text.
PICTURE = st.builds(Picture, WEB, st.just("") | LINE, st.just("") | LINE).map(
    lambda picture: without_repeat(picture, is_image=True)
)
_PARAGRAPH = runs().map(Paragraph)
_CELL = st.just(()) | runs()


@st.composite
def tables(draw: Any) -> Table:
    """Return a table that says something, with headings or none."""
    width = draw(st.integers(1, 4))
    row = st.lists(_CELL, min_size=width, max_size=width).map(tuple)
    header = draw(st.one_of(row, st.just(((),) * width)))
    rows = draw(st.lists(row, min_size=1, max_size=3).map(tuple))
    if not any(any(cells) for cells in (header, *rows)):
        rows = (*rows[:-1], (draw(runs()), *rows[-1][1:]))
    return Table(header, rows, draw(st.just("") | LINE))


_LEAF = st.one_of(
    _PARAGRAPH,
    PICTURE,
    tables(),
    st.builds(CallToAction, LINE, ADDRESS),
    st.builds(EasyRead, runs(), st.none() | PICTURE),
)


def _nested(inside: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    body = st.lists(inside, min_size=1, max_size=3).map(tuple)
    items = st.lists(body, min_size=1, max_size=3).map(tuple)
    whose = LINE.map(lambda line: line.lstrip("\u2014\u2013\u2015-~ \n\t\xa0"))
    return st.one_of(
        st.builds(ListBlock, st.booleans(), items),
        st.builds(Quote, body, st.just("") | whose),
    )


_HEADING = st.builds(Heading, st.integers(1, 6), runs(breaks=False))
BLOCKS = st.lists(
    st.one_of(st.recursive(_LEAF, _nested, max_leaves=6), _HEADING), max_size=5
).map(outlined)
