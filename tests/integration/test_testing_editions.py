"""An edition sent to staff: marked as a test, and no record of any reader."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.editions.mode import Mode
from digest.model.formats import LARGE_PRINT, PLAIN
from digest.model.roles import Role
from digest.schedule import limits
from digest.schedule.editions import publishing
from digest.schedule.editions.proofs.testing import EditionTest
from digest.settings import Settings
from digest.store.base.engine import reading
from digest.store.base.modes import in_mode
from digest.store.base.tables import metadata
from digest.store.staff import accounts, audit
from tests.builders import EIGHT, a_post
from tests.fakes.mail_server import at, mail_server
from tests.staff import an_account
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

OPEN = EditionTest("lantern-week", "daily")
PRIYA = "priya@example.org"
TEXT_BEGINS = "This is a test. It went to whoever asked for it and to no reader"


def app_of(engine: Engine, place: Path, **more: object) -> App:
    values = {"data_dir": place, "secret_key": "k" * 32} | more
    settings = Settings.model_validate(values)
    return App(settings, in_mode(engine, settings.mode), lambda: EIGHT, "k" * 32)


@pytest.fixture
def program(sqlite_engine: Engine, tmp_path: Path) -> App:
    """Return a program in practice, with an open edition, two readers and an editor."""
    a_stored_campaign(sqlite_engine, READY)
    for name in ("ann", "bob"):
        a_reader(sqlite_engine, name)
    posts_accepted(sqlite_engine, [a_post("one", title="Urns")])
    app = app_of(sqlite_engine, tmp_path)
    an_account(app, Role.EDITOR, "Priya")
    return app


def everything_but_the_audit_trail(engine: Engine) -> dict[str, list[Any]]:
    with reading(engine) as connection:
        return {
            table.name: list(connection.execute(select(table)))
            for table in metadata.sorted_tables
            if table.name != "audit"
        }


def mail_of(app: App) -> Message:
    [message] = app.inbox.messages()
    return message_from_bytes(app.inbox.read(message.key).source)


def words_of(mail: Message) -> str:
    parts = [part for part in mail.walk() if not part.is_multipart()]
    payloads = [part.get_payload(decode=True) for part in parts]
    return "\n".join(each.decode() for each in payloads if isinstance(each, bytes))


def test_a_test_says_so_and_leaves_nobody(program: App) -> None:
    [sent] = program.edition_tests.send(OPEN, [PRIYA], EIGHT)
    mail = mail_of(program)
    html_or_text = words_of(mail)

    assert sent.words == f"a test to {PRIYA} is in the practice inbox"
    assert mail["Subject"] == "Test: Urns"
    assert mail["To"] == f"Priya <{PRIYA}>"
    assert TEXT_BEGINS in " ".join(html_or_text.split())
    assert html_or_text.count("This is a test.") == 2
    assert mail["List-Unsubscribe"] == "<http://localhost:8000/u/rehearsal>"
    assert str(mail["Feedback-ID"]).startswith("test:")
    assert str(mail["Message-ID"]).startswith("<test.")


def still_open(_app: App) -> EditionTest:
    return OPEN


def waiting(app: App) -> EditionTest:
    number = publishing.open_now(app.engine, "lantern-week", "daily", EIGHT)
    publishing.carry_forward(app.engine, number, EIGHT)
    return EditionTest(str(number))


@pytest.mark.parametrize("edition", [still_open, waiting])
@pytest.mark.parametrize("approval", ["automatic", "one"])
def test_a_test_touches_no_record_of_readers(
    sqlite_engine: Engine,
    tmp_path: Path,
    edition: Callable[[App], EditionTest],
    approval: str,
) -> None:
    a_stored_campaign(
        sqlite_engine, READY.replace("lists =", f'approval = "{approval}"\nlists =')
    )
    a_reader(sqlite_engine, "ann")
    posts_accepted(sqlite_engine, [a_post("one", title="Urns")])
    app = app_of(sqlite_engine, tmp_path)
    an_account(app, Role.EDITOR, "Priya")
    test = edition(app)
    before = everything_but_the_audit_trail(sqlite_engine)
    app.acting_as("Priya").edition_tests.send(test, [PRIYA], EIGHT)
    with reading(sqlite_engine) as connection:
        [latest] = audit.latest(connection, 1)

    assert everything_but_the_audit_trail(sqlite_engine) == before
    assert mail_of(app)["Subject"] == "Test: Urns"
    assert (latest.actor, latest.act) == ("Priya", "tested")
    assert latest.after == {"format": "html", "to": "Priya"}
    assert PRIYA not in latest.line()


def test_it_is_written_to_the_reader_that_is_named_and_goes_to_staff(
    program: App,
) -> None:
    test = replace(OPEN, reader=2, format=PLAIN)
    program.edition_tests.send(test, [PRIYA], EIGHT)
    mail = mail_of(program)

    assert "Dear Bob," in words_of(mail)
    assert mail.get_content_type() == "text/plain"
    assert mail["To"] == f"Priya <{PRIYA}>"
    [listed] = program.inbox.messages()
    assert listed.envelope_to == PRIYA


def test_live_it_goes_by_the_mail_server_to_that_address_alone(
    program: App, tmp_path: Path
) -> None:
    with mail_server() as server:
        live = app_of(
            program.engine,
            tmp_path,
            live=True,
            smtp_url=server.url,
            base_url="https://news.example.org",
        )
        [sent] = live.edition_tests.send(OPEN, [PRIYA], EIGHT)

    assert live.settings.mode is Mode.LIVE
    assert sent.words == f"a test is on its way to {PRIYA}"
    assert server.recipients == [PRIYA]
    assert b"Subject: Test: Urns" in server.messages[0][1]
    assert program.inbox.messages() == []


@pytest.mark.parametrize("step", ["RCPT", "BODY"])
def test_what_the_mail_server_says_to_it_is_told(
    program: App, tmp_path: Path, step: str
) -> None:
    with mail_server(at(step, "550 5.1.1 no such person")) as server:
        live = app_of(
            program.engine,
            tmp_path,
            live=True,
            smtp_url=server.url,
            base_url="https://news.example.org",
        )
        [sent] = live.edition_tests.send(OPEN, [PRIYA], EIGHT)

    assert "did not go" in sent.words
    assert "no such person" in sent.words


def test_it_goes_to_nobody_but_staff(program: App) -> None:
    ended = an_account(program, Role.EDITOR, "Gone Away")
    with program.writing() as connection:
        accounts.end(connection, ended, EIGHT)
    for address in ("ann@example.org", "gone.away@example.org"):
        with pytest.raises(DigestError, match=r"no address of staff.*priya@example"):
            program.edition_tests.send(OPEN, [PRIYA, address], EIGHT)
    program.edition_tests.send(OPEN, ["Team@example.org"], EIGHT)
    assert mail_of(program)["To"] == "Team@example.org"

    assert [each.to for each in program.inbox.messages()] == ["Team@example.org"]


def test_a_letter_is_no_test(program: App) -> None:
    with pytest.raises(DigestError, match="large print letter"):
        program.edition_tests.send(replace(OPEN, format=LARGE_PRINT), [PRIYA], EIGHT)


def test_after_many_tests_the_next_waits(program: App) -> None:
    to = ["digest@example.org", "team@example.org", PRIYA]
    for _ in range(limits.TESTS // len(to)):
        program.edition_tests.send(OPEN, to, EIGHT)
    count = len(program.inbox)
    with pytest.raises(DigestError, match="at most 20 may: wait a little"):
        program.edition_tests.send(OPEN, to, EIGHT)
    later = EIGHT + limits.TESTS_WITHIN + timedelta(seconds=1)

    assert len(program.inbox) == count
    assert len(program.edition_tests.send(OPEN, to, later)) == len(to)


def test_an_edition_with_nothing_in_it_is_no_test(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    a_stored_campaign(sqlite_engine, READY)
    app = app_of(sqlite_engine, tmp_path)
    an_account(app, Role.EDITOR, "Priya")
    with pytest.raises(DigestError, match="nothing new"):
        app.edition_tests.send(OPEN, [PRIYA], EIGHT)
    with reading(sqlite_engine) as connection:
        verbs = [act.act for act in audit.latest(connection, 9)]

    assert "tested" not in verbs
