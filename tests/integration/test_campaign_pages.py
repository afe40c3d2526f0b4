"""The desk's pages of campaigns: what they show, and what their buttons do."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.campaigns.source_health import SourceFailure
from digest.model.roles import Role
from digest.schedule.editions.publishing import publish
from digest.store.base.tables import campaign
from digest.store.campaigns import campaigns, sources
from digest.store.staff import audit
from digest.web.app import make_app
from tests.builders import EIGHT, SITE, a_post
from tests.staff import signed_in
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted

OURS = {"Origin": SITE}
CAMPAIGN = "/desk/campaigns/lantern-week"


@pytest.fixture
def visitor(program: App) -> Iterator[TestClient]:
    """Yield a client that is not signed in."""
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        yield client


@pytest.fixture
def desk(visitor: TestClient, program: App) -> TestClient:
    """Return a client that Ann is signed in on, who may edit."""
    signed_in(visitor, program, Role.EDITOR, "Ann")
    return visitor


def words_of(html: str) -> str:
    """Return the words of a page in one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def acts(program: App) -> list[tuple[str, str]]:
    with program.reading() as connection:
        return [(act.actor, act.act) for act in audit.page(connection, 50)]


def test_the_list_says_how_each_campaign_stands_and_what_is_next(
    desk: TestClient, program: App
) -> None:
    a_stored_campaign(program.engine, FILE.replace("antern", "oldfair"))
    with program.writing() as connection:
        other = campaigns.by_name(connection, "loldfair-week")
        campaigns.pause(connection, other.id, EIGHT)

    page = words_of(desk.get("/desk/campaigns").text)

    assert "Next: Monday 6 July 2026, 16:00 BST (daily)" in page
    assert "2 readers" in page
    assert "Loldfair Week Paused Nothing of it is gathered" in page


def test_a_campaign_that_cannot_be_read_costs_the_list_nothing_else(
    desk: TestClient, program: App
) -> None:
    a_stored_campaign(program.engine, FILE.replace("antern", "oldfair"))
    with program.writing() as connection:
        connection.execute(
            update(campaign)
            .where(campaign.c.name == "loldfair-week")
            .values(file={"text": "no = ", "timezone": "UTC", "folder": "/"})
        )

    page = words_of(desk.get("/desk/campaigns").text)

    assert "loldfair-week (row 2) cannot be read" in page
    assert "Lantern Week Running" in page


def test_a_campaign_at_a_glance(desk: TestClient) -> None:
    page = words_of(desk.get(CAMPAIGN).text)

    assert "Thursday 9 July 2026, 10:00 BST" in page  # weekly
    assert page.count("Wednesday 15 July 2026, 16:00 BST") == 1  # the tenth, daily
    assert "Thursday 16 July 2026, 16:00 BST" not in page
    assert "Email by email 1" in page
    assert "Letter by post 1" in page
    assert "Nobody has to: an edition goes out at its time" in page
    assert "Edition 1" in page


def test_closed_days_are_said_with_why(desk: TestClient, program: App) -> None:
    text = FILE.replace(
        'timezone = "Europe/London"',
        'timezone = "Europe/London"\nclosed = [2026-07-08]',
    )
    a_stored_campaign(program.engine, text)

    page = words_of(desk.get(CAMPAIGN).text)

    assert "Wednesday 8 July 2026: none" in page
    assert "Skipped on 2026-07-08" in page


def test_a_campaign_is_paused_and_resumed_and_each_is_undone_at_a_press(
    desk: TestClient, program: App
) -> None:
    paused = desk.post(f"{CAMPAIGN}/pause")
    again = desk.post(f"{CAMPAIGN}/pause")
    with program.reading() as connection:
        was_paused = campaigns.by_name(connection, "lantern-week").paused_at
    resumed = desk.post(f"{CAMPAIGN}/resume")

    assert "Paused: nothing of it" in paused.text
    assert f'action="{CAMPAIGN}/resume"><button' in paused.text
    assert "Undo, resume it" in paused.text
    assert "That was so already" in again.text
    assert was_paused == program.now()
    assert f'action="{CAMPAIGN}/pause"><button' in resumed.text
    assert acts(program)[:2] == [("Ann", "resumed"), ("Ann", "paused")]


def test_a_source_in_trouble_says_why_and_is_tried_again_at_a_press(
    desk: TestClient, program: App
) -> None:
    with program.writing() as connection:
        row = sources.by_name(connection, 1, "blog")
        failure = SourceFailure("Its server says <404> Not Found", is_gone=True)
        health = row.health.after_failure(failure, EIGHT)
        sources.note_failed(connection, row, EIGHT, health)

    before = desk.get(CAMPAIGN).text
    after = desk.post(f"{CAMPAIGN}/sources/resume", data={"source": "blog"})

    assert "&lt;404&gt; Not Found" in before
    assert "It is tried again at the next reading" in after.text
    with program.reading() as connection:
        row = sources.by_name(connection, 1, "blog")
    assert row.health.next_try_at == program.now()
    assert (
        desk.post(f"{CAMPAIGN}/sources/resume", data={"source": "none"}).status_code
        == 404
    )


def test_who_looks_gets_no_buttons_and_no_readers_by_name(
    visitor: TestClient, program: App
) -> None:
    signed_in(visitor, program, Role.ADMIN)
    for_admin = visitor.get(CAMPAIGN).text
    signed_in(visitor, program, Role.VIEWER, "Vera")
    page = visitor.get(CAMPAIGN).text

    assert "Bob" in for_admin
    assert "Bob" not in page
    assert "Something about readers, for who may see them" in page
    assert f'action="{CAMPAIGN}' not in page
    assert visitor.post(f"{CAMPAIGN}/pause").status_code == 403


def test_what_needs_help_has_the_button_that_helps_and_no_command(
    desk: TestClient, program: App
) -> None:
    a_reader(program.engine, "ivy", format="braille")
    posts_accepted(program.engine, [a_post("new")])
    publish(program.engine, "lantern-week", "daily", EIGHT)
    page = desk.get("/desk/campaigns/lantern-week").text

    assert "1 reader was not reached" in page
    assert "Who, and what to ask for" in page
    assert "digest deliveries" not in page


def test_pages_of_settings_are_called_as_the_campaign_is(desk: TestClient) -> None:
    for page in ("settings", "settings/name", "file", "history", "history/1"):
        text = desk.get(f"/desk/campaigns/lantern-week/{page}").text
        assert 'href="/desk/campaigns/lantern-week">Lantern Week</a>' in text, page


def test_no_such_campaign_is_said_in_words(desk: TestClient) -> None:
    answer = desk.get("/desk/campaigns/none")

    assert answer.status_code == 404
    assert "there are: lantern-week" in answer.text


def test_slots_of_a_campaign_that_has_ended_are_none(
    desk: TestClient, program: App
) -> None:
    ends = (EIGHT - timedelta(days=1)).date()
    text = FILE.replace("lists =", f"ends = {ends}\nlists =")
    a_stored_campaign(program.engine, text)

    page = words_of(desk.get(CAMPAIGN).text)

    assert "Lantern Week Ended" in page
    assert "It has no edition to come" in page
