"""What an import by command keeps of itself, so that it can be undone."""

from datetime import datetime

from sqlalchemy import Connection

from digest.audience.lists.import_report import ImportReport
from digest.model.people.import_state import ImportState
from digest.store.people.imports import list_imports
from digest.store.people.imports.list_imports import ImportChunk
from digest.store.staff.audit import ACTOR, PROGRAM


class CommandJournal:
    """Keeps an import from its first chunk that changes something on.

    One that changes nothing leaves nothing.
    """

    def __init__(self, file_name: str, list_name: str, now: datetime) -> None:
        self._file_name = file_name
        self._list_name = list_name
        self.now = now
        self._number = 0
        self._import_id = 0

    def __call__(
        self,
        connection: Connection,
        chunk: ImportChunk,
        report: ImportReport,
        upto_line: int,
    ) -> None:
        """Keep what a chunk did."""
        if report.dry_run or not chunk:
            return
        import_id = self._import_id or self._begin(connection)
        self._number += 1
        journaled = ImportChunk(
            self._number, chunk.added, chunk.joined, chunk.changed, chunk.renewed
        )
        list_imports.add_chunk(connection, import_id, journaled)
        counts = report.counts()
        facts = {"upto_line": upto_line, "counts": counts, "rows": report.rows}
        list_imports.note_progress(connection, import_id, self.now, **facts)
        self._import_id = import_id

    def end(self, connection: Connection, report: ImportReport) -> None:
        """Note that all of it is in."""
        if self._import_id:
            facts = {"counts": report.counts(), "rows": report.rows}
            list_imports.move(
                connection,
                self._import_id,
                ImportState.IMPORTED,
                self.now,
                ended_at=self.now,
                **facts,
            )

    def _begin(self, connection: Connection) -> int:
        facts = {
            "state": ImportState.IMPORTING,
            "file_name": self._file_name,
            "list_name": self._list_name,
            "began_at": self.now,
            "worked_at": self.now,
            # Its rows are in a file of whoever gave the command.
            "forgotten_at": self.now,
            "by": connection.get_execution_options().get(ACTOR, PROGRAM),
        }
        return list_imports.begin(connection, facts, self.now)
