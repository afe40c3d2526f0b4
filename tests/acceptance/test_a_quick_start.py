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
    *("digest.render", "digest.web"),
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


@pytest.mark.parametrize("words", [("work", "--until-done")], ids=" ".join)
def test_nothing_is_loaded_that_is_not_needed(
    home: Path, digest: Command, words: tuple[str, ...]
) -> None:
    digest("init")
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
