"""Accounts of staff: links that work once, passwords, second steps, the last admin."""

import base64
import statistics
import time
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from digest.bootstrap import App
from digest.errors import DigestError, NotFound
from digest.model.roles import Role
from digest.model.secret_keys import SecretKeys
from digest.staff import entrance, passwords
from digest.staff.entrance import Newcomer
from digest.staff.second_step import SecondStep, TotpProof
from digest.store.base.tables import account, account_session, recovery_code
from digest.store.staff import (
    account_links,
    accounts,
    audit,
    password_hashes,
    second_steps,
    sessions,
)
from tests.builders import EIGHT

PASSWORD = "lamp harbour biscuit seven"  # noqa: S105 - nobody's
# RFC 6238, appendix B: its secret, an instant, and the last six digits of the code.
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_CODES = {59: "287082", 1111111109: "081804", 2000000000: "279037"}


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have hashing cost next to nothing."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)


def asked_in(program: App, name: str, role: Role = Role.EDITOR) -> tuple[int, int]:
    """Ask somebody in; return the account and the link."""
    with program.writing() as connection:
        email = f"{name.lower()}@example.org"
        link = entrance.ask_in(connection, email, name, role, EIGHT)
        return accounts.by_email(connection, email).id, link


def taken_up(program: App, name: str, role: Role = Role.EDITOR) -> int:
    """Ask somebody in who takes it up at once; return the account."""
    account_id, link = asked_in(program, name, role)
    hashed = passwords.hashed(PASSWORD)
    with program.writing() as connection:
        unused = account_links.unused(connection, link, EIGHT)
        entrance.take_up(connection, unused, hashed, EIGHT)
    return account_id


def test_a_link_lets_in_once_and_within_its_time(program: App) -> None:
    account_id, link = asked_in(program, "Ann")
    over = EIGHT + timedelta(days=3)

    with program.writing() as connection:
        with pytest.raises(NotFound, match="its time is over"):
            account_links.unused(connection, link, over)
        account_links.unused(connection, link, over - timedelta(seconds=1))
        unused = account_links.unused(connection, link, EIGHT)
        assert entrance.take_up(connection, unused, "a hash", EIGHT) == account_id
        with pytest.raises(NotFound, match="has been used"):
            entrance.take_up(connection, unused, "another", EIGHT)

    with program.reading() as connection:
        stored = password_hashes.of_email(connection, "ann@example.org")
    assert stored == (account_id, "a hash")


def test_another_link_ends_the_one_before(program: App) -> None:
    account_id, first = asked_in(program, "Ann")
    with program.writing() as connection:
        owner = accounts.get(connection, account_id)
        second = entrance.ask_again(connection, owner, EIGHT)
        with pytest.raises(NotFound):
            account_links.unused(connection, first, EIGHT)
        assert account_links.unused(connection, second, EIGHT).account_id == account_id


def test_the_first_account_is_an_admin_and_there_is_one_first(program: App) -> None:
    ann = Newcomer("Ann", "ann@example.org")
    with program.writing() as connection:
        link = entrance.first_link(connection, EIGHT)
        assert link is not None
        unused = account_links.unused(connection, link, EIGHT)
        owner = entrance.take_up(connection, unused, "a hash", EIGHT, ann)
        assert accounts.get(connection, owner).role is Role.ADMIN
        assert entrance.first_link(connection, EIGHT) is None


def test_a_first_link_is_worth_nothing_once_there_is_an_account(program: App) -> None:
    with program.writing() as connection:
        link = entrance.first_link(connection, EIGHT)
        assert link is not None
        unused = account_links.unused(connection, link, EIGHT)
    asked_in(program, "Ann", Role.ADMIN)

    bob = Newcomer("Bob", "bob@example.org")
    with (
        pytest.raises(DigestError, match="an account by now"),
        program.writing() as connection,
    ):
        entrance.take_up(connection, unused, "a hash", EIGHT, bob)


def test_names_and_addresses_tell_people_apart(program: App) -> None:
    asked_in(program, "Ann")
    with program.writing() as connection:
        for email, name, words in (
            ("ann@example.org", "Anne", "an account already, called Ann"),
            ("other@example.org", " Ann ", "add what tells the two apart"),
            ("other@example.org", "the program", "person's name"),
            ("other@example.org", "Ann (key)", "without brackets"),
            ("other@example.org", " ", "name of at most"),
        ):
            with pytest.raises(DigestError, match=words):
                accounts.add(connection, email, name, Role.VIEWER, EIGHT)


