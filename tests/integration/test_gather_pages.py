"""Web pages into the log: what a reader notes down is kept from reading to reading."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.gather.gathering import GatheringRound, SourceReport, gather
from digest.model.posts.items import Post
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.posts import log
from tests.builders import EIGHT, LOOPBACK
from tests.fakes.web_site import Answer, WebSite, web_site

FILE = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
lists = ["lantern"]
starts = 2026-07-06
ends = 2026-07-10
[[source]]
name = "week"
kind = "page"
url = "{url}/week"
first = {first}
[[schedule]]
name = "daily"
at = "16:00"
"""
MONDAY = """<h2>Monday</h2><h3>Lanterns</h3><p>By Ann Example, Chair, Hall</p>
<p>We have walked down to the river every July since the mill closed.</p>"""
TUESDAY = """<h2>Tuesday</h2><h3>Buses</h3><p>By Cy Test, Driver, Council</p>
<p>The 43 stops where it stops because somebody drew a line.</p>"""


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


def publish(site: WebSite, main: str, path: str = "/week") -> None:
    page = f"<html lang='en'><body><main><h1>Week</h1>{main}</main></body></html>"
    site.answers[path] = Answer(page.encode())


def applied(engine: Engine, site: WebSite, first: str = '"now"') -> StoredCampaign:
    text = FILE.format(url=site.url, first=first)
    with writing(engine) as connection:
        file = CampaignFile(text, "Europe/London", str(Path("/")))
        return campaigns.apply(connection, file, EIGHT)


def gathered(engine: Engine, stored: StoredCampaign) -> SourceReport:
    [report] = gather(engine, LOOPBACK, [GatheringRound(stored)], EIGHT)["lantern-week"]
    return replace(report, skipped=())


def released(engine: Engine) -> list[Post]:
    with reading(engine) as connection:
        items = [entry.item for entry in log.released(connection, 1, 0)]
    return [item for item in items if isinstance(item, Post)]


def test_a_post_of_a_long_page_is_in_the_log_once_however_it_is_edited(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, site, '"campaign-start"')
    publish(site, MONDAY)
    first = gathered(engine, stored)
    publish(site, TUESDAY + MONDAY.replace("Lanterns", "Forty lanterns"))
    second = gathered(engine, stored)

    assert (first.new, second.new, second.revised) == (1, 1, 1)
    assert [post.title for post in released(engine)] == ["Forty lanterns", "Buses"]


def test_a_day_of_the_week_is_that_of_the_campaign(
    engine: Engine, site: WebSite
) -> None:
    publish(site, TUESDAY + MONDAY)
    gathered(engine, applied(engine, site, '"campaign-start"'))

    days = [post.published for post in released(engine)]
    assert [day.isoformat() for day in days if day] == [
        *("2026-07-05T23:00:00+00:00", "2026-07-06T23:00:00+00:00")
    ]


def test_what_a_list_held_before_stays_out_and_what_comes_is_taken(
    engine: Engine, site: WebSite
) -> None:
    stored = applied(engine, site)
    link = '<article><h2><a href="/{n}">Story number {n}</a></h2></article>'
    for n in range(60):
        publish(site, f"<h1>Story number {n}</h1><p>All of story {n}.</p>", f"/{n}")
    publish(site, "".join(link.format(n=n) for n in range(59)))
    first = gathered(engine, stored)
    publish(site, "".join(link.format(n=n) for n in (59, *range(59))))
    later = [gathered(engine, stored) for _ in range(3)]

    assert first.new == 0
    assert [report.new for report in later] == [1, 0, 0]
    assert site.paths() == ["/week", "/week", "/59", "/week", "/59", "/week", "/59"]


def test_a_list_that_moves_to_another_address_is_met_for_the_first_time(
    engine: Engine, site: WebSite
) -> None:
    link = '<article><h2><a href="/{n}">Story number {n}</a></h2></article>'
    for n in range(6):
        publish(site, f"<h1>Story number {n}</h1><p>All of story {n}.</p>", f"/{n}")
    publish(site, "".join(link.format(n=n) for n in range(3)))
    publish(site, "".join(link.format(n=n) for n in range(6)), "/new/week")
    gathered(engine, applied(engine, site))
    site.url += "/new"
    moved = gathered(engine, applied(engine, site))

    assert moved.new == 0
    assert released(engine) == []
