"""Two timetables on one database: one edition per slot, and a clean stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.tables import edition, schedule
from tests.acceptance.conftest import Command
from tests.commands import environment

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
        time.sleep(0.1)


def test_two_timetables_make_one_edition_per_slot(home: Path, digest: Command) -> None:
    note = home / "notes" / "one.md"
    note.parent.mkdir()
    note.write_text("# One\n\nWords.\n")
    # What was written just now may be half of what it will be, and waits.
    os.utime(note, (time.time() - 60,) * 2)
    (home / "people.csv").write_text("name,email\nAnn,ann@example.org\n")
    digest("init")
    applied = datetime.now(UTC) - timedelta(minutes=2)
    due = (applied + timedelta(minutes=1)).astimezone(ZoneInfo("Europe/London"))
    for number in range(CAMPAIGNS):
        file = home / f"{number}.toml"
        file.write_text(CAMPAIGN.format(name=f"c{number}", at=f"{due:%H:%M:%S}"))
        assert digest("campaign", "apply", file.name).returncode == 0
    digest("subscribers", "import", "people.csv", "--list", "lantern")
    engine = open_engine(f"sqlite:///{home}/var/digest.db")
    # A little older than they are, so that a slot of theirs is due.
    with writing(engine) as connection:
        connection.execute(update(schedule).values(slots_since=applied))

    both = [
        subprocess.Popen(
            [sys.executable, "-m", "digest", "timetable"],
            cwd=home,
            env=environment(home),
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]

    def editions() -> list[tuple[int, str]]:
        with reading(engine) as connection:
            columns = (edition.c.campaign_id, edition.c.state)
            rows = connection.execute(select(*columns).order_by(edition.c.campaign_id))
            return [(campaign_id, state) for campaign_id, state in rows]

    one_each = [(number + 1, "planned") for number in range(CAMPAIGNS)]
    try:
        wait_until(lambda: editions() == one_each, 60)
    finally:
        for process in both:
            process.send_signal(signal.SIGTERM)
        ends = [process.communicate(timeout=20)[1] for process in both]

    assert [process.returncode for process in both] == [0, 0], ends
    assert (b"Traceback" in b"".join(ends), editions()) == (False, one_each)
    engine.dispose()
