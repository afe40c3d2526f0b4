"""Every page of staff's, with 100,000 readers, 200 editions and a run in progress.

Pages are drawn from the route table. The peer is a page of the same framework with a
template of one line and no database. Times are of the processor, with those of
PostgreSQL's server for it. `--readers` and `--editions` set the size; `--keep FOLDER`
keeps the databases there for the next time, `--on sqlite` or `--on postgresql` asks
one alone, and `--pages reports,golive` only pages with one of these in their path.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic

from _backends import WorkClock
from _plan_rows import AT
from _send_peers import postgresql_server, there
from _web_rows import Size, pages_to_show
from fastapi import FastAPI
from fastapi import Response as Page
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from harness import OtherLoad, Result, main
from httpx2 import Response
from jinja2 import Environment
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, event, text
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.model.roles import Role
from digest.settings import Settings
from digest.staff import entrance
from digest.store.base.engine import reading
from digest.store.staff import accounts
from digest.store.staff.accounts import Account
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
# An edition checked anew: every format made once, and decided for all its readers.
CHECKED = ("/desk/campaigns/{name}/{schedule}?check=yes",)
DATABASES = ("sqlite", "postgresql")
# Filled fast; nothing is lost that is not made again.
_SERVER = ("fsync=off", "max_wal_size=8GB", "wal_level=minimal", "max_wal_senders=0")
P95_GOAL_MS, QUERIES_GOAL = 300, 10


@dataclass(frozen=True, slots=True)
class PageCost:
    """What a page costs; times are of the processor, in milliseconds."""

    path: str
    queries: int
    p50_ms: float
    p95_ms: float
    status: int


@dataclass(frozen=True, slots=True)
class PagesWanted:
    """What is measured: how much of everything, on which databases, which pages."""

    size: Size
    keep: Path | None
    databases: tuple[str, ...]
    words: tuple[str, ...]


def measure(wanted: PagesWanted, quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return what each page costs: queries, CPU time, and against a bare page."""
    repeats = 5 if quick else 20
    size = wanted.size
    if quick:
        size = Size(min(size.readers, 10_000), min(size.editions, 20))
    figures: dict[str, float] = {"readers": size.readers, "editions": size.editions}
    ratios, missing = {}, {}
    rows = list[dict[str, float | str]]()
    load = OtherLoad()
    for name in wanted.databases:
        with ExitStack() as ending:
            settings = ending.enter_context(_settings(name, wanted.keep))
            if settings is None:
                missing[f"{name}_median_page_cost_vs_bare"] = "no server of it here"
                continue
            program = ending.enter_context(opened(settings, NOW, migrating=True))
            begun = monotonic()
            if not _is_filled(program):
                pages_to_show(program.engine, size)
                figures[f"{name}_filled_in_s"] = monotonic() - begun
            costs, bare_ms = _measured(program, size, repeats, wanted.words)
            ratios[f"{name}_median_page_cost_vs_bare"] = statistics.median(
                cost.p50_ms / bare_ms for cost in costs
            )
            figures |= _figures(name, costs, bare_ms)
            rows += [_row(name, cost, bare_ms) for cost in costs]
    figures["other_load_in_processors"] = load.so_far()
    return Result("web", figures, ratios, missing, rows)


@contextmanager
def _settings(database: str, keep: Path | None) -> Iterator[Settings | None]:
    """Yield where a database is, and its server while the block runs; None without."""
    with ExitStack() as ending:
        folder = keep and keep / database
        folder = folder or Path(ending.enter_context(tempfile.TemporaryDirectory()))
        if database == "sqlite":
            yield Settings(data_dir=folder, live=False)
            return
        server = ending.enter_context(
            postgresql_server(keep and keep / "server", _SERVER)
        )
        if not server:
            yield None
            return
        url = SecretStr(there(server))
        yield Settings(data_dir=folder, live=False, database_url=url)


def _is_filled(program: App) -> bool:
    with reading(program.engine) as connection:
        return connection.scalar(text("SELECT max(id) FROM tally")) is not None


