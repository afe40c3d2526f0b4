"""A short kill matrix: `make kill-matrix` runs the long one."""

import pytest

from tests.kills.matrix import Matrix, Plan
from tests.kills.points import Point
from tests.postgres import programs


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_kill_at_any_point_loses_nothing_and_says_nothing_false(
    database: str, workers: int
) -> None:
    if database == "postgresql" and programs() is None:
        pytest.skip("no PostgreSQL on this machine: apt-get install postgresql")
    plan = Plan(
        database, workers, readers=300, connections=4, randomly=2, each=1, seed=workers
    )
    matrix = Matrix(plan, lambda _words: None).run()

    assert matrix.verdict.broken == {}
    assert {point for point in Point if matrix.killed[point]} == set(Point)
