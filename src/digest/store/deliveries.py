"""The one door for a delivery's state, and the guard at the moment a copy leaves."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    bindparam,
    exists,
    func,
    not_,
    select,
    update,
)

from digest.errors import NotFound
from digest.model.deliveries import ENDED, MOVES, DeliveryState
from digest.model.editions import EditionState
from digest.model.readers import Channel
from digest.store import campaigns, editions
from digest.store.readers import is_subscribed, is_suppressed, list_ids
from digest.store.tables import delivery, item, subscriber, variant

# As many figures as the database can hold.
_NAME = re.compile(r"(?P<reader>[0-9]{1,18})\.(?P<edition>[0-9]{1,18})")
LEFT = "left, or asked not to be written to, before the copy went"


@dataclass(frozen=True, slots=True)
class DeliveryKey:
    """Which copy: one edition, one reader. Written `reader.edition`."""

    edition_id: int
    reader_id: int

    def __str__(self) -> str:
        return f"{self.reader_id}.{self.edition_id}"

    @classmethod
    def parse(cls, text: str) -> "DeliveryKey":
        """Return the key that `text` names. Raises NotFound in words."""
        named = _NAME.fullmatch(text.strip())
        if named is None:
            raise NotFound(
                "a delivery is named like 345.12, its reader and its edition: "
                "see them with digest deliveries EDITION-ID"
            )
        return cls(edition_id=int(named["edition"]), reader_id=int(named["reader"]))


@dataclass(frozen=True, slots=True)
class Move:
    """A delivery's way to another state, and what is known of it.

    `tried` is whether an attempt is charged to it. `only_from` narrows the
    move to one of the states that it may legally come from.
    """

    key: DeliveryKey
    to: DeliveryState
    reply: str | None = None
    next_attempt_at: datetime | None = None
    tried: bool = False
    only_from: DeliveryState | None = None
    print_batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """What must still hold when a copy leaves: its reader, and its words.

    `withdrawn` counts the edition's items taken back when the words were made.
    """

    channel: Channel
    lists: tuple[int, ...]
    campaign_id: int
    since: int
    upto: int
    withdrawn: int = 0


class Taken(Enum):
    """What came of asking for a copy."""

    YES = "it may leave"
    STALE = "its words have to be made anew"
    CANCELLED = "its reader is no longer to be written to"
    NO = "it was no longer planned"


def move(connection: Connection, change: Move, now: datetime) -> bool:
    """Move a delivery if MOVES allows it from where it stands.

    False, and nothing is changed, where it stands elsewhere: a second mark of
    the same copy says so.
    """
    moved = connection.execute(
        _move_statement(change.to, change.only_from),
        {
            "of_edition": change.key.edition_id,
            "of_reader": change.key.reader_id,
            "now": now,
            "said": change.reply,
            "next": change.next_attempt_at,
            "tries": int(change.tried),
            "print_batch": change.print_batch_id,
        },
    )
    return moved.rowcount == 1


def guard_for(connection: Connection, edition_id: int, channel: Channel) -> Guard:
    """Return what the edition's copies by `channel` must still meet when they leave."""
    edition = editions.get(connection, edition_id)
    names = campaigns.load(connection, edition.campaign_id).lists
    since = select(func.min(variant.c.since)).where(variant.c.edition_id == edition_id)
    guard = Guard(
        channel=channel,
        lists=tuple(list_ids(connection, names)),
        campaign_id=edition.campaign_id,
        since=connection.scalar(since) or 0,
        upto=edition.upto or 0,
    )
    return replace(guard, withdrawn=_count_withdrawn(connection, guard))


def take(
    connection: Connection, key: DeliveryKey, guard: Guard, now: datetime
) -> Taken:
    """Mark a planned copy as being handed over, if nobody has stopped it meanwhile.

    Somebody who has left, was erased or is suppressed gets nothing more: their
    copy is cancelled. Where an item was withdrawn the copy stays as it is and
    the answer is STALE.
    """
    named = {"of_edition": key.edition_id, "of_reader": key.reader_id, "now": now}
    if connection.execute(_take_statement(guard), named).rowcount == 1:
        return Taken.YES
    if _count_withdrawn(connection, guard) != guard.withdrawn:
        return Taken.STALE
    stop = Move(
        key, DeliveryState.CANCELLED, reply=LEFT, only_from=DeliveryState.PLANNED
    )
    return Taken.CANCELLED if move(connection, stop, now) else Taken.NO


