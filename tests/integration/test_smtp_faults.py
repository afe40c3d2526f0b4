"""Every row of docs/reference/smtp-faults.md, tried."""

import re
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.deliver.sender import Sender
from digest.deliver.smtp import Smtp
from digest.deliver.smtp_server import SmtpServer
from digest.deliver.smtp_talk import Timeouts
from digest.store import copies
from digest.store.engine import reading
from tests.fakes.mail_server import DROP, SILENCE, mail_server
from tests.fakes.sending import MESSAGE, FakeLinks, HandWoundClock
from tests.rows import a_planned_edition

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "smtp-faults.md"
_ROW = re.compile(r"^\| (?!step|-)(.+) \|$", re.MULTILINE)
ROWS = [tuple(row.split(" | ")) for row in _ROW.findall(PAGE.read_text())]
IMPATIENT = Timeouts(0.4, 0.4, 0.4, 0.4, 0.4, 0.4)
STEPS = {"final dot": "BODY"}
REPLIES = {
    "5xx": "550 no",
    "4xx": "450 later",
    "421": "421 closing",
    "drop": DROP,
    "stalls": SILENCE,
    "552": "552 5.2.2 mailbox full",
    "greylisted": "451 4.7.1 greylisted, come back later",
    "policy": "550 5.7.1 not authorised",
    "10 kB": "\r\n".join(["250-" + "x" * 996] * 10 + ["250 ok"]),
    "endless": "\r\n".join(["250-" + "x" * 996] * 30 + ["250 ok"]),
    "NUL": "250 taken \0 indeed",
    "non-ASCII": "250 geschafft, schön",
    "multi-line": "250-taken\r\n250 indeed",
    "nonsense": "what?",
    "wrong code": "354 go on",
    "missing": None,
    "small SIZE": "250-hello\r\n250 SIZE 10",
}


def test_the_table_is_read() -> None:
    assert len(ROWS) > 40
    assert all(len(row) == 5 for row in ROWS)


@pytest.mark.parametrize("offers", ["step by step", "pipelined"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_every_copy_ends_as_the_table_says(
    sqlite_engine: Engine, row: tuple[str, ...], offers: str
) -> None:
    step, fault, state, charged, paused = row
    step = STEPS.get(step, step)

    def script(here: str, _said: str) -> str | None:
        if here == step:
            return REPLIES[fault]
        is_hello = here == "EHLO" and offers == "pipelined"
        return "250-hello\r\n250 PIPELINING" if is_hello else None

    made = a_planned_edition(sqlite_engine, emails=3)
    with mail_server(script) as server:
        tls = "required" if step == "STARTTLS" else "none"
        url = server.url.replace("tls=none", f"tls={tls}")
        sender = Sender(
            engine=sqlite_engine,
            carrier=Smtp(SmtpServer.parse(url), IMPATIENT),
            message_for=lambda _edition, _variant: MESSAGE,
            links=FakeLinks(),
            clock=HandWoundClock(),
            connections=1,
        )
        tally = sender.send_due(threading.Event())

    with reading(sqlite_engine) as connection:
        found = copies.listed(connection, made.id)
    assert {(one.state, one.attempts) for one in found} == {(state, int(charged))}
    assert bool(tally.paused) == (paused == "yes")
