"""A stranger's first day: a folder of posts, a list, an edition, an inbox."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.acceptance.conftest import Command
from tests.commands import Commands
from tests.fakes.mail_server import at, mail_server

CAMPAIGN = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
lists = ["lantern"]
[[source]]
name = "notes"
kind = "folder"
path = "notes"
[[schedule]]
name = "daily"
at = "16:00"
default = true
[letter]
sender = ["Lantern Week", "1 Example Street", "EXAMPLETON", "ZZ99 1AA"]
phone = "01632 960 155"
"""
LIST = """name,email,address_1,address_2,postcode,format
Ann Example,ann@example.org,,,,
Bo Sample,,2 Example Street,EXAMPLETON,ZZ99 1AB,large-print
Cy Nowhere,,,,,letter
"""


@pytest.fixture(scope="session")
def first_morning(tmp_path_factory: pytest.TempPathFactory, program: Commands) -> Path:
    """Return a folder with a campaign, a post and a list, all taken in; only copied."""
    home = tmp_path_factory.mktemp("morning")
    (home / "notes").mkdir()
    note = home / "notes" / "one.md"
    note.write_text(
        "---\ntitle: The kettle is on\nurl: https://example.org/kettle\n---\n"
        "By Ann Example, Chair, The Hall\n\nCome in out of the rain.\n"
    )
    os.utime(note, (0, 0))  # at rest: a file that is just being written waits
    (home / "campaign.toml").write_text(CAMPAIGN)
    (home / "people.csv").write_text(LIST)
    for words in (
        ("init",),
        ("campaign", "apply", "campaign.toml"),
        ("subscribers", "import", "people.csv", "--list", "lantern"),
        ("gather",),
    ):
        done = program.run(home, *words)
        assert "Traceback" not in done.stderr, done.stderr
    return home


@pytest.fixture
def prepared(home: Path, first_morning: Path, digest: Command) -> Command:
    """Return the command in a copy of that folder."""
    # Without the mark of the folder that it was made in: a copy would be held.
    no_mark = shutil.ignore_patterns("handover-mark")
    shutil.copytree(first_morning, home, dirs_exist_ok=True, ignore=no_mark)
    return digest


def test_an_edition_reaches_an_inbox_and_an_envelope(
    home: Path, prepared: Command
) -> None:
    draft = prepared("edition", "draft", "lantern-week")
    edition = prepared("edition", "run", "lantern-week").stdout.strip()
    worked = prepared("work", "--until-done")
    listed = json.loads(prepared("deliveries", edition, "--json").stdout)

    assert "The kettle is on" in draft.stdout
    assert worked.returncode == 0, worked.stderr
    assert "1 accepted" in worked.stdout
    assert {entry["name"]: entry["state"] for entry in listed} == {
        "Ann Example": "accepted",
        "Bo Sample": "accepted",
    }
    [mail] = (home / "var" / "inbox" / "new").iterdir()
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in mail.read_bytes()
    [letters] = (home / "var" / "print").rglob("letters-1.pdf")
    assert letters.read_bytes().startswith(b"%PDF")


def test_letters_are_printed_and_one_of_them_again(
    prepared: Command, home: Path
) -> None:
    edition = prepared("edition", "run", "lantern-week").stdout.strip()
    prepared("work", "--until-done")
    listed = json.loads(prepared("deliveries", edition, "--json").stdout)
    [reference] = [each["reference"] for each in listed if each["name"] == "Bo Sample"]
    alone = home / "alone.pdf"

    printed = prepared("print", "printed", "1")
    again = prepared("print", "reprint", reference, "-o", str(alone))
    by_email = next(each["reference"] for each in listed if each["channel"] == "email")
    in_none = prepared("print", "reprint", by_email, "-o", str(home / "none.pdf"))
    undone = prepared("print", "printed", "1", "--undo")
    why_missing = prepared("print", "returned", reference)
    proof = prepared("print", "returned", reference, "--reason", "gone-away")

    assert printed.stdout == "print batch 1: sealed, printed\n"
    assert again.returncode == 0, again.stderr
    assert alone.read_bytes().startswith(b"%PDF")
    assert (in_none.returncode, (home / "none.pdf").exists()) == (1, False)
    assert f"there is no letter {by_email} in any print batch" in in_none.stderr
    assert undone.stdout == "print batch 1: sealed, to be printed\n"
    assert why_missing.returncode == 2
    assert (proof.returncode, proof.stdout) == (1, "")
    assert "is a proof" in proof.stderr


