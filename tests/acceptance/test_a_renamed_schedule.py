"""A schedule that has another name in its campaign file is refusal about."""

from pathlib import Path

from tests.acceptance.conftest import Command
from tests.stored import FILE


def test_without_anybody_to_ask_nothing_is_changed(home: Path, digest: Command) -> None:
    path = home / "campaign.toml"
    path.write_text(FILE)
    digest("init")
    first = digest("campaign", "apply", str(path))
    path.write_text(FILE.replace('"daily"', '"evening"'))
    refusal = digest("campaign", "apply", str(path))
    listing = digest("campaign", "show", "lantern-week")
    applied = digest("campaign", "apply", str(path), "--yes")

    assert (first.returncode, refusal.returncode, applied.returncode) == (0, 1, 0)
    assert 'renamed_from = "daily"' in refusal.stderr
    assert "say the same with --yes" in refusal.stderr
    assert "schedule daily" in listing.stdout
    assert "schedule daily is not in the file any more" in applied.stderr
