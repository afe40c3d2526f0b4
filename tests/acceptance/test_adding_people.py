"""One person added at the command line, with how they were asked."""

import json

from tests.acceptance.conftest import Command

WHO = ("subscribers", "add", "--list", "lantern", "--name", "Ann Example")
PHONE = ("--phone", "01632 960155", "--consent", "did not ask")


def test_somebody_is_added_with_their_consent_and_a_namesake_after_a_look(
    digest: Command,
) -> None:
    digest("init")
    digest("list", "create", "lantern")
    email = (*WHO, "--email", "ann@example.org", "--consent", "by phone")

    bare = digest(*email)
    added = digest(*email, "--on", "2 May 2026", "--wording", "Please write to me")
    doubtful = digest(*WHO, *PHONE)
    new = digest(*WHO, *PHONE, "--new")

    assert bare.returncode == 1
    assert "consent_wording is empty" in bare.stderr
    assert added.stdout == "number 1: Ann Example is on lantern\n"
    assert "may be number 1" in doubtful.stderr
    assert new.stdout == "number 2: Ann Example is on lantern\n"
    record = json.loads(digest("subscribers", "show", "2").stdout)["subscriptions"]
    assert record[0]["consent_basis"] == "did not ask"
