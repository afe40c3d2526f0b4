"""A letter that cannot be made costs itself alone, and is told of until it is."""

import json
import os
import shutil
from pathlib import Path

from digest.render.templates import operator_file
from tests.acceptance.conftest import Command

FIELD = Path(__file__).parents[1] / "data" / "field" / "letters"
NO_WELSH = '#if json("job.json").lang == "cy" { panic("no Welsh today") }\n'


def prepared(home: Path, digest: Command, people: str = "") -> None:
    """Take in the field's campaign and its people, or others."""
    shutil.copytree(FIELD / "one-language-stops-all", home, dirs_exist_ok=True)
    for post in (home / "posts").iterdir():
        os.utime(post, (0, 0))
    if people:
        (home / "people.csv").write_text(people)
    for words in (
        ("init",),
        ("campaign", "apply", "c.toml"),
        ("subscribers", "import", "people.csv", "--list", "l"),
        ("gather",),
    ):
        done = digest(*words)
        assert done.returncode == 0, done.stderr


def test_a_language_that_no_font_has_stops_nobodys_letter(
    home: Path, digest: Command
) -> None:
    prepared(home, digest)

    ran = digest("edition", "run", "c")
    worked = digest("work", "--until-done")

    assert (ran.returncode, worked.returncode) == (0, 0), ran.stderr + worked.stderr
    assert "letters: 3 on 3 sheets" in worked.stdout


def test_what_one_variant_lacks_is_told_until_it_is_mended(
    home: Path, digest: Command
) -> None:
    people = (FIELD / "one-language-stops-all" / "people.csv").read_text()
    prepared(home, digest, people.replace("zh", "cy"))
    mine = home / "mine" / "letter"
    mine.mkdir(parents=True)
    ours = operator_file(None, "letter/letter.typ").read_text()
    (mine / "letter.typ").write_text(NO_WELSH + ours)

    def with_mine(*words: str) -> tuple[int, str]:
        done = digest(*words, DIGEST_TEMPLATES_DIR=str(mine.parent))
        return done.returncode, done.stdout + done.stderr

    code, output = with_mine("edition", "run", "c")
    assert code == 1
    assert "no Welsh today" in output
    code, output = with_mine("work", "--until-done")
    assert code == 1
    assert "letters: 2 on 2 sheets" in output
    code, output = with_mine("work", "--until-done")  # nothing new, and still not well
    assert code == 1
    assert "letters that wait for a person: 1" in output
    help_lines = json.loads(with_mine("status", "--json")[1])["help"]
    assert any("no Welsh" in line and "Wang Three" in line for line in help_lines), (
        help_lines
    )
    assert any("large-print" not in line and " in cy: " in line for line in help_lines)

    (mine / "letter.typ").write_text(ours)

    code, output = with_mine("print", "make", "1")
    assert code == 0, output
    assert with_mine("work", "--until-done")[0] == 0
    assert "no Welsh" not in with_mine("status", "--json")[1]
