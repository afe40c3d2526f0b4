"""Every visible word comes through, however the markup around it is broken."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.gather.markup.html import to_blocks
from digest.gather.markup.markdown import markdown_to_blocks
from digest.model.posts.blocks import Block, texts

WORD = re.compile(r"W\w+")
BASE = "https://example.org/posts/"
AROUND = (
    *("p", "div", "section", "b", "em", "span", "a", "font", "o:p", "button", "label"),
    *("ul", "ol", "li", "dl", "dt", "dd", "blockquote", "cite", "footer", "pre"),
    *("h1", "h3", "h6", "figure", "figcaption", "details", "summary", "form"),
    *("table", "thead", "tbody", "tr", "th", "td", "caption", "center", "noscript"),
)
ATTRIBUTES = (
    *("", ' class="btn cta"', ' class="easy-read"', ' class="wp-caption"'),
    *(' class="wp-caption-text"', ' href="/there"', ' href="javascript:x()"'),
    *(' colspan="3"', ' rowspan="99999"', " onclick=x()", ' role="presentation"'),
)
HIDDEN = (
    *("<script>{}</script>", "<style>{}</style>", "<template>{}</template>"),
    *("<iframe src=x>{}</iframe>", "<!-- {} -->", "<svg><text>{}</text></svg>"),
    *("<svg><title>{}</title><path d=x /></svg>", "<math><mi>{}</mi></math>"),
    *("<noembed>{}</noembed>", '<p title="{}"></p>', "<p data-x='{}'></p>"),
)
SEEN = st.text("abcdef\u00e9\u0142\u4e2d", min_size=1, max_size=6).map("W{}".format)
UNSEEN = st.text("abcdef", min_size=1, max_size=6).map("hidden{}".format)


def wrapped(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return markup around pieces of markup, at times without its end."""
    return st.sampled_from(AROUND).flatmap(
        lambda tag: st.builds(
            "{}{}{}".format,
            st.sampled_from(ATTRIBUTES).map(lambda attribute: f"<{tag}{attribute}>"),
            st.lists(inside, max_size=4).map("".join),
            st.sampled_from([f"</{tag}>", f"</{tag}>", "", "</b>", "</table>"]),
        )
    )


PIECES = st.recursive(
    st.one_of(
        SEEN.map(" {} ".format),
        st.sampled_from(["<br>", "<hr>", "&amp;", " < ", "<img src=a.png alt=>"]),
        st.builds(str.format, st.sampled_from(HIDDEN), UNSEEN),
    ),
    wrapped,
    max_leaves=25,
)


def words_of(blocks: tuple[Block, ...]) -> list[str]:
    return sorted(WORD.findall(" ".join(texts(blocks))))


@settings(deadline=None, max_examples=300)
@given(PIECES)
def test_every_seen_word_survives_and_no_hidden_one(html: str) -> None:
    blocks = to_blocks(html, BASE)

    assert words_of(blocks) == sorted(WORD.findall(html))
    assert "hidden" not in repr(blocks)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(SEEN, st.sampled_from(list("*_`[]()>#|-+!\\\n~ 1.")))))
def test_every_word_of_markdown_survives(pieces: list[str]) -> None:
    text = " ".join(pieces)

    assert words_of(markdown_to_blocks(text, BASE)) == sorted(WORD.findall(text))


@settings(deadline=None, max_examples=200)
@given(st.text())
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    to_blocks(text, BASE)
    markdown_to_blocks(text, BASE)
