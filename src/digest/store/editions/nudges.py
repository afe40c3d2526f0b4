"""Which approvers were told of which edition: each thing once, whoever tells it."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from digest.store.base.tables import nudge
from digest.store.base.upsert import insert_new


def claim(connection: Connection, edition_id: int, kind: str, now: datetime) -> bool:
    """Note that approvers are told that of an edition; False where they have been."""
    row = {"edition_id": edition_id, "kind": kind, "at": now}
    return insert_new(connection, nudge, [row], key=("edition_id", "kind")) == 1


def notices(connection: Connection, edition_id: int) -> dict[str, datetime]:
    """Return what approvers were told of an edition, by kind, and when."""
    rows = select(nudge.c.kind, nudge.c.at).where(nudge.c.edition_id == edition_id)
    return {row.kind: row.at for row in connection.execute(rows.order_by(nudge.c.at))}


def give_back(connection: Connection, edition_id: int, kind: str) -> None:
    """Note that they could not be told: somebody tries again."""
    connection.execute(
        delete(nudge).where(nudge.c.edition_id == edition_id, nudge.c.kind == kind)
    )
