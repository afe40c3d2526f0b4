"""What was rendered once for every variant with the same items, form and language."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from digest.model.editions.rendition import FAULT, TOO_HEAVY, UNPRINTED, Rendition
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.bulk import one_of
from digest.store.base.read_once import of_edition
from digest.store.base.tables import rendition
from digest.store.base.upsert import insert_new

# The key of what keeps an edition itself back, beside those of its renditions.
_PUBLISHING = "publishing"


def get(connection: Connection, edition_id: int, key: str) -> Rendition | None:
    """Return what is kept under that key, if anything is."""
    row = connection.execute(
        select(rendition.c.content, rendition.c.facts).where(
            rendition.c.edition_id == edition_id, rendition.c.key == key
        )
    ).first()
    if row is None or FAULT in row.facts:
        return None
    return Rendition(row.content, row.facts)


def put(connection: Connection, edition_id: int, key: str, content: Rendition) -> bool:
    """Keep a rendition; False where there is one already, which then stays.

    A note of why there was none goes.
    """
    _forget_fault(connection, edition_id, key)
    row = {
        "edition_id": edition_id,
        "key": key,
        "content": content.content,
        "facts": dict(content.facts),
    }
    return insert_new(connection, rendition, [row], key=("edition_id", "key")) == 1


def note_fault(connection: Connection, edition_id: int, key: str, why: str) -> None:
    """Keep why a rendition could not be made, until it can."""
    _forget_fault(connection, edition_id, key)
    put(connection, edition_id, key, Rendition(b"", {FAULT: why}))


def note_publishing_fault(connection: Connection, edition_id: int, why: str) -> None:
    """Keep why an edition cannot be carried forward; forget it where `why` is empty."""
    _forget_fault(connection, edition_id, _PUBLISHING)
    if why:
        note_fault(connection, edition_id, _PUBLISHING, why)


def publishing_fault(connection: Connection, edition_id: int) -> str:
    """Return why the edition could not be carried forward; "" where it can."""
    notes = of_edition(connection, _facts_of_each, edition_id) or {}
    return str(notes.get(_PUBLISHING, {}).get(FAULT, ""))


def _fault(connection: Connection, edition_id: int, key: str) -> str:
    facts = connection.scalar(
        select(rendition.c.facts).where(
            rendition.c.edition_id == edition_id, rendition.c.key == key
        )
    )
    return str((facts or {}).get(FAULT, ""))


def faults(connection: Connection, edition_id: int) -> list[str]:
    """Return why renditions of an edition could not be made, each reason once."""
    reasons = (str(facts.get(FAULT, "")) for facts in _facts(connection, edition_id))
    return list(dict.fromkeys(filter(None, reasons)))


def unprinted(connection: Connection, edition_id: int) -> list[str]:
    """Return what of an edition's items letters could not print, each thing once."""
    every = (facts.get(UNPRINTED, ()) for facts in _facts(connection, edition_id))
    return list(dict.fromkeys(str(words) for some in every for words in some))


def too_heavy(connection: Connection, edition_id: int) -> int:
    """Return the most that an edition's pictures would have weighed, in bytes.

    0 where they did not need to be hosted for that.
    """
    every = _facts(connection, edition_id)
    return max((int(facts.get(TOO_HEAVY, 0)) for facts in every), default=0)


def _facts(connection: Connection, edition_id: int) -> list[Mapping[str, Any]]:
    notes = of_edition(connection, _facts_of_each, edition_id) or {}
    return [facts for key, facts in notes.items() if key != _PUBLISHING]


def _facts_of_each(
    connection: Connection, edition_ids: Sequence[int]
) -> dict[int, dict[str, Mapping[str, Any]]]:
    """Return the facts of the renditions of each edition, by their keys in order."""
    rows = rows_of(connection, _notes, tuple(edition_ids))
    notes = dict[int, dict[str, Mapping[str, Any]]]()
    for row in sorted(rows, key=lambda row: row.key):
        notes.setdefault(row.edition_id, {})[row.key] = row.facts
    return notes


def _notes(connection: Connection, edition_ids: Sequence[int]) -> Select[Any]:
    return select(rendition.c.edition_id, rendition.c.key, rendition.c.facts).where(
        one_of(connection, rendition.c.edition_id, edition_ids)
    )


def questions(edition_ids: Sequence[int]) -> tuple[Asked, ...]:
    """Return what is asked of these editions' facts, to be asked with others."""
    return ((_notes, tuple(edition_ids)),)


def _forget_fault(connection: Connection, edition_id: int, key: str) -> None:
    if _fault(connection, edition_id, key):
        connection.execute(
            delete(rendition).where(
                rendition.c.edition_id == edition_id, rendition.c.key == key
            )
        )