def test_every_act_is_safe_to_repeat(prepared: Command) -> None:
    first = prepared("edition", "run", "lantern-week").stdout.strip()
    prepared("work", "--until-done")
    applied = prepared("campaign", "apply", "campaign.toml")
    gathered = prepared("gather")
    again = prepared("edition", "run", "lantern-week")
    worked = prepared("work", "--until-done")

    assert applied.returncode == 0
    assert "0 new" in gathered.stdout
    assert "skipped" in again.stderr
    assert again.stdout.strip() != first
    assert "0 accepted" in worked.stdout


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("html", "<!"),
        ("text", ""),
        ("eml", ""),
        ("letter", "%PDF"),
        ("large-print", "%PDF"),
    ],
)
def test_every_form_can_be_looked_at_before_it_goes(
    home: Path, prepared: Command, form: str, start: str
) -> None:
    done = prepared("preview", "lantern-week", "--format", form, "-o", "out")

    assert done.returncode == 0, done.stderr
    content = (home / "out").read_bytes()
    assert content.lstrip().lower().startswith(start.lower().encode())
    assert len(content) > 100


FAULTS = [
    pytest.param(("campaign", "apply", "none.toml"), {}, "cannot be read", id="file"),
    pytest.param(("campaign", "show", "none"), {}, "lantern-week", id="campaign"),
    pytest.param(("edition", "show", "99"), {}, "no edition 99", id="edition"),
    pytest.param(("edition", "run", "none"), {}, "no campaign", id="run"),
    pytest.param(("list", "show", "none"), {}, "no mailing list", id="list"),
    pytest.param(
        ("subscribers", "import", "none.csv", "--list", "lantern"),
        {},
        "none.csv",
        id="csv",
    ),
    pytest.param(("status",), {"DIGEST_LIV": "no"}, "DIGEST_LIVE", id="setting"),
    pytest.param(
        ("preview", "lantern-week", "--format", "html"),
        {"DIGEST_TEMPLATES_DIR": "broken"},
        "broken",
        id="template",
    ),
    pytest.param(
        ("status",), {"DIGEST_DATABASE_URL": "mysql://x/y"}, "sqlite", id="database"
    ),
    pytest.param(
        ("status",),
        {"DIGEST_DATABASE_URL": "sqlite:////proc/none/digest.db"},
        "digest",
        id="database folder",
    ),
    pytest.param(("source", "try", "feed", "nonsense"), {}, "nonsense", id="source"),
]


@pytest.mark.parametrize(("words", "settings", "expected"), FAULTS)
def test_a_fault_is_one_line_that_says_what_to_do(
    home: Path,
    prepared: Command,
    words: tuple[str, ...],
    settings: dict[str, str],
    expected: str,
) -> None:
    (home / "broken" / "email").mkdir(parents=True)
    for name in ("edition.html", "message.html", "email.html"):
        (home / "broken" / "email" / name).write_text("{% broken %}")

    done = prepared(*words, **settings)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert expected in done.stderr


@pytest.mark.parametrize(
    "url", ["smtp://127.0.0.1:9?tls=none", "smtp://none.invalid:25", "nonsense"]
)
def test_a_mail_server_that_is_not_there_costs_no_reader_anything(
    prepared: Command, url: str
) -> None:
    edition = prepared("edition", "run", "lantern-week").stdout.strip()
    live = {"DIGEST_SMTP_URL": url, "DIGEST_ALLOW": "@example.org"}
    failed = prepared("work", "--until-done", **live)
    listed = json.loads(prepared("deliveries", edition, "--json").stdout)
    ann = next(entry for entry in listed if entry["name"] == "Ann Example")

    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    assert (ann["state"], ann["attempts"]) == ("planned", 0)


