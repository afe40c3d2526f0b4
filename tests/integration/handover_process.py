"""A sender that is killed at each of its steps: a process that forks for each kill.

Run as `python -m tests.integration.handover_process DATABASE FOLDER WIRE`. For each
kill it prints, as a line of JSON, what the database and the file said of themselves
before and after, and whether anything had left.
"""

import json
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.tables import handover
from digest.store.delivery.sending import send_batches
from digest.store.holds import holds, mark_file
from digest.store.holds.mark_file import beside
from tests.builders import EIGHT

# What a process asks of the disk; each is a step, and so is each SQL statement.
_DISK = {"open", "os.rename", "os.utime", "os.remove", "fcntl.flock"}
_MOST_STEPS = 200


class Trap:
    """Kills the process at a step."""

    def __init__(self, at: int) -> None:
        self._left = at

    def step(self, *_event: object) -> None:
        """Count a step; do not come back from the one that is meant."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def send(engine: Engine, wire: Path, now: datetime, trap: Trap) -> None:
    """Lease a batch, let something leave, give the batch back."""
    event.listen(engine, "before_cursor_execute", trap.step)
    event.listen(engine, "commit", trap.step)
    sys.addaudithook(lambda name, _args: trap.step() if name in _DISK else None)
    with writing(engine) as connection:
        lease = send_batches.claim(connection, "a", now, timedelta(seconds=30))
    assert lease is not None
    trap.step()
    wire.write_text("something left")
    trap.step()
    with writing(engine) as connection:
        send_batches.finish(connection, lease, now)
    trap.step()


def states(engine: Engine, folder: Path, now: datetime) -> dict[str, Any]:
    """Return what the database and the file say, and whether anything is held."""
    with reading(engine) as connection:
        row = connection.execute(handover.select()).one()
        hold = holds.standing(connection, now)
    file = mark_file.read(folder)
    return {
        "database": row.generation,
        "file": file.generation if file else -1,
        "hold": hold.because if hold else "",
    }


def main(url: str, folder: Path, wire: Path) -> None:
    """Kill a sender at its first step, then at its second, until one comes through."""
    engine = beside(open_engine(url), folder)
    for at in range(1, _MOST_STEPS):
        now = EIGHT + timedelta(hours=at)
        wire.unlink(missing_ok=True)
        before = states(engine, folder, now)
        engine.dispose()
        child = os.fork()
        if child == 0:
            send(beside(open_engine(url), folder), wire, now, Trap(at))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        after = states(engine, folder, now)
        line = {"before": before, "after": after, "left": wire.exists()}
        sys.stdout.write(json.dumps(line) + "\n")
        if not os.WIFSIGNALED(status):
            sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
