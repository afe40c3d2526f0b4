"""Sources into the log: new, revised, unchanged, each item once and in its place."""

import os
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from digest.compose import lifecycle
from digest.gather.gathering import GatheringRound, SourceReport, gather
from digest.store.base.engine import reading, writing
from digest.store.base.tables import item, source
from digest.store.campaigns import campaigns, sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.editions import editions, moves
from digest.store.posts import log
from tests.builders import EIGHT, LOOPBACK, a_post
from tests.stored import a_reader, a_stored_campaign, posts_accepted, schedule_id

FILE = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
lists = ["lantern"]
[[source]]
name = "notes"
kind = "folder"
path = "notes"
{extra}
[[source]]
name = "gone"
kind = "folder"
path = "gone"
[[schedule]]
name = "daily"
at = "16:00"
"""


def a_campaign_in(engine: Engine, folder: Path, extra: str = "") -> StoredCampaign:
    (folder / "notes").mkdir(exist_ok=True)
    with writing(engine) as connection:
        file = CampaignFile(FILE.format(extra=extra), "Europe/London", str(folder))
        return campaigns.apply(connection, file, EIGHT)


def a_note(folder: Path, name: str, words: str = "Words.", day: int = 6) -> None:
    text = f"---\ntitle: {name}\npublished: 2026-07-{day:02}\n---\n{words}\n"
    (folder / "notes" / f"{name}.md").write_text(text)


def read(engine: Engine, stored: StoredCampaign) -> SourceReport:
    return next(
        report for report in read_all(engine, stored) if report.source == "notes"
    )


def read_all(engine: Engine, stored: StoredCampaign) -> tuple[SourceReport, ...]:
    return gather(engine, LOOPBACK, [GatheringRound(stored)], EIGHT)["lantern-week"]


def titles(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [entry.item.title for entry in log.released(connection, 1, 0)]


def test_what_is_read_twice_is_in_the_log_once(engine: Engine, tmp_path: Path) -> None:
    stored = a_campaign_in(engine, tmp_path)
    a_note(tmp_path, "one")

    first, second = read(engine, stored), read(engine, stored)

    assert (first.new, first.unchanged) == (1, 0)
    assert (second.new, second.unchanged) == (0, 1)
    assert titles(engine) == ["one"]


def test_a_source_that_fails_harms_no_other(engine: Engine, tmp_path: Path) -> None:
    stored = a_campaign_in(engine, tmp_path)
    a_note(tmp_path, "one")

    notes, missing = read_all(engine, stored)

    assert notes.new == 1
    assert "is not a folder" in missing.failed


def test_late_and_back_dated_posts_come_in_at_the_end(
    engine: Engine, tmp_path: Path
) -> None:
    stored = a_campaign_in(engine, tmp_path)
    a_note(tmp_path, "third", day=9)
    a_note(tmp_path, "first", day=7)
    read(engine, stored)
    a_note(tmp_path, "late", day=1)
    read(engine, stored)

    assert titles(engine) == ["first", "third", "late"]


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ('first = "campaign-start"', ["one", "two", "three"]),
        ("first = 1", ["three"]),
        ('first = "now"', []),
    ],
)
def test_first_contact_takes_what_was_asked_for(
    engine: Engine, tmp_path: Path, extra: str, expected: list[str]
) -> None:
    stored = a_campaign_in(engine, tmp_path, extra)
    for day, name in enumerate(("one", "two", "three"), 6):
        a_note(tmp_path, name, day=day)
    read(engine, stored)
    read(engine, stored)
    a_note(tmp_path, "new", day=1)
    read(engine, stored)

    assert titles(engine) == [*expected, "new"]


def test_a_moderated_source_waits_to_be_released(
    engine: Engine, tmp_path: Path
) -> None:
    stored = a_campaign_in(engine, tmp_path, "moderated = true")
    a_note(tmp_path, "one")
    read(engine, stored)
    before = titles(engine)
    with writing(engine) as connection:
        released = [log.release(connection, 1, EIGHT) for _ in range(2)]

    assert before == []
    assert released == [True, False]
    assert titles(engine) == ["one"]


def frozen(engine: Engine) -> None:
    a_reader(engine, "ann")
    with writing(engine) as connection:
        slot = editions.Slot(1, schedule_id(engine, "daily"), EIGHT)
        moves.open_at(connection, slot, EIGHT)
    lifecycle.freeze(engine, 1, EIGHT)


def test_a_revision_is_in_place_until_an_edition_is_frozen(engine: Engine) -> None:
    a_stored_campaign(engine)
    posts_accepted(engine, [a_post(title="Kettel")])
    revised = posts_accepted(engine, [a_post(title="Kettle")])
    frozen(engine)
    late = posts_accepted(engine, [a_post(title="Urn")])
    again = posts_accepted(engine, [a_post(title="Urn")])

    assert (revised.revised, late.revised, again.revised) == (1, 1, 0)
    assert titles(engine) == ["Kettle"]
    with reading(engine) as connection:
        revision = connection.scalars(select(item.c.revision)).one()
    assert revision["title"] == "Urn"


def test_a_revision_that_the_source_takes_back_is_forgotten(engine: Engine) -> None:
    a_stored_campaign(engine)
    posts_accepted(engine, [a_post(title="Kettle")])
    frozen(engine)
    posts_accepted(engine, [a_post(title="Urn")])
    back = posts_accepted(engine, [a_post(title="Kettle")])
    again = posts_accepted(engine, [a_post(title="Kettle")])

    assert (back.revised, again.revised) == (1, 0)
    with reading(engine) as connection:
        assert connection.scalars(select(item.c.revision)).one() is None


def test_a_date_alone_is_no_reason_to_write_to_readers_again(engine: Engine) -> None:
    a_stored_campaign(engine)
    posts_accepted(engine, [a_post()])
    frozen(engine)
    later = posts_accepted(engine, [a_post(published=EIGHT + timedelta(days=1))])

    assert later.revised == 0


def test_topics_that_the_campaign_changes_reach_what_is_still_to_come(
    engine: Engine, tmp_path: Path
) -> None:
    stored = a_campaign_in(engine, tmp_path, 'topics = ["sories"]')
    a_note(tmp_path, "one")
    read(engine, stored)
    stored = a_campaign_in(engine, tmp_path, 'topics = ["stories"]')
    report = read(engine, stored)

    assert (report.revised, report.unchanged) == (0, 1)
    with reading(engine) as connection:
        [entry] = log.released(connection, 1, 0)
    assert entry.topics == ("stories",)


def test_a_source_that_was_never_applied_says_so(
    engine: Engine, tmp_path: Path
) -> None:
    stored = a_campaign_in(engine, tmp_path)
    notes, missing = stored.campaign.sources
    other = replace(stored.campaign, sources=(notes, replace(missing, name="else")))
    reports = read_all(engine, replace(stored, campaign=other))

    assert [report.failed.partition(":")[0] for report in reports] == [
        "",
        "it is not in the database yet",
    ]


def test_why_a_source_failed_is_kept_until_it_is_read(
    engine: Engine, tmp_path: Path
) -> None:
    stored = a_campaign_in(engine, tmp_path)
    read_all(engine, stored)
    with reading(engine) as connection:
        before = connection.scalars(select(source.c.failure).order_by("id")).all()
    (tmp_path / "gone").mkdir()
    read_all(engine, stored)
    with reading(engine) as connection:
        after = connection.scalars(select(source.c.failure).order_by("id")).all()

    assert before[0] is None
    assert "is not a folder" in str(before[1])
    assert after == [None, None]


def test_a_bad_file_beside_good_ones_is_named_in_the_report(
    engine: Engine, tmp_path: Path
) -> None:
    stored = a_campaign_in(engine, tmp_path)
    a_note(tmp_path, "one")
    (tmp_path / "notes" / "two.md").write_text("no title")
    report = read(engine, stored)

    assert (report.new, report.failed) == (1, "")
    assert [item.name for item in report.skipped] == ["two.md"]


def test_a_file_that_is_still_being_written_is_reported_and_no_trouble(
    engine: Engine, tmp_path: Path
) -> None:
    stored = a_campaign_in(engine, tmp_path)
    a_note(tmp_path, "one")
    a_note(tmp_path, "two")
    now = EIGHT.timestamp()
    os.utime(tmp_path / "notes" / "two.md", (now, now))
    (tmp_path / "notes" / "three.md").write_text("no title")
    report = read(engine, stored)
    with reading(engine) as connection:
        row = sources.of_campaign(connection, stored.id)["notes"]

    assert sorted(item.name for item in report.skipped) == ["three.md", "two.md"]
    assert [item.name for item in row.skipped] == ["three.md"]


def test_what_came_in_and_is_a_draft_now_is_held_and_told(
    engine: Engine, tmp_path: Path
) -> None:
    stored = a_campaign_in(engine, tmp_path)
    a_note(tmp_path, "one")
    read(engine, stored)
    draft = "---\ntitle: one\ndraft: true\n---\nWords.\n"
    (tmp_path / "notes" / "one.md").write_text(draft)
    os.utime(tmp_path / "notes" / "one.md", (0, 0))
    first, second = read(engine, stored), read(engine, stored)

    assert titles(engine) == []
    assert [entry.name for entry in first.skipped] == ["one.md"]
    assert first.skipped == second.skipped


def test_a_held_post_gives_up_its_position_for_good(engine: Engine) -> None:
    a_stored_campaign(engine)
    posts_accepted(engine, [a_post("one", title="One"), a_post("two", title="Two")])
    with writing(engine) as connection:
        assert log.hold(connection, 1, EIGHT)
        assert log.release(connection, 1, EIGHT)

    assert titles(engine) == ["Two", "One"]


def test_what_an_edition_carries_can_be_withdrawn_and_not_held(engine: Engine) -> None:
    a_stored_campaign(engine)
    posts_accepted(engine, [a_post()])
    frozen(engine)
    with writing(engine) as connection:
        assert not log.hold(connection, 1, EIGHT)
        assert log.withdraw(connection, 1, EIGHT)
        assert not log.withdraw(connection, 1, EIGHT)

    assert titles(engine) == []


def test_two_gathers_at_once_give_every_item_a_position_of_its_own(
    engine: Engine, tmp_path: Path
) -> None:
    stored = a_campaign_in(engine, tmp_path)
    for number in range(20):
        a_note(tmp_path, f"n{number}")
    both = [threading.Thread(target=read, args=(engine, stored)) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    with reading(engine) as connection:
        entries = log.released(connection, 1, 0)
    assert [entry.position for entry in entries] == list(range(1, 21))


def test_items_without_a_date_keep_the_order_they_were_read_in(engine: Engine) -> None:
    a_stored_campaign(engine)
    undated = [a_post(str(n), title=str(n), published=None) for n in range(3)]
    posts_accepted(engine, undated, EIGHT + timedelta(days=1))

    assert titles(engine) == ["0", "1", "2"]
