"""Where mail may go before somebody says that it is live."""

import pytest

from digest.deliver.carrier import Copy
from digest.deliver.practice import PracticeCarrier
from digest.errors import CarrierError
from digest.model.delivery.delivery import Accepted
from digest.model.delivery.practice import Route, route
from tests.fakes.carrier import ScriptedCarrier

pytestmark = pytest.mark.anyio
ALLOW = ("Ann@Example.org", "@team.example.org")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("bob@example.org", Route.INBOX, id="a reader"),
        pytest.param("ann@example.org", Route.OUTSIDE, id="an allowed address"),
        pytest.param("ANN@EXAMPLE.ORG", Route.OUTSIDE, id="in capitals"),
        pytest.param("joanne@example.org", Route.INBOX, id="ends like an allowed one"),
        pytest.param("eve@team.example.org", Route.OUTSIDE, id="an allowed domain"),
        pytest.param("eve@x.team.example.org", Route.INBOX, id="a subdomain"),
        pytest.param("eve@evil-team.example.org", Route.INBOX, id="a lookalike"),
        pytest.param("@team.example.org@example.com", Route.INBOX, id="two at signs"),
        pytest.param("", Route.INBOX, id="nothing"),
        pytest.param("team.example.org", Route.INBOX, id="no at sign"),
    ],
)
def test_practice_writes_only_where_it_may(address: str, expected: Route) -> None:
    assert route(address, ALLOW, live=False) is expected


def test_live_writes_to_everybody() -> None:
    assert route("bob@example.org", (), live=True) is Route.OUTSIDE


async def test_the_inbox_takes_what_may_not_go_outside() -> None:
    inbox, outside = ScriptedCarrier(), ScriptedCarrier()
    connection = await PracticeCarrier(inbox, outside, ALLOW).open()
    for recipient in ("bob@example.org", "ann@example.org"):
        copy = Copy("1.1", "bounces@example.org", recipient, b"")
        assert isinstance(await connection.hand_over(copy), Accepted)
    await connection.close()

    assert inbox.recipients == ["bob@example.org"]
    assert outside.recipients == ["ann@example.org"]


async def test_without_a_mail_server_the_inbox_takes_all() -> None:
    inbox = ScriptedCarrier()
    connection = await PracticeCarrier(inbox, None, ALLOW).open()
    await connection.hand_over(
        Copy("1.1", "bounces@example.org", "ann@example.org", b"")
    )
    await connection.close()

    assert inbox.recipients == ["ann@example.org"]


async def test_a_connection_in_practice_mode_is_open_as_long_as_it_is_used() -> None:
    connection = await PracticeCarrier(ScriptedCarrier(), None, ALLOW).open()

    assert connection.is_open is True


async def test_an_inbox_that_cannot_be_written_to_is_known_before_the_first_copy() -> (
    None
):
    inbox = ScriptedCarrier()
    inbox.turns_away = "the inbox is not up"

    with pytest.raises(CarrierError, match="not up"):
        await PracticeCarrier(inbox, None, ALLOW).open()
