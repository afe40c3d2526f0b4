"""Imports of files: where each stands, its rows, its faults, and what each chunk did.

The one door of an import's state: each move is a conditional update, so that two who
press at once do it once.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from digest.errors import NotFound
from digest.model.people.import_state import WORKING, ImportState, sources_of
from digest.store.base.tables import (
    list_import,
    list_import_chunk,
    list_import_fault,
    list_import_part,
)
from digest.store.upkeep.overdue_rows import OverdueCount


@dataclass(frozen=True, slots=True)
class StoredImport:
    """An import as it stands; `columns` is None until somebody has matched them."""

    id: int
    list_name: str
    file_name: str
    state: ImportState
    note: str
    headings: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...] | None
    consent: Mapping[str, str]
    is_same: bool | None
    rows: int
    upto_line: int
    counts: Mapping[str, int]
    by: str
    created_at: datetime
    began_at: datetime | None
    worked_at: datetime | None
    ended_at: datetime | None
    forgotten_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportChunk:
    """What a chunk did: numbers of people, and what was held of them before."""

    number: int = 0
    added: Sequence[int] = ()
    joined: Sequence[int] = ()
    changed: Mapping[str, Any] = field(default_factory=dict)
    renewed: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether it did anything."""
        return bool(self.added or self.joined or self.changed or self.renewed)


@dataclass(frozen=True, slots=True)
class ImportFault:
    """What is to be told of a row: what is wrong, what to do, and whose it is."""

    kind: str
    line: int
    place: str
    wrong: str
    do: str
    name: str = ""


def begin(connection: Connection, facts: Mapping[str, Any], now: datetime) -> int:
    """Keep a new import; return its number."""
    values = {
        "state": ImportState.UPLOADED,
        "note": "",
        "headings": [],
        "samples": [],
        "rows": 0,
        "counts": {},
        "created_at": now,
    } | dict(facts)
    statement = insert(list_import).values(values).returning(list_import.c.id)
    return int(connection.execute(statement).scalar_one())


def with_id(connection: Connection, import_id: int) -> StoredImport:
    """Return that import. Raises NotFound in words."""
    row = connection.execute(
        select(list_import).where(list_import.c.id == import_id)
    ).first()
    if row is None:
        raise NotFound(f"There is no import of the number {import_id}.")
    return _stored(row)


