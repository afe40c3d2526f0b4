"""A campaign with many readers in many topic sets, and what a bare database does.

Everything is made by statements of the database itself, the same on both.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from _send_rows import FILE
from sqlalchemy import Connection, Engine, select, text, update

from digest.model.posts.item_json import to_json
from digest.model.posts.items import Post
from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.tables import campaign, item, mailing_list, schedule, source
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.editions import editions, moves
from digest.store.holds import holds

AT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)
TOPIC_SETS, POSTS, TOPICS = 200, 30, 40
EDITION = 1
# Of a hundred readers three have letters, one has no address at all, one has left,
# and one has their email address suppressed and no other.
_READERS = (
    """
    INSERT INTO subscriber (id, identity, name, email, email_hash, address, postcode,
        created_at, changed_at)
    SELECT n, 'email:' || n, 'Reader ' || n,
        CASE WHEN n % 100 IN (1, 2, 3, 4) THEN NULL
            ELSE 'reader-' || n || '@example.org' END,
        'hash-' || n,
        CASE WHEN n % 100 IN (1, 2, 3)
            THEN '["1 Example Street", "Exampleton"]'{json} ELSE '[]'{json} END,
        'ZZ99 1AA', :at, :at
    FROM numbers
    """,
    """
    INSERT INTO subscription (mailing_list_id, subscriber_id, started_at)
    SELECT :list, n, :at FROM numbers
    """,
    """
    INSERT INTO departure (campaign_id, subscriber_id, left_at, means)
    SELECT 1, n, :at, 'link' FROM numbers WHERE n % 100 = 5
    """,
    """
    INSERT INTO suppression (channel, target_hash, reason, created_at)
    SELECT 'email', 'hash-' || n, 'bounced', :at FROM numbers WHERE n % 100 = 6
    """,
    """
    INSERT INTO reader (id, campaign_id, subscriber_id, schedule_id, format, language,
        topics, joined_at)
    SELECT n, 1, n, :schedule,
        CASE WHEN n % 100 IN (1, 2, 3) THEN 'letter' ELSE 'html' END, 'en-GB',
        ('["topic-' || (n % {sets} % {topics}) || '", "topic-'
            || (n % {sets} / 5 + 1) || '"]'){json}, :at
    FROM numbers
    """,
)
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
    "FROM numbers WHERE n < :readers)",
    "postgresql": "WITH numbers AS (SELECT generate_series(1, :readers) AS n)",
}
_KEEP = (
    "CREATE TABLE bare_copy AS SELECT edition_id, reader_id, subscriber_id, "
    "variant_id, channel, state FROM delivery",
    "CREATE TABLE bare_left_out AS SELECT * FROM left_out",
    "DELETE FROM delivery",
    "DELETE FROM left_out",
    "DELETE FROM send_batch",
    "UPDATE reader SET position = 0",
    "UPDATE edition SET state = 'approved', plan_cursor = 0, planned_at = NULL, "
    "deliver_by = NULL",
)
BARE = (
    "INSERT INTO delivery (edition_id, reader_id, subscriber_id, variant_id, channel, "
    "state) SELECT * FROM bare_copy",
    "INSERT INTO left_out SELECT * FROM bare_left_out",
    "UPDATE reader SET position = (SELECT upto FROM edition) WHERE id NOT IN (SELECT "
    "reader_id FROM bare_left_out WHERE kind <> 'nothing-new')",
)


def filled(engine: Engine, readers: int) -> None:
    """Make an approved edition for so many readers in a database that is new."""
    with writing(engine) as connection:
        stored = campaigns.apply(connection, CampaignFile(FILE, "UTC", "/"), AT)
        schedule_id = connection.scalars(select(schedule.c.id)).one()
        _log(connection, stored.id)
        moves.open_at(connection, editions.Slot(stored.id, schedule_id, AT), AT)
        connection.execute(
            text(
                "UPDATE edition SET state = 'approved', upto = :upto, approved_at=:at"
            ),
            {"upto": POSTS, "at": AT.isoformat(" ")},
        )
        _readers(connection, schedule_id, readers)


def _log(connection: Connection, campaign_id: int) -> None:
    source_id = connection.scalar(select(source.c.id))
    connection.execute(
        item.insert(),
        [
            {
                "campaign_id": campaign_id,
                "source_id": source_id,
                "key": f"post-{number}",
                "position": number,
                "content": to_json(Post(key=f"post-{number}", title=f"Post {number}")),
                "fingerprint": f"{number:064}",
                "topics": [f"topic-{number % TOPICS}"],
                "accepted_at": AT,
                "released_at": AT,
            }
            for number in range(1, POSTS + 1)
        ],
    )
    connection.execute(update(campaign).values(last_position=POSTS))


def _readers(connection: Connection, schedule_id: int, readers: int) -> None:
    kind = connection.dialect.name
    is_postgresql = kind == "postgresql"
    facts = {
        "readers": readers,
        "at": AT if is_postgresql else AT.isoformat(" "),
        "list": connection.scalar(select(mailing_list.c.id)),
        "schedule": schedule_id,
    }
    for words in _READERS:
        statement = words.format(
            sets=TOPIC_SETS, topics=TOPICS, json="::json" if is_postgresql else ""
        )
        head, _, rest = statement.partition("SELECT")
        used = {name: facts[name] for name in facts if f":{name}" in rest}
        numbers = _NUMBERS[kind]
        with_numbers = f"{head} {numbers} SELECT {rest}"
        connection.execute(text(with_numbers), used | {"readers": readers})


def with_topics_of_their_own(engine: Engine) -> None:
    """Have no two readers alike: the worst there is for planning by kind."""
    topics = "'[\"topic-1\", \"own-' || id || '\"]'"
    if engine.dialect.name == "postgresql":
        topics = f"({topics})::json"
    with writing(engine) as connection:
        connection.execute(text(f"UPDATE reader SET topics = {topics}"))  # noqa: S608 - our own


def with_bare_rows(engine: Engine) -> None:
    """Keep a planned edition's rows apart for a bare insert; have it planned anew."""
    with writing(engine) as connection:
        for words in _KEEP:
            connection.execute(text(words))
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as idle:
            idle.execute(text("VACUUM FULL ANALYZE"))
    else:
        database = engine.raw_connection()
        database.cursor().execute("VACUUM")
        database.close()


