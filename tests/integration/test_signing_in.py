"""Signing in on the pages: links, passwords, codes, devices; and what is refused."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from html import unescape

import pyotp
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.roles import Role
from digest.staff import entrance, passwords
from digest.store.staff import accounts, audit
from digest.web.app import make_app
from tests.builders import SITE

OURS = {"Origin": SITE, "User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
PASSWORD = "lamp harbour biscuit seven"  # noqa: S105 - nobody's
OTHER = "kettle parsnip orbit eleven"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have hashing cost next to nothing."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)


@pytest.fixture
def visitor(program: App) -> Iterator[TestClient]:
    """Yield a browser that nobody is signed in on."""
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        yield client


def first_link(program: App) -> str:
    """Return the way to the first account, without its host."""
    with program.writing() as connection:
        link = entrance.first_link(connection, program.now())
    assert link is not None
    return program.links.account_url(link).removeprefix(SITE)


def ann_takes_up(visitor: TestClient, program: App) -> None:
    """Have Ann make the first account, on that browser."""
    fields = {"name": "Ann Example", "email": "Ann@example.org", "password": PASSWORD}
    answer = visitor.post(first_link(program), data=fields)
    assert answer.status_code == 200, answer.text


def sign_in(visitor: TestClient, **fields: str) -> tuple[int, str]:
    """Sign in, and return the status and where to."""
    typed = {"email": "ann@example.org", "password": PASSWORD} | fields
    answer = visitor.post("/sign-in", data=typed, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", "")


def phone_of(page: str) -> tuple[pyotp.TOTP, dict[str, str]]:
    """Return the phone that was set up by that page, and the form's hidden field."""
    [secret] = re.findall(r"app: <span[^>]*>([A-Z2-7 ]+)<", page)
    [field] = re.findall(r'name="secret" value="([^"]+)"', page)
    return pyotp.TOTP(secret.replace(" ", "")), {"secret": unescape(field)}


def test_the_first_account_is_made_by_the_link_and_can_do_everything(
    visitor: TestClient, program: App
) -> None:
    ann_takes_up(visitor, program)

    assert visitor.get("/desk/settings/users").status_code == 200
    with program.reading() as connection:
        [ann] = accounts.listed(connection)
        acts = [(act.actor, act.line()) for act in audit.latest(connection, 2)]
    assert (ann.email, ann.role) == ("ann@example.org", Role.ADMIN)
    assert all(actor == "Ann Example" for actor, _ in acts)


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", " ", "Type your name"),
        ("email", "ann", "Type your email address"),
        ("password", "short", "at least 12"),
        ("password", "Ann Example 12", "hardly more than a name"),
    ],
)
def test_what_is_typed_wrong_is_named_and_the_link_is_still_good(
    visitor: TestClient, program: App, field: str, typed: str, words: str
) -> None:
    link = first_link(program)
    fields = {"name": "Ann Example", "email": "ann@example.org", "password": PASSWORD}
    answer = visitor.post(link, data=fields | {field: typed})

    assert (answer.status_code, words in answer.text) == (422, True)
    assert PASSWORD not in answer.text
    assert visitor.get(link).status_code == 200


@pytest.mark.parametrize("token", ["x", "AAAAAAAAAAAAAAAAAAAAAAAAAAA", "%E9"])
def test_a_link_that_we_did_not_make_leads_nowhere(
    visitor: TestClient, token: str
) -> None:
    answer = visitor.get(f"/welcome/{token}")
    assert answer.status_code == 404
    assert "This link is not whole" in answer.text


def test_a_password_signs_in_to_the_page_that_was_asked_for(
    visitor: TestClient, program: App
) -> None:
    ann_takes_up(visitor, program)
    visitor.post("/sign-out")

    assert visitor.get("/desk", follow_redirects=False).headers["location"] == (
        "/sign-in?then=/desk"
    )
    assert sign_in(visitor, then="/desk/settings/audit") == (
        303,
        "/desk/settings/audit",
    )
    assert visitor.get("/desk").status_code == 200
    cookie = visitor.cookies.get("digest-session")
    visitor.post("/sign-out")
    # Also for who kept the cookie.
    visitor.cookies.set("digest-session", str(cookie))
    assert visitor.get("/desk", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "then", ["https://example.org", "//example.org", "/\\example.org", "/u/x", ""]
)
def test_nobody_is_led_elsewhere(visitor: TestClient, program: App, then: str) -> None:
    ann_takes_up(visitor, program)
    assert sign_in(visitor, then=then) == (303, "/desk")


