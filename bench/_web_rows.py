"""A program with many readers and editions, one of them going, for pages to show.

Everything is made by statements of the database itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from _plan_rows import AT, filled
from _quick_filling import hurried
from sqlalchemy import Connection, Engine, text

from digest.schedule.reports.tallies import keep_tallies
from digest.store.base.engine import writing
from digest.store.migrate import migrate

_LARGE = ("delivery", "left_out", "bounce", "subscriber", "subscription", "reader")
_DAY = timedelta(days=1)
# Of a thousand copies some are refused and some too late; of an edition that goes a
# half has left.
_COPIES = """
INSERT INTO delivery (edition_id, reader_id, subscriber_id, variant_id, channel, state,
    reply, settled_at, handed_over_at)
SELECT :edition, id, subscriber_id,
    CASE WHEN format = 'letter' THEN :letters ELSE :emails END,
    CASE WHEN format = 'letter' THEN 'post' ELSE 'email' END,
    CASE WHEN :going AND id % 2 = 0 THEN 'planned'
        WHEN id % 1000 = 7 THEN 'refused' WHEN id % 1000 = 8 THEN 'expired'
        ELSE 'accepted' END,
    CASE WHEN id % 1000 = 7 THEN '550 5.1.1 <reader-' || id || '@example.org> unknown'
        ELSE '250 2.0.0 Ok: queued' END,
    :at, :at
FROM reader WHERE id % 100 NOT IN (4, 5, 6) AND id <= :readers ORDER BY id
"""
_LEFT_OUT = """
INSERT INTO left_out (edition_id, reader_id, kind, reason)
SELECT :edition, id, 'unreachable', 'no email address and no postal address is held'
FROM reader WHERE id % 100 IN (4, 6) AND id <= :readers ORDER BY id
"""
_RETURNS = """
INSERT INTO bounce (mark, edition_id, reader_id, kind, status, words, recorded_at)
SELECT :edition || '-' || id, :edition, id, 'hard', '5.1.1', 'no such address', :at
FROM reader WHERE id % 1000 = 9 AND id <= :readers
"""
# What the next edition brings: posts that no edition had yet.
_NEW_POSTS = """
INSERT INTO item (campaign_id, source_id, key, position, content, fingerprint, topics,
    accepted_at, released_at)
SELECT campaign_id, source_id, 'new-' || key, position + 30, content, fingerprint,
    topics, accepted_at, released_at
FROM item WHERE position <= 10
"""
_BATCHES = """
INSERT INTO send_batch (edition_id, first_reader_id, last_reader_id, state, due_at,
    fence)
SELECT :edition, id, id + 999, CASE WHEN :going AND id % 2000 > 1000 THEN 'open'
    ELSE 'done' END, :at, 1
FROM reader WHERE id % 1000 = 1 AND id <= :readers
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything."""

    readers: int
    editions: int
    acts: int = 10_000


def pages_to_show(engine: Engine, size: Size) -> None:
    """Fill a new database; the counts of what has ended are kept."""
    migrate(engine)
    with hurried(engine, without_indexes=_LARGE):
        filled(engine, size.readers)
        _fill(engine, size)
    while keep_tallies(engine):
        pass
    if engine.dialect.name == "postgresql":
        # As it does by itself before long; SQLite is never told how much there is.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as idle:
            idle.execute(text("VACUUM ANALYZE"))


def _fill(engine: Engine, size: Size) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE reader SET position = 30"))
        connection.execute(text(_NEW_POSTS))
        connection.execute(text("UPDATE campaign SET last_position = 40"))
        connection.execute(text("DELETE FROM audit"))
        connection.execute(text("DELETE FROM edition"))
        connection.execute(
            text(
                "INSERT INTO audit (at, actor, act, campaign_id) "
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                "WHERE i < :acts) "
                "SELECT :at, 'Editor ' || (i % 9), 'paused', 1 FROM n"
            ),
            {"acts": size.acts, "at": _stored(engine, AT)},
        )
    for number in range(1, size.editions + 1):
        with writing(engine) as connection:
            _edition(connection, number, size)


def _stored(engine: Engine, instant: datetime) -> datetime | str:
    is_sqlite = engine.dialect.name == "sqlite"
    return instant.isoformat(" ") if is_sqlite else instant


def _edition(connection: Connection, number: int, size: Size) -> None:
    at = _stored(connection.engine, AT - (size.editions - number) * _DAY)
    is_going = number == size.editions
    connection.execute(
        text(
            "INSERT INTO edition (id, code, campaign_id, schedule_id, slot, mode, "
            "state, upto, opened_at, frozen_at, approved_at, planned_at, ended_at) "
            "SELECT :id, 'code' || :id, 1, id, :at, 'live', :state, 30, :at, :at, :at, "
            ":at, :ended FROM schedule"
        ),
        {
            "id": number,
            "at": at,
            "state": "sending" if is_going else "sent",
            "ended": None if is_going else at,
        },
    )
    variants = {"emails": 2 * number - 1, "letters": 2 * number}
    for name, fmt in (("emails", "html"), ("letters", "letter")):
        connection.execute(
            text(
                "INSERT INTO variant (id, edition_id, since, upto, topics, format, "
                "language, key) "
                "VALUES (:id, :edition, 0, 30, '[]', :fmt, 'en-GB', :fmt)"
            ),
            {"id": variants[name], "edition": number, "fmt": fmt},
        )
    facts = {"edition": number, "at": at, "readers": size.readers}
    connection.execute(text(_COPIES), facts | variants | {"going": is_going})
    connection.execute(text(_LEFT_OUT), facts)
    connection.execute(text(_RETURNS), facts)
    connection.execute(text(_BATCHES), facts | {"going": is_going})
    connection.execute(
        text(
            "INSERT INTO print_batch (edition_id, state, letters, sheets, pdf, "
            "manifest, sha256, made_at) VALUES (:edition, :state, :letters, :sheets, "
            "'none', 'none', 'x', :at)"
        ),
        {
            "edition": number,
            "state": "sealed" if is_going else "posted",
            "letters": size.readers * 3 // 100,
            "sheets": size.readers * 6 // 100,
            "at": at,
        },
    )
