"""SMTP against a real server on the loopback that misbehaves at every step."""

import socket

import pytest

from digest.deliver.carrier import Copy
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer, SmtpTimeouts
from digest.deliver.smtp.reconnecting_connection import ReconnectingConnection
from digest.errors import CarrierError
from digest.model.delivery.delivery import (
    Accepted,
    Deferred,
    Outcome,
    Refused,
    Uncertain,
)
from digest.model.editions.mime import on_the_wire
from tests.fakes.mail_server import DROP, SILENCE, MailServer, Script, at, mail_server

pytestmark = pytest.mark.anyio
PAYLOAD = b"Subject: hello\r\n\r\nhello\r\n"
COPY = Copy("1.1", "bounces@example.org", "ann@example.org", PAYLOAD)
IMPATIENT = SmtpTimeouts(0.8, 0.8, 0.8, 0.8, 0.8, 0.8)
PATIENT = SmtpTimeouts(20, 20, 20, 20, 20, 20)


def _waiting_for(reply: str) -> SmtpTimeouts:
    """Return how long to wait: on a busy machine what is not silent may be late."""
    return IMPATIENT if reply == SILENCE else PATIENT


def _smtp(server: MailServer, timeouts: SmtpTimeouts = PATIENT) -> SmtpCarrier:
    return SmtpCarrier(SmtpServer.parse(server.url), timeouts)


async def _hand_over(
    script: Script, copy: Copy = COPY, timeouts: SmtpTimeouts = PATIENT
) -> Outcome:
    with mail_server(script) as server:
        connection = await _smtp(server, timeouts).open()
        try:
            return await connection.hand_over(copy)
        finally:
            await connection.close()


@pytest.mark.parametrize(
    ("step", "reply", "expected"),
    [
        pytest.param("RCPT", "550 5.1.1 no such user", Refused, id="550 at RCPT"),
        pytest.param("RCPT", "450 4.2.0 greylisted", Deferred, id="450 at RCPT"),
        pytest.param("RCPT", "552 too much mail", Deferred, id="552 at RCPT"),
        pytest.param("DATA", "451 later", Deferred, id="451 at DATA"),
        pytest.param("DATA", "554 no", Refused, id="554 at DATA"),
        pytest.param("BODY", "451 later", Deferred, id="451 after the dot"),
        pytest.param("BODY", "552 too big", Refused, id="552 after the dot"),
        pytest.param("BODY", "554 5.6.0 no", Refused, id="554 after the dot"),
        pytest.param("MAIL", DROP, Deferred, id="dropped at MAIL"),
        pytest.param("RCPT", DROP, Deferred, id="dropped at RCPT"),
        pytest.param("DATA", DROP, Deferred, id="dropped at DATA"),
        pytest.param("BODY", DROP, Uncertain, id="dropped after the dot"),
        pytest.param("MAIL", SILENCE, Deferred, id="silent at MAIL"),
        pytest.param("DATA", SILENCE, Deferred, id="silent at DATA"),
        pytest.param("BODY", SILENCE, Uncertain, id="silent after the dot"),
        pytest.param("BODY", "what?", Uncertain, id="nonsense after the dot"),
        pytest.param("BODY", "354 go on", Uncertain, id="out of turn after the dot"),
    ],
)
async def test_the_step_decides_what_a_failure_means(
    step: str, reply: str, expected: type[Outcome]
) -> None:
    outcome = await _hand_over(at(step, reply), timeouts=_waiting_for(reply))

    assert isinstance(outcome, expected)


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        pytest.param("MAIL", "550 not from you", id="sender refused"),
        pytest.param("MAIL", "451 not now", id="sender delayed"),
        pytest.param("MAIL", "530 5.7.0 log in first", id="login wanted"),
        pytest.param("RCPT", "550 5.7.1 relaying denied", id="relaying denied"),
        pytest.param("RCPT", "421 closing", id="going away at RCPT"),
        pytest.param(
            "BODY", "550 5.7.515 not authenticated", id="policy after the dot"
        ),
        pytest.param("BODY", "421 closing", id="going away after the dot"),
        pytest.param("DATA", "250 hm", id="out of turn at DATA"),
    ],
)
async def test_being_turned_away_ourselves_charges_no_reader(
    step: str, reply: str
) -> None:
    with pytest.raises(CarrierError, match=reply[:3]):
        await _hand_over(at(step, reply))


@pytest.mark.parametrize("goodbye", ["421 too tired", DROP, "nonsense", SILENCE])
async def test_a_rude_goodbye_undoes_nothing(goodbye: str) -> None:
    script = at("QUIT", goodbye)

    outcome = await _hand_over(script, timeouts=_waiting_for(goodbye))

    assert isinstance(outcome, Accepted)


