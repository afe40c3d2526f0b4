"""Migrated databases, and a program on one: fixtures.

The conftest of a folder that uses them takes them in.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from sqlalchemy import Engine, event

from digest.bootstrap import App, opened
from digest.model.editions.mode import Mode
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from digest.store.base.engine import open_engine
from digest.store.base.modes import in_mode
from digest.store.migrate import migrate
from tests.builders import EIGHT, a_post
from tests.postgres import Databases, shared
from tests.statements import compile_once
from tests.stored import a_reader, a_stored_campaign, posts_accepted

compile_once()


def quick_engine(url: str) -> Engine:
    """Return an engine that waits for no disk: what is killed keeps its machine."""
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(
            engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF")
        )
    return engine


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Yield the run's PostgreSQL, which makes databases; skips where there is none."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # that of the run, which all its workers see
    with ExitStack() as stack:
        try:
            server = stack.enter_context(shared(folder))
        except LookupError as problem:
            pytest.skip(str(problem))
        yield server


@pytest.fixture(scope="session")
def sqlite_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated database file, to be copied."""
    path = tmp_path_factory.mktemp("pattern") / "digest.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


# Of a test by Hypothesis that makes the one database of its examples anew for each.
MADE_ANEW = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)


def make_anew(engine: Engine, pattern: Path) -> None:
    """Have an SQLite database be a copy of a file once more.

    A new engine would be to make every statement anew as well.
    """
    engine.dispose()
    path = Path(engine.url.database or "")
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    shutil.copy(pattern, path)


@pytest.fixture
def sqlite_engine(tmp_path: Path, sqlite_pattern: Path) -> Iterator[Engine]:
    """Yield a migrated SQLite database of the test's own."""
    path = shutil.copy(sqlite_pattern, tmp_path / "digest.db")
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_engine(databases: Databases) -> Iterator[Engine]:
    """Yield a migrated PostgreSQL database of the test's own."""
    with databases.database() as engine:
        yield engine


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return a migrated database of the test's own: each test runs on both kinds."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine


@pytest.fixture(scope="session")
def program_pattern(
    tmp_path_factory: pytest.TempPathFactory, sqlite_pattern: Path
) -> Path:
    """Return the database file of `program`, to be copied."""
    folder = tmp_path_factory.mktemp("program")
    path = Path(shutil.copy(sqlite_pattern, folder / "digest.db"))
    with opened(Settings(data_dir=folder), EIGHT + timedelta(hours=1)) as app:
        a_stored_campaign(app.engine)
        a_reader(app.engine, "ann")
        a_reader(app.engine, "bob", email=None, format="letter")
        posts_accepted(app.engine, [a_post(title="<b>Kettles</b> & urns")])
        # What a rehearsal carries is as open to changes as before.
        publish(in_mode(app.engine, Mode.LIVE), "lantern-week", "daily", EIGHT)
        posts_accepted(app.engine, [a_post("two", title="More tea")])
    return path


@pytest.fixture
def program(tmp_path: Path, program_pattern: Path) -> Iterator[App]:
    """Yield a program with one edition planned for one reader."""
    shutil.copy(program_pattern, tmp_path / "digest.db")
    with opened(Settings(data_dir=tmp_path), EIGHT + timedelta(hours=1)) as app:
        yield app
