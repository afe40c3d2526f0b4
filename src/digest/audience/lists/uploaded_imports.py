"""Imports of files that are handed in: matched, checked, taken in, gone on with.

Each step is on record before it is begun, and each chunk with what it did: an import
that is cut off anywhere is gone on with where it was, or undone, and never left half.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Engine

from digest.audience import limits
from digest.audience.hashing import KeyedHasher
from digest.audience.lists import importing
from digest.audience.lists.columns import check_columns, guarded
from digest.audience.lists.import_report import ImportReport
from digest.audience.lists.importing import ListImport
from digest.audience.lists.list_file import ListFile, ListProblem, ListRow
from digest.audience.lists.uploads import UploadedList, read_upload
from digest.errors import DigestError, ImportRefused
from digest.model.people.import_state import ImportState
from digest.model.people.person import Consent
from digest.store.base.engine import reading, writing
from digest.store.people.imports import list_imports
from digest.store.people.imports.list_imports import (
    ImportChunk,
    ImportFault,
    StoredImport,
)

REFUSED, STAYS_OUT, DOUBTFUL, PAUSED = "refused", "stays-out", "doubtful", "paused"
RESTORED = "restored"
# What the file to mend says of each row, behind the columns that it had.
TO_MEND = "What to mend"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class ImportMatching:
    """What staff say of a file: its list, its columns, the permission of everybody.

    `consent` is of whoever's row says nothing of it; None where each row says so.
    """

    list_name: str
    columns: tuple[str, ...]
    consent: Consent | None = None
    is_same: bool | None = None


@dataclass(frozen=True, slots=True)
class UploadedImports:
    """What can be done with a file that somebody hands in."""

    engine: Engine
    hasher: KeyedHasher
    clock: Callable[[], datetime]

    def upload(self, name: str, file: BinaryIO, by: str) -> int:
        """Keep a file's rows; return the number of its import.

        Raises ImportRefused for one that cannot be read, of which nothing is kept.
        """
        uploaded = read_upload(name, file)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / uploaded.name.replace("/", "_")
            size = 0
            with path.open("wb") as text:
                for piece in uploaded.lines:
                    size += text.write(piece)
                    if size > limits.LIST_BYTES:
                        raise ImportRefused(f"{uploaded.name} is too long: cut it up")
            return self._keep(uploaded, path, by)

    def match(self, import_id: int, matching: ImportMatching) -> None:
        """Keep what the columns mean, and set out to check the rows.

        Raises ImportRefused where the columns do not say who somebody is, and
        DigestError where the import has gone on meanwhile.
        """
        with writing(self.engine) as connection:
            stored = list_imports.with_id(connection, import_id)
            if len(matching.columns) != len(stored.headings):
                raise ImportRefused("the file has other columns than those: look again")
            check_columns(stored.file_name, matching.columns)
            consent = matching.consent
            self._move(
                connection,
                stored,
                ImportState.CHECKING,
                list_name=matching.list_name,
                columns=list(matching.columns),
                consent=consent and {"basis": consent.basis, **_details(consent)},
                is_same=matching.is_same,
                upto_line=0,
                counts={},
            )
            list_imports.clear_faults(connection, import_id)

    def begin(self, import_id: int) -> None:
        """Set out to take the rows in. Raises DigestError where that cannot be."""
        with writing(self.engine) as connection:
            stored = list_imports.with_id(connection, import_id)
            self._move(
                connection,
                stored,
                ImportState.IMPORTING,
                upto_line=0,
                counts={},
                began_at=self.clock(),
            )
            list_imports.clear_faults(connection, import_id)

    def cancel(self, import_id: int) -> None:
        """Leave it, and forget its rows. Raises DigestError where it has begun."""
        with writing(self.engine) as connection:
            stored = list_imports.with_id(connection, import_id)
            self._move(connection, stored, ImportState.CANCELLED)
            list_imports.forget_file(connection, import_id, self.clock())

    def take_up(self, import_id: int) -> bool:
        """Take up one that was cut off; False where somebody is at it, or none is."""
        now = self.clock()
        with writing(self.engine) as connection:
            silent_since = now - limits.IMPORT_SILENCE
            is_ours = list_imports.take_up(connection, import_id, silent_since, now)
            stored = list_imports.with_id(connection, import_id)
            if is_ours and stored.state is ImportState.CHECKING:
                # Nothing of a check is stored but what it told: it begins again.
                list_imports.clear_faults(connection, import_id)
                facts = {"upto_line": 0, "counts": {}}
                list_imports.note_progress(connection, import_id, now, **facts)
        return is_ours

    def work(self, import_id: int) -> None:
        """Check the rows or take them in, whichever it has set out to, to the end.

        Raises DigestError where a file turns out not to be one; of a check it is then
        as it was before.
        """
        with reading(self.engine) as connection:
            stored = list_imports.with_id(connection, import_id)
        is_check = stored.state is ImportState.CHECKING
        keeper = _Keeper(stored, self.clock)
        try:
            with self._file(stored) as path:
                self._list_import(stored, keeper).run(
                    path, stored.began_at or self.clock()
                )
        except DigestError:
            if is_check:
                with writing(self.engine) as connection:
                    self._move(connection, stored, ImportState.UPLOADED)
            raise
        with writing(self.engine) as connection:
            if is_check:
                self._move(connection, stored, ImportState.CHECKED)
            else:
                facts = {"ended_at": self.clock()}
                self._move(connection, stored, ImportState.IMPORTED, **facts)
            counts = list_imports.with_id(connection, import_id).counts
        importing.log_import(stored.list_name, counts, is_check=is_check)

    def rows_to_mend(self, import_id: int) -> Iterator[str]:
        """Yield, as CSV, the rows that were not taken, each with what to mend.

        Safe in a spreadsheet. Raises DigestError where the rows are gone.
        """
        with reading(self.engine) as connection:
            stored = list_imports.with_id(connection, import_id)
            rows = list_imports.faults(
                connection,
                import_id,
                limits.IMPORT_FAULTS,
                kinds=(REFUSED, DOUBTFUL),
            )
        faults: dict[int, list[str]] = {}
        for _, fault in rows:
            words = f"{fault.place} {fault.wrong}: {fault.do}".strip()
            faults.setdefault(fault.line, []).append(words)
        if stored.forgotten_at:
            raise ImportRefused(_FORGOTTEN)
        return self._rows_of(stored, faults)

    def _rows_of(
        self, stored: StoredImport, faults: Mapping[int, Sequence[str]]
    ) -> Iterator[str]:
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow([*map(guarded, stored.headings), TO_MEND])
        with self._file(stored) as path:
            for row in ListFile(path, None).rows():
                if row.line not in faults:
                    continue
                cells = [""] * len(stored.headings)
                if isinstance(row, ListRow):
                    for place, cell in row.cells.items():
                        cells[int(place)] = guarded(cell)
                words = guarded("; ".join(faults[row.line]))
                writer.writerow([*cells, f"Line {row.line}: {words}"])
                yield out.getvalue()
                out.seek(0)
                out.truncate()
        yield out.getvalue()

    def _keep(self, uploaded: UploadedList, path: Path, by: str) -> int:
        file = ListFile(path, None)
        if not any(file.headings):
            raise ImportRefused(
                f"{uploaded.name} has no header: its first line must name the columns"
            )
        if len(file.headings) > limits.LIST_COLUMNS:
            raise ImportRefused(
                f"{uploaded.name} has over {limits.LIST_COLUMNS} columns: leave out "
                "those that are not about people"
            )
        samples: list[list[str]] = []
        rows = 0
        for row in file.rows():
            rows += 1
            if isinstance(row, ListRow) and len(samples) < limits.SAMPLE_ROWS:
                places = range(len(file.headings))
                samples.append(
                    [row.cells.get(str(place), "")[:_SAMPLE] for place in places]
                )
        if not rows:
            raise ImportRefused(f"{uploaded.name} has a header and no rows below it")
        now = self.clock()
        with writing(self.engine) as connection:
            facts = {
                "file_name": uploaded.name,
                "note": f"{uploaded.note} {_below(file.header_line)}".strip(),
                "headings": [heading[:_SAMPLE] for heading in file.headings],
                "samples": samples,
                "rows": rows,
                "by": by,
            }
            import_id = list_imports.begin(connection, facts, now)
            with path.open("rb") as text:
                for number, piece in enumerate(iter(lambda: text.read(_PIECE), b"")):
                    list_imports.add_part(connection, import_id, number, piece)
        return import_id

    def _move(
        self,
        connection: Connection,
        stored: StoredImport,
        to: ImportState,
        **facts: object,
    ) -> None:
        if stored.forgotten_at and to in (ImportState.CHECKING, ImportState.IMPORTING):
            raise ImportRefused(_FORGOTTEN)
        if not list_imports.move(connection, stored.id, to, self.clock(), **facts):
            raise DigestError(
                "Somebody else has gone on with this import meanwhile: look at where "
                "it stands now"
            )

    @contextmanager
    def _file(self, stored: StoredImport) -> Iterator[Path]:
        """Yield where its text is, for as long as it is needed."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / stored.file_name.replace("/", "_")
            with path.open("wb") as text, reading(self.engine) as connection:
                for piece in list_imports.parts(connection, stored.id):
                    text.write(piece)
            yield path

    def _list_import(self, stored: StoredImport, keeper: "_Keeper") -> ListImport:
        list_import = ListImport(
            self.engine,
            stored.list_name,
            self.hasher,
            dry_run=keeper.is_check,
            chunk=importing.CHUNK,
            is_same=stored.is_same,
            columns=stored.columns or (),
            journal=keeper,
            upto_line=stored.upto_line,
        )
        if stored.consent:
            consent = Consent(**stored.consent)
            list_import = replace(list_import, consent=consent)
        return list_import


