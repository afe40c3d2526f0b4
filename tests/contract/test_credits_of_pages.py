"""Who wrote a post and when, as the usual makers of web sites write it on its page."""

from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path

import pytest

from digest.gather.pages.page import read_page
from digest.model.campaigns.campaign import PageSelectors, Source, SourceKind
from digest.model.posts.blocks import texts
from digest.model.posts.items import Post
from tests.builders import a_visit
from tests.fakes.web_site import Answer, WebSite, web_site

TITLE = "Light the lanterns"
WORDS = (
    "We walk down to the river with a lantern each, every July, and nobody has to walk "
    "alone.",
    "Bring a friend.",
    "Whoever cannot walk is driven, and whoever cannot come is brought a light the "
    "next day.",
)
BODY = f"<p>{WORDS[0]}</p><ul><li>{WORDS[1]}</li></ul><p>{WORDS[2]}</p>"
# How makers of sites, themes and hands write the head of a post.
SHAPES = sorted((Path(__file__).parents[1] / "data" / "credits").glob("*.html"))


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


def the_post(site: WebSite, markup: str) -> Post:
    page = "<html lang='en-GB'><body><nav><a href='/'>Home</a></nav>{}</body></html>"
    site.answers["/post"] = Answer(page.format(markup).encode())
    site.answers["/news"] = Answer(page.format('<a href="/post">Light</a>').encode())
    source = Source(
        "news",
        SourceKind.PAGE,
        f"{site.url}/news",
        select=PageSelectors(links="a[href$=post]"),
    )
    [post] = read_page(source, a_visit(first_day=date(2026, 7, 6))).items
    assert isinstance(post, Post)
    return post


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.stem)
def test_who_and_when_are_found_and_are_no_part_of_the_words(
    site: WebSite, shape: Path
) -> None:
    markup = shape.read_text().replace("TITLE", TITLE).replace("BODY", BODY)
    post = the_post(site, markup)

    assert post.title == TITLE
    assert str(post.byline) == "Ann Example"
    assert post.published is not None
    # Midnight in Britain, or a quarter past ten.
    assert post.published.astimezone(UTC).day in {6, 7}
    assert tuple(texts(post.body)) == WORDS


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("9 July | Tea and cake", id="an event's day"),
        pytest.param("10:30", id="an hour"),
        pytest.param("Ann Example | Chair", id="a caption"),
        pytest.param("By 9 July the tea will be ready for everybody.", id="a sentence"),
        pytest.param("Bus 43 / 44 from the station", id="a line with a stroke"),
    ],
)
def test_a_line_that_says_anything_else_stays_as_it_is(
    site: WebSite, line: str
) -> None:
    markup = f"<h1>{TITLE}</h1><div><p>{line}</p>{BODY}</div>"

    assert tuple(texts(the_post(site, markup).body)) == (line, *WORDS)


@pytest.mark.parametrize(
    "name",
    ["elementor-widget", "overflow-hidden", "has-sidebar", "site-no-sidebar"],
)
def test_pieces_with_names_that_only_sound_like_surroundings_are_read(
    site: WebSite, name: str
) -> None:
    parts = "".join(f'<div class="{name}"><p>{words}</p></div>' for words in WORDS)

    assert tuple(texts(the_post(site, f"<h1>{TITLE}</h1>{parts}").body)) == WORDS
