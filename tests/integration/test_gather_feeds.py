"""Feeds into the log: each post once, whatever the feed does to its ids and dates."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from digest.gather.gathering import GatheringRound, SourceReport, gather
from digest.store.base.engine import reading, writing
from digest.store.base.tables import item
from digest.store.campaigns import campaigns, sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.posts import log
from tests.builders import EIGHT, LOOPBACK
from tests.site import Site, serving

FIELD = Path(__file__).parents[1] / "data" / "field" / "feeds"
FILE = """
[campaign]
name = "hall"
title = "The Hall"
from = "The Hall <digest@example.org>"
lists = ["hall"]
[[source]]
name = "news"
kind = "feed"
url = "{url}/feed"
{extra}
[[schedule]]
name = "daily"
at = "16:00"
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def applied(engine: Engine, site: Site, extra: str = "") -> StoredCampaign:
    with writing(engine) as connection:
        text = FILE.format(url=site.url, extra=extra)
        return campaigns.apply(
            connection, CampaignFile(text, "Europe/London", "/"), EIGHT
        )


def read(
    engine: Engine, stored: StoredCampaign, site: Site, content: bytes
) -> SourceReport:
    site.files["feed"] = content
    [report] = gather(engine, LOOPBACK, [GatheringRound(stored)], EIGHT)["hall"]
    return report


def titles(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [entry.item.title for entry in log.released(connection, 1, 0)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ids-and-dates-made-anew", ["Report 1", "Report 2"]),
        ("one-id-for-all", ["News 1", "News 2", "News 3", "News 4"]),
    ],
)
def test_what_came_from_the_field_comes_in_once(
    engine: Engine, site: Site, name: str, expected: list[str]
) -> None:
    stored = applied(engine, site)
    reports = []
    for number in (1, 2, 3):
        content = (FIELD / f"{name}-{number}.xml").read_bytes()
        reports.append(read(engine, stored, site, content))

    assert titles(engine) == expected
    assert sum(report.new for report in reports) == len(expected)
    assert [report.revised for report in reports] == [0, 0, 0]


@pytest.mark.parametrize(
    ("words", "mended"),
    [
        (b"number 1 tells what", b"number 1 says what"),
        (b"<title>Report 1", b"<title>Report 1, mended"),
    ],
)
def test_a_mended_word_is_a_revision_though_all_ids_are_new(
    engine: Engine, site: Site, words: bytes, mended: bytes
) -> None:
    stored = applied(engine, site)
    first, second, _ = (
        (FIELD / f"ids-and-dates-made-anew-{number}.xml").read_bytes()
        for number in (1, 2, 3)
    )
    read(engine, stored, site, first)
    report = read(engine, stored, site, second.replace(words, mended))

    assert report.new == 0
    assert report.revised == 1
    assert len(titles(engine)) == 2
    assert "its posts have other ids at every reading" in report.skipped[0].why


def test_dates_made_anew_are_no_revision(engine: Engine, site: Site) -> None:
    stored = applied(engine, site)
    content = (FIELD / "one-id-for-all-1.xml").read_bytes()
    read(engine, stored, site, content.replace(b">site-1<", b">site-1/%d<" % 1, 1))
    report = read(engine, stored, site, content.replace(b" Jul 2026", b" Aug 2026"))

    assert (report.new, report.revised) == (0, 0)


def test_posts_that_were_stored_by_another_key_are_not_repeated(
    engine: Engine, site: Site
) -> None:
    stored = applied(engine, site)
    content = (FIELD / "one-id-for-all-1.xml").read_bytes()
    read(engine, stored, site, content)
    with writing(engine) as connection:
        for number, row in enumerate(connection.execute(select(item.c.id)).all()):
            connection.execute(
                update(item).where(item.c.id == row.id).values(key=f"old {number}")
            )
    report = read(engine, stored, site, content + b"\n")

    assert (report.new, report.duplicates) == (0, 0)


def test_a_campaign_file_says_by_what_posts_are_known(
    engine: Engine, site: Site
) -> None:
    stored = applied(engine, site, 'known_by = "link"')
    for number in (1, 2, 3):
        content = (FIELD / f"ids-and-dates-made-anew-{number}.xml").read_bytes()
        report = read(engine, stored, site, content)

    assert report.skipped == ()
    assert titles(engine) == ["Report 1", "Report 2"]


THOUGHT = (
    "<rss version='2.0'><channel><title>Hall</title><item><guid>thought</guid>"
    "<title>Thought for the day</title><link>https://x.example/thought</link>"
    "<pubDate>{day:02} Jul 2026 08:00:00 GMT</pubDate><description>Put the kettle on "
    "for whoever comes in today, says thought {day}.</description></item></channel>"
    "</rss>"
)


def test_a_feed_of_one_post_under_one_id_loses_no_day_and_says_so(
    engine: Engine, site: Site
) -> None:
    stored = applied(engine, site)
    for day in (1, 2, 3):
        content = THOUGHT.format(day=day).encode()
        reports = [read(engine, stored, site, content + end) for end in (b"", b"\n")]

        assert [report.new for report in reports] == [1, 0]
        assert [report.revised for report in reports] == [0, 0]
    with reading(engine) as connection:
        [row] = sources.of_campaign(connection, stored.id).values()
        whys = [skipped.why for skipped in row.skipped]

    assert any("share one id" in why for why in whys)


def test_known_by_says_that_the_one_post_of_a_feed_is_always_the_same(
    engine: Engine, site: Site
) -> None:
    stored = applied(engine, site, 'known_by = "id"')
    reports = [
        read(engine, stored, site, THOUGHT.format(day=day).encode()) for day in (1, 2)
    ]

    assert [(report.new, report.revised) for report in reports] == [(1, 0), (0, 1)]
    assert reports[1].skipped == ()
