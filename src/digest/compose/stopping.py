"""The way back: an edition called back whole, and one stopped half-way."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from digest.errors import DigestError
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.store.base.engine import writing
from digest.store.base.tables import delivery
from digest.store.delivery import cancelling, copies
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import PrintBatchState
from digest.store.editions import editions, moves
from digest.store.editions.closing import close_edition
from digest.store.editions.editions import Edition
from digest.store.people.newcomers import owe_newcomers

_GOING = (EditionState.PLANNED, EditionState.SENDING)
_GONE = (EditionState.SENT, EditionState.REHEARSED)


@dataclass(frozen=True, slots=True)
class StopReport:
    """What stopping an edition came to.

    `kept_back` copies have not left, letters among them that were printed and not
    sealed; `copies` are all of the edition's, by state. `sealed` are the print batches
    that are closed and not posted yet: only a person can keep those back.
    """

    kept_back: int
    copies: Mapping[DeliveryState, int]
    sealed: tuple[int, ...]

    def lines(self) -> list[str]:
        """Return it in words, one thing a line."""
        of = Counter(self.copies)
        lines = [f"{self.kept_back:,} kept back: the next edition carries their posts"]
        for count, words in (
            (of[DeliveryState.ACCEPTED], "left: that cannot be undone"),
            (of[DeliveryState.HANDING_OVER], "being handed over just now"),
            (of[DeliveryState.UNCERTAIN], "uncertain: settle them one by one"),
        ):
            if count:
                lines.append(f"{count:,} {words}")
        lines += [
            f"print batch {batch_id} is sealed: keep it back if it is not in the post"
            for batch_id in self.sealed
        ]
        return lines


def recall(engine: Engine, edition_id: int, now: datetime) -> None:
    """Call an edition back of which nothing has left: it is open, and can be changed.

    It goes on when a person approves it. Raises DigestError where it is too late.
    """
    with writing(engine) as connection:
        if not moves.recall(connection, edition_id, now):
            raise DigestError(_not_recalled(editions.get(connection, edition_id)))


def stop(engine: Engine, edition_id: int, now: datetime) -> StopReport:
    """Have no copy of an edition leave that has not left; return what that came to.

    Those are cancelled; what they carry is owed to their readers. What a sender
    has in hand is asked for once more before it leaves. Raises DigestError where
    nothing of it was to leave any more, or it can be called back whole.
    """
    with writing(engine) as connection:
        edition = editions.locked(connection, edition_id)
        _refuse_unless_going(edition)
        if edition.state is EditionState.APPROVED:
            # Whoever has not been planned for keeps their place.
            moves.move(connection, edition_id, EditionState.PLANNED, now)
        of_edition = delivery.c.edition_id == edition_id
        kept_back = cancelling.cancel(
            connection, of_edition, now, cancelling.STOPPED
        ) + _unsealed_letters(connection, edition_id, now)
        if edition.state in _GONE and not kept_back:
            raise DigestError(f"edition {edition_id} is {edition.state}: all has left")
        moves.note_stop(connection, edition_id, now, kept_back)
        if edition.state in _GONE:
            to = EditionState.STOPPED
            moves.move(connection, edition_id, to, now, only_from=edition.state)
        close_edition(connection, edition_id, now)
        owe_newcomers(connection, edition_id)
        return StopReport(
            kept_back,
            copies.counts(connection, edition_id),
            tuple(
                batch.id
                for batch in print_batches.listed(connection, edition_id)
                if batch.state is PrintBatchState.SEALED and not batch.is_empty
            ),
        )


def _unsealed_letters(connection: Connection, edition_id: int, now: datetime) -> int:
    letters = 0
    for batch in print_batches.listed(connection, edition_id):
        if print_batches.move(connection, batch.id, PrintBatchState.STOPPED, now):
            letters += cancelling.take_back_letters(connection, batch.id, now)
    return letters


def _refuse_unless_going(edition: Edition) -> None:
    if edition.stopped_at is not None:
        raise DigestError(f"edition {edition.id} was stopped already")
    if edition.state in (EditionState.FROZEN, EditionState.APPROVED):
        if not edition.plan_cursor:
            raise DigestError(
                f"nothing of edition {edition.id} has left: call it back whole with "
                f"digest edition recall {edition.id}"
            )
    elif edition.state not in (*_GOING, *_GONE):
        raise DigestError(
            f"edition {edition.id} is {edition.state}: there is nothing to stop"
        )


def _not_recalled(edition: Edition) -> str:
    if edition.state is EditionState.OPEN:
        return f"edition {edition.id} is open: it can be changed as it is"
    if edition.state in _GONE:
        return (
            f"edition {edition.id} is {edition.state}: its emails have left; letters "
            "that are not sealed yet are kept back with digest edition stop "
            f"{edition.id}"
        )
    if edition.state in _GOING or edition.plan_cursor:
        return (
            f"edition {edition.id} is {edition.state}, so it cannot be called back "
            "whole; keep back what has not left with digest edition stop "
            f"{edition.id}"
        )
    return f"edition {edition.id} is {edition.state}: there is nothing to call back"
