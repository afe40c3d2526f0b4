"""Whom an edition reaches, before it goes: by the decisions that planning makes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event, update

from digest.audience.unsubscribing import unsubscribe
from digest.compose import stopping
from digest.errors import DigestError
from digest.model.editions.mode import Mode
from digest.model.posts.blocks import Paragraph, Picture, TextSpan
from digest.model.posts.pictures import PictureFile, PictureUse
from digest.schedule.editions import preflight, publishing
from digest.schedule.editions.preflight import EditionCheck
from digest.schedule.editions.previews import Previews
from digest.schedule.editions.steering.steer import Steer
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, reader
from digest.store.posts import pictures
from digest.store.posts.pictures import PictureReading
from digest.store.reports.editions import edition_copies
from tests.builders import EIGHT, a_post, an_event
from tests.queries import counting
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

DAY = timedelta(days=1)
ADDRESS: dict[str, Any] = {
    "address": ["1 Example Street", "Exampleton"],
    "postcode": "ZZ99 1AA",
}


def a_live_campaign(engine: Engine, file: str = READY) -> Engine:
    """Return live mode on a database with a post, and readers of four kinds."""
    a_stored_campaign(engine, file)
    for name in ("ann", "bob"):
        a_reader(engine, name)
    a_reader(engine, "cy", format="plain")
    a_reader(engine, "dee", email=None, format="letter", **ADDRESS)
    a_reader(engine, "eve", email=None, format="letter")
    posts_accepted(engine, [a_post("one", title="One", topics=("boats",))])
    return in_mode(engine, Mode.LIVE)


def checked(engine: Engine, what: str = "lantern-week", day: int = 0) -> EditionCheck:
    previews = Previews(engine, lambda: EIGHT, None, str)
    return preflight.check(previews, what, "daily", EIGHT + day * DAY)


def words(check: EditionCheck, level: str) -> str:
    return "; ".join(each.words for each in check.results if each.level == level)


def test_it_says_what_planning_then_does(engine: Engine) -> None:
    live = a_live_campaign(engine)
    fay = a_reader(engine, "fay")
    a_reader(engine, "gil", topics=["buses"])
    hal = a_reader(engine, "hal")
    with writing(engine) as connection:
        unsubscribe(connection, fay, EIGHT)
        paused = update(reader).where(reader.c.id == hal)
        connection.execute(paused.values(paused_until=EIGHT + DAY))
    foreseen = checked(live)
    publishing.publish(live, "lantern-week", "daily", EIGHT)
    with reading(live) as connection:
        planned = edition_copies.copies(connection, 1)
        left_out = edition_copies.left_out_counts(connection, 1)

    formats = {str(fmt): count for fmt, count in foreseen.reach.by_format.items()}
    assert formats == {"html": 2, "plain": 1, "letter": 1}
    assert planned == {("email", "planned"): 3, ("post", "planned"): 1}
    assert foreseen.reach.left_out == left_out
    assert left_out == {"left": 1, "nothing-new": 1, "unreachable": 1}
    assert foreseen.reach.paused == 1
    [missing] = foreseen.reach.unreached
    assert (missing.name, missing.reason) == (
        "Eve",
        "wants a letter, but no full postal address is held: add one",
    )
    assert foreseen.level == "look"
    assert foreseen.reach.repeats == 0
    assert "1 letter on 1 sheet; postage second" in words(foreseen, "fine")


def test_it_changes_nothing(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)

    assert checked(live).facts() == checked(live).facts()


def test_against_the_edition_before(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    publishing.publish(live, "lantern-week", "daily", EIGHT)
    posts_accepted(sqlite_engine, [a_post("two", title="Two")], EIGHT + DAY)
    for name in ("ida", "joe"):
        a_reader(sqlite_engine, name)
    check = checked(live, day=1)

    assert check.reach.before
    assert (check.reach.before.copies, check.reach.before.new) == (4, 2)
    assert "2 readers are new, 0 are not in this one" in words(check, "look")


def test_one_new_reader_is_told_as_one(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    publishing.publish(live, "lantern-week", "daily", EIGHT)
    posts_accepted(sqlite_engine, [a_post("two", title="Two")], EIGHT + DAY)
    a_reader(sqlite_engine, "ida")

    assert "1 reader is new, 0 are not in this one" in words(
        checked(live, day=1), "fine"
    )


def test_what_would_be_a_repeat_is_noticed(engine: Engine) -> None:
    live = a_live_campaign(engine)
    # To whom it was not sent, though it has gone; and who has had it and is not here.
    a_reader(engine, "gil", topics=["buses"])
    hal = a_reader(engine, "hal")
    publishing.publish(live, "lantern-week", "daily", EIGHT)
    with writing(live) as connection:
        # As no door of ours would.
        connection.execute(update(reader).values(position=0))
        late = update(delivery).where(delivery.c.reader_id == 1)
        connection.execute(late.values(state="expired"))
        paused = update(reader).where(reader.c.id == hal)
        connection.execute(paused.values(paused_until=EIGHT + 9 * DAY))

    posts_accepted(engine, [a_post("two", title="Two")], EIGHT + DAY)
    check = checked(live, day=1)
    assert check.reach.readers == 5
    assert check.reach.repeats == 3
    assert check.level == "stop"


def test_a_row_that_cannot_be_read_is_named_and_spares_the_others(
    engine: Engine,
) -> None:
    live = a_live_campaign(engine)
    with writing(live) as connection:
        broken = update(reader).where(reader.c.id == 2)
        connection.execute(broken.values(format="stone tablet"))

    reached = checked(live).reach
    assert (reached.readers, reached.left_out["unreachable"]) == (3, 2)
    assert reached.unreached[0].name == "Bob"
    assert "their row in the database cannot be read" in reached.unreached[0].reason


def test_the_log_is_not_read_from_where_somebody_left_it_who_gets_nothing(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine)
    leaver = a_reader(sqlite_engine, "leaver")
    with writing(live) as connection:
        unsubscribe(connection, leaver, EIGHT)
    publishing.publish(live, "lantern-week", "daily", EIGHT)
    posts_accepted(sqlite_engine, [a_post("two", title="Two")], EIGHT + DAY)
    begins = list[Any]()

    def note(_c: Any, _cursor: Any, words: str, values: Any, *_rest: Any) -> None:
        # Events are looked for wherever they are.
        before, place, _ = words.partition("item.position > ?")
        if place and "event" not in values:
            begins.append(values[before.count("?")])

    event.listen(live, "before_cursor_execute", note)
    reached = checked(live, day=1).reach

    assert (reached.left_out["left"], reached.left_out["unreachable"]) == (1, 1)
    assert {*begins} == {1}


def test_the_few_of_whom_nobody_can_be_reached_are_named_wherever_they_are(
    engine: Engine,
) -> None:
    live = a_live_campaign(engine)
    for number in range(9):
        a_reader(engine, f"more-{number}", email=None if number in (2, 8) else "")
    names = [each.name for each in checked(live).reach.unreached]

    assert names == ["Eve", "More-2", "More-8"]


def test_as_much_is_asked_however_many_readers_there_are(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    with counting(live) as few:
        checked(live)
    for number in range(40):
        a_reader(sqlite_engine, f"many-{number}", topics=[f"topic {number % 7}"])
    with counting(live) as many:
        checked(live)

    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        pytest.param(READY.split("[letter]")[0], "postal address", id="live needs"),
        pytest.param(READY, "", id="they are there"),
    ],
)
def test_what_live_needs_stops_it(sqlite_engine: Engine, file: str, why: str) -> None:
    check = checked(a_live_campaign(sqlite_engine, file))

    assert (check.level == "stop") is bool(why)
    assert why in words(check, "stop")


def test_nothing_in_it_and_nobody_reached(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    Steer(live, "lantern-week", "daily", "priya", EIGHT).drop(1)
    nobody = checked(live)
    publishing.publish(live, "lantern-week", "daily", EIGHT)
    publishing.publish(live, "lantern-week", "daily", EIGHT + DAY)
    nothing = checked(live, day=2)

    assert "reaches nobody" in words(nobody, "stop")
    assert "nothing in it" in words(nothing, "stop")


def test_sheets_and_stamps_are_counted(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine, READY + "price = 0.87\n")
    a_reader(sqlite_engine, "kim", email=None, format="large-print", **ADDRESS)
    long = (Paragraph((TextSpan("A lamp in every window. " * 90),)),)
    posts_accepted(sqlite_engine, [a_post("two", title="Two", body=long * 12)])
    posted = checked(live).posted

    assert posted.letters == 2
    assert posted.cost == Decimal("1.74")
    assert posted.sheets
    assert posted.sheets > posted.most_sheets > 2


def test_the_pictures_of_all_its_formats_are_asked_for_once(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine)
    a_reader(sqlite_engine, "kim", email=None, format="large-print", **ADDRESS)
    address = "https://example.org/lamp.jpg"
    with writing(sqlite_engine) as connection:
        reading_of_it = PictureReading("k" * 32, "mark")
        pictures.note_found(connection, address, reading_of_it, EIGHT)
        files = dict.fromkeys(PictureUse, PictureFile("image/png", 1, 1, b"no file"))
        pictures.put(connection, "k" * 32, files, EIGHT)
    pictured = a_post("two", title="Two", picture=Picture(address, alt="A lamp"))
    posts_accepted(sqlite_engine, [pictured])
    with counting(sqlite_engine) as statements:
        checked(live)

    assert sum("FROM picture_file" in words for words in statements) == 1


def test_what_somebody_is_behind_with_is_asked_for_with_what_has_gone(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine)
    publishing.publish(live, "lantern-week", "daily", EIGHT)
    posts_accepted(sqlite_engine, [a_post("two", title="Two")], EIGHT + DAY)
    with writing(live) as connection:
        connection.execute(update(reader).where(reader.c.id == 1).values(position=0))
    with counting(sqlite_engine) as statements:
        check = checked(live, day=1)

    with_variants = [words for words in statements if "variant.upto > " in words]
    assert check.reach.repeats == 1
    assert ["item.position > " in words for words in with_variants] == [True]


def test_one_that_was_called_back_is_looked_at_by_its_number(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine)
    number = publishing.open_now(live, "lantern-week", "daily", EIGHT, by="priya")
    publishing.carry_forward(live, number, EIGHT)
    held_back = checked(live, str(number))
    stopping.recall(live, number, EIGHT)
    called_back = checked(live, str(number))

    assert held_back.reach.readers == called_back.reach.readers == 4


def test_one_that_is_planned_is_told_of_elsewhere(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    publishing.publish(live, "lantern-week", "daily", EIGHT)

    with pytest.raises(DigestError, match="digest edition show 1"):
        checked(live, "1")


def test_sheets_have_room_for_what_is_on(sqlite_engine: Engine) -> None:
    sheets = []
    for more in ("\nwhats_on = false", ""):
        file = READY.replace('at = "16:00"', f'at = "16:00"{more}')
        if more:
            live = a_live_campaign(sqlite_engine, file)
            walks = [an_event(str(n), title=f"Walk {n}") for n in range(40)]
            posts_accepted(sqlite_engine, [an_event("x", title="Far"), *walks])
            publishing.publish(live, "lantern-week", "daily", EIGHT - DAY)
            posts_accepted(sqlite_engine, [a_post("two", title="Two")])
        else:
            a_stored_campaign(sqlite_engine, file)
        sheets.append(checked(live).posted.sheets)

    assert sheets[0] == 1
    assert sheets[1] is not None
    assert sheets[1] > 1
