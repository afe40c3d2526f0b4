"""A copy that may have arrived without our knowing says so wherever it is shown."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient
from typer.testing import CliRunner

from digest.audience.subject_access import everything
from digest.bootstrap import App
from digest.cli.parts.nouns import app
from digest.model.editions.mode import Mode
from digest.model.roles import Role
from digest.store.base.engine import writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, edition
from digest.web.app import make_app
from tests.builders import SITE
from tests.staff import signed_in

OURS = {"Origin": SITE}
TWICE = "may have arrived twice"


@pytest.fixture
def doubtful(program: App) -> App:
    """Return a program with one copy that was sent again after a lost answer."""
    with writing(program.engine) as connection:
        connection.execute(update(delivery).values(state="accepted", doubts=1))
    return program


@pytest.fixture
def desk(doubtful: App) -> Iterator[TestClient]:
    """Yield a client that somebody is signed in on."""
    with TestClient(make_app(doubtful), base_url=SITE, headers=OURS) as client:
        signed_in(client, doubtful, Role.EDITOR, "Priya")
        yield client


@pytest.mark.parametrize(
    "address", ["/desk/people/1", "/desk/runs/1", "/desk/runs/1?state=doubtful"]
)
def test_pages_say_so(desk: TestClient, address: str) -> None:
    assert f"It {TWICE}." in unescape(desk.get(address).text)


def test_a_run_counts_them(desk: TestClient) -> None:
    assert "1 in doubt" in desk.get("/desk/runs/1").text


def test_numbers_count_them(doubtful: App) -> None:
    here = ("127.0.0.1", 1)
    live = replace(doubtful, engine=in_mode(doubtful.engine, Mode.LIVE))
    with TestClient(make_app(live), base_url=SITE, client=here) as client:
        assert "\ndigest_copies_doubtful 1.0\n" in client.get("/metrics").text


def test_what_is_held_of_somebody_says_so(doubtful: App) -> None:
    with doubtful.reading() as connection:
        [copy] = everything(connection, doubtful.hasher, "1")["copies"]

    assert (copy["doubts"], copy["doubt"]) == (1, TWICE)


def test_status_counts_them_while_their_run_goes(
    doubtful: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(doubtful.engine) as connection:
        connection.execute(update(edition).values(state="sending", mode=Mode.PRACTICE))
    monkeypatch.setenv("DIGEST_DATA_DIR", str(doubtful.settings.data_dir))
    monkeypatch.setenv("DIGEST_DATABASE_URL", str(doubtful.settings.database))
    output = CliRunner().invoke(app, ["status"]).stdout

    words = "1 may have arrived, or arrived twice: digest deliveries 1 --doubtful"
    assert words in output


@pytest.mark.parametrize("flag", ["--json", "--csv", "--doubtful"])
def test_the_command_says_so_of_whom_by_name_address_and_reference(
    doubtful: App, monkeypatch: pytest.MonkeyPatch, flag: str
) -> None:
    settings = doubtful.settings
    monkeypatch.setenv("DIGEST_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DIGEST_DATABASE_URL", str(settings.database))
    output = CliRunner().invoke(app, ["deliveries", "1", flag]).stdout
    read: dict[str, Callable[[str], list[dict[str, str]]]] = {
        "--json": json.loads,
        "--csv": lambda text: [*csv.DictReader(text.splitlines())],
        "--doubtful": lambda _text: [],
    }

    for copy in read[flag](output)[:1]:
        named = copy["reference"], copy["name"], copy["email"], copy["doubt"]
        assert named == ("1.1", "Ann", "ann@example.org", TWICE)
    for words in ("1.1", "Ann", "ann@example.org", TWICE):
        assert words in output
