"""HTML from outside: nothing outside the set survives, every word does."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.gather.markup.html import to_blocks
from digest.gather.markup.markdown import markdown_to_blocks
from digest.gather.markup.parsing import OF_AN_ITEM
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
    links_in,
    texts,
)

BASE = "https://example.org/posts/"


def words_of(blocks: tuple[Block, ...]) -> list[str]:
    return " ".join(texts(blocks)).split()


def spans(text: str) -> tuple[TextSpan, ...]:
    return (TextSpan(text),)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (
            "<p>Seen</p><div hidden><p>not</p></div> and <i hidden>not</i>on",
            "Seen and on",
        ),
        ("<p>Seen <span style='color:red; DISPLAY : none'>not</span>too", "Seen too"),
        ("<div style='visibility:hidden'>not<img src=/a.png></div>Seen", "Seen"),
        ("<ul><li>Seen<li hidden>not</ul>", "Seen"),
        ("<table><tr><th>A<th>B<tr hidden><td>not<td>not<tr><td>1<td>2", "A B 1 2"),
        # What is laid out so, or is kept from a screen reader alone, is seen.
        ("<p style='backface-visibility:hidden; display:none-such'>Seen", "Seen"),
        ("<p><span aria-hidden=true>Seen</span>", "Seen"),
        # All of it waits for a script that nobody runs here: its words are the post.
        ("<div style='display:none'><p>All <b>of it</b></div>", "All of it"),
    ],
)
def test_what_the_source_hides_is_left_out_unless_nothing_else_is_there(
    html: str, words: str
) -> None:
    blocks = to_blocks(html, BASE)

    assert words_of(blocks) == words.split()
    assert not any(isinstance(block, Picture) for block in blocks)


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        pytest.param(
            "<p>Hi <b>you</b></p>",
            (Paragraph((TextSpan("Hi "), TextSpan("you", strong=True))),),
            id="strong",
        ),
        pytest.param("just words", (Paragraph(spans("just words")),), id="bare words"),
        pytest.param("a<br>b", (Paragraph(spans("a\nb")),), id="line break"),
        pytest.param(
            "<h3>A</h3><h5>B</h5><h3>C</h3>",
            (Heading(1, spans("A")), Heading(2, spans("B")), Heading(1, spans("C"))),
            id="levels start at one and never skip",
        ),
        pytest.param(
            "<ul><li>a<li>b</ul>",
            (
                ListBlock(
                    ordered=False,
                    items=((Paragraph(spans("a")),), (Paragraph(spans("b")),)),
                ),
            ),
            id="list",
        ),
        pytest.param(
            "<blockquote>Wise.<footer>\u2014 Ann</footer></blockquote>",
            (Quote((Paragraph(spans("Wise.")),), "Ann"),),
            id="quote",
        ),
        pytest.param(
            "<figure><img src=/a.png alt=A><figcaption>C</figure>",
            (Picture("https://example.org/a.png", "A", "C"),),
            id="picture",
        ),
        pytest.param(
            "<table><caption>T</caption><tr><th>x<th>y<tr><td>1",
            (Table((spans("x"), spans("y")), ((spans("1"), ()),), "T"),),
            id="table",
        ),
        pytest.param(
            "<a class='btn' href='s'>Go</a>",
            (CallToAction("Go", "https://example.org/posts/s"),),
            id="call to action",
        ),
        pytest.param(
            "<div class=easy-read><img src=a.png alt=x><p>Short.</div>",
            (
                EasyRead(
                    spans("Short."), Picture("https://example.org/posts/a.png", "x")
                ),
            ),
            id="easy read pair",
        ),
        pytest.param(
            "one<br><br>two<br> three",
            (Paragraph(spans("one")), Paragraph(spans("two\nthree"))),
            id="an empty line parts paragraphs",
        ),
        pytest.param(
            "<pre>a\n  b</pre>", (Paragraph(spans("a\n  b")),), id="verbatim lines"
        ),
        pytest.param(
            "<b style='font-weight:normal'>a <b>b</b></b>",
            (Paragraph((TextSpan("a "), TextSpan("b", strong=True))),),
            id="a bold that is none",
        ),
        pytest.param(
            "<h2>Title<div>more</div>",
            (Heading(1, spans("Title")), Paragraph(spans("more"))),
            id="a heading that was not closed",
        ),
        pytest.param(
            "<h2><div>Title</div></h2>",
            (Heading(1, spans("Title")),),
            id="a heading in a box",
        ),
        pytest.param(
            "<ul><li>a</li><ul><li>b</li></ul></ul>",
            (
                ListBlock(
                    ordered=False,
                    items=(
                        (
                            Paragraph(spans("a")),
                            ListBlock(ordered=False, items=((Paragraph(spans("b")),),)),
                        ),
                    ),
                ),
            ),
            id="a list between two items",
        ),
        pytest.param(
            "<blockquote>As <cite>A Book</cite> says.<p>\u2013 <cite>Bo</cite></p>",
            (
                Quote(
                    (
                        Paragraph(
                            (
                                TextSpan("As "),
                                TextSpan("A Book", emphasis=True),
                                TextSpan(" says."),
                            )
                        ),
                    ),
                    "Bo",
                ),
            ),
            id="a book named in a quote is not whose it is",
        ),
        pytest.param(
            "<figure><blockquote>Wise.</blockquote><figcaption>Ann</figcaption></figure>",
            (Quote((Paragraph(spans("Wise.")),), "Ann"),),
            id="a quote with a caption",
        ),
        pytest.param(
            "<figure><img src=a.png><img src=b.png><figcaption>Two</figure>",
            (
                Picture("https://example.org/posts/a.png"),
                Picture("https://example.org/posts/b.png"),
                Paragraph(spans("Two")),
            ),
            id="a caption for two pictures",
        ),
        pytest.param(
            "<div class=wp-caption><img src=/a.png><p class=wp-caption-text>C</div>",
            (Picture("https://example.org/a.png", "", "C"),),
            id="a caption in a box",
        ),
        pytest.param(
            "<p>look <img src=/a.png alt=A> here</p>",
            (
                Paragraph(spans("look here")),
                Picture("https://example.org/a.png", "A"),
            ),
            id="a picture inside a sentence follows it",
        ),
        pytest.param(
            "<a href=/s><img src=/a.png alt='Take part'></a>",
            (
                Picture("https://example.org/a.png", "Take part"),
                Paragraph((TextSpan("Take part", href="https://example.org/s"),)),
            ),
            id="where a picture leads",
        ),
        pytest.param(
            "<a href=/big.png><img src=/a.png alt=A></a>",
            (Picture("https://example.org/a.png", "A"),),
            id="a picture that leads to itself",
        ),
        pytest.param(
            "<p>Hi<img src=data:x alt=' there'><img src=/t.gif width=1 height=1></p>",
            (Paragraph(spans("Hithere")),),
            id="a picture that cannot be shown gives its words",
        ),
        pytest.param(
            "<img src=a.png alt='' role=presentation><img src=b.png role=none alt=B>",
            (
                Picture("https://example.org/posts/a.png", decorative=True),
                Picture("https://example.org/posts/b.png", "B"),
            ),
            id="a picture that says it tells nobody anything",
        ),
        pytest.param(
            "<table><tr><td>r<td>1<tr><td>s<td>2</table>",
            (Table(((), ()), ((spans("r"), spans("1")), (spans("s"), spans("2")))),),
            id="a table without headings",
        ),
        pytest.param(
            "<table><tr><th>A<th>B<tr><td colspan=2>x<tr><td rowspan=2>y<td>1<tr><td>2",
            (
                Table(
                    (spans("A"), spans("B")),
                    ((spans("x"), ()), (spans("y"), spans("1")), ((), spans("2"))),
                ),
            ),
            id="cells that span",
        ),
        pytest.param(
            "<table><tr><th>A<tr><td><p>x <a href=/y>y</a></p><ul><li>z</ul></table>",
            (
                Table(
                    (spans("A"),),
                    (
                        (
                            (
                                TextSpan("x "),
                                TextSpan("y", href="https://example.org/y"),
                                TextSpan("\n"),
                                TextSpan("z"),
                            ),
                        ),
                    ),
                ),
            ),
            id="a cell of several blocks",
        ),
        pytest.param(
            "<table><tr><td><table><tr><td><h1>T</h1></table><td>words</table>",
            (Heading(1, spans("T")), Paragraph(spans("words"))),
            id="a table that lays out a page",
        ),
        pytest.param(
            "<p>Now <a class=btn href=/s>sign up</a> here</p>",
            (
                Paragraph(
                    (
                        TextSpan("Now "),
                        TextSpan("sign up", href="https://example.org/s"),
                        TextSpan(" here"),
                    )
                ),
            ),
            id="a button in a sentence is a link",
        ),
        pytest.param(
            "<div class=wp-buttons><a href=/a>Go <b>in</b></a> <a href=/b>Out</a>",
            (
                CallToAction("Go in", "https://example.org/a"),
                CallToAction("Out", "https://example.org/b"),
            ),
            id="a row of buttons",
        ),
        pytest.param(
            "<div class=easy-read><img src=/a.png><p>One.</p><p>Two.</p></div>",
            (
                EasyRead(spans("One."), Picture("https://example.org/a.png")),
                EasyRead(spans("Two.")),
            ),
            id="several easy read sentences",
        ),
        pytest.param(
            "<p>a<svg><path d=M0><p>b</p>c",
            (Paragraph(spans("a")), Paragraph(spans("b")), Paragraph(spans("c"))),
            id="a drawing that was not closed",
        ),
        pytest.param(
            "<p>a&#0;b&#x1b;c&#x2028;d\ud800e</p>",
            (Paragraph(spans("a\ufffdbc de")),),
            id="controls written as references",
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
    assert words_of(blocks) == ["See", "here."]


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
    assert words_of(blocks) == ["before", "after"]


def test_markup_nested_too_deep_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(ValueError, match="nested more than"):
        to_blocks("<div>" * 100_000 + "x", BASE)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("</i>" * 5000 + "<div>" * 5000, id="ends before beginnings"),
        pytest.param("<b><div></b></div>" * 5000, id="ends that end nothing"),
        pytest.param(
            "<!--><!--" + "<div>" * 5000 + "-->" + "<div>" * 5000, id="comment"
        ),
        pytest.param("<a b='<div>'>" * 101 + "<svg><g>" * 200, id="in attributes"),
    ],
)
def test_depth_cannot_be_hidden_from_the_measure(html: str) -> None:
    with pytest.raises(ValueError, match="nested more than"):
        to_blocks(html + "word", BASE)


def test_many_tags_side_by_side_are_not_deep() -> None:
    html = "<p>x<svg><path d=M0 /><path d=M1 /></svg><br><img src=a.png>" * 500

    assert len(words_of(to_blocks(html, BASE))) == 500


def test_a_flood_of_tags_is_refused() -> None:
    with pytest.raises(ValueError, match="pieces of markup"):
        to_blocks("<p>x" * 50_001, BASE)


def test_markup_as_deep_as_allowed_keeps_its_words() -> None:
    deep = "<div><b>" * (OF_AN_ITEM.depth // 2 - 1)

    assert words_of(to_blocks(f"{deep}word", BASE)) == ["word"]


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

    assert sorted(words_of(to_blocks(html, BASE))) == sorted(other.found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(">" * 70 + " word", "nested too deep", id="quotes"),
        pytest.param("- " * 70 + "word", "nested too deep", id="lists"),
        pytest.param("[" * 6000, "square brackets", id="brackets"),
        pytest.param("word " * 50_000, "characters", id="length"),
    ],
)
def test_markdown_that_would_lose_words_or_time_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        markdown_to_blocks(text, BASE)


def test_markdown_as_deep_as_people_write_it_keeps_its_words() -> None:
    text = "\n".join("  " * n + f"- w{n}" for n in range(20)) + "\n\n" + ">" * 20 + " x"

    assert len(words_of(markdown_to_blocks(text, BASE))) == 21


def test_markdown_takes_the_same_door() -> None:
    text = (
        "# T\n\nHi *you* <script>evil()</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )

    blocks = markdown_to_blocks(text, BASE)

    assert blocks == (
        Heading(1, spans("T")),
        Paragraph((TextSpan("Hi "), TextSpan("you", emphasis=True))),
        Table((spans("a"), spans("b")), ((spans("1"), spans("2")),)),
    )
