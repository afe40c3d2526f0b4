"""Letting things leave again: what would go is shown, what was had is not sent."""

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select

from digest.audience.enrolment import enrol
from digest.gather.fetching.fetch import Fetcher
from digest.model.delivery import marks
from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.mail_records import ServerRecord
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.editions.references import MessageReference
from digest.schedule.editions import resuming
from digest.schedule.editions.publishing import gather_named, publish, publish_due
from digest.schedule.editions.resuming import (
    Answer,
    HadAllAnswer,
    HadBeforeAnswer,
    HadByRecordAnswer,
    ResumeReport,
    SendAnswer,
)
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, handover, reader, variant
from digest.store.campaigns import campaigns
from digest.store.delivery import copies
from digest.store.delivery.deliveries import move_those
from digest.store.editions import editions, moves
from digest.store.editions.editions import Slot
from digest.store.holds import holds, mark_file
from digest.store.holds.holds import Hold
from digest.store.holds.mark_file import beside
from digest.store.people import owed
from digest.store.posts import log
from digest.store.staff import audit
from tests.builders import EIGHT, a_post
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted, schedule_id

HOUR = timedelta(hours=1)
SLOT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)  # 16:00 in London
RESTORED = SLOT + HOUR
PLANNED, ACCEPTED = DeliveryState.PLANNED, DeliveryState.ACCEPTED
ADDRESSES = {1: "ann@example.org", 2: "bob@example.org", 3: "cy@example.org"}
THREE_EMAILS = {"email": 3, "post": 1}


@pytest.fixture
def campaign(engine: Engine) -> Engine:
    """Return a database with three readers by email, one by post, and a post."""
    a_stored_campaign(engine)
    for name in ("ann", "bob", "cy"):
        a_reader(engine, name)
    a_reader(engine, "dee", email=None, format="letter", address=["1 Example Street"])
    posts_accepted(engine, [a_post("first", title="First")], EIGHT)
    return engine


def hold_back(
    engine: Engine, because: str = marks.OLDER, at: datetime = RESTORED
) -> None:
    with writing(engine) as connection:
        holds.place(connection, Hold(at, because), at)


def by_record(*references: MessageReference, **recipients: int) -> HadByRecordAnswer:
    record = ServerRecord()
    record.references = dict(zip(references, range(1, 99), strict=False))
    record.recipients = {f"{who}@example.org": n for who, n in recipients.items()}
    return HadByRecordAnswer(record)


def resumed(
    engine: Engine, answer: Answer, now: datetime = RESTORED, *, dry_run: bool = False
) -> ResumeReport:
    report = resuming.resume(engine, answer, now, dry_run=dry_run)
    assert report is not None
    return report


def states_of(engine: Engine, edition_id: int) -> dict[DeliveryState, int]:
    with reading(engine) as connection:
        return copies.counts(connection, edition_id)


def edition_states(engine: Engine) -> list[EditionState]:
    with reading(engine) as connection:
        listed = editions.of_campaign(connection, 1)
    return [edition.state for edition in sorted(listed, key=lambda e: e.id)]


