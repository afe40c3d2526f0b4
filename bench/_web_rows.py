"""A program with many readers and editions, one of them going, for pages to show.

Everything is made by statements of the database itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from _plan_rows import AT, filled
from _quick_filling import hurried
from _send_rows import FILE
from sqlalchemy import Connection, Engine, text

from digest.schedule.reports.tallies import keep_tallies
from digest.store.base.engine import writing
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.migrate import migrate

_LARGE = (
    *("delivery", "left_out", "bounce", "subscriber", "subscription", "reader"),
    *("audit", "item"),
)
_DAY = timedelta(days=1)
# With what a letter needs, and a reply slip; somebody has to approve each edition.
CAMPAIGN = (
    FILE.replace("lists =", 'reply_to = "team@example.org"\napproval = "one"\nlists =')
    + """
[letter]
sender = ["Lantern Week", "1 Example Street", "Exampleton"]
phone = "01632 960 100"
"""
)
# What the edition that waits for approval brings, and the next one.
POSTS_OF_AN_EDITION = 10
# Of a hundred readers three have letters, of a thousand one is rung; of each there are
# some in every round. Of a thousand two are alike, and one has something that helps.
_PEOPLE = (
    "UPDATE subscriber SET name_key = 'reader ' || id, email_key = email, "
    "name_sound = 's' || (id - CASE WHEN id % 1000 = 12 THEN 1 ELSE 0 END), "
    "postcode = 'ZZ' || (id / 2000 % 90 + 10) || ' ' || (id / 40 % 9 + 1) || 'AA', "
    "identity = CASE WHEN email IS NULL THEN 'post:' || id ELSE 'email:' || email END, "
    "organiser = 'Round ' || (id / 100 % 20)",
    "UPDATE subscriber SET phone = '01632 960' || id, phone_digits = '1632960' || id, "
    "phone_hash = 'phone-' || id, format = 'phone' WHERE id % 1000 = 99",
    "UPDATE reader SET format = 'phone' WHERE id % 1000 = 99",
    "INSERT INTO need (subscriber_id, words, may_share, recorded_at, review_on) "
    "SELECT id, 'Large print', true, :at, CAST(:day AS {day}) FROM subscriber "
    "WHERE id % 1000 = 50",
)
# Of a thousand copies some are refused and some too late; of an edition that goes a
# half has left, and of the other a fifth is put off.
_COPIES = """
INSERT INTO delivery (edition_id, reader_id, subscriber_id, variant_id, channel, state,
    reply, settled_at, handed_over_at, next_attempt_at)
