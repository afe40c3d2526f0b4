"""One page that holds many posts: every word of each, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from digest.gather.fetching.document import SourceMemory
from digest.gather.items.reading import Reading
from digest.gather.pages.page import read_page
from digest.model.campaigns.campaign import PageSelectors, Source, SourceKind
from digest.model.posts.blocks import Heading, Picture, plain, texts
from digest.model.posts.items import Post
from tests.builders import a_visit
from tests.fakes.web_site import Answer, WebSite, web_site

AROUND = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8">
<title>Lantern Week | Example House</title></head><body>
<header><nav><a href="/">Home</a> <a href="/news">News of the house</a></nav></header>
<main>{main}</main>
<footer><p>Registered charity, and an address that every page has.</p></footer>
</body></html>"""
WEEK = """<h1>Lantern Week</h1><p>All that was written in the week, day by day.</p>
<h2>Wednesday, 8 July</h2>
<h3>Who decides where the bus stops?</h3>
<p>By Cy Test, Head of Transport, Example Council</p>
<p>The 43 stops where it stops because somebody drew a line in 1974.</p>
<h4>What we asked</h4>
<p>We asked who drew it. <a href="/survey">Do our short survey</a>, or watch
<a href="https://www.youtube.com/watch?v=1">the film</a>.</p>
<p>See also</p><p><a href="/standards">Using standards</a> - By Professor Di Test OBE,
Chair, Example Body</p>
<h3>Forty envelopes</h3>
<p><img src="bo.jpg" alt="A man folds a letter">Bo Sample | Post RoomBy Bo Sample,
Letter Volunteer, Post Room</p>
<p>I do not have a computer, and that is why I fold letters.</p>
<p><a href="#top">Back to top</a></p>
<h2>Monday, 6 July</h2>
<h3>Why we light the lanterns</h3>
<p>By Ann Example, Chair at Lantern House</p>
<p>Because it is dark. Nobody has to walk alone.</p>
<h2>About Lantern Week</h2><p>It is held in July, by people who live here.</p>"""
GUESS = PageSelectors()
EXPECTED = [
    (
        "Why we light the lanterns",
        "Ann Example, Chair, Lantern House",
        6,
        "Because it is dark. Nobody has to walk alone.",
    ),
    (
        "Forty envelopes",
        "Bo Sample, Letter Volunteer, Post Room",
        8,
        "A man folds a letter Bo Sample | Post Room "
        "I do not have a computer, and that is why I fold letters.",
    ),
    (
        "Who decides where the bus stops?",
        "Cy Test, Head of Transport, Example Council",
        8,
        "The 43 stops where it stops because somebody drew a line in 1974. "
        "What we asked We asked who drew it. Do our short survey, or watch the film. "
        "See also Using standards - By Professor Di Test OBE, Chair, Example Body",
    ),
]
FLAT = {"h2>": "h3>"}
BOLD = {"<h2>": "<p><b>", "</h2>": "</b></p>", "<h4>": "<p><b>", "</h4>": "</b></p>"}
ALL_BOLD = BOLD | {"<h3>": "<p><strong>", "</h3>": "</strong></p>"}
# Lines with breaks for everything, as an old editor leaves them.
BROKEN = {
    **{f"<h{level}>": "<b>" for level in (2, 3, 4)},
    **{f"</h{level}>": "</b><br>" for level in (2, 3, 4)},
    "<p>": "",
    "</p>": "<br><br>",
}
HEADED = {"<p>By": "<h4>By", "Council</p>": "Council</h4>", "House</p>": "House</h4>"}
PLAIN = {f"h{level}>": "p>" for level in (2, 3)}
BOXED = {
    "<h3>": '<div class="box"><h3>',
    "</h3>": '</h3></div><div class="text">',
    "<h2>Mon": "</div><h2>Mon",
}


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


def read(
    site: WebSite,
    main: str,
    memory: SourceMemory | None = None,
    select: PageSelectors = GUESS,
) -> Reading:
    site.answers["/week"] = Answer(AROUND.format(main=main).encode())
    source = Source("week", SourceKind.PAGE, f"{site.url}/week", select=select)
    visit = a_visit(
        memory=memory or SourceMemory(),
        first_day=date(2026, 7, 6),
        last_day=date(2026, 7, 10),
    )
    return read_page(source, visit)


def posts(reading: Reading) -> list[Post]:
    return [item for item in reading.items if isinstance(item, Post)]


def outline_of(post: Post) -> tuple[str, str, int, str]:
    words = " ".join(" ".join(texts(post.body)).split())
    day = post.published.astimezone(UTC).day + 1 if post.published else 0
    return post.title, str(post.byline), day, words


