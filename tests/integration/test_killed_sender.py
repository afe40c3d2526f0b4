"""A sender killed with SIGKILL, again and again: nothing lost, little repeated."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from sqlalchemy import Engine, select

from digest.deliver.inbox.maildir import Inbox
from digest.deliver.inbox.server import running
from digest.model.delivery.delivery import DeliveryState
from digest.store.base.engine import reading
from digest.store.base.tables import delivery
from tests.rows import a_planned_edition, states

READERS, CONNECTIONS, KILLS = 300, 4, 4
PROGRAM = Path(__file__).with_name("sender_process.py")
_ID = re.compile(rb"^Message-ID: <(\d+)\.\w+\.\w+@", re.MULTILINE)


def test_a_kill_loses_nothing_and_repeats_at_most_one_copy_a_connection(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=READERS, batch_size=100)
    inbox = Inbox(tmp_path / "inbox")
    uncertain = 0
    with running(inbox) as url:
        for _ in range(KILLS):
            _run(engine, url, kill_after=READERS // (KILLS + 2))
            arrived = _arrivals(inbox)
            assert _accepted(engine) <= arrived.keys(), "accepted, but never arrived"
            uncertain += states(engine, planned.id).get(DeliveryState.HANDING_OVER, 0)
        _run(engine, url)
    arrived = _arrivals(inbox)

    assert states(engine, planned.id) == {DeliveryState.ACCEPTED: READERS}
    assert arrived.keys() == set(planned.readers), "lost"
    assert uncertain <= KILLS * CONNECTIONS
    assert sum(arrived.values()) - READERS <= uncertain, "repeated without need"


def _run(engine: Engine, url: str, kill_after: int | None = None) -> None:
    """Send in a process of its own, killed when so many copies have ended."""
    words = [str(engine.url), url, str(CONNECTIONS)]
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, str(PROGRAM), *words],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout is not None
        for ended, _ in enumerate(process.stdout, start=1):
            if ended == kill_after:
                process.send_signal(signal.SIGKILL)
                break
    expected = 0 if kill_after is None else -signal.SIGKILL
    assert process.returncode == expected


def _accepted(engine: Engine) -> set[int]:
    with reading(engine) as connection:
        query = select(delivery.c.reader_id).where(
            delivery.c.state == DeliveryState.ACCEPTED
        )
        return set(connection.scalars(query))


def _arrivals(inbox: Inbox) -> Counter[int]:
    sources = (inbox.read(message.key).source for message in inbox.messages())
    return Counter(int(match[1]) for match in map(_ID.search, sources) if match)
