"""Fail-over: several mail servers as one carrier; the first that works is used.

How each stands is in the database, so that every machine leaves a server alone
that has turned one of them away, and staff can read why.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from sqlalchemy import Engine

from digest.deliver.carrier import Carrier, Connection, Copy
from digest.errors import CarrierError
from digest.model.delivery.delivery import Accepted, Outcome
from digest.model.delivery.eta import left_in_words
from digest.store.base.engine import reading, writing
from digest.store.delivery.sending import carriers

log = logging.getLogger(__name__)

# A connection lives no longer, so that copies return to a server preferred.
LIFE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class FailoverCarrier:
    """Mail servers by name, the preferred one first."""

    engine: Engine
    servers: Mapping[str, Carrier]
    clock: Callable[[], datetime]
    life_seconds: float = LIFE_SECONDS
    _open: Counter[str] = field(default_factory=Counter)

    async def open(self) -> "ServerConnection":
        """Return a session with the first server that gives one.

        Raises CarrierError naming what is wrong with each.
        """
        with reading(self.engine) as connection:
            troubles = carriers.in_trouble(connection)
        faults = list[str]()
        for name, carrier in self.servers.items():
            trouble = troubles.get(name)
            if trouble is not None and (now := self.clock()) < trouble.paused_until:
                again = left_in_words((trouble.paused_until - now).total_seconds())
                faults.append(f"{trouble.reason} (tried again in {again})")
                continue
            try:
                opened = await carrier.open()
            except CarrierError as problem:
                faults.append(str(problem))
                # One too many, where others are open: fewer will do, and it is not ill.
                if not self._open[name]:
                    self.pause(name, str(problem))
                continue
            self.count(name, 1)
            return ServerConnection(self, name, opened, trouble is not None)
        raise CarrierError("; ".join(faults))

    def pause(self, name: str, why: str) -> None:
        """Leave a server alone for a while."""
        log.warning("mail server paused name=%s reason=%s", name, why)
        with writing(self.engine) as connection:
            carriers.pause(connection, name, why, self.clock())

    def well(self, name: str) -> None:
        """Note that a server takes copies."""
        with writing(self.engine) as connection:
            carriers.well(connection, name)

    def count(self, name: str, by: int) -> None:
        """Count the sessions that are open with a server."""
        self._open[name] += by


class ServerConnection:
    """A session with one of several servers."""

    def __init__(
        self,
        servers: FailoverCarrier,
        name: str,
        connection: Connection,
        was_in_trouble: bool,  # noqa: FBT001 - made in one place
    ) -> None:
        self._servers = servers
        self._name = name
        self._connection = connection
        self._was_in_trouble = was_in_trouble
        self._until = monotonic() + servers.life_seconds
        self._is_counted = True
        self._is_announced = False

    @property
    def is_open(self) -> bool:
        """Whether another copy may be handed over."""
        if not self._connection.is_open:
            return False
        return self._is_announced or monotonic() < self._until

    async def hand_over(self, copy: Copy, following: Copy | None = None) -> Outcome:
        """Hand over one copy; see `Connection.hand_over`.

        A server that refuses us is left alone from then on.
        """
        if monotonic() >= self._until:
            following = None
        self._is_announced = following is not None
        try:
            outcome = await self._connection.hand_over(copy, following)
        except CarrierError as problem:
            if self._connection.is_open:
                self._servers.pause(self._name, str(problem))
                await self.close()
            raise
        if self._was_in_trouble and isinstance(outcome, Accepted):
            self._was_in_trouble = False
            self._servers.well(self._name)
        return outcome

    async def close(self) -> None:
        """End the session."""
        await self._connection.close()
        if self._is_counted:
            self._is_counted = False
            self._servers.count(self._name, -1)
