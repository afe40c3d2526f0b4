"""What every source promises: good items come in, bad ones are named."""

import http.server
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from digest.errors import SourceError
from digest.gather.fetching.document import SourceMemory
from digest.gather.items.reading import Reading, SourceVisit
from digest.gather.markup.clean_text import one_line
from digest.gather.registry import READERS
from digest.model.campaigns.campaign import Source, SourceKind
from digest.model.posts.blocks import Picture, texts
from digest.model.posts.items import Event, Post
from digest.model.posts.pictures import pictures_in
from tests.builders import EIGHT, a_visit
from tests.ics import STARTS, a_calendar, an_ics_event

RSS = """<?xml version="1.0"?><rss version="2.0"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Blog</title><link>https://example.org/</link><description>d</description>{items}</channel></rss>"""
ITEM = """<item><guid>{key}</guid><title>{title}</title><link>/{key}</link>
<pubDate>Mon, 06 Jul 2026 08:00:00 GMT</pubDate>
<content:encoded><![CDATA[{html}]]></content:encoded></item>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>B</title><entry><id>one</id><title>One</title>
<updated>2026-07-06T08:00:00Z</updated><author><name>Ann</name></author>
<content type="html">&lt;p>By Ann Example, Chair, Hall&lt;/p>&lt;p>Words.&lt;/p>
</content></entry></feed>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "one",
"title": "One", "content_text": "Words.", "date_published": "2026-07-06T08:00:00Z"}]}"""


class Site(http.server.BaseHTTPRequestHandler):
    """Serves what a test put there, with an ETag."""

    pages: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        """Answer with the page of that path."""
        content = self.pages.get(self.path)
        if content is not None and self.headers.get("If-None-Match") == '"one"':
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(404 if content is None else 200)
        self.send_header("ETag", '"one"')
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def publish() -> Iterator[Callable[[str, bytes], str]]:
    """Yield a function that puts a page on a local site and returns its address."""
    pages: dict[str, bytes] = {}
    site = type("TestSite", (Site,), {"pages": pages})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), site)
    thread = threading.Thread(target=partial(server.serve_forever, 0.01))
    thread.start()

    def put(path: str, content: bytes) -> str:
        pages[path] = content
        return f"http://127.0.0.1:{server.server_port}{path}"

    yield put
    server.shutdown()
    thread.join()
    server.server_close()


def read(kind: SourceKind, location: str, visit: SourceVisit | None = None) -> Reading:
    return READERS[kind](Source("blog", kind, location), visit or a_visit())


def rss(*items: tuple[str, str, str]) -> bytes:
    items_xml = "".join(ITEM.format(key=k, title=t, html=h) for k, t, h in items)
    return RSS.format(items=items_xml).encode()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            rss(("one", "One", "<p>By A B, Chair</p><p>Words.</p>")), id="rss"
        ),
        pytest.param(ATOM.encode(), id="atom"),
        pytest.param(JSON.encode(), id="json feed"),
    ],
)
def test_every_kind_of_feed_gives_posts(
    publish: Callable[[str, bytes], str], content: bytes
) -> None:
    [post] = read(SourceKind.FEED, publish("/feed", content)).items

    assert isinstance(post, Post)
    assert (post.key, post.title, post.published) == ("one", "One", EIGHT)
    assert post.summary.startswith("Words.")


def test_a_feeds_byline_and_addresses_are_made_whole(
    publish: Callable[[str, bytes], str],
) -> None:
    html = '<p>By Ann Example, Chair, Hall</p><p>Do our <a href="s">survey</a>.</p>'
    url = publish("/feed", rss(("one", "One", html)))
    [post] = read(SourceKind.FEED, url).items

    assert isinstance(post, Post)
    assert str(post.byline) == "Ann Example, Chair, Hall"
    assert post.url == url.replace("/feed", "/one")
    assert [(link.kind, link.url) for link in post.links] == [
        ("survey", url.replace("/feed", "/s"))
    ]


def test_a_title_cannot_become_a_header_or_markup(
    publish: Callable[[str, bytes], str],
) -> None:
    title = "=?utf-8?q?x=0D=0ABcc:y?= &lt;script&gt;evil()&lt;/script&gt; A&#13;&#10;B"
    [post] = read(SourceKind.FEED, publish("/f", rss(("one", title, "w")))).items

    assert post.title.startswith("=?utf-8?q?x=0D=0ABcc:y?= ")
    assert "\r" not in post.title
    assert "\n" not in post.title
    assert "<" not in post.title


