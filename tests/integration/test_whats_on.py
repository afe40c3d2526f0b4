"""What is on: events to come, by day, beside what an edition brings."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select, update

from digest.compose.variants import composed, of_edition, variants_of
from digest.compose.whats_on import ListScope, whats_on
from digest.errors import DigestError, NotFound
from digest.model.editions.due_stretch import due_to
from digest.model.editions.edition import EditionState, VariantKey
from digest.model.editions.steering import Steering
from digest.model.formats import HTML
from digest.model.posts.items import Event, EventState
from digest.render.email.contents import preheader
from digest.render.email.subject import subject
from digest.schedule.editions.previews import Previews
from digest.schedule.editions.publishing import publish
from digest.schedule.editions.steering.contents import contents
from digest.schedule.editions.steering.steer import Steer
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery, item, left_out, reader
from digest.store.posts import corrections, log
from digest.store.staff.audit import latest
from tests.builders import EIGHT, a_post, an_event
from tests.sheets import Sheets
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted

UNLISTED = FILE.replace('at = "16:00"', 'at = "16:00"\nwhats_on = false')
ALONE = FILE.replace("timezone =", "events_alone = true\ntimezone =")
ADDRESS: dict[str, Any] = {
    "address": ["1 Example Street", "EXAMPLETON"],
    "postcode": "ZZ99 1AA",
}
DAY = timedelta(days=1)
WEDNESDAY = EIGHT + 2 * DAY


def on(key: str, days: float, **changes: object) -> Event:
    """Return an event of two hours that begins so many days after Monday at nine."""
    starts = EIGHT + timedelta(days=days)
    span = {"starts": starts, "ends": starts + timedelta(hours=2)}
    return an_event(key, **({"title": key.title()} | span | changes))


def monday(engine: Engine, *events: Event, file: str = FILE) -> None:
    """Tell one reader of these events."""
    a_stored_campaign(engine, file)
    a_reader(engine, "ann")
    posts_accepted(engine, events)
    assert publish(engine, "lantern-week", "daily", EIGHT).state is EditionState.PLANNED


def wednesday(engine: Engine, *events: Event) -> EditionState:
    """Publish what is new two days later."""
    if events:
        posts_accepted(engine, [a_post(), *events], WEDNESDAY)
    return publish(engine, "lantern-week", "daily", WEDNESDAY).state


def id_of(connection: Connection, key: str) -> int:
    rows = select(item.c.id).where(item.c.key == key)
    entry_id: int = connection.scalars(rows).one()
    return entry_id


def preview_of(engine: Engine, form: str = "text") -> str:
    previews = Previews(engine, lambda: WEDNESDAY, None, str)
    return previews.edition(2, form).content.decode()


def titles(engine: Engine) -> Sequence[tuple[str, str]]:
    with reading(engine) as connection:
        edition = of_edition(connection, 2, HTML)
    assert edition is not None
    return [(str(c.mark), c.event.title) for c in edition.variant.coming]


def test_events_to_come_are_listed_by_day_with_what_is_new_and_changed(
    engine: Engine,
) -> None:
    earlier = [
        on("stall", 1),
        on("soup", 4),
        on("walk", 3, booking_phone="01632 960001"),
    ]
    monday(engine, *earlier, on("fair", 12), on("dance", 5), on("quiz", 5.25))
    with writing(engine) as connection:
        soup = on("soup", 4, place="The Library")
        corrections.correct(connection, id_of(connection, "soup"), EIGHT, soup)
        dance = on("dance", 5, state=EventState.CANCELLED)
        corrections.correct(connection, id_of(connection, "dance"), EIGHT, dance)
    wednesday(engine, on("choir", 3.25, joining_url="https://example.org/join"))
    text = preview_of(engine)

    # By hand: the stall is over, the fair is after Thursday week.
    assert text.partition("What is on\n==========\n")[2].partition("About")[0] == (
        """
Thursday 9 July
---------------

- Walk: 9am to 11am, The Hall, 1 Example Street
  To book, ring 01632 960001
