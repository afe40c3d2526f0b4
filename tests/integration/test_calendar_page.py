"""The calendar: every campaign's slots by week, as a table and as a list."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.roles import Role
from digest.store.campaigns import campaigns
from digest.web import limits
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.staff import signed_in
from tests.stored import FILE, a_stored_campaign

HERE = "/desk/calendar"
OTHER = FILE.replace("antern", "oldfair").replace('at = "16:00"', 'at = "23:30"')
ZONED = OTHER.replace(
    'timezone = "Europe/London"',
    'timezone = "America/New_York"\nclosed = [2026-07-08]',
)


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that somebody is signed in on who may look."""
    ours = {"Origin": SITE}
    with TestClient(make_app(program), base_url=SITE, headers=ours) as client:
        signed_in(client, program, Role.VIEWER, "Vera")
        yield client


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def cells(html: str) -> list[str]:
    """Return the words of each day of the table."""
    return [words_of(c).strip() for c in re.findall(r"<td.*?</td>", html, re.S)]


def test_five_weeks_from_this_monday_with_what_was_made_and_what_is_to_come(
    desk: TestClient,
) -> None:
    days = cells(desk.get(HERE).text)

    assert len(days) == 35
    # The edition of this morning, and the slot of this afternoon.
    assert days[0].startswith("6 today 09:00 Lantern Week, daily: ")
    assert days[0].endswith("16:00 Lantern Week, daily")
    assert days[3] == "9 10:00 Lantern Week, weekly 16:00 Lantern Week, daily"
    assert days[26].startswith("1 Aug 16:00")
    assert days[34] == "9 16:00 Lantern Week, daily"


def test_each_campaign_is_told_in_its_own_zone_and_skipped_days_with_why(
    desk: TestClient, program: App
) -> None:
    a_stored_campaign(program.engine, ZONED)

    days = cells(desk.get(HERE).text)
    listed = words_of(desk.get(f"{HERE}?view=list").text)
    alone = words_of(desk.get(f"{HERE}?view=list&campaign=loldfair-week").text)

    assert "23:30 Loldfair Week, daily" in days[0]
    assert "none Loldfair Week, daily" in days[2]
    assert "Wednesday 8 July 2026 None Loldfair Week , daily" in listed
    assert "closed" in listed
    assert "16:00 Lantern Week" in listed
    assert "16:00 Lantern Week" not in alone


@pytest.mark.parametrize(
    ("week", "first"),
    [
        pytest.param("2026-07-15", "13", id="any day of a week"),
        pytest.param("9999-12-31", "6 today", id="too far"),
        pytest.param("0001-01-01", "6 today", id="too long ago"),
        pytest.param("<b>", "6 today", id="no day"),
    ],
)
def test_a_week_is_asked_for_by_any_of_its_days(
    desk: TestClient, week: str, first: str
) -> None:
    assert cells(desk.get(HERE, params={"week": week}).text)[0].startswith(first)


def test_earlier_and_later_weeks_keep_what_was_chosen(desk: TestClient) -> None:
    html = desk.get(f"{HERE}?view=list&campaign=lantern-week").text
    links = [
        unescape(link) for link in re.findall(r'href="(/desk/calendar[^"]*)"', html)
    ]

    fields = "campaign=lantern-week&view=list"
    assert f"{HERE}?{fields}&week=2026-06-01" in links
    assert f"{HERE}?{fields}&week=2026-08-10" in links


def test_one_campaign_that_breaks_costs_the_others_nothing(
    desk: TestClient, program: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_stored_campaign(program.engine, OTHER)
    true = campaigns.schedules_of

    def broken(connection: object, stored: campaigns.StoredCampaign) -> object:
        if stored.campaign.name == "loldfair-week":
            raise ArithmeticError("oops")
        return true(connection, stored)  # type: ignore[arg-type]

    monkeypatch.setattr(campaigns, "schedules_of", broken)
    page = words_of(desk.get(HERE).text)

    assert "loldfair-week cannot be shown: a fault of the program" in page
    assert "16:00 Lantern Week, daily" in page


def test_a_slot_every_minute_is_cut_off_and_not_endless(
    desk: TestClient, program: App
) -> None:
    times = ", ".join(f'"{h:02}:{m:02}"' for h in range(24) for m in (0, 30))
    a_stored_campaign(program.engine, FILE.replace('"16:00"', f"[{times}]"))

    page = desk.get(HERE).text

    assert page.count('class="app-slot') < limits.CALENDAR_SLOTS + 10


def test_paused_campaigns_are_said(desk: TestClient, program: App) -> None:
    with program.writing() as connection:
        campaigns.pause(connection, 1, EIGHT)

    assert "Lantern Week is paused:" in words_of(desk.get(HERE).text)