def test_a_feed_that_has_not_changed_says_so(
    publish: Callable[[str, bytes], str],
) -> None:
    url = publish("/feed", rss(("one", "One", "w")))
    first = read(SourceKind.FEED, url)

    assert read(SourceKind.FEED, url, a_visit(memory=first.memory)).unchanged


def test_one_bad_item_is_named_and_costs_itself_alone(
    publish: Callable[[str, bytes], str],
) -> None:
    deep = "<div>" * 500
    feed = rss(("one", "One", "w"), ("two", "Two", deep), ("three", "Three", "w"))
    reading = read(SourceKind.FEED, publish("/feed", feed))

    assert [item.title for item in reading.items] == ["Three", "One"]
    assert [(item.name, "nested" in item.why) for item in reading.skipped] == [
        ("Two", True)
    ]


def test_items_with_one_key_are_taken_once(
    publish: Callable[[str, bytes], str],
) -> None:
    reading = read(
        SourceKind.FEED, publish("/f", rss(("one", "A", "w"), ("one", "A", "w")))
    )

    assert len(reading.items) == 1
    assert len(reading.skipped) == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html><body>Hello</body></html>", id="a web page"),
        pytest.param(b"{", id="broken json"),
        pytest.param(b'{"items": 3', id="cut json"),
        pytest.param(b"\x00\xff\xfe" * 1000, id="binary"),
        pytest.param(b"[" * 100_000, id="deep json"),
        pytest.param(
            b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><rss>&c;</rss>',
            id="entities",
        ),
    ],
)
def test_what_is_no_feed_is_refused_in_one_line(
    publish: Callable[[str, bytes], str], content: bytes
) -> None:
    with pytest.raises(SourceError) as refusal:
        read(SourceKind.FEED, publish("/feed", content))

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/feed", "ftp://127.0.0.1/feed", "nonsense", "http://["]
)
def test_a_feed_that_cannot_be_reached_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(SourceError) as refusal:
        read(SourceKind.FEED, url)

    assert "\n" not in str(refusal.value)


def test_a_missing_page_says_what_the_server_said(
    publish: Callable[[str, bytes], str],
) -> None:
    url = publish("/feed", b"x").replace("/feed", "/none")
    with pytest.raises(SourceError, match="404"):
        read(SourceKind.FEED, url)


POST = """---
title: The kettle
author: Ann Example
role: Chair
organisation: The Hall
published: 2026-07-06 09:00
topics: [care, tea]
picture: kettle.png
picture_alt: A kettle
---
Come *in*.
"""
EVENT = """---
kind: event
title: Lantern walk
starts: 2026-07-07 10:00
ends: 2026-07-07 12:00
zone: Europe/London
place: The Hall
joining_url: https://example.org/join
booking_phone: 01632 960 155
---
Wear boots.
"""


def test_a_folder_gives_posts_and_events(tmp_path: Path) -> None:
    (tmp_path / "kettle.png").write_bytes(b"\x89PNG")
    (tmp_path / "a.md").write_text(POST)
    (tmp_path / "b.md").write_text(EVENT)
    post, event = read(SourceKind.FOLDER, str(tmp_path)).items

    assert isinstance(post, Post)
    assert isinstance(event, Event)
    assert str(post.byline) == "Ann Example, Chair, The Hall"
    assert post.published == EIGHT
    assert post.topics == ("care", "tea")
    assert post.picture is not None
    assert post.picture.src == str(tmp_path / "kettle.png")
    assert (event.place, event.booking_phone) == ("The Hall", "01632 960 155")
    assert event.starts.isoformat() == "2026-07-07T09:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("---\ntitle: [\n---\nx", "not YAML", id="broken head"),
        pytest.param("---\nHello\n---\nx", "without keys", id="a head of words"),
        pytest.param("---\ntitle: [a]\n---\nx", "more than words", id="a list"),
        pytest.param("---\na: " + "[" * 5000 + "\n---\n", "not YAML", id="deep head"),
        pytest.param(f"---\na: {'x' * 20_001}\n---\n", "20,000", id="endless head"),
        pytest.param("---\ntitle: X\nkind: page\n---\n", "post or event", id="kind"),
        pytest.param(EVENT.replace("12:00", "noon"), "no time", id="no end"),
        pytest.param(EVENT.replace("https:", "htp:"), "whole address", id="address"),
        pytest.param("words alone", "no title", id="no title"),
        pytest.param("---\nkind: event\ntitle: X\n---\n", "no start", id="no start"),
        pytest.param(EVENT.replace("12:00", "09:00"), "ends before", id="ends first"),
        pytest.param(EVENT.replace("Europe/London", "Mars"), "zone", id="no zone"),
        pytest.param("---\ntitle: X\n---\n" + "<div>" * 500, "nested", id="too deep"),
    ],
)
def test_one_bad_file_is_named_and_costs_itself_alone(
    tmp_path: Path, text: str, why: str
) -> None:
    (tmp_path / "bad.md").write_text(text)
    (tmp_path / "good.md").write_text("# Good\n\nWords.")
    reading = read(SourceKind.FOLDER, str(tmp_path))

    assert [item.title for item in reading.items] == ["Good"]
    assert [item.name for item in reading.skipped] == ["bad.md"]
    assert why in reading.skipped[0].why


