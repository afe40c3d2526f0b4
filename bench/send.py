"""Sending with full records, against a C load generator and the usual clients.

Everybody sends messages of the same size to the same smtp-sink over as many
connections. Ours is the product's own sender, which records each copy before and
after; the peers keep no records. Each row is one turn of all contenders at one size,
number of connections and delay of the link, with what other processes had the machine
do meanwhile, in processors; none is left out. CPU is that of the sender, not of the
sink; that of a database server stands by itself.

`--rows 15/16/0 15/8/0` measures those places alone (KB, connections, ms each way), so
that the table can be had in parts. A ratio of a place is the middle of its turns, and
`_worst` the least of all turns on that kind of link.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import NamedTuple

from _send_messages import message_of, size_kb
from _send_page import page
from _send_peers import (
    DELAY_MS,
    HERE,
    Load,
    Spent,
    built,
    compiled,
    delayed,
    ours,
    ours_apart,
    postgresql_server,
    sink,
    smtp_source,
    start_of_a_worker,
    tools,
    with_aiosmtplib,
)
from harness import OtherLoad, Result, main

SQLITE = "sqlite:///"
Run = Callable[[Load], Spent]
Runs = Mapping[str, Run]


class Place(NamedTuple):
    """Where in the table it is: the size, the connections and the link."""

    kb: int
    connections: int
    delay_ms: int


ALL = tuple(product((5, 15, 48, 100), (4, 8, 16), (0, DELAY_MS)))
# Where one figure has to stand for all of them: an edition of a usual size.
USUAL, USUAL_FAR = Place(15, 16, 0), Place(15, 16, DELAY_MS)
FEW = ((15, 8, 0), USUAL, (48, 16, 0), USUAL_FAR)
# Enough that a second's start counts for little; over a long link each takes its time.
NEAR, FAR = 20_000, 1_600
FEW_NEAR, FEW_FAR = 3_000, 400


def measure(wanted: Sequence[Place], quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return how fast each sends and what it costs; at the places wanted, or at all."""
    missing = {}
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        postfix = tools(folder)
        port = ending.enter_context(sink(postfix))
        ports = {0: port, DELAY_MS: ending.enter_context(delayed(port))}
        peers: dict[str, Run] = {
            "smtp_source": partial(smtp_source, postfix),
            "sqlite": partial(ours, database=SQLITE),
            "sqlite_2_workers": partial(ours_apart, database=SQLITE),
        }
        if server := ending.enter_context(postgresql_server()):
            peers["postgresql"] = partial(ours, database=server)
            peers["postgresql_2_workers"] = partial(ours_apart, database=server)
        else:
            missing["postgresql_vs_smtp_source"] = "no PostgreSQL server here"
        places = wanted or [*map(Place._make, FEW if quick else ALL)]
        copies = {0: FEW_NEAR if quick else NEAR, DELAY_MS: FEW_FAR if quick else FAR}
        turns = _turns(peers, ports, places, copies, 1 if quick else 3)
        rows = [turn.row for turn in turns]
        start = start_of_a_worker()
        table = page(rows, start)
        figures, ratios = _figures(turns) | start, _ratios(turns, peers)
        if wanted:
            return Result("send", figures, ratios, missing, rows, table)
        clients: dict[str, Run] = {"compiled_smtplib": compiled, "emailmessage": built}
        if find_spec("aiosmtplib"):
            clients["aiosmtplib"] = with_aiosmtplib
        else:
            missing["vs_aiosmtplib"] = "aiosmtplib is not installed"
        clients["sqlite"] = peers["sqlite"]
        usual = _against_clients(clients, port, turns=1 if quick else 3)
    figures |= _memory(20_000 if quick else 1_000_000)
    return Result("send", figures, ratios | usual, missing, rows, table)


class Turn(NamedTuple):
    """One turn of all contenders: the place, and what was measured there."""

    place: Place
    row: dict[str, float]


