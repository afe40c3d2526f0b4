"""HTML from outside: nothing outside the set survives, every word does."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.gather.html import to_blocks
from digest.gather.markdown import markdown_to_blocks
from digest.gather.markup import MAX_DEPTH
from digest.model.blocks import (
    Block,
    CallToAction,
    EasyRead,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Run,
    Table,
    links_in,
    texts,
)

BASE = "https://example.org/posts/"


def said(blocks: tuple[Block, ...]) -> list[str]:
    return " ".join(texts(blocks)).split()


def one(text: str) -> tuple[Run, ...]:
    return (Run(text),)


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        pytest.param(
            "<p>Hi <b>you</b></p>",
            (Paragraph((Run("Hi "), Run("you", strong=True))),),
            id="strong",
        ),
        pytest.param("just words", (Paragraph(one("just words")),), id="bare words"),
        pytest.param("a<br>b", (Paragraph(one("a\nb")),), id="line break"),
        pytest.param(
            "<h3>A</h3><h5>B</h5><h3>C</h3>",
            (Heading(1, one("A")), Heading(2, one("B")), Heading(1, one("C"))),
            id="levels start at one and never skip",
        ),
        pytest.param(
            "<ul><li>a<li>b</ul>",
            (
                ListBlock(
                    ordered=False,
                    items=((Paragraph(one("a")),), (Paragraph(one("b")),)),
                ),
            ),
            id="list",
        ),
        pytest.param(
            "<blockquote>Wise.<footer>\u2014 Ann</footer></blockquote>",
            (Quote((Paragraph(one("Wise.")),), "Ann"),),
            id="quote",
        ),
        pytest.param(
            "<figure><img src=/a.png alt=A><figcaption>C</figure>",
            (Picture("https://example.org/a.png", "A", "C"),),
            id="picture",
        ),
        pytest.param(
            "<table><caption>T</caption><tr><th>x<th>y<tr><td>1",
            (Table((one("x"), one("y")), ((one("1"), ()),), "T"),),
            id="table",
        ),
        pytest.param(
            "<a class='btn' href='s'>Go</a>",
            (CallToAction("Go", "https://example.org/posts/s"),),
            id="call to action",
        ),
        pytest.param(
            "<div class=easy-read><img src=a.png alt=x><p>Short.</div>",
            (EasyRead(one("Short."), Picture("https://example.org/posts/a.png", "x")),),
            id="easy read pair",
        ),
        pytest.param("", (), id="nothing"),
        pytest.param("<p> </p><p>\n</p>", (), id="blank"),
    ],
)
def test_html_becomes_blocks(html: str, blocks: tuple[Block, ...]) -> None:
    assert to_blocks(html, BASE) == blocks


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "https://user:secret@example.org/",
        "http://[bad",
    ],
)
def test_an_address_nobody_should_follow_becomes_plain_words(href: str) -> None:
    blocks = to_blocks(f'<p>See <a href="{href}">here</a>.</p>', BASE)

    assert list(links_in(blocks)) == []
    assert said(blocks) == ["See", "here."]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>evil()</script>",
        "<style>p{}</style>",
        "<svg><script>evil()</script><text>evil</text></svg>",
        "<math><mtext>evil</mtext></math>",
        "<iframe srcdoc='evil'>evil</iframe>",
        "<template>evil</template>",
        "<!-- evil -->",
        "<img src=x onerror=evil()>",
        "<p onclick=evil() style='background:url(evil)'></p>",
        "<noembed>evil</noembed>",
    ],
)
def test_what_is_outside_the_set_is_dropped(hostile: str) -> None:
    blocks = to_blocks(f"<p>before</p>{hostile}<p>after</p>", BASE)

    assert "evil" not in repr(blocks)
    assert said(blocks) == ["before", "after"]


def test_markup_nested_too_deep_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(ValueError, match="nested more than"):
        to_blocks("<div>" * 100_000 + "x", BASE)


def test_markup_as_deep_as_allowed_keeps_its_words() -> None:
    deep = "<div><b>" * (MAX_DEPTH // 2 - 1)

    assert said(to_blocks(f"{deep}word", BASE)) == ["word"]


def test_a_monster_is_refused_by_size() -> None:
    with pytest.raises(ValueError, match="over 2 MB"):
        to_blocks("x" * 2_000_001, BASE)


TAGS = (
    *("p", "div", "b", "em", "span", "ul", "ol", "li", "blockquote"),
    *("h2", "h4", "section", "a", "td", "table", "tr", "article", "pre"),
)
WORD = st.text(alphabet="abcdefgh\u00e9\u0142\u4e2d", min_size=1, max_size=5)
PIECE = st.one_of(
    WORD.map(lambda word: f" {word} "),
    st.sampled_from([f"<{tag}>" for tag in TAGS]),
    st.sampled_from([f"</{tag}>" for tag in TAGS]),
    st.sampled_from(["<br>", "<hr>", "&amp; ", "<!-- x -->", "<unknown>", " < "]),
)


class Words(HTMLParser):
    """Another parser's idea of the words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.found += data.split()


@settings(deadline=None)
@given(st.lists(PIECE, max_size=40).map("".join))
def test_every_word_survives_broken_and_nested_markup(html: str) -> None:
    other = Words()
    other.feed(html)
    other.close()

    assert sorted(said(to_blocks(html, BASE))) == sorted(other.found)


def test_markdown_takes_the_same_door() -> None:
    text = (
        "# T\n\nHi *you* <script>evil()</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )

    blocks = markdown_to_blocks(text, BASE)

    assert blocks == (
        Heading(1, one("T")),
        Paragraph((Run("Hi "), Run("you", emphasis=True))),
        Table((one("a"), one("b")), ((one("1"), one("2")),)),
    )