def test_a_program_can_watch_the_sending(prepared: Command) -> None:
    prepared("edition", "run", "lantern-week")
    worked = prepared("work", "--until-done", "--json")
    *_, last, total = [json.loads(line) for line in worked.stdout.splitlines()]

    assert (last["event"], last["accepted"], last["total"]) == ("progress", 1, 1)
    assert last["outlook"] == "nothing is left to send"
    assert total["event"] == "worked"
    assert total["emails"]["accepted"] == total["letters"]["made"] == 1


def test_refused_copies_are_sent_again_when_a_person_says_so(
    prepared: Command,
) -> None:
    edition = prepared("edition", "run", "lantern-week").stdout.strip()
    refusing = at("RCPT", "550 5.1.1 nobody of that name", times=1)
    with mail_server(refusing) as server:
        out = {"DIGEST_SMTP_URL": server.url, "DIGEST_ALLOW": "@example.org"}
        prepared("work", "--until-done", **out)
        listed = prepared("deliveries", edition, "--state", "refused").stdout
        tried = prepared("deliveries", "retry", edition, "--dry-run").stdout
        other = prepared("deliveries", "retry", edition, "Bo Sample").stdout
        again = prepared("deliveries", "retry", edition, "ann@example.org").stdout
        state = prepared("edition", "show", edition).stdout
        prepared("work", "--until-done", **out)
        ended = prepared("edition", "show", edition).stdout

    assert "550 5.1.1 nobody of that name" in listed
    assert "1 refused email would be sent again" in tried
    assert "0 refused emails will be sent again" in other
    assert "1 refused email will be sent again" in again
    assert ": rehearsing" in state
    assert ": rehearsed" in ended
    assert [recipient for recipient, _ in server.messages] == ["ann@example.org"]


def test_who_leaves_by_phone_gets_no_more_and_stays_on_the_list(
    prepared: Command,
) -> None:
    leaving = prepared(
        "subscribers", "leave", "ann@example.org", "lantern-week", "--by", "phone"
    )
    again = prepared("subscribers", "import", "people.csv", "--list", "lantern")
    edition = prepared("edition", "run", "lantern-week").stdout.strip()
    listed = json.loads(prepared("deliveries", edition, "--json").stdout)
    counts = prepared("list", "show", "lantern").stdout
    prepared("list", "remove", "lantern", "ann@example.org")
    fewer = prepared("list", "show", "lantern").stdout

    assert leaving.returncode == 0, leaving.stderr
    assert "has left lantern-week" in again.stderr
    states = {entry["name"]: entry["state"] for entry in listed}
    assert states["Ann Example"] == "left-out"
    assert states["Bo Sample"] == "planned"
    assert "0 have left" in counts
    assert "1 have left" in fewer


def test_going_live_is_asked_for_and_says_what_is_lacking(prepared: Command) -> None:
    unsaid = prepared("golive")
    unready = prepared("golive", "--yes")

    for done in (unsaid, unready):
        assert done.returncode == 1
        assert "DIGEST_BASE_URL" in done.stderr
        assert "live: lantern-week" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("subscribers", "leave", "ann@example.org", "lantern-week", "--by", "pigeon"),
        ("golive", "--from", "yesterday"),
        ("deliveries", "lantern-week"),
        ("deliveries", "settle", "1.1", "perhaps"),
        ("deliveries", "retry"),
        ("deliveries", "retry", "1", "--state", "accepted"),
        ("deliveries", "1", "--state", "acepted"),
    ],
)
def test_a_wrong_word_about_copies_is_a_usage_error(
    prepared: Command, words: tuple[str, ...]
) -> None:
    assert prepared(*words).returncode == 2


def test_a_wrong_use_is_a_usage_error(digest: Command) -> None:
    assert digest("campaign", "apply").returncode == 2
    assert digest("nonsense").returncode == 2
    assert digest("edition", "run", "x", "--now", "soon").returncode == 2


def test_before_init_a_command_says_so(digest: Command) -> None:
    done = digest("status")

    assert done.returncode == 1
    assert "digest init" in done.stderr
