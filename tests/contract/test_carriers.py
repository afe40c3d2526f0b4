"""What every carrier promises: the scripted one, SMTP, and practice mode."""

from collections.abc import Callable, Iterator

import pytest

from digest.deliver.carrier import Carrier, Copy
from digest.deliver.practice import PracticeCarrier
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.errors import CarrierError
from digest.model.delivery.delivery import (
    Accepted,
    Deferred,
    Outcome,
    Refused,
    Uncertain,
)
from tests.fakes.carrier import ScriptedCarrier
from tests.fakes.mail_server import DROP, mail_server

pytestmark = pytest.mark.anyio
PAYLOAD = b"Subject: hello\r\n\r\nhello\r\n"
GONE, FULL = "gone@example.org", "full@example.org"
SILENT, POLICY = "silent@example.org", "policy@example.org"


def _misbehave(step: str, words: str) -> str | None:
    if step == "RCPT":
        for who, reply in (
            (GONE, "550 5.1.1 no such user"),
            (FULL, "452 4.2.2 full"),
            (POLICY, "550 5.7.1 not from you"),
        ):
            if who in words:
                return reply
    return DROP if step == "BODY" and words == SILENT else None


def _scripted() -> Iterator[Carrier]:
    yield ScriptedCarrier(
        {
            GONE: Refused("550 5.1.1 no such user"),
            FULL: Deferred("452 4.2.2 full"),
            SILENT: Uncertain("no answer"),
            POLICY: CarrierError("550 5.7.1 not from you"),
        }
    )


def _smtp() -> Iterator[Carrier]:
    with mail_server(_misbehave) as server:
        yield SmtpCarrier(SmtpServer.parse(server.url))


def _practice() -> Iterator[Carrier]:
    with mail_server(_misbehave) as server:
        yield PracticeCarrier(SmtpCarrier(SmtpServer.parse(server.url)), None, ())


@pytest.fixture(
    params=[
        pytest.param(_scripted, id="scripted"),
        pytest.param(_smtp, id="smtp"),
        pytest.param(_practice, id="practice"),
    ]
)
def carrier(request: pytest.FixtureRequest) -> Iterator[Carrier]:
    make: Callable[[], Iterator[Carrier]] = request.param
    yield from make()


def _copy(recipient: str) -> Copy:
    return Copy("1.1", "bounces@example.org", recipient, PAYLOAD)


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        pytest.param("ann@example.org", Accepted, id="taken"),
        pytest.param(GONE, Refused, id="no such reader"),
        pytest.param(FULL, Deferred, id="not now"),
        pytest.param(SILENT, Uncertain, id="no answer after the final dot"),
    ],
)
async def test_an_answer_becomes_an_outcome(
    carrier: Carrier, recipient: str, expected: type[Outcome]
) -> None:
    connection = await carrier.open()

    assert isinstance(await connection.hand_over(_copy(recipient)), expected)
    await connection.close()


async def test_being_turned_away_ourselves_is_an_error_that_names_no_reader(
    carrier: Carrier,
) -> None:
    connection = await carrier.open()

    with pytest.raises(CarrierError, match=r"5\.7\.1") as caught:
        await connection.hand_over(_copy(POLICY))

    assert POLICY not in str(caught.value)
    await connection.close()


async def test_a_refusal_does_not_end_the_connection(carrier: Carrier) -> None:
    connection = await carrier.open()
    await connection.hand_over(_copy(GONE))
    await connection.hand_over(_copy(FULL))

    assert connection.is_open
    assert isinstance(await connection.hand_over(_copy("ann@example.org")), Accepted)
    await connection.close()


async def test_a_connection_may_be_closed_twice(carrier: Carrier) -> None:
    connection = await carrier.open()
    await connection.close()
    await connection.close()
