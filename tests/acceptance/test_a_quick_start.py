"""A worker with nothing to do starts at once: it loads nothing that it needs not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import Command
from tests.commands import environment

# Each is slow to import, or brings with it what is.
NOT_TO_WORK = (
    *("aiosmtpd", "alembic", "apscheduler", "babel", "fastapi", "feedparser", "httpx"),
    *("icalendar", "jinja2", "lxml", "mako", "premailer", "procrastinate", "psycopg"),
    *("pygments", "rich", "starlette", "trafilatura", "typst", "uvicorn", "wtforms"),
    *("digest.audience", "digest.cli.parts.nouns", "digest.compose", "digest.gather"),
    *("digest.model.campaigns.campaign", "digest.model.posts", "digest.render"),
    *("digest.store.campaigns.campaigns", "digest.web"),
    "sqlalchemy.dialects.postgresql",
)
_WORK = """
import sys
from digest.cli.main import run
sys.argv = ["digest", *sys.argv[1:]]
try:
    run()
finally:
    sys.stderr.write(" ".join(sys.modules))
"""
_LOOKED_THROUGH = """
import atexit, gc, sys
looks = []
gc.callbacks.append(lambda phase, facts: looks.append((phase, facts["generation"])))
atexit.register(lambda: sys.stderr.write(str(len(gc.get_objects()))))
atexit.register(lambda: sys.stderr.write(f"{looks.count(('start', 2))} "))
from digest.cli.main import run
sys.argv = ["digest", *sys.argv[1:]]
run()
"""


@pytest.mark.parametrize("words", [("work", "--until-done")], ids=" ".join)
def test_nothing_is_loaded_that_is_not_needed(
    home: Path, digest: Command, words: tuple[str, ...]
) -> None:
    digest("init")
    digest("status")  # the first command keeps which secret keys are in use
    worked = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _WORK, *words],
        cwd=home,
        env=os.environ | environment(home),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = worked.stderr.split()

    assert "digest.bootstrap" in loaded
    assert not {*loaded} & {*NOT_TO_WORK}


def test_what_is_imported_is_not_looked_through_for_what_died(
    home: Path, digest: Command
) -> None:
    digest("init")
    worked = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _LOOKED_THROUGH, "work", "--until-done"],
        cwd=home,
        env=os.environ | environment(home),
        capture_output=True,
        text=True,
        check=True,
    )
    whole_looks, left_to_the_end = map(int, worked.stderr.split())

    assert whole_looks == 0
    assert left_to_the_end < 100
