"""A campaign that is over, as who runs the program lists it."""

import json
from pathlib import Path

from tests.acceptance.conftest import Command

CAMPAIGN = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
lists = ["lantern"]
starts = 2026-01-05
ends = 2026-01-09
[[schedule]]
name = "daily"
at = "16:00"
"""


def test_it_is_listed_as_ended_and_as_one_that_nobody_has_paused(
    home: Path, digest: Command
) -> None:
    (home / "campaign.toml").write_text(CAMPAIGN)
    digest("init")
    digest("campaign", "apply", "campaign.toml")
    words = digest("campaign", "list").stdout
    [facts] = json.loads(digest("campaign", "list", "--json").stdout)
    detail = json.loads(digest("campaign", "show", "lantern-week", "--json").stdout)

    assert "ended" in words
    assert "active" not in words
    # Scripts ask by `state` whether somebody has paused it.
    assert (facts["state"], facts["standing"]) == ("active", "ended")
    assert detail["standing"] == "ended"
