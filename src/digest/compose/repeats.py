"""The same words to the same readers twice: noticed before an edition may go."""

from datetime import datetime

from sqlalchemy import Connection, select

from digest.compose.variants import due_entries
from digest.model.editions.due_stretch import due_to
from digest.model.editions.mode import Mode
from digest.model.posts.duplicates import REPEATED_AFTER
from digest.store.base.tables import edition as edition_table
from digest.store.base.tables import item
from digest.store.editions import standing, steering
from digest.store.editions.editions import Edition


def said_before(connection: Connection, edition: Edition, now: datetime) -> int | None:
    """Return the edition that said all of this lately to the same readers, if any did.

    A post that was added again is another one with the same words. After some days
    the same words are a new notice.
    """
    before, schedule_id = edition.slot, edition.schedule_id
    since = standing.upto_before(connection, schedule_id, before, edition.mode)
    due = due_to(since, edition.upto or since, edition.carried_in)
    entries = due_entries(connection, edition.campaign_id, due, before)
    out = steering.get(connection, steering.place_of(edition)).steering.out
    ids = [entry.id for entry in entries if entry.id not in out]
    if not ids:
        return None
    latest = 0
    for number in ids:
        earlier = _earlier(connection, edition, number, now)
        if earlier is None:
            return None
        latest = max(latest, earlier)
    return latest


def _earlier(
    connection: Connection, edition: Edition, number: int, now: datetime
) -> int | None:
    """Return the latest edition that had another item with that one's words."""
    mark = select(item.c.words_mark).where(item.c.id == number).scalar_subquery()
    modes = edition.mode.counted if edition.mode is Mode.LIVE else (edition.mode,)
    return connection.scalar(
        select(edition_table.c.id)
        .join(item, item.c.campaign_id == edition_table.c.campaign_id)
        .where(
            edition_table.c.schedule_id == edition.schedule_id,
            edition_table.c.mode.in_(modes),
            edition_table.c.planned_at > now - REPEATED_AFTER,
            edition_table.c.id != edition.id,
            item.c.words_mark == mark,
            item.c.id != number,
            item.c.position <= edition_table.c.upto,
            # It was in it, unless it was taken out before that went.
            item.c.withdrawn_at.is_(None)
            | (item.c.withdrawn_at > edition_table.c.planned_at),
        )
        .order_by(edition_table.c.slot.desc())
        .limit(1)
    )
