"""The program under test: makes an edition and sends it, until it is killed.

It is built of the product's own parts. What it adds looks on from outside:
listeners on the engine, and a carrier around the real one.
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select

from digest.audience.signed_links import SignedLinks
from digest.compose import lifecycle
from digest.compose.plan import plan
from digest.deliver.carrier import Carrier, Connection, Copy
from digest.deliver.sending import sender as sender_module
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.model.delivery.delivery import Accepted, DeliveryState, Outcome
from digest.store.base.engine import WritingConnection, open_engine, reading, writing
from digest.store.base.tables import edition
from digest.store.delivery.copies import counts
from digest.store.delivery.sending.claims import ClaimResult
from digest.store.delivery.sending.settle_and_claim import (
    SettleAndClaim,
    SettleAndClaimRequest,
)
from digest.store.editions import editions, moves
from digest.store.editions.editions import Slot
from tests.fakes.sending import MESSAGE, FakeLinks
from tests.kills.points import Point
from tests.reports import an_intake

_SIGNS = {
    Point.EDITION_CREATED: ("INSERT INTO edition ",),
    Point.HALF_PLANNED: ("INSERT INTO delivery ",),
    Point.CLAIM_COMMITTED: ("UPDATE send_batch SET", "fence="),
    Point.BOUNCE: ("INSERT INTO bounce ",),
}
# In the middle of what a report brings with it, not only after it.
_MIDDLE_OF_A_BOUNCE = "INSERT INTO suppression "
LINKS = SignedLinks("a secret of the kill matrix's own", "https://example.org")
_GOING = {DeliveryState.PLANNED, DeliveryState.HANDING_OVER}
_PAUSE_SECONDS = 0.1
Recording = Callable[
    [WritingConnection, Sequence[SettleAndClaimRequest]], list[ClaimResult | None]
]


@dataclass(frozen=True, slots=True)
class Orders:
    """What one run is to do, and at which occurrence of what it kills itself."""

    database: str
    server: str
    connections: int
    slot: Slot
    chunk: int
    returned: Path
    point: Point
    at: int


class Trap:
    """Kills the process's whole group at the given occurrence of a point."""

    def __init__(self, point: Point, at: int) -> None:
        self._point = point
        self._at = at
        self._seen = Counter[Point]()
        self._lock = threading.Lock()

    def step(self, point: Point) -> None:
        """Note an occurrence; do not come back from the one that is meant."""
        with self._lock:
            self._seen[point] += 1
            if point is self._point and self._seen[point] == self._at:
                os.killpg(0, signal.SIGKILL)


def work(orders: Orders, group: int, pipe: Pipe) -> None:
    """Make the edition and send it, as one process of a group of them."""
    os.setpgid(0, group)
    pipe.send(os.getpgid(0))
    pipe.recv()
    trap = Trap(orders.point, orders.at)
    engine = open_engine(orders.database)
    _watch(engine, trap)
    edition_id = _make(engine, orders)
    with ThreadPoolExecutor(1) as beside:
        taken_in = beside.submit(_take_in, engine, orders.returned)
        _send(engine, orders, trap, edition_id)
        taken_in.result()
    engine.dispose()


def _take_in(engine: Engine, returned: Path) -> None:
    """Take in what came back, as another process would while copies are sent."""
    rest = threading.Event()
    bounces = an_intake(engine, LINKS)
    while any((returned / "new").iterdir()):
        bounces.ingest([returned], datetime.now(UTC))
        rest.wait(_PAUSE_SECONDS)


def _make(engine: Engine, orders: Orders) -> int:
    """Do as `publishing.publish` does, in chunks of our size; return the edition."""
    slot = orders.slot
    with writing(engine) as connection:
        moves.open_at(connection, slot, slot.at)
        edition = editions.at_slot(connection, slot.schedule_id, slot.at)
    if edition is None:
        raise LookupError("an edition that was just made is there")
    lifecycle.freeze(engine, edition.id, slot.at)
    lifecycle.approve(engine, edition.id, slot.at)
    plan(engine, edition.id, slot.at, orders.chunk)
    return edition.id


def _watched_recording(trap: Trap) -> Callable[[Callable[[], datetime]], Recording]:
    """Return what records as the sender does, and tells the trap once it has."""

    def recording(clock: Callable[[], datetime]) -> Recording:
        record = SettleAndClaim(clock)

        def record_and_tell(
            writer: WritingConnection, requests: Sequence[SettleAndClaimRequest]
        ) -> list[ClaimResult | None]:
            results = record(writer, requests)
            if any(request.settled for request in requests):
                trap.step(Point.COMMITTED)
            return results

        return record_and_tell

    return recording


def _send(engine: Engine, orders: Orders, trap: Trap, edition_id: int) -> None:
    # What the driver carries out by itself no listener on the engine hears of.
    setattr(sender_module, SettleAndClaim.__name__, _watched_recording(trap))
    sender = sender_module.EmailSender(
        engine=engine,
        carrier=Watched(SmtpCarrier(SmtpServer.parse(orders.server)), trap),
        message_for=lambda _edition, _variant: MESSAGE,
        links=FakeLinks(),
        clock=lambda: datetime.now(UTC),
        connections=orders.connections,
    )
    rest = threading.Event()
    while True:
        sender.send_due(threading.Event())
        with reading(engine) as connection:
            if not _GOING & counts(connection, edition_id).keys():
                return
        rest.wait(_PAUSE_SECONDS)


def _watch(engine: Engine, trap: Trap) -> None:
    """Have the trap told of every commit of each kind, once it is made."""

    @event.listens_for(engine, "before_cursor_execute")
    def _note(connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        if statement.startswith(_MIDDLE_OF_A_BOUNCE):
            trap.step(Point.BOUNCE)
        for point, signs in _SIGNS.items():
            if all(sign in statement for sign in signs):
                connection.info.setdefault("points", set()).add(point)

    @event.listens_for(engine, "rollback")
    def _forget(connection: Any) -> None:
        connection.info.pop("points", None)

    @event.listens_for(engine, "checkin")
    def _tell(_dbapi_connection: object, record: Any) -> None:
        for point in record.info.pop("points", ()):
            trap.step(point)


@dataclass(frozen=True, slots=True)
class Watched:
    """A carrier whose every yes is told to a trap before anybody hears it."""

    carrier: Carrier
    trap: Trap

    async def open(self) -> "WatchedConnection":
        """Return a new session."""
        return WatchedConnection(await self.carrier.open(), self.trap)


@dataclass(frozen=True, slots=True)
class WatchedConnection:
    """A session with the real carrier."""

    connection: Connection
    trap: Trap

    @property
    def is_open(self) -> bool:
        """Whether the real one is."""
        return self.connection.is_open

    async def hand_over(self, copy: Copy, following: Copy | None = None) -> Outcome:
        """Hand over by the real one."""
        outcome = await self.connection.hand_over(copy, following)
        if isinstance(outcome, Accepted):
            self.trap.step(Point.REPLY_READ)
        return outcome

    async def close(self) -> None:
        """Close the real one."""
        await self.connection.close()


def edition_at(engine: Engine, slot: Slot) -> int:
    """Return the id of the slot's edition."""
    wanted = select(edition.c.id).where(
        edition.c.schedule_id == slot.schedule_id, edition.c.slot == slot.at
    )
    with reading(engine) as connection:
        return int(connection.scalars(wanted).one())
