"""Suppressions: "do not write to this", kept as hashes that outlive the person."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, or_, select

from digest.store.base.bulk import one_of
from digest.store.base.tables import suppression
from digest.store.base.upsert import insert_new
from digest.store.staff.audit import Act, record


def add(
    connection: Connection, targets: Mapping[str, str], reason: str, now: datetime
) -> int:
    """Suppress each channel's hash; return how many were not suppressed before."""
    rows = [
        {
            "channel": channel,
            "target_hash": target,
            "reason": reason,
            "created_at": now,
        }
        for channel, target in targets.items()
    ]
    key = ("channel", "target_hash")
    added = insert_new(connection, suppression, rows, key=key)
    if added:
        after = {"channels": sorted(targets), "new": added}
        record(connection, Act("suppressed somebody", after=after), now)
    return added


def lift(connection: Connection, targets: Mapping[str, str], now: datetime) -> int:
    """Take suppressions back; return how many there were."""
    if not targets:
        return 0
    those = (
        and_(suppression.c.channel == channel, suppression.c.target_hash == target)
        for channel, target in targets.items()
    )
    lifted = connection.execute(delete(suppression).where(or_(*those)))
    if lifted.rowcount:
        before = {"channels": sorted(targets), "suppressed": lifted.rowcount}
        act = Act("lifted the suppression of somebody", before=before)
        record(connection, act, now)
    return lifted.rowcount


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
    """Return what stands against each hash, of these (channel, hash), if any does."""
    # Of one person's it is asked at once; of many only where anything is suppressed.
    is_of_one = len(targets) <= len(("email", "post", "phone"))
    if not targets or not (is_of_one or are_there(connection)):
        return {}
    hashes = {target for _, target in targets}
    rows = connection.execute(
        select(suppression).where(one_of(connection, suppression.c.target_hash, hashes))
    )
    return {
        row.target_hash: Suppression(row.reason, row.created_at)
        for row in rows
        if (row.channel, row.target_hash) in targets
    }
