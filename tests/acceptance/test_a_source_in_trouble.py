"""A source in trouble, as the person who mends it sees it."""

import json
from pathlib import Path

from tests.acceptance.conftest import Command

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
[[source]]
name = "inside"
kind = "feed"
url = "http://10.0.0.1/feed"
[[schedule]]
name = "daily"
at = "16:00"
"""


def test_a_source_in_trouble_is_told_shown_and_resumed(
    home: Path, digest: Command
) -> None:
    (home / "campaign.toml").write_text(CAMPAIGN)
    digest("init")
    digest("campaign", "apply", "campaign.toml")
    gathered = digest("gather")
    status = digest("status")
    rows = json.loads(digest("status", "--json").stdout)["sources"]
    listed = digest("source", "list", "lantern-week")

    assert gathered.returncode == 1
    assert "Traceback" not in gathered.stderr
    assert "the source notes cannot be read since" in status.stdout
    assert "a private network. Where that is meant, add 10.0.0.1 to" in status.stdout
    assert [(row["source"], row["state"], row["failures"]) for row in rows] == [
        ("inside", "failing", 1),
        ("notes", "failing", 1),
    ]
    assert "notes: FAILING, never read: " in listed.stdout

    (home / "notes").mkdir()
    resumed = digest("source", "resume", "lantern-week", "notes")
    again = digest("source", "resume", "lantern-week", "notes")
    digest("gather")

    assert resumed.stdout.startswith("notes: it is tried at the next reading")
    assert again.stdout == "notes: nothing holds it up\n"
    assert "the source notes" not in digest("status").stdout
    assert digest("source", "resume", "lantern-week", "other").stderr == (
        'digest: no source is called "other"; there are: inside, notes\n'
    )
