"""What the connections of a sender have written between two copies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.store.delivery.claims import Guard, Taken, take_all
from digest.store.delivery.deliveries import Move, move_all


@dataclass(frozen=True, slots=True)
class Taking:
    """Whose copy is to leave next, and what must still hold when it does."""

    reader_id: int
    guard: Guard


@dataclass(frozen=True, slots=True)
class Turn:
    """How a connection's last copy ended, and which it takes next; or one of them."""

    settled: Move | None = None
    taking: Taking | None = None


@dataclass(frozen=True, slots=True)
class Turns:
    """Writes many turns with few statements. `clock` says when they were written."""

    clock: Callable[[], datetime]

    def __call__(
        self, connection: Connection, turns: Sequence[Turn]
    ) -> list[Taken | None]:
        """Settle, then take; return for each turn what came of its taking."""
        now = self.clock()
        move_all(connection, [one.settled for one in turns if one.settled], now)
        wanted: dict[Guard, list[int]] = {}
        for one in turns:
            if one.taking is not None:
                wanted.setdefault(one.taking.guard, []).append(one.taking.reader_id)
        taken = {
            guard: take_all(connection, readers, guard, now)
            for guard, readers in wanted.items()
        }
        return [
            taken[one.taking.guard][one.taking.reader_id] if one.taking else None
            for one in turns
        ]