def places(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return [*connection.scalars(select(reader.c.position).order_by(reader.c.id))]


def due_readers(engine: Engine, now: datetime = RESTORED) -> list[int]:
    """Have the timetable act; return who then has a copy that is to go."""
    publish_due(engine, Fetcher(), now)
    with reading(engine) as connection:
        rows = select(delivery.c.reader_id).where(delivery.c.state == PLANNED)
        return sorted(connection.scalars(rows))


def code_of(engine: Engine, slot: datetime) -> str:
    with reading(engine) as connection:
        place = Slot(1, schedule_id(engine, "daily"), slot)
        return next(islice(moves.codes_of(connection, place, Mode.LIVE), 1))


def test_what_would_go_is_told_by_edition_channel_and_post(campaign: Engine) -> None:
    planned = publish(campaign, "lantern-week", "daily", EIGHT)
    posts_accepted(campaign, [a_post("second", title="Second")], EIGHT + HOUR)
    hold_back(campaign)
    report = resuming.outlook(campaign, RESTORED)

    assert report is not None
    [outlook] = report.campaigns
    [unsettled] = outlook.unsettled
    assert (unsettled.edition.id, unsettled.copies) == (planned.id, THREE_EMAILS)
    [daily, weekly] = outlook.coming
    assert daily.is_due
    assert daily.foreseen.slot == SLOT
    assert daily.foreseen.titles == ("Second",)
    assert dict(daily.foreseen.copies) == THREE_EMAILS
    assert not weekly.is_due
    assert report.at_once == 8
    assert report.asks


def test_to_look_changes_nothing(campaign: Engine) -> None:
    publish(campaign, "lantern-week", "daily", EIGHT)
    hold_back(campaign)
    resuming.outlook(campaign, RESTORED)
    for answer in (SendAnswer(), HadAllAnswer(), HadBeforeAnswer(RESTORED)):
        resumed(campaign, answer, dry_run=True)
    with reading(campaign) as connection:
        assert holds.recorded(connection) == Hold(RESTORED, marks.OLDER)

    assert states_of(campaign, 1) == {PLANNED: 4}
    assert edition_states(campaign) == [EditionState.PLANNED]


def test_a_dry_run_says_what_it_would_come_to(campaign: Engine) -> None:
    publish(campaign, "lantern-week", "daily", EIGHT)
    hold_back(campaign)
    report = resumed(campaign, HadAllAnswer(), dry_run=True)

    assert report.copies == Counter({1: 4})
    assert report.before.at_once == 4
    assert report.after is not None
    assert report.after.at_once == 0


def test_they_had_it_settles_what_is_under_way_and_moves_every_place(
    campaign: Engine,
) -> None:
    publish(campaign, "lantern-week", "daily", EIGHT)
    posts_accepted(campaign, [a_post("second")], EIGHT + HOUR)
    hold_back(campaign)
    report = resumed(campaign, HadAllAnswer())

    assert states_of(campaign, 1) == {ACCEPTED: 4}
    assert edition_states(campaign) == [EditionState.SENT, EditionState.MISSED]
    assert places(campaign) == [2, 2, 2, 2]
    assert report.places == {"lantern-week": 4}
    assert due_readers(campaign) == []


def test_what_comes_in_after_they_had_it_is_sent(campaign: Engine) -> None:
    hold_back(campaign)
    resumed(campaign, HadAllAnswer())
    posts_accepted(campaign, [a_post("second")], RESTORED)

    assert due_readers(campaign, SLOT + timedelta(days=1)) == [1, 2, 3, 4]


@pytest.mark.parametrize("answer", [HadAllAnswer(), HadBeforeAnswer(RESTORED)])
def test_what_a_person_said_they_had_does_not_come_by_being_held_and_released(
    campaign: Engine, answer: Answer
) -> None:
    hold_back(campaign)
    resumed(campaign, answer)
    posts_accepted(campaign, [a_post("second")], RESTORED)
    with writing(campaign) as connection:
        assert not log.hold(connection, 1, RESTORED)
        assert log.withdraw(connection, 1, RESTORED)
        assert log.restore(connection, 1, RESTORED)
        assert log.hold(connection, 2, RESTORED)
        [first] = log.released(connection, 1, 0)
    assert (first.id, first.position) == (1, 1)
    assert due_readers(campaign, SLOT + timedelta(days=1)) == []


def test_who_joins_after_they_had_it_gets_what_others_get_from_then_on(
    campaign: Engine,
) -> None:
    hold_back(campaign)
    resumed(campaign, HadAllAnswer())
    with writing(campaign) as connection:
        [stored] = campaigns.listed(connection)
        connection.execute(delete(reader))
        enrol(connection, stored.id, stored.campaign, RESTORED)

    assert due_readers(campaign) == []
    posts_accepted(campaign, [a_post("second")], RESTORED + HOUR)
    assert len(due_readers(campaign, SLOT + timedelta(days=1))) == 4


def test_what_is_read_anew_before_anybody_looked_counts_from_its_publishing(
    engine: Engine, tmp_path: Path
) -> None:
    folder = f'kind = "folder"\npath = "{tmp_path}"'
    a_stored_campaign(
        engine, FILE.replace('kind = "feed"\nurl = "https://example.org/feed"', folder)
    )
    a_reader(engine, "ann")
    post = tmp_path / "lost.md"
    post.write_text(f"---\ntitle: Lost\npublished: {EIGHT + HOUR}\n---\nWords.\n")
    os.utime(post, (0, 0))
    restored = beside(engine, tmp_path)
    with reading(restored) as connection:
        database_id = connection.scalars(select(handover.c.database_id)).one()
    mark_file.write(tmp_path, database_id, 9)
    gather_named(restored, Fetcher(), None, RESTORED)
    resumed(restored, HadBeforeAnswer(SLOT), RESTORED + HOUR)

    assert places(engine) == [1]


def test_what_was_owed_is_had_too(campaign: Engine) -> None:
    planned = publish(campaign, "lantern-week", "daily", EIGHT)
    with writing(campaign) as connection:
        those = delivery.c.edition_id == planned.id
        copies_expired = move_those(connection, those, DeliveryState.EXPIRED, EIGHT)
    hold_back(campaign)
    before = resuming.outlook(campaign, RESTORED)
    resumed(campaign, HadAllAnswer())

    assert copies_expired == 4
    assert before is not None
    assert before.at_once == 4
    assert due_readers(campaign) == []


def test_an_edition_that_waits_for_approval_is_called_off(engine: Engine) -> None:
    a_stored_campaign(engine, FILE.replace("lists =", 'approval = "one"\nlists ='))
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post()], EIGHT)
    publish(engine, "lantern-week", "daily", EIGHT)
    hold_back(engine)
    resumed(engine, HadAllAnswer())

    assert edition_states(engine) == [EditionState.CANCELLED, EditionState.MISSED]
    assert places(engine) == [1]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        pytest.param(SLOT, ["Late"], id="at the slot that was lost"),
        pytest.param(EIGHT + HOUR, ["Lost", "Late"], id="before it"),
        pytest.param(EIGHT, ["First", "Lost", "Late"], id="before everything"),
        pytest.param(RESTORED + 9 * HOUR, [], id="after everything"),
    ],
)
def test_what_came_in_again_after_the_restore_counts_from_its_publishing(
    campaign: Engine, date: datetime, expected: list[str]
) -> None:
    hold_back(campaign)
    posts_accepted(
        campaign,
        [
            a_post("lost", title="Lost", published=EIGHT + 2 * HOUR),
            a_post("late", title="Late", published=SLOT + HOUR / 2),
        ],
        RESTORED + HOUR,
    )
    report = resumed(campaign, HadBeforeAnswer(date), RESTORED + HOUR)

    assert report.after is not None
    [outlook] = report.after.campaigns
    [daily] = [c for c in outlook.coming if c.foreseen.schedule == "daily"]
    assert list(daily.foreseen.titles) == expected


