"""A new charity follows the first pages of the documentation to the letter."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.sample.feed_server import serving
from tests.acceptance.conftest import Command
from tests.fakes.mail_server import MailServer, mail_server

START = Path(__file__).parents[2] / "docs" / "start.md"
PEOPLE = """name,email,address_1,address_2,postcode
You Example,you@example.org,,,
Ann Example,ann@example.org,,,
Bo Sample,,2 Example Street,EXAMPLETON,ZZ99 1AB
"""
NOT_HERE = ("digest serve",)


def step(number: int) -> str:
    """Return a step of the page."""
    behind = START.read_text(encoding="utf-8").split(f"\n## {number}. ")[1]
    return behind.split("\n## ")[0]


def commands(number: int) -> Iterator[list[str]]:
    """Yield the commands of a step, as words behind `digest`."""
    for line in step(number).splitlines():
        if line.strip().startswith("digest ") and line.strip() not in NOT_HERE:
            yield shlex.split(line)[1:]


def settings(number: int, server: MailServer) -> dict[str, str]:
    """Return what a step says in .env, with a mail server that is here."""
    lines = re.findall(r"^ *(DIGEST_\w+)=(.+)$", step(number), re.MULTILINE)
    return dict(lines) | {"DIGEST_SMTP_URL": server.url}


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Yield a mail server of the outside world."""
    with mail_server() as running:
        yield running


@pytest.fixture
def prepared(home: Path, digest: Command) -> Command:
    """Return the command where steps 2 to 5 have been followed."""
    [file] = re.findall(r"```toml\n(.+?)```", step(3), re.DOTALL)
    (home / "people.csv").write_text(PEOPLE)
    with serving(datetime.now(UTC)) as feed:
        written = "https://example.org/blog/feed"
        at_once = file.replace("[campaign]", '[campaign]\nhold_back = "0m"')
        (home / "news.toml").write_text(at_once.replace(written, feed))
        for number in (2, 3, 4, 5):
            for words in commands(number):
                here = [feed if word == written else word for word in words]
                done = digest(*here, DIGEST_FETCH_ALLOW="127.0.0.1")
                assert done.returncode == 0, (words, done.stderr)
    return digest


def titles(mail: bytes) -> set[str]:
    """Return the headings of posts in an email's text."""
    text = mail.decode().replace("=\r\n", "").replace("\r\n", "\n")
    return set(re.findall(r"^(.+)\n---+$", text, re.MULTILINE))


def test_whoever_rehearses_first_costs_readers_nothing(
    prepared: Command, server: MailServer, home: Path
) -> None:
    practice, live = settings(7, server), settings(7, server) | settings(8, server)

    def run(chosen: dict[str, str], number: int) -> list[str]:
        ends = [prepared(*words, **chosen) for words in commands(number)]
        assert all("Traceback" not in end.stderr for end in ends)
        return [end.stdout + end.stderr for end in ends]

    def sent(chosen: dict[str, str]) -> list[tuple[str, bytes]]:
        server.messages.clear()
        run(chosen, 7)
        return [*server.messages]

    first, second = sent(practice), sent(practice)
    refused = prepared("edition", "run", "our-news", **live)
    _, dry, _ = run(live, 8)
    real = sent(live)
    again = sent(practice)
    shut = prepared("edition", "run", "our-news", **live)
    listed = json.loads(prepared("edition", "list", "our-news", "--json").stdout)

    assert [to for to, _ in first] == ["you@example.org"]
    assert second == again == []
    for stopped in (refused, shut):
        assert stopped.returncode == 1
        assert "digest golive our-news" in stopped.stderr
    assert "readers who get a copy: 3 (2 by email, 1 by post)" in dry
    assert {to for to, _ in real} == {"you@example.org", "ann@example.org"}
    assert titles(first[0][1]) == titles(real[0][1]) != set()
    assert b"\nSubject: Rehearsal: " in first[0][1]
    assert b"Rehearsal" not in real[0][1]
    assert [row["state"] for row in listed if row["mode"] == "live"] == ["sent"]
    assert len([*home.rglob("letters-1.pdf")]) == 2
