"""Where mail may go before somebody says that it is live."""

import pytest

from digest.model.practice import Route, route

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
