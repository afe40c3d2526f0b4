"""Mailing lists, and the subscriptions that tie people to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from digest.model.people import Consent
from digest.store.bulk import insert_many, one_of
from digest.store.tables import mailing_list, subscription
from digest.store.upsert import insert_new

NEVER_ON_IT = "left the campaign without having been on this list"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A tie to one list, live until it has ended."""

    subscriber_id: int
    ended_at: datetime | None
    consent: Consent


@dataclass(frozen=True, slots=True)
class ListSize:
    """A mailing list, and how many are on it and have left it."""

    name: str
    subscribed: int
    left: int


def make_list(connection: Connection, name: str, now: datetime) -> int:
    """Return the id of the list called `name`, made if there was none."""
    row = {"name": name, "created_at": now}
    insert_new(connection, mailing_list, [row], key=("name",))
    found = select(mailing_list.c.id).where(mailing_list.c.name == name)
    return int(connection.execute(found).scalar_one())


def lists(connection: Connection) -> list[ListSize]:
    """Return every mailing list by name."""
    rows = connection.execute(
        select(
            mailing_list.c.name,
            func.count(subscription.c.subscriber_id).label("ever"),
            func.count(subscription.c.ended_at).label("left"),
        )
        .outerjoin(subscription, subscription.c.mailing_list_id == mailing_list.c.id)
        .group_by(mailing_list.c.name)
        .order_by(mailing_list.c.name)
    )
    return [ListSize(row.name, row.ever - row.left, row.left) for row in rows]


def on_list(
    connection: Connection, list_id: int, subscriber_ids: Sequence[int]
) -> dict[int, Subscription]:
    """Return these subscribers' subscriptions to the list, ended ones too."""
    if not subscriber_ids:
        return {}
    rows = connection.execute(
        select(subscription).where(
            subscription.c.mailing_list_id == list_id,
            one_of(connection, subscription.c.subscriber_id, subscriber_ids),
        )
    )
    return {
        row.subscriber_id: Subscription(
            row.subscriber_id,
            row.ended_at,
            Consent(
                row.consent_basis or "",
                row.consent_method or "",
                row.consent_at or "",
                row.consent_wording or "",
            ),
        )
        for row in rows
    }


def start(
    connection: Connection,
    list_id: int,
    people: Mapping[int, Consent],
    now: datetime,
) -> None:
    """Subscribe each of these subscribers, none of whom is known to the list."""
    insert_many(
        connection,
        subscription,
        [
            {"mailing_list_id": list_id, "subscriber_id": who, "started_at": now}
            | _evidence(consent)
            for who, consent in people.items()
        ],
    )


def renew(connection: Connection, list_id: int, people: Mapping[int, Consent]) -> None:
    """Keep newer evidence of consent for each of these subscribers."""
    if people:
        connection.execute(
            update(subscription).where(
                subscription.c.mailing_list_id == list_id,
                subscription.c.subscriber_id == bindparam("who"),
            ),
            [{"who": who} | _evidence(consent) for who, consent in people.items()],
        )


def end(
    connection: Connection,
    subscriber_id: int,
    list_ids: Sequence[int],
    reason: str,
    now: datetime,
) -> int:
    """End the live ones among a subscriber's subscriptions; return how many."""
    return _change(
        connection,
        (
            subscription.c.subscriber_id == subscriber_id,
            subscription.c.mailing_list_id.in_(list_ids),
            subscription.c.ended_at.is_(None),
        ),
        {"ended_at": now, "ended_reason": reason},
    )


def reopen(connection: Connection, subscriber_id: int, list_ids: Sequence[int]) -> int:
    """Undo the last ending of a subscriber's subscriptions; return how many."""
    which = (
        subscription.c.subscriber_id == subscriber_id,
        subscription.c.mailing_list_id.in_(list_ids),
        subscription.c.ended_reason != NEVER_ON_IT,
    )
    last = connection.scalar(select(func.max(subscription.c.ended_at)).where(*which))
    if last is None:
        return 0
    return _change(
        connection,
        (*which, subscription.c.ended_at == last),
        {"ended_at": None, "ended_reason": None},
    )


def bar(
    connection: Connection,
    subscriber_id: int,
    list_ids: Sequence[int],
    now: datetime,
) -> None:
    """Note that a subscriber was never on those lists and is not to be put there."""
    insert_new(
        connection,
        subscription,
        [
            {
                "mailing_list_id": list_id,
                "subscriber_id": subscriber_id,
                "started_at": now,
                "ended_at": now,
                "ended_reason": NEVER_ON_IT,
            }
            for list_id in list_ids
        ],
        key=("mailing_list_id", "subscriber_id"),
    )


def _change(
    connection: Connection, which: tuple[Any, ...], values: Mapping[str, Any]
) -> int:
    return connection.execute(
        update(subscription).where(*which).values(**values)
    ).rowcount


def _evidence(consent: Consent) -> dict[str, str | None]:
    return {
        "consent_basis": consent.basis or None,
        "consent_method": consent.method or None,
        "consent_at": consent.at or None,
        "consent_wording": consent.wording or None,
    }
