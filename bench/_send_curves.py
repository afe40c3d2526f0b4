"""Draw how fast each sends: python bench/_send_curves.py, or make curves.

Over more and more connections, and over a longer and longer link; every point
is the median of interleaved runs. Prints the figures that it draws.
"""

import statistics
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import matplotlib as mpl
from _send_peers import (
    Load,
    Spent,
    compiled,
    delayed,
    ours,
    postgresql_server,
    sink,
    smtp_source,
    tools,
    with_aiosmtplib,
)
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "sending.svg"
SQLITE = "sqlite:///"
CONNECTIONS = (1, 2, 4, 8, 16, 32)
DELAYS_MS = (1, 5, 10, 20, 40)
OVER_A_LINK = 10  # connections
RATES = (20, 50, 100, 200, 500, 1000, 2000)
MESSAGES = 3000
REPEATS = 3
# Told apart without their colours too.
LOOKS = {
    "Digest, records in SQLite": ("#00594c", "o-"),
    "Digest, records in PostgreSQL": ("#1d4f91", "s-"),
    "smtp-source (C, no records)": ("#505a5f", "^--"),
    "smtplib, compiled message": ("#b0402f", "v:"),
    "aiosmtplib, compiled message": ("#8a5a00", "D:"),
}
Run = Callable[[int], Spent]
Points = dict[str, dict[int, float]]


def main() -> None:
    """Measure, print and draw."""
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        postfix = tools(folder)
        port = ending.enter_context(sink(postfix))
        server = ending.enter_context(postgresql_server())
        near: dict[str, Run] = {
            "Digest, records in SQLite": partial(_ours, port, SQLITE),
            "smtp-source (C, no records)": lambda n: smtp_source(
                postfix, Load(port, MESSAGES, n)
            ),
            "smtplib, compiled message": lambda n: compiled(
                Load(port, MESSAGES // 2, n)
            ),
            "aiosmtplib, compiled message": lambda n: with_aiosmtplib(
                Load(port, MESSAGES // 4, n)
            ),
        }
        if server:
            near["Digest, records in PostgreSQL"] = partial(_ours, port, server)
        by_connections = _measured(near, CONNECTIONS)
        links = {ms: ending.enter_context(delayed(port, ms)) for ms in DELAYS_MS}
        far: dict[str, Run] = {
            "Digest, records in SQLite": lambda ms: ours(
                Load(links[ms], 800, OVER_A_LINK), SQLITE
            ),
            "smtplib, compiled message": lambda ms: compiled(
                Load(links[ms], 200, OVER_A_LINK)
            ),
        }
        by_delay = _measured(far, DELAYS_MS)
    _draw(by_connections, by_delay)


def _ours(port: int, database: str, connections: int) -> Spent:
    return ours(Load(port, MESSAGES, connections), database)


def _measured(runs: dict[str, Run], places: Iterable[int]) -> Points:
    rates_of: Points = {name: {} for name in runs}
    for place in places:
        rates: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(REPEATS):
            for name, run in runs.items():
                rates[name].append(run(place).rate)
        for name, several in rates.items():
            rates_of[name][place] = statistics.median(several)
            print(f"{place:3} {name:32} {rates_of[name][place]:8,.0f} a second")
    return rates_of


def _draw(by_connections: Points, by_delay: Points) -> None:
    mpl.rcParams |= {"svg.hashsalt": "digest", "svg.fonttype": "none", "font.size": 11}
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    same_machine, slow_link = figure.subplots(1, 2)
    _curves(same_machine, by_connections, "connections", CONNECTIONS)
    _curves(slow_link, by_delay, "milliseconds of delay, each way", DELAYS_MS)
    slow_link.set_yscale("log")
    slow_link.minorticks_off()
    slow_link.set_yticks(RATES, [f"{rate:,}" for rate in RATES])
    slow_link.set_ylim(RATES[0], RATES[-1])
    same_machine.set_title("To a server on the same machine")
    slow_link.set_title(f"Over a slow link, {OVER_A_LINK} connections")
    figure.legend(
        *same_machine.get_legend_handles_labels(), loc="outside lower center", ncols=2
    )
    figure.savefig(PICTURE, metadata={"Date": None})
    print(f"drawn: {PICTURE.name}")


def _curves(axes: Axes, points: Points, what: str, places: tuple[int, ...]) -> None:
    for name, values in points.items():
        colour, style = LOOKS[name]
        axes.plot(list(values), list(values.values()), style, color=colour, label=name)
    axes.set_xscale("log", base=2)
    axes.set_xticks(places, [str(place) for place in places])
    axes.set_xlabel(what)
    axes.set_ylabel("messages a second")
    axes.set_ylim(bottom=0 if what == "connections" else None)
    axes.grid(alpha=0.3)


if __name__ == "__main__":
    main()
