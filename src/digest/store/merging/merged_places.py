"""What a merged person has had of a campaign and is to get: no gap, and no repeat.

Of what is due to either, they get what neither has had in a copy. Their place is the
further one; what lies before it and is due still is owed to them, by position.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from digest.model.editions.due_stretch import DueStretch, due_to
from digest.model.editions.edition import VariantKey
from digest.model.editions.mode import Mode
from digest.store.base.tables import (
    bounce,
    call_attempt,
    carried_over,
    delivery,
    left_out,
    reader,
)
from digest.store.delivery.had import HadCopy
from digest.store.people import owed, places
from digest.store.people.doubles import merges
from digest.store.people.readers import place_in
from digest.store.posts import log

_COPIED = (
    *("campaign_id", "schedule_id", "format", "language", "topics", "position"),
    *("rehearsal_position", "joined_at", "paused_until", "catch_up"),
)


@dataclass(frozen=True, slots=True)
class ReaderStanding:
    """A reader's place in a campaign's log, and what they are owed of before it."""

    place: int
    owed: tuple[DueStretch, ...] = ()

    def and_owed(self, stretches: Iterable[DueStretch]) -> "ReaderStanding":
        """Return it with more that is owed."""
        return ReaderStanding(self.place, (*self.owed, *stretches))

    def as_json(self) -> dict[str, Any]:
        """Return it for the database."""
        return {
            "place": self.place,
            "owed": [[each.since, each.upto, each.had] for each in self.owed],
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> "ReaderStanding":
        """Return what `as_json` has written."""
        stretches = (
            DueStretch(since, upto, tuple(map(tuple, holes)))
            for since, upto, holes in facts["owed"]
        )
        return cls(facts["place"], tuple(stretches))


def standing(connection: Connection, reader_id: int, mode: Mode) -> ReaderStanding:
    """Return where a reader stands in that mode."""
    place = select(place_in(mode)).where(reader.c.id == reader_id)
    stretches = owed.of_readers(connection, mode, [reader_id]).get(reader_id, ())
    return ReaderStanding(connection.scalars(place).one(), tuple(stretches))


def copy_reader(connection: Connection, reader_id: int, subscriber_id: int) -> int:
    """Have somebody read what another does, from the same place; return as whom."""
    columns = [reader.c[name] for name in _COPIED]
    row = connection.execute(select(*columns).where(reader.c.id == reader_id)).one()
    values = {**row._mapping, "subscriber_id": subscriber_id}  # noqa: SLF001
    statement = insert(reader).values(values).returning(reader.c.id)
    return int(connection.execute(statement).scalar_one())


@dataclass(frozen=True, slots=True)
class DueLog:
    """What of a log is due to a reader: what is before their place, and that place."""

    place: int
    stretch: DueStretch | None


def due_of(
    connection: Connection,
    reader_id: int,
    mode: Mode,
    standings: Sequence[ReaderStanding],
    copies: Sequence[VariantKey],
) -> DueLog:
    """Return what any of these standings is due, once, but for what was had.

    Their place is the furthest of them. Had is what is in these copies, and what a
    person said that the reader had, or who was merged into them.
    """
    whose = select(reader.c.campaign_id, reader.c.subscriber_id)
    row = connection.execute(whose.where(reader.c.id == reader_id)).one()
    place = max(each.place for each in standings)
    begins = owed.begins(connection, row.campaign_id, mode)
    parts = [due_to(each.place, place, each.owed, begins) for each in standings]
    due = due_to(place, place, parts, begins)
    if due.parts:
        by_word = _had_by_word(
            connection,
            merges.all_readers(connection, row.campaign_id, row.subscriber_id),
        )
        due = due.without(
            entry.position
            for entry in log.released(connection, row.campaign_id, due.since, place)
            if any(key.takes(entry.position, entry.topics) for key in copies)
            or any(each.takes(entry.position) for each in by_word)
        )
    return DueLog(place, due if due.parts else None)


def repeats(
    connection: Connection,
    campaign_id: int,
    waiting: HadCopy,
    copies: Sequence[HadCopy],
) -> bool:
    """Whether a copy has something that one of these copies has too."""
    due = waiting.key.due
    return any(
        waiting.key.takes(entry.position, entry.topics)
        and any(copy.key.takes(entry.position, entry.topics) for copy in copies)
        for entry in log.released(connection, campaign_id, due.since, due.upto)
    )


def settle(
    connection: Connection, reader_id: int, mode: Mode, due: DueLog, merge_id: int
) -> None:
    """Have a reader be due that, and nothing else that lies before their place."""
    owed.replace(connection, mode, reader_id, due.stretch, merge_id)
    places.move_on(connection, mode, due.place, reader.c.id == reader_id)


def remove_bare(connection: Connection, reader_id: int) -> None:
    """Remove a reader of whom nothing is on record but their place."""
    for table, column in (
        (delivery, delivery.c.reader_id),
        (left_out, left_out.c.reader_id),
        (carried_over, carried_over.c.reader_id),
        (bounce, bounce.c.reader_id),
        (call_attempt, call_attempt.c.reader_id),
    ):
        rows = select(column).where(column == reader_id).select_from(table).limit(1)
        if connection.execute(rows).first() is not None:
            return
    connection.execute(delete(reader).where(reader.c.id == reader_id))


def _had_by_word(connection: Connection, reader_ids: Sequence[int]) -> list[DueStretch]:
    """Return what a person said that these readers had."""
    rows = connection.execute(
        select(reader.c.had_since, reader.c.had_upto).where(
            reader.c.id.in_(reader_ids), reader.c.had_upto.is_not(None)
        )
    )
    return [DueStretch(row.had_since, row.had_upto) for row in rows]
