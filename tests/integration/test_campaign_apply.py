"""What is asked of a campaign file as it is applied: a sender, days that come."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.errors import CampaignFileError
from digest.schedule.campaign_files import apply_file
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns
from tests.builders import EIGHT
from tests.lists import TWO_LISTS

ADDRESSED = TWO_LISTS + '\n[letter]\nsender = ["Lantern Week", "1 Example Street"]\n'
ON_SATURDAYS = '\n[[schedule]]\nname = "saturdays"\nat = "16:00"\ndays = "sat"\n'
NAMED = TWO_LISTS + '\n[letter]\nsender = ["Lantern Week"]\n'


@pytest.mark.parametrize(
    ("text", "is_live", "is_refused"),
    [
        pytest.param(TWO_LISTS, True, True, id="no sender"),
        pytest.param(NAMED, True, True, id="a name alone"),
        pytest.param(ADDRESSED, True, False, id="an address"),
        pytest.param(TWO_LISTS, False, False, id="in practice"),
    ],
)
def test_live_a_campaign_without_a_postal_address_is_refused(
    engine: Engine,
    tmp_path: Path,
    text: str,
    is_live: bool,  # noqa: FBT001 - a case
    is_refused: bool,  # noqa: FBT001 - a case
) -> None:
    path = tmp_path / "campaign.toml"
    path.write_text(text)

    if is_refused:
        with pytest.raises(CampaignFileError, match=r"names no postal address.*write"):
            apply_file(engine, path, "Europe/London", EIGHT, is_live=is_live)
    else:
        apply_file(engine, path, "Europe/London", EIGHT, is_live=is_live)

    with reading(engine) as connection:
        assert bool(campaigns.listed(connection)) is not is_refused


def test_a_name_that_pages_have_is_told_with_what_else_is_wrong(
    engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "campaign.toml"
    wrong = TWO_LISTS.replace('name = "daily"', 'name = "history"')
    path.write_text(wrong.replace("title =", "titel ="))

    with pytest.raises(CampaignFileError) as refused:
        apply_file(engine, path, "Europe/London", EIGHT)

    names = [fault.key for fault in refused.value.faults]
    assert {"name", "title", "titel"} <= set(names)
    line = wrong.splitlines().index('name = "history"') + 1
    words = f'line {line:>3}, schedule[1].name: "history" is an address of the desk'
    assert words in str(refused.value)


def test_a_sender_and_days_that_never_come_are_told_together(
    engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "campaign.toml"
    days = 'starts = 2026-07-06\nends = 2026-07-07\nlast_edition = "none"\n'
    path.write_text(TWO_LISTS.replace("lists =", f"{days}lists =") + ON_SATURDAYS)

    with pytest.raises(CampaignFileError) as refused:
        apply_file(engine, path, "Europe/London", EIGHT, is_live=True)

    assert "names no postal address" in str(refused.value)
    assert "saturdays is never due" in str(refused.value)


def test_a_campaign_with_a_schedule_that_is_never_due_is_refused_with_why(
    engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "campaign.toml"
    days = 'starts = 2026-07-06\nends = 2026-07-07\nlast_edition = "none"\n'
    path.write_text(TWO_LISTS.replace("lists =", f"{days}lists =") + ON_SATURDAYS)

    with pytest.raises(CampaignFileError, match="saturdays is never due: 16:00 sat"):
        apply_file(engine, path, "Europe/London", EIGHT)

    with reading(engine) as connection:
        assert campaigns.listed(connection) == []


def test_a_schedule_that_has_its_last_edition_alone_is_told_of(
    engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "campaign.toml"
    days = "starts = 2026-07-06\nends = 2026-07-07\n"
    path.write_text(TWO_LISTS.replace("lists =", f"{days}lists =") + ON_SATURDAYS)
    applied = apply_file(engine, path, "Europe/London", EIGHT)

    assert any(
        "saturdays has one edition, its last, on Tuesday 7 July 2026, 16:00 BST" in note
        for note in applied.notes
    )
