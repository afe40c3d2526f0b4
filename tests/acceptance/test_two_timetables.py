"""Two timetables on one database: one edition per slot, and a clean stop."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import update

from digest.store.base.engine import open_engine, writing
from digest.store.base.tables import schedule
from tests.acceptance.conftest import Command, environment

CAMPAIGN = """
[campaign]
name = "{name}"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
lists = ["lantern"]
[[source]]
name = "notes"
kind = "folder"
path = "notes"
[[schedule]]
name = "daily"
at = "{at}"
default = true
"""
CAMPAIGNS = 5


def wait_until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_two_timetables_make_one_edition_per_slot(home: Path, digest: Command) -> None:
    (home / "notes").mkdir()
    (home / "notes" / "one.md").write_text("# One\n\nWords.\n")
    (home / "people.csv").write_text("name,email\nAnn,ann@example.org\n")
    digest("init")
    applied = datetime.now(UTC) - timedelta(minutes=2)
    due = (applied + timedelta(minutes=1)).astimezone(ZoneInfo("Europe/London"))
    for number in range(CAMPAIGNS):
        file = home / f"{number}.toml"
        file.write_text(CAMPAIGN.format(name=f"c{number}", at=f"{due:%H:%M:%S}"))
        assert digest("campaign", "apply", file.name).returncode == 0
    digest("subscribers", "import", "people.csv", "--list", "lantern")
    shift_slots_since(home, applied)

    both = [
        subprocess.Popen(
            [sys.executable, "-m", "digest", "timetable"],
            cwd=home,
            env=environment(home),
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]

    def editions() -> list[str]:
        return [
            edition["state"]
            for number in range(CAMPAIGNS)
            for edition in json.loads(
                digest("edition", "list", f"c{number}", "--json").stdout
            )
        ]

    try:
        wait_until(lambda: editions() == ["planned"] * CAMPAIGNS, 60)
    finally:
        for process in both:
            process.send_signal(signal.SIGTERM)
        ends = [process.communicate(timeout=20)[1] for process in both]

    assert [process.returncode for process in both] == [0, 0], ends
    assert b"Traceback" not in b"".join(ends)
    assert editions() == ["planned"] * CAMPAIGNS


def shift_slots_since(home: Path, applied: datetime) -> None:
    """Make the schedules a little older than they are, so that a slot is due."""
    engine = open_engine(f"sqlite:///{home}/var/digest.db")
    with writing(engine) as connection:
        connection.execute(update(schedule).values(slots_since=applied))
    engine.dispose()
