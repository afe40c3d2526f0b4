"""What every test may ask for."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.bootstrap import App, opened
from digest.schedule.publishing import run
from digest.settings import Settings
from digest.store.engine import open_engine
from digest.store.migrate import migrate
from tests.builders import EIGHT, a_post
from tests.stored import a_reader, a_stored_campaign, posts_accepted


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Yield a migrated database of the test's own."""
    made = open_engine(f"sqlite:///{tmp_path}/digest.db")
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[App]:
    """Yield a program with one edition planned for one reader."""
    settings = Settings(data_dir=tmp_path)
    with opened(settings, EIGHT + timedelta(hours=1), migrating=True) as made:
        a_stored_campaign(made.engine)
        a_reader(made.engine, "ann")
        a_reader(made.engine, "bob", email=None, format="letter")
        posts_accepted(made.engine, [a_post(title="<b>Kettles</b> & urns")])
        run(made.engine, "lantern-week", "daily", EIGHT)
        posts_accepted(made.engine, [a_post("two", title="More tea")])
        yield made
