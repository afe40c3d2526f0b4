"""Round trips over a long link: how often a sender waits for an answer, for each copy.

Each byte takes a fixed time either way, and a relay counts how often each connection
speaks again once it was answered. What lies between few copies and many is counted, so
that greetings and what a run begins with are left out. A copy takes at least the time
of its round trips: their ratio is the most that one sender can be ahead by.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from _send_peers import (
    DELAY_MS,
    HERE,
    Load,
    Spent,
    ours,
    postgresql_server,
    sink,
    smtp_source,
    tools,
)
from harness import OtherLoad, Result, main

CONNECTIONS, KB = 16, 15
FEW = 20 * CONNECTIONS
Run = Callable[[Load], Spent]


class Pace(NamedTuple):
    """What a copy takes of a connection: round trips, and milliseconds."""

    round_trips: float
    milliseconds: float


def measure(options: argparse.Namespace, quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return the round trips and the time of a copy, ours and those of smtp-source."""
    copies = FEW if quick else options.copies
    rows, missing = list[dict[str, float]](), {}
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        postfix = tools(folder)
        port = ending.enter_context(sink(postfix))
        senders: dict[str, Run] = {
            "smtp_source": partial(smtp_source, postfix),
            "sqlite": partial(ours, database="sqlite:///"),
        }
        if server := ending.enter_context(postgresql_server()):
            senders["postgresql"] = partial(ours, database=server)
        else:
            missing["postgresql_vs_smtp_source"] = "no PostgreSQL server here"
        relay = ending.enter_context(_relay(port))
        to = int(relay.readline())
        for _ in range(1 if quick else options.turns):
            others = OtherLoad()
            paces = {
                name: _pace(send, relay, to, copies) for name, send in senders.items()
            }
            rows.append(_row(paces) | {"other_load": others.so_far()})
    return Result(
        "turns", _middles(rows, "_turns", "_ms"), _ratios(rows), missing, rows
    )


def _pace(send: Run, relay: IO[bytes], port: int, copies: int) -> Pace:
    spent = [
        _of_a_run(send, relay, Load(port, most, CONNECTIONS, KB))
        for most in (FEW, FEW + copies)
    ]
    round_trips, seconds = (b - a for a, b in zip(*spent, strict=True))
    return Pace(round_trips / copies, seconds / copies * CONNECTIONS * 1e3)


def _of_a_run(send: Run, relay: IO[bytes], load: Load) -> tuple[float, float]:
    """Return the round trips and the seconds of all its copies."""
    spent = send(load)
    return sum(int(relay.readline()) for _ in range(CONNECTIONS)), spent.seconds


def _row(paces: Mapping[str, Pace]) -> dict[str, float]:
    row = dict[str, float]()
    for name, pace in paces.items():
        row[f"{name}_round_trips"] = pace.round_trips
        row[f"{name}_ms"] = pace.milliseconds
        if name != "smtp_source":
            peer = paces["smtp_source"]
            row[f"{name}_vs_smtp_source"] = peer.milliseconds / pace.milliseconds
            row[f"{name}_at_most"] = peer.round_trips / pace.round_trips
    return row


def _ratios(rows: list[dict[str, float]]) -> dict[str, float]:
    return _middles(rows, "_vs_smtp_source", "_at_most")


def _middles(rows: list[dict[str, float]], *ends: str) -> dict[str, float]:
    names = [name for name in rows[0] if name.endswith(ends)]
    return {name: statistics.median(row[name] for row in rows) for name in names}


@contextmanager
def _relay(port: int) -> Iterator[IO[bytes]]:
    """Yield what a relay to that port says."""
    words = [sys.executable, str(HERE / "_relay.py"), str(port), str(DELAY_MS)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            yield process.stdout
        finally:
            process.kill()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--copies", type=int, default=3_200)
    parser.add_argument("--turns", type=int, default=3)
    chosen, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    main(partial(measure, chosen))
