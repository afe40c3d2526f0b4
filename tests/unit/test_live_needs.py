"""What a campaign lacks before its mail may reach anybody, and what a mode counts."""

from dataclasses import replace

import pytest

from digest.model.campaigns.campaign import Campaign, LetterHead
from digest.model.campaigns.live_needs import (
    LiveSetup,
    campaign_needs,
    installation_needs,
    is_reachable,
)
from digest.model.editions.mode import Mode
from tests.builders import a_campaign

SENDER = ("The Hall", "1 Example Street", "Exampleton ZZ99 1AA")
READY = LiveSetup(
    base_url="https://news.example.org",
    has_secret_key=True,
    mail_servers=1,
    open_servers=(),
    data_dir="/var/digest",
    is_data_dir_writable=True,
)


def _campaign(
    sender: tuple[str, ...] = SENDER, phone: str = "", **changes: str
) -> Campaign:
    return a_campaign(
        **({"reply_to": "", "letter": LetterHead(sender, phone=phone)} | changes)
    )


@pytest.mark.parametrize(
    ("campaign", "lacking"),
    [
        pytest.param(_campaign(reply_to="ann@example.org"), [], id="an email address"),
        pytest.param(_campaign(phone="01632 960 155"), [], id="or a telephone"),
        pytest.param(_campaign(), ["way to be reached"], id="neither"),
        pytest.param(
            _campaign(sender=SENDER[:2], phone="01632 960 155"), [], id="two lines"
        ),
        pytest.param(
            _campaign(sender=SENDER[:1], phone="01632 960 155"),
            ["postal address"],
            id="a name is no postal address",
        ),
        pytest.param(
            _campaign(phone="01632 960 155", sender_address="hall@office.local"),
            ["sender domain"],
            id="a domain that only the office has",
        ),
    ],
)
def test_a_campaign_says_who_writes_and_how_they_are_reached(
    campaign: Campaign, lacking: list[str]
) -> None:
    needs = campaign_needs(campaign)

    assert [need.name for need in needs if not need.is_met] == lacking


@pytest.mark.parametrize(
    ("setup", "lacking"),
    [
        pytest.param(READY, "", id="all there"),
        pytest.param(
            replace(READY, base_url="http://news.example.org"),
            "base address",
            id="http",
        ),
        pytest.param(replace(READY, has_secret_key=False), "secret key", id="no key"),
        pytest.param(replace(READY, mail_servers=0), "mail server", id="no server"),
        pytest.param(
            replace(READY, open_servers=("mail.example.org",)), "encryption", id="open"
        ),
        pytest.param(
            replace(READY, is_data_dir_writable=False), "data folder", id="read only"
        ),
    ],
)
def test_each_thing_that_an_installation_lacks_is_named_with_its_cure(
    setup: LiveSetup, lacking: str
) -> None:
    needs = {need.name: need.cure for need in installation_needs(setup)}

    assert [name for name, cure in needs.items() if cure] == [lacking][: bool(lacking)]


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("https://news.example.org", True),
        ("http://news.example.org:8080/a", True),
        ("https://192.0.43.8", True),
        ("https://[2001:4860:4860::8888]", True),
        ("https://[::ffff:192.0.43.8]", True),
        ("https://news.example.org.", True),
        ("https://0x.example.org", True),
        ("https://10.0.0.1", False),
        ("https://[::ffff:10.0.0.1]", False),
        ("https://news..org", False),
        ("https://localhost", False),
        ("https://desk.internal", False),
        ("https://DESK.LAN", False),
        ("https://127.1", False),
        ("https://127.0x1", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_others_can_open_what_has_a_public_name_or_number(
    url: str,
    is_open: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert is_reachable(url) is is_open


def test_in_practice_rehearsals_count_and_live_they_do_not() -> None:
    assert set(Mode.LIVE.counted) == {Mode.LIVE}
    assert set(Mode.PRACTICE.counted) == {Mode.LIVE, Mode.PRACTICE}
