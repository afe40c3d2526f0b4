"""The end of a campaign: what came last reaches everybody, with a goodbye."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import Engine, func, select

from digest.compose import variants
from digest.model.formats import HTML
from digest.schedule.campaign_files import apply_file
from digest.schedule.editions.due import open_due
from digest.schedule.editions.previews import Previews
from digest.schedule.editions.publishing import carry_forward
from digest.schedule.reports.troubles.of_campaigns import troubles_in
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery, item, variant
from digest.store.campaigns import campaigns
from digest.store.editions import editions
from digest.store.posts import log
from digest.store.reports.people.leftovers import Leftovers, leftovers_of
from tests.builders import a_post
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted

# A week of July 2026, in London: 16:00 there is 15:00 UTC.
MONDAY, SUNDAY = datetime(2026, 7, 6, tzinfo=UTC), datetime(2026, 7, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENDS = "starts = 2026-07-06\nends = 2026-07-12\n"
WEEK = FILE.replace("timezone =", ENDS + "timezone =")


def published(engine: Engine, until: datetime, since: datetime = MONDAY) -> None:
    """Have the timetable look every hour."""
    now = since
    while now <= until:
        if open_due(engine, now):
            with reading(engine) as connection:
                unfinished = editions.unfinished(connection)
            for edition in unfinished:
                carry_forward(engine, edition.id, now)
        now += HOUR


def post(engine: Engine, title: str, now: datetime) -> None:
    key = title.casefold()
    posts_accepted(engine, [a_post(key, title=title, published=now)], now)


def had(engine: Engine, reader_id: int) -> list[str]:
    """Return the titles of what a reader was sent, edition after edition."""
    with reading(engine) as connection:
        stretches = connection.execute(
            select(variant.c.since, variant.c.upto)
            .join(delivery, delivery.c.variant_id == variant.c.id)
            .where(delivery.c.reader_id == reader_id)
            .order_by(variant.c.upto)
        ).all()
        return [
            entry.item.title
            for since, upto in stretches
            for entry in log.released(connection, 1, since, upto)
        ]


def test_what_comes_after_the_last_slot_reaches_everybody(engine: Engine) -> None:
    a_stored_campaign(engine, WEEK, MONDAY)
    daily, weekly = a_reader(engine, "ann"), a_reader(engine, "bob", "weekly")
    post(engine, "Monday", MONDAY + HOUR)
    published(engine, SUNDAY + 8 * HOUR)
    post(engine, "Sunday", SUNDAY + 8.5 * HOUR)
    published(engine, SUNDAY + timedelta(days=3), SUNDAY + 9 * HOUR)

    assert had(engine, daily) == had(engine, weekly) == ["Monday", "Sunday"]
    with reading(engine) as connection:
        last = [e for e in editions.of_campaign(connection, 1) if e.is_last]
    assert {(e.schedule, e.slot) for e in last} == {
        ("daily", SUNDAY + 15 * HOUR),
        ("weekly", SUNDAY + 9 * HOUR),
    }


def test_a_close_that_staff_choose_is_the_last_of_every_schedule(
    engine: Engine,
) -> None:
    later = WEEK.replace("starts =", 'last_edition = "2026-07-13 10:00"\nstarts =')
    a_stored_campaign(engine, later, MONDAY)
    daily, weekly = a_reader(engine, "ann"), a_reader(engine, "bob", "weekly")
    published(engine, SUNDAY + 15 * HOUR)
    post(engine, "Sunday night", SUNDAY + 20 * HOUR)
    published(engine, SUNDAY + timedelta(days=3), SUNDAY + 16 * HOUR)

    assert had(engine, daily) == had(engine, weekly) == ["Sunday night"]


@pytest.mark.parametrize("new_end", ["2026-07-08", "2026-07-09"])
def test_where_the_end_is_moved_to_before_now_the_last_edition_is_at_once(
    engine: Engine, new_end: str
) -> None:
    a_stored_campaign(engine, WEEK, MONDAY)
    daily, weekly = a_reader(engine, "ann"), a_reader(engine, "bob", "weekly")
    friday = MONDAY + timedelta(days=4, hours=9)
    published(engine, friday)
    post(engine, "Friday", friday)
    a_stored_campaign(engine, WEEK.replace("2026-07-12", new_end), friday + HOUR)
    published(engine, SUNDAY, friday + HOUR)

    assert had(engine, daily) == had(engine, weekly) == ["Friday"]
    with reading(engine) as connection:
        [first, second] = [e for e in editions.of_campaign(connection, 1) if e.is_last]
    assert first.slot == second.slot
    assert HOUR <= first.slot - friday <= 2 * HOUR


def test_an_end_that_is_moved_at_once_is_told(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "campaign.toml"
    path.write_text(WEEK)
    apply_file(engine, path, "UTC", MONDAY)
    path.write_text(WEEK.replace("2026-07-12", "2026-07-09"))
    notes = apply_file(engine, path, "UTC", MONDAY + timedelta(days=4)).notes

    assert len(notes) == 2
    assert notes[0].startswith(
        "schedule daily: its last edition goes out on Friday 10 July 2026, 01:05 BST"
    )


def test_a_campaign_that_is_applied_after_its_end_closes_nothing(
    engine: Engine,
) -> None:
    after = SUNDAY + timedelta(days=30)
    a_stored_campaign(engine, WEEK, after)
    published(engine, after + timedelta(days=1), after)

    with reading(engine) as connection:
        assert editions.of_campaign(connection, 1) == []


def test_a_campaign_may_close_without_an_edition_of_its_own(engine: Engine) -> None:
    a_stored_campaign(
        engine, WEEK.replace("starts =", 'last_edition = "none"\nstarts ='), MONDAY
    )
    weekly = a_reader(engine, "bob", "weekly")
    published(engine, SUNDAY)
    post(engine, "Sunday", SUNDAY)
    published(engine, SUNDAY + timedelta(days=2), SUNDAY)

    assert had(engine, weekly) == []


def test_the_last_edition_ends_with_the_goodbye(engine: Engine) -> None:
    text = WEEK.replace("starts =", 'goodbye = "Thank you all."\nstarts =')
    stored = a_stored_campaign(engine, text, MONDAY)
    a_reader(engine, "bob", "weekly")
    post(engine, "Monday", MONDAY)
    goodbyes = []
    for now in (MONDAY, MONDAY + timedelta(days=4)):
        with reading(engine) as connection:
            rows = campaigns.schedules_of(connection, stored)
            drafts = [
                variants.draft(connection, stored, row, HTML, now) for row in rows
            ]
        goodbyes.append([draft.goodbye for draft in drafts if draft])
    published(engine, MONDAY + timedelta(days=3, hours=10))
    post(engine, "Friday", MONDAY + timedelta(days=4))
    published(engine, SUNDAY + 9 * HOUR, MONDAY + timedelta(days=4))
    with reading(engine) as connection:
        ids = connection.scalars(select(variant.c.id).order_by(variant.c.upto)).all()
        sent = [variants.composed(connection, variant_id) for variant_id in ids]

    assert goodbyes == [[(), ()], [(), ("Thank you all.",)]]
    assert [each.variant.goodbye for each in sent if each] == [(), ("Thank you all.",)]


def test_what_is_left_after_the_end_is_counted(engine: Engine) -> None:
    stored = a_stored_campaign(engine, WEEK, MONDAY)
    a_reader(engine, "ann")
    post(engine, "Monday", MONDAY)
    post(engine, "Held", MONDAY)
    with writing(engine) as connection:
        newest = connection.scalars(select(func.max(item.c.id))).one()
        log.hold(connection, newest, MONDAY)
    published(engine, SUNDAY + 16 * HOUR)
    post(engine, "Sunday night", SUNDAY + 20 * HOUR)
    with reading(engine) as connection:
        leftovers = leftovers_of(connection, stored.id)
        before = troubles_in(connection, [stored], SUNDAY + 20 * HOUR)
        after = troubles_in(connection, [stored], SUNDAY + 25 * HOUR)

    assert leftovers == Leftovers(posts=1, waiting=1, copies=0)
    assert not any("has ended" in str(trouble) for trouble in before)
    assert not any("has no slot to come" in str(trouble) for trouble in before)
    words = [str(trouble) for trouble in after if "has ended" in str(trouble)]
    assert len(words) == 2
    assert "1 post has come since: no edition carries them" in words[0]
    assert "1 post waits to be released still" in words[1]


@pytest.mark.parametrize("hours", [9, 18], ids=["one to be made", "one that waits"])
def test_what_an_edition_is_still_to_carry_is_not_told_as_left(
    engine: Engine, hours: int
) -> None:
    approved = FILE.replace("lists =", 'approval = "one"\nlists =')
    a_stored_campaign(engine, approved, MONDAY)
    a_reader(engine, "ann")
    post(engine, "Monday", MONDAY + HOUR)
    now = MONDAY + hours * HOUR
    published(engine, now)
    stored = a_stored_campaign(
        engine, approved.replace("lists =", "ends = 2026-07-05\nlists ="), now
    )
    with reading(engine) as connection:
        lines = [str(each) for each in troubles_in(connection, [stored], now)]
        leftovers = leftovers_of(connection, stored.id)

    assert leftovers.posts == 1
    assert not any("no edition carries them" in line for line in lines)


@pytest.mark.parametrize("preview", ["html", "text", "letter", "large-print"])
def test_a_goodbye_is_in_every_format(sqlite_engine: Engine, preview: str) -> None:
    two = 'goodbye = """Thank you all.\\n\\nUntil next year!"""\nstarts ='
    a_stored_campaign(sqlite_engine, WEEK.replace("starts =", two), MONDAY)
    a_reader(sqlite_engine, "bob", "weekly")
    post(sqlite_engine, "Monday", MONDAY)
    friday = MONDAY + timedelta(days=4)
    previews = Previews(sqlite_engine, lambda: friday, None, lambda url: url)
    content = previews.draft("lantern-week", "weekly", preview).content
    if content.startswith(b"%PDF"):
        pages = pypdfium2.PdfDocument(content)
        text = "".join(page.get_textpage().get_text_range() for page in pages)
    else:
        text = content.decode()

    places = [
        text.find(words)
        for words in (
            "Monday",
            "Our last edition",
            "Thank you all.",
            "Until next year!",
        )
    ]
    assert -1 not in places
    assert places == sorted(places)
