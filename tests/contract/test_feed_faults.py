"""What feeds get wrong, each as it was met, and what is right all the same."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.gather import limits
from digest.gather.feeds.dates import DateReading
from digest.gather.feeds.feed import posts_in
from digest.gather.items.reading import Reading
from digest.model.posts.blocks import links_in, texts
from digest.model.posts.items import LinkKind, Post
from tests.builders import EIGHT

FIELD = Path(__file__).parents[1] / "data" / "field" / "feeds"
HERE = "https://hall.example/feed"
LONDON = DateReading("Europe/London", "en-GB")


def read(content: bytes, date_reading: DateReading = LONDON) -> Reading:
    return posts_in(content, "", HERE, date_reading=date_reading)


def only(content: bytes, date_reading: DateReading = LONDON) -> Post:
    [post] = read(content, date_reading).items
    assert isinstance(post, Post)
    return post


def from_field(name: str) -> Post:
    return only((FIELD / name).read_bytes())


def rss(item: str, channel: str = "") -> bytes:
    names = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    text = f'<rss version="2.0" {names}><channel>{channel}{item}</channel></rss>'
    return text.encode()


def dated(date: str, channel: str = "") -> bytes:
    return rss(f"<item><title>x</title><pubDate>{date}</pubDate></item>", channel)


def json_feed(**item: object) -> bytes:
    return json.dumps({"items": [{"id": "e", "title": "x", **item}]}).encode()


def test_a_zone_that_people_write_is_that_zone() -> None:
    assert from_field("bst.xml").published == datetime(2026, 7, 2, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "channel", "language"),
    [
        ("Mon, 06 Jul 2026 10:00:00 CEST", "", ""),
        ("2026-07-06T08:00:00Z", "", ""),
        ("6 July 2026 08:00", "", ""),
        ("lundi 6 juillet 2026 08h00", "<language>fr-FR</language>", "en-GB"),
        ("6 Gorffennaf 2026 08:00", "", "cy"),
        ("Mo, 06 Juli 2026 10:00:00 +0200", "<language>de</language>", "en-GB"),
    ],
)
def test_a_date_is_read_however_it_is_written(
    date: str, channel: str, language: str
) -> None:
    date_reading = DateReading("Europe/London", language)

    assert only(dated(date, channel), date_reading).published == EIGHT
    if not channel:
        assert only(json_feed(date_published=date), date_reading).published == EIGHT


@pytest.mark.parametrize("date", ["soon", "Mon, 06 Jul 2026 08:00:00 XYZ", "1782"])
def test_a_date_that_cannot_be_read_is_named_and_not_guessed(date: str) -> None:
    for content in (dated(date), json_feed(date_published=date)):
        reading = read(content)

        assert [post.title for post in reading.items] == ["x"]
        assert only(content).published is None
        assert [(entry.name, entry.is_part) for entry in reading.skipped] == [
            ("x", True)
        ]
        assert f'has the date "{date}"' in reading.skipped[0].why


def test_the_next_date_serves_where_the_first_cannot_be_read() -> None:
    content = json_feed(date_published="soon", date_modified="2026-07-06T08:00:00Z")

    assert only(content).published == EIGHT
    assert read(content).skipped == ()


def test_an_id_that_is_no_address_is_no_link() -> None:
    post = from_field("guid_no_link.xml")

    assert post.url == ""
    assert list(texts(post.body)) == ["We talk to the baker."]
    assert [link.kind for link in post.links] == [LinkKind.AUDIO]


def test_an_id_that_is_an_address_is_the_link() -> None:
    item = "<item><title>x</title><guid>https://hall.example/1</guid></item>"

    assert only(rss(item)).url == "https://hall.example/1"


def test_a_link_whose_type_has_parameters_is_a_link() -> None:
    assert from_field("atom_link_type.xml").url == "https://hall.example/day"


@pytest.mark.parametrize(
    "embedded",
    [
        '<iframe src="https://www.youtube.com/embed/abc123"></iframe>',
        '<p><iframe src="//www.youtube-nocookie.com/embed/abc123?rel=0"></iframe></p>',
        '<figure><iframe src="https://player.vimeo.com/video/1"></iframe></figure>',
        '<video src="https://hall.example/a.mp4"></video>',
        '<video><source src="https://hall.example/a.mp4" type="video/mp4"></video>',
    ],
)
def test_a_post_of_an_embedded_video_says_so_and_links_to_it(embedded: str) -> None:
    item = (
        "<item><title>Video only</title><link>https://hall.example/v</link>"
        f"<description><![CDATA[{embedded}]]></description></item>"
    )
    post = only(rss(item))
    [(label, url)] = [*links_in(post.body)]

    assert label == "Watch the video"
    assert url.startswith("https://")
    assert list(texts(post.body)) == ["Watch the video"]
    assert LinkKind.VIDEO in {link.kind for link in post.links} or not post.links


def test_the_video_from_the_field_is_linked() -> None:
    [(_, url)] = links_in(from_field("onlyvid.xml").body)

    assert url == "https://www.youtube.com/watch?v=abc123"


@pytest.mark.parametrize("is_oldest_first", [True, False])
def test_of_a_very_long_feed_the_newest_are_taken(*, is_oldest_first: bool) -> None:
    count = limits.ITEMS + 500
    days = [EIGHT + timedelta(days=number) for number in range(count)]
    items = [
        f"<item><title>{number}</title><guid>{number}</guid>"
        f"<pubDate>{day:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for number, day in enumerate(days)
    ]
    in_json = [
        {"id": str(number), "title": str(number), "date_published": day.isoformat()}
        for number, day in enumerate(days)
    ]
    step = 1 if is_oldest_first else -1
    for content in (
        rss("".join(items[::step])),
        json.dumps({"items": in_json[::step]}).encode(),
    ):
        reading = read(content)

        assert [post.title for post in reading.items] == [
            str(number) for number in range(500, count)
        ]
        assert reading.skipped[-1].why == f"only the newest {limits.ITEMS} are read"


def test_relative_links_are_taken_from_the_base_that_the_words_name() -> None:
    words = '<base href="https://other.example/a/"><a href="b">x</a>'
    item = (
        f"<item><title>x</title><description><![CDATA[{words}]]></description></item>"
    )

    assert [url for _, url in links_in(only(rss(item)).body)] == [
        "https://other.example/a/b"
    ]


def test_a_title_keeps_no_space_that_nobody_sees() -> None:
    item = "<item><title>\u200b Tea \ufeff\u200b</title></item>"

    assert only(rss(item)).title == "Tea"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(rss(""), id="RSS"),
        pytest.param(
            b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', id="JSON"
        ),
    ],
)
def test_a_feed_without_items_says_so(content: bytes) -> None:
    assert read(content).notes == ("holds no items yet",)


def test_more_pictures_than_a_post_may_have_are_named() -> None:
    media = "".join(
        f'<media:content url="https://example.org/{n}.jpg" medium="image"/>'
        for n in range(30)
    )
    names = 'xmlns:media="http://search.yahoo.com/mrss/"'
    item = f"<item {names}><title>Forty years</title><guid>1</guid>{media}</item>"
    reading = read(rss(item))

    [post] = reading.items
    assert isinstance(post, Post)
    assert len(post.body) == 20
    [remark] = reading.skipped
    assert str(remark).startswith(
        "Forty years: has 9 pictures too many: its first and 20"
    )
    assert remark.is_part


def test_a_picture_in_the_words_is_enough_and_none_is_missed() -> None:
    images = "".join(
        f'&lt;img src="https://example.org/{n}.jpg"&gt;' for n in range(30)
    )
    media = "".join(
        f'<media:content url="https://example.org/{n}.jpg" medium="image"/>'
        for n in range(30)
    )
    names = 'xmlns:media="http://search.yahoo.com/mrss/"'
    item = f"<item {names}><title>x</title><description>{images}</description>{media}"
    reading = read(rss(f"{item}</item>"))

    assert reading.skipped == ()
