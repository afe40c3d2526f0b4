"""What a campaign that has ended leaves its readers without."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from digest.store.base.modes import mode_of
from digest.store.base.tables import item, reader
from digest.store.editions.standing import standings
from digest.store.people import owed
from digest.store.people.readers import reads_it
from digest.store.reports import overview


@dataclass(frozen=True, slots=True)
class Leftovers:
    """How many posts came after the last editions, and how many wait for staff.

    `copies` have ended without having left, and no edition is to carry their posts.
    """

    posts: int
    waiting: int
    copies: int


def leftovers_of(connection: Connection, campaign_id: int) -> Leftovers:
    """Return what of the campaign its readers have not had, if it ended now."""
    welcome = reads_it(connection, campaign_id)
    with_readers = connection.scalars(
        select(reader.c.schedule_id)
        .where(reader.c.campaign_id == campaign_id, welcome)
        .distinct()
    ).all()
    # What they are owed is counted by its copies.
    mode = mode_of(connection)
    stands = standings(connection, campaign_id, mode, owed_lies_ahead=False)
    furthest = [stands[schedule_id] for schedule_id in with_readers]
    posts = select(func.count()).where(
        item.c.campaign_id == campaign_id,
        item.c.position > min(furthest, default=0),
        item.c.withdrawn_at.is_(None),
    )
    return Leftovers(
        posts=connection.scalar(posts) or 0 if furthest else 0,
        waiting=overview.posts_waiting(connection, campaign_id),
        copies=owed.count(connection, campaign_id, welcome),
    )
