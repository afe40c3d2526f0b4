"""Whatever HTML comes in, nothing outside the allowed set goes out, by any way.

Each result is read by a parser that is not the one that made it.
"""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.gather.items.raw_item import Html, PlainText, RawItem, topics_within
from digest.gather.markup.clean_text import cleaned, one_line
from digest.gather.markup.html import to_blocks
from digest.gather.markup.markdown import markdown_to_blocks
from digest.model.posts.blocks import Block, links_in, texts
from digest.model.posts.bylines import parse
from digest.model.posts.items import Post
from digest.render.email.compile import preview_html, preview_text
from digest.render.email.text_blocks import TextBlocks
from digest.render.options import RenderOptions
from digest.render.words.catalogue import words_for
from tests.builders import EIGHT, a_post, a_variant
from tests.contract.test_blocks_and_html import html_of
from tests.hostile import ELEMENTS, LISTED, faults, is_stable
from tests.raw_items import post_from

BASE = "https://example.org/posts/"
LOOK = RenderOptions(EIGHT)


def check_blocks(blocks: tuple[Block, ...]) -> None:
    """Assert that the blocks, and their HTML and text, hold nothing but words."""
    html = html_of(blocks)

    assert faults(html) == []
    assert is_stable(html)
    again = to_blocks(html, "")  # the same but for addresses, which are now ASCII
    assert [*texts(again)] == [*texts(blocks)]
    assert to_blocks(html_of(again), "") == again
    for text in (*texts(blocks), TextBlocks(words_for("en-GB")).write(blocks)):
        assert cleaned(text) == text
    for _, href in links_in(blocks):
        assert re.match(r"(https?|mailto|tel):", href)


@pytest.mark.parametrize("hostile", LISTED)
def test_nothing_of_it_is_left_in_blocks_html_or_text(hostile: str) -> None:
    check_blocks(to_blocks(hostile, BASE))
    check_blocks(to_blocks(f"<p>before {hostile} after</p>", BASE))
    check_blocks(markdown_to_blocks(hostile, BASE))


@pytest.mark.parametrize(
    "deep",
    [
        "<div>{}",
        "<b>{}",
        "<table><tr><td>{}",
        "<svg><g>{}",
        "<math><mi>{}",
        "<template>{}",
        "<ul><li>{}",
        "<blockquote>{}",
        "<font><a href=x>{}",
        "<select><option>{}",
    ],
)
def test_what_is_nested_100000_deep_is_refused_or_harmless(deep: str) -> None:
    opening = deep.removesuffix("{}")
    html = opening * (100_000 // opening.count("<")) + "<script>evil()</script>"
    try:
        check_blocks(to_blocks(html, BASE))
    except ValueError as refusal:
        assert "nested" in str(refusal) or "pieces of markup" in str(refusal)  # noqa: PT017 - either way is right


_WHOLE = st.sampled_from(LISTED)
_PIECE = st.one_of(
    _WHOLE,
    st.builds(lambda text, at: text[:at], _WHOLE, st.integers(1, 60)),
    st.builds(lambda text, at: text[at:], _WHOLE, st.integers(1, 60)),
    st.sampled_from(
        [
            *("<p>", "</p>", "<table>", "<td>", "<li>", "<a href=x>", "<b>", "</b>"),
            *("'", '"', ">", "<", "<!--", "-->", "]]>", "&", "\x00", "/", "`", "&#"),
            *(
                "<style>",
                "</style>",
                "<svg>",
                "</svg>",
                "<math>",
                "<title>",
                "</title>",
            ),
        ]
    ),
    st.text(max_size=5),
)
MUTATED = st.lists(_PIECE, min_size=1, max_size=8).map("".join)


@settings(deadline=None, max_examples=300)
@given(MUTATED)
def test_nothing_of_it_is_left_however_it_is_mixed(html: str) -> None:
    check_blocks(to_blocks(html, BASE))


@settings(deadline=None, max_examples=100)
@given(MUTATED)
def test_nothing_of_it_is_left_in_markdown(text: str) -> None:
    check_blocks(markdown_to_blocks(text, BASE))


def hostile_post(hostile: str) -> Post:
    """Return the post of a feed that says the same in every field it has."""
    return post_from(
        RawItem(
            key=hostile,
            title=PlainText(hostile),
            body=Html(f"<p>words</p>{hostile}"),
            base=BASE,
            url=hostile,
            summary=Html(hostile),
            byline=parse(one_line(hostile)),
            topics=topics_within((hostile,)),
        )
    )


def test_nothing_of_it_is_left_in_an_email_or_its_preview() -> None:
    posts = [hostile_post(hostile) for hostile in LISTED]
    for start in range(0, len(posts), 40):
        variant = a_variant(*posts[start : start + 40])
        html, text = preview_html(variant, LOOK), preview_text(variant, LOOK)

        assert faults(html) == []
        assert is_stable(html)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", text)


@settings(deadline=None, max_examples=15)
@given(st.lists(MUTATED, min_size=1, max_size=6))
def test_nothing_of_it_is_left_in_an_email_however_it_is_mixed(
    mixed: list[str],
) -> None:
    html = preview_html(a_variant(*map(hostile_post, mixed)), LOOK)

    assert faults(html) == []
    assert is_stable(html)


def test_the_check_finds_what_is_not_allowed() -> None:
    for bad in (
        "<script>1</script>",
        "<p onclick=x>x</p>",
        "<a href=javascript:x>x</a>",
        "<img src=data:x>",
        "<svg></svg>",
        "<p style='background:url(x)'>x</p>",
    ):
        assert faults(bad) != []
    assert "script" not in ELEMENTS
    assert faults(preview_html(a_variant(a_post()), LOOK)) == []
