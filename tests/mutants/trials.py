"""A mutant's trial: the tests that judge its module, in a process of their own."""

import importlib
import importlib.util
import multiprocessing
import os
import resource
import sys
from tempfile import TemporaryDirectory

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


def cost_unchanged(target: Target) -> float:
    """Return the seconds of computing that a module's tests take as it is."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if is_killed(target.source, target, 100):
        raise SystemExit(f"{target.module}: its tests fail on the module as it is")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def is_killed(code: str, target: Target, cost: float) -> bool:
    """Whether the tests fail on the module with that code, or take far longer."""
    with TemporaryDirectory() as folder:
        trial = FORK.Process(target=_run, args=(code, target, folder, cost))
        trial.start()
        trial.join(30 + 10 * cost)
        trial.kill()
        trial.join()
    return trial.exitcode != 0


def _run(code: str, target: Target, folder: str, cost: float) -> None:
    """Put the code in the module's place in this process, and judge it."""
    seconds = int(2 + 4 * cost)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
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
