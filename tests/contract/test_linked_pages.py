"""A list page whose posts are linked: each read politely, with its main text."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.items.reading import Reading
from digest.gather.pages.page import read_page
from digest.model.campaigns.campaign import (
    FirstContact,
    PageSelectors,
    Source,
    SourceKind,
)
from digest.model.posts.blocks import Picture, texts
from digest.model.posts.items import Event, Post
from tests.builders import EIGHT, a_visit
from tests.fakes.web_site import Answer, WebSite, web_site

PAGE = """<!doctype html><html lang="en-GB"><head><title>{title} | House</title>{head}
</head><body><header><nav><a href="/">Home</a> <a href="/about">About the house</a>
</nav></header><div class="cookie-notice">We use cookies, to see what you read.</div>
{main}<aside><h2>Popular</h2><p><a href="/news/old">An old story that everybody in the
whole of the town reads again</a></p></aside><footer><p>A registered charity, with its
address and its number at the foot of each page.</p></footer></body></html>"""
CARD = """<article><h2><a href="/news/{name}">{title}</a></h2><p>A few words of it…</p>
<a href="/news/{name}">Read more</a></article>"""
WORDS = (
    "We have walked down to the river every July since the mill closed, and every year "
    "somebody asks why we bother, and every year the answer is that it is dark."
)
POST = """<main><p class="crumbs"><a href="/news">News</a></p><h1>{title}</h1>
<p>By Ann Example, Chair, Lantern House</p><p>6 July 2026</p>
<div class="text"><p>{words}</p>
<figure><img src="/p.jpg" alt="Lanterns"><figcaption>By the river</figcaption></figure>
<p>Do our <a href="/survey">survey</a>.</p></div>
<div class="related-posts"><h2>Related</h2><p><a href="/news/x">Another story, which you
may well have read before</a></p></div></main>"""
GUESS = PageSelectors()


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


def page(main: str, title: str = "News", head: str = "") -> Answer:
    return Answer(
        PAGE.format(title=title, head=head, main=main).encode(), heads={"ETag": '"1"'}
    )


def post_page(title: str, words: str = WORDS) -> Answer:
    return page(POST.format(title=title, words=words), title)


def publish(site: WebSite, *titles: str, card: str = CARD) -> None:
    """Put a list on the site with a post for each title, the first on top."""
    cards = ""
    for title in titles:
        name = "-".join(title.lower().split())
        cards += card.format(name=name, title=title)
        site.answers.setdefault(f"/news/{name}", post_page(title))
    site.answers["/news"] = page(f"<main><h1>News</h1>{cards}</main>")


def source(
    site: WebSite, select: PageSelectors = GUESS, last: int | None = None
) -> Source:
    return Source(
        "news",
        SourceKind.PAGE,
        f"{site.url}/news",
        first=FirstContact(last),
        select=select,
    )


def read(site: WebSite, before: Reading | None = None, **changes: object) -> Reading:
    visit = a_visit(first_day=date(2026, 7, 6))
    if before is not None:
        visit = replace(visit, memory=before.memory, is_first_contact=False)
    return read_page(source(site, **changes), visit)  # type: ignore[arg-type]


def titles(reading: Reading) -> list[str]:
    return [item.title for item in reading.items]


def test_each_post_is_read_whole_without_what_stands_around_it(site: WebSite) -> None:
    publish(site, "The third", "The second", "The first")
    reading = read(site)
    post = reading.items[0]

    assert titles(reading) == ["The first", "The second", "The third"]
    assert isinstance(post, Post)
    assert " ".join(texts(post.body)) == f"{WORDS} Lanterns By the river Do our survey."
    assert str(post.byline) == "Ann Example, Chair, Lantern House"
    assert post.published == EIGHT.replace(day=5, hour=23)
    assert post.url == f"{site.url}/news/the-first"
    assert [(link.kind, link.url) for link in post.links] == [
        ("survey", f"{site.url}/survey")
    ]
    assert reading.skipped == ()
    assert reading.origins[post.key]["title"] == "its main heading"
    assert reading.origins[post.key]["body"] == "the main text of its page"


@pytest.mark.parametrize(
    "card",
    [
        pytest.param(
            '<li><a href="/news/{name}">{title}, and all that happened</a></li>',
            id="links in a list",
        ),
        pytest.param(
            '<a href="/news/{name}"><h3>{title}</h3><p>A few words.</p></a>',
            id="whole cards that are links",
        ),
        pytest.param(
            '<div class="post-{name}"><p>6 July</p><h3 class="t odd"><a '
            'href="/news/{name}#top">{title}</a></h3><p>By Ann Example</p></div>',
            id="titles with bylines and dates",
        ),
    ],
)
def test_links_to_posts_are_told_from_others(site: WebSite, card: str) -> None:
    publish(site, "The third", "The second", "The first", card=card)

    assert titles(read(site)) == ["The first", "The second", "The third"]


def test_the_first_post_of_a_list_is_one_already(site: WebSite) -> None:
    publish(site, "The first")

    assert titles(read(site)) == ["The first"]


def test_a_story_on_top_that_looks_otherwise_is_not_missed(site: WebSite) -> None:
    publish(site, "The second", "The first")
    site.answers["/news/the-hero"] = post_page("The hero")
    listed = site.answers["/news"]
    assert isinstance(listed, Answer)
    hero = b'<section><h2><a href="/news/the-hero">The hero</a></h2></section>'
    site.answers["/news"] = Answer(listed.content.replace(b"<main>", b"<main>" + hero))

    assert titles(read(site)) == ["The first", "The second", "The hero"]


def test_links_may_be_chosen_and_lead_elsewhere(site: WebSite) -> None:
    with web_site() as other:
        other.answers["/story"] = post_page("From a friend")
        link = f'<p class="f"><a href="{other.url}/story">A story</a></p>'
        site.answers["/news"] = page(f"<main>{link}<p><a href='/x'>No</a></p></main>")

        assert titles(read(site, select=PageSelectors(links=".f"))) == ["From a friend"]


def test_parts_of_a_post_may_be_chosen(site: WebSite) -> None:
    publish(site, "The first")
    site.answers["/news/the-first"] = page(
        '<main><div class="t">A better title</div><div class="w">Ann Example, Chair at '
        'Hall</div><time class="d" datetime="2026-07-06T09:00">today</time>'
        f'<p>{WORDS}</p><div class="b"><p>Just this.</p></div></main>'
    )
    select = PageSelectors(title=".t", byline=".w", date=".d", text=".b")
    [post] = read(site, select=select).items

    assert isinstance(post, Post)
    assert (post.title, str(post.byline)) == (
        "A better title",
        "Ann Example, Chair, Hall",
    )
    assert post.published == EIGHT
    assert list(texts(post.body)) == ["Just this."]


def test_few_pages_are_read_at_once_and_none_is_forgotten(site: WebSite) -> None:
    count = 2 * limits.NEW_PAGES_AT_ONCE + 3
    publish(site, *(f"Story number {n}" for n in range(count)))
    reading, all_titles = read(site), set[str]()
    requests = []
    for _ in range(3):
        all_titles.update(titles(reading))
        requests.append(len(site.requests))
        site.requests.clear()
        reading = read(site, reading)

    assert len(all_titles) == count
    assert requests[0] == 1 + limits.NEW_PAGES_AT_ONCE
    assert max(requests) <= 1 + limits.NEW_PAGES_AT_ONCE + limits.CHECKED_PAGES_AT_ONCE


def test_a_page_that_is_known_is_asked_only_whether_it_has_changed(
    site: WebSite,
) -> None:
    publish(site, "The second", "The first")
    first = read(site)
    for path in ("/news/the-first", "/news/the-second"):
        site.answers[path] = Answer(status=304)
    site.requests.clear()
    again = read(site, first)

    assert again.items == ()
    assert [heads.get("if-none-match") for _, heads in site.requests] == ['"1"'] * 3


def test_a_post_that_changed_on_its_page_is_the_same_post(site: WebSite) -> None:
    publish(site, "The first")
    before = read(site)
    site.answers["/news/the-first"] = post_page("A new title", WORDS.upper())
    after = read(site, before)

    assert titles(after) == ["A new title"]
    assert after.items[0].key == before.items[0].key


def test_a_list_that_has_not_changed_still_has_its_rest_read(site: WebSite) -> None:
    publish(site, *(f"Story number {n}" for n in range(limits.NEW_PAGES_AT_ONCE + 1)))
    first = read(site)
    site.answers["/news"] = Answer(status=304)

    assert f"Story number {limits.NEW_PAGES_AT_ONCE}" in titles(read(site, first))


@pytest.mark.parametrize(("last", "expected"), [(0, []), (1, ["The second"])])
def test_first_contact_takes_the_newest_and_never_the_rest(
    site: WebSite, last: int, expected: list[str]
) -> None:
    publish(site, "The second", "The first")
    first = read(site, last=last)
    publish(site, "The third", "The second", "The first")
    site.requests.clear()

    assert titles(first) == expected
    assert titles(read(site, first, last=last))[-1:] == ["The third"]
    assert "/news/the-first" not in site.paths()


def test_what_was_there_and_is_older_than_the_campaign_is_passed_over(
    site: WebSite,
) -> None:
    count = 2 * limits.NEW_PAGES_AT_ONCE
    publish(site, *(f"Story number {n}" for n in range(count)))
    first = FirstContact(since=EIGHT.replace(day=7))
    news = replace(source(site), first=first)
    visit = a_visit()
    for _ in range(3):
        reading = read_page(news, visit)
        visit = replace(visit, memory=reading.memory, is_first_contact=False)
        assert reading.items == ()
    publish(site, "One that is late", *(f"Story number {n}" for n in range(count)))

    assert titles(read_page(news, visit)) == ["One that is late"]


def test_a_page_that_cannot_be_read_is_named_and_tried_again(site: WebSite) -> None:
    publish(site, "The second", "The first")
    site.answers["/news/the-first"] = Answer(status=500)
    before = read(site)
    site.answers["/news/the-first"] = post_page("The first")

    assert titles(before) == ["The second"]
    assert [item.name for item in before.skipped] == ["The first"]
    assert "500" in before.skipped[0].why
    assert "The first" in titles(read(site, before))


def test_a_site_that_asks_us_to_wait_is_left_alone(site: WebSite) -> None:
    publish(site, "The second", "The first")
    site.answers["/news/the-second"] = Answer(status=429, heads={"Retry-After": "60"})
    reading = read(site)

    assert site.paths() == ["/news", "/news/the-second"]
    assert reading.items == ()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html><body><p>Hello.</p></body></html>", id="nothing to take"),
        pytest.param(b"%PDF-1.7 \x00\x01", id="a document"),
        pytest.param(b'{"items": []}', id="json"),
        pytest.param(b'<?xml version="1.0"?>\n<rss><channel/></rss>', id="a feed"),
        pytest.param(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", id="a calendar"),
        pytest.param(b"<div>" * 100_000, id="deep"),
        pytest.param(b"<p>x" * 400_000, id="endless"),
        pytest.param(b"\x00\xff\xfe" * 1000, id="binary"),
        pytest.param(b"<span>" * 180 + b"<b>w</b> " * 60_000, id="lines in lines"),
    ],
)
def test_what_holds_no_posts_is_refused_in_one_line(
    site: WebSite, content: bytes
) -> None:
    site.answers["/news"] = Answer(content)
    with pytest.raises(SourceError) as refusal:
        read(site)

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "select",
    [
        PageSelectors(links="p >"),
        PageSelectors(posts="::x"),
        PageSelectors(links=".none"),
    ],
)
def test_a_selector_that_is_none_or_chooses_nothing_is_named(
    site: WebSite, select: PageSelectors
) -> None:
    publish(site, "The first")
    with pytest.raises(SourceError, match=select.links or select.posts):
        read(site, select=select)


def test_a_page_may_be_empty_before_its_campaign_begins(site: WebSite) -> None:
    site.answers["/news"] = page("<main><h1>News</h1><p>Soon.</p></main>")
    first = read_page(source(site), a_visit(now=EIGHT, first_day=date(2026, 7, 6)))
    publish(site, "The first")

    assert first.items == ()
    assert titles(read(site, first, last=0)) == ["The first"]


def test_a_page_says_which_feeds_and_calendars_it_names(site: WebSite) -> None:
    publish(site, "The first")
    head = (
        '<link rel="alternate" type="application/rss+xml" title="All" href="/all.xml">'
        '<link rel="alternate" type="application/rss+xml" title="Comments" href="/c">'
        '<link rel="alternate" type="text/calendar" href="/diary.ics">'
    )
    main = '<main><a href="/feed/">Subscribe</a> <a href="webcal://e.org/x.ics">D</a>'
    card = CARD.format(name="the-first", title="The first")
    site.answers["/news"] = page(f"{main}{card}</main>", head=head)
    notes = " ".join(read(site).notes)

    assert f'a feed at {site.url}/all.xml ("All")' in notes
    assert f"a feed at {site.url}/feed/" in notes
    assert f"a calendar at {site.url}/diary.ics" in notes
    assert "a calendar at https://e.org/x.ics" in notes
    assert "Comments" not in notes


def json_ld(*things: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(things)}</script>'


def test_json_ld_tells_a_post_from_its_graph(site: WebSite) -> None:
    publish(site, "The first")
    graph = {
        "@graph": [
            {"@type": "WebPage", "@id": "/news/the-first"},
            {
                "@type": ["BlogPosting"],
                "headline": "THE FIRST, SHORTENED",
                "datePublished": "2026-07-06T09:00:00+01:00",
                "author": {"@id": "#bo"},
                "keywords": "lanterns, river",
                "image": {"url": "/lead.jpg"},
            },
            {
                "@type": "Person",
                "@id": "#bo",
                "name": "Bo Sample",
                "jobTitle": "Trustee",
                "worksFor": {"name": "Example Hall"},
            },
        ]
    }
    main = f"<main><h1>The first</h1><p>{WORDS}</p></main>"
    site.answers["/news/the-first"] = page(main, head=json_ld(graph))
    reading = read(site)
    [post] = reading.items

    assert isinstance(post, Post)
    assert (post.title, post.published) == ("The first", EIGHT)
    assert str(post.byline) == "Bo Sample, Trustee, Example Hall"
    assert post.topics == ("lanterns", "river")
    assert post.picture == Picture(f"{site.url}/lead.jpg")
    assert reading.origins[post.key]["byline"] == "its JSON-LD"


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        '{"@type": "BlogPosting", "author": 3, "headline": ["x"], "image": [[]]}',
        '{"@type": {"a": 1}, "@graph": "x", "@id": {}}',
        "[" * 10_000,
        '<!-- {"@type": "Article",} -->',
    ],
)
def test_json_ld_that_is_broken_costs_nothing(site: WebSite, broken: str) -> None:
    publish(site, "The first")
    head = f'<script type="application/ld+json">{broken}</script>'
    site.answers["/news/the-first"] = page(
        POST.format(title="The first", words=WORDS), head=head
    )

    assert titles(read(site)) == ["The first"]


EVENT = {
    "@type": "SocialEvent",
    "name": "Lantern walk",
    "startDate": "2026-07-07T19:00",
    "endDate": "2026-07-07T21:00+01:00",
    "location": [
        {
            "@type": "Place",
            "name": "The Hall",
            "address": {"streetAddress": "1 Example Street", "postalCode": "ZZ99 1AA"},
        },
        {"@type": "VirtualLocation", "url": "https://example.org/join"},
    ],
    "description": "Wear boots.",
}


def test_events_on_a_page_are_events(site: WebSite) -> None:
    whole = EVENT | {
        "name": "Open days",
        "startDate": "2026-07-08",
        "endDate": "2026-07-09",
    }
    off = EVENT | {"name": "Tea", "eventStatus": "https://schema.org/EventCancelled"}
    bad = EVENT | {"name": "Never", "startDate": "some day"}
    main = (
        '<div class="h-event"><b class="p-name">Soup</b><time class="dt-start" '
        'datetime="2026-07-09 12:00">noon</time>, <i class="p-location">The Mill</i>'
        '</div><div class="vevent"><b class="summary">Later</b><i class="dtstart">'
        "when it is dry</i></div>"
    )
    site.answers["/news"] = page(
        f"<main>{main}</main>", head=json_ld({"@graph": [EVENT, whole, off, bad]})
    )
    reading = read(site)
    by_title = {item.title: item for item in reading.items}
    walk, days = by_title["Lantern walk"], by_title["Open days"]

    assert set(by_title) == {"Soup", "Lantern walk", "Open days", "Tea"}
    assert isinstance(walk, Event)
    assert isinstance(days, Event)
    assert walk.starts == datetime.fromisoformat("2026-07-07T19:00+01:00")
    assert walk.place == "The Hall, 1 Example Street, ZZ99 1AA"
    assert walk.joining_url == "https://example.org/join"
    assert days.all_day
    assert days.ends == datetime.fromisoformat("2026-07-10T00:00+01:00")
    assert by_title["Tea"].state == "cancelled"  # type: ignore[union-attr]
    assert by_title["Soup"].place == "The Mill"  # type: ignore[union-attr]
    assert {item.name: item.why[:24] for item in reading.skipped} == {
        "Never": 'starts at "some day", wh',
        "Later": 'starts at "when it is dr',
    }


def on_a_page(site: WebSite, *events: object, before: Reading | None = None) -> Reading:
    site.answers["/news"] = page("<main></main>", head=json_ld(list(events)))
    return read(site, before)


def test_an_event_that_is_moved_on_its_page_keeps_its_key(site: WebSite) -> None:
    own = EVENT | {"name": "Tea", "url": "/tea"}
    first = on_a_page(site, EVENT, own)
    moved = [
        event | {"startDate": "2026-07-08T19:00", "endDate": ""}
        for event in (EVENT, own)
    ]
    later = on_a_page(site, *moved, before=first)

    assert {item.key for item in later.items} == {item.key for item in first.items}
    assert [item.starts.day for item in later.items] == [8, 8]  # type: ignore[union-attr]


def test_an_event_that_a_page_tells_twice_comes_once(site: WebSite) -> None:
    bare = EVENT | {"description": "", "location": "The Hall"}
    [event] = on_a_page(site, bare, EVENT).items

    assert isinstance(event, Event)
    assert event.summary == "Wear boots."


def test_words_that_a_program_escaped_once_too_often_are_read(site: WebSite) -> None:
    escaped = EVENT | {
        "name": "Tea &#038; cake &#8211; again",
        "description": "&lt;p&gt;Bring &lt;b&gt;cups&lt;/b&gt;.&lt;/p&gt;",
    }
    [event] = on_a_page(site, escaped).items

    assert event.title == "Tea & cake \u2013 again"
    assert list(texts(event.body)) == ["Bring cups."]


def test_events_that_are_over_are_counted(site: WebSite) -> None:
    past = EVENT | {"startDate": "2020-07-07", "endDate": "2020-07-07"}
    on_a_page(site, past, EVENT)
    reading = read_page(source(site), a_visit(since=EIGHT))

    assert titles(reading) == ["Lantern walk"]
    assert reading.notes == ("left out, because they are over: 1 events",)


def test_a_list_may_lead_to_events(site: WebSite) -> None:
    publish(site, "Lantern walk")
    site.answers["/news/lantern-walk"] = page("<main></main>", head=json_ld(EVENT))
    [event] = read(site).items

    assert isinstance(event, Event)
    assert event.url == f"{site.url}/news/lantern-walk"


def test_posts_marked_up_on_the_page_itself_are_taken(site: WebSite) -> None:
    entry = (
        '<article class="h-entry"><a class="u-url" href="/n/{n}"><h2 class="p-name">'
        'Note {n}</h2></a><p class="p-author h-card"><i class="p-name">Ann Example</i>'
        '<i class="p-job-title">Chair</i>, <i class="p-org">Hall</i></p>'
        '<time class="dt-published" datetime="2026-07-0{n}T08:00Z">then</time>'
        '<div class="e-content"><p>{words} {words} {words}</p></div></article>'
    )
    entries = "".join(entry.format(n=n, words=WORDS) for n in (7, 6))
    site.answers["/news"] = page(f"<main>{entries}</main>")
    first, second = read(site).items

    assert isinstance(first, Post)
    assert (first.title, second.title) == ("Note 6", "Note 7")
    assert str(first.byline) == "Ann Example, Chair, Hall"
    assert first.published == EIGHT.replace(hour=8)
    assert first.url == f"{site.url}/n/6"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param("é".encode("latin-1"), "text/html; charset=iso-8859-1", id="head"),
        pytest.param("é".encode("utf-8-sig"), "text/html; charset=latin-1", id="bom"),
        pytest.param(b'<meta charset="windows-1252">\xe9', "text/html", id="meta"),
        pytest.param(
            b"<script>" + b"x=1;" * 1_000 + b'</script><meta charset="macintosh">\x8e',
            "text/html",
            id="meta below scripts",
        ),
        pytest.param(
            b'<meta http-equiv="Content-Type" content="text/html; charset=l1">\xe9',
            "text/html",
            id="an older meta",
        ),
        pytest.param("é".encode(), "text/html", id="nothing said"),
    ],
)
def test_letters_are_read_in_the_encoding_that_is_said(
    site: WebSite, content: bytes, media_type: str
) -> None:
    publish(site, "The first")
    html = POST.format(title="Caf@", words=WORDS).encode()
    letter = content[-2:] if content.endswith("é".encode()) else content[-1:]
    start = content.removesuffix(letter)
    site.answers["/news/the-first"] = Answer(
        start + html.replace(b"@", letter), heads={"Content-Type": media_type}
    )

    assert titles(read(site)) == ["Café"]
