"""Planning an edition for 1,000,000 readers in 200 topic sets, on both databases.

The peer is the database alone: one INSERT ... SELECT of the very rows that were
planned, out of a table that has them ready, and one UPDATE of the readers' places.
Neither decides anything, nor commits more than once. Time is wall time, since a
database server works in a process of its own; the two take turns.
"""

import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from _plan_rows import (
    AT,
    EDITION,
    bare,
    copied,
    filled,
    outcome,
    with_bare_rows,
    with_topics_of_their_own,
)
from _send_peers import HERE, fresh, postgresql_server
from harness import Result, main

from digest.compose.plan import plan
from digest.store.base.engine import open_engine
from digest.store.migrate import migrate

FEW = 10_000


def measure(quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return how long planning takes against a bare INSERT ... SELECT."""
    readers = 100_000 if quick else 1_000_000
    figures: dict[str, float] = {"readers": readers}
    ratios, missing = {}, {}
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        urls = {"sqlite": f"sqlite:///{folder / 'digest.db'}"}
        if server := ending.enter_context(postgresql_server()):
            urls["postgresql"] = fresh(server)
        else:
            missing["postgresql_vs_insert_select"] = "no PostgreSQL server here"
        for name, url in urls.items():
            worst = _worst(_emptied(url))
            few, _ = _seconds(_emptied(url), FEW, repeats=3)
            ours, theirs = _seconds(_emptied(url), readers, repeats=3 if quick else 1)
            ratios[f"{name}_vs_insert_select"] = ours / theirs
            figures |= {
                f"{name}_seconds": ours,
                f"{name}_insert_select_seconds": theirs,
                f"{name}_us_a_reader": ours / readers * 1e6,
                f"{name}_us_a_reader_of_{FEW}": few / FEW * 1e6,
                f"{name}_worst_us_a_reader_of_{FEW}": worst / FEW * 1e6,
            }
            figures[f"{name}_peak_mb"] = _peak(url)
    figures["peak_mb"] = max(figures[f"{name}_peak_mb"] for name in urls)
    return Result("plan", figures, ratios, missing)


def _worst(url: str) -> float:
    """Return the seconds that ours takes for readers of whom no two are alike."""
    engine = open_engine(url)
    migrate(engine)
    filled(engine, FEW)
    with_topics_of_their_own(engine)
    begun = perf_counter()
    plan(engine, EDITION, AT)
    engine.dispose()
    return perf_counter() - begun


def _peak(url: str) -> float:
    words = [sys.executable, str(HERE / "_plan_memory.py"), url]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return float(done.stdout)


def _emptied(url: str) -> str:
    if url.startswith("sqlite"):
        for old in Path(url.removeprefix("sqlite:///")).parent.glob("*.db*"):
            old.unlink()
        return url
    return fresh(url.replace("/bench?", "/postgres?"))


def _seconds(url: str, readers: int, repeats: int) -> tuple[float, float]:
    """Return the median seconds that ours takes, and the bare statements."""
    engine = open_engine(url)
    migrate(engine)
    filled(engine, readers)
    plan(engine, EDITION, AT)
    wanted = outcome(engine)
    with_bare_rows(engine)
    engine.dispose()
    ours = list[float]()
    theirs = list[float]()
    for _ in range(repeats):
        for run, spent in ((bare, theirs), (_ours, ours)):
            with copied(url) as engine:
                begun = perf_counter()
                run(engine)
                spent.append(perf_counter() - begun)
                if outcome(engine) != wanted:
                    raise SystemExit("the two do not plan the same")
    return statistics.median(ours), statistics.median(theirs)


def _ours(engine: object) -> None:
    plan(engine, EDITION, AT)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(measure)
