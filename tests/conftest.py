"""What every test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.store.engine import open_engine
from digest.store.migrate import migrate


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Yield a migrated database of the test's own."""
    made = open_engine(f"sqlite:///{tmp_path}/digest.db")
    migrate(made)
    yield made
    made.dispose()
