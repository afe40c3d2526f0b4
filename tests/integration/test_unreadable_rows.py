"""What cannot be read in the database costs itself alone, and is named until mended."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy
from threading import Event

import pytest
from sqlalchemy import Engine, update
from starlette.testclient import TestClient

from digest.audience.unsubscribing import LeavingState
from digest.bootstrap import App, opened
from digest.deliver.sending.run_state import RunTally
from digest.model.editions.edition import EditionState
from digest.model.people.reader_marks import ReaderRef
from digest.schedule.editions.publishing import publish, publish_due
from digest.schedule.reports.status import status_of
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.base.tables import item
from digest.store.campaigns import campaigns
from digest.store.editions import editions
from digest.store.posts import by_hand, log
from digest.web.app import make_app
from tests.builders import EIGHT, SITE, a_post
from tests.site import a_fetcher
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted

SLOT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)  # 16:00 in London
SOON = SLOT + timedelta(minutes=5)
# Before the other by name, so that whatever stops at it stops before the other.
HARBOUR = (
    FILE.replace('"lantern-week"', '"harbour"')
    .replace('"Lantern Week"', '"Harbour"')
    .replace('"daily"', '"evening"')
    .replace('"weekly"', '"thursdays"')
    .replace('"blog"', '"quay"')
)
APPLY = "digest campaign apply FILE.toml"
# What is damaged by a statement, what names it and what helps.
OF_ANY_KIND = [
    pytest.param(
        """UPDATE campaign SET file = '{"text": "[campaign", "timezone": "UTC",
        "folder": "/"}' WHERE name = 'harbour'""",
        ("campaign harbour", "not TOML", APPLY),
        id="a file that is not one",
    ),
    pytest.param(
        "UPDATE campaign SET file = '{}' WHERE name = 'harbour'",
        ("campaign harbour", APPLY),
        id="no file",
    ),
    pytest.param(
        "UPDATE item SET content = '{}' WHERE campaign_id = 2",
        ("Harbour", "Post 2 cannot be read", "digest post withdraw 2"),
        id="a post of no kind",
    ),
    pytest.param(
        "UPDATE schedule SET name = 'of-nobody' WHERE name = 'evening'",
        ("harbour", "row 3", APPLY),
        id="a schedule that no file has",
    ),
]
OF_SQLITE = [
    pytest.param(
        "UPDATE campaign SET file = '{\"text\": \"' WHERE name = 'harbour'",
        ("campaign harbour", APPLY),
        id="a file cut short",
    ),
    pytest.param(
        "UPDATE item SET content = '{\"title' WHERE campaign_id = 2",
        ("Post 2 cannot be read", "digest post withdraw 2"),
        id="a post cut short",
    ),
    pytest.param(
        "UPDATE schedule SET slots_since = 'last week' WHERE campaign_id = 2",
        ("harbour: one of its schedules (row 3)", "last week", APPLY),
        id="a schedule's times",
    ),
    pytest.param(
        "UPDATE source SET last_read_at = 'never' WHERE name = 'quay'",
        ("the source quay (row 2)", "another name"),
        id="a source's times",
    ),
]


def two_campaigns(engine: Engine) -> None:
    """Have two campaigns with a reader and a post each, due at the same slot."""
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post()])
    harbour = a_stored_campaign(engine, HARBOUR)
    a_reader(engine, "bob", on="evening")
    with writing(engine) as connection:
        by_hand.add(connection, harbour, a_post("two", title="The tide"), EIGHT)


def damaged(engine: Engine, statement: str) -> None:
    with writing(engine) as connection:
        assert connection.exec_driver_sql(statement).rowcount


def states(engine: Engine, campaign_id: int) -> list[EditionState]:
    with reading(engine) as connection:
        return [row.state for row in editions.of_campaign(connection, campaign_id)]


def help_with(engine: Engine, words: tuple[str, ...]) -> list[str]:
    lines = status_of(engine, SOON)["help"]
    return [line for line in lines if all(word in line for word in words)]


@pytest.fixture
def installation(tmp_path: Path, sqlite_pattern: Path) -> Iterator[App]:
    """Yield a program whose database has two campaigns."""
    copy(sqlite_pattern, tmp_path / "digest.db")
    with opened(Settings(data_dir=tmp_path), SOON) as app:
        two_campaigns(app.engine)
        yield app


@pytest.mark.parametrize(("statement", "words"), OF_ANY_KIND)
def test_what_cannot_be_read_is_named_and_another_campaign_goes_out_at_its_slot(
    engine: Engine, statement: str, words: tuple[str, ...]
) -> None:
    two_campaigns(engine)
    damaged(engine, statement)
    publish_due(engine, a_fetcher(), SLOT)

    assert states(engine, 1) == [EditionState.PLANNED]
    assert states(engine, 2) in ([], [EditionState.OPEN])
    assert help_with(engine, words)


@pytest.mark.parametrize(("statement", "words"), OF_SQLITE)
def test_nor_does_a_value_that_is_cut_short_or_of_another_kind_stop_another_campaign(
    sqlite_engine: Engine, statement: str, words: tuple[str, ...]
) -> None:
    two_campaigns(sqlite_engine)
    damaged(sqlite_engine, statement)
    publish_due(sqlite_engine, a_fetcher(), SLOT)

    assert states(sqlite_engine, 1) == [EditionState.PLANNED]
    assert help_with(sqlite_engine, words)


