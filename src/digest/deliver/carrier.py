"""What a carrier is: it takes copies over a connection and answers for each."""

from typing import NamedTuple, Protocol

from digest.model.delivery.delivery import Outcome


class Copy(NamedTuple):
    """One reader's message, ready to go.

    `ref` names it in logs; the addresses are those of the envelope. `payload`
    is as `model.editions.mime.on_the_wire` returns it, since nobody looks at it again.
    """

    ref: str
    envelope_sender: str
    recipient: str
    payload: bytes


class Connection(Protocol):
    """A session with a carrier: many copies, one after another.

    It belongs to the event loop that it was opened on.
    """

    @property
    def is_open(self) -> bool:
        """Whether another copy may be handed over."""
        ...

    async def hand_over(self, copy: Copy, following: Copy | None = None) -> Outcome:
        """Hand over one copy and say how it went.

        A refusal, a delay and a lost answer are outcomes. Raises CarrierError
        when the carrier turns us away: it has not taken the copy, and that
        says nothing about the reader.

        `following` may be announced behind this copy, which saves a wait; none
        of its words go. Where there is one, it alone may be handed over next:
        otherwise the connection is closed.
        """
        ...

    async def close(self) -> None:
        """Say goodbye; nothing that was taken is undone, whatever the answer."""
        ...


class Carrier(Protocol):
    """One that takes copies: a mail server, the built-in inbox."""

    async def open(self) -> Connection:
        """Return a new session. Raises CarrierError, saying what to do."""
        ...
