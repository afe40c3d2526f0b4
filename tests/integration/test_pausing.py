"""Who has paused gets nothing, by any channel, and afterwards what they asked for."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from digest.audience import catching_up, pausing
from digest.audience.editing import edit
from digest.audience.subject_access import everything
from digest.compose.variants import composed
from digest.errors import DigestError, NotFound
from digest.gather.fetching.fetch import Fetcher
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.mode import Mode
from digest.model.formats import Channel
from digest.schedule.editions import preflight, publishing
from digest.schedule.editions.going_live import LiveStart, go_live
from digest.schedule.editions.previews import Previews
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import audit, delivery, reader
from digest.store.delivery.sending import claims
from digest.store.delivery.sending.claims import ClaimResult
from digest.store.people import places
from tests.builders import EIGHT, a_post
from tests.lists import ANN, BOB, HASHER, imported
from tests.rows import a_planned_edition
from tests.stored import READY, a_stored_campaign, posts_accepted

DAY = timedelta(days=1)
NAME = "lantern-week"
# 9 July begins in London, an hour before it does in UTC.
NINTH = datetime(2026, 7, 8, 23, tzinfo=UTC)


def a_live_campaign(engine: Engine, more: str = "") -> Engine:
    """Return live mode on a database with a post, Ann by email and Bob by letter."""
    # No source is read from the network.
    file = READY.replace("lists =", f"{more}\nlists =").replace(
        'kind = "feed"\nurl = "https://example.org/feed"',
        'kind = "folder"\npath = "none"',
    )
    a_stored_campaign(engine, file)
    imported(engine, ANN, BOB)
    live = in_mode(engine, Mode.LIVE)
    post(live, 1)
    return live


def post(engine: Engine, number: int, at: datetime = EIGHT) -> None:
    new = a_post(f"p{number}", title=f"Post {number}", published=at)
    posts_accepted(engine, [new], at)


def published(engine: Engine, at: datetime) -> int:
    return publishing.publish(engine, NAME, "daily", at).id


def titles(engine: Engine, edition_id: int, reader_id: int = 1) -> list[str]:
    """Return what is in a reader's copy of an edition; nothing where there is none."""
    with reading(engine) as connection:
        variant_id = connection.scalar(
            select(delivery.c.variant_id).where(
                delivery.c.reader_id == reader_id, delivery.c.edition_id == edition_id
            )
        )
        composition = variant_id and composed(connection, variant_id)
        return [each.title for each in composition.variant.items] if composition else []


def paused(
    engine: Engine, who: str = "1", until: str = "9 July", *, catch_up: bool = True
) -> list[pausing.PausedCampaign]:
    with writing(engine) as connection:
        return pausing.pause(connection, who, until, EIGHT, catch_up=catch_up)


