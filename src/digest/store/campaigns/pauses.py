"""Who had paused a campaign, and when, as the audit trail has it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from digest.store.base.tables import audit

PAUSED, RESUMED = "paused", "resumed"


@dataclass(frozen=True, slots=True)
class Pause:
    """A campaign was paused by somebody, from then on."""

    by: str
    since: datetime


def pause_at(connection: Connection, campaign_id: int, at: datetime) -> Pause | None:
    """Return the pause in which the campaign was at that instant, if it was in one."""
    row = connection.execute(
        select(audit.c.act, audit.c.actor, audit.c.at)
        .where(
            audit.c.campaign_id == campaign_id,
            audit.c.act.in_((PAUSED, RESUMED)),
            audit.c.subject.is_(None),
            audit.c.edition_id.is_(None),
            audit.c.at <= at,
        )
        .order_by(audit.c.at.desc(), audit.c.id.desc())
        .limit(1)
    ).first()
    return Pause(row.actor, row.at) if row and row.act == PAUSED else None
