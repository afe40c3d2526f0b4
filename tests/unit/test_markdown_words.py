"""Blocks as the Markdown that staff edit: read back, the same blocks."""

import pytest

from digest.gather.markup.markdown import markdown_to_blocks
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
)
from digest.model.posts.markdown import to_markdown
from tests.builders import words

URL = "https://example.org/a_b?c=(1)&d=2"


def cell(text: str) -> tuple[TextSpan, ...]:
    return (TextSpan(text),)


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(words("Plain words. 2 of them!")[0], id="words"),
        pytest.param(
            words("1. is no list, # no heading, 2 * 3 < 7 & a_b_c")[0], id="*"
        ),
        pytest.param(words("# 1")[0], id="no heading"),
        pytest.param(words("- one")[0], id="no list"),
        pytest.param(words("> one")[0], id="no quote"),
        pytest.param(words("<b>x</b> &amp; `y` [z](w) \\")[0], id="no markup"),
        pytest.param(
            Paragraph(
                (
                    TextSpan("a "),
                    TextSpan("b", strong=True),
                    TextSpan(" "),
                    TextSpan("c", emphasis=True),
                )
            ),
            id="looks",
        ),
        pytest.param(
            Paragraph(
                (TextSpan("See "), TextSpan("our [page]", href=URL), TextSpan("."))
            ),
            id="link",
        ),
        pytest.param(Paragraph((TextSpan("one\ntwo"),)), id="line break"),
        pytest.param(Heading(1, cell("Day & night")), id="heading"),
        pytest.param(ListBlock(ordered=False, items=(words("a"), words("b"))), id="-"),
        pytest.param(ListBlock(ordered=True, items=(words("a"), words("b"))), id="1."),
        pytest.param(
            ListBlock(
                ordered=False,
                items=(
                    (
                        *words("a"),
                        ListBlock(ordered=False, items=(words("a1"), words("a2"))),
                    ),
                    words("b"),
                ),
            ),
            id="list in a list",
        ),
        pytest.param(Quote(words("It is warm.")), id="quote"),
        pytest.param(Picture("https://example.org/k.png", "A kettle"), id="picture"),
        pytest.param(
            Table((cell("Day"), cell("At")), ((cell("Mon"), cell("3")),)), id="table"
        ),
        pytest.param(CallToAction("Sign up", "https://example.org/s"), id="call"),
        pytest.param(
            EasyRead(cell("It is warm."), Picture("https://example.org/k.png", "Tea")),
            id="easy read",
        ),
    ],
)
def test_a_block_survives_being_edited(block: Block) -> None:
    assert_same_when_read_back(block)


WELSH, HEBREW = {"language": "cy"}, {"language": "he", "direction": "rtl"}


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(Paragraph(cell("Bore da."), **WELSH), id="words"),
        pytest.param(Paragraph(cell("בוקר טוב"), direction="rtl"), id="direction"),
        pytest.param(Heading(1, cell("Dydd"), **WELSH), id="heading"),
        pytest.param(
            ListBlock(
                ordered=True,
                items=(
                    (Paragraph(cell("un"), **WELSH),),
                    (Paragraph(cell("אחת"), **HEBREW),),
                ),
                **WELSH,
            ),
            id="list of two languages",
        ),
        pytest.param(
            ListBlock(
                ordered=False,
                items=(words("one"), (Paragraph(cell("un"), **WELSH),)),
            ),
            id="one of a list",
        ),
        pytest.param(Quote((Paragraph(cell("Bore da."), **WELSH),)), id="in a quote"),
        pytest.param(
            Quote((Paragraph(cell("Bore da."), **WELSH),), **WELSH), id="quote"
        ),
        pytest.param(Table((cell("Dydd"),), ((cell("Llun"),),), **WELSH), id="table"),
        pytest.param(
            CallToAction("Ymuno", "https://example.org/s", **WELSH), id="call"
        ),
        pytest.param(EasyRead(cell("Mae'n gynnes."), language="cy"), id="easy read"),
    ],
)
def test_a_block_keeps_its_language_and_direction(block: Block) -> None:
    assert_same_when_read_back(block)
    written = to_markdown((block, Paragraph(cell("Noswaith dda."), **HEBREW)))
    assert markdown_to_blocks(written, "")[0] == block


def test_blocks_of_one_language_stand_together() -> None:
    welsh = (Paragraph(cell("un"), **WELSH), Paragraph(cell("dau"), **WELSH))

    assert to_markdown(welsh) == '<div lang="cy">\n\nun\n\ndau\n\n</div>'


def assert_same_when_read_back(block: Block) -> None:
    written = to_markdown((*words("Before."), block, *words("After.")))
    blocks = markdown_to_blocks(written, "")

    assert blocks == (*words("Before."), block, *words("After."))
