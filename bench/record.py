"""Recording how copies ended and that the next ones leave, with nothing sent.

Eight connections share each transaction. The peer is the database's own driver with
the least that keeps the promise: the same two moves of each copy, by its key, on the
same SQLite, with nothing asked of its reader, edition or campaign.
"""

import sqlite3
import tempfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import zip_longest
from pathlib import Path

from _send_rows import AT, plan_for
from harness import Result, cpu_seconds, main
from sqlalchemy import Engine

from digest.model.delivery.delivery import DeliveryState
from digest.model.formats import Channel
from digest.store.base.engine import WritingConnection, open_engine, reading
from digest.store.delivery.deliveries import DeliveryKey, DeliveryMove
from digest.store.delivery.sending.claims import ClaimResult, HandoverGuard, guard_for
from digest.store.delivery.sending.settle_and_claim import (
    CopyClaim,
    SettleAndClaim,
    SettleAndClaimRequest,
)
from digest.store.migrate import migrate

GROUP = 8
REPLY = "250 2.0.0 Ok: queued as 4F1A2B3C4D"
END = """
UPDATE delivery
SET state = 'accepted', reply = ?, attempts = attempts + 1, settled_at = ?
WHERE edition_id = 1 AND reader_id = ? AND state = 'handing-over'
"""
LEAVE = """
UPDATE delivery SET state = 'handing-over', handed_over_at = ?
WHERE edition_id = 1 AND reader_id = ? AND state = 'planned'
"""
NOW = AT + timedelta(hours=1)
Record = Callable[[range, range], None]


def measure(quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return what recording a copy costs, ours and the bare driver's."""
    copies = 4_000 if quick else 16_000
    spent: dict[str, list[float]] = {"ours": [], "driver": []}
    for _ in range(3 if quick else 7):
        for name, run in (("ours", _ours), ("driver", _bare)):
            with tempfile.TemporaryDirectory() as folder:
                spent[name].append(run(Path(folder) / "digest.db", copies))
    least = {name: min(seconds) / copies * 1e6 for name, seconds in spent.items()}
    most = {name: max(seconds) / copies * 1e6 for name, seconds in spent.items()}
    figures = {f"{name}_us": its for name, its in least.items()}
    figures |= {f"{name}_us_at_most": its for name, its in most.items()}
    return Result(
        "record", figures, {"record_cost_vs_driver": least["ours"] / least["driver"]}
    )


def _ours(path: Path, copies: int) -> float:
    engine = _planned(path, copies)
    with reading(engine) as connection:
        guard = guard_for(connection, 1, Channel.EMAIL)
    writer = WritingConnection(engine)
    spent = _timed(partial(_record, writer, SettleAndClaim(lambda: NOW), guard), copies)
    writer.close()
    engine.dispose()
    return spent


def _record(
    writer: WritingConnection,
    settle_and_claim: SettleAndClaim,
    guard: HandoverGuard,
    ended: range,
    leaving: range,
) -> None:
    ends = [_accepted(reader_id) for reader_id in ended]
    requests = [
        SettleAndClaimRequest(end, CopyClaim(reader_id, guard))
        for end, reader_id in zip_longest(ends, leaving)
    ]
    assert set(settle_and_claim(writer, requests)) == {ClaimResult.YES}


def _accepted(reader_id: int) -> DeliveryMove:
    to = DeliveryState.ACCEPTED
    key = DeliveryKey(1, reader_id)
    return DeliveryMove(key, to, REPLY, tried=True, only_after=0)


def _bare(path: Path, copies: int) -> float:
    _planned(path, copies).dispose()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    at = NOW.strftime("%Y-%m-%d %H:%M:%S.%f")

    def record(ended: range, leaving: range) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(END, [(REPLY, at, reader_id) for reader_id in ended])
        connection.executemany(LEAVE, [(at, reader_id) for reader_id in leaving])
        connection.execute("COMMIT")

    spent = _timed(record, copies)
    connection.close()
    return spent


def _timed(record: Record, copies: int) -> float:
    used, ended = cpu_seconds(), range(0)
    for first in range(1, copies + 1, GROUP):
        leaving = range(first, first + GROUP)
        record(ended, leaving)
        ended = leaving
    return cpu_seconds() - used


def _planned(path: Path, copies: int) -> Engine:
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    plan_for(engine, copies)
    return engine


if __name__ == "__main__":
    main(measure)
