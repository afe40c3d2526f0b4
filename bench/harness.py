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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark found.

    A ratio is ours against the peer in the same run, larger is better unless
    its name says cost. `missing` says why a peer could not be measured.
    """

    name: str
    figures: Mapping[str, float]
    ratios: Mapping[str, float]
    missing: Mapping[str, str] = field(default_factory=dict)


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
    report = {
        "name": result.name,
        "figures": _rounded(result.figures),
        "ratios": _rounded(result.ratios),
        "machine": machine(),
    }
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
        [result.name, *(f"  {name:<{width}}  {value}" for name, value in rows)]
    )


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: float(f"{value:.4g}") for name, value in values.items()}
