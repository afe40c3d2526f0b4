"""Blocks written as HTML and read back are the same blocks."""

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.gather.markup.html import to_blocks
from digest.model.posts.blocks import (
    Block,
    CallToAction,
    EasyRead,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Table,
    TextSpan,
    texts,
)
from digest.model.posts.pictures import PictureHosting, PictureUse
from digest.model.posts.text_language import TextLanguage
from digest.render.email.html_blocks import BlockMarkup, HtmlBlocks
from digest.render.email.html_words import html_words
from digest.render.email.pictures import EmailPictures, ShownPicture
from digest.render.templates import environment, macros
from digest.render.words.catalogue import words_for
from tests.examples import examples
from tests.made_blocks import BLOCKS, tables
from tests.rich import cells

KINDS = macros(
    environment(None, "email"), "blocks.html", html_words(words_for("en-GB"))
)
# On a page as wide as its tables; a telephone is told them as lists.
WIDE = {**KINDS, "table_as_lists": KINDS["table"]}


class AsTheyAre(EmailPictures):
    """Shows each picture from its own address."""

    def __init__(self) -> None:
        super().__init__({}, PictureHosting.HOSTED, "")

    def show(self, picture: Picture | None, use: PictureUse) -> ShownPicture | None:
        """Return the picture's own address, whatever the use."""
        size = 592 if use is PictureUse.EMAIL else 104
        return ShownPicture(picture.src, size, size) if picture else None


def html_of(blocks: tuple[Block, ...], kinds: Any = WIDE) -> str:
    """Return the blocks written out, without the language that their words show."""
    english = TextLanguage.of("en")
    markup = BlockMarkup(kinds)
    html = str(HtmlBlocks(markup, AsTheyAre(), 0, english, english).write(blocks))
    return re.sub(r' (?:lang|dir)="[^"]*"', "", html)


def spans(text: str) -> tuple[TextSpan, ...]:
    return (TextSpan(text),)


@settings(deadline=None, max_examples=examples(60, long=2000))
@given(BLOCKS)
@example((Table(((), ()), ((spans("a"), ()),)),))
@example((Table(cells("a"), ((spans("b\n\nc"),),)),))
@example(
    (Paragraph((TextSpan("a "), TextSpan(" b", strong=True), TextSpan("\n\n c"))),)
)
@example((EasyRead(spans("a"), Picture("https://example.org/", "b", "c")),))
@example((EasyRead(spans("a")), EasyRead(spans("b"))))
@example((Quote((Paragraph((TextSpan("a", emphasis=True),)),), "b"),))
@example((CallToAction("a", "tel:1"), CallToAction("b", "tel:1")))
def test_blocks_written_as_html_are_read_back_the_same(
    blocks: tuple[Block, ...],
) -> None:
    assert to_blocks(html_of(blocks), "") == blocks


def test_items_of_a_list_keep_their_blocks() -> None:
    inner = ListBlock(ordered=True, items=((Paragraph(spans("b")),),))
    blocks = (
        ListBlock(
            ordered=False,
            items=((Paragraph(spans("a")), inner), (inner,), (Paragraph(spans("c")),)),
        ),
    )

    assert to_blocks(html_of(blocks), "") == blocks


@settings(deadline=None)
@given(tables())
def test_no_word_of_a_table_is_lost_where_it_is_told_as_lists(table: Table) -> None:
    kinds = {**KINDS, "table": KINDS["table_as_lists"]}
    read = " ".join(texts(to_blocks(html_of((table,), kinds), "")))

    for text in texts((table,)):
        assert all(word in read for word in text.split())


@pytest.mark.parametrize("style", ["pre", "pre-wrap", "Break-Spaces;color:red"])
def test_spaces_count_where_the_page_says_so(style: str) -> None:
    html = f'<p style="white-space: {style}">a  b\n c</p>'

    assert to_blocks(html, "") == (Paragraph(spans("a  b\n c")),)


@settings(deadline=None)
@given(st.text())
def test_what_was_read_once_is_read_the_same_again(html: str) -> None:
    blocks = to_blocks(html, "https://example.org/")

    assert to_blocks(html_of(blocks), "") == blocks