def acts(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        verbs = select(audit.c.act).where(audit.c.subject == "person 1")
        return list(connection.scalars(verbs.order_by(audit.c.id)))


@pytest.mark.parametrize(
    ("catch_up", "comes"),
    [
        pytest.param(True, ["Post 1", "Post 2", "Post 3", "Post 4"], id="with"),
        pytest.param(False, ["Post 3", "Post 4"], id="without"),
    ],
)
def test_the_clock_ends_a_pause_with_what_came_meanwhile_or_without(
    engine: Engine, *, catch_up: bool, comes: list[str]
) -> None:
    live = a_live_campaign(engine)
    [each] = paused(live, catch_up=catch_up)
    post(live, 2, EIGHT + DAY)
    during = published(live, EIGHT + DAY)
    # After an outage: what came since their pause was over is theirs.
    post(live, 3, NINTH + timedelta(hours=1))
    post(live, 4, NINTH + 2 * DAY)
    after = published(live, NINTH + 2 * DAY)

    assert each.campaign.name == NAME
    assert titles(live, during) == []
    assert titles(live, during, 2) == ["Post 1", "Post 2"]
    assert titles(live, after) == comes
    assert acts(live) == ["paused", "ended the pause of"]


@pytest.mark.parametrize(
    ("catch_up", "comes"),
    [
        pytest.param(True, ["Post 1", "Post 2"], id="with"),
        pytest.param(False, ["Post 2"], id="without"),
    ],
)
def test_a_copy_that_had_not_left_is_owed_or_not(
    engine: Engine, *, catch_up: bool, comes: list[str]
) -> None:
    live = a_live_campaign(engine)
    first = published(live, EIGHT)
    [each] = paused(live, catch_up=catch_up)
    post(live, 2, NINTH)
    after = published(live, NINTH + DAY)

    assert each.copies == 1
    with reading(live) as connection:
        row = connection.execute(
            select(delivery).where(
                delivery.c.edition_id == first, delivery.c.reader_id == 1
            )
        ).one()
    assert row.state == DeliveryState.CANCELLED
    assert row.reply == "its reader paused before the copy went"
    assert titles(live, after) == comes


@pytest.mark.parametrize("channel", sorted(Channel))
def test_a_copy_that_a_door_forgot_is_stopped_as_it_leaves(
    engine: Engine, channel: Channel
) -> None:
    planned = a_planned_edition(engine, emails=1, letters=1)
    number = planned.readers[0 if channel is Channel.EMAIL else 1]
    with writing(engine) as connection:
        away = update(reader).where(reader.c.id == number)
        connection.execute(away.values(paused_until=EIGHT + DAY))
        guard = claims.guard_for(connection, planned.id, channel)
        claim = claims.claim(connection, number, guard, EIGHT)
        row = connection.execute(
            select(delivery).where(delivery.c.reader_id == number)
        ).one()

    assert claim is ClaimResult.CANCELLED
    assert (row.reply, row.owes) == ("its reader paused before the copy went", True)


def test_letters_of_who_has_paused_are_not_printed(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=1, letters=2)
    with writing(engine) as connection:
        away = update(reader).where(reader.c.id.in_(planned.readers[:2]))
        connection.execute(away.values(paused_until=EIGHT + DAY))
        guard = claims.guard_for(connection, planned.id, Channel.POST)
        count = claims.cancel_unwelcome(connection, guard, EIGHT)
        back = claims.claim(connection, planned.readers[0], guard, EIGHT + DAY)

    assert count == 1
    assert back is not ClaimResult.CANCELLED


def test_practice_mode_moves_no_place_and_live_mode_keeps_to_what_was_asked(
    engine: Engine,
) -> None:
    live = a_live_campaign(engine)
    practice = in_mode(engine, Mode.PRACTICE)
    paused(practice, catch_up=False)
    post(live, 2, NINTH)
    rehearsed = published(practice, NINTH + DAY)
    with reading(engine) as connection:
        place = connection.scalar(select(reader.c.position).where(reader.c.id == 1))
    go_live(live, [], LiveStart(), NINTH + DAY)
    really = published(live, NINTH + 2 * DAY)

    assert titles(live, rehearsed) == ["Post 2"]
    assert place == 0
    assert titles(live, really) == ["Post 2"]
    assert acts(engine).count("ended the pause of") == 1


def test_an_end_without_catching_up_is_undone_by_a_person(engine: Engine) -> None:
    live = a_live_campaign(engine)
    paused(live, catch_up=False)
    post(live, 2, NINTH)
    publishing.publish_due(live, Fetcher(), NINTH + timedelta(minutes=1))
    with writing(live) as connection:
        earlier = catching_up.catch_up(connection, "1", NAME, NINTH + DAY)
    after = published(live, NINTH + DAY)

    assert earlier.titles == ("Post 1",)
    assert titles(live, after) == ["Post 1", "Post 2"]


def test_going_on_sooner(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    paused(live, catch_up=False)
    with writing(live) as connection:
        ended = pausing.resume(connection, "1", EIGHT + DAY, catch_up=True)
        again = pausing.resume(connection, "1", EIGHT + DAY)

    assert [each.catch_up for each in ended] == [True]
    assert again == []
    assert titles(live, published(live, EIGHT + DAY)) == ["Post 1"]


def test_the_timetable_ends_pauses_once_and_of_every_campaign(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine)
    paused(live)
    for minutes in (1, 2):
        now = NINTH + timedelta(minutes=minutes)
        publishing.publish_due(live, Fetcher(), now)

    assert acts(live).count("ended the pause of") == 1


def test_who_has_paused_all_begins_paused_wherever_they_come_to_read(
    engine: Engine,
) -> None:
    a_live_campaign(engine)
    paused(engine, until="2026-07-09", catch_up=False)
    other = READY.replace(NAME, "harbour-week").replace('"lantern"]', '"harbour"]')
    a_stored_campaign(engine, other.replace("Europe/London", "UTC"))
    imported(engine, ANN, BOB, to="harbour")

    with reading(engine) as connection:
        rows = connection.execute(
            select(reader.c.subscriber_id, reader.c.paused_until, reader.c.catch_up)
            .where(reader.c.campaign_id == 2)
            .order_by(reader.c.subscriber_id)
        ).all()
        facts = everything(connection, HASHER, "1")
    assert [tuple(row) for row in rows] == [
        (1, NINTH + timedelta(hours=1), False),
        (2, None, True),
    ]
    assert str(facts["back_on"]) == "2026-07-09"


def test_one_campaign_alone(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    with writing(live) as connection:
        [each] = pausing.pause(
            connection, "Ann Example", "9 July", EIGHT, campaign=NAME
        )
        facts = everything(connection, HASHER, "1")

    assert each.has_changed
    assert facts["back_on"] is None
    assert facts["campaigns"][0]["paused_until"] == NINTH
    assert facts["campaigns"][0]["catch_up"] is True


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("6 July 2026", "is not to come"),
        ("2027-12-01", "more than 400 days ahead"),
        ("sometime", "is not a day"),
    ],
)
def test_a_day_that_will_not_do_says_why_and_changes_nothing(
    sqlite_engine: Engine, until: str, why: str
) -> None:
    live = a_live_campaign(sqlite_engine)

    with pytest.raises(DigestError, match=why):
        paused(live, until=until)
    assert acts(live) == []


def test_nobody_pauses_what_they_do_not_read(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    imported(live, "Dee,dee@example.org,,,,", to="strangers")

    with writing(live) as connection, pytest.raises(NotFound, match="no reader of"):
        pausing.pause(connection, "Dee", "9 July", EIGHT, campaign=NAME)


def test_an_import_says_who_has_paused(sqlite_engine: Engine) -> None:
    a_live_campaign(sqlite_engine)
    paused(sqlite_engine)
    for dry_run in (True, False):
        report = imported(sqlite_engine, ANN, BOB, dry_run=dry_run)
        [note] = report.paused

        assert (note.line, note.wrong) == (2, "has paused lantern-week")
        assert note.do == "nothing of it goes to them before Thursday 9 July 2026"
        assert report.rows == 2


@pytest.mark.parametrize(
    ("since", "last", "comes"),
    [
        pytest.param(None, None, ["Post 1", "Post 2", "Post 3"], id="all"),
        pytest.param("7 July", None, ["Post 2", "Post 3"], id="from a day"),
        pytest.param(None, 1, ["Post 3"], id="the last"),
    ],
)
def test_a_late_joiner_gets_the_posts_so_far_once(
    engine: Engine, since: str | None, last: int | None, comes: list[str]
) -> None:
    live = a_live_campaign(engine)
    for number in (2, 3):
        post(live, number, EIGHT + (number - 1) * DAY)
    published(live, EIGHT + 3 * DAY)
    imported(live, "Dee,dee@example.org,,,,")
    for who in ("Dee", "Dee", "Ann Example"):
        with writing(live) as connection:
            now = EIGHT + 4 * DAY
            earlier = catching_up.catch_up(
                connection, who, NAME, now, since=since, last=last
            )
        assert list(earlier.titles) == ([] if who != "Dee" else comes)
    post(live, 4, EIGHT + 4 * DAY)
    second = published(live, EIGHT + 4 * DAY)
    post(live, 5, EIGHT + 5 * DAY)
    third = published(live, EIGHT + 5 * DAY)

    assert titles(live, second, 3) == [*comes, "Post 4"]
    assert titles(live, second) == ["Post 4"]
    assert titles(live, third, 3) == ["Post 5"]


def test_more_than_the_most_is_carried_over(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine, "most_items = 2")
    for number in (2, 3):
        post(live, number, EIGHT + timedelta(hours=number))
    published(live, EIGHT + DAY)
    published(live, EIGHT + 2 * DAY)
    imported(live, "Dee,dee@example.org,,,,")
    with writing(live) as connection:
        catching_up.catch_up(connection, "Dee", NAME, EIGHT + 2 * DAY)

    assert titles(live, published(live, EIGHT + 3 * DAY), 3) == ["Post 1", "Post 2"]
    assert titles(live, published(live, EIGHT + 4 * DAY), 3) == ["Post 3"]


def test_the_posts_so_far_are_taken_back(engine: Engine) -> None:
    live = a_live_campaign(engine)
    published(live, EIGHT)
    imported(live, "Dee,dee@example.org,,,,")
    with writing(live) as connection:
        catching_up.catch_up(connection, "Dee", NAME, EIGHT)
        undone = [
            catching_up.take_back(connection, "Dee", NAME, EIGHT) for _ in range(2)
        ]
    post(live, 2, EIGHT + DAY)

    assert undone == [True, False]
    assert titles(live, published(live, EIGHT + DAY), 3) == ["Post 2"]


def test_what_a_person_said_they_had_is_no_post_they_have_missed(
    engine: Engine,
) -> None:
    live = a_live_campaign(engine)
    post(live, 2)
    with writing(live) as connection:
        assert places.bring_up(connection, 1, Mode.LIVE, 1) == 2
        places.bring_up_those(connection, Mode.LIVE, 2, [1])
    imported(live, "Dee,dee@example.org,,,,")
    with writing(live) as connection:
        connection.execute(update(reader).values(position=2))
        missed = [
            catching_up.catch_up(connection, who, NAME, EIGHT).titles
            for who in ("Ann Example", "Bob Example", "Dee")
        ]

    assert missed == [(), ("Post 2",), ("Post 1", "Post 2")]


def test_rehearsals_leave_the_posts_so_far_for_the_real_edition(
    engine: Engine,
) -> None:
    live = a_live_campaign(engine)
    practice = in_mode(engine, Mode.PRACTICE)
    published(live, EIGHT)
    imported(live, "Dee,dee@example.org,,,,")
    with writing(practice) as connection:
        catching_up.catch_up(connection, "Dee", NAME, EIGHT)
    post(live, 2, EIGHT + DAY)
    rehearsed = published(practice, EIGHT + DAY)
    go_live(live, [], LiveStart(), EIGHT + DAY)
    really = published(live, EIGHT + 2 * DAY)

    assert titles(live, rehearsed, 3) == ["Post 1", "Post 2"]
    assert titles(live, really, 3) == ["Post 1", "Post 2"]


@pytest.mark.parametrize("first", ["daily", "weekly"])
def test_on_two_schedules_one_after_the_other_each_post_comes_once(
    engine: Engine, first: str
) -> None:
    live = a_live_campaign(engine)
    imported(live, ANN, to="friends")
    second = "weekly" if first == "daily" else "daily"
    contents = []
    for days, schedule in enumerate((first, second, first, second)):
        at = EIGHT + days * DAY
        with writing(live) as connection:
            edit(connection, HASHER, "1", {"schedule": schedule}, at)
        post(live, 10 + days, at)
        for each in (first, second):
            edition = publishing.publish(live, NAME, each, at)
            contents += titles(live, edition.id)

    assert contents == ["Post 1", "Post 10", "Post 11", "Post 12", "Post 13"]


def test_a_copy_that_has_not_left_comes_as_they_now_need_it(engine: Engine) -> None:
    live = a_live_campaign(engine)
    first = published(live, EIGHT)
    cells = {
        "format": "letter",
        "address_1": "1 Example Street",
        "address_2": "EXAMPLETON",
        "postcode": "ZZ99 1AA",
    }
    with writing(live) as connection:
        edit(connection, HASHER, "1", cells, EIGHT)
    post(live, 2, EIGHT + DAY)
    second = published(live, EIGHT + DAY)

    with reading(live) as connection:
        rows = connection.execute(
            select(delivery.c.edition_id, delivery.c.channel, delivery.c.state)
            .where(delivery.c.reader_id == 1)
            .order_by(delivery.c.edition_id)
        ).all()
        copies = connection.scalar(select(func.count()).select_from(delivery))
    assert [tuple(row) for row in rows] == [
        (first, "email", "cancelled"),
        (second, "post", "planned"),
    ]
    assert titles(live, second) == ["Post 1", "Post 2"]
    assert copies == 4


def test_who_it_reaches_says_until_when_how_many_have_paused(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine)
    previews = Previews(live, lambda: EIGHT, None, str)
    words = []
    imported(live, *(f"X{n},x{n}@example.org,,,," for n in range(4)))
    paused(live, until="7 July")
    for who, until in (("x0", "9 July"), ("x1", "9 July"), ("x2", "8 July")):
        paused(live, f"{who}@example.org", until)
        words.append(preflight.check(previews, NAME, "daily", EIGHT).pauses)
    later = preflight.check(previews, NAME, "daily", EIGHT + 7 * timedelta(hours=10))

    assert words == [
        "2 readers have paused: 1 until Tuesday 7 July 2026, "
        "1 until Thursday 9 July 2026",
        "3 readers have paused: 1 until Tuesday 7 July 2026, "
        "2 until Thursday 9 July 2026",
        "4 readers have paused: 1 until Tuesday 7 July 2026, "
        "1 until Wednesday 8 July 2026, 2 until Thursday 9 July 2026",
    ]
    assert later.pauses == ""
