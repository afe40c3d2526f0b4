"""Suppressions: "do not write to this", kept as hashes that outlive the person.

Several things may have been said against one address, one after the other. Each is
kept, and who takes one back takes back that alone: the address is free again once none
is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    insert,
    or_,
    select,
)

from digest.model.delivery.suppression_reasons import is_of_address_alone
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.bulk import one_of
from digest.store.base.tables import suppression
from digest.store.staff.audit import Act, record


def add(
    connection: Connection, targets: Mapping[str, str], reason: str, now: datetime
) -> int:
    """Suppress each channel's hash, for that reason too; return how many were not.

    What is suppressed for that very reason stays so since it was.
    """
    before = every(connection, {*targets.items()})
    rows = [
        {
            "channel": channel,
            "target_hash": target,
            "reason": reason,
            "created_at": now,
        }
        for channel, target in targets.items()
        if reason not in {each.reason for each in before.get(target, ())}
    ]
    if not rows:
        return 0
    connection.execute(insert(suppression), rows)
    added = len([target for target in targets.values() if target not in before])
    after = {"channels": sorted(targets), "new": added}
    record(connection, Act("suppressed somebody", after=after), now)
    return added


def lift(
    connection: Connection,
    targets: Mapping[str, str],
    now: datetime,
    *,
    at: datetime | None = None,
) -> int:
    """Take suppressions back, whatever their reasons; return how many there were.

    With `at`, only what was said at that instant.
    """
    if not targets:
        return 0
    those = or_(
        *(
            and_(suppression.c.channel == channel, suppression.c.target_hash == target)
            for channel, target in targets.items()
        )
    )
    return _lift(
        connection,
        those if at is None else those & (suppression.c.created_at == at),
        now,
    )


def lift_of_reason(
    connection: Connection,
    targets: Mapping[str, str],
    reason: str,
    now: datetime,
    request: str = "",
) -> int:
    """Take back what stands against these for that reason alone; return how many.

    `request` goes on record: how they said that they are to be written to again.
    """
    hashes = [*targets.values()]
    those = one_of(connection, suppression.c.target_hash, hashes)
    return _lift(connection, those & (suppression.c.reason == reason), now, request)


def lift_reason(connection: Connection, reason: str, now: datetime) -> int:
    """Take back what was suppressed for that reason; return how many there were.

    Whatever else was said against an address stays, and it with that.
    """
    return _lift(connection, suppression.c.reason == reason, now)


def _lift(
    connection: Connection, those: ColumnElement[bool], now: datetime, request: str = ""
) -> int:
    pairs = select(suppression.c.channel, suppression.c.target_hash).where(those)
    targets = {(row.channel, row.target_hash) for row in connection.execute(pairs)}
    connection.execute(delete(suppression).where(those))
    if targets:
        channels = sorted({channel for channel, _ in targets})
        before = {"channels": channels, "suppressed": len(targets)}
        after = {"request": request} if request else None
        act = Act("lifted the suppression of somebody", before=before, after=after)
        record(connection, act, now)
    return len(targets)


class Suppression(NamedTuple):
    """Why somebody is not to be written to, and since when."""

    reason: str
    since: datetime


def are_there(connection: Connection) -> bool:
    """Whether anything at all is suppressed."""
    return connection.execute(select(suppression).limit(1)).first() is not None


def reasons(connection: Connection, targets: set[tuple[str, str]]) -> dict[str, str]:
    """Return the reason for each hash, of these (channel, hash), that is suppressed."""
    of_hashes = standing(connection, targets)
    return {target: suppressed.reason for target, suppressed in of_hashes.items()}


def standing(
    connection: Connection, targets: set[tuple[str, str]]
) -> dict[str, Suppression]:
    """Return what stands against each hash, of these (channel, hash), if any does.

    Of several the strongest: see `every`.
    """
    return {target: those[0] for target, those in every(connection, targets).items()}


def every(
    connection: Connection, targets: set[tuple[str, str]]
) -> dict[str, list[Suppression]]:
    """Return all that stands against each hash, of these (channel, hash).

    What its person asked for, or became of them, before what is of the address alone;
    the latest first.
    """
    # Of one person's it is asked at once; of many only where anything is suppressed.
    is_of_one = len(targets) <= len(("email", "post", "phone"))
    if not targets or not (is_of_one or are_there(connection)):
        return {}
    rows = rows_of(connection, _against, _hashes_of(targets))
    of_hashes: dict[str, list[Suppression]] = {}
    for row in sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True):
        if (row.channel, row.target_hash) in targets:
            those = of_hashes.setdefault(row.target_hash, [])
            those.append(Suppression(row.reason, row.created_at))
    for those in of_hashes.values():
        those.sort(key=lambda each: is_of_address_alone(each.reason))
    return of_hashes


def questions(targets: Iterable[tuple[str, str]]) -> tuple[Asked, ...]:
    """Return what `every` asks of one person's targets, to be asked with others."""
    return ((_against, _hashes_of(targets)),)


def _hashes_of(targets: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted({target for _, target in targets}))


def _against(connection: Connection, hashes: Sequence[str]) -> Select[Any]:
    return select(suppression).where(
        one_of(connection, suppression.c.target_hash, hashes)
    )
