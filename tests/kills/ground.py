"""Where a matrix is run: a database of its own, with a campaign and its readers."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine, insert, select

from digest.store.base.engine import open_engine, writing
from digest.store.base.tables import mailing_list, reader, subscriber, subscription
from digest.store.editions.editions import Slot
from digest.store.migrate import migrate
from tests.builders import EIGHT, a_post, words
from tests.postgres import running
from tests.stored import a_stored_campaign, posts_accepted, schedule_id


@contextmanager
def sqlite() -> Iterator[str]:
    """Yield the address of a new database file."""
    with tempfile.TemporaryDirectory(prefix="digest-kills-") as folder:
        yield f"sqlite:///{folder}/digest.db"


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the address of a new server's database. Raises LookupError without one.

    The server keeps its promises: nothing of its durability is turned off.
    """
    with running(settings=()) as server:
        yield server.url("postgres")


DATABASES = {"sqlite": sqlite, "postgresql": postgresql}


@contextmanager
def peopled(database: str, readers: int) -> Iterator[tuple[Engine, Slot]]:
    """Yield an engine on a database with so many readers, and their first slot."""
    engine = open_engine(database)
    try:
        migrate(engine)
        stored = a_stored_campaign(engine)
        # Senders go by the real time, and what is long overdue expires.
        slot = Slot(stored.id, schedule_id(engine, "daily"), datetime.now(UTC))
        _add_readers(engine, slot, readers)
        yield engine, slot
    finally:
        engine.dispose()


def something_new(engine: Engine, number: int, now: datetime) -> None:
    """Put a post into the log, so that there is an edition to be made."""
    # Other words each time: the same ones would be the same post, met again.
    body = words(f"Come in out of the rain. This is what we have to say of {number}.")
    title = f"Kettle {number}"
    post = a_post(f"post-{number}", title=title, body=body, published=now)
    posts_accepted(engine, [post], now)


def _add_readers(engine: Engine, slot: Slot, readers: int) -> None:
    with writing(engine) as connection:
        list_id = connection.scalar(select(mailing_list.c.id))
        who = [
            {
                "identity": f"email:{number}",
                "name": f"Reader {number}",
                "email": f"reader-{number}@example.org",
                "email_hash": f"email-{number}",
                "address": [],
                "created_at": EIGHT,
                "changed_at": EIGHT,
            }
            for number in range(readers)
        ]
        connection.execute(insert(subscriber), who)
        ids = list(connection.scalars(select(subscriber.c.id)))
        tie = {"mailing_list_id": list_id, "started_at": EIGHT}
        connection.execute(
            insert(subscription),
            [tie | {"subscriber_id": subscriber_id} for subscriber_id in ids],
        )
        facts = {
            "campaign_id": slot.campaign_id,
            "schedule_id": slot.schedule_id,
            "format": "html",
            "language": "en-GB",
            "topics": [],
            "joined_at": EIGHT,
        }
        connection.execute(
            insert(reader),
            [facts | {"subscriber_id": subscriber_id} for subscriber_id in ids],
        )