def test_after_a_long_sleep_what_came_in_late_counts_from_when_it_came(
    campaign: Engine,
) -> None:
    hold_back(campaign, holds.SLEPT, EIGHT + HOUR)
    posts_accepted(campaign, [a_post("slept", title="Slept")], RESTORED)
    resumed(campaign, HadBeforeAnswer(SLOT))

    assert places(campaign) == [1, 1, 1, 1]


def test_copies_that_the_record_names_are_had_and_the_others_go(
    campaign: Engine,
) -> None:
    planned = publish(campaign, "lantern-week", "daily", EIGHT)
    hold_back(campaign, at=EIGHT + HOUR)
    ann = MessageReference.of(planned.code, 1, "ann@example.org")
    answer = by_record(ann, bob=7, nobody=8)
    report = resumed(campaign, answer, EIGHT + HOUR)

    assert report.copies == {planned.id: 2}
    assert [fault.line for fault in report.faults] == [8]
    assert due_readers(campaign, EIGHT + HOUR) == [3, 4]


def test_readers_whom_the_record_names_had_an_edition_that_is_lost(
    campaign: Engine,
) -> None:
    hold_back(campaign)
    posts_accepted(
        campaign, [a_post("lost", published=EIGHT + HOUR)], RESTORED + HOUR / 2
    )
    code = code_of(campaign, SLOT)
    named = [MessageReference.of(code, n, ADDRESSES[n]) for n in (1, 3)]
    report = resumed(campaign, by_record(*named), RESTORED + HOUR)

    assert report.faults == ()
    assert report.places == {"lantern-week": 2}
    assert due_readers(campaign, RESTORED + HOUR) == [2, 4]


