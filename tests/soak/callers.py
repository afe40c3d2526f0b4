"""Those who ring readers, and what each of them was told: written down as it is said.

They ring whoever is on the list when they look, and take back what they get wrong.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from digest.model.delivery.calls import CallOutcome, CallReport
from digest.store.base.engine import reading
from digest.store.base.tables import edition, subscriber
from digest.store.delivery.calling import calls
from digest.store.delivery.calling.calls import Call
from digest.store.staff.rounds import ALL_ROUNDS
from tests.soak.laws import LawBroken
from tests.soak.recorder import Arrival
from tests.soak.staff import Staff
from tests.soak.truth import ReaderFact

_TITLE = re.compile(r"zq(\d{6})r\d")
_MOST = 10_000
# Until they are rung again, and until another edition has taken over.
_AGAIN = timedelta(hours=30)
_OUTCOMES = {
    CallOutcome.SPOKEN: 0.75,
    CallOutcome.NO_ANSWER: 0.15,
    CallOutcome.LATER: 0.05,
    CallOutcome.WRONG_NUMBER: 0.02,
    CallOutcome.STOP: 0.03,
}


@dataclass
class Callers:
    """Rings who is to be rung."""

    staff: Staff
    chance: random.Random
    counts: Counter[str]

    def ring(self) -> Iterator[Arrival]:
        """Ring everybody whose time has come; yield what each was told."""
        app, now = self.staff.machine.app, self.staff.now
        with reading(app.engine) as connection:
            waiting = calls.to_make(connection, ALL_ROUNDS, now, _MOST)
        for call in waiting:
            reader = self._reader(call)
            if not reader.is_here:
                raise LawBroken(f"{call.name} is to be rung, who asked us to stop")
            if not call.waits(now) and app.call_sheets.may_ring(call):
                yield from self._ring(call, reader)

    def _ring(self, call: Call, reader: ReaderFact) -> Iterator[Arrival]:
        [outcome] = self.chance.choices([*_OUTCOMES], [*_OUTCOMES.values()])
        if self.chance.random() < 0.1:
            self._mistake(call)
        if outcome is CallOutcome.WRONG_NUMBER:
            # Somebody else rings again, and it is theirs.
            self._mistake(call, outcome)
            outcome = CallOutcome.SPOKEN
        posts = self._posts_in(call)
        if not posts:
            return  # all of it was withdrawn: nobody is rung for that
        self._write_down(call, outcome)
        if outcome is CallOutcome.SPOKEN:
            yield Arrival(
                self.staff.now,
                reader.person.email,
                self._code(call),
                posts,
                is_call=True,
            )
            return
        reader.unsure_until = self.staff.now + _AGAIN
        if outcome is CallOutcome.STOP:
            reader.is_here = False
            self.staff.acts.append((self.staff.now, lambda: self.staff.leave(reader)))

    def _mistake(self, call: Call, outcome: CallOutcome | None = None) -> None:
        """Write down what did not happen, and take it back."""
        outcome = outcome or self.chance.choice([*_OUTCOMES])
        self._write_down(call, outcome)
        undone = self.staff.machine.app.call_desk.take_back(str(call.key))
        if not undone.call.is_to_be_made or undone.call.attempts != call.attempts:
            raise LawBroken(f"call {call.key} is not as it was: {undone.call}")
        self.counts["calls taken back"] += 1

    def _write_down(self, call: Call, outcome: CallOutcome) -> None:
        desk = self.staff.machine.app.acting_as("dilwyn").call_desk
        desk.write_down(str(call.key), CallReport(outcome))
        self.counts[f"calls: {outcome}"] += 1

    def _posts_in(self, call: Call) -> int:
        """Return the posts that are in what is said."""
        script = self.staff.machine.app.call_sheets.script(call)
        parts = script.parts if script else ()
        posts = 0
        for part in parts:
            for number in _TITLE.findall(part.title):
                posts |= 1 << int(number)
        return posts

    def _reader(self, call: Call) -> ReaderFact:
        query = select(subscriber.c.email).where(subscriber.c.id == call.subscriber_id)
        with reading(self.staff.machine.app.engine) as connection:
            return self.staff.truth.readers[connection.scalars(query).one()]

    def _code(self, call: Call) -> str:
        query = select(edition.c.code).where(edition.c.id == call.key.edition_id)
        with reading(self.staff.machine.app.engine) as connection:
            return str(connection.scalars(query).one())
