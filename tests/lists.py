"""Subscriber lists for tests, imported in as a person would."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, insert, select, update

from digest.audience.hashing import KeyedHasher
from digest.audience.lists.import_report import ImportReport
from digest.audience.lists.importing import ListImport
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery, edition, variant
from digest.store.editions import editions, moves
from digest.store.people import readers
from tests.builders import EIGHT
from tests.stored import schedule_id

HASHER_SECRET = "a secret of the test's own"  # noqa: S105 - of nobody
HASHER = KeyedHasher(HASHER_SECRET)
HEAD = "name,email,phone,address_1,address_2,postcode"
ANN = "Ann Example,ann@example.org,,,,"
BOB = "Bob Example,,,1 Example Street,EXAMPLETON,ZZ99 1AA"
CY = "Cy Example,,01632 960155,,,"
TWO_LISTS = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
lists = ["lantern", "friends"]
language = "en-GB"

[[source]]
name = "blog"
kind = "feed"
url = "https://example.org/feed"

[[schedule]]
name = "daily"
at = "16:00"
default = true

[[schedule]]
name = "weekly"
at = "10:00"
days = "thu"
formats = ["letter", "large-print"]
"""


def imported(  # noqa: PLR0913 - the rows and how they are imported
    engine: Engine,
    *lines: str | bytes,
    head: str = HEAD,
    to: str = "lantern",
    chunk: int = 100,
    dry_run: bool = False,
    is_same: bool | None = None,
) -> ImportReport:
    """Import these rows into a list, the tests' own unless another is named."""
    rows = [line if isinstance(line, bytes) else line.encode() for line in lines]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(b"\n".join([head.encode(), *rows]))
        list_import = ListImport(engine, to, HASHER, dry_run, chunk, is_same)
        return list_import.run(path, EIGHT)


def an_edition(engine: Engine, on: str = "daily", **fields: object) -> editions.Edition:
    """Open an edition of that schedule, with those fields."""
    with writing(engine) as connection:
        slot = editions.Slot(1, schedule_id(engine, on), EIGHT)
        moves.open_at(connection, slot, EIGHT)
        if fields:
            connection.execute(
                update(edition)
                .where(edition.c.schedule_id == slot.schedule_id)
                .values(**fields)
            )
        opened = editions.at_slot(connection, slot.schedule_id, EIGHT)
    assert opened is not None
    return opened


def rows_for(engine: Engine, opened: editions.Edition) -> list[readers.ReaderKind]:
    """Return what planning learns of the edition's next readers."""
    with reading(engine) as connection:
        kinds = readers.kinds_of_readers(connection, opened, 100, EIGHT)
        return [*kinds.values()]


def a_copy(engine: Engine, state: str) -> None:
    """Plan a copy for the first reader."""
    edition_id = an_edition(engine).id
    with writing(engine) as connection:
        kind = {"topics": [], "format": "html", "language": "en-GB", "key": "k"}
        variant_id = connection.scalars(
            insert(variant)
            .values(edition_id=edition_id, since=0, upto=1, **kind)
            .returning(variant.c.id)
        ).one()
        connection.execute(
            insert(delivery).values(
                edition_id=edition_id,
                reader_id=1,
                subscriber_id=1,
                variant_id=variant_id,
                channel="email",
                state=state,
                reply="550 <ann@example.org> is unknown",
            )
        )


def states(engine: Engine) -> list[str]:
    """Return where every copy stands."""
    with reading(engine) as connection:
        return list(connection.scalars(select(delivery.c.state)))
