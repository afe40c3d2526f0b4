"""Copies that had ended and are to be sent after all, since a person says so."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select, update

from digest.errors import DigestError
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import DONE, EditionState
from digest.store.base.tables import delivery, send_batch
from digest.store.campaigns.going_live import refuse_unless_may_go
from digest.store.delivery.by_channel import IS_EMAIL
from digest.store.delivery.deliveries import plan_again
from digest.store.delivery.send_batches import LEASED, OPEN
from digest.store.editions import editions, moves
from digest.store.staff.audit import Act, record

# What a person may have sent again: a letter is another matter, see print_room.
RETRIED = (DeliveryState.REFUSED, DeliveryState.UNCERTAIN)


def count(
    connection: Connection,
    edition_id: int,
    state: DeliveryState,
    now: datetime,
    subscriber_ids: Sequence[int] | None = None,
) -> int:
    """Return how many emails `retry` would plan anew. Raises as it does."""
    _refuse_ended(connection, edition_id, now)
    matching = select(func.count()).where(
        _those(edition_id, subscriber_ids), delivery.c.state == state
    )
    return connection.scalar(matching) or 0


def retry(
    connection: Connection,
    edition_id: int,
    state: DeliveryState,
    now: datetime,
    subscriber_ids: Sequence[int] | None = None,
) -> int:
    """Plan anew the emails of an edition that stand in `state`; return how many.

    Of these people alone, if any are given. The edition is sending again until
    they have ended. Whoever has left meanwhile is not written to: that is asked
    when a copy leaves. Raises DigestError where they would come too late, or the
    edition was stopped or may not go in our mode.
    """
    _refuse_ended(connection, edition_id, now)
    refuse_unless_may_go(connection, edition_id)
    planned = plan_again(connection, _those(edition_id, subscriber_ids), state, now)
    if planned:
        _reopen_batches(connection, edition_id, now)
        moves.move(
            connection,
            edition_id,
            EditionState.SENDING,
            now,
            only_from=DONE[editions.get(connection, edition_id).mode],
            ended_at=None,
        )
        act = Act(
            "sent again copies of",
            edition_id=edition_id,
            before={"state": state},
            after={"state": DeliveryState.PLANNED, "copies": planned},
        )
        record(connection, act, now)
    return planned


def _refuse_ended(connection: Connection, edition_id: int, now: datetime) -> None:
    edition = editions.get(connection, edition_id)
    if edition.stopped_at is not None:
        raise DigestError(
            f"edition {edition_id} was stopped: nothing more of it leaves; make a new "
            f"one with digest edition run {edition.campaign}"
        )
    if edition.deliver_by is not None and edition.deliver_by <= now:
        raise DigestError(
            f"the copies of edition {edition_id} were wanted by "
            f"{edition.deliver_by:%d %B %H:%M} UTC: sent now they would expire; "
            "its campaign file's `expires` says how long the next are of use"
        )


def _those(
    edition_id: int, subscriber_ids: Sequence[int] | None
) -> ColumnElement[bool]:
    chosen = [delivery.c.edition_id == edition_id, IS_EMAIL]
    if subscriber_ids is not None:
        chosen.append(delivery.c.subscriber_id.in_(subscriber_ids))
    return and_(*chosen)


def _reopen_batches(connection: Connection, edition_id: int, now: datetime) -> None:
    """Have the batches of what is planned for now sent; a leased one sees by itself."""
    waiting = exists().where(
        delivery.c.edition_id == edition_id,
        IS_EMAIL,
        delivery.c.state == DeliveryState.PLANNED,
        delivery.c.next_attempt_at.is_(None),
        delivery.c.reader_id.between(
            send_batch.c.first_reader_id, send_batch.c.last_reader_id
        ),
    )
    connection.execute(
        update(send_batch)
        .where(
            send_batch.c.edition_id == edition_id,
            send_batch.c.state != LEASED,
            waiting,
        )
        .values(state=OPEN, due_at=now)
    )
