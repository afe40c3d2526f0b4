"""Who came in, went out and was not let in is on record; and whoever is one person."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, func, select, update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.editions.edition import EditionState
from digest.model.roles import Role
from digest.schedule.editions import publishing
from digest.staff import passwords
from digest.store.base.engine import writing
from digest.store.base.tables import account, edition
from digest.store.campaigns import campaigns
from digest.store.staff import accounts, audit, password_hashes
from digest.web import limits
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.integration.test_approving import a_waiting_edition, stands
from tests.staff import an_account, signed_in

OURS = {"Origin": SITE, "User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
PASSWORD = "lamp harbour biscuit seven"  # noqa: S105 - nobody's
AUDIT = "/desk/settings/audit"


@pytest.fixture
def visitor(program: App, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Yield a browser that Ann, who has a password, is not signed in on."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    number = an_account(program, Role.ADMIN, "Ann")
    with program.writing() as connection:
        password_hashes.set_password(
            connection, number, passwords.hashed(PASSWORD), EIGHT
        )
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        yield client


def sign_in(visitor: TestClient, email: str = "ann@example.org", **typed: str) -> int:
    fields = {"email": email, "password": PASSWORD} | typed
    return visitor.post("/sign-in", data=fields, follow_redirects=False).status_code


def lines(program: App, most: int = 20) -> list[str]:
    """Return what was done lately, without when."""
    with program.reading() as connection:
        acts = audit.latest(connection, most)
    return [act.line().partition("  ")[2] for act in acts]


def test_signing_in_and_out_is_on_record_with_the_device(
    visitor: TestClient, program: App
) -> None:
    assert sign_in(visitor) == 303
    visitor.post("/sign-out")

    assert lines(program, 2) == [
        "Ann signed out as account Ann: device Firefox on Windows",
        "Ann signed in as account Ann: device Firefox on Windows",
    ]


def test_who_was_not_let_in_is_on_record_and_what_they_typed_is_not(
    visitor: TestClient, program: App
) -> None:
    wrong = {"password": "wrong"}
    assert sign_in(visitor, **wrong) == 422
    assert sign_in(visitor, "secret typed as an address") == 422

    assert lines(program, 2) == [
        "somebody who is not signed in was not let in to nobody's account: why a wrong "
        "password",
        "somebody who is not signed in was not let in to account Ann: why a wrong "
        "password",
    ]


def test_many_refusals_do_not_bury_the_record(
    visitor: TestClient, program: App
) -> None:
    for number in range(30):
        sign_in(visitor, f"nobody{number}@example.org")

    refusals = [line for line in lines(program, 50) if "not let in" in line]
    assert len(refusals) == limits.REFUSALS_ON_RECORD


def test_a_role_that_is_not_known_costs_no_page_and_gives_the_least(
    visitor: TestClient, program: App
) -> None:
    vera = signed_in(visitor, program, Role.ADMIN, "Vera")
    with program.writing() as connection:
        connection.execute(
            update(account).where(account.c.id == vera).values(role="conductor")
        )

    assert visitor.get("/desk").status_code == 403
    assert visitor.get("/account").status_code == 200
    signed_in(visitor, program, Role.ADMIN, "Ann")
    listed = visitor.get("/desk/settings/users").text
    assert "“conductor”" in listed
    assert "give them another" in listed
    assert "“conductor” is no role" in visitor.get(f"/desk/settings/users/{vera}").text
    # The least of roles is another than one that nobody knows.
    visitor.post(f"/desk/settings/users/{vera}/role", data={"role": "organiser"})
    assert "conductor" not in visitor.get("/desk/settings/users").text


def test_who_types_commands_and_has_an_account_is_one_person(engine: Engine) -> None:
    live = a_waiting_edition(engine, "two")
    with writing(engine) as connection:
        priya = accounts.add(connection, "p@example.org", "Priya N", Role.ADMIN, EIGHT)
        assert accounts.change_login_name(connection, priya.id, "priya", EIGHT)

    publishing.approve(live, 1, "priya", EIGHT)
    assert publishing.approve(live, 1, "Priya N", EIGHT).state is EditionState.FROZEN
    assert stands(live).approved_by == ("Priya N",)
    assert publishing.approve(live, 1, "sam", EIGHT).state is EditionState.APPROVED


def test_whoever_changed_it_by_a_command_cannot_approve_it_by_a_button(
    engine: Engine,
) -> None:
    live = a_waiting_edition(engine)
    with writing(engine) as connection:
        priya = accounts.add(connection, "p@example.org", "Priya N", Role.ADMIN, EIGHT)
        accounts.change_login_name(connection, priya.id, "priya", EIGHT)

    with pytest.raises(DigestError, match="somebody else has to approve"):
        publishing.approve(live, 1, "Priya N", EIGHT)


def test_a_login_name_is_one_persons(engine: Engine) -> None:
    with writing(engine) as connection:
        ann = accounts.add(connection, "a@example.org", "ann", Role.ADMIN, EIGHT)
        bob = accounts.add(connection, "b@example.org", "Bob", Role.EDITOR, EIGHT)
        accounts.change_login_name(connection, ann.id, "root", EIGHT)
        assert not accounts.change_login_name(connection, ann.id, "root", EIGHT)
        for name in ("root", "ann"):
            with pytest.raises(DigestError, match="one person's"):
                accounts.change_login_name(connection, bob.id, name, EIGHT)
        assert accounts.change_login_name(connection, ann.id, "", EIGHT)
        assert accounts.change_login_name(connection, bob.id, "root", EIGHT)


def test_the_record_is_told_in_words_that_lead_to_what_it_is_about(
    visitor: TestClient, program: App
) -> None:
    with program.writing() as connection:
        campaign = campaigns.by_name(connection, "lantern-week")
        number = connection.scalar(select(func.max(edition.c.id)))
        before, after = {"state": "open"}, {"state": "frozen", "slot": EIGHT, "upto": 8}
        act = audit.Act("froze", None, number, before=before, after=after)
        audit.record(connection, act, EIGHT)
        paused = audit.Act("paused", campaign.id, subject="person 1")
        audit.record(connection, paused, EIGHT)
        file = audit.Act("applied the file of", campaign.id, after={"file": "921208a9"})
        audit.record(connection, file, EIGHT)
    signed_in(visitor, program, Role.ADMIN, "Ann")
    page = visitor.get(AUDIT).text

    assert (
        f'href="/desk/runs/{number}">Froze edition {number} of Lantern Week</a>' in page
    )
    assert "state: collecting → frozen; for: Monday 6 July 2026, 09:00 BST" in page
    assert "with posts up to number: 8" in page
    assert 'href="/desk/people/1">Paused person 1 of Lantern Week</a>' in page
    assert "921208a9" not in page


def test_the_record_is_searched_by_person_act_and_day_at_once(
    visitor: TestClient, program: App
) -> None:
    signed_in(visitor, program, Role.ADMIN, "Ann")
    sign_in(visitor)
    matching = visitor.get(AUDIT, params={"who": "Ann", "act": "signed in as"}).text
    today = program.now().date().isoformat()

    assert "account Ann" in matching
    assert "gave another role to account" not in matching
    assert "account Ann" in visitor.get(AUDIT, params={"day": today}).text
    elsewhen = visitor.get(AUDIT, params={"day": "2001-01-01"})
    assert "Nothing of that is on record" in elsewhen.text
    wrong = visitor.get(AUDIT, params={"day": "<b>"})
    assert wrong.status_code == 422
    assert "is no day" in wrong.text
