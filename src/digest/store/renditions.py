"""Renditions: the bytes of a variant, made once and kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from digest.store.tables import rendition
from digest.store.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Rendition:
    """A compiled message or a letter's body; `facts` are what its maker noted."""

    content: bytes
    facts: dict[str, Any]


def get(connection: Connection, edition_id: int, key: str) -> Rendition | None:
    """Return the rendition of that key, if it has been made."""
    row = connection.execute(
        select(rendition.c.content, rendition.c.facts).where(
            rendition.c.edition_id == edition_id, rendition.c.key == key
        )
    ).first()
    return None if row is None else Rendition(row.content, row.facts)


def put(
    connection: Connection, edition_id: int, key: str, made: Rendition, now: datetime
) -> None:
    """Keep a rendition; the first one made of a key is the one that stays."""
    row = {
        "edition_id": edition_id,
        "key": key,
        "content": made.content,
        "facts": made.facts,
        "made_at": now,
    }
    insert_new(connection, rendition, [row], key=("edition_id", "key"))