def _measured(
    program: App, size: Size, repeats: int, words: tuple[str, ...]
) -> tuple[list[PageCost], float]:
    live = program.engine.execution_options(mode="live")
    app = make_app(App(program.settings, live, program.clock, program.secret))
    with TestClient(app, base_url=HOME) as client, TestClient(_bare_app()) as bare:
        client.cookies.set("digest-session", _cookie(program))
        client.get("/desk")
        clock = WorkClock(live)
        peer = _times(partial(bare.get, "/"), 5 * repeats, clock)
        costs = [
            _cost(live, path, partial(client.get, _address(path, size)), repeats)
            for path in _pages(app)
            if any(each in path for each in words)
        ]
    costs.sort(key=lambda cost: -cost.p95_ms)
    return costs, statistics.median(peer) * 1000


def _figures(name: str, costs: list[PageCost], bare_ms: float) -> dict[str, float]:
    return {
        f"{name}_pages": len(costs),
        f"{name}_pages_over_300_ms": sum(cost.p95_ms > P95_GOAL_MS for cost in costs),
        f"{name}_pages_over_10_queries": sum(
            cost.queries > QUERIES_GOAL for cost in costs
        ),
        f"{name}_median_page_ms": statistics.median(cost.p50_ms for cost in costs),
        f"{name}_worst_p95_ms": max(cost.p95_ms for cost in costs),
        f"{name}_bare_page_ms": bare_ms,
    }


def _row(name: str, cost: PageCost, bare_ms: float) -> dict[str, float | str]:
    return {
        "queries": cost.queries,
        "p50_ms ": cost.p50_ms,
        "p95_ms ": cost.p95_ms,
        "vs_bare": cost.p50_ms / bare_ms,
        "status": cost.status,
        "database  ": f"{name:10}",
        "page": cost.path,
    }


def _cost(
    engine: Engine, path: str, request: Callable[[], Response], repeats: int
) -> PageCost:
    status = request().status_code
    times = _times(request, repeats, WorkClock(engine))
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
    pages = [
        route.path
        for route in app.routes
        if isinstance(route, APIRoute)
        and "GET" in (route.methods or ())
        and route.path.startswith(OF_STAFF)
    ]
    return [*pages, *CHECKED]


def _address(path: str, size: Size) -> str:
    for words, value in ADDRESSES.items():
        path = path.replace(words, value)
    path = path.replace("{edition_id}", str(size.editions))
    while "{" in path:
        before, _, rest = path.partition("{")
        path = f"{before}1{rest.partition('}')[2]}"
    return path


def _times(
    request: Callable[[], object], repeats: int, clock: WorkClock
) -> list[float]:
    """Return the CPU seconds of each request, those of the database's work too."""
    times = []
    for _ in range(repeats):
        before = clock()
        request()
        times.append(clock() - before)
    return times


def _queries(engine: Engine, request: Callable[[], object]) -> int:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, words: str, *_rest: object) -> None:
        statements.append(words)

    event.listen(engine, "before_cursor_execute", note)
    request()
    event.remove(engine, "before_cursor_execute", note)
    return sum(
        words.lstrip().startswith(("SELECT", "WITH", "(SELECT")) for words in statements
    )


def _cookie(program: App) -> str:
    with program.writing() as connection:
        every = accounts.listed(connection)
        who = every[0] if every else _admin(connection)
        token, _ = entrance.sign_in(
            connection, who.id, "a bench", NOW, is_confirmed=True
        )
    return token


def _admin(connection: Connection) -> Account:
    who = accounts.add(connection, "a@example.org", "Priya", Role.ADMIN, NOW)
    accounts.set_password(connection, who.id, "no hash", NOW)
    return who


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--editions", type=int, default=200)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--on", choices=DATABASES, action="append")
    parser.add_argument("--pages", default="")
    sizes, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    wanted = PagesWanted(
        Size(sizes.readers, sizes.editions),
        sizes.keep,
        tuple(sizes.on or DATABASES),
        tuple(sizes.pages.split(",")),
    )
    main(partial(measure, wanted))