def test_the_cookie_is_for_us_alone(visitor: TestClient, program: App) -> None:
    ann_takes_up(visitor, program)
    typed = {"email": "ann@example.org", "password": PASSWORD}
    cookie = visitor.post("/sign-in", data=typed, follow_redirects=False).headers[
        "set-cookie"
    ]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))


def test_nobody_is_told_whether_there_is_such_an_account(
    visitor: TestClient, program: App
) -> None:
    ann_takes_up(visitor, program)

    def refused(email: str) -> str:
        fields = {"email": email, "password": "wrong"}
        page = visitor.post("/sign-in", data=fields).text.replace(email, "WHO")
        # What a passkey is asked is another thing each time.
        return re.sub(r'data-passkey="[^"]+"|value="\d+"', "", page)

    pages = {refused("ann@example.org"), refused("nobody@example.org")}
    answers = {
        visitor.post("/sign-in/forgotten", data={"email": email}).text
        for email in ("ann@example.org", "nobody@example.org")
    }
    assert len(pages) == len(answers) == 1


def test_guessing_has_to_stop_and_a_right_guess_too(
    visitor: TestClient, program: App
) -> None:
    ann_takes_up(visitor, program)
    wrong = [sign_in(visitor, password=f"wrong {n}")[0] for n in range(11)]

    assert wrong == [422] * 10 + [429]
    assert sign_in(visitor)[0] == 429
    assert sign_in(visitor, email="bob@example.org")[0] == 422


def test_a_phone_is_set_up_and_asked_for_from_then_on(
    visitor: TestClient, program: App
) -> None:
    ann_takes_up(visitor, program)
    phone, fields = phone_of(visitor.get("/account/second-step").text)
    wrong = visitor.post("/account/second-step", data=fields | {"code": "000000"})
    now = phone.at(program.now())
    codes = visitor.post("/account/second-step", data=fields | {"code": now}).text
    on_paper = re.findall(r">([a-z2-9]{5}-[a-z2-9]{5})<", codes)

    assert (wrong.status_code, len(on_paper)) == (422, 10)
    assert sign_in(visitor) == (303, "/sign-in/code?then=/desk")
    half = visitor.get("/desk", follow_redirects=False)
    assert half.headers["location"] == "/sign-in/code?then=/desk"
    # The code that set it up has been used.
    assert visitor.post("/sign-in/code", data={"code": now}).status_code == 422
    paper = visitor.post(
        "/sign-in/code",
        data={"code": on_paper[0], "then": "/account"},
        follow_redirects=False,
    )
    assert (paper.status_code, paper.headers["location"]) == (303, "/account")
    assert "9 of your codes on paper are left" in visitor.get("/account").text


def test_guessing_codes_has_to_stop(visitor: TestClient, program: App) -> None:
    ann_takes_up(visitor, program)
    phone, fields = phone_of(visitor.get("/account/second-step").text)
    now = phone.at(program.now())
    visitor.post("/account/second-step", data=fields | {"code": now})
    sign_in(visitor)
    answers = [
        visitor.post("/sign-in/code", data={"code": f"{n:06}"}).status_code
        for n in range(11)
    ]
    assert answers[-1] == 429


def test_a_phone_is_not_set_up_with_another_persons_secret(
    visitor: TestClient, program: App
) -> None:
    ann_takes_up(visitor, program)
    phone, fields = phone_of(visitor.get("/account/second-step").text)
    with program.writing() as connection:
        link = entrance.ask_in(
            connection, "bob@example.org", "Bob", Role.EDITOR, program.now()
        )
    bob = program.links.account_url(link).removeprefix(SITE)
    visitor.post(bob, data={"password": PASSWORD})
    code = phone.at(program.now())
    visitor.post("/account/second-step", data=fields | {"code": code})

    with program.reading() as connection:
        assert not accounts.by_email(connection, "bob@example.org").has_second_step


def test_another_password_needs_the_one_there_is_and_signs_others_out(
    visitor: TestClient, program: App
) -> None:
    ann_takes_up(visitor, program)
    here = dict(visitor.cookies)
    visitor.cookies.clear()
    sign_in(visitor)
    there = dict(visitor.cookies)

    wrong = visitor.post(
        "/account/password", data={"old_password": OTHER, "password": OTHER}
    )
    right = visitor.post(
        "/account/password", data={"old_password": PASSWORD, "password": OTHER}
    )

    assert (wrong.status_code, right.status_code) == (422, 200)
    assert "Your password is changed" in right.text
    assert visitor.get("/desk").status_code == 200
    visitor.cookies.clear()
    visitor.cookies.update(here)
    assert here != there
    assert visitor.get("/desk", follow_redirects=False).status_code == 303
    assert sign_in(visitor)[0] == 422
    assert sign_in(visitor, password=OTHER)[0] == 303


