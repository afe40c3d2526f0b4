"""Schedules that are added, renamed or taken out: readers lose and repeat nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from digest.model.editions.edition import EditionState
from digest.schedule.campaign_files import AppliedCampaign, apply_file, unclear_renaming
from digest.schedule.editions.publishing import publish
from digest.schedule.reports.troubles.of_campaigns import troubles_in
from digest.store.base.engine import reading
from digest.store.base.tables import delivery, item, reader, schedule, subscriber
from digest.store.campaigns import campaigns
from digest.store.editions import editions, moves
from digest.store.staff.audit import latest
from tests.builders import EIGHT, a_post
from tests.lists import imported
from tests.stored import FILE, posts_accepted

HEAD = "name,email,schedule"
_ticks = count(1)
EVENING = FILE.replace('"daily"', '"evening"')
RENAMED = FILE.replace('"daily"', '"evening"\nrenamed_from = "daily"')
THIRD = FILE + '\n[[schedule]]\nname = "third"\nat = "20:00"\n'


@pytest.fixture
def apply(engine: Engine, tmp_path: Path) -> Callable[[str], AppliedCampaign]:
    """Return what applies a campaign file."""

    def apply(text: str = FILE) -> AppliedCampaign:
        path = tmp_path / "campaign.toml"
        path.write_text(text)
        return apply_file(engine, path, "Europe/London", later())

    return apply


Applying = Callable[..., AppliedCampaign]


def later() -> datetime:
    """Return a later time than it was."""
    return EIGHT + timedelta(minutes=next(_ticks))


def places(engine: Engine) -> dict[str, tuple[str, int]]:
    """Return each reader's schedule and place in the log, by the reader's name."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(
                subscriber.c.name,
                schedule.c.name.label("on"),
                reader.c.position,
                reader.c.rehearsal_position,
            )
            .join(reader, reader.c.subscriber_id == subscriber.c.id)
            .join(schedule, schedule.c.id == reader.c.schedule_id)
        )
        return {
            row.name: (row.on, max(row.position, row.rehearsal_position))
            for row in rows
        }


def last_position(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.scalars(select(func.max(item.c.position))).one())


def joins(engine: Engine, name: str, on: str = "") -> None:
    line = f"{name},{name.lower()}@example.org,{on}"
    report = imported(engine, line, head=HEAD)
    assert not report.refused


def a_past(engine: Engine, apply: Applying) -> int:
    """Have a campaign with one reader, who has had two posts; return how many."""
    apply()
    joins(engine, "Ann")
    posts_accepted(engine, [a_post("one", title="Tea"), a_post("two", title="Urns")])
    publish(engine, "lantern-week", "daily", later())
    return last_position(engine)


def test_a_newcomer_on_a_new_schedule_starts_where_the_others_stand(
    engine: Engine, apply: Applying
) -> None:
    past = a_past(engine, apply)
    apply(THIRD)
    joins(engine, "Bob", on="third")

    assert places(engine)["Bob"] == ("third", past)


def test_a_newcomer_on_a_schedule_that_came_back_does_not_get_what_went_before(
    engine: Engine, apply: Applying
) -> None:
    apply(THIRD)
    past = a_past(engine, apply)  # without it
    apply(THIRD)
    joins(engine, "Bob", on="third")

    assert places(engine)["Bob"] == ("third", past)


def test_a_newcomer_on_a_schedule_nobody_was_on_starts_where_its_slots_have_come_to(
    engine: Engine, apply: Applying
) -> None:
    past = a_past(engine, apply)
    skipped = publish(engine, "lantern-week", "weekly", later())
    posts_accepted(engine, [a_post("three", title="Cake")])
    joins(engine, "Bob", on="weekly")

    assert skipped.state is EditionState.SKIPPED
    assert places(engine)["Bob"] == ("weekly", past)


def test_a_newcomer_on_a_schedule_as_old_as_the_others_gets_what_its_readers_get(
    engine: Engine, apply: Applying
) -> None:
    a_past(engine, apply)
    joins(engine, "Bob", on="weekly")

    assert places(engine)["Bob"] == ("weekly", 0)


def test_who_joins_while_an_edition_waits_loses_nothing_if_it_is_cancelled(
    engine: Engine, apply: Applying
) -> None:
    apply(FILE.replace("lists =", 'approval = "one"\nlists ='))
    joins(engine, "Ann")
    posts_accepted(engine, [a_post("one")])
    waiting = publish(engine, "lantern-week", "daily", later())
    joins(engine, "Bob")
    with engine.begin() as connection:
        assert moves.move(connection, waiting.id, EditionState.CANCELLED, later())
    apply(FILE)
    publish(engine, "lantern-week", "daily", later())

    with reading(engine) as connection:
        copies = connection.scalars(select(delivery.c.reader_id)).all()
    assert len(copies) == 2


