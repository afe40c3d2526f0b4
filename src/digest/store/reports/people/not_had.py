"""What of a campaign's log a reader has not had, though their place is behind it."""

from datetime import datetime

from sqlalchemy import Connection, select

from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.edition import VariantKey
from digest.model.editions.mode import Mode
from digest.model.formats import named
from digest.model.posts.event_changes import is_worth_telling
from digest.store.base.tables import reader
from digest.store.delivery import had
from digest.store.people import owed
from digest.store.people.doubles.merges import whose
from digest.store.people.readers import Reader, place_in
from digest.store.posts import log
from digest.store.posts.log import LogEntry


def not_had(
    connection: Connection, whom: Reader, mode: Mode, begins: int, now: datetime
) -> list[LogEntry]:
    """Return what a reader has not had and is not to get, past `begins`, in order.

    On their topics, up to their place in the log of that mode. Events that are over
    are left out. What a person said that they had, they had.
    """
    query = select(
        place_in(mode).label("place"),
        reader.c.topics,
        reader.c.format,
        reader.c.had_since,
        reader.c.had_upto,
    )
    rows = connection.execute(
        query.add_columns(reader.c.id).where(
            reader.c.campaign_id == whom.campaign_id,
            whose(reader.c.subscriber_id, whom.subscriber_id),
        )
    ).all()
    [row] = [row for row in rows if row.id == whom.id]
    begins = max(begins, owed.begins(connection, whom.campaign_id, mode))
    if begins >= row.place:
        return []
    due = DueStretch(begins, row.place)
    theirs = VariantKey(due, tuple(row.topics), named(row.format), "")
    stretches = owed.of_readers(connection, mode, [whom.id]).get(whom.id, [])
    stretches += (
        DueStretch(each.had_since, each.had_upto)
        for each in rows
        if each.had_upto is not None
    )
    copies = list(had.copies_had(connection, [row.id for row in rows], mode))
    return [
        entry
        for entry in log.released(connection, whom.campaign_id, begins, row.place)
        if theirs.takes(entry.position, entry.topics)
        and is_worth_telling(entry.item, now)
        and not any(each.takes(entry.position) for each in stretches)
        and not any(copy.key.takes(entry.position, entry.topics) for copy in copies)
    ]
