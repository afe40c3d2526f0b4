"""Let the product live for many days by an injected clock, and hold it to its laws."""

import argparse
import logging
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.soak.laws import LawBroken
from tests.soak.run import Soak, a_ground, live_through
from tests.soak.story import Rates


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a soak as the command line says; return the exit status."""
    options = _parser().parse_args(arguments)
    logging.getLogger("digest").setLevel(logging.ERROR)
    begun, cpu = time.monotonic(), time.process_time()
    soak = Soak(
        options.first,
        options.days,
        options.readers,
        options.seed,
        Rates(rough=options.rough),
    )
    try:
        with TemporaryDirectory(prefix="digest-soak-") as folder:
            top = options.keep or Path(folder)
            (top / "var").mkdir(parents=True)
            with a_ground(options.database, top / "var") as ground:
                counts = live_through(soak, ground, top)
    except LawBroken as problem:
        _say(f"broken: {problem}")
        if options.keep:
            traceback.print_exc()
        return 1
    for name in sorted(counts):
        _say(f"  {name}: {counts[name]:,}")
    _say(
        f"{time.monotonic() - begun:.0f} s, of which {time.process_time() - cpu:.0f} s "
        "of one processor; broken: nothing"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql"), default="sqlite"
    )
    parser.add_argument("--first", type=date.fromisoformat, default=date(2027, 10, 11))
    parser.add_argument("--rough", type=float, default=1.0, help="trouble, so often")
    parser.add_argument(
        "--keep", type=Path, help="a new folder for the database and the story"
    )
    return parser


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
