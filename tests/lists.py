"""Subscriber lists for tests, taken in as a person would."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from digest.audience.hashing import Hasher
from digest.audience.import_report import ImportReport
from digest.audience.importing import ListImport
from tests.builders import EIGHT

HASHER = Hasher("a secret of the test's own")
HEAD = "name,email,phone,address_1,address_2,postcode"
ANN = "Ann Example,ann@example.org,,,,"
BOB = "Bob Example,,,1 Example Street,EXAMPLETON,ZZ99 1AA"
CY = "Cy Example,,01632 960155,,,"


def taken(
    engine: Engine,
    *lines: str | bytes,
    head: str = HEAD,
    to: str = "lantern",
    chunk: int = 100,
    dry_run: bool = False,
) -> ImportReport:
    """Import these rows into a list, the tests' own unless another is named."""
    rows = [line if isinstance(line, bytes) else line.encode() for line in lines]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(b"\n".join([head.encode(), *rows]))
        return ListImport(engine, to, HASHER, dry_run, chunk).run(path, EIGHT)
