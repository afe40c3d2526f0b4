"""Practice mode as a carrier: the inbox takes what may not go outside yet."""

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
        lines = {Route.INBOX: ReconnectingConnection(self.inbox)}
        lines[Route.OUTSIDE] = lines[Route.INBOX]
        if self.outside is not None:
            lines[Route.OUTSIDE] = ReconnectingConnection(self.outside)
        await lines[Route.INBOX].ready()
        return PracticeConnection(lines, self.allow)


class PracticeConnection:
    """Two lines that look like one connection."""

    def __init__(
        self, lines: Mapping[Route, ReconnectingConnection], allow: tuple[str, ...]
    ) -> None:
        self._lines = lines
        self._allow = allow

    @property
    def is_open(self) -> bool:
        """True: each line opens its own connection again when it must."""
        return True

    async def hand_over(self, copy: Copy, following: Copy | None = None) -> Outcome:
        """Hand over one copy; see `Connection.hand_over`."""
        way = self._way(copy)
        if following is not None and self._way(following) is not way:
            following = None
        return await self._lines[way].hand_over(copy, following)

    def _way(self, copy: Copy) -> Route:
        return route(copy.recipient, self._allow, live=False)

    async def close(self) -> None:
        """End both connections."""
        async with AsyncExitStack() as both:
            for line in self._lines.values():
                both.push_async_callback(line.close)
