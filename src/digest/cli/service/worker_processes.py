"""Worker processes beside this one: started, started anew, and stopped together.

Each is a `digest work` of its own, as on another machine: the database shares out
batches and limits among them. The connections are shared out here.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import typer

from digest.model.limits import MOST_PROCESSES
from digest.settings import Settings

log = logging.getLogger(__name__)

AUTO = "auto"
_CONNECTIONS = "DIGEST_SMTP_CONNECTIONS"
_LOOK_SECONDS = 0.5
# One that cannot start is not started again and again without a pause.
_ANEW_SECONDS = 5.0
# What is on the wire has its end by then, or nobody answers.
_END_SECONDS = 60.0


def shares(words: str, settings: Settings) -> list[int]:
    """Return the connections of each process that --processes asks for.

    `auto` is one a core where PostgreSQL lets them write side by side, and one on
    SQLite. No more than there are connections to share out.
    """
    if words == AUTO:
        count = _cores() if settings.database.startswith("postgresql") else 1
    elif words.isdecimal() and 0 < int(words) <= MOST_PROCESSES:
        count = int(words)
    else:
        most = f"a number up to {MOST_PROCESSES}, or {AUTO}"
        raise typer.BadParameter(f"write {most}", param_hint="--processes")
    count = min(count, settings.smtp_connections)
    each, more = divmod(settings.smtp_connections, count)
    return [each + (place < more) for place in range(count)]


def stop_at_end_of_input(stop: threading.Event) -> None:
    """Have `stop` set when who started us ends, however it does."""

    def wait() -> None:
        sys.stdin.buffer.read()
        stop.set()

    threading.Thread(target=wait, name="end of input", daemon=True).start()


@dataclass(slots=True)
class _WorkerProcess:
    """One of them; `connections` is its share."""

    connections: int
    process: subprocess.Popen[bytes] | None = None
    not_before: float = 0.0

    def keep_up(self, words: Sequence[str]) -> None:
        """Start it, or start it anew where it has ended by itself."""
        if self.process is not None and self.process.poll() is not None:
            log.error("worker process ended status=%s", self.process.returncode)
            self.process = None
        if self.process is None and monotonic() >= self.not_before:
            self.not_before = monotonic() + _ANEW_SECONDS
            others = {k: v for k, v in os.environ.items() if _CONNECTIONS not in k}
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "digest", "work", "--until-eof", *words],
                stdin=subprocess.PIPE,
                env=others | {_CONNECTIONS: str(self.connections)},
            )
            log.info("worker process started id=%s", self.process.pid)

    def ask_to_end(self) -> None:
        """Have it end what is on the wire, and then itself."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended; one that does not in that time is killed."""
        if self.process is not None:
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                log.exception("worker process does not end id=%s", self.process.pid)
                self.process.kill()


def run_worker_processes(
    connections: Sequence[int], stop: threading.Event, words: Sequence[str] = ()
) -> None:
    """Run a worker process for each share of the connections, until `stop` is set.

    One that ends by itself is started anew. All have ended when this returns, each
    with what it had on the wire recorded; they end too where this process dies.
    """
    workers = [_WorkerProcess(share) for share in connections]
    try:
        while not stop.is_set():
            for worker in workers:
                worker.keep_up(words)
            stop.wait(_LOOK_SECONDS)
    finally:
        for worker in workers:
            worker.ask_to_end()
        until = monotonic() + _END_SECONDS
        for worker in workers:
            worker.wait(max(until - monotonic(), 0))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