@pytest.mark.parametrize(("statement", "words"), OF_ANY_KIND + OF_SQLITE)
def test_the_desk_opens_and_names_it(
    installation: App, statement: str, words: tuple[str, ...]
) -> None:
    publish_due(installation.engine, a_fetcher(), SLOT)
    damaged(installation.engine, statement)
    with TestClient(make_app(installation), base_url=SITE) as browser:
        today, runs = browser.get("/desk"), browser.get("/desk/runs")

    assert (today.status_code, runs.status_code) == (200, 200)
    assert "Lantern Week" in today.text
    assert "Lantern Week" in runs.text
    assert words[-1] in today.text or "Post 2" in "".join(words)


def test_the_other_posts_of_a_log_can_be_looked_at(installation: App) -> None:
    with writing(installation.engine) as connection:
        harbour = campaigns.by_name(connection, "harbour")
        by_hand.add(connection, harbour, a_post("three", title="The ebb"), SLOT)
    damaged(installation.engine, "UPDATE item SET content = '{' WHERE id = 2")
    with TestClient(make_app(installation), base_url=SITE) as browser:
        page = browser.get("/desk/log/harbour")

    assert page.status_code == 200
    assert "The ebb" in page.text
    assert "The tide" not in page.text


@pytest.mark.parametrize(
    ("statement", "mended"),
    [
        pytest.param(
            "UPDATE campaign SET file = '{}' WHERE name = 'harbour'",
            lambda engine: a_stored_campaign(engine, HARBOUR),
            id="by its file",
        ),
        pytest.param(
            "UPDATE item SET content = '{\"title' WHERE campaign_id = 2",
            lambda engine: withdrawn(engine, 2),
            id="by a withdrawal",
        ),
        pytest.param(
            "UPDATE schedule SET slots_since = 'soon' WHERE campaign_id = 2",
            lambda engine: a_stored_campaign(engine, HARBOUR, SLOT - timedelta(1)),
            id="a schedule, by its file",
        ),
    ],
)
def test_what_was_said_to_help_helps_and_then_no_more_is_said(
    sqlite_engine: Engine, statement: str, mended: Callable[[Engine], object]
) -> None:
    two_campaigns(sqlite_engine)
    damaged(sqlite_engine, statement)
    publish_due(sqlite_engine, a_fetcher(), SLOT)
    before = help_with(sqlite_engine, ("be read, so",))
    mended(sqlite_engine)
    with writing(sqlite_engine) as connection:
        harbour = campaigns.by_name(connection, "harbour")
        by_hand.add(connection, harbour, a_post("three", title="The ebb"), SLOT)
    publish_due(sqlite_engine, a_fetcher(), SOON)

    assert before
    assert help_with(sqlite_engine, ("be read, so",)) == []
    assert help_with(sqlite_engine, ("cannot go on",)) == []
    assert states(sqlite_engine, 2) == [EditionState.PLANNED]


def withdrawn(engine: Engine, item_id: int) -> None:
    with writing(engine) as connection:
        assert log.withdraw(connection, item_id, SLOT)


def test_why_an_edition_stays_where_it_is_is_told_once_in_the_log(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    two_campaigns(engine)
    with writing(engine) as connection:
        riddle = {"k": f"a riddle on {engine.name}"}
        connection.execute(update(item).where(item.c.id == 2).values(content=riddle))
    for minutes in range(3):
        publish_due(engine, a_fetcher(), SLOT + timedelta(minutes=minutes))
    lines = [line for line in caplog.messages if line.startswith("publishing failed")]

    assert len(lines) == 1
    assert "edition=" in lines[0]
    assert help_with(engine, ("Harbour", "cannot go on", "Post 2"))


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        pytest.param(
            "UPDATE campaign SET file = '{}' WHERE name = 'harbour'",
            "campaign harbour",
            id="a campaign",
        ),
        pytest.param(
            "UPDATE subscriber SET name = CAST(X'FF' AS TEXT) WHERE name = 'Bob'",
            "a copy cannot be read",
            id="a reader's name",
        ),
    ],
)
def test_what_cannot_be_read_does_not_keep_the_emails_of_another_campaign(
    installation: App, statement: str, fault: str
) -> None:
    for name, schedule in (("harbour", "evening"), ("lantern-week", "daily")):
        publish(installation.engine, name, schedule, SLOT)
    damaged(installation.engine, statement)
    with installation.work() as work:
        report = work.once(Event())

    assert report.emails == RunTally(accepted=1, problems=report.emails.problems)
    assert fault in "".join(report.faults)
    assert not report.is_complete


def test_a_postal_address_that_cannot_be_read_costs_no_email(
    installation: App,
) -> None:
    for name, schedule in (("harbour", "evening"), ("lantern-week", "daily")):
        publish(installation.engine, name, schedule, SLOT)
    damaged(
        installation.engine, "UPDATE subscriber SET address = '[' WHERE name = 'Bob'"
    )
    with installation.work() as work:
        report = work.once(Event())

    assert report.emails == RunTally(accepted=2)


def test_readers_can_leave_a_campaign_that_cannot_be_read(installation: App) -> None:
    token = installation.unsubscribe_links.links.unsubscribe_token(ReaderRef(2))
    damaged(
        installation.engine, "UPDATE campaign SET file = '{}' WHERE name = 'harbour'"
    )
    with TestClient(make_app(installation), base_url=SITE) as browser:
        browser.post(f"/u/{token}")
    a_stored_campaign(installation.engine, HARBOUR)

    assert installation.unsubscribe_links.look(token).state is LeavingState.LEFT
