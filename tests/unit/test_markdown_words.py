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
    written = to_markdown((*words("Before."), block, *words("After.")))
    blocks = markdown_to_blocks(written, "")

    assert blocks == (*words("Before."), block, *words("After."))
