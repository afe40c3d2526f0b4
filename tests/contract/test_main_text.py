"""Which words of a page are its post's: all of its own, none of other stories."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest

from digest.gather import limits
from digest.gather.pages.page import read_page
from digest.model.campaigns.campaign import PageSelectors, Source, SourceKind
from digest.model.posts.blocks import CallToAction, EasyRead, Picture, Table, texts
from digest.model.posts.items import Event, Post
from tests.builders import a_visit
from tests.fakes.web_site import Answer, WebSite, web_site

OWN = (
    "We have walked down to the river every July since the mill closed, and every year "
    "somebody asks why we bother, and every year the answer is that it is dark.",
    "Whoever cannot walk is driven there by the volunteers of the hall, and whoever "
    "cannot come at all is brought a light at home on the next morning.",
    "This year there are forty lanterns, which the children of the school have made "
    "out of paper and wire, and each of them bears a name that somebody misses.",
)
OTHER = (
    "The bakery in Mill Street has changed hands after thirty years, and its new "
    "owners promise to bake the same loaves at the same hour of the morning."
)
BODY = "".join(f"<p>{words}</p>" for words in OWN)


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


def the_post(site: WebSite, body: str, head: str = "") -> Post:
    markup = f"<html lang=en-GB><head>{head}</head><body>{body}</body></html>"
    site.answers["/post"] = Answer(markup.encode())
    site.answers["/news"] = Answer(b'<html><body><a href="/post">Light</a></body>')
    source = Source(
        "news",
        SourceKind.PAGE,
        f"{site.url}/news",
        select=PageSelectors(links="a[href$=post]"),
    )
    reading = read_page(source, a_visit(first_day=date(2026, 7, 6)))
    assert reading.skipped == ()
    [post] = reading.items
    assert isinstance(post, Post)
    return post


def words(post: Post) -> str:
    return " ".join(texts(post.body))


@pytest.mark.parametrize(
    "around",
    [
        pytest.param(
            "<article><h1>Light</h1>{}</article><div class=x1><h3>More news</h3><ul>"
            + f"<li><a href=/n/1>{OTHER}</a></li>" * 4
            + "</ul></div>",
            id="a list of other stories below",
        ),
        pytest.param(
            "<div><article><h1>Light</h1>{}</article><div class=b>"
            + f"<h2><a href=/n/1>The bakery</a></h2><p>{OTHER}</p>" * 2
            + "</div></div>",
            id="other stories in a column beside it",
        ),
        pytest.param("<form><h1>Light</h1>{}</form>", id="all in a form"),
        pytest.param("<div class=widget><h1>Light</h1>{}</div>", id="all in a widget"),
        pytest.param(
            "<h1>Light</h1><div class=hidden>{}</div>", id="all hidden until clicked"
        ),
        pytest.param(
            # Take this out, and a page that shows its words by a script has none.
            "<h1>Light</h1><div style='visibility:hidden'>{}</div>"
            "<p hidden>Has the bakery a new owner?</p>",
            id="all unseen until a script runs",
        ),
        pytest.param(
            "<h1>Light</h1><noscript>{}</noscript>", id="all where scripts are off"
        ),
    ],
)
def test_every_word_of_its_own_and_none_of_another_story(
    site: WebSite, around: str
) -> None:
    post = the_post(site, around.format(BODY))

    assert [part for part in OWN if part not in words(post)] == []
    assert "bakery" not in words(post)


@pytest.mark.parametrize(
    "part",
    [
        pytest.param("<p>Bring a friend.</p>", id="a short line"),
        pytest.param("<ul><li>Boots</li><li>A coat</li></ul>", id="a short list"),
        pytest.param('<p><a href="/book">Book your place</a></p>', id="a link alone"),
        pytest.param("<h2>When</h2><p>At six.</p>", id="a heading"),
        pytest.param("<blockquote>It is dark.</blockquote>", id="a quotation"),
    ],
)
@pytest.mark.parametrize("place", [1, 3])
def test_short_parts_among_its_words_stay(site: WebSite, part: str, place: int) -> None:
    parts = [f"<p>{words}</p>" for words in OWN]
    parts.insert(place, part)
    post = the_post(site, f"<main><h1>Light</h1>{''.join(parts)}</main>")
    short = "".join(part.replace("</", "<").split("<")[2:3])

    assert short.partition(">")[2] in words(post)


def test_what_stands_among_its_words_keeps_its_kind(site: WebSite) -> None:
    parts = (
        f"<p>{OWN[0]}</p><figure><img src=/a.png alt=Lanterns><figcaption>By the river"
        f"</figcaption></figure><p>{OWN[1]}</p><div class=easy-read><img src=/b.png "
        "alt=Dark><p>It is dark.</p></div><table><tr><th>Day</th><th>Hour</th></tr>"
        "<tr><td>Monday</td><td>Six</td></tr></table>"
        f'<p>{OWN[2]}</p><p><a class=btn href="/book">Book your place</a></p>'
    )
    post = the_post(site, f"<main><h1>Light</h1><div>{parts}</div></main>")

    assert Picture(f"{site.url}/a.png", "Lanterns", "By the river") in post.body
    kinds = {type(block) for block in post.body}
    assert kinds >= {EasyRead, Table, CallToAction}


@pytest.mark.parametrize(
    "around",
    [
        pytest.param('<div class="field label-hidden">{}</div>', id="label-hidden"),
        pytest.param('<div class="tab-pane fade">{}</div>', id="behind tabs"),
        pytest.param('<div class="intro-widget">{}</div>', id="in widgets"),
    ],
)
def test_no_part_is_lost_for_its_name(site: WebSite, around: str) -> None:
    parts = "".join(around.format(f"<p>{words}</p>") for words in OWN)
    post = the_post(site, f"<main><h1>Light</h1>{parts}</main>")

    assert list(texts(post.body)) == list(OWN)


def test_words_broken_by_soft_hyphens_are_the_same_words(site: WebSite) -> None:
    broken = BODY.replace("every", "ev&shy;ery").replace("children", "chil&shy;dren")
    broken = broken.replace("volunteers", "vol&shy;un&shy;teers")
    post = the_post(
        site, f"<h1>Light</h1><div>{broken}</div><ul><li><a href=/n>{OTHER}</a></ul>"
    )

    own = words(post).replace("\xad", "")
    assert [part for part in OWN if part not in own] == []
    assert "bakery" not in own


def test_how_a_word_is_said_is_not_said_after_it(site: WebSite) -> None:
    body = BODY.replace("lanterns", "<ruby>lan<rt>LAN</rt>terns<rt>TERNS</rt></ruby>")
    post = the_post(site, f"<main><h1>Light</h1>{body}</main>")

    assert list(texts(post.body)) == list(OWN)


def test_a_list_of_results_is_not_lost_for_its_short_lines(site: WebSite) -> None:
    rows = "".join(f"{n}. Runner number {n}, Hill Club\n" for n in range(1, 60))
    post = the_post(site, f"<h1>Light</h1><div><p>{OWN[0]}</p><pre>{rows}</pre></div>")

    assert "59. Runner number 59, Hill Club" in words(post)


def test_words_above_the_title_are_not_lost(site: WebSite) -> None:
    post = the_post(
        site,
        f"<main><p>News</p><p>{OWN[0]}</p><h1>Light</h1><p>{OWN[1]}</p><p>{OWN[2]}</p>"
        "</main>",
    )

    assert list(texts(post.body)) == list(OWN)


def test_what_stands_for_a_picture_until_it_is_loaded_is_none_of_the_words(
    site: WebSite,
) -> None:
    late = (
        '<img src="data:image/gif;base64,R0" data-src=/a.png alt="Lanterns afloat">'
        '<noscript><img src=/a.png alt="Lanterns afloat"></noscript>'
    )
    post = the_post(
        site,
        f"<main><h1>Light</h1><p>{OWN[0]}</p><div>{late}</div><p>{OWN[1]}</p></main>",
    )

    pictures = [block for block in post.body if isinstance(block, Picture)]
    assert pictures == [Picture(f"{site.url}/a.png", "Lanterns afloat")]
    assert [block for block in post.body if block not in pictures] != []
    assert "Lanterns" not in " ".join(
        words
        for block in post.body
        if block not in pictures
        for words in texts([block])
    )


def test_an_event_of_which_its_marks_say_nothing_has_the_words_of_its_page(
    site: WebSite,
) -> None:
    event = {"@type": "Event", "name": "Light", "startDate": "2026-07-09T18:00"}
    head = f'<script type="application/ld+json">{json.dumps(event)}</script>'
    markup = f"<html><head>{head}</head><body><main><h1>Light</h1>{BODY}</main></body>"
    site.answers["/post"] = Answer(markup.encode())
    site.answers["/news"] = Answer(b'<html><body><a href="/post">Light</a></body>')
    select = PageSelectors(links="a[href$=post]")
    source = Source("news", SourceKind.PAGE, f"{site.url}/news", select=select)
    [item] = read_page(source, a_visit(first_day=date(2026, 7, 6))).items

    assert isinstance(item, Event)
    assert list(texts(item.body)) == list(OWN)


def test_words_that_a_page_holds_in_a_script_alone_are_read(site: WebSite) -> None:
    article = {
        "@type": "NewsArticle",
        "headline": "Light",
        "articleBody": " ".join(OWN),
    }
    head = f'<script type="application/ld+json">{json.dumps(article)}</script>'
    post = the_post(site, "<h1>Light</h1><div id=app>Please wait.</div>", head)

    assert OWN[2] in words(post)


def test_a_page_that_is_too_large_to_be_judged_is_read_all_the_same(
    site: WebSite,
) -> None:
    many = "<i></i>" * limits.JUDGED_ELEMENTS
    post = the_post(site, f"<nav>{OTHER}</nav><h1>Light</h1>{many}{BODY}")

    assert OWN[2] in words(post)
    assert "bakery" not in words(post)


def test_what_a_script_writes_is_no_nesting(site: WebSite) -> None:
    script = "<script>var html = '" + "<div><b>" * 300 + "';</script>"
    post = the_post(site, f"{script}<main><h1>Light</h1>{BODY}</main>")

    assert OWN[0] in words(post)


@pytest.mark.parametrize("module", ["digest.cli.main", "digest.bootstrap"])
def test_no_command_waits_for_the_judge_that_only_pages_need(module: str) -> None:
    code = f"import sys, {module}; sys.exit('trafilatura' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
