"""Kill senders again and again, print what was found; 1 where a promise is broken."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields

from tests.kills.ground import DATABASES
from tests.kills.matrix import Matrix, Plan, Result
from tests.kills.points import Point
from tests.kills.steps import StepVerdict, killed_at_steps


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the matrix as the command line says; return the exit status."""
    options = _parser().parse_args(arguments)
    if options.steps is not None:
        return _kill_at_steps(options.databases, options.steps, options.seed)
    results = []
    for database in options.databases:
        for workers in options.workers:
            plan = Plan(
                database,
                workers,
                options.readers,
                options.connections,
                options.random,
                options.each,
                options.seed,
            )
            results.append(Matrix(plan, _talk).run())
            _print_verdict(results[-1])
    _print_kills(results)
    return int(any(result.verdict.broken for result in results))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--random", type=int, default=200, help="kills at any instant")
    parser.add_argument("--each", type=int, default=25, help="kills at each point")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 3])
    parser.add_argument(
        "--steps",
        type=int,
        nargs="?",
        const=0,
        metavar="MOST",
        help="kill what is done to an edition at its every step, or at so many of each",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--databases", nargs="+", choices=sorted(DATABASES), default=sorted(DATABASES)
    )
    return parser


def _kill_at_steps(databases: Sequence[str], most: int, seed: int) -> int:
    names = [each.name for each in fields(StepVerdict)]
    _say(f"| {' | '.join(name.replace('_', ' ') for name in names)} |")
    _say(f"|---|---|{'---:|' * (len(names) - 2)}")
    is_broken = False
    for database in databases:
        for verdict in killed_at_steps(database, most or None, seed):
            _say(f"| {' | '.join(str(getattr(verdict, name)) for name in names)} |")
            is_broken = is_broken or verdict.is_broken
    return int(is_broken)


def _talk(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _print_verdict(result: Result) -> None:
    plan, end = result.plan, result.verdict
    _say(
        f"{plan.database}, workers {plan.workers}: {result.editions} editions to "
        f"{plan.readers} readers over {plan.connections} connections each, "
        f"{result.killed.total()} kills, {result.seconds:.0f} s"
    )
    _say(f"  lost {end.lost}, not planned {end.unplanned}")
    _say(f"  falsely sent {end.falsely_sent}")
    _say(
        f"  in doubt after a kill {end.uncertain}, sent twice {end.duplicates}, "
        f"at most {end.most_at_once} a kill, "
        f"beyond one a connection {end.too_many_on_wire}, "
        f"not marked {end.unmarked}, of another name {end.under_two_names}"
    )
    _say(f"  sent after leaving {end.after_leaving}")
    _say(
        f"  reports of bounces {end.reports}, "
        f"not recorded once {end.reports_astray}, half done {end.reports_half_done}"
    )
    _say(f"  left to a person {end.for_a_person}")
    _say(f"  slowest finish after a restart {end.slowest_finish:.1f} s")
    _say(f"  broken: {end.broken or 'nothing'}")


def _print_kills(results: Sequence[Result]) -> None:
    heads = [f"{result.plan.database} {result.plan.workers}" for result in results]
    _say(f"| killed at | {' | '.join(heads)} |")
    _say(f"|---|{'---:|' * len(heads)}")
    for point in Point:
        counts = [str(result.killed[point]) for result in results]
        _say(f"| {point} | {' | '.join(counts)} |")


if __name__ == "__main__":
    sys.exit(main())