def latest(
    connection: Connection, limit: int, before: int | None = None
) -> list[StoredImport]:
    """Return imports, the newest first: those before that one."""
    rows = select(list_import).order_by(list_import.c.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(list_import.c.id < before)
    return [_stored(row) for row in connection.execute(rows)]


def move(
    connection: Connection,
    import_id: int,
    to: ImportState,
    now: datetime,
    **facts: Any,
) -> bool:
    """Have an import come to a state, with these facts; False where it may not."""
    moved = connection.execute(
        update(list_import)
        .where(list_import.c.id == import_id, list_import.c.state.in_(sources_of(to)))
        .values(state=to, worked_at=now, **facts)
    )
    return moved.rowcount > 0


def take_up(
    connection: Connection, import_id: int, silent_since: datetime, now: datetime
) -> bool:
    """Take up an import that was cut off; False where somebody is at it still."""
    claim = connection.execute(
        update(list_import)
        .where(
            list_import.c.id == import_id,
            list_import.c.state.in_(WORKING),
            or_(
                list_import.c.worked_at.is_(None),
                list_import.c.worked_at < silent_since,
            ),
        )
        .values(worked_at=now)
    )
    return claim.rowcount > 0


def note_progress(
    connection: Connection, import_id: int, now: datetime, **facts: Any
) -> None:
    """Keep how far it has come: with what was done, in one transaction."""
    connection.execute(
        update(list_import)
        .where(list_import.c.id == import_id)
        .values(worked_at=now, **facts)
    )


def add_part(
    connection: Connection, import_id: int, number: int, content: bytes
) -> None:
    """Keep a piece of its text."""
    connection.execute(
        insert(list_import_part).values(
            list_import_id=import_id, number=number, content=zlib.compress(content)
        )
    )


def parts(connection: Connection, import_id: int) -> Iterator[bytes]:
    """Yield its text, a piece at a time."""
    number = 0
    while True:
        content = connection.scalar(
            select(list_import_part.c.content).where(
                list_import_part.c.list_import_id == import_id,
                list_import_part.c.number == number,
            )
        )
        if content is None:
            return
        yield zlib.decompress(content)
        number += 1


def clear_faults(connection: Connection, import_id: int) -> None:
    """Forget what was to be told of its rows."""
    fault = list_import_fault
    connection.execute(delete(fault).where(fault.c.list_import_id == import_id))


def add_faults(
    connection: Connection, import_id: int, faults: Iterable[ImportFault]
) -> None:
    """Keep what is to be told of rows."""
    rows = [
        {
            "list_import_id": import_id,
            "kind": each.kind,
            "line": each.line,
            "place": each.place,
            "wrong": each.wrong,
            "do": each.do,
            "name": each.name,
        }
        for each in faults
    ]
    if rows:
        connection.execute(insert(list_import_fault), rows)


def faults(
    connection: Connection,
    import_id: int,
    limit: int,
    *,
    kinds: Sequence[str] = (),
    after: int = 0,
) -> list[tuple[int, ImportFault]]:
    """Return what is to be told of its rows, by number, past that number."""
    fault = list_import_fault.c
    rows = select(list_import_fault).where(
        fault.list_import_id == import_id, fault.id > after
    )
    if kinds:
        rows = rows.where(fault.kind.in_(kinds))
    return [
        (
            row.id,
            ImportFault(row.kind, row.line, row.place, row.wrong, row.do, row.name),
        )
        for row in connection.execute(rows.order_by(fault.id).limit(limit))
    ]


def add_chunk(connection: Connection, import_id: int, chunk: ImportChunk) -> None:
    """Keep what a chunk did."""
    connection.execute(
        insert(list_import_chunk).values(
            list_import_id=import_id,
            number=chunk.number,
            added=list(chunk.added),
            joined=list(chunk.joined),
            changed=dict(chunk.changed),
            renewed=dict(chunk.renewed),
        )
    )


def last_chunk(connection: Connection, import_id: int) -> ImportChunk | None:
    """Return the last of its chunks that is not undone."""
    chunk = list_import_chunk.c
    row = connection.execute(
        select(list_import_chunk)
        .where(chunk.list_import_id == import_id, chunk.undone_at.is_(None))
        .order_by(chunk.number.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return ImportChunk(row.number, row.added, row.joined, row.changed, row.renewed)


def next_chunk_number(connection: Connection, import_id: int) -> int:
    """Return the number of the chunk that comes next."""
    chunk = list_import_chunk.c
    last = select(func.max(chunk.number)).where(chunk.list_import_id == import_id)
    return (connection.scalar(last) or 0) + 1


def close_chunk(
    connection: Connection, import_id: int, number: int, now: datetime
) -> None:
    """Note that a chunk is undone, and forget what was held before."""
    chunk = list_import_chunk.c
    connection.execute(
        update(list_import_chunk)
        .where(chunk.list_import_id == import_id, chunk.number == number)
        .values(undone_at=now, changed={}, renewed={})
    )


def forget_files(connection: Connection, now: datetime) -> None:
    """Remove the rows of every import that nobody is at, and what quotes them."""
    _forget(connection, now, list_import.c.state.not_in(WORKING))


def count_old(connection: Connection, before: datetime) -> OverdueCount:
    """Return how many imports `forget_old` has to forget."""
    overdue = select(func.count(), func.min(_ended())).where(_is_old(before))
    amount, oldest = connection.execute(overdue.select_from(list_import)).one()
    return OverdueCount(amount, oldest)


def forget_old(
    connection: Connection, before: datetime, now: datetime, most: int
) -> int:
    """Remove the rows of imports made before an instant, and what would undo them.

    Of `most` of them at most; returns of how many.
    """
    ids = select(list_import.c.id).where(_is_old(before)).limit(most)
    old = list(connection.scalars(ids))
    _forget(connection, now, list_import.c.id.in_(old))
    chunk = list_import_chunk
    connection.execute(delete(chunk).where(chunk.c.list_import_id.in_(old)))
    return len(old)


def forget_file(connection: Connection, import_id: int, now: datetime) -> None:
    """Remove the rows of one import, and what quotes them."""
    _forget(connection, now, list_import.c.id == import_id)


def forget_person(connection: Connection, subscriber_id: int) -> None:
    """Remove what chunks keep of somebody as they were before."""
    chunk = list_import_chunk
    rows = connection.execute(
        select(chunk).where(chunk.c.undone_at.is_(None)).order_by(chunk.c.number)
    )
    for row in rows:
        before = {"changed": row.changed, "renewed": row.renewed}
        after = {
            name: {who: was for who, was in people.items() if who != str(subscriber_id)}
            for name, people in before.items()
        }
        if after != before:
            connection.execute(
                update(chunk)
                .where(
                    chunk.c.list_import_id == row.list_import_id,
                    chunk.c.number == row.number,
                )
                .values(after)
            )


def _is_old(before: datetime) -> ColumnElement[bool]:
    chunks = exists().where(list_import_chunk.c.list_import_id == list_import.c.id)
    return and_(
        or_(list_import.c.forgotten_at.is_(None), chunks),
        list_import.c.state.not_in(WORKING),
        _ended() < before,
    )


def _ended() -> ColumnElement[datetime]:
    return func.coalesce(list_import.c.ended_at, list_import.c.created_at)


def _forget(connection: Connection, now: datetime, which: ColumnElement[bool]) -> None:
    ids = list(connection.scalars(select(list_import.c.id).where(which)))
    for table in (list_import_part, list_import_fault):
        connection.execute(delete(table).where(table.c.list_import_id.in_(ids)))
    connection.execute(
        update(list_import)
        .where(list_import.c.id.in_(ids), list_import.c.forgotten_at.is_(None))
        .values(samples=[], forgotten_at=now)
    )


def _stored(row: Row[Any]) -> StoredImport:
    return StoredImport(
        id=row.id,
        list_name=row.list_name or "",
        file_name=row.file_name,
        state=ImportState(row.state),
        note=row.note,
        headings=tuple(row.headings),
        samples=tuple(map(tuple, row.samples)),
        columns=None if row.columns is None else tuple(row.columns),
        consent=row.consent or {},
        is_same=row.is_same,
        rows=row.rows,
        upto_line=row.upto_line,
        counts=row.counts,
        by=row.by,
        created_at=row.created_at,
        began_at=row.began_at,
        worked_at=row.worked_at,
        ended_at=row.ended_at,
        forgotten_at=row.forgotten_at,
    )
