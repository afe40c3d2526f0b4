"""What every test may ask for."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.bootstrap import App, opened
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from digest.store.base.engine import open_engine
from digest.store.migrate import migrate
from tests.builders import EIGHT, a_post
from tests.postgres import Databases, running
from tests.stored import a_reader, a_stored_campaign, posts_accepted


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Have tests that are marked `anyio` run on the event loop of asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Yield a PostgreSQL that makes databases; skips where there is none."""
    with ExitStack() as ending:
        try:
            server = ending.enter_context(running())
        except LookupError as problem:
            pytest.skip(str(problem))
        yield Databases(server)


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """Yield a migrated SQLite database of the test's own."""
    made = open_engine(f"sqlite:///{tmp_path}/digest.db")
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def postgresql_engine(databases: Databases) -> Iterator[Engine]:
    """Yield a migrated PostgreSQL database of the test's own."""
    with databases.one() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return a migrated database of the test's own: each test runs on both kinds."""
    made: Engine = request.getfixturevalue(f"{request.param}_engine")
    return made


@pytest.fixture
def program(tmp_path: Path) -> Iterator[App]:
    """Yield a program with one edition planned for one reader."""
    settings = Settings(data_dir=tmp_path)
    with opened(settings, EIGHT + timedelta(hours=1), migrating=True) as made:
        a_stored_campaign(made.engine)
        a_reader(made.engine, "ann")
        a_reader(made.engine, "bob", email=None, format="letter")
        posts_accepted(made.engine, [a_post(title="<b>Kettles</b> & urns")])
        publish(made.engine, "lantern-week", "daily", EIGHT)
        posts_accepted(made.engine, [a_post("two", title="More tea")])
        yield made
