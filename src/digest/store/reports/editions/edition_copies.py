"""How an edition's copies stand, for staff to see: counted, and in words."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from digest.model.delivery.delivery import POSTED, PROOFS, TO_POST, DeliveryState
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.bulk import one_of
from digest.store.base.indexed_copies import IS_DOUBTFUL, by_doubt, by_letters
from digest.store.base.read_once import of_edition
from digest.store.base.tables import delivery, left_out, print_batch
from digest.store.delivery.by_channel import BY_LETTER, WAITS_FOR_A_PERSON
from digest.store.delivery.printing.print_batches import PrintBatchState
from digest.store.editions.editions import Edition
from digest.store.reports.editions import outcomes
from digest.store.reports.editions.listed_copies import standing_of

# Of a print batch whose readers were all erased.
NO_LETTER = "no letter left"


class BatchToPost(NamedTuple):
    """A print batch that is not in the post: its letters, and whether on paper."""

    letters: int
    is_printed: bool


def copies(connection: Connection, edition_id: int) -> dict[tuple[str, str], int]:
    """Return an edition's deliveries counted by (channel, state)."""
    return of_edition(connection, outcomes.copies_of_each, edition_id) or {}


def doubtful(connection: Connection, edition_id: int) -> int:
    """Return how many of an edition's copies may have arrived without our knowing."""
    return of_edition(connection, _doubtful_of_each, edition_id) or 0


def _doubtful_of_each(
    connection: Connection, edition_ids: Sequence[int]
) -> dict[int, int]:
    rows = rows_of(connection, _doubts, tuple(edition_ids))
    return {row[0]: row[1] for row in rows}


def _doubts(connection: Connection, edition_ids: Sequence[int]) -> Select[Any]:
    return by_doubt(
        select(delivery.c.edition_id, func.count())
        .where(one_of(connection, delivery.c.edition_id, edition_ids), IS_DOUBTFUL)
        .group_by(delivery.c.edition_id)
    )


def copies_in_words(
    connection: Connection, edition: Edition
) -> list[tuple[str, str, int]]:
    """Return an edition's copies as (channel, how they stand, how many).

    As `copies`, but letters that are laid out are posted when somebody has said so,
    and who was rung has been spoken to.
    """
    standings: list[tuple[str, str, int]] = []
    for (channel, state), count in copies(connection, edition.id).items():
        if channel != BY_LETTER or state != DeliveryState.ACCEPTED:
            standings.append((channel, standing_of(channel, state), count))
        elif edition.is_rehearsal:
            standings.append((channel, PROOFS, count))
        else:
            # A worker seals a batch when it makes it: that says nothing of paper.
            waiting = count_to_post(connection, edition.id)
            standings += [
                (channel, words, letters)
                for words, letters in (
                    (TO_POST, waiting),
                    (POSTED, count - waiting),
                )
                if letters
            ]
    return standings


def batches_to_post(connection: Connection, edition_id: int) -> dict[int, BatchToPost]:
    """Return the print batches of which nobody said that they are posted, by number."""
    return of_edition(connection, _to_post_of_each, edition_id) or {}


def count_to_post(connection: Connection, edition_id: int) -> int:
    """Return how many letters those have."""
    return sum(
        each.letters for each in batches_to_post(connection, edition_id).values()
    )


def _to_post_of_each(
    connection: Connection, edition_ids: Sequence[int]
) -> dict[int, dict[int, BatchToPost]]:
    rows = rows_of(connection, _to_post, tuple(edition_ids))
    waiting = dict[int, dict[int, BatchToPost]]()
    for row in sorted(rows, key=lambda row: row.id):
        batch = BatchToPost(row.letters, is_printed=row.printed_at is not None)
        waiting.setdefault(row.edition_id, {})[row.id] = batch
    return waiting


def _to_post(connection: Connection, edition_ids: Sequence[int]) -> Select[Any]:
    return select(
        print_batch.c.id,
        print_batch.c.edition_id,
        print_batch.c.letters,
        print_batch.c.printed_at,
    ).where(
        one_of(connection, print_batch.c.edition_id, edition_ids),
        print_batch.c.state.in_([PrintBatchState.OPEN, PrintBatchState.SEALED]),
        print_batch.c.letters > 0,
    )


def questions(edition_ids: Sequence[int]) -> tuple[Asked, ...]:
    """Return what `copies`, `doubtful` and `batches_to_post` ask together."""
    ids = tuple(edition_ids)
    return outcomes.copies_question(ids), (_doubts, ids), (_to_post, ids)


def questions_in_words(edition_ids: Sequence[int]) -> tuple[Asked, ...]:
    """Return what `copies_in_words` asks, to be asked with others."""
    ids = tuple(edition_ids)
    return outcomes.copies_question(ids), (_to_post, ids)


def left_out_counts(connection: Connection, edition_id: int) -> dict[str, int]:
    """Return how many readers an edition left out, by kind."""
    rows = connection.execute(
        select(left_out.c.kind, func.count())
        .where(left_out.c.edition_id == edition_id)
        .group_by(left_out.c.kind)
    )
    return {row[0]: row[1] for row in rows}


def print_batches(
    connection: Connection, edition_id: int
) -> list[tuple[int, str, str]]:
    """Return (id, state, path of the PDF) of an edition's print batches."""
    rows = connection.execute(
        select(print_batch.c.id, print_batch.c.state, print_batch.c.pdf)
        .where(print_batch.c.edition_id == edition_id)
        .order_by(print_batch.c.id)
    )
    return [(row.id, row.state, row.pdf) for row in rows]


def count_letters_waiting(connection: Connection, edition_id: int) -> int:
    """Return how many letters of an edition wait for somebody to mend something."""
    waiting = select(func.count()).select_from(delivery)
    waiting = waiting.where(delivery.c.edition_id == edition_id, WAITS_FOR_A_PERSON)
    return connection.scalar(by_letters(waiting)) or 0
