"""The table of faults, as far as Postfix's smtp-sink knows them, tried with it."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection, create_server
from time import monotonic

import pytest
from sqlalchemy import Engine

from digest.deliver.sending.sender import EmailSender
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer, SmtpTimeouts
from digest.store.base.engine import reading
from digest.store.reports.editions import listed_copies
from tests.fakes.sending import MESSAGE, FakeLinks, HandWoundClock
from tests.integration.test_smtp_faults import ROWS, Row
from tests.rows import a_planned_edition

FIND = Path(__file__).parents[1] / "find_postfix.sh"
FLAGS = {"5xx": "-f", "4xx": "-r", "421": "-Q", "drop": "-q"}
LACKS = {"no ESMTP": "-e", "no 8BITMIME": "-8", "no PIPELINING": "-p"}
PATIENT = SmtpTimeouts(20, 20, 20, 20, 20, 20)


def _words(row: Row) -> list[str]:
    if row.fault in LACKS:
        return [LACKS[row.fault]]
    step = "." if row.step == "final dot" else row.step
    return [FLAGS[row.fault], step] if row.fault in FLAGS else []


WALK = [
    pytest.param(row, id=f"{row.step}-{row.fault}")
    for row in ROWS
    if _words(row) and row.step not in {"STARTTLS", "AUTH", "handshake"}
]


@pytest.fixture(scope="session")
def tools(request: pytest.FixtureRequest) -> Path:
    """Return the folder of Postfix's tools; skips where there are none."""
    cache = request.config.cache
    assert cache is not None
    words = ["sh", str(FIND), str(cache.mkdir("postfix"))]
    process = subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603 - our own
    if process.returncode:
        pytest.skip(process.stderr.strip())
    return Path(process.stdout.strip())


@contextmanager
def _sink(tools: Path, words: list[str]) -> Iterator[int]:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    who = ["-u", "nobody"] if os.geteuid() == 0 else []
    replies = ["-B", "550 no", "-b", "450 later"]
    command = [
        str(tools / "smtp-sink"),
        *who,
        *replies,
        *words,
        f"127.0.0.1:{port}",
        "100",
    ]
    libraries = {"LD_LIBRARY_PATH": str(tools.parent / "lib" / "postfix")}
    with subprocess.Popen(command, env=os.environ | libraries) as process:  # noqa: S603 - as found
        try:
            _await(port)
            yield port
        finally:
            process.kill()


def _await(port: int) -> None:
    rest, until = threading.Event(), monotonic() + 20
    while monotonic() < until:
        try:
            create_connection(("127.0.0.1", port)).close()
        except OSError:
            rest.wait(0.02)
        else:
            return
    raise TimeoutError("smtp-sink did not start")


@pytest.mark.parametrize("row", WALK)
def test_postfix_makes_copies_end_as_the_table_says(
    sqlite_engine: Engine, tools: Path, row: Row
) -> None:
    planned = a_planned_edition(sqlite_engine, emails=3)
    with _sink(tools, _words(row)) as port:
        tally = EmailSender(
            engine=sqlite_engine,
            carrier=SmtpCarrier(
                SmtpServer.parse(f"smtp://127.0.0.1:{port}?tls=none"), PATIENT
            ),
            message_for=lambda _edition, _variant: MESSAGE,
            links=FakeLinks(),
            clock=HandWoundClock(),
            connections=1,
        ).send_due(threading.Event())

    with reading(sqlite_engine) as connection:
        rows = list(listed_copies.listed(connection, planned.id))
    reasons = [row.reason for row in rows], tally
    assert {(row.state, row.attempts) for row in rows} == {
        (row.state, int(row.charged))
    }, reasons
    assert bool(tally.paused) == (row.paused == "yes"), reasons