def postpone(
    connection: Connection, key: DeliveryKey, until: datetime | None, why: str
) -> None:
    """Say on a planned copy why it waits, and until when; it is charged nothing."""
    connection.execute(
        update(delivery)
        .where(
            delivery.c.edition_id == key.edition_id,
            delivery.c.reader_id == key.reader_id,
            delivery.c.state == DeliveryState.PLANNED,
        )
        .values(reply=why, next_attempt_at=until)
    )


def cancel_subscribers(
    connection: Connection, subscriber_ids: Iterable[int], now: datetime, why: str
) -> int:
    """Cancel every copy still planned for these people; return how many.

    For the doors by which people leave. A copy that a door forgets is stopped
    all the same when it is taken; this is for what is shown meanwhile.
    """
    those = delivery.c.subscriber_id.in_(list(subscriber_ids))
    return _cancel(connection, those, now, why)


def cancel_edition(
    connection: Connection, edition_id: int, now: datetime, why: str
) -> int:
    """Cancel every copy of an edition that is still planned; return how many."""
    return _cancel(connection, delivery.c.edition_id == edition_id, now, why)


def cancel_unwelcome(
    connection: Connection, edition_id: int, guard: Guard, now: datetime
) -> int:
    """Cancel the planned copies of those no longer to be written to; return how many.

    For copies that leave together, such as letters.
    """
    those = (
        (delivery.c.edition_id == edition_id)
        & (delivery.c.channel == guard.channel)
        & not_(_is_welcome(guard))
    )
    return _cancel(connection, those, now, LEFT)


def close_edition(connection: Connection, edition_id: int, now: datetime) -> bool:
    """Call the edition sent if every copy of it has ended; return whether it was.

    A copy whose end is uncertain, or a letter that waits for an address to be
    mended, keeps it open.
    """
    going = exists().where(
        delivery.c.edition_id == edition_id, delivery.c.state.not_in(ENDED)
    )
    if connection.scalar(select(going)):
        return False
    return editions.move(connection, edition_id, EditionState.SENT, now)


def _cancel(
    connection: Connection, those: ColumnElement[bool], now: datetime, why: str
) -> int:
    return connection.execute(
        update(delivery)
        .where(those, delivery.c.state == DeliveryState.PLANNED)
        .values(state=DeliveryState.CANCELLED, settled_at=now, reply=why)
    ).rowcount


# The statements are made once: they run for every copy.


def _named() -> ColumnElement[bool]:
    return (delivery.c.edition_id == bindparam("of_edition")) & (
        delivery.c.reader_id == bindparam("of_reader")
    )


@lru_cache(maxsize=64)
def _move_statement(to: DeliveryState, only_from: DeliveryState | None) -> Update:
    sources = [
        at for at, reach in MOVES.items() if to in reach and only_from in (None, at)
    ]
    written: dict[str, Any] = {
        "state": to,
        "reply": func.coalesce(bindparam("said"), delivery.c.reply),
        "next_attempt_at": bindparam("next"),
        "attempts": delivery.c.attempts + bindparam("tries"),
        "print_batch_id": func.coalesce(
            bindparam("print_batch"), delivery.c.print_batch_id
        ),
    }
    if to in ENDED:
        written["settled_at"] = bindparam("now")
    if to is DeliveryState.HANDING_OVER:
        written["handed_over_at"] = bindparam("now")
    return (
        update(delivery).where(_named(), delivery.c.state.in_(sources)).values(written)
    )


@lru_cache(maxsize=16)
def _take_statement(guard: Guard) -> Update:
    welcome = _is_welcome(guard)
    unchanged = _withdrawn(guard).scalar_subquery() == guard.withdrawn
    return (
        update(delivery)
        .where(_named(), delivery.c.state == DeliveryState.PLANNED, welcome, unchanged)
        .values(
            state=DeliveryState.HANDING_OVER,
            handed_over_at=bindparam("now"),
            next_attempt_at=None,
        )
    )


def _is_welcome(guard: Guard) -> ColumnElement[bool]:
    return exists().where(
        subscriber.c.id == delivery.c.subscriber_id,
        subscriber.c.erased_at.is_(None),
        is_subscribed(subscriber.c.id, guard.lists),
        not_(is_suppressed(guard.channel)),
    )


def _withdrawn(guard: Guard) -> Select[int]:
    return select(func.count()).where(
        item.c.campaign_id == guard.campaign_id,
        item.c.position > guard.since,
        item.c.position <= guard.upto,
        item.c.withdrawn_at.is_not(None),
    )


def _count_withdrawn(connection: Connection, guard: Guard) -> int:
    return connection.scalar(_withdrawn(guard)) or 0
