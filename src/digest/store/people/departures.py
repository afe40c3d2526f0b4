"""Who has left which campaign: held for a person and a campaign, for good.

Neither the lists of the campaign nor any import change it; subscriptions to lists
are another thing (store.people.subscriptions). Only the person brings themself back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Exists, exists, select, update

from digest.model.people.departure import TOLD, UNDOABLE, LeavingMeans, LeavingReason
from digest.model.webhooks import WebhookKind
from digest.store.base.bulk import one_of
from digest.store.base.tables import campaign, departure
from digest.store.base.upsert import insert_for
from digest.store.staff.audit import Act, record
from digest.store.webhooks.outbox import tell


@dataclass(frozen=True, slots=True)
class Departure:
    """When and by which means somebody left a campaign."""

    left_at: datetime
    means: LeavingMeans

    def may_be_undone(self, now: datetime) -> bool:
        """Whether staff wrote it down, and lately."""
        return self.means in TOLD and now - self.left_at < UNDOABLE


def has_left(who: ColumnElement[int], campaign_id: int | ColumnElement[int]) -> Exists:
    """Return the condition that `who` has left the campaign and not come back."""
    return exists().where(
        departure.c.subscriber_id == who,
        departure.c.campaign_id == campaign_id,
        departure.c.returned_at.is_(None),
    )


def leave(
    connection: Connection,
    campaign_id: int,
    subscriber_id: int,
    means: LeavingMeans,
    now: datetime,
) -> bool:
    """Have somebody leave a campaign; False, and nothing changes, where they have."""
    facts = {
        "left_at": now,
        "means": means,
        "reason": None,
        "returned_at": None,
    }
    statement = insert_for(connection, departure).values(
        campaign_id=campaign_id, subscriber_id=subscriber_id, **facts
    )
    inserted = connection.execute(
        statement.on_conflict_do_update(
            index_elements=["campaign_id", "subscriber_id"],
            set_=facts,
            where=departure.c.returned_at.is_not(None),
        ).execution_options(preserve_rowcount=True)
    )
    if inserted.rowcount:
        act = _act("unsubscribed", campaign_id, subscriber_id)
        record(connection, replace(act, after={"by": means}), now)
        tell(
            connection,
            WebhookKind.PERSON_LEFT,
            now,
            lambda: [_facts(connection, campaign_id, subscriber_id, means)],
        )
    return inserted.rowcount > 0


def note_reason(
    connection: Connection, campaign_id: int, subscriber_id: int, reason: LeavingReason
) -> bool:
    """Keep why somebody left; False where they have not, or are back."""
    noted = connection.execute(
        update(departure)
        .where(
            departure.c.campaign_id == campaign_id,
            departure.c.subscriber_id == subscriber_id,
            departure.c.returned_at.is_(None),
        )
        .values(reason=reason)
    )
    return noted.rowcount > 0


def come_back(
    connection: Connection, campaign_id: int, subscriber_id: int, now: datetime
) -> bool:
    """Undo somebody's leaving of a campaign; False where they have not left it."""
    returned = connection.execute(
        update(departure)
        .where(
            departure.c.campaign_id == campaign_id,
            departure.c.subscriber_id == subscriber_id,
            departure.c.returned_at.is_(None),
        )
        .values(returned_at=now)
    )
    if returned.rowcount:
        record(connection, _act("resubscribed", campaign_id, subscriber_id), now)
    return returned.rowcount > 0


def is_gone(connection: Connection, campaign_id: int, subscriber_id: int) -> bool:
    """Whether somebody has left a campaign and not come back."""
    return bool(of_people(connection, campaign_id, [subscriber_id]))


def of_person(
    connection: Connection, campaign_id: int, subscriber_id: int
) -> Departure | None:
    """Return how somebody left a campaign; None where they have not, or are back."""
    row = connection.execute(
        select(departure.c.left_at, departure.c.means).where(
            departure.c.campaign_id == campaign_id,
            departure.c.subscriber_id == subscriber_id,
            departure.c.returned_at.is_(None),
        )
    ).first()
    return None if row is None else Departure(row.left_at, LeavingMeans(row.means))


def of_people(
    connection: Connection, campaign_id: int, subscriber_ids: Sequence[int]
) -> dict[int, datetime]:
    """Return when those of these people who have left the campaign did."""
    rows = connection.execute(
        select(departure.c.subscriber_id, departure.c.left_at).where(
            departure.c.campaign_id == campaign_id,
            departure.c.returned_at.is_(None),
            one_of(connection, departure.c.subscriber_id, subscriber_ids),
        )
    )
    return {row.subscriber_id: row.left_at for row in rows}


def _act(verb: str, campaign_id: int, subscriber_id: int) -> Act:
    return Act(verb, campaign_id=campaign_id, subject=f"person {subscriber_id}")


def _facts(
    connection: Connection, campaign_id: int, subscriber_id: int, means: LeavingMeans
) -> dict[str, object]:
    """Return what webhooks say of a departure."""
    names = select(campaign.c.name).where(campaign.c.id == campaign_id)
    name = connection.scalars(names).one()
    return {"person": subscriber_id, "campaign": name, "by": means}
