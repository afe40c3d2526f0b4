"""An edition waits for its own campaign's sources, and for no other's."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.model.editions.edition import EditionState
from digest.schedule.editions.publishing import publish_due
from digest.schedule.editions.side_by_side import SideBySide
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.editions import editions
from tests.builders import EIGHT, LOOPBACK

PATIENCE = 20.0


def a_campaign(engine: Engine, name: str, source: str, at: str, folder: Path) -> int:
    text = f"""
[campaign]
name = "{name}"
title = "{name.title()}"
from = "digest@example.org"
lists = ["{name}"]
[[source]]
name = "news"
{source}
[[schedule]]
name = "daily"
at = "{at}"
"""
    with writing(engine) as connection:
        file = CampaignFile(text, "UTC", str(folder))
        before = EIGHT.replace(hour=6)
        return campaigns.apply(connection, file, before).id


def state_of(engine: Engine, campaign_id: int) -> list[EditionState]:
    with reading(engine) as connection:
        return [row.state for row in editions.of_campaign(connection, campaign_id)]


@pytest.mark.parametrize(
    "at", [pytest.param("08:00", id="due too"), pytest.param("20:00", id="not due")]
)
def test_an_edition_does_not_wait_for_another_campaigns_hanging_source(
    engine: Engine, tmp_path: Path, at: str
) -> None:
    (tmp_path / "posts").mkdir()
    slow = 'kind = "feed"\nurl = "https://slow.example.org/feed"'
    quick = 'kind = "folder"\npath = "posts"'
    a_campaign(engine, "slow", slow, at, tmp_path)
    quick_id = a_campaign(engine, "quick", quick, "08:00", tmp_path)
    hanging, release = threading.Event(), threading.Event()

    def resolve(_host: str, _port: int) -> Sequence[str]:
        hanging.set()
        release.wait(PATIENCE)
        raise OSError("no such host")

    side_by_side = SideBySide(again=lambda: None)
    fetcher = replace(LOOPBACK, resolve=resolve)
    try:
        publish_due(engine, fetcher, EIGHT, run=side_by_side)
        assert hanging.wait(PATIENCE)
        for _ in range(400):
            if state_of(engine, quick_id) != [EditionState.OPEN]:
                break
            threading.Event().wait(0.02)

        assert state_of(engine, quick_id) == [EditionState.SKIPPED]
        assert not release.is_set()
    finally:
        release.set()
        assert side_by_side.wait(PATIENCE)


def test_an_errand_that_is_running_is_not_run_twice_and_asked_for_again() -> None:
    begun, release, looked_again = (threading.Event() for _ in range(3))
    runs = list[str]()
    side_by_side = SideBySide(again=looked_again.set)

    def errand() -> bool:
        runs.append("run")
        begun.set()
        release.wait(PATIENCE)
        return False

    side_by_side("campaign 1", errand)
    assert begun.wait(PATIENCE)
    side_by_side("campaign 1", errand)
    assert not looked_again.is_set()
    release.set()

    assert looked_again.wait(PATIENCE)
    assert side_by_side.wait(PATIENCE)
    assert runs == ["run"]


def test_an_errand_that_breaks_frees_its_name() -> None:
    def broken() -> bool:
        raise LookupError("a bug")

    side_by_side = SideBySide(again=lambda: None)
    for _ in range(2):
        side_by_side("campaign 1", broken)
        assert side_by_side.wait(PATIENCE)


@pytest.mark.parametrize("has_changed", [True, False])
def test_what_an_errand_has_changed_is_looked_at_at_once(*, has_changed: bool) -> None:
    looked_again = threading.Event()
    side_by_side = SideBySide(again=looked_again.set)
    side_by_side("campaign 1", lambda: has_changed)

    assert side_by_side.wait(PATIENCE)
    assert looked_again.wait(PATIENCE if has_changed else 0.05) is has_changed