SELECT :edition, id, subscriber_id,
    CASE format WHEN 'letter' THEN :letters WHEN 'phone' THEN :calls ELSE :emails END,
    CASE format WHEN 'letter' THEN 'post' WHEN 'phone' THEN 'phone' ELSE 'email' END,
    CASE WHEN :going AND (id % 2 = 0 OR format = 'phone') THEN 'planned'
        WHEN id % 1000 = 7 THEN 'refused' WHEN id % 1000 = 8 THEN 'expired'
        ELSE 'accepted' END,
    CASE WHEN :going AND id % 10 = 2 THEN '451 4.7.1 try again later'
        WHEN id % 1000 = 7 THEN '550 5.1.1 <reader-' || id || '@example.org> unknown'
        ELSE '250 2.0.0 Ok: queued' END,
    :ended, :ended, CASE WHEN :going AND id % 10 = 2 THEN :later END
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
# A long log, of which the first thirty are there.
_POSTS = """
INSERT INTO item (campaign_id, source_id, key, position, content, fingerprint, topics,
    accepted_at, released_at)
WITH RECURSIVE n(i) AS (SELECT 31 UNION ALL SELECT i + 1 FROM n WHERE i < :last)
SELECT campaign_id, source_id, 'long-' || i, i, content, fingerprint, topics,
    accepted_at, released_at
FROM n JOIN item ON item.position = (i - 1) % 30 + 1
"""
_BATCHES = """
INSERT INTO send_batch (edition_id, first_reader_id, last_reader_id, state, due_at,
    fence)
SELECT :edition, id, id + 999, CASE WHEN :going AND id % 2000 > 1000 THEN 'open'
    ELSE 'done' END, :at, 1
FROM reader WHERE id % 1000 = 1 AND id <= :readers
"""
_ACTS = """
INSERT INTO audit (at, actor, act, campaign_id)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :acts)
SELECT :at, 'Editor ' || (i % 9), CASE i % 3 WHEN 0 THEN 'paused' WHEN 1 THEN 'resumed'
    ELSE 'planned' END, 1 FROM n
"""
_ACTED_ON_DAYS = 365
_NUMBERED = (
    "SELECT setval(pg_get_serial_sequence('{0}', 'id'), (SELECT max(id) FROM {0}))"
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything: `rows` of other lists, such as acts on record.

    Of posts at least what the editions carry. The last edition goes, and behind it
    there is one that waits for approval.
    """

    readers: int
    editions: int
    rows: int = 10_000
    posts: int = 0

    @property
    def last_position(self) -> int:
        """How far in the log editions go."""
        return max(self.posts, POSTS_OF_AN_EDITION * (self.editions + 1))


def pages_to_show(engine: Engine, size: Size) -> None:
    """Fill a new database; the counts of what has ended are kept."""
    migrate(engine)
    with hurried(engine, without_indexes=_LARGE):
        filled(engine, size.readers)
        _fill(engine, size)
    while keep_tallies(engine):
        pass


def counted_as_before_long(engine: Engine) -> None:
    """Have PostgreSQL know how much there is, as it does by itself before long.

    SQLite is never told.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as idle:
            idle.execute(text("VACUUM ANALYZE"))


def _fill(engine: Engine, size: Size) -> None:
    at = stored(engine, AT)
    with writing(engine) as connection:
        campaigns.apply(connection, CampaignFile(CAMPAIGN, "UTC", "/"), AT)
        # SQLite keeps a day as its words.
        day = "text" if engine.dialect.name == "sqlite" else "date"
        for words in _PEOPLE:
            facts = {"at": at, "day": f"{AT:%Y-%m-%d}"}
            used = {name: facts[name] for name in facts if f":{name}" in words}
            connection.execute(text(words.format(day=day)), used)
        # Behind those that the edition brings which waits, as many for the next one.
        last = size.last_position + POSTS_OF_AN_EDITION
        connection.execute(text(_POSTS), {"last": last})
        connection.execute(
            text("UPDATE campaign SET last_position = :last, awaits_golive = false"),
            {"last": last},
        )
        connection.execute(
            text("UPDATE reader SET position = :upto"),
            {"upto": size.last_position - POSTS_OF_AN_EDITION},
        )
        connection.execute(text("DELETE FROM audit"))
        connection.execute(text("DELETE FROM edition"))
        for days in range(_ACTED_ON_DAYS, 0, -1):
            connection.execute(
                text(_ACTS),
                {
                    "acts": -(-size.rows // _ACTED_ON_DAYS),
                    "at": stored(engine, AT - days * _DAY),
                },
            )
    for number in range(1, size.editions + 1):
        with writing(engine) as connection:
            _edition(connection, number, size)
    with writing(engine) as connection:
        _edition_that_waits(connection, size)
        if engine.dialect.name == "postgresql":
            # What staff make next gets a number behind those that are given here.
            for table in ("subscriber", "reader", "edition", "variant"):
                connection.execute(text(_NUMBERED.format(table)))


def stored(engine: Engine, instant: datetime) -> datetime | str:
    """Return an instant as that database has it."""
    is_sqlite = engine.dialect.name == "sqlite"
    return f"{instant:%Y-%m-%d %H:%M:%S.%f}" if is_sqlite else instant


def _upto(number: int, size: Size) -> int:
    """Return how far in the log an edition goes."""
    return size.last_position - (size.editions + 1 - number) * POSTS_OF_AN_EDITION


def _edition_row(connection: Connection, number: int, size: Size, state: str) -> None:
    at = stored(connection.engine, AT - (size.editions + 1 - number) * _DAY)
    is_planned = state != "frozen"
    connection.execute(
        text(
            "INSERT INTO edition (id, code, campaign_id, schedule_id, slot, mode, "
            "state, upto, opened_at, frozen_at, approved_at, planned_at, ended_at) "
            "SELECT :id, 'code' || :id, 1, id, :at, 'live', :state, :upto, :at, :at, "
            ":planned, :planned, :ended FROM schedule"
        ),
        {
            "id": number,
            "at": at,
            "state": state,
            "upto": _upto(number, size),
            "planned": at if is_planned else None,
            "ended": at if state == "sent" else None,
        },
    )


def _edition_that_waits(connection: Connection, size: Size) -> None:
    _edition_row(connection, size.editions + 1, size, "frozen")


def _edition(connection: Connection, number: int, size: Size) -> None:
    engine = connection.engine
    at = stored(engine, AT - (size.editions + 1 - number) * _DAY)
    is_going = number == size.editions
    _edition_row(connection, number, size, "sending" if is_going else "sent")
    upto = _upto(number, size)
    variants = {}
    for place, (name, fmt) in enumerate(
        (("emails", "html"), ("letters", "letter"), ("calls", "phone"))
    ):
        variants[name] = 3 * number - place
        connection.execute(
            text(
                "INSERT INTO variant (id, edition_id, since, upto, topics, format, "
                "language, key) "
                "VALUES (:id, :edition, :since, :upto, '[]', :fmt, 'en-GB', :fmt)"
            ),
            {
                "id": variants[name],
                "edition": number,
                "since": upto - POSTS_OF_AN_EDITION,
                "upto": upto,
                "fmt": fmt,
            },
        )
    facts = {"edition": number, "at": at, "readers": size.readers}
    ended = {
        "ended": stored(engine, AT) if is_going else at,
        "later": stored(engine, AT + timedelta(hours=1)),
    }
    copies = {"edition": number, "readers": size.readers} | variants | ended
    connection.execute(text(_COPIES), copies | {"going": is_going})
    connection.execute(text(_LEFT_OUT), {"edition": number, "readers": size.readers})
    connection.execute(text(_RETURNS), facts)
    connection.execute(text(_BATCHES), facts | {"going": is_going})
    if is_going:
        return  # its letters are printed: _web_one_of_each
    connection.execute(
        text(
            "INSERT INTO print_batch (edition_id, state, letters, sheets, pdf, "
            "manifest, sha256, made_at) VALUES (:edition, 'posted', :letters, "
            ":sheets, 'none', 'none', 'x', :at)"
        ),
        {
            "edition": number,
            "letters": size.readers * 3 // 100,
            "sheets": size.readers * 6 // 100,
            "at": at,
        },
    )