- New: Choir: 3pm to 5pm, The Hall, 1 Example Street
Join online:
https://example.org/join

Friday 10 July
--------------

- Changed: Soup: 9am to 11am, The Library

Saturday 11 July
----------------

- Called off: Dance: The Hall, 1 Example Street
- Quiz: 3pm to 5pm, The Hall, 1 Example Street

"""
    )


def test_html_and_letters_say_the_same(sqlite_engine: Engine) -> None:
    monday(sqlite_engine, on("walk", 3, booking_phone="01632 960001"))
    wednesday(sqlite_engine, on("choir", 3.25))
    html = " ".join(preview_of(sqlite_engine, "html").split())
    previews = Previews(sqlite_engine, lambda: WEDNESDAY, None, str)
    letter = Sheets(previews.edition(2, "letter").content).whole_text()

    for part in ("What is on", "Thursday 9 July", "New: Choir"):
        assert part in html
        assert part in " ".join(letter.split())
    assert '<br>To book, ring <a href="tel:01632960001"' in html
    assert "To book or ask, ring 01632 960001" in " ".join(letter.split())


def test_it_is_no_news_and_moves_nobody(sqlite_engine: Engine) -> None:
    monday(sqlite_engine, on("walk", 3))
    with reading(sqlite_engine) as connection:
        before = connection.execute(select(reader)).all()

    assert wednesday(sqlite_engine) is EditionState.SKIPPED
    with reading(sqlite_engine) as connection:
        assert connection.execute(select(reader)).all() == before


def test_what_is_withdrawn_leaves_the_list_of_a_planned_edition(
    engine: Engine,
) -> None:
    monday(engine, on("walk", 3), on("soup", 4))
    wednesday(engine, on("choir", 5))
    with reading(engine) as connection:
        [variant_id] = variants_of(connection, 2)
        before = composed(connection, variant_id)
    with writing(engine) as connection:
        log.withdraw(connection, id_of(connection, "walk"), WEDNESDAY)
    with reading(engine) as connection:
        after = composed(connection, variant_id)

    assert titles(engine) == [("told", "Soup"), ("new", "Choir")]
    assert before is not None
    assert after is not None
    assert before.key != after.key
    assert next(coming.event.title for coming in before.variant.coming) == "Walk"
    assert next(coming.event.title for coming in after.variant.coming) == "Soup"


def test_what_readers_know_to_be_off_is_not_on(sqlite_engine: Engine) -> None:
    monday(sqlite_engine, on("walk", 3), on("soup", 4))
    with writing(sqlite_engine) as connection:
        off = on("walk", 3, state=EventState.CANCELLED)
        corrections.correct(connection, id_of(connection, "walk"), EIGHT, off)
    publish(sqlite_engine, "lantern-week", "daily", EIGHT + DAY)
    posts_accepted(sqlite_engine, [a_post()], WEDNESDAY)
    publish(sqlite_engine, "lantern-week", "daily", WEDNESDAY)
    with reading(sqlite_engine) as connection:
        edition = of_edition(connection, 3, HTML)

    assert edition is not None
    assert [coming.event.title for coming in edition.variant.coming] == ["Soup"]


def test_with_nothing_but_news_there_is_no_list(
    sqlite_engine: Engine,
) -> None:
    monday(sqlite_engine, on("walk", 1))
    wednesday(sqlite_engine, on("choir", 5))

    assert titles(sqlite_engine) == []
    assert "What is on" not in preview_of(sqlite_engine)


def test_where_the_schedule_says_false_nothing_is_listed(
    sqlite_engine: Engine,
) -> None:
    monday(sqlite_engine, on("walk", 3), file=UNLISTED)
    wednesday(sqlite_engine, on("choir", 5))

    assert titles(sqlite_engine) == []


def test_readers_see_what_is_on_of_their_topics_and_not_what_staff_took_out(
    engine: Engine,
) -> None:
    events = [on("walk", 3, topics=("walks",)), on("soup", 4), on("quiz", 5)]
    monday(engine, *events, on("choir", 5, topics=("music",)))
    key = VariantKey(due_to(9, 9), ("walks",), HTML, "en-GB")
    with writing(engine) as connection:
        broken = update(item).where(item.c.key == "quiz")
        connection.execute(broken.values(content={"k": "event"}))
        scope = ListScope(1, WEDNESDAY, 8 * DAY)
        listed = whats_on(connection, scope, key, Steering())
        out = Steering(out=(id_of(connection, "soup"),))
        without = whats_on(connection, scope, key, out)

    assert [coming.event.title for coming in listed.events] == ["Walk", "Soup"]
    assert [coming.event.title for coming in without.events] == ["Walk"]


def hand(engine: Engine, version: int | None = None) -> Steer:
    return Steer(engine, "lantern-week", "daily", "priya", EIGHT + DAY, version)


def listed(engine: Engine) -> dict[str, bool]:
    holds = contents(engine, "lantern-week", "daily", EIGHT + DAY)
    return {each["title"]: each["listed"] for each in holds.facts()["whats_on"]}


def test_staff_say_which_are_listed_also_of_those_told_before(engine: Engine) -> None:
    monday(engine, on("walk", 3), on("soup", 4))
    posts_accepted(engine, [a_post(), on("choir", 5)], WEDNESDAY)
    with reading(engine) as connection:
        keys = ("walk", "soup", "choir")
        walk, soup, choir = (id_of(connection, key) for key in keys)
    hand(engine).list_events([], [walk, choir])
    steered = hand(engine, version=1).list_events([walk], [soup])
    assert listed(engine) == {"Walk": True, "Soup": False, "Choir": False}
    assert steered.version == 2
    words = f"priya took out of the list of what is on: {walk}, {choir}"
    with pytest.raises(DigestError, match=words):
        hand(engine, version=0).list_events([], [soup])
    hand(engine).undo()

    assert listed(engine) == {"Walk": False, "Soup": True, "Choir": False}
    with reading(engine) as connection:
        acts = latest(connection, 9)
    steps = [each.after for each in reversed(acts) if each.act == "steered"]
    assert steps == [
        {"not listed": [walk, choir]},
        {"not listed": [choir, soup]},
        {"not listed": [walk, choir]},
    ]

    publish(engine, "lantern-week", "daily", WEDNESDAY)
    assert titles(engine) == [("told", "Soup")]
    # What is not listed is told all the same where it is new.
    with reading(engine) as connection:
        edition = of_edition(connection, 2, HTML)
    assert edition is not None
    assert [entry.title for entry in edition.variant.items] == [a_post().title, "Choir"]


def test_what_is_not_listed_stays_so_when_it_is_put_right(
    sqlite_engine: Engine,
) -> None:
    monday(sqlite_engine, on("walk", 3), on("soup", 4))
    with reading(sqlite_engine) as connection:
        walk = id_of(connection, "walk")
    hand(sqlite_engine).list_events([], [walk])
    with writing(sqlite_engine) as connection:
        new_place = on("walk", 3, place="The Library")
        corrected = corrections.correct(connection, walk, EIGHT, new_place)

    assert listed(sqlite_engine) == {"Walk": False, "Soup": True}
    hand(sqlite_engine).list_events([corrected], [])
    assert listed(sqlite_engine) == {"Walk": True, "Soup": True}


def test_only_what_may_be_listed_can_be_put_in_or_taken_out(
    sqlite_engine: Engine,
) -> None:
    monday(sqlite_engine, on("walk", 3), on("fair", 20))
    with reading(sqlite_engine) as connection:
        fair = id_of(connection, "fair")

    with pytest.raises(NotFound, match="is no event that next daily could list"):
        hand(sqlite_engine).list_events([], [fair])
    a_stored_campaign(sqlite_engine, UNLISTED)
    with pytest.raises(DigestError, match="whats_on of its schedule is off"):
        hand(sqlite_engine).list_events([], [1])


def test_events_go_alone_where_the_campaign_says_so(engine: Engine) -> None:
    events = [on("walk", 3, topics=("walks",)), on("soup", 4, topics=("meals",))]
    monday(engine, *events, file=ALONE)
    a_reader(engine, "eve", topics=("meals",))
    a_reader(engine, "bob", topics=("music",))
    a_reader(engine, "cat", email=None, format="letter", **ADDRESS)
    with writing(engine) as connection:
        connection.execute(update(reader).values(position=2))

    assert wednesday(engine) is EditionState.PLANNED
    # By hand: bob's topic has no event, and all others get theirs, by post too.
    with reading(engine) as connection:
        kinds = connection.scalars(select(left_out.c.kind)).all()
        variants = [composed(connection, each) for each in variants_of(connection, 2)]
        copies = connection.scalar(
            select(func.count()).where(delivery.c.edition_id == 2)
        )
    coming = {
        (each.variant.format.name, *(on.event.title for on in each.variant.coming))
        for each in variants
        if each
    }
    assert kinds == ["nothing-new"]
    assert copies == 3
    assert coming == {
        ("html", "Walk", "Soup"),
        ("html", "Soup"),
        ("letter", "Walk", "Soup"),
    }
    email = max(
        (each.variant for each in variants if each), key=lambda v: len(v.coming)
    )
    assert subject(email) == "What is on: Walk, and 1 more event"
    assert "Also: Soup" in preheader(email)
    assert "Thursday 9 July" in preview_of(engine)
    previews = Previews(engine, lambda: WEDNESDAY, None, str)
    letter = Sheets(previews.edition(2, "letter").content).whole_text()
    assert letter.count("What is on") == 1


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((), id="nothing on"),
        pytest.param((on("stall", 1),), id="all over by then"),
        pytest.param((on("fair", 20),), id="all after the horizon"),
    ],
)
def test_where_nothing_is_on_nothing_goes_alone(
    sqlite_engine: Engine, events: Sequence[Event]
) -> None:
    a_stored_campaign(sqlite_engine, ALONE)
    a_reader(sqlite_engine, "ann")
    posts_accepted(sqlite_engine, [a_post("news"), *events])
    publish(sqlite_engine, "lantern-week", "daily", EIGHT)

    assert wednesday(sqlite_engine) is EditionState.SKIPPED


def test_what_staff_do_not_list_does_not_go_alone(sqlite_engine: Engine) -> None:
    monday(sqlite_engine, on("walk", 3), file=ALONE)
    hand(sqlite_engine).list_events([], [1])

    assert wednesday(sqlite_engine) is EditionState.SKIPPED


def test_events_go_alone_where_all_news_is_left_for_the_next(
    sqlite_engine: Engine,
) -> None:
    monday(sqlite_engine, on("walk", 3), file=ALONE)
    posts_accepted(sqlite_engine, [a_post()], EIGHT + DAY)
    with reading(sqlite_engine) as connection:
        hold = id_of(connection, a_post().key)
    hand(sqlite_engine).drop(hold)

    assert wednesday(sqlite_engine) is EditionState.PLANNED
    edition = publish(sqlite_engine, "lantern-week", "daily", WEDNESDAY + DAY / 24)
    with reading(sqlite_engine) as connection:
        [variant_id] = variants_of(connection, edition.id)
        variant = composed(connection, variant_id)
    assert variant is not None
    assert [item.key for item in variant.variant.items] == [a_post().key]


@pytest.mark.parametrize(("number", "more"), [(41, "1 more event."), (40, "")])
def test_a_long_list_counts_the_rest(
    sqlite_engine: Engine, number: int, more: str
) -> None:
    monday(sqlite_engine, *(on(f"walk {n:02}", 3 + n / 100) for n in range(number)))
    posts_accepted(sqlite_engine, [a_post()], WEDNESDAY)
    publish(sqlite_engine, "lantern-week", "daily", WEDNESDAY)
    text = preview_of(sqlite_engine)

    assert text.count("- Walk ") == 40
    assert (f"And {more}" in text) == bool(more)
