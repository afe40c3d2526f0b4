"""Operators are told by mail: of what broke, that it is well, and how each day is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import NoReturn

import pytest
from sqlalchemy import Engine, update

from digest.bootstrap import App
from digest.deliver.carrier import Carrier
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.environment import load
from digest.errors import SettingsError
from digest.model.delivery.rate_limits import RateLimits
from digest.render.templates import environment
from digest.schedule.editions.publishing import publish
from digest.schedule.operators.operator_watch import OperatorWatch
from digest.schedule.reports.alarms import AlarmKind, reckon
from digest.settings import as_understood
from digest.store.base import tables
from digest.store.base.engine import reading, writing
from digest.store.holds import holds
from digest.store.staff import operators
from tests.builders import EIGHT, a_post
from tests.fakes.mail_server import MailServer, mail_server
from tests.stored import a_reader, a_stored_campaign, posts_accepted
from tests.unit.test_settings import NOWHERE

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Seven in the morning in London has not come; at eight UTC it has.
NIGHT = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def a_watch(engine: Engine, port: int) -> OperatorWatch:
    @contextmanager
    def carrier() -> Iterator[Carrier]:
        yield SmtpCarrier(SmtpServer.parse(f"smtp://127.0.0.1:{port}?tls=none"))

    return OperatorWatch(
        engine=engine,
        open_carrier=carrier,
        templates=environment(None, "email"),
        addresses=("ops@example.org",),
        timezone="Europe/London",
        base_url="https://digest.example.org",
        rates=RateLimits(),
    )


def mails(server: MailServer) -> list[EmailMessage]:
    return [
        message_from_bytes(content, policy=default) for _, content in server.messages
    ]


def subjects(server: MailServer) -> list[str]:
    return [str(mail["Subject"]) for mail in mails(server)]


def a_dead_timetable(engine: Engine) -> None:
    """Have a timetable that last looked at one in the night, the sources read."""
    a_stored_campaign(engine, now=NIGHT)
    holds.check_in(engine, NIGHT)


def test_what_broke_is_told_once_by_whoever_is_alive(
    engine: Engine, server: MailServer
) -> None:
    a_dead_timetable(engine)
    two = [a_watch(engine, server.port) for _ in range(2)]
    for minute in range(14, 25):
        for watch in two:
            watch.look(NIGHT + minute * MINUTE)
    [mail] = mails(server)
    body = mail.get_body(("plain",))

    assert mail["Subject"] == "Digest: 1 thing is broken"
    assert mail["To"] == "ops@example.org"
    assert body is not None
    assert "No timetable has looked since" in body.get_content()
    assert "https://digest.example.org/desk" in body.get_content()
    assert mail.get_body(("html",)) is not None


def test_what_is_over_by_the_next_look_is_not_told(
    sqlite_engine: Engine, server: MailServer
) -> None:
    a_dead_timetable(sqlite_engine)
    watch = a_watch(sqlite_engine, server.port)
    watch.look(NIGHT + 16 * MINUTE)
    holds.check_in(sqlite_engine, NIGHT + 17 * MINUTE)
    watch.look(NIGHT + 19 * MINUTE)

    assert mails(server) == []


def test_that_it_is_well_again_is_told_once_it_stays_so(
    sqlite_engine: Engine, server: MailServer
) -> None:
    a_dead_timetable(sqlite_engine)
    watch = a_watch(sqlite_engine, server.port)
    for minute in range(15, 20):
        watch.look(NIGHT + minute * MINUTE)
    for minute in range(20, 60):
        holds.check_in(sqlite_engine, NIGHT + minute * MINUTE)
        watch.look(NIGHT + minute * MINUTE)

    assert subjects(server) == [
        "Digest: 1 thing is broken",
        "Digest: 1 thing is well again",
    ]


def test_while_no_mail_server_answers_it_waits_and_the_page_says_so(
    sqlite_engine: Engine, server: MailServer
) -> None:
    a_dead_timetable(sqlite_engine)
    nowhere = a_watch(sqlite_engine, 9)
    for minute in (16, 19):
        nowhere.look(NIGHT + minute * MINUTE)
    now = NIGHT + 20 * MINUTE
    with reading(sqlite_engine) as connection:
        alarms = reckon(connection, now).alarms
    waiting = [a.trouble.what for a in alarms if a.kind is AlarmKind.OPERATORS]

    assert len(waiting) == 1
    assert "1 mail to the operators could not be sent" in waiting[0]
    a_watch(sqlite_engine, server.port).look(NIGHT + 21 * MINUTE)
    assert mails(server) == []  # it was tried two minutes ago
    a_watch(sqlite_engine, server.port).look(NIGHT + 25 * MINUTE)
    a_watch(sqlite_engine, server.port).look(NIGHT + 40 * MINUTE)
    assert subjects(server) == ["Digest: 1 thing is broken"]


def test_the_daily_mail_comes_once_a_day_and_also_when_all_is_well(
    engine: Engine, server: MailServer
) -> None:
    a_stored_campaign(engine, now=NIGHT)
    two = [a_watch(engine, server.port) for _ in range(2)]
    # Ten to seven, seven, and later, in London; then the day after.
    for at_minute in (290, 300, 301, 400):
        for watch in two:
            watch.look(NIGHT + at_minute * MINUTE)
            holds.check_in(engine, NIGHT + at_minute * MINUTE)

    assert subjects(server) == ["Digest on Monday 6 July 2026: nothing is broken"]
    two[0].look(NIGHT + 300 * MINUTE + DAY)
    assert subjects(server)[1].startswith("Digest on Tuesday 7 July 2026: ")


def test_the_daily_mail_counts_what_went_out_and_names_no_reader(
    sqlite_engine: Engine, server: MailServer
) -> None:
    engine = sqlite_engine
    a_stored_campaign(engine)
    for name in ("ann", "bea"):
        a_reader(engine, name)
    a_reader(engine, "ivy", format="braille")
    posts_accepted(engine, [a_post()])
    publish(engine, "lantern-week", "daily", EIGHT)
    with writing(engine) as connection:
        values = {"state": "accepted", "settled_at": EIGHT + MINUTE}
        connection.execute(update(tables.delivery).values(values))
        connection.execute(update(tables.send_batch).values(state="done"))
    a_watch(engine, server.port).look(EIGHT + DAY)
    body = mails(server)[0].get_body(("plain",))
    assert body is not None
    words = " ".join(body.get_content().split())

    assert "lantern-week, daily, edition of Monday 6 July 2026" in words
    assert ": 2 by email." in words
    assert "lantern-week, daily: Tuesday 7 July 2026, 16:00 BST" in words
    assert "why readers were not reached" in words
    assert not any(name in words for name in ("Ann", "Bea", "Ivy", "ivy@"))


def test_where_nobody_is_named_nobody_is_told(
    sqlite_engine: Engine, server: MailServer
) -> None:
    a_dead_timetable(sqlite_engine)
    watch = replace(a_watch(sqlite_engine, server.port), addresses=())

    assert [watch.look(NIGHT + hour * HOUR) for hour in range(9)] == [0] * 9


def test_operators_are_addresses_with_commas() -> None:
    settings = load({"DIGEST_OPERATORS": "ops@example.org, kim@example.org"}, NOWHERE)

    assert settings.operators == ("ops@example.org", "kim@example.org")
    understood = as_understood(settings)["DIGEST_OPERATORS"]
    assert understood == "ops@example.org, kim@example.org"
    with pytest.raises(SettingsError, match="DIGEST_OPERATORS has something"):
        load({"DIGEST_OPERATORS": "ops@example.org; kim"}, NOWHERE)


def test_in_practice_the_built_in_inbox_has_it(program: App) -> None:
    settings = program.settings.model_copy(update={"operators": ("ops@example.org",)})
    with_operators = replace(program, settings=settings)
    with_operators.operator_watch.look(program.now())

    assert [each.envelope_to for each in program.inbox.messages()] == [
        "ops@example.org"
    ]


def test_a_fault_of_ours_is_shown_too_and_the_mail_is_tried_again(
    sqlite_engine: Engine, server: MailServer
) -> None:
    a_stored_campaign(sqlite_engine, now=NIGHT)
    watch = a_watch(sqlite_engine, server.port)

    def no_carrier() -> NoReturn:
        raise OSError("no port is free")

    replace(watch, open_carrier=no_carrier).look(EIGHT)
    with reading(sqlite_engine) as connection:
        alarms = reckon(connection, EIGHT).alarms

    assert AlarmKind.OPERATORS in [alarm.kind for alarm in alarms]
    watch.look(EIGHT + 5 * MINUTE)
    assert len(mails(server)) == 1


def test_who_died_before_it_was_on_record_that_a_mail_went_repeats_it_as_the_same(
    sqlite_engine: Engine, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_stored_campaign(sqlite_engine, now=NIGHT)
    watch = a_watch(sqlite_engine, server.port)
    with monkeypatch.context() as patched:

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        patched.setattr(operators, "note_sent", die)
        with pytest.raises(KeyboardInterrupt):
            watch.look(EIGHT)
    for minute in (1, 5, 6):
        watch.look(EIGHT + minute * MINUTE)
    first, again = mails(server)

    assert first["Message-ID"] == again["Message-ID"]
