"""A mutant's trial: the tests that judge its module, in a process of their own."""

import importlib
import importlib.util
import multiprocessing
import os
import sys
from tempfile import TemporaryDirectory
from time import monotonic

import pytest

from tests.mutants.targets import ROOT, Target

# What tests import and no mutant is part of: read once, before the processes fork.
LIBRARIES = (
    "aiosmtpd.controller",
    "alembic.command",
    "anyio",
    "jinja2",
    "lxml.html",
    "pydantic",
    "pypdfium2",
    "segno",
    "sqlalchemy.dialects.sqlite",
    "typst",
)
OPTIONS = (
    *("-q", "-x", "-p", "anyio.pytest_plugin", "-p", "no:cacheprovider"),
    # The same statements on another database: they would judge the same again.
    *("-k", "not postgresql"),
)
FORK = multiprocessing.get_context("fork")


def prepare() -> None:
    """Read what every trial needs, so that none has to."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(ROOT)
    for name in LIBRARIES:
        importlib.import_module(name)


def seconds_unchanged(target: Target) -> float:
    """Return how long the tests take on the module as it is; they have to pass."""
    started = monotonic()
    if is_killed(target.source, target, 300):
        raise SystemExit(f"{target.module}: its tests fail on the module as it is")
    return monotonic() - started


def is_killed(code: str, target: Target, seconds: float) -> bool:
    """Whether the tests fail on the module with that code, or take longer."""
    with TemporaryDirectory() as folder:
        trial = FORK.Process(target=_run, args=(code, target, folder))
        trial.start()
        trial.join(seconds)
        trial.kill()
        trial.join()
    return trial.exitcode != 0


def _run(code: str, target: Target, folder: str) -> None:
    """Put the code in the module's place in this process, and judge it."""
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    name = f"digest.{target.module}"
    spec = importlib.util.find_spec(name)
    assert spec is not None
    mutant = sys.modules[name] = importlib.util.module_from_spec(spec)
    exec(compile(code, str(spec.origin), "exec"), mutant.__dict__)  # noqa: S102 - our own words
    package, _, leaf = name.rpartition(".")
    setattr(sys.modules[package], leaf, mutant)
    tests = map(str, target.tests)
    os._exit(pytest.main([*OPTIONS, f"--basetemp={folder}/files", *tests]))
