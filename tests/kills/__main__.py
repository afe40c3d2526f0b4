"""Kill senders again and again, print what was found; 1 where a promise is broken."""

import argparse
import sys
from collections.abc import Sequence

from tests.kills.ground import DATABASES
from tests.kills.matrix import Matrix, Plan, Result
from tests.kills.points import Point


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the matrix as the command line says; return the exit status."""
    asked = _parser().parse_args(arguments)
    results = []
    for database in asked.databases:
        for workers in asked.workers:
            plan = Plan(
                database,
                workers,
                asked.readers,
                asked.connections,
                asked.random,
                asked.each,
                asked.seed,
            )
            results.append(Matrix(plan, _talk).run())
            _print_found(results[-1])
    _print_kills(results)
    return int(any(one.verdict.broken for one in results))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--random", type=int, default=200, help="kills at any instant")
    parser.add_argument("--each", type=int, default=25, help="kills at each point")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 3])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--databases", nargs="+", choices=sorted(DATABASES), default=sorted(DATABASES)
    )
    return parser


def _talk(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _print_found(result: Result) -> None:
    plan, found = result.plan, result.verdict
    _say(
        f"{plan.database}, workers {plan.workers}: {result.editions} editions to "
        f"{plan.readers} readers over {plan.connections} connections each, "
        f"{result.killed.total()} kills, {result.seconds:.0f} s"
    )
    _say(f"  lost {found.lost}, not planned {found.unplanned}")
    _say(f"  falsely sent {found.falsely_sent}")
    _say(
        f"  in doubt after a kill {found.uncertain}, sent twice {found.duplicates}, "
        f"at most {found.most_at_once} a kill, "
        f"beyond one a connection {found.too_many_on_wire}, "
        f"not marked {found.unmarked}, of another name {found.under_two_names}"
    )
    _say(f"  sent after leaving {found.after_leaving}")
    _say(
        f"  reports of bounces {found.reports}, "
        f"not recorded once {found.reports_astray}, half done {found.reports_half_done}"
    )
    _say(f"  left to a person {found.for_a_person}")
    _say(f"  slowest finish after a restart {found.slowest_finish:.1f} s")
    _say(f"  broken: {found.broken or 'nothing'}")


def _print_kills(results: Sequence[Result]) -> None:
    heads = [f"{one.plan.database} {one.plan.workers}" for one in results]
    _say(f"| killed at | {' | '.join(heads)} |")
    _say(f"|---|{'---:|' * len(heads)}")
    for point in Point:
        made = [str(one.killed[point]) for one in results]
        _say(f"| {point} | {' | '.join(made)} |")


if __name__ == "__main__":
    sys.exit(main())
