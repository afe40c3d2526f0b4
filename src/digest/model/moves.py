"""The legal moves from state to state: a table for deliveries, one for editions.

Two doors of the store write states, `store.delivery.deliveries` and
`store.editions.moves`, and both build their statements from these tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState

State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class MoveTable(Generic[State]):
    """Where one may go from each state.

    `onward` has every state. `by_hand` has further moves, which nothing that
    runs by itself makes: only a person's word does.
    """

    onward: Mapping[State, frozenset[State]]
    by_hand: Mapping[State, frozenset[State]]

    def sources_of(self, to: State, only_from: State | None = None) -> list[State]:
        """Return the states from which one may legally move to `to`.

        A move that is made by hand alone is among them only where `only_from`
        names it.
        """
        if only_from is None:
            return [state for state, reach in self.onward.items() if to in reach]
        reach = self.onward[only_from] | self.by_hand.get(only_from, frozenset())
        return [only_from] if to in reach else []

    @property
    def ended(self) -> frozenset[State]:
        """The states from which nothing goes on by itself, nor waits to be settled."""
        return frozenset(state for state, reach in self.onward.items() if not reach)

    @property
    def unfinished(self) -> frozenset[State]:
        """The states from which something still goes on."""
        return frozenset(self.onward) - self.ended


DELIVERY_MOVES = MoveTable(
    onward={
        DeliveryState.PLANNED: frozenset(
            {
                DeliveryState.HANDING_OVER,
                DeliveryState.CANCELLED,
                DeliveryState.EXPIRED,
            }
        ),
        DeliveryState.HANDING_OVER: frozenset(
            {
                DeliveryState.PLANNED,
                DeliveryState.ACCEPTED,
                DeliveryState.REFUSED,
                DeliveryState.UNCERTAIN,
            }
        ),
        DeliveryState.UNCERTAIN: frozenset(
            {DeliveryState.PLANNED, DeliveryState.ACCEPTED}
        ),
        DeliveryState.ACCEPTED: frozenset(),
        DeliveryState.REFUSED: frozenset(),
        DeliveryState.CANCELLED: frozenset(),
        DeliveryState.EXPIRED: frozenset(),
    },
    by_hand={
        DeliveryState.REFUSED: frozenset({DeliveryState.PLANNED}),
        # Somebody knows that it did not arrive.
        DeliveryState.UNCERTAIN: frozenset({DeliveryState.CANCELLED}),
        # A letter that is printed and not sealed has not left; a reader asks for an
        # email once more; and what was settled as arrived is taken back.
        DeliveryState.ACCEPTED: frozenset(
            {
                DeliveryState.CANCELLED,
                DeliveryState.PLANNED,
                DeliveryState.UNCERTAIN,
            }
        ),
        # What was settled as not arrived is taken back; and so is what a caller wrote
        # down by mistake, while its posts are owed still. Who was rung all the same
        # has been told them.
        DeliveryState.CANCELLED: frozenset(
            {DeliveryState.UNCERTAIN, DeliveryState.PLANNED, DeliveryState.ACCEPTED}
        ),
        DeliveryState.EXPIRED: frozenset({DeliveryState.ACCEPTED}),
    },
)

EDITION_MOVES = MoveTable(
    onward={
        EditionState.OPEN: frozenset(
            {EditionState.FROZEN, EditionState.SKIPPED, EditionState.CANCELLED}
        ),
        EditionState.FROZEN: frozenset(
            {EditionState.APPROVED, EditionState.SKIPPED, EditionState.CANCELLED}
        ),
        EditionState.APPROVED: frozenset({EditionState.PLANNED, EditionState.SKIPPED}),
        EditionState.PLANNED: frozenset(
            {
                EditionState.SENDING,
                EditionState.SENT,
                EditionState.REHEARSED,
                EditionState.STOPPED,
            }
        ),
        EditionState.SENDING: frozenset(
            {EditionState.SENT, EditionState.REHEARSED, EditionState.STOPPED}
        ),
        EditionState.SENT: frozenset(),
        EditionState.REHEARSED: frozenset(),
        EditionState.SKIPPED: frozenset(),
        EditionState.MISSED: frozenset(),
        EditionState.CANCELLED: frozenset(),
        EditionState.STOPPED: frozenset(),
    },
    by_hand={
        # Called back while nothing of it had left.
        EditionState.FROZEN: frozenset({EditionState.OPEN}),
        EditionState.APPROVED: frozenset({EditionState.OPEN}),
        # Copies that had ended are to be sent after all, or letters kept back.
        EditionState.SENT: frozenset({EditionState.SENDING, EditionState.STOPPED}),
        EditionState.REHEARSED: frozenset({EditionState.SENDING, EditionState.STOPPED}),
    },
)
