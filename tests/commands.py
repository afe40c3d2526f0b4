"""`digest` commands, run as its user does: a folder, an environment, words.

To import all that a command needs takes longer than most commands do. So each is
a fork of one process, `python -m tests.commands`, which has imported it once.
"""

import atexit
import gc
import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory

import digest

LONGEST_SECONDS = 120
_READ_AND_WRITE = os.O_RDWR | os.O_CREAT


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a command: its data directory and no other setting."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("DIGEST_")}
    return others | {"DIGEST_DATA_DIR": str(home / "var"), "COLUMNS": "80"}


def run_by_itself(
    home: Path, *words: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run `digest` as `Commands` does, in a Python of its own from its first line."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "digest", *words],
        cwd=home,
        env=environment(home) | settings,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )


class Commands:
    """Runs commands, one after another, each as if nothing had run before it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(
        self, home: Path, *words: str, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `digest` in a folder, with no setting but its data directory and these.

        One that runs for longer than LONGEST_SECONDS is killed.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with TemporaryDirectory() as folder:
            streams = [os.devnull, f"{folder}/stdout", f"{folder}/stderr"]
            order = {
                "words": words,
                "folder": str(home),
                "environment": environment(home) | settings,
                "streams": streams,
            }
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            stdout, stderr = (Path(stream).read_text() for stream in streams[1:])
        return subprocess.CompletedProcess(words, status, stdout, stderr)


@contextmanager
def commands() -> Iterator[Commands]:
    """Yield what runs commands, until the block ends."""
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        yield Commands(process)


class _LastAct:
    """Ends a process when all else that is to be done at its end has been.

    Python would go on and take apart every module there is. A fork shares them with
    the others until it touches them: that took longer than most commands.
    """

    status = 0

    def __call__(self) -> None:
        """End it with its status."""
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(self.status)


_last_act = _LastAct()


def main() -> None:
    """Import the program; run the command of each line of JSON, and print its end."""
    # What is registered first is done last.
    atexit.register(_last_act)
    for module in walk_packages(digest.__path__, "digest."):
        if not module.name.endswith("__main__") and "migrations." not in module.name:
            import_module(module.name)
    # What was imported is not looked through again as each fork ends.
    gc.freeze()
    for line in sys.stdin:
        process_id = os.fork()
        if process_id == 0:
            _become(**json.loads(line))
        _, status = os.waitpid(process_id, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(
    words: list[str], folder: str, environment: dict[str, str], streams: list[str]
) -> None:
    """Be the program with those words, and never come back."""
    for number, stream in enumerate(streams):
        os.dup2(os.open(stream, _READ_AND_WRITE), number)
    signal.alarm(LONGEST_SECONDS)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["digest", *words]
    try:
        runpy.run_module("digest", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        _last_act.status = end.code if isinstance(end.code, int) else bool(end.code)
        raise
    except BaseException:
        _last_act.status = 1
        raise
    sys.exit()


if __name__ == "__main__":
    main()
