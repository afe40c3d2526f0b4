"""Signing in by the organisation's own accounts, against a provider of the tests'."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.environment import load
from digest.errors import SettingsError
from digest.model.roles import Role
from digest.store.staff import accounts, audit
from digest.web.app import make_app
from tests.builders import SITE
from tests.staff import COOKIE, an_account, signed_in

pytest.importorskip("authlib", reason="pip install digest[oidc]")

if TYPE_CHECKING:
    from tests.fakes.oidc_provider import Provider

VOUCHED = {"email": "ann@example.org", "email_verified": True}


@pytest.fixture
def at_work() -> Iterator["Provider"]:
    """Yield the provider, which vouches for Ann's address."""
    from tests.fakes.oidc_provider import provider  # noqa: PLC0415 - an extra

    with provider() as running:
        running.claims = dict(VOUCHED)
        yield running


@pytest.fixture
def visitor(program: App, at_work: "Provider") -> Iterator[TestClient]:
    """Yield a browser at the pages of a program with that provider."""
    settings = program.settings.model_copy(
        update={
            "oidc_issuer": at_work.issuer,
            "oidc_client_id": "digest",
            "oidc_client_secret": SecretStr("provider-secret"),
            "oidc_name": "Tidewell Together",
            "base_url": SITE,
        }
    )
    with_provider = replace(program, settings=settings)
    with TestClient(make_app(with_provider), base_url=SITE) as client:
        yield client


def sent_through(visitor: TestClient, **changes: str) -> httpx.Response:
    """Go to the provider and back; return what the pages answer then."""
    asked_for = visitor.get("/sign-in/oidc?then=/desk/runs", follow_redirects=False)
    there = httpx.get(asked_for.headers["location"])
    back = httpx.URL(there.headers["location"]).copy_merge_params(changes)
    answer: Any = visitor.get(str(back), follow_redirects=False)
    return answer  # type: ignore[no-any-return]


def is_in(visitor: TestClient) -> bool:
    return visitor.get("/account", follow_redirects=False).status_code == 200


def refused(answer: httpx.Response) -> bool:
    return answer.headers["location"] == "/sign-in?refused=oidc"


def test_who_was_asked_in_comes_in_by_their_organisations_account(
    visitor: TestClient, program: App
) -> None:
    an_account(program, Role.EDITOR, "Ann")
    page = visitor.get("/sign-in").text
    answer = sent_through(visitor)

    assert "Sign in with Tidewell Together" in page
    assert answer.headers["location"] == "/desk/runs"
    assert is_in(visitor)
    with program.reading() as connection:
        assert accounts.by_email(connection, "ann@example.org").role is Role.EDITOR
        assert audit.latest(connection, 1)[0].act == "signed in as"


def test_nobody_gets_an_account_or_a_role_by_it(
    visitor: TestClient, program: App, at_work: "Provider"
) -> None:
    an_account(program, Role.ADMIN, "Priya")
    at_work.claims |= {"email": "stranger@example.org", "roles": ["admin"]}

    assert refused(sent_through(visitor))
    assert not is_in(visitor)
    with program.reading() as connection:
        assert [each.name for each in accounts.listed(connection)] == ["Priya"]
        [act] = audit.latest(connection, 1)
    assert "stranger" not in act.line()
    assert act.act == "was not let in to"


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"aud": "another program"},
        {"iss": "https://elsewhere.example.org"},
        {"nonce": "of another question"},
        {"exp": 1},
    ],
)
def test_an_address_that_is_not_vouched_for_to_us_lets_nobody_in(
    visitor: TestClient, program: App, at_work: "Provider", claims: dict[str, Any]
) -> None:
    an_account(program, Role.ADMIN, "Ann")
    at_work.claims |= claims

    assert refused(sent_through(visitor))
    assert not is_in(visitor)


def test_what_another_key_signed_lets_nobody_in(
    visitor: TestClient, program: App, at_work: "Provider"
) -> None:
    an_account(program, Role.ADMIN, "Ann")
    at_work.signs_with = type(at_work.key).generate_key("P-256")

    assert refused(sent_through(visitor))


@pytest.mark.parametrize("change", [{"state": "forged"}, {"code": "forged"}])
def test_an_answer_to_another_question_lets_nobody_in(
    visitor: TestClient, program: App, change: dict[str, str]
) -> None:
    an_account(program, Role.ADMIN, "Ann")

    assert refused(sent_through(visitor, **change))
    assert not is_in(visitor)


def test_an_answer_on_another_browser_lets_nobody_in(
    visitor: TestClient, program: App
) -> None:
    an_account(program, Role.ADMIN, "Ann")
    asked_for = visitor.get("/sign-in/oidc", follow_redirects=False)
    back = httpx.get(asked_for.headers["location"]).headers["location"]
    visitor.cookies.clear()

    assert refused(visitor.get(back, follow_redirects=False))  # type: ignore[arg-type]


def test_a_second_step_that_is_set_up_is_asked_for(
    visitor: TestClient, program: App
) -> None:
    signed_in(visitor, program, Role.ADMIN, "Ann", second_step=True)
    visitor.cookies.clear()
    answer = sent_through(visitor)

    assert answer.headers["location"] == "/sign-in/code?then=/desk/runs"
    assert (
        visitor.get("/desk", follow_redirects=False)
        .headers["location"]
        .startswith("/sign-in/code")
    )


def test_an_account_that_has_ended_lets_nobody_in(
    visitor: TestClient, program: App
) -> None:
    an_account(program, Role.ADMIN, "Priya")
    ann = an_account(program, Role.EDITOR, "Ann")
    with program.writing() as connection:
        accounts.end(connection, ann, program.now())

    assert refused(sent_through(visitor))


def test_a_provider_that_is_another_or_silent_is_told_in_words(
    visitor: TestClient, program: App, at_work: "Provider"
) -> None:
    an_account(program, Role.ADMIN, "Ann")
    at_work.described_issuer = "https://elsewhere.example.org"
    answer = visitor.get("/sign-in/oidc", follow_redirects=False)

    assert answer.headers["location"] == "/sign-in?refused=oidc"
    page = visitor.get("/sign-in?refused=oidc").text
    assert "nobody has asked you in by its email address" in page


def test_without_a_provider_there_is_no_such_page(program: App) -> None:
    with TestClient(make_app(program), base_url=SITE) as client:
        assert client.get("/sign-in/oidc").status_code == 404
        assert COOKIE not in client.cookies


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"DIGEST_OIDC_ISSUER": "http://id.example.org"}, "https://"),
        ({"DIGEST_OIDC_ISSUER": "https://id.example.org"}, "DIGEST_OIDC_CLIENT_ID"),
    ],
)
def test_a_provider_is_set_whole_and_safe(settings: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load(settings)