@pytest.mark.parametrize("name", ["kettle.png", "../x.png", "a\0b.svg", "x" * 5000])
def test_a_picture_that_is_not_to_be_had_costs_its_file_nothing(
    tmp_path: Path, name: str
) -> None:
    text = POST.replace("kettle.png", name.replace("\0", "%00"))
    (tmp_path / "a.md").write_text(text + f"\n![A kettle]({name[:99]})\n")
    reading = read(SourceKind.FOLDER, str(tmp_path))

    assert len(reading.items) == 1
    assert reading.skipped == ()
    for picture in pictures_in(reading.items[0]):
        assert picture.src == one_line(picture.src)


@pytest.mark.parametrize(
    ("alt", "expected"),
    [("A kettle", ("A kettle", False)), ("decorative", ("", True)), ("", ("", False))],
)
def test_a_head_says_what_its_picture_shows(
    tmp_path: Path, alt: str, expected: tuple[str, bool]
) -> None:
    text = POST.replace("picture_alt: A kettle", f"picture_alt: {alt}")
    (tmp_path / "a.md").write_text(text)
    [post] = read(SourceKind.FOLDER, str(tmp_path)).items

    assert isinstance(post, Post)
    assert post.picture is not None
    assert (post.picture.alt, post.picture.decorative) == expected


def test_a_head_is_taken_as_it_is_written(tmp_path: Path) -> None:
    head = EVENT.replace("Lantern walk", "No").replace("01632 960 155", "0163256")
    (tmp_path / "a.md").write_text(head)
    [event] = read(SourceKind.FOLDER, str(tmp_path)).items

    assert isinstance(event, Event)
    assert (event.title, event.booking_phone) == ("No", "0163256")


@pytest.mark.parametrize(
    ("starts", "hour"),
    [
        ("2026-07-07 10:00", 8),
        ("2026-07-07T10:00:00+01:00", 9),
        ("2026-07-07 10:00 +01:00", 9),
        ("2026-07-07T10:00Z", 10),
    ],
)
def test_a_wall_time_is_in_the_campaigns_zone(
    tmp_path: Path, starts: str, hour: int
) -> None:
    event = EVENT.replace("zone: Europe/London\n", "")
    (tmp_path / "a.md").write_text(event.replace("2026-07-07 10:00", starts))
    visit = a_visit(zone="Europe/Paris")
    [reading] = read(SourceKind.FOLDER, str(tmp_path), visit).items

    assert isinstance(reading, Event)
    assert (reading.starts.hour, reading.zone) == (hour, "Europe/Paris")


def test_a_day_is_an_event_all_day_and_a_bad_date_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(EVENT.replace(" 10:00", "").replace(" 12:00", ""))
    (tmp_path / "b.md").write_text("---\ntitle: X\npublished: 2026-13-45\n---\n")
    event, post = read(SourceKind.FOLDER, str(tmp_path)).items

    assert isinstance(event, Event)
    assert isinstance(post, Post)
    assert event.all_day
    assert post.published is None


def test_pictures_in_a_files_words_are_found_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a kettle.png").write_bytes(b"\x89PNG")
    text = "# Tea\n\n![A kettle](a%20kettle.png)\n\n![Web](https://example.org/w.png)"
    (tmp_path / "a.md").write_text(text)
    [post] = read(SourceKind.FOLDER, str(tmp_path)).items

    assert post.body == (
        Picture(str(tmp_path / "a kettle.png"), "A kettle"),
        Picture("https://example.org/w.png", "Web"),
    )


