"""The benchmark of staff's pages has an address for every page there is."""

import importlib
from pathlib import Path

import pytest

from digest.bootstrap import App
from digest.web.app import make_app
from tests.staff import staff_routes

BENCH = Path(__file__).parents[2] / "bench"


def test_the_benchmark_knows_where_every_page_of_staffs_is(
    program: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    pages = importlib.import_module("_web_pages")
    size = importlib.import_module("_web_rows").Size(10, 2)
    app = make_app(program)
    with program.reading() as connection:
        every = pages.pages_of(app, connection, size, ("",))
    there = {
        path
        for path, method, _ in staff_routes(app)
        if method == "GET" and path.startswith(pages.OF_STAFF)
    }

    assert there <= {page.path for page in every}
    assert not [page for page in every if "{" in page.address]
    assert len({page.path for page in every}) == len(every)
