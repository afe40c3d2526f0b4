"""Alive and able: what machines ask, told without names or secrets."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from sqlalchemy import text, update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.cli.service import serving
from digest.schedule.pulses import Pulses
from digest.store.base import tables
from digest.store.holds import holds
from digest.web.app import make_app
from tests.builders import EIGHT, SITE


def answer_to(
    program: App, path: str, pulses: Pulses | None = None
) -> tuple[int, dict[str, str | list[str]]]:
    """Return what a machine elsewhere is answered."""
    client = TestClient(
        make_app(program, pulses), base_url=SITE, client=("203.0.113.9", 1)
    )
    answer = client.get(path, headers={"Host": "10.0.0.7:8000"})
    return answer.status_code, answer.json()


def test_all_is_well(program: App) -> None:
    assert answer_to(program, "/healthz") == (200, {"status": "ok"})
    assert answer_to(program, "/readyz") == (200, {"status": "ok"})


def test_what_is_broken_elsewhere_is_named_beside_an_able_process(
    program: App,
) -> None:
    holds.check_in(program.engine, program.now())
    with program.writing() as connection:
        connection.execute(
            update(tables.watch).values(looked_at=program.now() - timedelta(hours=20))
        )

    code, answer = answer_to(program, "/readyz")

    assert (code, answer) == (200, {"status": "ok", "broken": ["timetable"]})


def test_a_loop_that_ended_is_neither_alive_nor_able(program: App) -> None:
    pulses = Pulses()
    pulses.expect("timetable")
    pulses.end("timetable")
    answer = (503, {"status": "the timetable has ended"})

    assert answer_to(program, "/healthz", pulses) == answer
    assert answer_to(program, "/readyz", pulses) == answer


@pytest.mark.parametrize(("silent", "code"), [(60.0, 200), (60.1, 503)])
def test_a_loop_that_stands_still_is_not_alive(
    program: App, silent: float, code: int
) -> None:
    seconds = [0.0]
    pulses = Pulses(lambda: seconds[0])
    pulses.expect("timetable", 60)
    seconds[0] = 1000
    pulses.beat("timetable")
    seconds[0] += silent

    assert answer_to(program, "/healthz", pulses)[0] == code


@pytest.mark.parametrize("end", [ValueError("a bug"), None])
def test_a_timetable_that_dies_is_seen(
    program: App, monkeypatch: pytest.MonkeyPatch, end: Exception | None
) -> None:
    def die(*_: object) -> None:
        if end:
            raise end

    answers = []

    def serve_until_it_is_seen(server: uvicorn.Server, _listeners: object) -> None:
        client = TestClient(server.config.app, base_url=SITE)  # type: ignore[arg-type]  # an application
        for _ in range(1000):
            answers.append(client.get("/healthz").json()["status"])
            if answers[-1] != "ok":
                return

    monkeypatch.setattr(serving, "watch_the_clock", die)
    monkeypatch.setattr(uvicorn.Server, "run", serve_until_it_is_seen)
    with serving.listening("127.0.0.1", 0) as listener:
        serving.serve_all(program, listener, threading.Event())

    assert answers[-1] == "the timetable has ended"


def test_while_something_holds_everything_back_it_is_alive_and_not_able(
    program: App,
) -> None:
    holds.pause(program.engine, EIGHT)

    assert answer_to(program, "/healthz")[0] == 200
    assert answer_to(program, "/readyz") == (
        503,
        {"status": "nothing is sent: a person said pause"},
    )


def test_a_database_that_cannot_be_reached_does_not_make_it_dead(
    program: App, tmp_path: Path
) -> None:
    program.engine.dispose()
    (tmp_path / "digest.db").write_bytes(b"no database" * 1000)

    assert answer_to(program, "/healthz")[0] == 200
    assert answer_to(program, "/readyz") == (
        503,
        {"status": "the database cannot be reached"},
    )


def test_a_database_of_an_earlier_version_is_not_able(program: App) -> None:
    with program.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    assert answer_to(program, "/readyz") == (
        503,
        {"status": "the database waits for digest migrate"},
    )


def test_a_data_folder_that_is_gone_is_not_able(program: App) -> None:
    settings = program.settings.model_copy(
        update={"data_dir": program.settings.data_dir / "gone"}
    )
    object.__setattr__(program, "settings", settings)

    assert answer_to(program, "/readyz") == (
        503,
        {"status": "the data folder cannot be written to"},
    )
