"""Links that work once: to the first account, into one, or to another password."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from digest.errors import NotFound
from digest.store.base.tables import account_link

_OVER = (
    "This link has been used, or its time is over. Ask whoever sent it for another one."
)


class LinkPurpose(StrEnum):
    """What a link is for."""

    FIRST = "first"
    INVITATION = "invitation"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class AccountLink:
    """A link that has not been used; only the first account's has no account yet."""

    id: int
    purpose: LinkPurpose
    account_id: int | None
    ends_at: datetime


def make(
    connection: Connection,
    purpose: LinkPurpose,
    account_id: int | None,
    now: datetime,
    ends_at: datetime,
) -> int:
    """Make a link and return its number; earlier ones for the same end."""
    end_all(connection, account_id, now)
    row = {
        "purpose": purpose,
        "account_id": account_id,
        "ends_at": ends_at,
    }
    link = insert(account_link).values(row).returning(account_link.c.id)
    return int(connection.execute(link).scalar_one())


def unused(connection: Connection, link_id: int, now: datetime) -> AccountLink:
    """Return the link of that number. Raises NotFound in words where it is over."""
    row = connection.execute(
        select(account_link).where(
            account_link.c.id == link_id,
            account_link.c.used_at.is_(None),
            account_link.c.ends_at > now,
        )
    ).first()
    if row is None:
        raise NotFound(_OVER)
    return AccountLink(row.id, LinkPurpose(row.purpose), row.account_id, row.ends_at)


def use_up(connection: Connection, link_id: int, now: datetime) -> None:
    """Have a link work no more. Raises NotFound in words where it already did not."""
    used = connection.execute(
        update(account_link)
        .where(
            account_link.c.id == link_id,
            account_link.c.used_at.is_(None),
            account_link.c.ends_at > now,
        )
        .values(used_at=now)
    )
    if not used.rowcount:
        raise NotFound(_OVER)


def end_all(connection: Connection, account_id: int | None, now: datetime) -> None:
    """Have no link into that account work any more, or none to the first account."""
    connection.execute(
        update(account_link)
        .where(
            account_link.c.account_id.is_not_distinct_from(account_id),
            account_link.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
