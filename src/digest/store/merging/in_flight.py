"""Copies of two people that keep them from being made one, or two, just now."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.mode import Mode
from digest.model.moves import DELIVERY_MOVES
from digest.store.base.tables import delivery, edition, print_batch, variant
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.printing.print_batches import PrintBatchState
from digest.store.people.owed import stretch_of

_NO_END = tuple(DELIVERY_MOVES.unfinished)


def why_not_now(
    connection: Connection, settled_id: int, other_id: int | None = None
) -> Iterator[str]:
    """Yield why what somebody has had is not sure yet, in words.

    Of `settled_id` each copy is to have left, or never to leave; of the other none may
    be on the wire.
    """
    people = [each for each in (settled_id, other_id) if each is not None]
    rows = connection.execute(
        select(
            delivery.c.edition_id,
            delivery.c.reader_id,
            delivery.c.subscriber_id,
            delivery.c.state,
            print_batch.c.id.label("batch_id"),
            print_batch.c.state.label("batch_state"),
        )
        .outerjoin(print_batch, print_batch.c.id == delivery.c.print_batch_id)
        .where(delivery.c.subscriber_id.in_(people))
    )
    for row in rows:
        key = DeliveryKey(row.edition_id, row.reader_id)
        if row.state == DeliveryState.HANDING_OVER:
            yield (
                f"the copy {key} is leaving at this moment: try again in a few minutes"
            )
        elif row.subscriber_id != settled_id:
            continue
        elif row.state == DeliveryState.UNCERTAIN:
            yield (
                f"nobody knows whether the copy {key} has arrived: settle it first, "
                f"with digest deliveries settle {key} accepted, or not-arrived"
            )
        elif (
            row.state == DeliveryState.ACCEPTED
            and row.batch_state == PrintBatchState.OPEN
        ):
            yield (
                f"the letter {key} is in print batch {row.batch_id}, which is not "
                "sealed: seal it first, or stop it"
            )


def waiting_stretches(
    connection: Connection, reader_id: int, mode: Mode
) -> list[DueStretch]:
    """Return what is in a reader's copies of that mode that have no end yet."""
    rows = connection.execute(
        select(variant.c.since, variant.c.upto, variant.c.had)
        .join(delivery, delivery.c.variant_id == variant.c.id)
        .join(edition, edition.c.id == delivery.c.edition_id)
        .where(
            delivery.c.reader_id == reader_id,
            delivery.c.state.in_(_NO_END),
            edition.c.mode == mode,
        )
    )
    return [*map(stretch_of, rows)]


def ended_editions(connection: Connection, reader_id: int) -> list[int]:
    """Return the editions of which a reader's copy has come to an end."""
    rows = select(delivery.c.edition_id).where(
        delivery.c.reader_id == reader_id,
        delivery.c.state.not_in(_NO_END),
    )
    return list(connection.scalars(rows.order_by(delivery.c.edition_id)))
