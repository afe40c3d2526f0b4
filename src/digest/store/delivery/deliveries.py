"""The one door for a delivery's state."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Select,
    String,
    Text,
    and_,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from digest.errors import NotFound
from digest.model.delivery.delivery import NEVER_LEFT, DeliveryState
from digest.model.moves import DELIVERY_MOVES
from digest.model.webhooks import WebhookKind
from digest.store.base.indexed_copies import stands_in
from digest.store.base.prepared import NOW, GivenRows, PreparedStatement
from digest.store.base.tables import (
    BigId,
    UtcDateTime,
    delivery,
    subscriber,
)
from digest.store.delivery.by_channel import IS_LETTER
from digest.store.webhooks.outbox import tell

_CLAIMS = GivenRows((Column("of_reader", BigId),))
_PLAIN = (
    Column("of_edition", BigId),
    Column("of_reader", BigId),
    Column("said", Text),
    Column("tried", Integer),
    Column("only_after", Integer),
    Column("owed", Boolean),
)
_FURTHER = (Column("next", UtcDateTime), Column("print_batch", BigId))
# By whether a move is plain: what a statement is given of each, and how it is had.
_MOVES = {True: GivenRows(_PLAIN), False: GivenRows((*_PLAIN, *_FURTHER))}
_PLAIN_FACTS = ("key.edition_id", "key.reader_id", "reply", "tried", "only_after")
_FACTS = {
    True: attrgetter(*_PLAIN_FACTS, "owes"),
    False: attrgetter(*_PLAIN_FACTS, "owes", "next_attempt_at", "print_batch_id"),
}
# As many figures as the database can hold.
_NAME = re.compile(r"(?P<reader>[0-9]{1,18})\.(?P<edition>[0-9]{1,18})")


class DeliveryKey(NamedTuple):
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


class DeliveryMove(NamedTuple):
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
    return move_all(connection, [change], now) == 1


def move_all(
    connection: Connection, changes: Iterable[DeliveryMove], now: datetime
) -> int:
    """Move several deliveries, those that stand so; return how many were moved."""
    every = [*changes]
    count = sum(
        alike.statement.execute(connection, alike.rows, now).rowcount
        for alike in moves_alike(connection.dialect, every)
    )
    tell_refused(connection, every, now)
    return count


class MovesAlike(NamedTuple):
    """Moves that one statement makes, and its rows."""

    statement: PreparedStatement
    rows: list[tuple[Any, ...]]


def moves_alike(dialect: Dialect, changes: Iterable[DeliveryMove]) -> list[MovesAlike]:
    """Return the moves by the statements that make them."""
    alike: dict[_MoveKind, list[DeliveryMove]] = {}
    kind: _MoveKind | None = None
    for change in changes:
        # Those of a group are nearly always of one kind: looked for once.
        if kind != (of_it := _kind_of(change)):
            kind, those = of_it, alike.setdefault(of_it, [])
        those.append(change)
    return [
        MovesAlike(_move_statement(dialect, *kind), [*map(_FACTS[kind[-1]], those)])
        for kind, those in alike.items()
    ]


# What is the same of moves that one statement makes: where to, from where alone,
# whether it is fenced, and whether it is plain, which says nothing of a further
# attempt or of a print batch.
_MoveKind = tuple[DeliveryState, DeliveryState | None, bool, bool]


def _kind_of(change: DeliveryMove) -> _MoveKind:
    is_plain = change.next_attempt_at is None and change.print_batch_id is None
    return change.to, change.only_from, change.only_after is not None, is_plain


def tell_refused(
    connection: Connection, changes: Iterable[DeliveryMove], now: datetime
) -> None:
    """Have other systems told of those of these moves that were refusals."""
    refused: dict[int, list[int]] = {}
    for change in changes:
        if change.to is DeliveryState.REFUSED:
            key = change.key
            refused.setdefault(key.edition_id, []).append(key.reader_id)
    if refused:
        failed = WebhookKind.DELIVERY_FAILED
        tell(connection, failed, now, lambda: _failures(connection, refused, now))


def _failures(
    connection: Connection, refused: Mapping[int, Sequence[int]], now: datetime
) -> list[dict[str, object]]:
    """Return what webhooks say of those of these emails that were refused just now."""
    return [
        {
            "reference": str(DeliveryKey(edition_id, row.reader_id)),
            "edition": edition_id,
            "person": row.subscriber_id,
            "answer": row.reply,
        }
        for edition_id, readers in refused.items()
        for row in connection.execute(
            select(
                delivery.c.reader_id, delivery.c.subscriber_id, delivery.c.reply
            ).where(
                delivery.c.edition_id == edition_id,
                delivery.c.reader_id.in_(readers),
                delivery.c.state == DeliveryState.REFUSED,
                delivery.c.settled_at == now,
            )
        )
    ]


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
    stands = stands_in(DELIVERY_MOVES.sources_of(to, only_from))
    return connection.execute(
        update(delivery)
        .where(those, stands)
        .values(state=to, **_stamps(to, now) | facts)
    ).rowcount


def claim_statement(
    dialect: Dialect, edition_id: int, *conditions: ColumnElement[bool]
) -> PreparedStatement:
    """Return what marks copies as being handed over, and returns whose they are.

    Its rows are the readers. A copy is marked only where it may move so, and where
    all of the conditions hold.
    """
    to = DeliveryState.HANDING_OVER
    statement = (
        update(delivery)
        .where(
            delivery.c.edition_id == edition_id,
            _CLAIMS.hold(dialect, delivery.c.reader_id),
            _stands(DELIVERY_MOVES.sources_of(to)),
            *conditions,
        )
        .values(state=to, next_attempt_at=None, **_stamps(to, NOW))
        .returning(delivery.c.reader_id)
    )
    return PreparedStatement(dialect, _CLAIMS, statement)


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


def forget_attempt(connection: Connection, key: DeliveryKey, **before: Any) -> None:
    """Have a planned copy say what it said before it was last tried."""
    connection.execute(
        update(delivery)
        .where(
            delivery.c.edition_id == key.edition_id,
            delivery.c.reader_id == key.reader_id,
            delivery.c.state == DeliveryState.PLANNED,
        )
        .values(**before)
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


def is_merged() -> ColumnElement[bool]:
    """Return the condition that a copy is of who was merged into another since."""
    return exists().where(
        subscriber.c.id == delivery.c.subscriber_id,
        subscriber.c.merged_into.is_not(None),
    )


def _stamps(to: DeliveryState, now: datetime | BindParameter[Any]) -> dict[str, Any]:
    """Return what a copy that moves there has noted besides, whoever moves it."""
    if to in NEVER_LEFT:
        # Of a copy that has left before, a person has settled the posts.
        return {"settled_at": now, "owes": delivery.c.carried_by.is_(None)}
    if to in DELIVERY_MOVES.ended:
        return {"settled_at": now}
    if to is DeliveryState.HANDING_OVER:
        return {"handed_over_at": now}
    if to is DeliveryState.UNCERTAIN:
        return {"doubts": delivery.c.doubts + 1}
    return {}


def _stands(states: Iterable[DeliveryState]) -> ColumnElement[bool]:
    """Return the condition that a given copy stands in one of these states.

    In words of the statement itself, and not for the index of states: each copy is
    found by what it is, and all that are planned are in one place of that index.
    """
    stands = func.coalesce(delivery.c.state, "")
    return stands.in_([literal_column(f"'{state}'", String) for state in states])


# Made once: it runs for every copy.
@lru_cache(maxsize=64)
def _move_statement(
    dialect: Dialect,
    to: DeliveryState,
    only_from: DeliveryState | None,
    is_fenced: bool,  # noqa: FBT001 - as of a _MoveKind
    is_plain: bool,  # noqa: FBT001
) -> PreparedStatement:
    rows = _MOVES[is_plain]
    those = rows.table(dialect)
    written: dict[str, Any] = {
        "state": to,
        "reply": func.coalesce(those.c.said, delivery.c.reply),
        "attempts": delivery.c.attempts + those.c.tried,
        "next_attempt_at": None,
        **_stamps(to, NOW),
    }
    if not is_plain:
        batch = func.coalesce(those.c.print_batch, delivery.c.print_batch_id)
        written |= {"next_attempt_at": those.c.next, "print_batch_id": batch}
    if "owes" in written:
        written["owes"] = and_(those.c.owed, delivery.c.carried_by.is_(None))
    if only_from is DeliveryState.UNCERTAIN and to is DeliveryState.ACCEPTED:
        # Somebody knows of that one: the others stay in doubt.
        written["doubts"] = delivery.c.doubts - 1
    moved = update(delivery).where(
        delivery.c.edition_id == those.c.of_edition,
        delivery.c.reader_id == those.c.of_reader,
        _stands(DELIVERY_MOVES.sources_of(to, only_from)),
    )
    if is_fenced:
        moved = moved.where(delivery.c.attempts == those.c.only_after)
    return PreparedStatement(dialect, rows, moved.values(written))
