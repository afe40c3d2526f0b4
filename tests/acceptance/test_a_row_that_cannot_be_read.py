"""A campaign that cannot be read in the database, as who runs the program meets it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.acceptance.conftest import Command

CAMPAIGN = """
[campaign]
name = "{name}"
title = "{name}"
from = "Lantern Week <digest@example.org>"
lists = ["lantern"]
[[source]]
name = "notes"
kind = "folder"
path = "notes"
[[schedule]]
name = "daily"
at = "16:00"
"""


def test_commands_name_it_go_on_with_the_others_and_its_file_mends_it(
    home: Path, digest: Command
) -> None:
    (home / "notes").mkdir()
    digest("init")
    for name in ("harbour", "lantern-week"):
        (home / f"{name}.toml").write_text(CAMPAIGN.format(name=name))
        digest("campaign", "apply", f"{name}.toml")
    with closing(sqlite3.connect(home / "var" / "digest.db")) as database, database:
        database.execute("UPDATE campaign SET file = '{' WHERE name = 'harbour'")
    gathered, status = digest("gather"), digest("status")
    campaigns = digest("campaign", "list")
    mended = digest("campaign", "apply", "harbour.toml")
    after = digest("status")

    assert gathered.returncode == 1
    assert "lantern-week notes: 0 new" in gathered.stdout
    assert (status.returncode, campaigns.returncode) == (1, 0)
    assert "next: lantern-week" in status.stdout
    for words in (gathered.stderr, status.stdout, campaigns.stderr):
        assert "The campaign harbour (row 1) cannot be read" in words
        assert "digest campaign apply FILE.toml" in words
        assert "Traceback" not in words
    assert mended.returncode == 0
    assert "next: harbour" in after.stdout
    assert "cannot be read" not in after.stdout