def rewritten(main: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        main = main.replace(old, new)
    return main


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="days, titles and headings of three levels"),
        pytest.param(BOXED, id="titles and words in boxes of their own"),
        pytest.param(HEADED, id="bylines as headings"),
    ],
)
def test_every_post_comes_in_whole_and_nothing_else(
    site: WebSite, changes: dict[str, str]
) -> None:
    found_posts = posts(read(site, rewritten(WEEK, changes)))

    assert [outline_of(post) for post in found_posts] == EXPECTED


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(FLAT, id="days and titles of one level"),
        pytest.param({"h2>": "h6>"}, id="days lower than titles"),
        pytest.param(BOLD, id="days in bold"),
        pytest.param(ALL_BOLD, id="days and titles in bold"),
        pytest.param(PLAIN, id="nothing but paragraphs"),
        pytest.param(BROKEN, id="nothing but line breaks"),
    ],
)
def test_a_page_without_an_outline_is_read_as_well(
    site: WebSite, changes: dict[str, str]
) -> None:
    # Nothing would tell such a page's own last words from its last post.
    main = WEEK.partition("<h2>About")[0]
    found_posts = posts(read(site, rewritten(main, changes)))

    assert [outline_of(post) for post in found_posts] == EXPECTED


@pytest.mark.parametrize("changes", [{"h4>": "h3>"}, FLAT | {"h4>": "h3>"}])
def test_a_heading_as_high_as_titles_is_rather_a_post_than_lost(
    site: WebSite, changes: dict[str, str]
) -> None:
    reading = read(site, rewritten(WEEK.partition("<h2>About")[0], changes))
    *others, heading, bus = (outline_of(post) for post in posts(reading))

    assert others == EXPECTED[:2]
    assert bus[:3] == EXPECTED[2][:3]
    assert f"{bus[3]} {heading[0]} {heading[3]}" == EXPECTED[2][3]
    assert heading[:3] == ("What we asked", "None", 8)
    assert reading.notes == (
        '1 heading of this level has no byline; it is taken as a post: "What we asked"',
    )


def test_links_get_their_kinds_and_captions_go_to_their_pictures(
    site: WebSite,
) -> None:
    _, letters, bus = posts(read(site, WEEK))

    assert [(link.kind, link.label) for link in bus.links] == [
        ("survey", "Do our short survey"),
        ("video", "the film"),
        ("more", "Using standards"),
    ]
    assert letters.body[0] == Picture(
        f"{site.url}/bo.jpg", "A man folds a letter", "Bo Sample | Post Room"
    )
    assert [plain(b.spans) for b in bus.body if isinstance(b, Heading)] == [
        "What we asked"
    ]


def test_each_post_has_an_address_of_its_own(site: WebSite) -> None:
    main = WEEK.replace("<h3>Forty", '<h3 id="forty">Forty')
    urls = [post.url.removeprefix(site.url) for post in posts(read(site, main))]

    assert urls == [
        "/week#:~:text=Why%20we%20light%20the%20lanterns",
        "/week#forty",
        "/week#:~:text=Who%20decides%20where%20the%20bus%20stops%3F",
    ]


def test_posts_keep_their_keys_when_words_change_and_posts_are_added(
    site: WebSite,
) -> None:
    first = read(site, WEEK)
    added = WEEK.replace(
        "<h2>Wednesday",
        "<h2>Thursday, 9 July</h2><h3>Soup</h3><p>By Ed Test, Cook, Hall</p>"
        "<p>There was soup.</p><h2>Wednesday",
    )
    changed = added.replace("Forty envelopes", "Fifty envelopes").replace(
        "Because it is dark.", "Because it is dark, and cold."
    )
    later = read(site, changed, first.memory)

    assert [item.key for item in later.items][:3] == [item.key for item in first.items]
    assert [item.title for item in later.items] == [
        "Why we light the lanterns",
        "Fifty envelopes",
        "Who decides where the bus stops?",
        "Soup",
    ]


def test_a_post_that_was_gone_for_a_while_is_the_same_post(site: WebSite) -> None:
    first = read(site, WEEK)
    without = read(site, WEEK.partition("<h2>Monday")[0], first.memory)
    again = read(site, WEEK, without.memory)

    assert [item.key for item in again.items] == [item.key for item in first.items]


def test_an_unchanged_page_costs_nothing_more(site: WebSite) -> None:
    first = read(site, WEEK)
    site.answers["/week"] = Answer(status=304)
    source = Source("week", SourceKind.PAGE, f"{site.url}/week")
    again = read_page(source, a_visit(memory=replace(first.memory, etag='"one"')))

    assert again.unchanged
    assert again.memory.page_memory == first.memory.page_memory


