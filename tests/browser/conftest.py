"""A Chromium for the tests that look at a page as a reader does."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.databases import (
    program,
    program_pattern,
    sqlite_engine,
    sqlite_pattern,
)

__all__ = ["browser", "program", "program_pattern", "sqlite_engine", "sqlite_pattern"]

# As long as playwright waits for all else: a busy machine is no fault of a page.
expect.set_options(timeout=30_000)
# The system's own, or the one that CHROMIUM names; playwright's is not asked for. First
# the one with no window to open: it takes a third of the time for a page, and less than
# half for a new one.
_USUAL = (
    "/usr/bin/chromium-headless-shell",
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
)


def chromium() -> str | None:
    """Return where a Chromium is, or None where none is found."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for path in _USUAL if Path(path).is_file()), None)


# Not of the session: while it is open, nothing else may run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Yield a running Chromium, shared by the tests of this folder."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium: install chromium, or set CHROMIUM to its path")
    # A container gives Chromium no user namespaces to build its sandbox from.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        yield browser
        browser.close()
