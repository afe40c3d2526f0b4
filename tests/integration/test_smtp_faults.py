"""Every row of docs/reference/smtp-faults.md, tried."""

import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine

from digest.deliver.sending.sender import EmailSender
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer, SmtpTimeouts
from digest.store.base.engine import reading
from digest.store.reports.editions import listed_copies
from tests.fakes.certificates import OPENSSL, certificate, expired_certificate
from tests.fakes.mail_server import (
    DRIP,
    DROP,
    LATE,
    ORDINARY,
    SILENCE,
    Script,
    mail_server,
)
from tests.fakes.sending import MESSAGE, FakeLinks, HandWoundClock
from tests.rows import a_planned_edition

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "smtp-faults.md"
_ROW = re.compile(r"^\| (?!step|-)(.+) \|$", re.MULTILINE)
IMPATIENT = SmtpTimeouts(0.6, 0.6, 0.6, 0.6, 0.6, 0.6)
PATIENT = SmtpTimeouts(20, 20, 20, 20, 20, 20)
# By the step at which a server is slow: nothing else is late for a busy machine's sake.
IMPATIENT_AT = {
    "DATA": replace(PATIENT, data=0.6),
    "BODY": replace(PATIENT, final_dot=0.6),
    "QUIT": replace(PATIENT, goodbye=0.6),
}
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
    "drips": DRIP + "250 " + "x" * 60,
    "twice": "250 ok\r\n250 ok",
    "injected": "220 go on\r\n250 AUTH PLAIN",
    "small SIZE": "250-hello\r\n250 SIZE 10",
}
SLOW = {"stalls", "drips", "late"}
OFFERS = {
    "8BITMIME": "8BITMIME",
    "SIZE": "SIZE 10000000",
    "AUTH": "AUTH PLAIN",
    "PIPELINING": "PIPELINING",
    "STARTTLS": "STARTTLS",
}


class Row(NamedTuple):
    """A row of the page: a fault, and what becomes of every copy."""

    step: str
    fault: str
    state: str
    charged: str
    paused: str

    @property
    def here(self) -> str:
        """Return the step as the server calls it."""
        return STEPS.get(self.step, self.step)

    @property
    def is_private(self) -> bool:
        """Whether the server is asked to speak in cipher."""
        is_asked = self.step in {"STARTTLS", "handshake", "certificate"}
        return is_asked or self.fault == "no STARTTLS"

    @property
    def logs_in(self) -> bool:
        """Whether the server is given a password."""
        return self.step == "AUTH" or self.fault == "no AUTH"


ROWS = [Row(*row.split(" | ")) for row in _ROW.findall(PAGE.read_text())]
# Until a server has said what it offers, there is only one way to speak to it.
WAYS = [
    (row, way)
    for row in ROWS
    for way in ("step by step", "pipelined")
    if way == "step by step" or row.here in {"MAIL", "RCPT", "DATA", "BODY", "RSET"}
]


@dataclass
class Server:
    """A server with one fault, as a script."""

    row: Row
    offers: set[str]
    most: int = 1_000
    open: int = 0

    def __call__(self, step: str, _words: str) -> str | None:
        """Answer, wrongly at the row's step."""
        if step == "HANDSHAKE":
            return DROP if self.row.step == "handshake" else None
        if self.row.fault == "limit of 1" and step in {"CONNECT", "QUIT"}:
            return self._counted(step)
        if step == "EHLO" and self.row.fault == "no ESMTP":
            return "502 what?"
        if step == self.row.here and (reply := self._fault(step)):
            return reply
        return self._hello() if step == "EHLO" else None

    def _fault(self, step: str) -> str | None:
        if self.row.fault == "late":
            return LATE + (self._hello() if step == "EHLO" else _ordinary(step))
        reply = REPLIES.get(self.row.fault)
        return reply.replace("250", "220", 1) if reply and step == "CONNECT" else reply

    def _hello(self) -> str:
        lacks = self.row.fault.removeprefix("no ")
        offered = [OFFERS[extension] for extension in sorted(self.offers - {lacks})]
        return "\r\n".join(
            [f"250-{line}" for line in ("hello", *offered)] + ["250 end"]
        )

    def _counted(self, step: str) -> str | None:
        if step == "QUIT":
            self.open -= 1
            return None
        if self.open:
            return "421 too many connections"
        self.open += 1
        return None


def _ordinary(step: str) -> str:
    return ORDINARY.get(step, "250 ok")


@pytest.fixture(scope="module")
def identities(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]]:
    """Return what gives a server its certificate and us our trust, made once."""
    contexts: dict[str, tuple[ssl.SSLContext, ssl.SSLContext]] = {}

    def identity(fault: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        if OPENSSL is None:
            pytest.skip("openssl makes the test's certificate: apt install openssl")
        if fault not in contexts:
            folder = tmp_path_factory.mktemp("tls")
            name = "DNS:other.example.org" if fault == "wrong name" else "IP:127.0.0.1"
            path = (
                expired_certificate(folder)
                if fault == "expired"
                else certificate(folder, name)
            )
            theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            theirs.load_cert_chain(path)
            authority = None if fault == "self-signed" else str(path)
            contexts[fault] = theirs, ssl.create_default_context(cafile=authority)
        return contexts[fault]

    return identity


def test_the_table_is_read() -> None:
    assert len(ROWS) > 90


@pytest.mark.parametrize(
    ("row", "way"),
    [pytest.param(*way, id="-".join((*way[0][:2], way[1]))) for way in WAYS],
)
def test_every_copy_ends_as_the_table_says(
    sqlite_engine: Engine,
    identities: Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]],
    row: Row,
    way: str,
) -> None:
    offers = set(OFFERS) - {"STARTTLS", "AUTH", "PIPELINING"}
    offers |= {"PIPELINING"} if way == "pipelined" else set()
    offers |= {"STARTTLS"} if row.is_private else set()
    offers |= {"AUTH"} if row.logs_in else set()
    theirs, trust = identities(row.fault) if row.is_private else (None, None)
    is_slow = row.fault in SLOW
    is_alone = is_slow or (row.step, row.fault) == ("final dot", "twice")
    contexts = a_planned_edition(sqlite_engine, emails=1 if is_alone else 3)
    script: Script = Server(row, offers)

    with mail_server(script, theirs) as server:
        login = "us:sesame@" if row.logs_in else ""
        tls = "required" if row.is_private else "none"
        url = f"smtp://{login}127.0.0.1:{server.port}?tls={tls}"
        timeouts = IMPATIENT_AT.get(row.here, IMPATIENT) if is_slow else PATIENT
        smtp = SmtpCarrier(SmtpServer.parse(url), timeouts)
        tally = EmailSender(
            engine=sqlite_engine,
            carrier=smtp
            if trust is None
            else SmtpCarrier(smtp.server, smtp.timeouts, lambda: trust),
            message_for=lambda _edition, _variant: MESSAGE,
            links=FakeLinks(),
            clock=HandWoundClock(),
            connections=3 if row.fault == "limit of 1" else 1,
        ).send_due(threading.Event())

    with reading(sqlite_engine) as connection:
        rows = list(listed_copies.listed(connection, contexts.id))
    reasons = [row.reason for row in rows], tally
    assert {(row.state, row.attempts) for row in rows} == {
        (row.state, int(row.charged))
    }, reasons
    assert bool(tally.paused) == (row.paused == "yes"), reasons
