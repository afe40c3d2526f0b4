"""Sources in trouble: told at once, left alone in time, never harming another."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import BufferedIOBase

import pytest
from sqlalchemy import Connection, Engine

from digest.gather.gathering import GatheringRound, SourceReport, gather
from digest.model.campaigns.source_health import SourceFailure, SourceState
from digest.schedule.limits import GATHER_EVERY
from digest.schedule.reports.status import status_of
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns, sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.campaigns.sources import SourceRow
from digest.store.posts import log
from tests.builders import EIGHT, LOOPBACK
from tests.fakes.web_site import Answer, WebSite, web_site

FILE = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
lists = ["lantern"]
{sources}
[[schedule]]
name = "daily"
at = "16:00"
"""
SOURCE = """
[[source]]
name = "{name}"
kind = "{kind}"
url = "{url}"
"""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# A feed of one post, and of one that has neither title nor words.
WITH_A_BLANK = Answer(
    json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [
                {"id": "id one", "title": "one", "content_text": "Words."},
                {"id": "id two"},
            ],
        }
    ).encode()
)


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


def applied(engine: Engine, urls: dict[str, str], kind: str = "feed") -> StoredCampaign:
    items_xml = "".join(
        SOURCE.format(name=name, url=url, kind=kind) for name, url in urls.items()
    )
    file = CampaignFile(FILE.format(sources=items_xml), "Europe/London", "/")
    with writing(engine) as connection:
        return campaigns.apply(connection, file, EIGHT)