@pytest.mark.parametrize("answer", [DROP, "500 what?"])
async def test_a_refusal_stands_when_stepping_back_fails(answer: str) -> None:
    def script(step: str, _words: str) -> str | None:
        return {"RCPT": "550 5.1.1 no such user", "RSET": answer}.get(step)

    with mail_server(script) as server:
        connection = await _smtp(server).open()

        assert isinstance(await connection.hand_over(COPY), Refused)
        again = await connection.hand_over(COPY)
        assert isinstance(again, Deferred)
        assert not again.is_charged
        assert not connection.is_open


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param(at("CONNECT", "554 go away"), "554 go away", id="rude greeting"),
        pytest.param(at("CONNECT", DROP), "cannot be used", id="drops at once"),
        pytest.param(at("CONNECT", SILENCE), "cannot be used", id="says nothing"),
        pytest.param(
            at("CONNECT", "SSH-2.0"), "does not answer as", id="no mail server"
        ),
        pytest.param(at("EHLO", DROP), "cannot be used", id="drops at EHLO"),
    ],
)
async def test_a_server_that_will_not_have_us_is_one_line(
    script: Script, words: str
) -> None:
    timeouts = _waiting_for(script("CONNECT", "") or "")

    with mail_server(script) as server, pytest.raises(CarrierError, match=words):
        await _smtp(server, timeouts).open()


async def test_an_absent_server_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(CarrierError, match=f"127.0.0.1:{port} cannot be used"):
        await SmtpCarrier(SmtpServer.parse(f"smtp://127.0.0.1:{port}")).open()


async def test_one_connection_carries_many_copies() -> None:
    with mail_server() as server:
        line = ReconnectingConnection(_smtp(server))
        for _ in range(5):
            assert isinstance(await line.hand_over(COPY), Accepted)
        await line.close()

    assert server.connections == 1
    assert len(server.messages) == 5


@pytest.mark.parametrize("tired", [DROP, "421 enough for one connection"])
async def test_a_server_tired_of_a_connection_gets_the_copy_on_a_new_one(
    tired: str,
) -> None:
    mails = []

    def script(step: str, words: str) -> str | None:
        if step == "MAIL":
            mails.append(words)
            return tired if len(mails) == 2 else None
        return None

    with mail_server(script) as server:
        line = ReconnectingConnection(_smtp(server))
        outcomes = [await line.hand_over(COPY) for _ in range(3)]
        await line.close()

    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert server.connections == 2
    assert len(server.messages) == 3


async def test_an_uncertain_copy_is_never_repeated_by_the_line() -> None:
    with mail_server(lambda step, _words: DROP if step == "BODY" else None) as server:
        line = ReconnectingConnection(_smtp(server))
        outcomes = [await line.hand_over(COPY) for _ in range(2)]
        await line.close()

    assert all(isinstance(outcome, Uncertain) for outcome in outcomes)
    assert server.steps.count("BODY") == 2


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param(b".a\r\n..b\r\n", b".a\r\n..b\r\n", id="leading dots"),
        pytest.param(b"a\r\n.\r\nb\r\n", b"a\r\n.\r\nb\r\n", id="a lone dot inside"),
        pytest.param(b"a", b"a\r\n", id="no line end at the end"),
        pytest.param(b"a\n.\nb\r\n", b"a\r\n.\r\nb\r\n", id="smuggled end"),
        pytest.param(b"a\r.\rb\r\n", b"a\r\n.\r\nb\r\n", id="lone carriage returns"),
    ],
)
async def test_the_message_arrives_as_it_was(payload: bytes, expected: bytes) -> None:
    with mail_server() as server:
        connection = await _smtp(server).open()
        copy = Copy(
            "1.1", "bounces@example.org", "ann@example.org", on_the_wire(payload)
        )

        assert isinstance(await connection.hand_over(copy), Accepted)
        await connection.close()

    assert server.messages == [("ann@example.org", expected)]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        pytest.param("zoë@example.org", "letters before the @", id="not ASCII"),
        pytest.param("a>b@example.org", "not an email address", id="a bracket"),
        pytest.param("a\r\nDATA@example.org", "not an email address", id="a command"),
    ],
)
async def test_an_address_beyond_use_is_refused_in_words(
    address: str, words: str
) -> None:
    copy = Copy("1.1", "bounces@example.org", address, PAYLOAD)
    outcome = await _hand_over(at("nowhere", ""), copy)

    assert isinstance(outcome, Refused)
    assert words in outcome.reply
