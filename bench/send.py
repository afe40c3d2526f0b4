"""Sending with full records, against a C load generator and the usual clients.

Everybody sends messages of the same size, about 48 KB, to the same smtp-sink
over as many connections. Ours is the product's own sender, which records each
copy before and after; the peers keep no records. CPU is that of the sender,
not of the sink nor of a database server.
"""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from _send_peers import (
    HERE,
    Spent,
    built,
    compiled,
    delayed,
    ours,
    ours_apart,
    postgresql_server,
    sink,
    smtp_source,
    tools,
    with_aiosmtplib,
)
from _send_worker import MESSAGE
from harness import Result, main
from merge import a_reader

SQLITE = "sqlite:///"
# Connections over the slow link.
FEW = 10
Runs = dict[str, Callable[[], Spent]]


def measure(quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return how fast each sends and what it costs."""
    messages, slow = (1500, 100) if quick else (8000, 400)
    missing = {}
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        postfix = tools(folder)
        port = ending.enter_context(sink(postfix))
        far = ending.enter_context(delayed(port))
        peers: Runs = {
            "sqlite": partial(ours, port, messages, SQLITE),
            "smtp_source": partial(smtp_source, postfix, port, messages),
            "sqlite_2_workers": partial(ours_apart, port, messages, SQLITE),
            "compiled_smtplib": partial(compiled, port, messages // 2),
            "emailmessage": partial(built, port, slow),
            "delayed_ours": partial(ours, far, slow * 5, SQLITE, FEW),
            "delayed_unpipelined": partial(compiled, far, slow, FEW),
        }
        if server := ending.enter_context(postgresql_server()):
            peers["postgresql"] = partial(ours, port, messages, server)
            peers["postgresql_2_workers"] = partial(ours_apart, port, messages, server)
        else:
            missing["postgresql_vs_smtp_source"] = "no PostgreSQL server here"
        if find_spec("aiosmtplib"):
            peers["aiosmtplib"] = partial(with_aiosmtplib, port, messages // 4)
        else:
            missing["vs_aiosmtplib"] = "aiosmtplib is not installed"
        spent_by = _in_turns(peers, repeats=3 if quick else 5)
    figures = _figures(spent_by) | _memory(20_000 if quick else 1_000_000)
    return Result("send", figures, _ratios(spent_by), missing)


def _in_turns(peers: Runs, repeats: int) -> dict[str, Spent]:
    runs: dict[str, list[Spent]] = {name: [] for name in peers}
    for _ in range(repeats):
        for name, run in peers.items():
            runs[name].append(run())
    return {
        name: Spent(
            statistics.median(run.seconds for run in spent),
            statistics.median(run.cpu for run in spent),
            spent[0].messages,
        )
        for name, spent in runs.items()
    }


def _figures(spent_by: dict[str, Spent]) -> dict[str, float]:
    figures = {f"{name}_per_second": spent.rate for name, spent in spent_by.items()}
    figures |= {f"{name}_cpu_us": spent.cpu_us for name, spent in spent_by.items()}
    return figures | {
        "message_kb": len(MESSAGE.merge(a_reader(1))) / 1024,
        "cpu_us_per_message": spent_by["sqlite"].cpu_us,
    }


def _memory(readers: int) -> dict[str, float]:
    words = [sys.executable, str(HERE / "_send_memory.py"), str(readers)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    early, peak = map(float, done.stdout.split())
    return {"peak_readers": readers, "early_mb": early, "peak_mb": peak}


def _ratios(spent_by: dict[str, Spent]) -> dict[str, float]:
    rates = {name: spent.rate for name, spent in spent_by.items()}
    against = {
        "sqlite_vs_smtp_source": ("sqlite", "smtp_source"),
        "postgresql_vs_smtp_source": ("postgresql", "smtp_source"),
        "vs_emailmessage": ("sqlite", "emailmessage"),
        "vs_compiled_smtplib": ("sqlite", "compiled_smtplib"),
        "vs_aiosmtplib": ("sqlite", "aiosmtplib"),
        "delay_vs_unpipelined": ("delayed_ours", "delayed_unpipelined"),
    }
    return {
        name: rates[ours] / rates[peer]
        for name, (ours, peer) in against.items()
        if ours in rates and peer in rates
    }


if __name__ == "__main__":
    main(measure)
