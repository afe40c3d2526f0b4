"""Passkeys: challenges that are answered once, and answers that let nobody in."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.secret_keys import SecretKeys
from digest.staff import passkeys as staff_passkeys
from digest.staff.passkeys import PasskeyAnswer, Passkeys, PasskeySite
from digest.store.staff import accounts, audit, passkeys
from digest.store.staff.passkeys import NewPasskey
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.staff import an_account, signed_in

OURS = {"Origin": SITE}
HERE = PasskeySite("localhost", SITE)
A_KEY = NewPasskey("id", b"key", 0, "Firefox on Windows")


@pytest.fixture
def visitor(program: App) -> Iterator[TestClient]:
    """Yield a browser that nobody is signed in on."""
    an_account(program)
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        yield client


def test_a_challenge_is_answered_once_and_within_its_time(program: App) -> None:
    question = Passkeys(SecretKeys("secret")).ask_who(HERE, EIGHT)
    answer = PasskeyAnswer(question.challenge, "{}")
    last, over = (EIGHT + timedelta(minutes=30, seconds=s) for s in (-1, 0))

    with program.writing() as connection:
        assert not staff_passkeys.use_up(connection, answer, over)
        assert staff_passkeys.use_up(connection, answer, last)
        assert not staff_passkeys.use_up(connection, answer, last)


def test_two_pages_ask_two_things_and_another_secret_a_third() -> None:
    pages = [
        Passkeys(SecretKeys("secret")).ask_who(HERE, EIGHT).options for _ in range(2)
    ]
    challenges = {json.loads(options)["challenge"] for options in pages}
    assert len(challenges) == 2


def test_a_passkey_is_one_persons_and_ends_with_their_account(program: App) -> None:
    ann, bob = an_account(program, name="Ann"), an_account(program, name="Bob")
    with program.writing() as connection:
        passkeys.add(connection, ann, A_KEY, EIGHT)
        with pytest.raises(Exception, match="set up already"):
            passkeys.add(connection, bob, A_KEY, EIGHT)
        [stored] = passkeys.of_account(connection, ann)
        assert not passkeys.remove(connection, stored.id, bob, EIGHT)
        assert accounts.get(connection, ann).has_second_step
        accounts.end(connection, ann, EIGHT)
        assert passkeys.by_credential(connection, "id") is None
        acts = [act.act for act in audit.latest(connection, 2)]
    assert acts == ["ended", "set up a passkey for"]


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(), st.dictionaries(st.text(), st.text()).map(json.dumps)))
def test_whatever_is_sent_is_no_passkey(credential: str) -> None:
    answer = PasskeyAnswer(1, credential)
    assert Passkeys(SecretKeys("secret")).read_new(answer, HERE, "") is None


@pytest.mark.parametrize("number", ["", "0", "-1", "x", "٣", "9" * 18, "9" * 40])
@pytest.mark.parametrize("credential", ["", "{}", '{"id": "id"}', "[]", "\x00"])
def test_nobody_comes_in_by_an_answer_that_is_none(
    visitor: TestClient, number: str, credential: str
) -> None:
    form = {"challenge": number, "credential": credential}
    answer = visitor.post("/sign-in/passkey", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?refused=passkey"


def test_nothing_is_set_up_by_an_answer_that_is_none(
    visitor: TestClient, program: App
) -> None:
    account_id = signed_in(visitor, program)
    page = visitor.post("/account/passkeys", data={"credential": "{}"}).text

    assert "made no passkey that we can use" in page
    with program.reading() as connection:
        assert list(passkeys.of_account(connection, account_id)) == []


def test_at_a_number_no_passkey_is_offered(program: App) -> None:
    an_account(program)
    at_number = "http://127.0.0.1:8000"
    with TestClient(make_app(program), base_url=at_number) as client:
        assert "passkey" not in client.get("/sign-in").text
    with TestClient(make_app(program), base_url=SITE) as client:
        assert "passkey" in client.get("/sign-in").text
