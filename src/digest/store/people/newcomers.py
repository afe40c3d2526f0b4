"""Who joined behind an edition of which nothing has left: they are owed it like all."""

from sqlalchemy import JSON, Connection, exists, insert, literal, not_, or_, select

from digest.model.editions.mode import Mode
from digest.store.base.tables import (
    BigId,
    carried_over,
    delivery,
    edition,
    left_out,
    reader,
)
from digest.store.editions.standing import is_owed_to_all, standings


def owe_newcomers(connection: Connection, edition_id: int) -> None:
    """Have who joined since an edition was planned get its posts with their next one.

    Where none of it has left, as if it had not been; else a newcomer begins behind
    it. For the transaction that ends it.
    """
    row = connection.execute(
        select(edition).where(edition.c.id == edition_id, is_owed_to_all())
    ).first()
    if row is None or row.planned_at is None:
        return
    mode = Mode(row.mode)
    stands = standings(connection, row.campaign_id, mode, before=edition_id)
    since = stands[row.schedule_id]
    if since >= row.upto:
        return
    was_planned = or_(
        *(
            exists().where(
                table.c.edition_id == edition_id, table.c.reader_id == reader.c.id
            )
            for table in (delivery, left_out)
        )
    )
    newcomers = select(
        reader.c.id,
        literal(edition_id, BigId),
        literal(mode),
        literal(since, BigId),
        literal(row.upto, BigId),
        literal([], JSON),
    ).where(
        reader.c.schedule_id == row.schedule_id,
        reader.c.joined_at >= row.planned_at,
        not_(was_planned),
    )
    names = ["reader_id", "edition_id", "mode", "since", "upto", "had"]
    connection.execute(insert(carried_over).from_select(names, newcomers))
