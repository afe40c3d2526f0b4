"""Several mail servers: the first that takes copies is used, and returned to."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from digest.deliver.carrier import Copy
from digest.deliver.sending.sender import EmailSender
from digest.deliver.smtp.failover import FailoverCarrier
from digest.deliver.smtp.reconnecting_connection import ReconnectingConnection
from digest.errors import CarrierError
from digest.model.delivery.delivery import Accepted, DeliveryState
from digest.store.base.engine import reading
from digest.store.delivery.sending import carriers
from tests.fakes.carrier import ScriptedCarrier
from tests.fakes.sending import MESSAGE, FakeLinks, HandWoundClock
from tests.rows import a_planned_edition, states

pytestmark = pytest.mark.anyio
ANN = Copy("1.1", "bounces@example.org", "ann@example.org", b"hello\r\n")
BOB = Copy("2.1", "bounces@example.org", "bob@example.org", b"hello\r\n")


class Two:
    """A preferred server, another, and a line to them."""

    def __init__(self, engine: Engine, life_seconds: float = 300) -> None:
        self.engine = engine
        self.first, self.second = ScriptedCarrier(), ScriptedCarrier()
        self.clock = HandWoundClock()
        named = {"first:25": self.first, "second:25": self.second}
        self.servers = FailoverCarrier(engine, named, self.clock, life_seconds)
        self.line = ReconnectingConnection(self.servers)

    def trouble(self) -> dict[str, carriers.CarrierTrouble]:
        """Return what is in the database."""
        with reading(self.engine) as connection:
            return carriers.in_trouble(connection)


async def test_copies_go_to_the_next_server_while_the_preferred_one_turns_us_away(
    engine: Engine,
) -> None:
    two = Two(engine)
    two.first.turns_away = "login failed"

    assert isinstance(await two.line.hand_over(ANN), Accepted)
    assert two.second.recipients == [ANN.recipient]
    assert two.trouble()["first:25"].reason == "login failed"


async def test_copies_return_to_the_preferred_server_when_its_pause_is_over(
    engine: Engine,
) -> None:
    two = Two(engine, life_seconds=0)
    two.first.turns_away = "down"
    await two.line.hand_over(ANN)
    two.first.turns_away = ""

    await two.line.hand_over(ANN)
    assert two.first.recipients == []
    two.clock.move(timedelta(seconds=31))
    await two.line.hand_over(BOB)
    assert two.first.recipients == [BOB.recipient]
    assert two.trouble() == {}


async def test_each_pause_is_longer_than_the_one_before_up_to_a_quarter_of_an_hour(
    engine: Engine,
) -> None:
    two = Two(engine)
    two.first.turns_away = two.second.turns_away = "down"
    pauses = []
    for _ in range(8):
        with pytest.raises(CarrierError):
            await two.line.ready()
        until = two.trouble()["first:25"].paused_until
        pauses.append(until - two.clock())
        two.clock.now = until
    assert pauses[:3] == [timedelta(seconds=s) for s in (30, 60, 120)]
    assert pauses[-1] == timedelta(minutes=15)


async def test_a_server_that_refuses_us_as_the_sender_is_left_alone(
    engine: Engine,
) -> None:
    two = Two(engine)
    two.first.answers[ANN.recipient] = CarrierError("refuses us as the sender")

    with pytest.raises(CarrierError):
        await two.line.hand_over(ANN)
    assert isinstance(await two.line.hand_over(ANN), Accepted)
    assert two.second.recipients == [ANN.recipient]


async def test_when_all_turn_us_away_each_is_named_and_none_is_tried_before_its_time(
    engine: Engine,
) -> None:
    two = Two(engine)
    two.first.turns_away, two.second.turns_away = "first is down", "second is full"
    later = ""
    for _ in range(3):
        words = rf"^first is down{later}; second is full{later}$"
        with pytest.raises(CarrierError, match=words):
            await two.line.ready()
        later = r" \(tried again in about 30 seconds\)"
    assert (two.first.opened, two.second.opened) == (1, 1)


async def test_one_connection_too_many_does_not_pause_a_server_that_has_others(
    engine: Engine,
) -> None:
    two = Two(engine)
    await two.line.ready()
    two.first.turns_away = "421 too many connections"

    await ReconnectingConnection(two.servers).ready()
    assert two.second.opened == 1
    assert two.trouble() == {}


async def test_a_connection_that_has_lived_long_announces_nothing_and_ends(
    engine: Engine,
) -> None:
    two = Two(engine, life_seconds=0)
    await two.line.hand_over(ANN, BOB)
    await two.line.hand_over(BOB)
    assert two.first.opened == 2


def test_a_run_reaches_everybody_though_the_preferred_server_fails(
    engine: Engine,
) -> None:
    two = Two(engine)
    two.first.turns_away = "down"
    planned = a_planned_edition(engine, emails=20)
    sender = EmailSender(
        engine=engine,
        carrier=two.servers,
        message_for=lambda _edition, _variant: MESSAGE,
        links=FakeLinks(),
        clock=two.clock,
        connections=3,
    )
    assert sender.send_due(threading.Event()).accepted == 20
    assert states(engine, planned.id) == {DeliveryState.ACCEPTED: 20}
