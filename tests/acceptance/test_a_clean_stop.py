"""Asked to stop, the program ends what is in flight, and the rest goes later, once."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.bootstrap import opened
from digest.model.delivery.delivery import DeliveryState
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from digest.store.base.engine import open_engine
from tests.acceptance.conftest import Command
from tests.builders import a_post
from tests.commands import environment
from tests.fakes.mail_server import MailServer, mail_server
from tests.rows import states
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted

READERS, BEFORE, CONNECTIONS = 30, 5, 4
FROM_A_FOLDER = FILE.replace('kind = "feed"', 'kind = "folder"').replace(
    'url = "https://example.org/feed"', 'path = "posts"'
)
IN_PRACTICE = {
    "DIGEST_ALLOW": "@example.org",
    "DIGEST_SMTP_CONNECTIONS": str(CONNECTIONS),
}


class Slow:
    """A script that takes a few messages, and of those after them says nothing yet."""

    def __init__(self) -> None:
        self.all_wait, self.goes_on = threading.Event(), threading.Event()
        self._lock, self._bodies = threading.Lock(), 0

    def __call__(self, step: str, _words: str) -> str | None:
        """Answer one step."""
        if step == "EHLO":
            return "250-hello\r\n250 PIPELINING"
        if step == "BODY":
            with self._lock:
                self._bodies += 1
                number = self._bodies
            if number == BEFORE + CONNECTIONS:
                self.all_wait.set()
            if number > BEFORE:
                self.goes_on.wait(60)
        return None


@pytest.fixture
def planned(home: Path) -> Path:
    """Return the folder of a program with an edition planned just now."""
    now = datetime.now(UTC)
    with opened(Settings(data_dir=home / "var"), now, migrating=True) as app:
        a_stored_campaign(app.engine, FROM_A_FOLDER, now)
        for number in range(READERS):
            a_reader(app.engine, f"reader-{number}")
        posts_accepted(app.engine, [a_post(published=now)], now)
        publish(app.engine, "lantern-week", "daily", now)
    return home


@contextmanager
def started(
    home: Path, server: MailServer, *words: str
) -> Iterator[subprocess.Popen[str]]:
    """Run the program beside us."""
    settings = environment(home) | IN_PRACTICE | {"DIGEST_SMTP_URL": server.url}
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "digest", *words],
        cwd=home,
        env=settings | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def a_free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("part", "by"),
    [
        ("work", signal.SIGHUP),  # its window is closed
        ("serve", signal.SIGTERM),
    ],
)
def test_what_is_in_flight_is_ended_and_nothing_else_begun(
    planned: Path, digest: Command, part: str, by: signal.Signals
) -> None:
    words = [part, "--port", a_free_port()] if part == "serve" else [part]
    slow = Slow()
    with mail_server(slow) as server, started(planned, server, *words) as process:
        assert slow.all_wait.wait(60)
        process.send_signal(by)
        # It waits for the mail server's answers, as they are not there yet.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        slow.goes_on.set()
        stderr, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "Traceback" not in stderr
    assert len(server.messages) == BEFORE + CONNECTIONS
    assert left_by(planned) == {
        DeliveryState.ACCEPTED: BEFORE + CONNECTIONS,
        DeliveryState.PLANNED: READERS - BEFORE - CONNECTIONS,
    }
    with mail_server() as later:
        settings = IN_PRACTICE | {"DIGEST_SMTP_URL": later.url}
        assert digest("work", "--until-done", **settings).returncode == 0
    to = [who for who, _ in server.messages + later.messages]
    assert len(to) == len(set(to)) == READERS


def left_by(home: Path) -> dict[DeliveryState, int]:
    """Return how many copies stand where."""
    engine = open_engine(f"sqlite:///{home}/var/digest.db")
    try:
        return states(engine, 1)
    finally:
        engine.dispose()
