"""Letters of people who were erased: in which print batches, and taken out of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

from digest.store.base.bulk import one_of
from digest.store.base.tables import delivery, print_batch, subscriber
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.printing.print_batches import (
    REMOVED,
    PrintBatch,
    PrintFiles,
)
from digest.store.staff.audit import Act, record


@dataclass(frozen=True, slots=True)
class LettersTakenOut:
    """Letters of who was erased; and those of others that are left out, and why."""

    erased: Sequence[DeliveryKey]
    left_out: Sequence[tuple[str, str]] = ()


def with_erased(connection: Connection) -> list[int]:
    """Return the print batches that have letters of people who were erased."""
    batches = _of_erased().with_only_columns(delivery.c.print_batch_id).distinct()
    return [*connection.scalars(batches.order_by(delivery.c.print_batch_id))]


def erased_in(connection: Connection, batch_id: int) -> list[DeliveryKey]:
    """Return the letters in a batch of people who were erased."""
    rows = connection.execute(
        _of_erased()
        .where(delivery.c.print_batch_id == batch_id)
        .order_by(delivery.c.reader_id)
    )
    return [DeliveryKey(row.edition_id, row.reader_id) for row in rows]


def take_out(
    connection: Connection,
    batch: PrintBatch,
    taken_out: LettersTakenOut,
    files: PrintFiles | None,
    now: datetime,
) -> None:
    """Write down that a batch has these files, without the letters of the erased.

    None where they were removed. What was posted stays counted.
    """
    values: dict[str, Any] = {"sha256": REMOVED}
    if files is not None:
        values = {
            "sha256": files.sha256,
            "letters": files.letters,
            "sheets": files.sheets,
        }
    elif not batch.is_over:
        values |= {"letters": 0, "sheets": 0}
    connection.execute(
        update(print_batch).where(print_batch.c.id == batch.id).values(values)
    )
    connection.execute(
        update(delivery)
        .where(
            delivery.c.edition_id == batch.edition_id,
            delivery.c.print_batch_id == batch.id,
            one_of(
                connection,
                delivery.c.reader_id,
                sorted(key.reader_id for key in taken_out.erased),
            ),
        )
        .values(print_batch_id=None)
    )
    act = Act(
        "took letters of who was erased out of",
        edition_id=batch.edition_id,
        subject=batch.subject,
        after={
            "letters": [str(key) for key in taken_out.erased],
            "file": files is not None,
        }
        | ({"left_out": dict(taken_out.left_out)} if taken_out.left_out else {}),
    )
    record(connection, act, now)


def _of_erased() -> Select[tuple[int, int]]:
    return (
        select(delivery.c.edition_id, delivery.c.reader_id)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(
            subscriber.c.erased_at.is_not(None), delivery.c.print_batch_id.is_not(None)
        )
    )
