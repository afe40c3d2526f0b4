"""The sample campaign, read by the program as it would read any other."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath

import feedparser
import httpx
import pytest

from digest.gather.feeds.feed import read_feed
from digest.gather.folders.folder import read_folder
from digest.model.campaigns.campaign import Campaign, SourceKind
from digest.model.campaigns.campaign_file import parse
from digest.model.posts.blocks import (
    CallToAction,
    EasyRead,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Table,
    texts,
)
from digest.model.posts.items import Event, Item, LinkKind, Post
from digest.model.posts.pictures import pictures_in
from digest.sample import feed_server, week
from tests.builders import a_visit

NOW = datetime(2026, 7, 6, 7, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def feed_url() -> Iterator[str]:
    with feed_server.serving(NOW) as url:
        yield url


@pytest.fixture(scope="module")
def campaign(feed_url: str, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    file = week.write(tmp_path_factory.mktemp("sample"), feed_url, NOW)
    return parse(file.read_text(encoding="utf-8"), "UTC", PurePath(file.parent))


@pytest.fixture(scope="module")
def items(campaign: Campaign) -> tuple[Item, ...]:
    readers = {SourceKind.FEED: read_feed, SourceKind.FOLDER: read_folder}
    readings = [readers[source.kind](source, a_visit()) for source in campaign.sources]
    assert [reading.skipped for reading in readings] == [(), ()]
    return tuple(item for reading in readings for item in reading.items)


def posts(items: tuple[Item, ...]) -> list[Post]:
    return [item for item in items if isinstance(item, Post)]


def test_the_feed_is_one_that_a_strict_reader_accepts(feed_url: str) -> None:
    parsed = feedparser.parse(httpx.get(feed_url, trust_env=False).content)

    assert not parsed.bozo
    assert parsed.version == "rss20"
    assert len(parsed.entries) == 4
    assert all(entry.content[0].value for entry in parsed.entries)


def test_the_feed_answers_304_to_a_reader_who_has_it(feed_url: str) -> None:
    with httpx.Client(trust_env=False) as client:
        tag = client.get(feed_url).headers["ETag"]
        again = client.get(feed_url, headers={"If-None-Match": tag})
        other = client.get(feed_url, headers={"If-None-Match": '"another"'})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


def test_an_address_the_server_does_not_have_is_404(feed_url: str) -> None:
    nowhere = httpx.URL(feed_url).join("/../etc/passwd")

    assert httpx.get(nowhere, trust_env=False).status_code == 404


def test_every_picture_is_small_and_said_in_words(items: tuple[Item, ...]) -> None:
    pictures = [picture for post in posts(items) for picture in pictures_in(post)]

    assert len(pictures) == 5
    for picture in pictures:
        content = bytes_of(picture.src)
        assert content.startswith(b"\x89PNG")
        assert len(content) < 60_000
        assert picture.alt


def bytes_of(src: str) -> bytes:
    if src.startswith("http://127.0.0.1:"):
        return httpx.get(src, trust_env=False).content
    return Path(src).read_bytes()


def test_six_posts_and_two_events_come_out_of_it(items: tuple[Item, ...]) -> None:
    assert len(posts(items)) == 6
    assert len(items) == 8


def test_every_post_has_a_byline_a_date_a_summary_and_words(
    items: tuple[Item, ...],
) -> None:
    for post in posts(items):
        assert post.byline
        assert post.published
        assert NOW - timedelta(days=6) < post.published < NOW
        assert post.summary
        assert 250 <= len(" ".join(texts(post.body)).split()) <= 600


def test_bylines_come_in_several_shapes(items: tuple[Item, ...]) -> None:
    bylines = {str(post.byline) for post in posts(items)}

    assert bylines == {
        "Joan Abara, lantern maker, The Old Sail Loft",
        "Priya Nair and Sam Oldfield, Lantern Week team",
        "Tunde Bakare, Chair, Tidewell Bus Users",
        "Marjorie Penhale, founder, Tidewell Lantern Week",
        "Dilwyn Hesketh, letter volunteer, Tidewell Post Room",
        "Samira Haddad, night care worker, Gull House",
    }


def test_the_kinds_of_block_are_all_in_it(items: tuple[Item, ...]) -> None:
    used = {type(block) for post in posts(items) for block in post.body}

    assert used == {
        CallToAction,
        EasyRead,
        Heading,
        ListBlock,
        Paragraph,
        Picture,
        Quote,
        Table,
    }


def test_one_post_has_a_survey_and_an_easy_read_version(
    items: tuple[Item, ...],
) -> None:
    with_survey = [
        {link.kind for link in post.links}
        for post in posts(items)
        if any(link.kind is LinkKind.SURVEY for link in post.links)
    ]

    assert len(with_survey) == 1
    assert LinkKind.EASY_READ in with_survey[0]


def test_events_lie_ahead_with_a_place_and_a_number_to_book(
    items: tuple[Item, ...],
) -> None:
    events = [item for item in items if isinstance(item, Event)]

    assert [event.starts - NOW > timedelta(0) for event in events] == [True, True]
    assert all(event.ends and event.place for event in events)
    assert all(event.booking_phone.startswith("01632 960 ") for event in events)
    assert [bool(event.joining_url) for event in events].count(True) == 1


def test_writing_the_week_twice_changes_nothing(tmp_path: Path) -> None:
    week.write(tmp_path, "http://127.0.0.1/feed.xml", NOW)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    week.write(tmp_path, "http://127.0.0.1/feed.xml", NOW + timedelta(hours=2))

    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == first


def test_the_campaign_file_holds_no_unfilled_place(tmp_path: Path) -> None:
    file = week.write(tmp_path, "http://127.0.0.1/feed.xml", NOW)
    text = file.read_text(encoding="utf-8")

    assert "{" not in text
    assert tomllib.loads(text)["campaign"]["name"] == week.CAMPAIGN
    assert tomllib.loads(text)["campaign"]["lists"] == [week.LIST]