def test_devices_are_listed_by_name_and_signed_out(
    visitor: TestClient, program: App
) -> None:
    ann_takes_up(visitor, program)
    visitor.cookies.clear()
    sign_in(visitor)
    page = visitor.get("/account").text
    after = visitor.post("/account/devices/sign-out").text

    assert page.count("Firefox on Windows") == 2
    assert after.count("Firefox on Windows") == 1
    assert "Every other device is signed out" in after


def _after(program: App, hours: float) -> datetime:
    return program.now() + timedelta(hours=hours)


def test_a_session_ends_after_twelve_hours(visitor: TestClient, program: App) -> None:
    ann_takes_up(visitor, program)
    for hours, status in ((11.9, 200), (12, 303)):
        there = replace(program, clock=partial(_after, program, hours))
        with TestClient(
            make_app(there), base_url=SITE, headers=OURS, cookies=visitor.cookies
        ) as client:
            answer = client.get("/desk", follow_redirects=False)
        assert answer.status_code == status


def test_an_admin_asks_somebody_in_and_ends_them(
    visitor: TestClient, program: App
) -> None:
    ann_takes_up(visitor, program)
    fields = {"name": "Bob", "email": "bob@example.org", "role": "viewer"}
    page = visitor.post("/desk/settings/users", data=fields).text
    [link] = re.findall(rf"{SITE}(/welcome/[\w-]+)", page)
    twice = visitor.post("/desk/settings/users", data=fields)

    assert "in practice mode no mail leaves this machine" in page
    assert (twice.status_code, "an account already" in twice.text) == (422, True)
    ann = dict(visitor.cookies)
    visitor.cookies.clear()
    visitor.post(link, data={"password": OTHER})
    bob = dict(visitor.cookies)
    assert visitor.get("/desk").status_code == 200
    assert visitor.get("/desk/settings/users").status_code == 403
    visitor.cookies.clear()
    visitor.cookies.update(ann)
    with program.reading() as connection:
        number = accounts.by_email(connection, "bob@example.org").id
    assert "may sign in no more" not in visitor.get("/desk/settings/users").text
    visitor.post(f"/desk/settings/users/{number}/role", data={"role": "editor"})
    visitor.post(f"/desk/settings/users/{number}/end")
    trail = visitor.get("/desk/settings/audit").text
    assert "role: viewer → editor" in trail
    assert "Ended account Bob" in trail
    visitor.cookies.clear()
    visitor.cookies.update(bob)
    assert visitor.get("/desk", follow_redirects=False).status_code == 303


def test_the_only_admin_is_not_ended_by_a_slip(
    visitor: TestClient, program: App
) -> None:
    ann_takes_up(visitor, program)
    with program.reading() as connection:
        [ann] = accounts.listed(connection)
    answer = visitor.post(f"/desk/settings/users/{ann.id}/end")

    assert (answer.status_code, "only admin" in answer.text) == (409, True)


def test_an_admin_makes_a_key_and_revokes_it(visitor: TestClient, program: App) -> None:
    ann_takes_up(visitor, program)
    keys = "/desk/settings/keys"
    fields = {"name": "Web site", "scope-read": "yes", "ends": "31 March 2030"}
    page = visitor.post(keys, data=fields).text
    [secret] = re.findall(r"digest_[\w-]+", page)
    faulty = [
        visitor.post(keys, data=fields),
        visitor.post(keys, data=fields | {"name": "B", "ends": "never"}),
        visitor.post(keys, data={"name": "C"}),
    ]

    assert [answer.status_code for answer in faulty] == [422] * 3
    shown_again = visitor.get(keys).text
    assert "in use until 2030-03-31" in shown_again
    assert secret not in shown_again
    bearer = {"Authorization": f"Bearer {secret}"}
    posts = "/api/v1/campaigns/lantern-week/posts"
    assert visitor.get(posts, headers=bearer).status_code == 200
    assert "Revoke" in shown_again
    visitor.post(f"{keys}/revoke", data={"name": "Web site"})
    assert visitor.get(posts, headers=bearer).status_code == 401
