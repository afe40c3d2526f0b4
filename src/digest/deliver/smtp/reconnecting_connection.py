"""A connection that is opened anew whenever its carrier has ended it."""

from digest.deliver.carrier import Carrier, Connection, Copy
from digest.errors import CarrierError
from digest.model.delivery.delivery import Deferred, Outcome


class ReconnectingConnection:
    """Keeps a connection to the carrier, opened when needed and used for many copies.

    For one copy at a time.
    """

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._connection: Connection | None = None
        self._is_used = False
        self._announced: Copy | None = None

    async def ready(self) -> Connection:
        """Return the open connection. Raises CarrierError where none can be had."""
        if self._connection is None or not self._connection.is_open:
            await self.close()
            self._connection = await self._carrier.open()
            self._is_used = False
        return self._connection

    async def hand_over(self, copy: Copy, following: Copy | None = None) -> Outcome:
        """Hand over one copy; see `Connection.hand_over`.

        Another copy than was announced may come: then a new connection is
        opened for it. Servers end a connection that was idle or has carried
        much, often with a 421. That is nobody's fault: the copy, which was not
        taken, goes on a new connection.
        """
        if self._announced is not None and self._announced is not copy:
            await self.close()
        connection = await self.ready()
        was_used, self._is_used = self._is_used, True
        self._announced = following
        try:
            outcome = await connection.hand_over(copy, following)
        except CarrierError:
            if connection.is_open or not was_used:
                raise
            return await self._hand_over_anew(copy, following)
        if isinstance(outcome, Deferred) and not connection.is_open and was_used:
            return await self._hand_over_anew(copy, following)
        return outcome

    async def _hand_over_anew(self, copy: Copy, following: Copy | None) -> Outcome:
        """Hand over one copy on a new connection."""
        await self.close()
        return await self.hand_over(copy, following)

    async def close(self) -> None:
        """End the connection, if there is one; nothing announced was taken."""
        self._announced = None
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
