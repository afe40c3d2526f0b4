"""What was rendered once for every variant with the same items, form and language."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from digest.model.editions.rendition import TOO_HEAVY, Rendition
from digest.store.base.tables import rendition
from digest.store.base.upsert import insert_new


def get(connection: Connection, edition_id: int, key: str) -> Rendition | None:
    """Return what is kept under that key, if anything is."""
    row = connection.execute(
        select(rendition.c.content, rendition.c.facts).where(
            rendition.c.edition_id == edition_id, rendition.c.key == key
        )
    ).first()
    return None if row is None else Rendition(row.content, row.facts)


def put(
    connection: Connection, edition_id: int, key: str, content: Rendition, now: datetime
) -> bool:
    """Keep a rendition; False where there is one already, which then stays."""
    row = {
        "edition_id": edition_id,
        "key": key,
        "content": content.content,
        "facts": dict(content.facts),
        "made_at": now,
    }
    return insert_new(connection, rendition, [row], key=("edition_id", "key")) == 1


def too_heavy(connection: Connection, edition_id: int) -> int:
    """Return the most that an edition's pictures would have weighed, in bytes.

    0 where they did not need to be hosted for that.
    """
    facts = connection.scalars(
        select(rendition.c.facts).where(rendition.c.edition_id == edition_id)
    )
    return max((int(entry.get(TOO_HEAVY, 0)) for entry in facts), default=0)


def drop(connection: Connection, edition_id: int) -> int:
    """Forget an edition's renditions, as after a withdrawal; return how many.

    What is still needed is rendered again from the items that are left.
    """
    return connection.execute(
        delete(rendition).where(rendition.c.edition_id == edition_id)
    ).rowcount
