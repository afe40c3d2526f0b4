"""What every benchmark shares: interleaved repeats, medians, one way to report.

A benchmark is a script with one call of `main`. It measures ours and the peer
in turns within one run, so that a busy machine slows both, and reports ratios.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark found.

    A ratio is ours against the peer in the same run, larger is better unless
    its name says cost. `missing` says why a peer could not be measured. `rows` are
    single runs, none left out, with what else the machine did meanwhile. `page` is
    what of it stands in docs/reference/speed.md, as it stands there.
    """

    name: str
    figures: Mapping[str, float]
    ratios: Mapping[str, float]
    missing: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[Mapping[str, float | str]] = ()
    page: str = ""


def main(measure: Callable[[bool], Result]) -> None:
    """Run a benchmark from the command line: a table, or with --json one object."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    options = parser.parse_args()
    result = measure(options.quick)
    print(_as_json(result) if options.json else _as_table(result))


def medians(
    contenders: Mapping[str, Callable[[], object]], repeats: int
) -> dict[str, float]:
    """Return the median CPU seconds of one call of each, taken in turns."""
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(repeats):
        for name, run in contenders.items():
            before = cpu_seconds()
            run()
            spent[name].append(cpu_seconds() - before)
    return {name: statistics.median(times) for name, times in spent.items()}


def cpu_seconds() -> float:
    """Return the CPU time, user and system, of this process and its children."""
    used = [resource.getrusage(who) for who in _WHO]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


class OtherLoad:
    """What other processes than ours have the machine do while something is measured.

    In processors: 2.0 says that two were busy with other work all the time.
    """

    def __init__(self) -> None:
        self._began, self._busy, self._own = perf_counter(), _busy(), _own()

    def so_far(self) -> float:
        """Return it, on average since this was made."""
        passed = perf_counter() - self._began
        return max((_busy() - self._busy) - (_own() - self._own), 0) / passed


def _busy() -> float:
    """Return the seconds that all processors have worked since the machine started."""
    user, nice, system, _idle, _wait, irq, softirq, *_ = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    )
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _own() -> float:
    """Return the CPU time of this process and all that it started, ended or not."""
    return sum(_spent_by_ours().values())


def cpu_seconds_of(name: str) -> float:
    """Return the CPU time of all of that name which this process started."""
    return sum(
        seconds for (_, called), seconds in _spent_by_ours().items() if called == name
    )


def _spent_by_ours() -> dict[tuple[int, str], float]:
    """Return by id and name what each process of ours has spent, its ended ones too."""
    spent, parents, names = {}, {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended meanwhile
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
            fields, pid = rest.split(), int(stat.parent.name)
            names[pid], parents[pid] = name, int(fields[1])
            spent[pid] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def is_ours(pid: int) -> bool:
        while pid not in (0, os.getpid()):
            pid = parents.get(pid, 0)
        return pid != 0

    return {(pid, names[pid]): its for pid, its in spent.items() if is_ours(pid)}


def peak_mb() -> float:
    """Return the most memory this process, or any one child, ever held."""
    return max(resource.getrusage(who).ru_maxrss for who in _WHO) / 1024


def machine() -> dict[str, str | int]:
    """Return what the figures were measured on."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.machine(),
        "cores": os.cpu_count() or 1,
    }


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _as_json(result: Result) -> str:
    report: dict[str, object] = {
        "name": result.name,
        "figures": _rounded(result.figures),
        "ratios": _rounded(result.ratios),
        "machine": machine(),
    }
    if result.rows:
        report["rows"] = [
            {
                name: value if isinstance(value, str) else float(f"{value:.4g}")
                for name, value in row.items()
            }
            for row in result.rows
        ]
    return json.dumps(report | ({"missing": result.missing} if result.missing else {}))


def _as_table(result: Result) -> str:
    rows = [
        *((name, f"{value:,}") for name, value in _rounded(result.figures).items()),
        *((name, f"{value:,} x") for name, value in _rounded(result.ratios).items()),
        *((name, f"missing: {why}") for name, why in result.missing.items()),
        *((name, str(value)) for name, value in machine().items()),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(
        [
            result.name,
            *(f"  {name:<{width}}  {value}" for name, value in rows),
            *_as_lines(result.rows),
            *filter(None, [result.page]),
        ]
    )


def _as_lines(rows: Sequence[Mapping[str, float | str]]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [
        "  ".join(names),
        *(
            "  ".join(
                _cell(row[name], len(name)) if name in row else " " * len(name)
                for name in names
            )
            for row in rows
        ),
    ][: len(rows) + 1 if rows else 0]


def _cell(value: float | str, width: int) -> str:
    return value if isinstance(value, str) else f"{value:{width},.4g}"


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: float(f"{value:.4g}") for name, value in values.items()}
