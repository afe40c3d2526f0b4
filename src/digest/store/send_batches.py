"""Send batches: a stretch of an edition's readers that one worker sends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select, update

from digest.store.tables import campaign, edition, send_batch

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Lease:
    """A batch taken by one worker; `fence` tells it from later takers.

    `taken_over` is whether another worker had it and went silent.
    """

    id: int
    edition_id: int
    readers: tuple[int, int]
    fence: int
    taken_over: bool


def claim(connection: Connection, owner: str, now: datetime) -> Lease | None:
    """Lease the batch that is due longest, or one whose worker went silent.

    Batches of paused campaigns are left alone.
    """
    is_due = and_(send_batch.c.state == "open", send_batch.c.due_at <= now)
    is_orphan = and_(send_batch.c.state == "leased", send_batch.c.lease_until < now)
    row = connection.execute(
        select(send_batch)
        .join(edition, edition.c.id == send_batch.c.edition_id)
        .join(campaign, campaign.c.id == edition.c.campaign_id)
        .where(or_(is_due, is_orphan), campaign.c.paused_at.is_(None))
        .order_by(send_batch.c.due_at, send_batch.c.id)
        .limit(1)
        .with_for_update(of=send_batch, skip_locked=True)
    ).first()
    if row is None:
        return None
    connection.execute(
        update(send_batch)
        .where(send_batch.c.id == row.id)
        .values(
            state="leased",
            lease_owner=owner,
            lease_until=now + LEASE,
            fence=row.fence + 1,
        )
    )
    return Lease(
        row.id,
        row.edition_id,
        (row.first_reader_id, row.last_reader_id),
        row.fence + 1,
        row.state == "leased",
    )


def renew(connection: Connection, lease: Lease, now: datetime) -> bool:
    """Keep the lease; False where another worker has taken the batch over."""
    kept = connection.execute(
        update(send_batch)
        .where(send_batch.c.id == lease.id, send_batch.c.fence == lease.fence)
        .values(lease_until=now + LEASE)
    )
    return kept.rowcount == 1


def give_back(connection: Connection, lease: Lease, due_at: datetime | None) -> None:
    """End the lease: done, or with `due_at` open again from then on."""
    connection.execute(
        update(send_batch)
        .where(send_batch.c.id == lease.id, send_batch.c.fence == lease.fence)
        .values(
            state="done" if due_at is None else "open",
            lease_owner=None,
            lease_until=None,
            **({} if due_at is None else {"due_at": due_at}),
        )
    )


def reopen(connection: Connection, edition_id: int, now: datetime) -> None:
    """Open the edition's finished batches again: a copy of theirs is to be resent."""
    connection.execute(
        update(send_batch)
        .where(send_batch.c.edition_id == edition_id, send_batch.c.state == "done")
        .values(state="open", due_at=now)
    )