def test_somebody_can_always_let_others_in(program: App) -> None:
    ann = taken_up(program, "Ann", Role.ADMIN)
    asked_in(program, "Asked", Role.ADMIN)  # cannot sign in yet

    with program.writing() as connection:
        with pytest.raises(DigestError, match="only admin"):
            accounts.end(connection, ann, EIGHT)
        with pytest.raises(DigestError, match="only admin"):
            accounts.change_role(connection, ann, Role.EDITOR, EIGHT)
    taken_up(program, "Bob", Role.ADMIN)
    with program.writing() as connection:
        assert accounts.change_role(connection, ann, Role.EDITOR, EIGHT)
        assert not accounts.change_role(connection, ann, Role.EDITOR, EIGHT)


def test_an_account_that_ends_is_out_everywhere(program: App) -> None:
    ann = taken_up(program, "Ann")
    taken_up(program, "Bob", Role.ADMIN)
    with program.writing() as connection:
        cookie, _ = entrance.sign_in(
            connection, ann, "a browser", EIGHT, is_confirmed=True
        )
        owner = accounts.get(connection, ann)
        link = entrance.ask_again(connection, owner, EIGHT)
        assert sessions.current(connection, cookie, EIGHT) is not None

        assert accounts.end(connection, ann, EIGHT)

        assert sessions.current(connection, cookie, EIGHT) is None
        with pytest.raises(NotFound):
            account_links.unused(connection, link, EIGHT)
        with pytest.raises(DigestError, match="digest users back"):
            entrance.ask_again(connection, accounts.get(connection, ann), EIGHT)
    assert (
        entrance.known_by_password(program.engine, "ann@example.org", PASSWORD) is None
    )

    with program.writing() as connection:
        assert accounts.bring_back(connection, ann, EIGHT)
        acts = [act.act for act in audit.latest(connection, 3)]
    assert acts == ["brought back", "ended", "signed in as"]


def test_a_session_ends_by_itself_and_with_another_password(program: App) -> None:
    ann = taken_up(program, "Ann")
    with program.writing() as connection:
        here, lasts = entrance.sign_in(
            connection, ann, "here", EIGHT, is_confirmed=True
        )
        there, _ = entrance.sign_in(connection, ann, "there", EIGHT, is_confirmed=True)
        last = EIGHT + lasts - timedelta(seconds=1)
        assert sessions.current(connection, here, last) is not None
        assert sessions.current(connection, here, EIGHT + lasts) is None

        mine = sessions.current(connection, here, EIGHT)
        assert mine is not None
        password_hashes.set_password(
            connection, ann, "new", EIGHT, keep_session=mine.id
        )

        assert sessions.current(connection, here, EIGHT) is not None
        assert sessions.current(connection, there, EIGHT) is None


def test_only_a_hash_of_a_cookie_is_kept(program: App) -> None:
    ann = taken_up(program, "Ann")
    with program.writing() as connection:
        cookie, _ = entrance.sign_in(connection, ann, "", EIGHT, is_confirmed=True)
        rows = connection.execute(select(account_session)).all()
    assert cookie not in str(rows)


def test_a_password_is_known_again_and_a_wrong_one_is_not(program: App) -> None:
    ann = taken_up(program, "Ann")
    asked_in(program, "Asked")

    def owner_of(email: str, password: str) -> int | None:
        return entrance.known_by_password(program.engine, email, password)

    assert owner_of("ann@example.org", PASSWORD) == ann
    assert owner_of("ann@example.org", PASSWORD.upper()) is None
    assert owner_of("nobody@example.org", PASSWORD) is None
    assert owner_of("asked@example.org", "") is None


def test_who_has_no_account_takes_as_long_to_be_told(
    program: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    taken_up(program, "Ann")

    def cpu(email: str) -> float:
        began = time.thread_time()
        entrance.known_by_password(program.engine, email, "a wrong password")
        return time.thread_time() - began

    cpu("nobody@example.org")
    times = [(cpu("ann@example.org"), cpu("nobody@example.org")) for _ in range(3)]
    of_ann, of_nobody = (statistics.median(each) for each in zip(*times, strict=True))
    assert 0.5 < of_ann / of_nobody < 2


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("elevenchars", "at least 12"),
        ("Ann Example 1", "hardly more than a name"),
        ("ann.example2026", "hardly more than a name"),
        ("qwerty123456", "Many people choose this"),
        ("aaaaaaaaaaaaaaaa", "Many people choose this"),
        ("x y" * 100, "at most 200"),
        ("twelve chars", ""),
        ("пароль из слов", ""),
    ],
)
def test_a_password_is_long_and_not_what_anybody_would_guess(
    password: str, words: str
) -> None:
    fault = passwords.fault_of(password, "Ann Example", "ann.example@example.org")
    assert words in fault
    assert bool(fault) == bool(words)


