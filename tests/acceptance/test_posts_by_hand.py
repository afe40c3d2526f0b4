"""Posts added and mended at the command line."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.commands import Commands
from tests.stored import FILE

POST = """---
title: Kettle
---
By Ann Example, Chair, Example Group

Watch [the film](https://example.org/v) and come in.
"""


class Desk:
    """A folder with a database, a campaign, and a post to add."""

    def __init__(self, program: Commands, folder: Path) -> None:
        self._program, self._folder = program, folder
        (folder / "campaign.toml").write_text(FILE)
        (folder / "kettle.md").write_text(POST)
        self.says("init")
        self.says("campaign", "apply", "campaign.toml")

    def run(self, *words: str) -> CompletedProcess[str]:
        """Run digest with these words."""
        return self._program.run(self._folder, *words)

    def says(self, *words: str) -> str:
        """Run digest, which must succeed; return what it says."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def desk(program: Commands, tmp_path: Path) -> Desk:
    """Return a desk with a post to add."""
    return Desk(program, tmp_path)


@pytest.fixture(scope="module")
def shared(program: Commands, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk for tests that change nothing of each other's."""
    return Desk(program, tmp_path_factory.mktemp("desk"))


def test_a_file_is_added_once_and_mended(desk: Desk) -> None:
    first = desk.says("post", "add", "lantern-week", "kettle.md")
    second = desk.says("post", "add", "lantern-week", "kettle.md")
    changed = desk.says("post", "link", "1", "1", "webinar")
    undone = desk.says("post", "revert", "1")

    assert first == "post 1: added; the next edition carries it\n"
    assert second == "post 1: was there already, as it is\n"
    assert (changed, undone) == (
        "post 1: changed\n",
        "post 1: as its source has it\n",
    )


def test_a_withdrawal_is_undone(desk: Desk) -> None:
    desk.says("post", "add", "lantern-week", "kettle.md")
    out = desk.says("post", "withdraw", "1")

    assert "digest post restore 1" in out
    assert desk.says("post", "restore", "1") == "post 1: as it was before\n"


@pytest.mark.parametrize(
    ("words", "status", "expected"),
    [
        (("post", "add", "lantern-week", "none.md"), 1, "none.md cannot be read"),
        (("post", "add", "none", "kettle.md"), 1, 'no campaign is called "none"'),
        (("post", "link", "9", "1", "video"), 1, "there is no post 9"),
        (("post", "link", "9", "1", "cinema"), 2, "KIND is one of survey"),
        (("post", "correct", "9"), 1, "there is no post 9"),
        (("post", "restore", "9"), 1, "there is no post 9"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    shared: Desk, words: tuple[str, ...], status: int, expected: str
) -> None:
    done = shared.run(*words)

    assert done.returncode == status
    assert expected in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_a_key_is_shown_once(shared: Desk) -> None:
    secret = shared.says("key", "create", "Ann").strip()

    assert len(secret) > 40
    assert secret not in shared.says("key", "list", "--json")
    assert shared.says("key", "revoke", "Ann") == "Ann: revoked\n"
