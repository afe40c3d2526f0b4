"""What the sender works for a copy of 15 KB, without its start; and against a checkout.

The CPU time of a run of many copies less that of a run of few, by the copies between
them, so that what is done once counts for nothing. Each run is a process of its own
that sends to smtp-sink with full records. With `--against FOLDER` a checkout of another
version takes turns with this one, so that a busy machine slows both; the ratio is the
middle of the turns, each by its own pair.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from _send_peers import HERE, SERVER, planned, postgresql_server, sink, tools
from harness import OtherLoad, Result, cpu_seconds_of, main

SQLITE = "sqlite:///"
FEW = 500
KB = 15


class Cost(NamedTuple):
    """CPU seconds of the sender, and of a database's server."""

    sender: float
    server: float


class Run(NamedTuple):
    """One run: whose sender, which database, over how many connections, where to."""

    checkout: Path
    database: str
    connections: int
    port: int

    def of(self, copies: int) -> Cost:
        """Send so many copies."""
        words = [sys.executable, str(self.checkout / "bench" / "_send_worker.py")]
        share = [str(self.port), str(self.connections), str(KB)]
        path = f"{self.checkout / 'src'}{os.pathsep}{self.checkout}"
        with planned(copies, self.database) as url:
            served = cpu_seconds_of(SERVER)
            done = subprocess.run(  # noqa: S603 - our own
                [*words, url, *share],
                input="go\n",
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                env=os.environ | {"PYTHONPATH": path},
            )
            _ready, used = done.stdout.split()
            return Cost(float(used), cpu_seconds_of(SERVER) - served)

    def of_a_copy(self, copies: int) -> Cost:
        """Return what each copy costs beyond the first few, in microseconds."""
        few, many = self.of(FEW), self.of(FEW + copies)
        return Cost(*((b - a) / copies * 1e6 for a, b in zip(few, many, strict=True)))


def measure(options: argparse.Namespace, quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return what a copy costs on each database that is wanted."""
    copies = 2_000 if quick else options.copies
    checkouts = {"before": options.against} if options.against else {}
    checkouts |= {"ours": HERE.parent}
    rows, missing = list[dict[str, float | str]](), {}
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        port = ending.enter_context(sink(tools(folder)))
        servers = {"sqlite": SQLITE}
        if "postgresql" in options.databases:
            servers["postgresql"] = ending.enter_context(postgresql_server())
        for name in options.databases:
            if not servers[name]:
                missing[name] = "no PostgreSQL server here"
                continue
            for _ in range(options.turns):
                others = OtherLoad()
                runs = {
                    who: Run(where, servers[name], options.connections, port)
                    for who, where in checkouts.items()
                }
                costs = {who: run.of_a_copy(copies) for who, run in runs.items()}
                rows.append(_row(name, costs) | {"other_load": others.so_far()})
    return Result("copy_cost", _figures(rows), _ratios(rows), missing, rows)


def _row(database: str, costs: Mapping[str, Cost]) -> dict[str, float | str]:
    row: dict[str, float | str] = {"database": f"{database:>10}"}
    for who, cost in costs.items():
        row[f"{who}_us"] = cost.sender
        row[f"{who}_server_us"] = cost.server
    return row


def _figures(rows: list[dict[str, float | str]]) -> dict[str, float]:
    columns = {
        (str(row["database"]).strip(), name)
        for row in rows
        for name in row
        if name.endswith("_us")
    }
    return {
        f"{database}_{name}": statistics.median(
            value
            for row in rows
            if str(row["database"]).strip() == database
            and isinstance(value := row[name], float)
        )
        for database, name in sorted(columns)
    }


def _ratios(rows: list[dict[str, float | str]]) -> dict[str, float]:
    ratios: dict[str, list[float]] = {}
    for row in rows:
        before, ours = row.get("before_us"), row["ours_us"]
        if isinstance(before, float) and isinstance(ours, float):
            ratios.setdefault(str(row["database"]).strip(), []).append(ours / before)
    return {
        f"{database}_cost_vs_before": statistics.median(each)
        for database, each in ratios.items()
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--copies", type=int, default=8_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    chosen, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    main(partial(measure, chosen))
