"""Numbers for Prometheus: they are true, name nobody and are not for everybody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.model.editions.mode import Mode
from digest.settings import Settings
from digest.store.base.engine import writing
from digest.store.base.modes import in_mode
from digest.store.delivery.sending import carriers, send_batches
from digest.store.holds import holds
from digest.web.app import make_app
from tests.builders import EIGHT, SITE

HERE = ("127.0.0.1", 1)


def numbers(text: str) -> dict[tuple[str, str], float]:
    """Return each number by its name and label, as Prometheus reads it."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def program(program: App) -> App:
    """Return the program at its live edition: numbers are of our own mode."""
    return replace(program, engine=in_mode(program.engine, Mode.LIVE))


@pytest.fixture
def client(program: App) -> Iterator[TestClient]:
    """Yield a client on the same machine."""
    with TestClient(make_app(program), base_url=SITE, client=HERE) as test_client:
        yield test_client


def test_what_is_going_is_counted(client: TestClient) -> None:
    metrics = numbers(client.get("/metrics").text)

    assert metrics["digest_editions", "planned"] == 1
    assert metrics["digest_copies", "planned"] == 1
    assert metrics["digest_send_batches", "open"] == 1
    assert metrics["digest_sources", "active"] == 1
    assert metrics["digest_send_batches_overdue", ""] == 1
    assert metrics["digest_oldest_due_seconds", ""] == 3600


def test_without_a_database_a_scraper_is_told_so_in_plain_text(
    client: TestClient, program: App
) -> None:
    program.engine.dispose()
    Path(program.engine.url.database or "").write_bytes(b"no database" * 100)

    answer = client.get("/metrics")

    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text == (
        "the database file is not a database: restore it from a backup\n"
    )


def test_a_batch_that_is_in_hand_is_not_overdue(
    client: TestClient, program: App
) -> None:
    with writing(program.engine) as connection:
        hour = timedelta(hours=1)
        send_batches.claim(connection, "a", program.now(), hour)
    metrics = numbers(client.get("/metrics").text)

    assert metrics["digest_send_batches", "leased"] == 1
    assert metrics["digest_send_batches_overdue", ""] == 0
    assert metrics["digest_oldest_due_seconds", ""] == 0


def test_a_mail_server_that_turned_us_away_is_seen(
    client: TestClient, program: App
) -> None:
    with writing(program.engine) as connection:
        carriers.pause(connection, "mail:25", "login failed", program.now())
    metrics = numbers(client.get("/metrics").text)

    assert metrics["digest_mail_server_paused", "mail:25"] == 1
    assert metrics["digest_mail_server_failures", "mail:25"] == 1


def test_when_a_timetable_last_looked_is_an_instant(
    client: TestClient, program: App
) -> None:
    holds.check_in(program.engine, EIGHT)
    metrics = numbers(client.get("/metrics").text)

    last_look = metrics["digest_timetable_last_look_timestamp_seconds", ""]
    assert last_look == EIGHT.timestamp()


def test_nobody_is_named(client: TestClient) -> None:
    text = client.get("/metrics").text
    assert "example.org" not in text
    assert "Ann" not in text


@pytest.mark.parametrize(
    ("token", "sent", "status"),
    [
        pytest.param(None, "", 401, id="no token set, from elsewhere"),
        pytest.param("a-token", "", 401, id="no token given"),
        pytest.param("a-token", "Bearer another", 401, id="another token"),
        pytest.param("a-token", "Bearer \u00e4", 401, id="not even ASCII"),
        pytest.param("a-token", "Bearer a-token", 200, id="the token"),
    ],
)
def test_other_machines_need_the_token(
    tmp_path: Path, token: str | None, sent: str, status: int
) -> None:
    settings = Settings(data_dir=tmp_path, metrics_token=token)  # type: ignore[arg-type]  # pydantic makes it a secret
    with (
        opened(settings, EIGHT, migrating=True) as program,
        TestClient(
            make_app(program), base_url=SITE, client=("192.0.2.1", 1)
        ) as elsewhere,
    ):
        headers = [(b"Authorization", sent.encode("latin-1"))]
        assert elsewhere.get("/metrics", headers=headers).status_code == status


def test_a_dead_timetable_and_what_it_owes_are_in_numbers_and_on_the_page(
    program: App,
) -> None:
    later = replace(program, clock=lambda: EIGHT + timedelta(hours=31))
    holds.check_in(program.engine, EIGHT + timedelta(hours=8))
    with TestClient(make_app(later), base_url=SITE, client=HERE) as two_days_on:
        metrics = numbers(two_days_on.get("/metrics").text)
        page = two_days_on.get("/desk").text

    assert metrics["digest_timetable_silent_seconds", ""] == 23 * 3600
    assert metrics["digest_editions_missing", ""] == 1
    assert metrics["digest_broken", "timetable"] == 1
    assert metrics["digest_broken", "edition"] == 1
    assert metrics["digest_broken", "source"] == 0
    assert "What is broken" in page
    assert "No timetable has looked since Monday 6 July 2026, 17:00 BST" in page
    assert "Nothing is broken" not in page