def bare(engine: Engine) -> None:
    """Insert the kept rows and move the readers' places, by bare statements."""
    with writing(engine) as connection:
        for words in BARE:
            connection.execute(text(words))


def outcome(engine: Engine) -> list[tuple[object, ...]]:
    """Return what planning came to, counted by variant, channel and reason."""
    with reading(engine) as connection:
        rows = connection.execute(
            text(
                "SELECT 'copy', variant_id, channel, count(*), sum(reader_id) FROM "
                "delivery GROUP BY variant_id, channel UNION ALL SELECT kind, 0, "
                "reason, count(*), sum(reader_id) FROM left_out GROUP BY kind, reason "
                "UNION ALL SELECT 'place', position, '', count(*), sum(id) FROM reader "
                "GROUP BY position ORDER BY 1, 2, 3"
            )
        )
        return [tuple(map(str, row)) for row in rows]


@contextmanager
def copied(url: str) -> Iterator[Engine]:
    """Yield a copy of the database at `url`, which is gone after the block."""
    engine = open_engine(_copy(url))
    try:
        with writing(engine) as connection:
            holds.lift(connection, AT)  # a copy plans nothing before somebody says so
        yield engine
    finally:
        engine.dispose()
        if not url.startswith("sqlite"):
            _command(url, "DROP DATABASE IF EXISTS bench_copy WITH (FORCE)")


def _copy(url: str) -> str:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        for old in path.parent.glob("copy.db*"):
            old.unlink()
        shutil.copy(path, path.parent / "copy.db")
        return f"sqlite:///{path.parent / 'copy.db'}"
    _command(url, "CREATE DATABASE bench_copy TEMPLATE bench")
    _command(url, "CHECKPOINT")
    return url.replace("/bench?", "/bench_copy?")


def _command(url: str, words: str) -> None:
    engine = open_engine(url.replace("/bench?", "/postgres?"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as idle:
        idle.exec_driver_sql(words)
    engine.dispose()
