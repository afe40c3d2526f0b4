"""Pages on which posts were lost, doubled or given to somebody else."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.gather.items.reading import Reading
from digest.gather.pages.page import read_page
from digest.model.campaigns.campaign import Source, SourceKind
from digest.model.posts.blocks import texts
from digest.model.posts.items import Post
from tests.builders import a_visit
from tests.fakes.web_site import Answer, WebSite, web_site

FIELD = Path(__file__).parents[1] / "data" / "field" / "pages"
SONG = (
    "The choir met in the hall on Thursday and sang for two hours before the tea was "
    "ready for everyone there."
)
ANN = "Ann Example, Chair, Hall Group"
BO = "Bo Example, Singer, Hall Group"
CY = "Cy Example, Caretaker, Hall Group"
STORY = f"<html lang=en-GB><main><h1>A story</h1><p>{SONG}</p></main></html>"


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


def read(site: WebSite, markup: str) -> Reading:
    site.answers["/n/week"] = Answer(markup.encode())
    visit = a_visit(first_day=date(2026, 7, 6), last_day=date(2026, 7, 10))
    return read_page(Source("week", SourceKind.PAGE, f"{site.url}/n/week"), visit)


def field_page(name: str) -> str:
    return (FIELD / f"{name}.html").read_text()


def outline(reading: Reading) -> list[tuple[str, str, int | None]]:
    """Return each post's title, byline and day, in the page's order."""
    posts = [item for item in reading.items if isinstance(item, Post)]
    rows = [(post.title, str(post.byline), _day(post)) for post in posts]
    # Of a page with one day the last post is taken for the oldest.
    return rows if len({day for *_, day in rows}) > 1 else rows[::-1]


def _day(post: Post) -> int | None:
    at = post.published
    return at.astimezone(ZoneInfo("Europe/London")).day if at else None


def words(reading: Reading) -> str:
    posts = (item for item in reading.items if isinstance(item, Post))
    return " ".join(" ".join(texts(post.body)) for post in posts)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "swallowed_post",
            [("Morning song", ANN, 6), ("Evening song", BO, 6), ("Night song", CY, 6)],
        ),
        ("byline_and_time", [("Morning song", ANN, 6), ("Evening song", BO, 6)]),
        ("day_with_a_name", [("Morning song", ANN, 6), ("Evening song", BO, 7)]),
    ],
)
def test_each_post_has_its_own_author_and_day_and_nobody_elses_words(
    site: WebSite, name: str, expected: list[tuple[str, str, int]]
) -> None:
    reading = read(site, field_page(name))

    assert outline(reading) == expected
    assert not any(part in words(reading) for part in ("July", BO, CY))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Bo Example, Singer at Hall Group", id="at"),
        pytest.param("Bo Example | Volunteer, Hall Group", id="a stroke"),
        pytest.param("Bo Example (Hall Group)", id="brackets"),
        pytest.param("Bo Example, Singer, Hall Group, 7 July 2026", id="its date"),
        pytest.param("Author: Bo Example, Singer, Hall Group", id="a label"),
    ],
)
@pytest.mark.parametrize("title", ["h3", "p><b"])
def test_a_byline_that_lacks_by_is_one_where_other_titles_have_one(
    site: WebSite, line: str, title: str
) -> None:
    ends = "></".join(reversed(title.split("><")))
    markup = (
        field_page("swallowed_post")
        .replace(BO, line)
        .replace("<h3>", f"<{title}>")
        .replace("</h3>", f"</{ends}>")
    )
    titles = [
        (title, who.partition(",")[0]) for title, who, _ in outline(read(site, markup))
    ]

    assert ("Evening song", "Bo Example") in titles
    assert len(titles) == 3


@pytest.mark.parametrize(
    "heading",
    [
        pytest.param("<h2>Monday 6 July 2026</h2>", id="under a day"),
        pytest.param("", id="without days"),
    ],
)
def test_a_post_without_any_byline_is_a_post_and_told(
    site: WebSite, heading: str
) -> None:
    markup = field_page("swallowed_post").replace(f"<p>{BO}</p>", "")
    reading = read(site, markup.replace("<h2>Monday 6 July 2026</h2>", heading))

    assert {(title, who) for title, who, _ in outline(reading)} == {
        ("Morning song", ANN),
        ("Evening song", "None"),
        ("Night song", CY),
    }
    assert reading.notes == (
        '1 heading of this level has no byline; it is taken as a post: "Evening song"',
    )


def test_several_posts_without_a_byline_are_named(site: WebSite) -> None:
    more = f"<h3>Noon song</h3><p>{SONG}</p><h3>Tea song</h3><p>{SONG}</p></main>"
    markup = field_page("swallowed_post").replace("</main>", more)
    reading = read(site, markup)

    assert len(reading.items) == 5
    assert reading.notes == (
        "2 headings of this level have no byline; they are taken as posts: "
        '"Noon song", "Tea song"',
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="as it is"),
        pytest.param({"h4>": "h3>"}, id="the sidebar's heading as high as titles"),
        pytest.param({'class="card"': ""}, id="cards without a class"),
        pytest.param(
            {'<div class="load">': '<div class="about"><h3>About us</h3><p>' + SONG},
            id="words below the cards",
        ),
        pytest.param({"<h3>": "<h2>", "</h3>": "</h2>"}, id="titles above h3"),
    ],
)
def test_a_list_of_six_cards_is_six_posts_and_no_sidebar(
    site: WebSite, changes: dict[str, str]
) -> None:
    for number in range(1, 7):
        site.answers[f"/n/post{number}.html"] = Answer(STORY.encode())
    markup = field_page("card_list")
    for old, new in changes.items():
        markup = markup.replace(old, new)
    reading = read(site, markup)

    assert [item.url.rpartition("/")[2] for item in reading.items] == [
        f"post{number}.html" for number in range(1, 7)
    ]
    assert reading.skipped == ()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Monday 6 July \u2013 Opening day", id="a dash"),
        pytest.param("Opening day: Monday 6 July", id="the name before it"),
        pytest.param("Monday: Opening day", id="a day of the week"),
        pytest.param("6 July 2026 (Opening day)", id="brackets"),
    ],
)
@pytest.mark.parametrize("level", ["h2", "h3"])
def test_a_day_may_have_a_name_at_any_level(
    site: WebSite, name: str, level: str
) -> None:
    markup = field_page("day_with_a_name").replace("Monday 6 July: Opening day", name)
    markup = markup.replace("h2>", f"{level}>")

    assert outline(read(site, markup)) == [
        ("Morning song", ANN, 6),
        ("Evening song", BO, 7),
    ]


def test_a_title_that_begins_with_a_day_is_a_title(site: WebSite) -> None:
    markup = field_page("swallowed_post").replace("Night song", "6 July: Night song")

    assert [title for title, _, _ in outline(read(site, markup))][-1:] == [
        "6 July: Night song"
    ]