def a_feed(*titles: str, **heads: str) -> Answer:
    items = [
        {"id": f"id {title}", "title": title, "content_text": "Words."}
        for title in titles
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    heads = {name.replace("_", "-"): words for name, words in heads.items()}
    return Answer(json.dumps(feed).encode(), heads=heads)


def read(
    engine: Engine, stored: StoredCampaign, now: datetime = EIGHT
) -> tuple[SourceReport, ...]:
    return gather(engine, LOOPBACK, [GatheringRound(stored)], now)["lantern-week"]


def row(engine: Engine) -> SourceRow:
    with reading(engine) as connection:
        return row_in(connection)


def row_in(connection: Connection) -> SourceRow:
    return sources.by_name(connection, 1, "blog")


def titles(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [entry.item.title for entry in log.released(connection, 1, 0)]


def help_said(engine: Engine, now: datetime = EIGHT) -> list[str]:
    sentences: list[str] = status_of(engine, now)["help"]
    return sentences


def test_the_first_failure_is_told_in_plain_words_and_the_last_posts_stay(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, {"blog": f"{site.url}/feed"})
    site.answers["/feed"] = a_feed("one")
    read(engine, stored)
    del site.answers["/feed"]
    [report] = read(engine, stored, EIGHT + HOUR)

    assert "answered 404" in report.failed
    assert titles(engine) == ["one"]
    [line] = help_said(engine)
    assert line.startswith(
        "Lantern Week: the source blog cannot be read since "
        "Monday 6 July 2026, 10:00 BST. "
        f"{site.url}/feed answered 404 Not Found"
    )
    assert line.endswith(
        "What it gave before stays. It is tried again on Monday 6 July 2026, 10:10 BST."
    )


def test_what_cannot_be_taken_is_told_for_a_week_and_stays_in_the_list(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, {"blog": f"{site.url}/feed"})
    site.answers["/feed"] = WITH_A_BLANK
    read(engine, stored)
    read(engine, stored, EIGHT + HOUR)
    [line] = help_said(engine, EIGHT + HOUR)

    assert line.startswith("Lantern Week: the source blog has something to mend. ")
    assert line.endswith("All of it: digest source list lantern-week")
    assert row(engine).skipped_at == EIGHT
    assert help_said(engine, EIGHT + 8 * DAY) == []
    [status] = status_of(engine, EIGHT + 8 * DAY)["sources"]
    assert len(status["skipped"]) == 1


def test_what_was_mended_is_no_longer_told(engine: Engine, site: WebSite) -> None:
    stored = applied(engine, {"blog": f"{site.url}/feed"})
    site.answers["/feed"] = WITH_A_BLANK
    read(engine, stored)
    site.answers["/feed"] = a_feed("one", "two")
    read(engine, stored, EIGHT + HOUR)

    assert help_said(engine, EIGHT + HOUR) == []
    assert row(engine).skipped == ()


def test_a_source_that_reads_again_needs_no_help(engine: Engine, site: WebSite) -> None:
    stored = applied(engine, {"blog": f"{site.url}/feed"})
    read(engine, stored)
    site.answers["/feed"] = a_feed("one")
    read(engine, stored, EIGHT + HOUR)

    assert help_said(engine) == []
    [status] = status_of(engine, EIGHT)["sources"]
    assert (status["state"], status["failures"], status["failure"]) == ("active", 0, "")


def test_between_editions_a_failing_source_is_asked_when_its_wait_is_over(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, {"blog": f"{site.url}/feed"})
    for minutes in (0, 5, 10, 15, 20, 25, 30):
        now = EIGHT + minutes * MINUTE
        gather(engine, LOOPBACK, [GatheringRound(stored, GATHER_EVERY)], now)

    assert len(site.requests) == 3  # at once, after ten minutes and after twenty more


def test_a_source_that_is_gone_is_paused_until_a_person_resumes_it(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, {"blog": f"{site.url}/feed"})
    site.answers["/feed"] = Answer(status=410)
    read(engine, stored)
    [paused] = read(engine, stored, EIGHT + HOUR)
    sentences = help_said(engine)
    site.answers["/feed"] = a_feed("one")
    with writing(engine) as connection:
        resumed = [
            sources.resume(connection, sources.by_name(connection, 1, "blog"), EIGHT)
            for _ in range(2)
        ]
    [report] = gather(engine, LOOPBACK, [GatheringRound(stored, HOUR)], EIGHT)[
        "lantern-week"
    ]

    assert paused.not_read.startswith("it is paused: ")
    assert "410 Gone: it is gone for good" in sentences[0]
    assert "digest source resume lantern-week blog" in sentences[0]
    assert resumed == [True, False]
    assert report.new == 1
    assert help_said(engine) == []


def test_a_server_that_asks_us_to_wait_is_left_alone_as_long(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, {"blog": f"{site.url}/feed"})
    site.answers["/feed"] = Answer(status=429, heads={"Retry-After": "7200"})
    read(engine, stored)
    [report] = read(engine, stored, EIGHT + 2 * HOUR - MINUTE)
    read(engine, stored, EIGHT + 2 * HOUR)

    assert report.not_read == "its server asks us to wait until 06 July 10:00 UTC"
    assert len(site.requests) == 2


def test_a_feed_that_has_moved_for_good_is_read_there_and_told(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, {"blog": f"{site.url}/feed"})
    site.answers["/feed"] = Answer(status=301, heads={"Location": "/new"})
    site.answers["/new"] = a_feed("one", ETag='"1"')
    read(engine, stored)
    site.answers["/new"] = Answer(status=304)
    read(engine, stored, EIGHT + HOUR)

    assert site.paths() == ["/feed", "/new", "/new"]
    assert site.requests[-1][1]["if-none-match"] == '"1"'
    [line] = help_said(engine)
    assert f"has moved for good to {site.url}/new and is read there" in line


def test_writing_the_new_address_into_the_file_keeps_what_is_known(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, {"blog": f"{site.url}/feed"})
    site.answers["/feed"] = Answer(status=308, heads={"Location": "/new"})
    site.answers["/new"] = a_feed("one", ETag='"1"')
    read(engine, stored)
    stored = applied(engine, {"blog": f"{site.url}/new"})

    assert (row(engine).etag, row(engine).moved_to) == ('"1"', "")
    assert help_said(engine) == []


def test_a_new_address_in_the_file_is_a_new_start(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, {"blog": f"{site.url}/feed"})
    site.answers["/feed"] = Answer(status=410)
    read(engine, stored)
    site.answers["/other"] = a_feed("one")
    stored = applied(engine, {"blog": f"{site.url}/other"})
    [report] = read(engine, stored)

    assert report.new == 1


def test_a_place_that_a_feed_moved_to_and_left_is_forgotten(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, {"blog": f"{site.url}/feed"})
    site.answers["/feed"] = Answer(status=301, heads={"Location": "/new"})
    site.answers["/new"] = a_feed("one")
    read(engine, stored)
    site.answers["/new"] = Answer(status=410)
    site.answers["/feed"] = a_feed("one", "two")
    read(engine, stored, EIGHT + HOUR)
    [report] = read(engine, stored, EIGHT + 2 * HOUR)

    assert (report.new, report.failed) == (1, "")
    assert row(engine).moved_to == ""


def test_each_source_is_taken_in_when_it_is_read_whatever_the_slow_ones_do(
    engine: Engine, site: WebSite
) -> None:
    titles_by_turn: list[list[str]] = []

    def slow(answer: BufferedIOBase) -> None:
        waiting = threading.Event()
        for _ in range(500):
            if titles(engine):
                break
            waiting.wait(0.02)
        titles_by_turn.append(titles(engine))
        answer.write(b"HTTP/1.0 200 OK\r\n\r\n" + a_feed("slow").content)

    with web_site("127.0.0.2") as other:
        stored = applied(
            engine, {"slow": f"{site.url}/slow", "blog": f"{other.url}/feed"}
        )
        site.answers["/slow"] = slow
        other.answers["/feed"] = a_feed("quick")
        reports = read(engine, stored)

    assert titles_by_turn == [["quick"]]
    assert [report.source for report in reports] == ["slow", "blog"]
    assert titles(engine) == ["quick", "slow"]


def test_a_host_that_is_not_there_costs_its_time_twice_and_not_for_every_source(
    engine: Engine,
) -> None:
    requests: list[str] = []

    def nowhere(host: str, _port: int) -> list[str]:
        requests.append(host)
        raise OSError("no such host")

    urls = {f"blog-{n}": f"http://gone.example.org/{n}" for n in range(5)}
    stored = applied(engine, urls)
    fetcher = replace(LOOPBACK, resolve=nowhere)
    reports = gather(engine, fetcher, [GatheringRound(stored)], EIGHT)["lantern-week"]

    assert len(requests) == 2
    assert "nothing answers there" in reports[1].failed
    assert "did not answer for two other sources" in reports[2].failed
    assert all(report.failed for report in reports)


def test_what_there_is_no_time_for_is_left_and_is_the_first_next_time(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, {name: f"{site.url}/{name}" for name in "abc"})
    for name in "abc":
        site.answers[f"/{name}"] = a_feed(name)
    rounds = [GatheringRound(stored)]
    none = gather(engine, LOOPBACK, rounds, EIGHT, seconds=0)["lantern-week"]
    with reading(engine) as connection:
        rows = sources.of_campaign(connection, stored.id)
    with writing(engine) as connection:
        sources.note_read(connection, rows["a"], EIGHT, {})
        sources.note_read(connection, rows["b"], EIGHT - MINUTE, {})
    read(engine, stored, EIGHT + HOUR)

    assert all("took all the time" in report.not_read for report in none)
    assert site.paths() == ["/c", "/b", "/a"]


def test_what_a_reader_notes_down_is_handed_to_it_the_next_time(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, {"blog": f"{site.url}/page"}, kind="page")
    posts = "".join(
        f"<h3>{title}</h3><p>By Ann Example, Chair, Hall</p><p>Of {title}, words.</p>"
        for title in ("Lanterns", "Buses", "Envelopes")
    )
    page = f"<main><h1>Week</h1><h2>Monday, 6 July</h2>{posts}</main>"
    for content in (page, page.replace("<h3>Buses", "<h3>Trams")):
        site.answers["/page"] = Answer(content.encode())
        [report] = read(engine, stored)

    assert (report.new, report.revised, report.unchanged) == (0, 1, 2)


def test_two_machines_that_read_at_once_count_a_failure_once(engine: Engine) -> None:
    applied(engine, {"blog": "https://example.org/feed"})
    stale = row(engine)
    failed = stale.health.after_failure(SourceFailure("no answer"), EIGHT)
    with writing(engine) as connection:
        settled = [
            sources.note_failed(connection, stale, EIGHT, failed) for _ in range(2)
        ]

    assert settled == [True, False]
    assert row(engine).health == failed


def test_a_person_who_resumes_is_not_overruled_by_a_reading_under_way(
    engine: Engine,
) -> None:
    applied(engine, {"blog": "https://example.org/feed"})
    failure = SourceFailure("410 Gone", is_gone=True)
    with writing(engine) as connection:
        before = row_in(connection)
        paused = before.health.after_failure(failure, EIGHT)
        sources.note_failed(connection, before, EIGHT, paused)
        under_way = row_in(connection)
        sources.resume(connection, under_way, EIGHT)
        late = under_way.health.after_failure(failure, EIGHT)
        assert not sources.note_failed(connection, under_way, EIGHT, late)

    assert row(engine).health.state is SourceState.ACTIVE
