"""What needs help: each cause once, with how many it costs over all editions."""

from datetime import timedelta

from sqlalchemy import Engine, update

from digest.schedule.editions.publishing import publish
from digest.schedule.reports.status import status_of
from digest.store.base.engine import writing
from digest.store.base.tables import reader
from tests.builders import EIGHT, a_post
from tests.stored import a_reader, a_stored_campaign, posts_accepted

DAY = timedelta(days=1)


def published(engine: Engine, day: int) -> None:
    """Have one more post, and the edition of that day that carries it."""
    posts_accepted(engine, [a_post(f"post-{day}", title=f"Day {day}")])
    publish(engine, "lantern-week", None, EIGHT + day * DAY)


def help_on(engine: Engine, day: int) -> list[str]:
    return [
        line
        for line in status_of(engine, EIGHT + day * DAY)["help"]
        if "not reached" in line
    ]


def test_a_cause_is_told_once_and_not_for_each_edition(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "Ann", email="ann@example.org")
    for name in ("Ivy", "Jo"):
        a_reader(engine, name, email=f"{name}@example.org", format="braille")
    for day in range(3):
        published(engine, day)
    [line] = help_on(engine, 3)

    assert line.startswith("Lantern Week: 2 readers were not reached: ")
    assert line.count("braille") == 1
    assert "Ivy, Jo." in line
    assert line.endswith("See: digest deliveries 3 --state left-out")


def test_who_is_reached_again_needs_no_help(engine: Engine) -> None:
    a_stored_campaign(engine)
    ivy = a_reader(engine, "Ivy", email="ivy@example.org", format="braille")
    a_reader(engine, "Jo", email="jo@example.org", format="braille")
    published(engine, 0)
    with writing(engine) as connection:
        connection.execute(
            update(reader).where(reader.c.id == ivy).values(format="html")
        )
    published(engine, 1)
    [line] = help_on(engine, 2)

    assert line.startswith("Lantern Week: 1 reader was not reached: ")
    assert "Jo." in line
    assert "Ivy" not in line


def test_where_nothing_failed_nothing_needs_help(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "Ann", email="ann@example.org")

    assert help_on(engine, 0) == []
    published(engine, 0)
    assert help_on(engine, 1) == []