@pytest.mark.parametrize(("second", "code"), sorted(RFC_CODES.items()))
def test_codes_are_those_of_the_standard(program: App, second: int, code: str) -> None:
    ann = taken_up(program, "Ann")
    step = SecondStep(SecretKeys("secret"))
    now = EIGHT.fromtimestamp(second, EIGHT.tzinfo)
    wrong = f"{int(code) ^ 1:06}"
    with program.writing() as connection:
        assert not step.set_up(connection, ann, TotpProof(RFC_SECRET, wrong), now)
        assert step.set_up(connection, ann, TotpProof(RFC_SECRET, code), now)
        # Each is taken once, and that was it.
        assert not step.take(connection, ann, code, now)


# The code of 1111111109 is that of the half minute from ...080 up to ...110.
@pytest.mark.parametrize(
    ("second", "is_taken"),
    [
        (1111111049, False),
        (1111111050, True),
        (1111111139, True),
        (1111111140, False),
    ],
)
def test_a_phones_clock_may_be_half_a_minute_off_and_no_more(
    program: App, second: int, *, is_taken: bool
) -> None:
    ann, now = taken_up(program, "Ann"), EIGHT.fromtimestamp(second, EIGHT.tzinfo)
    with program.writing() as connection:
        proof = TotpProof(RFC_SECRET, RFC_CODES[1111111109])
        step = SecondStep(SecretKeys("secret"))
        assert step.set_up(connection, ann, proof, now) is is_taken


def test_codes_on_paper_are_good_once_and_for_their_owner(program: App) -> None:
    ann, bob = taken_up(program, "Ann"), taken_up(program, "Bob")
    step = SecondStep(SecretKeys("secret"))
    with program.writing() as connection:
        codes = step.new_recovery_codes(connection, ann, EIGHT)
        assert len(set(codes)) == 10
        assert not step.take(connection, bob, codes[0], EIGHT)
        assert step.take(connection, ann, f" {codes[0].upper()} ", EIGHT)
        assert not step.take(connection, ann, codes[0], EIGHT)
        assert second_steps.recovery_codes_left(connection, ann) == 9
        rows = str(connection.execute(select(recovery_code)).all())
        assert codes[1] not in rows
        assert codes[1].replace("-", "") not in rows
        again = step.new_recovery_codes(connection, ann, EIGHT)
        assert not step.take(connection, ann, codes[2], EIGHT)
        assert step.take(connection, ann, again[2], EIGHT)


def test_what_is_kept_of_a_phone_is_of_no_use_without_our_secret(program: App) -> None:
    ann = taken_up(program, "Ann")
    now = EIGHT.fromtimestamp(59, EIGHT.tzinfo)
    later = EIGHT.fromtimestamp(1111111109, EIGHT.tzinfo)
    with program.writing() as connection:
        proof = TotpProof(RFC_SECRET, RFC_CODES[59])
        assert SecondStep(SecretKeys("secret")).set_up(connection, ann, proof, now)
        stored = connection.execute(select(account.c.totp_secret)).scalars().first()
        assert RFC_SECRET not in str(stored)
        code = RFC_CODES[1111111109]
        assert not SecondStep(SecretKeys("another")).take(connection, ann, code, later)
        assert SecondStep(SecretKeys("secret")).take(connection, ann, code, later)


def test_who_lost_their_phone_starts_anew(program: App) -> None:
    ann = taken_up(program, "Ann")
    now = EIGHT.fromtimestamp(59, EIGHT.tzinfo)
    step = SecondStep(SecretKeys("secret"))
    with program.writing() as connection:
        step.set_up(connection, ann, TotpProof(RFC_SECRET, RFC_CODES[59]), now)
        codes = step.new_recovery_codes(connection, ann, now)
        assert accounts.get(connection, ann).has_second_step
        second_steps.take_away(connection, ann, now)
        assert not accounts.get(connection, ann).has_second_step
        assert not step.take(connection, ann, codes[0], now)
