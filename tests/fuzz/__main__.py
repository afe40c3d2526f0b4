"""Fuzz the targets named, or all, each for some seconds.

python -m tests.fuzz [--seconds N] [NAME...]
"""

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from tests.fuzz.targets import TARGETS

FOUND = Path("var/fuzz")


def driver() -> str:
    """Return the module that drives a target here."""
    has_atheris = importlib.util.find_spec("atheris") is not None
    return f"tests.fuzz.by_{'atheris' if has_atheris else 'hypothesis'}"


def main() -> int:
    """Run each target in a process of its own; 1 where one of them broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument(
        "--seconds", type=int, default=int(os.environ.get("FUZZ_SECONDS") or 60)
    )
    options = parser.parse_args()
    if unknown := set(options.names) - TARGETS.keys():
        parser.error(f"no target {', '.join(unknown)}: there are {', '.join(TARGETS)}")
    FOUND.mkdir(parents=True, exist_ok=True)
    broke = []
    for name in options.names or TARGETS:
        sys.stderr.write(f"== {name}: {driver()} for {options.seconds} s\n")
        command = (sys.executable, "-m", driver(), name, str(options.seconds))
        if subprocess.run(command, check=False).returncode:  # noqa: S603 - ourselves
            broke.append(name)
    if broke:
        sys.stderr.write(f"broke: {', '.join(broke)}; the inputs are in {FOUND}/\n")
    return bool(broke)


if __name__ == "__main__":
    sys.exit(main())