@pytest.mark.parametrize(
    ("main", "expected"),
    [
        pytest.param(
            "<h2>Lanterns</h2><p>By Ann Example, Chair, Hall</p><p>It is dark.</p>"
            "<h2>Buses</h2><p>By Cy Test, Driver, Council</p><p>They stop.</p>",
            [("Buses", None), ("Lanterns", None)],
            id="bylines alone",
        ),
        pytest.param(
            "<h2>Lanterns</h2><p>7 July 2026</p><p>It is dark.</p>"
            "<h2>Buses</h2><p>6 July 2026</p><p>They stop.</p>",
            [("Buses", 6), ("Lanterns", 7)],
            id="dates under titles",
        ),
        pytest.param(
            "<h2>Lanterns</h2><p>By Ann Example, 6 July 2026</p><p>It is dark.</p>"
            "<h2>Buses</h2><p>7 July 2026 | By Cy Test, Driver</p><p>They stop.</p>",
            [("Lanterns", 6), ("Buses", 7)],
            id="dates in bylines, oldest first",
        ),
        pytest.param(
            "<h2>Day 1: Monday</h2><h3>Lanterns</h3><p>It is dark.</p>"
            "<h3>Buses</h3><p>They stop.</p><h2>Day 2: Tuesday</h2>"
            "<h3>Soup</h3><p>It is hot.</p>",
            [("Lanterns", 6), ("Buses", 6), ("Soup", 7)],
            id="weekdays alone, and no bylines",
        ),
    ],
)
def test_other_shapes_of_pages(
    site: WebSite, main: str, expected: list[tuple[str, int | None]]
) -> None:
    found_posts = posts(read(site, main))

    assert [(post.title, _day(post)) for post in found_posts] == expected


def _day(post: Post) -> int | None:
    # British midnight is an hour before that of UTC, on the day before.
    return post.published.day + 1 if post.published else None


def test_words_under_a_day_without_a_title_are_named(site: WebSite) -> None:
    main = WEEK.replace(
        "<h3>Why we light", "<p>A word of welcome to everybody.</p><h3>Why we light"
    )
    reading = read(site, main)

    assert len(reading.items) == 3
    assert [(item.name, "welcome" in item.why) for item in reading.skipped] == [
        ("Monday, 6 July", True)
    ]


@pytest.mark.parametrize(
    "select",
    [
        pytest.param(PageSelectors(posts="h3"), id="titles"),
        pytest.param(
            PageSelectors(posts="main h2 ~ h3"), id="titles by where they stand"
        ),
    ],
)
def test_titles_may_be_chosen(site: WebSite, select: PageSelectors) -> None:
    outlines = [outline_of(post)[:3] for post in posts(read(site, WEEK, select=select))]

    assert outlines == [outline[:3] for outline in EXPECTED]


def test_parts_of_each_post_may_be_chosen(site: WebSite) -> None:
    post = (
        '<div class="p"><span class="when">{when}</span><b class="t">{title}</b>'
        '<i class="who">{who}</i><div class="w"><p>{words}</p></div>'
        '<p class="x">Share this</p></div>'
    )
    main = "".join(
        post.format(when=when, title=title, who=who, words=f"All about {title}.")
        for when, title, who in (
            ("7 July", "Buses", "Cy Test, Driver, Council"),
            ("6 July", "Lanterns", "Ann Example, Chair at Hall"),
        )
    )
    select = PageSelectors(
        posts=".p", title=".t", byline=".who", date=".when", text=".w"
    )
    reading = read(site, main, select=select)

    assert [outline_of(post) for post in posts(reading)] == [
        ("Lanterns", "Ann Example, Chair, Hall", 6, "All about Lanterns."),
        ("Buses", "Cy Test, Driver, Council", 7, "All about Buses."),
    ]
    origins = reading.origins[reading.items[0].key]
    assert origins["title"] == "select.title"
    assert origins["published"] == "select.date"


def test_what_comes_in_says_where_it_was_found(site: WebSite) -> None:
    reading = read(site, WEEK)
    origins = reading.origins[reading.items[0].key]

    assert origins["title"] == "its heading"
    assert origins["published"].startswith("the day over it")
    assert origins["byline"] == "the lines that open its text"


def test_dates_are_in_the_campaigns_zone(site: WebSite) -> None:
    post = posts(read(site, WEEK))[0]

    assert post.published == datetime(2026, 7, 5, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "language"),
    [
        pytest.param("cy", "cy", id="a page in Welsh"),
        pytest.param("en-GB", "", id="English is what programs write unasked"),
    ],
)
def test_posts_have_the_language_that_their_page_states(
    site: WebSite, stated: str, language: str
) -> None:
    page = AROUND.format(main=WEEK).replace('lang="en-GB"', f'lang="{stated}"', 1)
    site.answers["/week"] = Answer(page.encode())
    source = Source("week", SourceKind.PAGE, f"{site.url}/week", select=GUESS)

    assert {post.language for post in posts(read_page(source, a_visit()))} == {language}