def _turns(
    peers: Runs,
    ports: Mapping[int, int],
    places: Iterable[Place],
    copies: Mapping[int, int],
    each: int,
) -> list[Turn]:
    """Return every turn; `ports` and `copies` are by the link's delay."""
    turns = []
    for place, _ in product(places, range(each)):
        kb, connections, delay_ms = place
        load = Load(ports[delay_ms], copies[delay_ms], connections, kb)
        others = OtherLoad()
        spent = {name: run(load) for name, run in peers.items()}
        row = {
            "kb": size_kb(message_of(kb)),
            "connections": connections,
            "delay_ms": delay_ms,
            "other_load": others.so_far(),
            "smtp_source_per_second": spent["smtp_source"].rate,
        }
        row |= {
            f"{name}_vs_smtp_source": its.rate / spent["smtp_source"].rate
            for name, its in spent.items()
            if name != "smtp_source"
        }
        row |= {
            f"{name}_2_workers_vs_one": spent[f"{name}_2_workers"].rate
            / spent[name].rate
            for name in ("sqlite", "postgresql")
            if name in spent
        }
        row |= {f"{name}_cpu_us": its.cpu_us for name, its in spent.items()}
        if "postgresql" in spent:
            row["postgresql_server_cpu_us"] = spent["postgresql"].server_us
        turns.append(Turn(place, row))
    return turns


def _against_clients(clients: Runs, port: int, turns: int) -> dict[str, float]:
    """Return our rate by that of what programs usually send with, at 48 KB."""
    few = {"emailmessage": 200, "aiosmtplib": 750}
    ratios: dict[str, list[float]] = {}
    for _ in range(turns):
        spent = {
            name: run(Load(port, few.get(name, 1500))) for name, run in clients.items()
        }
        for name, its in spent.items():
            ratios.setdefault(name, []).append(spent["sqlite"].rate / its.rate)
    del ratios["sqlite"]
    return {f"vs_{name}": statistics.median(each) for name, each in ratios.items()}


def _figures(turns: list[Turn]) -> dict[str, float]:
    """Return what a copy costs and how busy the machine was: middles of all turns."""
    rows = [turn.row for turn in turns]
    names = sorted({name for row in rows for name in row if name.endswith("_cpu_us")})
    figures = {name: statistics.median(row[name] for row in rows) for name in names}
    figures["other_load"] = statistics.median(row["other_load"] for row in rows)
    return figures | _middles(
        turns,
        {
            "cpu_us_per_message_15kb": (USUAL, "sqlite_cpu_us"),
            "postgresql_server_us_per_message": (USUAL, "postgresql_server_cpu_us"),
        },
    )


def _memory(readers: int) -> dict[str, float]:
    words = [sys.executable, str(HERE / "_send_memory.py"), str(readers)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    early, peak = map(float, done.stdout.split())
    return {"peak_readers": readers, "early_mb": early, "peak_mb": peak}


def _ratios(turns: list[Turn], peers: Runs) -> dict[str, float]:
    """Return each ratio at each place, and the least near and over the long link."""
    ratios = _middles(
        turns,
        {
            f"{name}_vs_smtp_source_{_words(place)}": (place, f"{name}_vs_smtp_source")
            for place in dict.fromkeys(turn.place for turn in turns)
            for name in ("sqlite", "postgresql")
        }
        | {
            "two_processes_vs_one": (USUAL, "postgresql_2_workers_vs_one"),
            "delay_vs_smtp_source": (USUAL_FAR, "sqlite_vs_smtp_source"),
        },
    )
    for name, delay_ms in product(peers, (0, DELAY_MS)):
        column = f"{name}_vs_smtp_source"
        values = [
            row[column]
            for place, row in turns
            if column in row and place.delay_ms == delay_ms
        ]
        if values:
            link = f"_{delay_ms}ms" if delay_ms else ""
            ratios[f"{column}{link}_worst"] = min(values)
    return ratios


def _middles(
    turns: list[Turn], wanted: Mapping[str, tuple[Place, str]]
) -> dict[str, float]:
    """Return the middle of a column at a place, by name, where it was measured."""
    middles = {}
    for name, (there, column) in wanted.items():
        values = [
            row[column] for place, row in turns if place == there and column in row
        ]
        if values:
            middles[name] = statistics.median(values)
    return middles


def _words(place: Place) -> str:
    link = f"_{place.delay_ms}ms" if place.delay_ms else ""
    return f"{place.kb}kb_{place.connections}{link}"


def _place(words: str) -> Place:
    return Place(*map(int, words.split("/")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--rows", type=_place, nargs="+", default=())
    chosen, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    main(partial(measure, chosen.rows))
