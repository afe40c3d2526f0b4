"""The one door for a delivery's state."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from digest.errors import NotFound
from digest.model.delivery.delivery import NEVER_LEFT, DeliveryState
from digest.model.formats import Channel
from digest.model.moves import DELIVERY_MOVES
from digest.store.base.tables import BigId, delivery, edition
from digest.store.delivery.by_channel import IS_EMAIL, IS_LETTER
from digest.store.editions import moves
from digest.store.editions.holding_back import is_going

PAUSED = "its reader paused before the copy went"
STOPPED = "its edition was stopped before this copy had left"
# As many figures as the database can hold.
_NAME = re.compile(r"(?P<reader>[0-9]{1,18})\.(?P<edition>[0-9]{1,18})")


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
class DeliveryMove:
    """A delivery's way to another state, and what is known of it.

    `tried` is whether an attempt is charged to it. `only_from` narrows the
    move to one of the states that it may legally come from, and `only_after` to
    when so many attempts were charged before: a sender that was taken for dead
    cannot end what another has begun. A copy that ends without having left owes
    its posts to its reader, unless `owes` says that there are none.
    """

    key: DeliveryKey
    to: DeliveryState
    reply: str | None = None
    next_attempt_at: datetime | None = None
    tried: bool = False
    only_from: DeliveryState | None = None
    only_after: int | None = None
    print_batch_id: int | None = None
    owes: bool = True


def add(
    connection: Connection,
    edition_id: int,
    planned: Select[tuple[int, int, int, str]],
) -> None:
    """Plan a copy of the edition for each row of a query, for readers who have none.

    Its columns are the reader, the subscriber, the variant and the channel.
    """
    names = ["reader_id", "subscriber_id", "variant_id", "channel"]
    rows = planned.add_columns(
        literal(edition_id, BigId), literal(DeliveryState.PLANNED)
    )
    connection.execute(
        insert(delivery).from_select([*names, "edition_id", "state"], rows)
    )


def move(connection: Connection, change: DeliveryMove, now: datetime) -> bool:
    """Move a delivery if that is a legal move from where it stands.

    False, and nothing is changed, where it stands elsewhere: a second mark of
    the same copy says so.
    """
    moved = connection.execute(_statement(change), _written(change, now))
    return moved.rowcount == 1


def move_all(
    connection: Connection, changes: Iterable[DeliveryMove], now: datetime
) -> None:
    """Move several deliveries; one that stands elsewhere stays as it is."""
    alike: dict[Update, list[dict[str, Any]]] = {}
    for change in changes:
        alike.setdefault(_statement(change), []).append(_written(change, now))
    for statement, those in alike.items():
        connection.execute(statement, those)


def move_those(
    connection: Connection,
    those: ColumnElement[bool],
    to: DeliveryState,
    now: datetime,
    only_from: DeliveryState | None = None,
    **facts: Any,
) -> int:
    """Move all of `those` copies for which that is a legal move; return how many.

    `only_from` is as of a DeliveryMove; `facts` are further columns that the same
    statement sets: `owes` too, where nothing is owed though they have not left.
    """
    stands = delivery.c.state.in_(DELIVERY_MOVES.sources_of(to, only_from))
    return connection.execute(
        update(delivery)
        .where(those, stands)
        .values(state=to, **_stamps(to, now) | facts)
    ).rowcount


def claim_statement(
    edition_id: int, *conditions: ColumnElement[bool]
) -> ReturningUpdate[int]:
    """Return what marks copies as being handed over, and returns whose they are.

    Its parameters are `of_readers` and `now`. A copy is marked only where it
    may move so, and where all of the conditions hold.
    """
    to = DeliveryState.HANDING_OVER
    return (
        update(delivery)
        .where(
            delivery.c.edition_id == edition_id,
            delivery.c.reader_id.in_(bindparam("of_readers", expanding=True)),
            # Not by the index of states: that has all that is planned in one place.
            func.coalesce(delivery.c.state, "").in_(DELIVERY_MOVES.sources_of(to)),
            *conditions,
        )
        .values(state=to, next_attempt_at=None, **_stamps(to, bindparam("now")))
        .returning(delivery.c.reader_id)
    )


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


def release_waiting(connection: Connection, subscriber_id: int) -> None:
    """Have the letters of a person that wait for somebody made at the next look."""
    connection.execute(
        update(delivery)
        .where(
            delivery.c.subscriber_id == subscriber_id,
            IS_LETTER,
            delivery.c.state == DeliveryState.PLANNED,
        )
        .values(next_attempt_at=None)
    )


def cancel_subscribers(
    connection: Connection,
    subscriber_ids: Iterable[int],
    now: datetime,
    why: str,
    **facts: Any,
) -> int:
    """Cancel every copy still planned for these people; see `cancel`.

    For the doors by which people leave. A copy that a door forgets is stopped
    all the same when it is taken; this is for what is shown meanwhile.
    """
    those = delivery.c.subscriber_id.in_(list(subscriber_ids))
    return cancel(connection, those, now, why, **facts)


def cancel_by_others(
    connection: Connection, subscriber_id: int, channel: Channel, now: datetime
) -> int:
    """Cancel somebody's planned copies that go by another channel; return how many."""
    those = and_(
        delivery.c.subscriber_id == subscriber_id, delivery.c.channel != channel
    )
    return cancel(connection, those, now, f"they now get it by {channel}")


