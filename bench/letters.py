"""A thousand letters of four pages, against one document for each reader.

Ours sets the words once and lays a print run over them. The peers set a whole
document for each reader: Typst with our own template and one compiler kept,
WeasyPrint with the same words, pictures and font. Each contender runs in a
process of its own, in turns. The peers make fewer letters (typst_letters,
weasyprint_letters), and their cost is scaled to a thousand.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from _letters import PAGES, Measured, write_pictures
from harness import Result, main

LETTERS = 1000


class Missing(Exception):  # noqa: N818 - says what is the case
    """A peer cannot be had, and why."""


def measure(quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return what a thousand letters cost, ours and the peers'."""
    counts = {
        "ours": LETTERS,
        "typst": 30 if quick else 100,
        "weasyprint": 5 if quick else 30,
    }
    measured, missing = _in_turns(counts, repeats=1 if quick else 5)
    cost = {
        name: statistics.median(run["cpu_s"] for run in runs) / counts[name] * LETTERS
        for name, runs in measured.items()
    }
    ours = measured["ours"]
    return Result(
        name="letters",
        figures={
            "cpu_s_per_1000": cost["ours"],
            "peak_mb": max(run["peak_mb"] for run in ours),
            "mb_per_1000": ours[0]["bytes"] / 1e6,
            **{f"{name}_cpu_s_per_1000": cost[name] for name in cost if name != "ours"},
            **{f"{name}_letters": counts[name] for name in cost if name != "ours"},
        },
        ratios={
            f"cpu_vs_{name}_per_reader": cost[name] / cost["ours"]
            for name in cost
            if name != "ours"
        },
        missing=missing,
    )


def _in_turns(
    counts: dict[str, int], repeats: int
) -> tuple[dict[str, list[Measured]], dict[str, str]]:
    measured: dict[str, list[Measured]] = {}
    missing: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        write_pictures(Path(folder))
        for _ in range(repeats):
            for name in counts.keys() - missing.keys():
                try:
                    result = _run(name, counts[name], folder)
                except Missing as fault:
                    missing[f"cpu_vs_{name}_per_reader"] = str(fault)
                    continue
                assert result["pages"] == PAGES, f"{name} made {result['pages']} pages"
                measured.setdefault(name, []).append(result)
    return measured, missing


def _run(name: str, count: int, folder: str) -> Measured:
    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [
            sys.executable,
            Path(__file__).with_name("_letters.py"),
            name,
            str(count),
            folder,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1]
        # Not installed, or without a library of the system's.
        if name != "ours" and why.startswith(("ModuleNotFoundError", "OSError")):
            raise Missing(why)
        raise RuntimeError(done.stderr)
    measured: Measured = json.loads(done.stdout)
    return measured


if __name__ == "__main__":
    main(measure)