def _below(header_line: int) -> str:
    if header_line == 1:
        return ""
    return (
        f"Its columns are named on line {header_line}; what stands above is left out."
    )


_SAMPLE = 200
_FORGOTTEN = (
    "The rows of this file are not kept any more: choose the file again, to begin anew"
)


def _details(consent: Consent) -> dict[str, str]:
    return {"method": consent.method, "at": consent.at, "wording": consent.wording}


class _Keeper:
    """Keeps how far an import is, with each chunk; the report is emptied into it."""

    def __init__(self, stored: StoredImport, clock: Callable[[], datetime]) -> None:
        self._stored = stored
        self._clock = clock
        self._counts = dict(stored.counts)
        self._room = limits.IMPORT_FAULTS
        self._room_for_guesses = limits.IMPORT_GUESSES
        self.is_check = stored.state is ImportState.CHECKING

    def __call__(
        self,
        connection: Connection,
        chunk: ImportChunk,
        report: ImportReport,
        upto_line: int,
    ) -> None:
        import_id = self._stored.id
        for name, count in report.counts().items():
            self._counts[name] = self._counts.get(name, 0) + count
        faults = [*_faults(report)][: self._room]
        self._room -= len(faults)
        # Room of their own: guesses keep no row that needs mending off the page.
        guesses = report.restored_phone_rows[: self._room_for_guesses]
        self._room_for_guesses -= len(guesses)
        faults += _as_faults(RESTORED, guesses)
        list_imports.add_faults(connection, import_id, faults)
        report.start_anew()
        list_imports.note_progress(
            connection,
            import_id,
            self._clock(),
            upto_line=upto_line,
            counts=self._counts,
        )
        if chunk and not self.is_check:
            number = list_imports.next_chunk_number(connection, import_id)
            list_imports.add_chunk(connection, import_id, replace(chunk, number=number))


def _faults(report: ImportReport) -> Iterator[ImportFault]:
    kinds: tuple[tuple[str, Sequence[ListProblem]], ...] = (
        (REFUSED, report.problems),
        (STAYS_OUT, report.not_brought_back),
        (DOUBTFUL, report.doubtful),
        (PAUSED, report.paused),
    )
    for kind, problems in kinds:
        yield from _as_faults(kind, problems)


def _as_faults(kind: str, problems: Sequence[ListProblem]) -> Iterator[ImportFault]:
    for each in problems:
        yield ImportFault(
            kind, each.line, each.column, each.wrong, each.do, each.name[:_SAMPLE]
        )
