"""Try mutants, print the survivors, and write the score into docs/reference/mutants.md.

A survivor is either a test that is missing, or a change that is none: then it
belongs into equivalent.toml, with the reason. Ends with 1 where fewer than 90 %
of a module's mutants are killed.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from tests.mutants.mutations import Mutant, mutants_of
from tests.mutants.targets import ROOT, Target, equivalent_mutants, targets
from tests.mutants.trials import FORK, cost_unchanged, is_killed, prepare

PAGE = ROOT / "docs" / "reference" / "mutants.md"
TABLE_HEAD = """| module | mutants | tried | equivalent | killed | |
|---|--:|--:|--:|--:|--:|
"""
ROW = re.compile(r"^\| `([\w.]+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", re.MULTILINE)
LEAST_KILLED = 0.9


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants there are, were tried, change nothing, were noticed."""

    mutants: int
    tried: int
    equivalent: int
    killed: int

    @property
    def share(self) -> float:
        """The killed among those that change what the program does."""
        return self.killed / max(self.tried - self.equivalent, 1)

    def row(self, name: str) -> str:
        """Return a line of the table."""
        counts = (self.mutants, self.tried, self.equivalent, self.killed)
        return f"| {name} | {' | '.join(map(str, counts))} | {self.share:.0%} |"


def judge(
    target: Target, pool: ProcessPoolExecutor, sample: int
) -> tuple[Score, list[Mutant]]:
    """Return a module's score and its survivors, of so many mutants, or of all."""
    mutants = list(mutants_of(target.module, target.source, target.functions))
    drawn = sorted(mutants, key=_lot)[: sample or None]
    trial = partial(is_killed, target=target, cost=cost_unchanged(target))
    killed = list(pool.map(trial, [mutant.code for mutant in drawn]))
    alive = [mutant for mutant, end in zip(drawn, killed, strict=True) if not end]
    equivalent = equivalent_mutants()
    survivors = [mutant for mutant in alive if mutant.key not in equivalent]
    counts = len(mutants), len(drawn), len(alive) - len(survivors), sum(killed)
    return Score(*counts), survivors


def _lot(mutant: Mutant) -> str:
    """Return what a sample is drawn by: the same at every run."""
    return sha256("\n".join(mutant.key).encode()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as the command line says; return the exit status."""
    parser = argparse.ArgumentParser("python -m tests.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="such as model.formats; else all")
    parser.add_argument("--sample", type=int, default=0, help="so many of each module")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    scores = dict[str, Score]()
    prepare()
    with ProcessPoolExecutor(options.workers, FORK) as pool:
        for target in targets():
            if target.module in (options.modules or [target.module]):
                score, survivors = judge(target, pool, options.sample)
                scores[target.module] = score
                _say(score.row(target.module))
                for mutant in survivors:
                    _say(f"  {mutant.line_number}: {mutant.line}\n    {mutant.change}")
    _write_page(scores)
    return int(any(score.share < LEAST_KILLED for score in scores.values()))


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _write_page(scores: dict[str, Score]) -> None:
    """Put the scores into the page's table, which ends it; others stay as they were."""
    head, _, table = PAGE.read_text().partition(TABLE_HEAD)
    rows = {
        name: Score(*map(int, counts)) for name, *counts in ROW.findall(table)
    } | scores
    names = [target.module for target in targets() if target.module in rows]
    lines = [rows[name].row(f"`{name}`") for name in names]
    lines.append(_total(rows[name] for name in names).row("**all**"))
    PAGE.write_text(head + TABLE_HEAD + "\n".join(lines) + "\n")


def _total(scores: Iterable[Score]) -> Score:
    columns = zip(
        *((s.mutants, s.tried, s.equivalent, s.killed) for s in scores), strict=True
    )
    return Score(*map(sum, columns))


if __name__ == "__main__":
    sys.exit(main())
