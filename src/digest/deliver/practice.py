"""Practice mode's carrier: the allow list goes outside, all else into the inbox.

Which address goes where is decided in `model.delivery.practice`.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from digest.deliver.carrier import Carrier, Copy
from digest.deliver.smtp.reconnecting_connection import ReconnectingConnection
from digest.model.delivery.delivery import Outcome
from digest.model.delivery.practice import Route, route


@dataclass(frozen=True, slots=True)
class PracticeCarrier:
    """Sends each copy where practice mode lets it go.

    `outside` is None where no mail server is set: then the inbox takes all.
    """

    inbox: Carrier
    outside: Carrier | None
    allow: tuple[str, ...]

    async def open(self) -> "PracticeConnection":
        """Return a session with the inbox; one outside is opened when needed."""
        connections = {Route.INBOX: ReconnectingConnection(self.inbox)}
        connections[Route.OUTSIDE] = connections[Route.INBOX]
        if self.outside is not None:
            connections[Route.OUTSIDE] = ReconnectingConnection(self.outside)
        await connections[Route.INBOX].ready()
        return PracticeConnection(connections, self.allow)


class PracticeConnection:
    """Two connections, by route, that look like one."""

    def __init__(
        self,
        connections: Mapping[Route, ReconnectingConnection],
        allow: tuple[str, ...],
    ) -> None:
        self._connections = connections
        self._allow = allow

    @property
    def is_open(self) -> bool:
        """True: each of the two opens its own session again when it must."""
        return True

    async def hand_over(self, copy: Copy, following: Copy | None = None) -> Outcome:
        """Hand over one copy; see `Connection.hand_over`."""
        by = self._route(copy)
        if following is not None and self._route(following) is not by:
            following = None
        return await self._connections[by].hand_over(copy, following)

    def _route(self, copy: Copy) -> Route:
        return route(copy.recipient, self._allow, live=False)

    async def close(self) -> None:
        """End both connections."""
        async with AsyncExitStack() as both:
            for connection in self._connections.values():
                both.push_async_callback(connection.close)