@pytest.mark.parametrize(
    "published",
    [
        pytest.param(SLOT + HOUR / 2, id="later than its slot"),
        # These may have been in it: rather twice than never.
        pytest.param(RESTORED + timedelta(days=7), id="on a day to come"),
        pytest.param(None, id="nobody knows when"),
    ],
)
def test_what_no_date_puts_into_a_lost_edition_comes_with_the_next(
    campaign: Engine, published: datetime | None
) -> None:
    hold_back(campaign)
    posts_accepted(campaign, [a_post("new", published=published)], RESTORED + HOUR / 2)
    ann = MessageReference.of(code_of(campaign, SLOT), 1, ADDRESSES[1])
    resumed(campaign, by_record(ann), RESTORED + HOUR)

    assert places(campaign)[0] == 1
    # Under its Message-ID she has had another email.
    assert due_readers(campaign, RESTORED + HOUR) == [2, 3, 4]
    assert places(campaign) == [1, 1, 1, 1]
    assert 1 in due_readers(campaign, SLOT + timedelta(days=1))


@pytest.mark.parametrize(
    "answer", [HadAllAnswer(), HadBeforeAnswer(SLOT + HOUR / 4)], ids=str
)
def test_a_lost_slot_that_was_had_is_not_made_anew(
    campaign: Engine, answer: Answer
) -> None:
    hold_back(campaign)
    resumed(campaign, answer)
    posts_accepted(campaign, [a_post("new", published=RESTORED)], RESTORED)

    assert due_readers(campaign, RESTORED) == []
    assert edition_states(campaign) == [EditionState.MISSED]
    assert due_readers(campaign, SLOT + timedelta(days=1)) == [1, 2, 3, 4]


