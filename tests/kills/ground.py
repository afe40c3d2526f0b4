"""Where a matrix is run: a database of its own, with a campaign and its readers."""

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, insert, select

from digest.model.items import Item
from digest.store.editions import Slot
from digest.store.engine import open_engine, writing
from digest.store.migrate import migrate
from digest.store.tables import mailing_list, reader, subscriber, subscription
from tests.builders import EIGHT
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
    server = postgresql_binary("postgres")
    if server is None:
        raise LookupError("no PostgreSQL server's programs were found")
    with tempfile.TemporaryDirectory(prefix="dkpg-", dir="/tmp") as folder:
        home = Path(folder)
        who = _user(home)
        data = str(home / "data")
        init = [str(server.with_name("initdb")), "-U", "postgres", "-A", "trust"]
        subprocess.run(  # noqa: S603 - the programs we found
            [*init, "-D", data],
            check=True,
            capture_output=True,
            **who,  # type: ignore[call-overload]
        )
        with subprocess.Popen(  # noqa: S603 - the programs we found
            [str(server), "-D", data, "-k", folder, "-c", "listen_addresses="],
            stderr=subprocess.DEVNULL,
            cwd=folder,
            **who,  # type: ignore[call-overload]
        ) as running:
            try:
                _wait(server, folder)
                yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
            finally:
                running.terminate()
                running.wait()


def postgresql_binary(name: str) -> Path | None:
    """Return the newest server program of that name, if any is installed."""
    if found := shutil.which(name):
        return Path(found).resolve()
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return versions[-1] if versions else None


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


def something_new(engine: Engine, post: Item, now: datetime) -> None:
    """Put a post into the log, so that there is an edition to be made."""
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
            insert(subscription), [tie | {"subscriber_id": one} for one in ids]
        )
        given = {
            "campaign_id": slot.campaign_id,
            "schedule_id": slot.schedule_id,
            "format": "html",
            "language": "en-GB",
            "topics": [],
            "joined_at": EIGHT,
        }
        connection.execute(
            insert(reader), [given | {"subscriber_id": one} for one in ids]
        )


def _user(home: Path) -> dict[str, object]:
    """Return whom the server runs as: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    names = {one.pw_name for one in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(home, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _wait(server: Path, folder: str) -> None:
    ready = [str(server.with_name("pg_isready")), "-h", folder, "-t", "1"]
    rest = threading.Event()
    for _ in range(600):
        if not subprocess.run(ready, capture_output=True, check=False).returncode:  # noqa: S603 - the program we found
            return
        rest.wait(0.05)
    raise TimeoutError("the PostgreSQL server did not come up")