def cancel_in_campaign(
    connection: Connection,
    campaign_id: int,
    subscriber_id: int,
    now: datetime,
    why: str,
) -> int:
    """Cancel every copy of a campaign still planned for somebody; return how many."""
    those = and_(
        delivery.c.subscriber_id == subscriber_id,
        delivery.c.edition_id.in_(
            select(edition.c.id).where(edition.c.campaign_id == campaign_id)
        ),
    )
    return cancel(connection, those, now, why)


def expire_late(
    connection: Connection, edition_id: int, readers: range, now: datetime
) -> int:
    """Expire the emails to those readers that would come too late; return how many.

    Only what is planned expires; each keeps the last answer that was given.
    """
    wanted_by = connection.scalar(
        select(edition.c.deliver_by).where(edition.c.id == edition_id)
    )
    if wanted_by is None or now < wanted_by:
        return 0
    words = (
        "too late to be of use: the edition's copies were wanted by "
        f"{wanted_by:%d %B %H:%M} UTC; "
    )
    answer = func.coalesce("the last answer was: " + delivery.c.reply, "none was tried")
    late = and_(
        delivery.c.edition_id == edition_id,
        delivery.c.reader_id.between(readers.start, readers.stop - 1),
        IS_EMAIL,
    )
    return move_those(
        connection, late, DeliveryState.EXPIRED, now, reply=words + answer
    )


def close_edition(connection: Connection, edition_id: int, now: datetime) -> bool:
    """Call the edition sent, or rehearsed, if all its copies have ended; say whether.

    A copy whose end is uncertain, or a letter that waits for an address to be
    mended, keeps it open.
    """
    going = exists().where(
        delivery.c.edition_id == edition_id,
        delivery.c.state.not_in(DELIVERY_MOVES.ended),
    )
    if connection.scalar(select(going)):
        return False
    return moves.end(connection, edition_id, now)


def cancel(
    connection: Connection,
    those: ColumnElement[bool],
    now: datetime,
    why: str,
    **facts: Any,
) -> int:
    """Cancel `those` copies that are still planned; return how many.

    `facts` are further columns, as of `move_those`.
    """
    to = DeliveryState.CANCELLED
    return move_those(connection, those, to, now, reply=why, **facts)


def cancel_stopped(
    connection: Connection, edition_id: int, those: ColumnElement[bool], now: datetime
) -> int:
    """Cancel `those` copies that are planned, if the edition is stopped: how many."""
    return cancel(connection, and_(those, not_(is_going(edition_id))), now, STOPPED)


def take_back_letters(
    connection: Connection, print_batch_id: int, now: datetime
) -> int:
    """Cancel the letters of a print batch that will not be posted; return how many."""
    return move_those(
        connection,
        delivery.c.print_batch_id == print_batch_id,
        DeliveryState.CANCELLED,
        now,
        only_from=DeliveryState.ACCEPTED,
        reply=STOPPED,
    )


def plan_again(
    connection: Connection,
    those: ColumnElement[bool],
    only_from: DeliveryState,
    now: datetime,
) -> int:
    """Plan `those` copies anew, at once, by a person's word; return how many.

    Only what stands in `only_from`, and that a person may plan anew, is. Each
    keeps the last answer until there is another.
    """
    return move_those(
        connection,
        those,
        DeliveryState.PLANNED,
        now,
        only_from=only_from,
        next_attempt_at=None,
        settled_at=None,
    )


def _stamps(to: DeliveryState, now: datetime | BindParameter[Any]) -> dict[str, Any]:
    """Return what a copy that moves there has noted besides, whoever moves it."""
    if to in NEVER_LEFT:
        return {"settled_at": now, "owes": True}
    if to in DELIVERY_MOVES.ended:
        return {"settled_at": now}
    if to is DeliveryState.HANDING_OVER:
        return {"handed_over_at": now}
    if to is DeliveryState.UNCERTAIN:
        return {"doubts": delivery.c.doubts + 1}
    return {}


def _written(change: DeliveryMove, now: datetime) -> dict[str, Any]:
    return {
        "of_edition": change.key.edition_id,
        "of_reader": change.key.reader_id,
        "now": now,
        "said": change.reply,
        "next": change.next_attempt_at,
        "tries": int(change.tried),
        "only_after": change.only_after,
        "print_batch": change.print_batch_id,
        "owed": change.owes,
    }


def _statement(change: DeliveryMove) -> Update:
    is_fenced = change.only_after is not None
    return _move_statement(change.to, change.only_from, is_fenced=is_fenced)


# Made once: it runs for every copy.
@lru_cache(maxsize=64)
def _move_statement(
    to: DeliveryState, only_from: DeliveryState | None, *, is_fenced: bool
) -> Update:
    written: dict[str, Any] = {
        "state": to,
        "reply": func.coalesce(bindparam("said"), delivery.c.reply),
        "next_attempt_at": bindparam("next"),
        "attempts": delivery.c.attempts + bindparam("tries"),
        "print_batch_id": func.coalesce(
            bindparam("print_batch"), delivery.c.print_batch_id
        ),
    }
    # Not IN: that cannot be carried out for many copies at once.
    sources = DELIVERY_MOVES.sources_of(to, only_from)
    stands = or_(*(delivery.c.state == source for source in sources))
    written |= _stamps(to, bindparam("now"))
    if "owes" in written:
        written["owes"] = bindparam("owed")
    moved = update(delivery).where(
        delivery.c.edition_id == bindparam("of_edition"),
        delivery.c.reader_id == bindparam("of_reader"),
        stands,
    )
    if is_fenced:
        moved = moved.where(delivery.c.attempts == bindparam("only_after"))
    return moved.values(written)
