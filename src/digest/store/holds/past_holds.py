"""Under which hold an instant lay that is past, as the audit trail has it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from digest.store.base.tables import audit
from digest.store.holds.holds import HELD, LIFTED, LOOKED, Hold


@dataclass(frozen=True, slots=True)
class PastHold:
    """A hold, and when a person ended it.

    `is_gap` says that the instant lies before it was placed, and after the database
    had last looked: what happened then is not in this database.
    """

    hold: Hold
    until: datetime | None
    is_gap: bool = False


def past_hold(connection: Connection, at: datetime) -> PastHold | None:
    """Return the hold in which that instant lay, if it lay in one."""
    rows = connection.execute(
        select(audit.c.act, audit.c.at, audit.c.before, audit.c.after)
        .where(audit.c.act.in_((HELD, LIFTED)), audit.c.at >= at)
        .order_by(audit.c.at, audit.c.id)
        .limit(1)
    ).all()
    for row in rows:
        is_lifted = row.act == LIFTED
        facts = (row.before if is_lifted else row.after) or {}
        hold = Hold(datetime.fromisoformat(facts["since"]), facts["because"])
        if is_lifted or hold.since <= at:
            return PastHold(hold, row.at if is_lifted else None)
        looked = facts.get(LOOKED)
        if hold.is_of_a_restore and looked and datetime.fromisoformat(looked) <= at:
            return PastHold(hold, None, is_gap=True)
    return None
