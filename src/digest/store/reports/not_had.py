"""What of a campaign's log a reader has not had, though their place is behind it."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, and_, not_, or_, select

from digest.model.delivery.delivery import NEVER_LEFT, DeliveryState
from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.edition import VariantKey
from digest.model.editions.mode import Mode
from digest.model.formats import named
from digest.model.posts.event_changes import is_worth_telling
from digest.store.base.tables import delivery, edition, reader, variant
from digest.store.people import owed
from digest.store.people.owed import stretch_of
from digest.store.people.readers import Reader, place_in
from digest.store.posts import log
from digest.store.posts.log import LogEntry

# A mail server took none of these.
_NEVER_HAD = (*NEVER_LEFT, DeliveryState.REFUSED)


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
    row = connection.execute(query.where(reader.c.id == whom.id)).one()
    begins = max(begins, owed.begins(connection, whom.campaign_id, mode))
    if begins >= row.place:
        return []
    due = DueStretch(begins, row.place)
    theirs = VariantKey(due, tuple(row.topics), named(row.format), "")
    stretches = owed.of_readers(connection, mode, [whom.id]).get(whom.id, [])
    if row.had_upto is not None:
        stretches.append(DueStretch(row.had_since, row.had_upto))
    copies = list(_had_by(connection, whom.id, mode))
    return [
        entry
        for entry in log.released(connection, whom.campaign_id, begins, row.place)
        if theirs.takes(entry.position, entry.topics)
        and is_worth_telling(entry.item, now)
        and not any(each.takes(entry.position) for each in stretches)
        and not any(key.takes(entry.position, entry.topics) for key in copies)
    ]


def _had_by(connection: Connection, reader_id: int, mode: Mode) -> Iterator[VariantKey]:
    """Yield what was in copies that a reader has had, or is to get.

    Live copies count in rehearsals too.
    """
    settled_by_a_person = and_(
        delivery.c.state.in_(NEVER_LEFT),
        delivery.c.carried_by == delivery.c.edition_id,
    )
    rows = connection.execute(
        select(variant)
        .join(delivery, delivery.c.variant_id == variant.c.id)
        .join(edition, edition.c.id == delivery.c.edition_id)
        .where(
            delivery.c.reader_id == reader_id,
            edition.c.mode.in_((mode, Mode.LIVE)),
            or_(not_(delivery.c.state.in_(_NEVER_HAD)), settled_by_a_person),
        )
    )
    for row in rows:
        topics, fmt = tuple(row.topics), named(row.format)
        yield VariantKey(stretch_of(row), topics, fmt, row.language)
