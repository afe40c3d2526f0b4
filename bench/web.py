"""Every page of staff's, with 100,000 readers, 200 editions and a run in progress.

Pages are drawn from the route table, and each leads to what there is: one that answers
otherwise than it is to is named, and nothing is measured. The peer is a page of the
same framework with a template of one line and no database. Times are of the processor,
with those of PostgreSQL's server for it; the first is that of a program that has just
been started. `--readers`, `--editions`, `--posts` and `--rows` set the size, the last
of all other lists: for lists of a million

    python bench/web.py --readers 1000000 --editions 3 --posts 1000000 --rows 1000000

`--keep FOLDER` keeps the databases there for the next time, `--on sqlite` or
`--on postgresql` asks one alone, and `--pages reports,golive` only pages with one of
these in their path.
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
from _web_one_of_each import one_of_each
from _web_pages import DeskPage, pages_of
from _web_rows import Size, counted_as_before_long, pages_to_show
from fastapi import FastAPI
from fastapi import Response as Page
from fastapi.responses import HTMLResponse
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
from digest.store.staff import accounts, password_hashes
from digest.store.staff.accounts import Account
from digest.web.app import make_app

NOW = AT + timedelta(minutes=10)
HOME = "http://localhost:8000"
DATABASES = ("sqlite", "postgresql")
# Filled fast; nothing is lost that is not made again.
_SERVER = ("fsync=off", "max_wal_size=8GB", "wal_level=minimal", "max_wal_senders=0")
P95_GOAL_MS, QUERIES_GOAL = 300, 10


@dataclass(frozen=True, slots=True)
class PageCost:
    """What a page costs; times are of the processor, in milliseconds."""

    path: str
    queries: int
    first_ms: float
    p50_ms: float
    p95_ms: float
    status: int

    @property
    def is_over(self) -> bool:
        """Whether it takes longer, or asks more, than a page of staff's may."""
        return self.p95_ms > P95_GOAL_MS or self.queries > QUERIES_GOAL


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
        size = Size(min(size.readers, 10_000), min(size.editions, 20), 1000)
    figures: dict[str, float] = {
        "readers": size.readers,
        "editions": size.editions,
        "posts": size.last_position,
        "rows_of_other_lists": size.rows,
    }
    ratios, missing = {}, {}
    rows, every = list[dict[str, float | str]](), list[PageCost]()
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
                _fill(program, size)
                figures[f"{name}_filled_in_s"] = monotonic() - begun
            costs, bare_ms = _measured(program, size, repeats, wanted.words)
            ratios[f"{name}_median_page_cost_vs_bare"] = statistics.median(
                cost.p50_ms / bare_ms for cost in costs
            )
            figures |= _figures(name, costs, bare_ms)
            rows += [_row(name, cost, bare_ms) for cost in costs]
            every += costs
    figures["other_load_in_processors"] = load.so_far()
    return Result("web", figures, ratios, missing, rows, _verdict(every))


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


def _fill(program: App, size: Size) -> None:
    """Fill a new database; what staff would make there is made by their pages."""
    pages_to_show(program.engine, size)
    with _visited(program) as (live, _, client):
        one_of_each(live, client, size)
    counted_as_before_long(program.engine)


@contextmanager
def _visited(program: App) -> Iterator[tuple[App, FastAPI, TestClient]]:
    """Yield the program as it is when it is live, its pages, and an admin's browser."""
    live = program.engine.execution_options(mode="live")
    for_pages = App(program.settings, live, program.clock, program.secret)
    app = make_app(for_pages)
    with TestClient(
        app,
        base_url=HOME,
        headers={"Origin": HOME},
        follow_redirects=False,
    ) as client:
        client.cookies.set("digest-session", _cookie(program))
        yield for_pages, app, client


def _measured(
    program: App, size: Size, repeats: int, words: tuple[str, ...]
) -> tuple[list[PageCost], float]:
    with (
        _visited(program) as (live, app, client),
        TestClient(_bare_app()) as bare,
    ):
        client.get("/desk")
        clock = WorkClock(live.engine)
        peer = _times(partial(bare.get, "/"), 5 * repeats, clock)
        with live.reading() as connection:
            pages = pages_of(app, connection, size, words)
        costs = []
        for page in pages:
            with _as_it_is_shown(live, page):
                request = partial(client.get, page.address)
                costs.append(_cost(live.engine, page, request, repeats))
    if wrong := [
        f"{page.path}: {cost.status}, where {page.address} is to answer {page.status}"
        for page, cost in zip(pages, costs, strict=True)
        if cost.status != page.status
    ]:
        raise SystemExit("\n".join(["these are no pages to measure:", *wrong]))
    costs.sort(key=lambda cost: -cost.p95_ms)
    return costs, statistics.median(peer) * 1000


@contextmanager
def _as_it_is_shown(live: App, page: DeskPage) -> Iterator[None]:
    """Have the campaign wait to go live while a page of that is looked at."""
    words = text("UPDATE campaign SET awaits_golive = :waits")
    with live.writing() as connection:
        connection.execute(words, {"waits": "/golive" in page.path})
    yield
    with live.writing() as connection:
        connection.execute(words, {"waits": False})


def _verdict(costs: list[PageCost]) -> str:
    """Return in a line how many pages are over what they may take."""
    over = sum(cost.is_over for cost in costs)
    return (
        f"{over} of {len(costs)} pages are over: p95 above {P95_GOAL_MS} ms, or more "
        f"than {QUERIES_GOAL} queries"
    )


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
        "of_10": cost.queries / QUERIES_GOAL,
        "first_ms": cost.first_ms,
        "p50_ms ": cost.p50_ms,
        "p95_ms ": cost.p95_ms,
        "of_300_ms": cost.p95_ms / P95_GOAL_MS,
        "vs_bare": cost.p50_ms / bare_ms,
        "status": cost.status,
        "database  ": f"{name:10}",
        "over": "OVER" if cost.is_over else "    ",
        "page": cost.path,
    }


def _cost(
    engine: Engine, page: DeskPage, request: Callable[[], Response], repeats: int
) -> PageCost:
    clock = WorkClock(engine)
    began = clock()
    status = request().status_code
    first = clock() - began
    if status != page.status:
        repeats = 1  # it is named, and nothing is printed
    times = _times(request, repeats, WorkClock(engine))
    return PageCost(
        page.path,
        _queries(engine, request),
        first * 1000,
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
    password_hashes.set_password(connection, who.id, "no hash", NOW)
    return who


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--editions", type=int, default=200)
    parser.add_argument("--posts", type=int, default=0)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--on", choices=DATABASES, action="append")
    parser.add_argument("--pages", default="")
    sizes, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    wanted = PagesWanted(
        Size(sizes.readers, sizes.editions, sizes.rows, sizes.posts),
        sizes.keep,
        tuple(sizes.on or DATABASES),
        tuple(sizes.pages.split(",")),
    )
    main(partial(measure, wanted))