def positions_in_copies(engine: Engine) -> dict[tuple[int, int], list[int]]:
    """Return what each copy has, by edition and reader."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(delivery.c.edition_id, delivery.c.reader_id, variant)
            .join(variant, variant.c.id == delivery.c.variant_id)
            .where(delivery.c.channel == "email")
        ).all()
    stretches = {(row.edition_id, row.reader_id): owed.stretch_of(row) for row in rows}
    return {
        key: [*filter(stretch.takes, range(1, 6))] for key, stretch in stretches.items()
    }


def test_what_lost_editions_left_for_the_next_comes_to_who_is_named(
    engine: Engine,
) -> None:
    file = FILE.replace("timezone =", "most_items = 2\ntimezone =")
    a_stored_campaign(engine, file)
    for name in ("ann", "bob", "cy"):
        a_reader(engine, name)
    ours = [
        a_post(f"post-{n}", title=f"Post {n}", published=EIGHT + HOUR * n / 9)
        for n in range(1, 6)
    ]
    posts_accepted(engine, ours, EIGHT)
    second, third = SLOT + timedelta(days=1), SLOT + timedelta(days=2)
    hold_back(engine, at=second + HOUR)
    had = [(SLOT, 1), (SLOT, 2), (second, 1)]
    named = [MessageReference.of(code_of(engine, at), n, ADDRESSES[n]) for at, n in had]
    report = resumed(engine, by_record(*named), second + HOUR)

    assert report.faults == ()
    assert report.places == {"lantern-week": 2}
    assert report.after is not None
    assert report.after.at_once == 2
    assert due_readers(engine, second + HOUR) == [2, 3]
    assert due_readers(engine, third) == [1, 2, 2, 3, 3]
    assert edition_states(engine)[0] is EditionState.SENT
    assert positions_in_copies(engine) == {
        (1, 1): [1, 2],
        (1, 2): [1, 2],
        (2, 1): [3, 4],
        (2, 2): [3, 4],
        (2, 3): [1, 2],
        (3, 1): [5],
        (3, 2): [5],
        (3, 3): [3, 4],
    }


@pytest.mark.parametrize(
    "answer", [HadBeforeAnswer(SLOT + HOUR / 4), by_record(ann=1, bob=2, cy=3)], ids=str
)
def test_what_came_in_anew_out_of_order_is_told_apart_by_its_day(
    campaign: Engine, answer: Answer
) -> None:
    hold_back(campaign)
    # Source by source: what is newer stands before what is older.
    for key, published in (("newer", SLOT + HOUR / 2), ("older", SLOT - HOUR)):
        post = a_post(key, title=key, published=published)
        posts_accepted(campaign, [post], RESTORED + HOUR / 2)
    resumed(campaign, answer, RESTORED + HOUR)
    due_readers(campaign, SLOT + timedelta(days=1))

    with reading(campaign) as connection:
        keys = [entry.item.key for entry in log.released(connection, 1, 0, 9)]
        rows = select(variant.c.since, variant.c.upto).where(variant.c.format == "html")
        *_, brought = connection.execute(rows.order_by(variant.c.id))
    assert keys == ["first", "older", "newer"]
    assert tuple(brought) == (2, 3)


def test_a_number_that_is_somebody_elses_after_the_restore_names_nobody(
    campaign: Engine,
) -> None:
    planned = publish(campaign, "lantern-week", "daily", EIGHT)
    hold_back(campaign, at=EIGHT + HOUR)
    eve = MessageReference.of(planned.code, 1, "eve@example.org")
    report = resumed(campaign, by_record(eve), EIGHT + HOUR)

    assert [fault.line for fault in report.faults] == [1]
    assert states_of(campaign, planned.id) == {PLANNED: 4}


def test_a_copy_that_has_its_end_is_no_fault_of_the_record(campaign: Engine) -> None:
    planned = publish(campaign, "lantern-week", "daily", EIGHT)
    hold_back(campaign, at=EIGHT + HOUR)
    ann = MessageReference.of(planned.code, 1, "ann@example.org")
    resumed(campaign, by_record(ann), EIGHT + HOUR)
    hold_back(campaign, at=EIGHT + HOUR)
    report = resumed(campaign, by_record(ann), EIGHT + HOUR)

    assert report.faults == ()
    assert report.copies == {}


def test_copies_on_the_wire_when_the_backup_was_made_are_had(campaign: Engine) -> None:
    planned = publish(campaign, "lantern-week", "daily", EIGHT)
    with writing(campaign) as connection:
        for who, state in ((1, DeliveryState.HANDING_OVER), (2, None)):
            those = (delivery.c.edition_id == planned.id) & (
                delivery.c.reader_id == who
            )
            for to in (DeliveryState.HANDING_OVER, DeliveryState.UNCERTAIN):
                move_those(connection, those, to, EIGHT)
                if to is state:
                    break
    hold_back(campaign)
    resumed(campaign, HadAllAnswer())

    assert states_of(campaign, planned.id) == {ACCEPTED: 4}


def test_a_rehearsal_moves_the_places_of_rehearsals_alone(campaign: Engine) -> None:
    practice = in_mode(campaign, Mode.PRACTICE)
    publish(practice, "lantern-week", "daily", EIGHT)
    hold_back(practice)
    resumed(practice, HadAllAnswer())

    assert states_of(campaign, 1) == {ACCEPTED: 4}
    assert edition_states(campaign) == [EditionState.REHEARSED, EditionState.MISSED]
    assert places(campaign) == [0, 0, 0, 0]


def test_to_send_it_all_sends_it_all(campaign: Engine) -> None:
    publish(campaign, "lantern-week", "daily", EIGHT)
    hold_back(campaign, at=EIGHT + HOUR)
    report = resumed(campaign, SendAnswer(), EIGHT + HOUR)

    assert report.after is not None
    assert report.after.at_once == 4
    assert due_readers(campaign, EIGHT + HOUR) == [1, 2, 3, 4]


def test_where_nothing_is_held_nothing_is_changed(campaign: Engine) -> None:
    publish(campaign, "lantern-week", "daily", EIGHT)
    hold_back(campaign)
    resumed(campaign, SendAnswer())

    assert resuming.outlook(campaign, RESTORED) is None
    assert resuming.resume(campaign, HadAllAnswer(), RESTORED) is None
    assert states_of(campaign, 1) == {PLANNED: 4}


@pytest.mark.parametrize(
    ("because", "asks"),
    [
        pytest.param(marks.OLDER, True, id="restored"),
        pytest.param(marks.COPIED, True, id="copied"),
        pytest.param(holds.PAUSED, False, id="paused by hand"),
        pytest.param(holds.SLEPT, False, id="slept"),
    ],
)
def test_what_goes_at_a_slot_to_come_is_asked_of_a_restored_database_alone(
    campaign: Engine,
    because: str,
    asks: bool,  # noqa: FBT001 - a column of the table
) -> None:
    hold_back(campaign, because, EIGHT + HOUR)
    report = resuming.outlook(campaign, EIGHT + HOUR)

    assert report is not None
    assert report.at_once == 0
    assert report.asks is asks


def test_the_answer_is_on_record_with_its_counts(campaign: Engine) -> None:
    publish(campaign, "lantern-week", "daily", EIGHT)
    hold_back(campaign)
    resumed(audit.acting_as(campaign, "Ann (key)"), HadAllAnswer())
    with reading(campaign) as connection:
        acts = [act.line() for act in audit.latest(connection, 5)]

    assert acts[0].partition("UTC  ")[2] == (
        "Ann (key) let things leave again: since 2026-07-06 16:00 UTC, "
        f"because {marks.OLDER}, answer they had it, copies had 4, "
        "readers moved on 0, copies that go at once 0"
    )
    assert "example.org" not in " ".join(acts)


def test_one_campaign_that_cannot_be_foreseen_keeps_no_other_waiting(
    campaign: Engine,
) -> None:
    with writing(campaign) as connection:
        connection.exec_driver_sql('UPDATE item SET content = \'{"k": "gone"}\'')
    hold_back(campaign)
    report = resumed(campaign, HadAllAnswer())

    assert report.before.campaigns[0].coming == ()
    assert places(campaign) == [1, 1, 1, 1]


def test_what_a_lost_edition_took_over_its_readers_are_owed_no_more(
    campaign: Engine,
) -> None:
    planned = publish(campaign, "lantern-week", "daily", EIGHT)
    with writing(campaign) as connection:
        those = delivery.c.edition_id == planned.id
        move_those(connection, those, DeliveryState.EXPIRED, EIGHT)
    hold_back(campaign)
    ann = MessageReference.of(code_of(campaign, SLOT), 1, ADDRESSES[1])
    resumed(campaign, by_record(ann))

    assert due_readers(campaign) == [2, 3, 4]


def test_recipients_alone_had_the_edition_that_is_lost(campaign: Engine) -> None:
    hold_back(campaign)
    report = resumed(campaign, by_record(cy=1, bob=2))

    assert report.places == {"lantern-week": 2}
    assert due_readers(campaign) == [1, 4]
