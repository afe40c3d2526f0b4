"""Every page of staff's, with 100,000 readers, 200 editions and a run in progress.

Pages are drawn from the route table. The peer is a page of the same framework with a
template of one line and no database. `--readers` and `--editions` set the size; lists
of 1,000,000 people page by key: `--readers 1000000 --editions 10`.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import process_time

from _plan_rows import AT
from _web_rows import Size, pages_to_show
from fastapi import FastAPI
from fastapi import Response as Page
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from harness import Result, main
from httpx2 import Response
from jinja2 import Environment
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.model.roles import Role
from digest.settings import Settings
from digest.staff import entrance
from digest.store.staff import accounts
from digest.web.app import make_app

NOW = AT + timedelta(minutes=10)
HOME = "http://localhost:8000"
OF_STAFF = ("/desk", "/post", "/account")
# What stands in a path, and an address of that kind that leads to what there is.
ADDRESSES = {
    "{name}": "lantern-week",
    "{schedule}": "daily",
    "{preview}": "html",
    "{table}": "copies",
    "{kind}": "post",
    "{act}": "hold",
    "{key}": "x",
}
P95_GOAL_MS, QUERIES_GOAL = 300, 10


@dataclass(frozen=True, slots=True)
class PageCost:
    """What a page costs; times are of the processor, in milliseconds."""

    path: str
    queries: int
    p50_ms: float
    p95_ms: float
    status: int


def measure(size: Size, quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return what each page costs: queries, CPU time, and against a bare page."""
    repeats = 5 if quick else 20
    if quick:
        size = Size(min(size.readers, 10_000), min(size.editions, 20))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), live=False)
        with opened(settings, NOW, migrating=True) as program:
            pages_to_show(program.engine, size)
            return _measured(program, size, repeats)


def _measured(program: App, size: Size, repeats: int) -> Result:
    live = program.engine.execution_options(mode="live")
    app = make_app(App(program.settings, live, program.clock, program.secret))
    with TestClient(app, base_url=HOME) as client, TestClient(_bare_app()) as bare:
        client.cookies.set("digest-session", _cookie(program))
        peer = _times(partial(bare.get, "/"), 5 * repeats)
        costs = [
            _cost(live, path, partial(client.get, _address(path, size)), repeats)
            for path in _pages(app)
        ]
    costs.sort(key=lambda cost: -cost.p95_ms)
    bare_ms = statistics.median(peer) * 1000
    return Result(
        "web",
        {
            "readers": size.readers,
            "editions": size.editions,
            "pages": len(costs),
            "pages_over_300_ms": sum(cost.p95_ms > P95_GOAL_MS for cost in costs),
            "pages_over_10_queries": sum(cost.queries > QUERIES_GOAL for cost in costs),
            "bare_page_ms": bare_ms,
        },
        {
            "median_page_cost_vs_bare": statistics.median(
                cost.p50_ms / bare_ms for cost in costs
            )
        },
        rows=[
            {
                "queries": cost.queries,
                "p50_ms ": cost.p50_ms,
                "p95_ms ": cost.p95_ms,
                "vs_bare": cost.p50_ms / bare_ms,
                "status": cost.status,
                "page": cost.path,
            }
            for cost in costs
        ],
    )


def _cost(
    engine: Engine, path: str, request: Callable[[], Response], repeats: int
) -> PageCost:
    status = request().status_code
    times = _times(request, repeats)
    return PageCost(
        path,
        _queries(engine, request),
        statistics.median(times) * 1000,
        sorted(times)[max(round(0.95 * len(times)) - 1, 0)] * 1000,
        status,
    )


def _bare_app() -> FastAPI:
    """Return the same framework with one page, and nothing behind it."""
    app, page = (
        FastAPI(),
        Environment(autoescape=True).from_string("<p>{{ words }}</p>"),
    )

    @app.get("/")
    def bare() -> Page:
        return HTMLResponse(page.render(words="Nothing"))

    return app


def _pages(app: FastAPI) -> list[str]:
    paths = []
    for included in app.routes:
        router = getattr(included, "original_router", None)
        for route in router.routes if router else ():
            is_page = isinstance(route, APIRoute) and "GET" in (route.methods or ())
            if is_page and route.path.startswith(OF_STAFF):
                paths.append(route.path)
    return paths


def _address(path: str, size: Size) -> str:
    for words, value in ADDRESSES.items():
        path = path.replace(words, value)
    path = path.replace("{edition_id}", str(size.editions))
    while "{" in path:
        before, _, rest = path.partition("{")
        path = f"{before}1{rest.partition('}')[2]}"
    return path


def _times(request: Callable[[], object], repeats: int) -> list[float]:
    """Return the CPU seconds of each request, those of the database's work too."""
    times = []
    for _ in range(repeats):
        before = process_time()
        request()
        times.append(process_time() - before)
    return times


def _queries(engine: Engine, request: Callable[[], object]) -> int:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, words: str, *_rest: object) -> None:
        statements.append(words)

    event.listen(engine, "before_cursor_execute", note)
    request()
    event.remove(engine, "before_cursor_execute", note)
    return sum(words.lstrip().startswith(("SELECT", "WITH")) for words in statements)


def _cookie(program: App) -> str:
    with program.writing() as connection:
        who = accounts.add(connection, "a@example.org", "Priya", Role.ADMIN, NOW)
        accounts.set_password(connection, who.id, "no hash", NOW)
        token, _ = entrance.sign_in(
            connection, who.id, "a bench", NOW, is_confirmed=True
        )
    return token


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--editions", type=int, default=200)
    sizes, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    main(partial(measure, Size(sizes.readers, sizes.editions)))