def test_a_renamed_schedule_keeps_its_readers_editions_and_place(
    engine: Engine, apply: Applying
) -> None:
    past = a_past(engine, apply)
    joins(engine, "Cy", on="daily")
    applied = apply(RENAMED)
    joins(engine, "Bob")
    joins(engine, "Dee", on="daily")  # as their list calls it still
    again = apply(RENAMED)
    with reading(engine) as connection:
        [edition] = editions.of_campaign(connection, 1)

    assert edition.schedule == "evening"
    assert set(places(engine).values()) == {("evening", past)}
    assert applied.notes == (
        "schedule daily is called evening now, and keeps its 2 readers",
    )
    assert again.notes == ()


def test_a_renamed_schedule_may_be_called_as_it_was_once(
    engine: Engine, apply: Applying
) -> None:
    past = a_past(engine, apply)
    apply(RENAMED)
    apply(FILE.replace('"daily"', '"daily"\nrenamed_from = "evening"'))

    assert places(engine)["Ann"] == ("daily", past)


def test_a_name_that_another_schedule_had_takes_in_the_readers_of_the_renamed(
    engine: Engine, apply: Applying
) -> None:
    apply(THIRD)
    past = a_past(engine, apply)
    apply(FILE.replace('"daily"', '"third"\nrenamed_from = "daily"'))
    joins(engine, "Bob")

    assert places(engine) == {"Ann": ("third", past), "Bob": ("third", past)}


def test_a_schedule_that_goes_while_another_comes_is_asked_about(
    engine: Engine, apply: Applying, tmp_path: Path
) -> None:
    a_past(engine, apply)
    path = tmp_path / "new.toml"
    words = {}
    texts = {"evening": EVENING, "renamed": RENAMED, "third": THIRD, "same": FILE}
    for name, text in texts.items():
        path.write_text(text)
        words[name] = unclear_renaming(engine, path, "UTC")

    assert [name for name, text in words.items() if text] == ["evening"]
    assert "schedule daily is not in the file any more" in words["evening"]
    assert "schedule evening is new" in words["evening"]
    assert "The 1 reader of daily" in words["evening"]
    assert 'renamed_from = "daily"' in words["evening"]


def test_a_schedule_that_is_gone_is_told(engine: Engine, apply: Applying) -> None:
    a_past(engine, apply)
    [note] = apply(EVENING).notes

    assert note.startswith("schedule daily is not in the file any more")


WITH_EVERY_KEY = """
[[schedule]]
name = "fortnightly"
at = ["09:00", "16:30"]
days = "mon, thu"
every = "2w"
starts = 2026-07-06
ends = 2027-07-06
timezone = "America/New_York"
when_closed = "after"
close = "45m"
quiet = "21:00-08:00"

[[schedule]]
name = "monthly"
at = "10:00"
monthly = ["first mon", 15, "last working day"]

[[schedule]]
name = "live"
every = "30m"
between = "09:00-17:00"
on = [2026-07-09, 2026-07-10]
"""
CLOSED = 'holidays = "GB-ENG"\nclosed = [2026-12-24]\nlists ='


def test_a_file_with_every_key_is_applied_twice_and_changes_nothing(
    apply: Applying, engine: Engine
) -> None:
    text = FILE.replace("lists =", CLOSED) + WITH_EVERY_KEY
    rows = []
    for _ in range(2):
        apply(text)
        with reading(engine) as connection:
            rows.append(connection.execute(select(schedule)).all())
            acts = len(latest(connection, 100))

    assert rows[0] == rows[1]
    assert {row.slots_since for row in rows[1]} == {rows[0][0].slots_since}
    apply(text)
    with reading(engine) as connection:
        assert len(latest(connection, 100)) == acts


def test_who_changed_a_schedules_times_is_on_record(
    apply: Applying, engine: Engine
) -> None:
    apply()
    apply(FILE.replace("16:00", "17:30"))

    with reading(engine) as connection:
        act = latest(connection, 1)[0]
    assert "daily 16:00 daily Europe/London" in str(act)
    assert "daily 17:30 daily Europe/London" in str(act)


def test_readers_of_a_schedule_that_has_ended_are_told_of(
    apply: Applying, engine: Engine
) -> None:
    once = '\n[[schedule]]\nname = "once"\nat = "10:00"\non = 2026-07-09\n'
    apply(FILE + once)
    imported(engine, "Ann,ann@example.org,once", head=HEAD)
    slot = datetime(2026, 7, 9, 9, tzinfo=UTC)

    assert ended(engine, slot - timedelta(minutes=1)) == []
    [words] = ended(engine, slot)
    assert words.startswith(
        "Lantern Week: once has no slot to come, and 1 reader is on it"
    )


def ended(engine: Engine, now: datetime) -> list[str]:
    """Return what is told of schedules that have ended."""
    with reading(engine) as connection:
        troubles = troubles_in(connection, campaigns.listed(connection), now)
    return [str(trouble) for trouble in troubles if "no slot to come" in str(trouble)]
