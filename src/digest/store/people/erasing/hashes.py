"""The keyed hashes that people are known by, all of them together."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from digest.model.people.person import HashedKeys, PersonKeys
from digest.store.base.tables import call_attempt, subscriber, suppression
from digest.store.people import subscribers
from digest.store.staff.audit import Act, record

_AT_ONCE = 1000
_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Rehashing:
    """How many people, and suppressions of theirs, have new hashes.

    `lost` suppressions are of who is not held any more: nobody is known by them now.
    """

    people: int
    suppressions: int
    lost: int


def sample(connection: Connection) -> list[tuple[str, str]]:
    """Return some addresses, as they are compared, with what they are hashed to."""
    rows = connection.execute(
        select(subscriber.c.email_key, subscriber.c.email_hash)
        .where(subscriber.c.email_key.is_not(None), subscriber.c.email_hash != "")
        .order_by(subscriber.c.id.desc())
        .limit(_SAMPLE)
    )
    return [(row.email_key, row.email_hash) for row in rows]


def are_there(connection: Connection) -> bool:
    """Whether anything has been hashed that is kept."""
    return any(
        connection.execute(select(table.c.id).limit(1)).first()
        for table in (subscriber, suppression)
    )


def make_anew(
    connection: Connection,
    hashed: Callable[[PersonKeys], HashedKeys],
    now: datetime,
) -> Rehashing:
    """Hash all who are held anew, and have what stands against them go with them."""
    every = connection.scalar(select(func.count()).select_from(suppression)) or 0
    targets = set(connection.scalars(select(suppression.c.target_hash)))
    rung = set(connection.scalars(select(call_attempt.c.phone_hash)))
    people = carried = after = 0
    while ids := _ids(connection, after):
        after = ids[-1]
        rows = [
            (each.id, hashed(each.person.keys))
            for each in subscribers.of_ids(connection, ids)
        ]
        before = _hashes(connection, ids)
        moves = [
            (channel, old, new)
            for who, hashes in rows
            for channel, new in hashes.targets().items()
            if (old := before[who].targets().get(channel)) is not None
        ]
        for channel, old, new in moves:
            if old in targets:
                carried += _move_suppressions(connection, channel, old, new)
            if channel == "phone" and old in rung:
                connection.execute(
                    update(call_attempt)
                    .where(call_attempt.c.phone_hash == old)
                    .values(phone_hash=new)
                )
        _set(connection, rows)
        people += len(rows)
    anew = Rehashing(people, carried, every - carried)
    if every:
        act = Act("hashed everybody anew", after=asdict(anew))
        record(connection, act, now)
    return anew


def _ids(connection: Connection, after: int) -> list[int]:
    ids = select(subscriber.c.id).where(
        subscriber.c.id > after, subscriber.c.erased_at.is_(None)
    )
    return [*connection.scalars(ids.order_by(subscriber.c.id).limit(_AT_ONCE))]


def _hashes(connection: Connection, ids: list[int]) -> dict[int, HashedKeys]:
    rows = connection.execute(
        select(
            subscriber.c.id,
            subscriber.c.email_hash,
            subscriber.c.post_hash,
            subscriber.c.phone_hash,
        ).where(subscriber.c.id.between(ids[0], ids[-1]))
    )
    return {row[0]: HashedKeys(*row[1:]) for row in rows}


def _move_suppressions(connection: Connection, channel: str, old: str, new: str) -> int:
    moved = connection.execute(
        update(suppression)
        .where(suppression.c.channel == channel, suppression.c.target_hash == old)
        .values(target_hash=new)
    )
    return moved.rowcount


def _set(connection: Connection, rows: list[tuple[int, HashedKeys]]) -> None:
    values = [
        {"who": who, "by_email": each.email, "by_post": each.post, "by": each.phone}
        for who, each in rows
    ]
    if values:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id == bindparam("who"))
            .values(
                email_hash=bindparam("by_email"),
                post_hash=bindparam("by_post"),
                phone_hash=bindparam("by"),
            ),
            values,
        )
