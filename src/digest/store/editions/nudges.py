"""Which approvers were told of which edition: each thing once, whoever tells it."""

from datetime import datetime

from sqlalchemy import Connection, Select, delete, select

from digest.model.moves import EDITION_MOVES
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import edition, nudge
from digest.store.base.upsert import insert_new

# Not all approvers of an edition could be told, since when.
_UNSENT = "unsent"


def claim(connection: Connection, edition_id: int, kind: str, now: datetime) -> bool:
    """Note that approvers are told that of an edition; False where they have been."""
    row = {"edition_id": edition_id, "kind": kind, "at": now}
    return insert_new(connection, nudge, [row], key=("edition_id", "kind")) == 1


def notices(connection: Connection, edition_id: int) -> dict[str, datetime]:
    """Return what approvers were told of an edition, by kind, and when."""
    rows = select(nudge.c.kind, nudge.c.at).where(
        nudge.c.edition_id == edition_id, nudge.c.kind != _UNSENT
    )
    return {row.kind: row.at for row in connection.execute(rows.order_by(nudge.c.at))}


def give_back(connection: Connection, edition_id: int, kind: str) -> None:
    """Note that they could not be told: somebody tries again."""
    connection.execute(
        delete(nudge).where(nudge.c.edition_id == edition_id, nudge.c.kind == kind)
    )


def note_unsent(connection: Connection, edition_id: int, now: datetime) -> None:
    """Note that not all of its approvers could be told; the first time counts."""
    row = {"edition_id": edition_id, "kind": _UNSENT, "at": now}
    insert_new(connection, nudge, [row], key=("edition_id", "kind"))


def note_all_told(connection: Connection, edition_id: int) -> None:
    """Note that all approvers of an edition have been told."""
    give_back(connection, edition_id, _UNSENT)


def unsent_since(connection: Connection, edition_id: int) -> datetime | None:
    """Return since when not all approvers of an unfinished edition could be told."""
    since = {row.edition_id: row.at for row in rows_of(connection, _unsent)}
    return since.get(edition_id)


def _unsent(_connection: Connection) -> Select[int, datetime]:
    states = [*EDITION_MOVES.unfinished]
    is_unfinished = edition.c.state.in_(states)
    rows = select(nudge.c.edition_id, nudge.c.at).join(edition)
    return rows.where(nudge.c.kind == _UNSENT, is_unfinished)


# What is asked of all of them, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_unsent,),)
