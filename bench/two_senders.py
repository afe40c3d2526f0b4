"""Two senders by one, each held to a share of a processor.

So it is where the mail server and the database leave cores: here they and one sender
fill two processors, and a second finds none. One sender has 16 connections, two have 8
each, and what else is at work has what it wants. Each row is one turn of both, and says
by what means the senders were held, and what other processes had the machine do.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from _send_peers import Load, ours_apart, postgresql_server, sink, tools
from _share import share_of_a_processor
from harness import OtherLoad, Result, main

CONNECTIONS, KB = 16, 15


def measure(options: argparse.Namespace, quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return on each database what two do by what one does."""
    copies, turns = (1_500, 1) if quick else (options.copies, options.turns)
    rows, missing = list[dict[str, float | str]](), {}
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        port = ending.enter_context(sink(tools(folder)))
        load = Load(port, copies, CONNECTIONS, KB)
        databases = {"sqlite": "sqlite:///"}
        if server := ending.enter_context(postgresql_server()):
            databases["postgresql"] = server
        else:
            missing["postgresql_two_by_one"] = "no PostgreSQL server here"
        for name, database in databases.items():
            for _ in range(turns):
                row: dict[str, float | str] = {"database": f"{name:>10}"}
                rows.append(row | _turn(load, database, options.share))
    ratios = {
        f"{name}_two_by_one": statistics.median(values)
        for name in databases
        if (values := _ratios(rows, name))
    }
    return Result("two_senders", {"share": options.share}, ratios, missing, rows)


def _turn(load: Load, database: str, share: float) -> dict[str, float | str]:
    others, means = OtherLoad(), list[str]()

    @contextmanager
    def hold(processes: Sequence[int]) -> Iterator[None]:
        with share_of_a_processor(processes, share) as by:
            means.append(by)
            yield

    alone = ours_apart(load, database, 1, hold)
    both = ours_apart(load, database, 2, hold)
    return {
        "one_per_second": alone.rate,
        "two_per_second": both.rate,
        "two_by_one": both.rate / alone.rate,
        "other_load": others.so_far(),
        "held_by": f"{means[-1]:>16}",
    }


def _ratios(rows: list[dict[str, float | str]], database: str) -> list[float]:
    return [
        value
        for row in rows
        if str(row["database"]).strip() == database
        and isinstance(value := row["two_by_one"], float)
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--share", type=float, default=0.25)
    parser.add_argument("--copies", type=int, default=6_000)
    parser.add_argument("--turns", type=int, default=3)
    chosen, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    main(partial(measure, chosen))
