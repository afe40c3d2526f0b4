"""What a test of any folder may ask for: nothing here is slow to import.

What needs a database or a browser is in the conftest of the folders that use it.
"""

import gc
import os
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

from tests.in_memory import MEMORY, has_room

if has_room():
    # Where pytest has its folders, and whatever else makes one, in any process. A disk
    # waits for each commit of thousands of small databases, all thrown away; what a
    # test proves of one that fails, it makes fail.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)

# Thousands of tests are collected, and not one is garbage: looking for it takes longer
# with each.
gc.disable()
_set_apart = gc.freeze
_OLDEST = 2  # generation of what the collector of garbage looks at


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Have workers that collect all tests each begin with modules of its own.

    Of a new checkout pytest compiles every module of tests in a way of its own, which
    takes longer than to import it; the others then read what has been compiled. All
    workers beginning with the same, each compiled all of them.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1 or session.config.args != session.config.getini("testpaths"):
        return
    number = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))
    here = Path(__file__).parent
    for path in sorted(here.glob("*/test_*.py"))[number::workers]:
        # One that cannot be imported is reported when its turn comes.
        with suppress(Exception, pytest.skip.Exception):
            import_module(f"tests.{path.parent.name}.{path.stem}")


def pytest_collection_finish() -> None:
    """Have the collector of garbage look at what tests make, not at all the tests."""
    gc.collect()
    _set_apart()
    # A sender sets all apart while it sends, and then no longer: the tests as well, and
    # to look them through takes seconds.
    vars(gc).update(freeze=_leave, unfreeze=_leave)
    gc.enable()
    # Every test makes and drops whole programs: looked at less often than as a rule.
    gc.set_threshold(20_000, 20, 50)
    gc.callbacks.append(_set_the_rest_apart)


def _leave() -> None:
    """Leave apart what is."""


def _set_the_rest_apart(phase: str, about: dict[str, int]) -> None:
    """Look through once, not each time, what is kept for all tests, as statements."""
    if phase == "stop" and about["generation"] == _OLDEST:
        _set_apart()


def pytest_sessionfinish() -> None:
    """Look for what was never closed once: pytest then does so five times more."""
    gc.collect()
    _set_apart()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Have a worker more than there are processors, unless the environment says.

    A sixth of the time that tests take they wait: for a server's answer that is late, a
    process that ends, a page.
    """
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Have tests that are marked `anyio` run on the event loop of asyncio."""
    return "asyncio"
