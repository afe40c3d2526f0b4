"""A carrier that keeps what it is given and answers from a script."""

from collections.abc import Callable, Mapping

from digest.deliver.carrier import Copy
from digest.errors import CarrierError
from digest.model.delivery.delivery import Accepted, Outcome, Uncertain

Answer = Outcome | CarrierError


class ScriptedCarrier:
    """Answers by recipient; whoever is not in the script is accepted.

    `on_wire` is called with every copy before it is answered. An uncertain
    answer ends the connection, as a lost one does.
    """

    def __init__(
        self,
        answers: Mapping[str, Answer] | None = None,
        on_wire: Callable[[Copy], object] = lambda _copy: None,
    ) -> None:
        self.answers = dict(answers or {})
        self.on_wire = on_wire
        self.copies: list[Copy] = []
        self.opened = 0
        self.turns_away = ""

    async def open(self) -> "ScriptedConnection":
        """Return a new connection."""
        self.opened += 1
        if self.turns_away:
            raise CarrierError(self.turns_away)
        return ScriptedConnection(self)

    @property
    def recipients(self) -> list[str]:
        """To whom copies were handed, in order."""
        return [copy.recipient for copy in self.copies]

    def answer(self, copy: Copy) -> Outcome:
        """Take a copy and answer."""
        self.on_wire(copy)
        self.copies.append(copy)
        answer = self.answers.get(copy.recipient, Accepted("250 ok"))
        if isinstance(answer, CarrierError):
            raise answer
        return answer


class ScriptedConnection:
    """A session with the scripted carrier."""

    def __init__(self, carrier: ScriptedCarrier) -> None:
        self._carrier = carrier
        self._announced: Copy | None = None
        self.is_open = True

    async def hand_over(self, copy: Copy, following: Copy | None = None) -> Outcome:
        """Hand the copy to the carrier, which holds us to what was announced."""
        announced, self._announced = self._announced, following
        if announced is not None and announced != copy:
            raise AssertionError(f"{announced.ref} was announced, not {copy.ref}")
        outcome = self._carrier.answer(copy)
        if isinstance(outcome, Uncertain):
            self.is_open = False
        return outcome

    async def close(self) -> None:
        """End the session."""
        self.is_open = False
