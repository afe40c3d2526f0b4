"""Some days of a soak, around a change of the clock: `make soak` runs 400."""

import shutil
from datetime import date
from pathlib import Path

from tests.postgres import PATTERN, Databases
from tests.soak.ground import Ground, PostgresGround, SqliteGround
from tests.soak.run import Soak, live_through
from tests.soak.story import Rates

# British clocks go on on the 26th, and New York's went on on the 12th.
BEFORE_THE_CHANGE = date(2028, 3, 24)


def lived(ground: Ground, folder: Path, days: int, seed: int) -> None:
    soak = Soak(BEFORE_THE_CHANGE, days, readers=30, seed=seed, rates=Rates(rough=3))
    counts = live_through(soak, ground, folder)
    assert min(counts["emails"], counts["readers served in full"]) > 0


def test_every_post_comes_once_to_everybody_whatever_happens(
    tmp_path: Path, sqlite_pattern: Path
) -> None:
    (tmp_path / "var").mkdir()
    shutil.copy(sqlite_pattern, tmp_path / "var" / "digest.db")

    lived(SqliteGround(tmp_path / "var"), tmp_path, days=4, seed=3)


def test_so_it_does_on_postgresql(tmp_path: Path, databases: Databases) -> None:
    (tmp_path / "var").mkdir()
    ground = PostgresGround(databases.address, "soak")
    ground.create(PATTERN)

    lived(ground, tmp_path, days=3, seed=4)
