"""A list of people as a file, and the rows of it as a bare driver takes them."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from _send_rows import FILE
from sqlalchemy import Engine, Table, func, select

from digest.audience.hashing import KeyedHasher
from digest.audience.lists.importing import ListImport
from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.tables import consent, reader, subscriber, subscription
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.migrate import migrate

AT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)
LIST = "lantern"
# What taking a list in writes for each of its people.
TABLES: tuple[Table, ...] = (subscriber, subscription, consent, reader)
HEAD = (
    "name,email,phone,address_1,address_2,postcode,format,organiser,"
    "consent_basis,consent_method,consent_at"
)


def write_list(path: Path, people: int) -> None:
    """Write a list of which every tenth has a letter, and the others email."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{HEAD}\n")
        for n in range(people):
            reached = f"reader-{n}@example.org,,,,,,"
            basis = "consent,web form,2026-05-04"
            if n % 10 == 0:
                phone = f"01632 960{n % 1000:03}"
                reached = f",{phone},{n} Example Street,Tidewell,ZZ99 1AA,letter,Joan"
            file.write(f"Reader {n},{reached},{basis}\n")


def prepared(url: str) -> Engine:
    """Return a migrated database with a campaign that goes to the list."""
    engine = open_engine(url)
    migrate(engine)
    with writing(engine) as connection:
        campaigns.apply(connection, CampaignFile(FILE, "UTC", "/"), AT)
    return engine


def ours(engine: Engine, path: Path) -> None:
    """Take the list in as the command does."""
    ListImport(engine, LIST, KeyedHasher("a bench")).run(path, AT)


def counted(engine: Engine) -> list[int]:
    """Return how many rows each table has."""
    with reading(engine) as connection:
        return [
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in TABLES
        ]


def rows_of(
    engine: Engine, table: Table, columns: Sequence[str], many: int
) -> Iterator[list[Any]]:
    """Yield a table's rows as the driver takes them, many at a time, in order."""
    key = "subscriber_id" if table is subscription else "id"
    after = 0
    place = columns.index(key)
    while True:
        statement = (
            f"SELECT {', '.join(columns)} FROM {table.name} WHERE {key} > {after} "  # noqa: S608 - our own names
            f"ORDER BY {key} LIMIT {many}"
        )
        with reading(engine) as connection:
            rows = [*map(tuple, connection.exec_driver_sql(statement).fetchall())]
        if not rows:
            return
        after = rows[-1][place]
        yield [tuple(map(_plain, row)) for row in rows]


def _plain(value: Any) -> Any:
    """Return a value as it is inserted: PostgreSQL's driver reads JSON by itself."""
    return json.dumps(value) if isinstance(value, list | dict) else value
