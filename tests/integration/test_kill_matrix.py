"""A short kill matrix: `make kill-matrix` runs the long one."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.kills import ground
from tests.kills.matrix import Matrix, Plan
from tests.kills.points import Point
from tests.postgres import Databases


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a kind of database; of PostgreSQL on the server of the run's own."""
    if request.param == "postgresql":
        databases: Databases = request.getfixturevalue("databases")

        @contextmanager
        def a_copy() -> Iterator[str]:
            with databases.database() as engine:
                yield engine.url.render_as_string(hide_password=False)

        # Senders are killed, the server is not: it need not start, nor wait for disks.
        monkeypatch.setitem(ground.DATABASES, "postgresql", a_copy)
    kind: str = request.param
    return kind


def test_a_kill_at_any_point_loses_nothing_and_says_nothing_false(
    database: str,
) -> None:
    # Two workers, killed together: one alone, and three, are in the long matrix.
    plan = Plan(database, 2, readers=300, connections=4, randomly=2, each=1, seed=3)
    matrix = Matrix(plan, lambda _words: None).run()

    assert matrix.verdict.broken == {}
    assert {point for point in Point if matrix.killed[point]} == set(Point)
