"""Mailing lists as staff look at them: how many are on each, and how many were."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from digest.errors import NotFound
from digest.store.base.tables import mailing_list, subscription


@dataclass(frozen=True, slots=True)
class MailingListRow:
    """A mailing list, how many are on it, and how many were."""

    id: int
    name: str
    subscribed: int
    unsubscribed: int


def counted(connection: Connection, list_id: int | None = None) -> list[MailingListRow]:
    """Return every mailing list by name, or that one, with its counts."""
    lists = select(mailing_list.c.id, mailing_list.c.name).order_by(mailing_list.c.name)
    ever = select(subscription.c.mailing_list_id, func.count())
    # By themselves, so that each count is of one index: few have left.
    ended = ever.where(subscription.c.ended_at.is_not(None))
    if list_id is not None:
        lists = lists.where(mailing_list.c.id == list_id)
        ever = ever.where(subscription.c.mailing_list_id == list_id)
        ended = ended.where(subscription.c.mailing_list_id == list_id)
    by_list = subscription.c.mailing_list_id
    everybody = {row[0]: row[1] for row in connection.execute(ever.group_by(by_list))}
    gone_by_list = {
        row[0]: row[1] for row in connection.execute(ended.group_by(by_list))
    }
    return [
        MailingListRow(
            row.id,
            row.name,
            everybody.get(row.id, 0) - gone_by_list.get(row.id, 0),
            gone_by_list.get(row.id, 0),
        )
        for row in connection.execute(lists)
    ]


def with_id(connection: Connection, list_id: int) -> MailingListRow:
    """Return the mailing list of that row. Raises NotFound in words."""
    rows = counted(connection, list_id)
    if not rows:
        raise NotFound(f"There is no mailing list of the number {list_id}.")
    return rows[0]