def test_a_rule_in_the_words_is_not_taken_for_a_head(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# One\n\ntwo\n\n---\n\nthree\n\n---\n\nfour")
    [post] = read(SourceKind.FOLDER, str(tmp_path)).items

    assert list(texts(post.body)) == ["two", "three", "four"]


def test_what_is_hidden_or_no_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".draft.md").write_text("# Draft")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.md").write_text("# Not meant")
    (tmp_path / "folder.md").mkdir()
    os.mkfifo(tmp_path / "pipe.md")

    reading = read(SourceKind.FOLDER, str(tmp_path))

    assert replace(reading, notes=()) == Reading()


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_bytes(b"# Caf\xe9")

    assert "UTF-8" in read(SourceKind.FOLDER, str(tmp_path)).skipped[0].why


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret")
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "link.md").symlink_to(secret)

    reading = read(SourceKind.FOLDER, str(folder))
    assert reading.items == ()
    assert "out of its folder" in reading.skipped[0].why


def test_a_folder_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not a folder"):
        read(SourceKind.FOLDER, str(tmp_path / "none"))


def test_a_calendar_gives_events_and_names_bad_ones(
    publish: Callable[[str, bytes], str],
) -> None:
    bad = an_ics_event("DTSTART:soon", uid="bad", title="Bad")
    url = publish("/diary.ics", a_calendar(an_ics_event(), bad))
    reading = read(SourceKind.CALENDAR, url, a_visit(since=EIGHT))
    [event] = reading.items

    assert isinstance(event, Event)
    assert (event.key, event.title) == ("one", "Lantern walk")
    assert [item.name for item in reading.skipped] == ["Bad"]


def test_a_calendar_is_read_again_though_it_has_not_changed(
    publish: Callable[[str, bytes], str],
) -> None:
    url = publish("/diary.ics", a_calendar(an_ics_event(STARTS, "RRULE:FREQ=MONTHLY")))
    memory = SourceMemory(etag='"one"')
    later = a_visit(since=EIGHT + timedelta(days=7), memory=memory)
    [event] = read(SourceKind.CALENDAR, url, later).items

    assert event.key == "one 2026-08-07"


@pytest.mark.parametrize(
    ("path", "content", "why"),
    [
        pytest.param("/diary", b"<html>A diary</html>", "web page", id="a page"),
        pytest.param("/diary", b"Lantern walk", "no calendar", id="words"),
        pytest.param("/none", b"", "404", id="nothing there"),
    ],
)
def test_what_is_no_calendar_is_refused_in_one_line(
    publish: Callable[[str, bytes], str], path: str, content: bytes, why: str
) -> None:
    url = publish("/diary", content).replace("/diary", path)
    with pytest.raises(SourceError, match=why) as refusal:
        read(SourceKind.CALENDAR, url)

    assert "\n" not in str(refusal.value)


def test_a_webcal_address_stands_for_https() -> None:
    with pytest.raises(SourceError, match="https://127"):
        read(SourceKind.CALENDAR, "webcal://127.0.0.1:9/diary.ics")


def test_a_calendar_says_where_each_field_came_from(tmp_path: Path) -> None:
    path = tmp_path / "diary.ics"
    path.write_bytes(a_calendar(an_ics_event(STARTS, "DESCRIPTION:Wear boots.")))
    visit = a_visit(since=EIGHT)
    origins = read(SourceKind.CALENDAR, str(path), visit).origins["one"]

    assert origins["key"] == "UID"
    assert origins["body"] == "DESCRIPTION"
    assert origins["summary"] == "the first sentences of its text"


def test_a_feed_says_where_each_field_came_from(
    publish: Callable[[str, bytes], str],
) -> None:
    html = "<p>By Ann Example, Chair, Hall</p><p>Come in out of the rain.</p>"
    reading = read(SourceKind.FEED, publish("/f", rss(("one", "One", html))))

    assert reading.origins["one"] == {
        "key": "the entry's id",
        "title": "the entry's title",
        "body": "the entry's content",
        "byline": "the lines that open its text",
        "published": "the entry's date",
        "url": "the entry's link",
        "summary": "the first sentences of its text",
    }


def test_a_folder_says_where_each_field_came_from(tmp_path: Path) -> None:
    text = "---\nauthor: Ann Example\nrole: Chair\n---\n# One\n\nCome in.\n"
    (tmp_path / "one.md").write_text(text)
    reading = read(SourceKind.FOLDER, str(tmp_path))

    assert reading.origins["one.md"] == {
        "key": "its path in the folder",
        "title": "its first heading",
        "body": "its text",
        "byline": '"author" at its top',
        "summary": "the first sentences of its text",
    }
