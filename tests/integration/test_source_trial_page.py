"""A source tried on a page: what would come in, what would not, and hostile input."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.campaigns.web_access import WebAccess
from digest.model.roles import Role
from digest.store.base.tables import item, source
from digest.web.app import make_app
from tests.builders import SITE
from tests.site import Site, serving
from tests.staff import signed_in

HERE = "/desk/campaigns/lantern-week/sources/try"
FEED = b"""<rss version="2.0"><channel><title>Hall</title>
<item><guid>urn:1</guid><title>Kettles &amp;lt;b&gt; mended</title>
<description>Bring them on Saturday.</description></item>
<item><title></title></item>
<item><guid>urn:2</guid><title>&lt;script&gt;alert(1)&lt;/script&gt;Soup</title>
<description>&lt;img src=x onerror=alert(1)&gt;At one.</description></item>
</channel></rss>"""

DATED = b"""<rss version="2.0"><channel><title>Hall</title><item><title>Kettles</title>
<pubDate>some time</pubDate><description>Mended.</description></item></channel></rss>"""
CALENDAR = b"""BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Tea\r
DTSTART:20400101T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""

PAGE = b"<!doctype html><main>" + b"".join(
    b"<article><h2>Kettles %d</h2><p>By Ann Example</p><p>Mended.</p></article>" % each
    for each in range(3)
)


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that Ann is signed in on; sources on the loopback may be asked."""
    allowed = {"fetch_allow": WebAccess.parse("127.0.0.1")}
    program = replace(program, settings=program.settings.model_copy(update=allowed))
    ours = {"Origin": SITE}
    with TestClient(make_app(program), base_url=SITE, headers=ours) as client:
        signed_in(client, program, Role.EDITOR, "Ann")
        yield client


@pytest.fixture
def site() -> Iterator[Site]:
    """Yield a web server with a feed."""
    with serving() as site:
        site.files["feed"] = FEED
        yield site


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def counts(program: App) -> tuple[object, object]:
    with program.reading() as connection:
        return (
            connection.scalar(select(func.count()).select_from(item)),
            connection.scalar(select(func.count()).select_from(source)),
        )


def test_what_would_come_in_is_shown_and_nothing_is_stored(
    desk: TestClient, site: Site, program: App
) -> None:
    before = counts(program)
    html = desk.post(HERE, data={"kind": "feed", "address": f"{site.url}/feed"}).text
    page = words_of(html)

    assert "This would come in: 2 posts and 0 events" in page
    assert "Bring them on Saturday." in page
    assert "Not taken: " in page
    assert "Recognised by urn:1" in page
    assert f'name="url" type="text" value="{site.url}/feed"' in html
    assert "<script" not in html
    assert "onerror" not in html
    assert counts(program) == before


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(FEED, "feed", id="a feed"),
        pytest.param(DATED, "feed", id="a feed with a date nobody can read"),
        pytest.param(CALENDAR, "calendar", id="a calendar"),
        pytest.param(PAGE, "page", id="a page"),
    ],
)
def test_what_stands_at_an_address_is_found_out_and_told(
    desk: TestClient, site: Site, content: bytes, kind: str
) -> None:
    site.files["there"] = content
    html = desk.post(HERE, data={"kind": "", "address": f"{site.url}/there"}).text

    assert re.search(r'name="name" type="text" value="[^"]+"', html)
    assert f"There is a {kind} at this address" in html
    assert f'<input type="hidden" name="kind" value="{kind}">' in html
    is_taken = content is DATED
    assert ("To mend: Kettles: has the date" in words_of(html)) == is_taken


def test_a_front_page_leads_to_the_feed_that_it_names(
    desk: TestClient, site: Site
) -> None:
    site.files["home"] = (
        b"<!doctype html><link rel=alternate type=application/rss+xml href=/feed>"
        b"<h1>Hall</h1><p>Hello.</p>"
    )
    home = f"{site.url}/home"
    html = desk.post(HERE, data={"kind": "", "address": home}).text
    as_page = desk.post(HERE, data={"kind": "page", "address": home})

    assert f"It names a feed at {site.url}/feed , which is what" in words_of(html)
    assert "This would come in: 2 posts" in words_of(html)
    assert f'name="url" type="text" value="{site.url}/feed"' in html
    assert as_page.status_code == 422
    assert "this page names a feed at" in words_of(as_page.text)


def test_an_address_may_lack_what_browsers_leave_out(
    desk: TestClient, site: Site
) -> None:
    bare = site.url.removeprefix("http://")
    html = desk.post(HERE, data={"kind": "feed", "address": f" {bare}/feed"}).text

    assert f'value="https://{bare}/feed"' in html
    assert "Type the whole address" not in html


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        pytest.param("feed", "", id="nothing"),
        pytest.param("feed", "/etc/passwd", id="a path"),
        pytest.param("feed", "file:///etc/passwd", id="a file"),
        pytest.param("folder", "/etc", id="a folder"),
        pytest.param("folder", "https://example.org", id="a folder of the web"),
        pytest.param("wordpress", "/etc/passwd", id="an export"),
        pytest.param("page", "javascript:alert(1)", id="a script"),
        pytest.param("<b>", "https://example.org", id="no kind"),
        pytest.param("feed", "http://10.0.0.1/feed", id="a private network"),
        pytest.param("feed", "http://169.254.169.254/latest", id="a cloud's own"),
        pytest.param("feed", "http://[", id="no address"),
        pytest.param("page", "http://localhost\x00/", id="a character that is none"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused_in_words(
    desk: TestClient, kind: str, address: str
) -> None:
    answer = desk.post(HERE, data={"kind": kind, "address": address})

    assert answer.status_code == 422
    assert "It brought nothing" in answer.text
    assert "root:" not in answer.text


def test_what_cannot_be_read_is_told_at_the_address(
    desk: TestClient, site: Site
) -> None:
    site.files["no"] = b"nothing of a feed"
    for name in ("gone", "no"):
        fields = {"kind": "feed", "address": f"{site.url}/{name}"}
        answer = desk.post(HERE, data=fields)

        assert answer.status_code == 422
        assert 'href="#address"' in answer.text


def test_parts_of_a_page_are_chosen_and_a_wrong_choice_is_told(
    desk: TestClient, site: Site
) -> None:
    body = "<p>Some words of the piece, long enough to be one.</p>" * 5
    page = f"<html><body><article><h2>One</h2>{body}</article></body></html>"
    site.files["page"] = page.encode()
    fields = {"kind": "page", "address": f"{site.url}/page", "posts": "article"}
    good = desk.post(HERE, data=fields)
    bad = desk.post(HERE, data=fields | {"posts": "article[["})

    assert "This would come in: 1 post" in words_of(good.text)
    assert '<input type="hidden" name="posts" value="article">' in good.text
    assert bad.status_code in (200, 422)
    assert "This is a fault of ours" not in bad.text


def test_only_who_edits_has_servers_asked(desk: TestClient, site: Site) -> None:
    desk.cookies.clear()
    fields = {"kind": "feed", "address": f"{site.url}/feed"}

    assert desk.post(HERE, data=fields).status_code == 401
    assert site.requests == []
