"""What is due and lies still: copies that nobody sends or posts, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    and_,
    func,
    select,
    true,
)

from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.mode import Mode
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.bulk import one_of
from digest.store.base.indexed_copies import by_letters
from digest.store.base.modes import mode_of
from digest.store.base.tables import (
    audit,
    campaign,
    delivery,
    edition,
    print_batch,
    send_batch,
    watch,
)
from digest.store.campaigns.going_live import may_go
from digest.store.campaigns.pauses import RESUMED
from digest.store.delivery.by_channel import IS_EMAIL, IS_LETTER
from digest.store.delivery.printing.print_batches import PrintBatchState
from digest.store.delivery.sending.send_batches import DONE, LEASED, due
from digest.store.editions.holding_back import ON_THEIR_WAY, may_leave
from digest.store.holds.holds import LIFTED

# What a person says that lets things go on which had been kept back till then.
_LET_GO = (LIFTED, RESUMED)


@dataclass(frozen=True, slots=True)
class SendingPace:
    """Whether copies that are due are on their way.

    `emails_since` is since when the oldest batch has been due that nobody has in hand,
    `letters_since` since when letters could have been made that are in no print batch;
    None where there is nothing so old. `leased_since` is at the earliest when a batch
    was leased that is in hand now. `moved_at` is when a copy last moved.
    """

    emails_since: datetime | None
    letters_since: datetime | None
    leased_since: datetime | None
    moved_at: datetime | None


def sending_pace(
    connection: Connection, now: datetime, patience: timedelta
) -> SendingPace:
    """Return how sending goes; what has been due for less than `patience` is not old.

    What may not leave, or might not a while ago, is not looked at: paused campaigns,
    editions held back and those in quiet hours are none of a worker's business.
    """
    (row,) = rows_of(connection, _moved, now)
    moved = (row.done, row.settled, row.handed_over, row.printed)
    return SendingPace(
        _emails_since(connection, now, patience),
        rows_of(connection, _letters_since, now - patience)[0].since,
        row.leased,
        max((at for at in moved if at), default=None),
    )


def _moved(_connection: Connection, now: datetime) -> Select[Any]:
    is_leased = and_(
        send_batch.c.state == LEASED,
        send_batch.c.lease_until >= now,
    )
    # Only batches in hand are looked into, however long the run.
    in_hand = and_(
        is_leased,
        delivery.c.edition_id == send_batch.c.edition_id,
        delivery.c.reader_id.between(
            send_batch.c.first_reader_id, send_batch.c.last_reader_id
        ),
        IS_EMAIL,
    )
    return select(
        _latest(send_batch.c.due_at, is_leased).label("leased"),
        _latest(send_batch.c.due_at, send_batch.c.state == DONE).label("done"),
        _latest(delivery.c.settled_at, in_hand).label("settled"),
        _latest(delivery.c.handed_over_at, in_hand).label("handed_over"),
        _latest(print_batch.c.made_at, true()).label("printed"),
    )


def _latest(instant: Column[Any], those: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(func.max(instant)).where(those).scalar_subquery()


def let_go_at(connection: Connection, since: datetime) -> datetime | None:
    """Return when a person last let go on what had been kept back, later than that."""
    at: datetime | None = rows_of(connection, _let_go_at, since)[0].at
    return at


def _let_go_at(_connection: Connection, since: datetime) -> Select[Any]:
    return select(func.max(audit.c.at).label("at")).where(
        audit.c.at > since, audit.c.act.in_(_LET_GO), audit.c.edition_id.is_(None)
    )


def looked_at(connection: Connection) -> datetime | None:
    """Return when a timetable last looked; None before the first, or after a resume."""
    at: datetime | None = rows_of(connection, _looked_at)[0].at
    return at


def _looked_at(_connection: Connection) -> Select[Any]:
    return select(func.max(watch.c.looked_at).label("at"))


def opened_and_approved(
    connection: Connection, edition_ids: Iterable[int]
) -> dict[int, tuple[datetime, datetime | None]]:
    """Return when each edition was opened, and when it was approved, by its id."""
    if not (ids := tuple(edition_ids)):
        return {}
    rows = connection.execute(
        select(edition.c.id, edition.c.opened_at, edition.c.approved_at).where(
            one_of(connection, edition.c.id, ids)
        )
    )
    return {row.id: (row.opened_at, row.approved_at) for row in rows}


def letters_unposted(
    connection: Connection, before: datetime
) -> tuple[int, datetime | None]:
    """Return how many letters were made before then and not posted, and since when.

    Those of rehearsals are not meant to be.
    """
    (row,) = rows_of(connection, _unposted, before)
    return int(row.letters or 0), row.since


def _unposted(_connection: Connection, before: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            func.sum(print_batch.c.letters).cast(BigInteger).label("letters"),
            func.min(print_batch.c.made_at).label("since"),
        )
        .join(edition, edition.c.id == print_batch.c.edition_id)
        .where(
            print_batch.c.state.in_([PrintBatchState.OPEN, PrintBatchState.SEALED]),
            print_batch.c.letters > 0,
            print_batch.c.made_at < before,
            edition.c.mode == Mode.LIVE,
        )
    )


def questions(
    now: datetime,
    patience: timedelta,
    unposted_before: datetime,
    let_go_since: datetime,
) -> tuple[Asked, ...]:
    """Return what all of these ask, to be asked with others."""
    return (
        (_looked_at,),
        (_let_go_at, let_go_since),
        (_moved, now),
        (_letters_since, now - patience),
        (_unposted, unposted_before),
    )


def _emails_since(
    connection: Connection, now: datetime, patience: timedelta
) -> datetime | None:
    before = due(connection, now - patience).order_by(None).subquery()
    today = due(connection, now).order_by(None).subquery()
    oldest = select(func.min(today.c.due_at)).where(today.c.id.in_(select(before.c.id)))
    since: datetime | None = connection.scalar(oldest)
    return since


def _letters_since(connection: Connection, before: datetime) -> Select[Any]:
    return (
        select(func.min(edition.c.planned_at).label("since"))
        .join(campaign, campaign.c.id == edition.c.campaign_id)
        .where(
            edition.c.state.in_(ON_THEIR_WAY),
            edition.c.mode == mode_of(connection),
            edition.c.planned_at <= before,
            edition.c.stopped_at.is_(None),
            campaign.c.paused_at.is_(None),
            may_go(connection),
            may_leave(before),
            _has_letters(),
        )
    )


def _has_letters() -> ColumnElement[bool]:
    """Return the condition that letters of an edition wait, and for no person."""
    letters = select(delivery.c.reader_id).where(
        delivery.c.edition_id == edition.c.id,
        delivery.c.listed_state == DeliveryState.PLANNED,
        IS_LETTER,
        delivery.c.reply.is_(None),
    )
    return by_letters(letters).exists()
