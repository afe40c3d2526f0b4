"""A program with many rows of everything: what a page asks must not grow with them."""

from datetime import timedelta

from sqlalchemy import insert, select, update

from digest.bootstrap import App
from digest.model.delivery.delivery import DeliveryState
from digest.model.people.data_complaints import ComplaintChannel
from digest.model.roles import Role
from digest.schedule.editions.publishing import publish
from digest.store.base.tables import (
    audit,
    bounce,
    delivery,
    print_batch,
    source,
    subscriber,
)
from digest.store.people.complaints import data_complaints
from digest.store.people.complaints.data_complaints import DataComplaint
from tests.builders import EIGHT, a_post
from tests.staff import an_account
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted

DAY = timedelta(days=1)
FORMATS = ("html", "plain", "letter", "large-print", "braille", "easy-read")


def crowded(program: App, days: int = 6) -> None:
    """Have a program that has a campaign have many more of everything."""
    engine = program.engine
    for number in range(24):
        home = ["1 Harbour Row", "Tidewell"] if number % 3 else []
        a_reader(
            engine,
            f"reader{number:02}",
            format=FORMATS[number % len(FORMATS)],
            address=home,
            postcode="ZZ99 1AA",
        )
    for day in range(1, days):
        now = EIGHT + day * DAY
        posts = [a_post(f"day-{day}-{n}", title=f"Day {day}, {n}") for n in range(4)]
        posts_accepted(engine, posts, now)
        publish(engine, "lantern-week", "daily", now)
    for number in range(6):
        an_account(program, Role.EDITOR, f"Editor {number}")
    for number in range(4):
        text = FILE.replace("lantern-week", f"campaign-{number}")
        for place in range(6):
            text += (
                f'\n[[source]]\nname = "more-{place}"\nkind = "feed"\n'
                f'url = "https://example.org/{number}/{place}"\n'
            )
        a_stored_campaign(engine, text)
    _complaints(program)
    _endings(program)


def _complaints(program: App) -> None:
    """Have the first reader complain, so that some of it is late."""
    with program.writing() as connection:
        for number in range(5):
            complaint = DataComplaint(
                ComplaintChannel.LETTER,
                (EIGHT - number * 20 * DAY).date(),
                "You still write to me",
                "Ann Example",
                subscriber_id=1,
            )
            data_complaints.add(connection, complaint, EIGHT)


def _endings(program: App) -> None:
    """Have copies end in every way, be printed, come back, and be told of."""
    states = [*DeliveryState]
    with program.writing() as connection:
        connection.execute(update(source).values(failure="It does not answer."))
        connection.execute(update(subscriber).values(organiser="Dilwyn"))
        keys = connection.execute(
            select(delivery.c.edition_id, delivery.c.reader_id).order_by(
                delivery.c.edition_id, delivery.c.reader_id
            )
        ).all()
        for number, key in enumerate(keys):
            connection.execute(
                update(delivery)
                .where(
                    delivery.c.edition_id == key.edition_id,
                    delivery.c.reader_id == key.reader_id,
                )
                .values(
                    state=states[number % len(states)],
                    reply=f"550 5.1.{number % 9} no",
                    settled_at=EIGHT,
                    handed_over_at=EIGHT,
                )
            )
            connection.execute(
                insert(bounce).values(
                    mark=f"mark-{number}",
                    edition_id=key.edition_id,
                    reader_id=key.reader_id,
                    kind="hard",
                    status="5.1.1",
                    words="gone",
                    recorded_at=EIGHT,
                )
            )
        for edition_id in sorted({key.edition_id for key in keys}):
            for number in range(3):
                connection.execute(
                    insert(print_batch).values(
                        edition_id=edition_id,
                        state=("open", "sealed", "posted")[number],
                        letters=2,
                        sheets=4,
                        pdf="none.pdf",
                        manifest="none.csv",
                        sha256="x",
                        made_at=EIGHT,
                        organiser=f"Organiser {number}",
                    )
                )
        for number in range(40):
            connection.execute(
                insert(audit).values(
                    at=EIGHT,
                    actor=f"Editor {number % 6}",
                    act="paused",
                    edition_id=keys[0].edition_id,
                )
            )
