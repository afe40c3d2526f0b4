"""Floods of sign-ups bury nobody in mail, and an answer tells nothing of anybody."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from digest.audience import limits
from digest.audience.joining.proofs import WorkProofs
from digest.audience.joining.requests import request_of
from digest.audience.suppressing import suppress
from digest.model.people.joining import JoiningWay
from digest.model.secret_keys import SecretKeys
from digest.schedule.limits import JOINING_FLOOD
from digest.schedule.reports.alarms import AlarmKind, reckon
from digest.store.base.engine import writing
from digest.store.campaigns import campaigns
from digest.store.people.joining import joining_requests, joining_tallies
from digest.web.public.brakes import network_of
from tests.builders import EIGHT
from tests.examples import examples
from tests.joining import CONFIRM, JoiningSite, a_joining_site, link_in

KEEPER = WorkProofs(SecretKeys("s" * 40))
VICTIMS = [f"victim{number}@example.org" for number in range(9)]


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> JoiningSite:
    return a_joining_site(sqlite_engine, tmp_path)


def flooded(site: JoiningSite, requests: int) -> None:
    """Have so many sign-ups of nine addresses come, as from so many places."""
    with writing(site.engine) as connection:
        stored = campaigns.by_name(connection, "lantern-week")
        wanted = [
            request_of(
                site.digest.hasher,
                stored.id,
                stored.campaign,
                JoiningWay.EMAIL,
                {"name": "Buy pills", "email": email},
            )
            for email in VICTIMS
        ]
        for number in range(requests):
            joining_tallies.count_up(connection, site.now)
            joining_requests.add(connection, wanted[number % 9], site.now)


def test_a_flood_over_nine_addresses_sends_each_one_mail_and_lets_a_person_in(
    site: JoiningSite,
) -> None:
    flooded(site, examples(2_000, long=81_000))
    first = site.mails()
    flooded(site, 900)
    assert sorted(mail["To"] for mail in first) == VICTIMS
    assert site.mails() == []

    with site.digest.reading() as connection:
        kinds = {alarm.kind for alarm in reckon(connection, site.now).alarms}
    assert AlarmKind.JOINING in kinds

    ordinary = site.asks("hedy@example.org")
    assert "Wait one minute" in ordinary
    question = ordinary.partition('name="question" value="')[2].partition('"')[0]
    site.later(minutes=1, seconds=1)
    again = site.asks("hedy@example.org", question=question)
    assert "look in your email" in again
    [mail] = site.mails()
    assert "You are on the list" in site.client.post(link_in(mail)).text

    site.later(hours=24)
    flooded(site, 900)
    assert sorted(mail["To"] for mail in site.mails()) == VICTIMS


def test_a_question_is_answered_once_and_for_one_sign_up(site: JoiningSite) -> None:
    flooded(site, JOINING_FLOOD + 1)
    page = site.asks("hedy@example.org")
    question = page.partition('name="question" value="')[2].partition('"')[0]
    answer = next(
        str(number)
        for number in range(10**7)
        if WorkProofs(SecretKeys("s" * 40)).is_answered(
            question, about(page), str(number), EIGHT
        )
    )
    other = site.asks("other@example.org", question=question, answer=answer)
    own = site.asks("hedy@example.org", question=question, answer=answer)
    again = site.asks("hedy@example.org", question=question, answer=answer)

    assert "One moment" in other
    assert "look in your email" in own
    assert "One moment" in again


def about(page: str) -> str:
    """Return what the question of a page is about, as the page's route has it."""
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    content = sorted((name, fields[name]) for name in ("name", "email"))
    return f"1 {JoiningWay.EMAIL} {content}"


def test_a_proof_that_is_old_forged_or_of_something_else_is_none() -> None:
    question = KEEPER.question("a", EIGHT)
    late = EIGHT + limits.PROOF_LASTS * 2

    assert not KEEPER.is_answered(question, "b", "", EIGHT + limits.PROOF_WAIT)
    assert not KEEPER.is_answered(question, "a", "", EIGHT)
    assert not KEEPER.is_answered(question, "a", "", late)
    assert not KEEPER.is_answered("1.x", "a", "", EIGHT)
    assert KEEPER.is_answered(question, "a", "", EIGHT + limits.PROOF_WAIT)
    assert not WorkProofs(SecretKeys("t" * 40)).is_answered(
        question, "a", "", EIGHT + limits.PROOF_WAIT
    )


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("testclient", "testclient"),
    ],
)
def test_a_network_is_what_one_customer_has(host: str, network: str) -> None:
    assert network_of(host) == network


def a_reader_already(site: JoiningSite) -> str:
    email = "known@example.org"
    site.asks(email)
    [mail] = site.mails()
    site.client.post(link_in(mail))
    return email


def suppressed(site: JoiningSite) -> str:
    email = "stopped@example.org"
    site.asks(email)
    [mail] = site.mails()
    site.client.post(link_in(mail))
    with writing(site.engine) as connection:
        suppress(connection, site.digest.hasher, email, "asked us to stop", site.now)
    return email


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Yield what the database is asked meanwhile."""
    queries: list[str] = []

    def note(_connection: Connection, _cursor: object, words: str, *_: object) -> None:
        queries.append(words)

    event.listen(engine, "before_cursor_execute", note)
    yield queries
    event.remove(engine, "before_cursor_execute", note)


def test_the_same_is_asked_of_the_database_whoever_signs_up(site: JoiningSite) -> None:
    everybody = [a_reader_already(site), suppressed(site), "unknown@example.org"]
    site.later(days=2)
    work = []
    for email in everybody:
        with statements(site.engine) as asked_of_it:
            site.client.post(CONFIRM, data={"name": "A", "email": email})
        work.append(asked_of_it)

    assert work[0]
    assert work[0] == work[1] == work[2]
