"""The audit trail: who did what, when, and what it was before and after.

An act is recorded in the transaction that does it, at the door through which
every caller goes, so that nothing is done without its row and no row tells of
what was not done. Rows are only ever added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from digest.store import limits
from digest.store.base.tables import audit, campaign

ACTOR = "actor"
PROGRAM = "program"
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """One act. `subject` is what it was done to, beside a campaign or an edition."""

    id: int
    at: datetime
    actor: str
    act: str
    campaign: str | None
    edition_id: int | None
    subject: str | None
    before: Facts | None
    after: Facts | None

    def line(self) -> str:
        """Return it on one line, in words."""
        edition = f"edition {self.edition_id}" if self.edition_id else None
        targets = filter(None, (self.campaign, edition, self.subject))
        words = f"{self.at:%Y-%m-%d %H:%M:%S}Z  {self.actor}: {self.act}"
        changes = ", ".join(
            f"{key} {_value(self.before, key)} -> {_value(self.after, key)}"
            for key in sorted({*(self.before or ()), *(self.after or ())})
        )
        return "  ".join(filter(None, (words, " ".join(targets), changes)))


def _value(facts: Facts | None, key: str) -> str:
    return str(facts[key]) if facts and key in facts else "-"


@dataclass(frozen=True, slots=True)
class Act:
    """What is done, and to what: ids and settings, never a subscriber's address."""

    name: str
    campaign_id: int | None = None
    edition_id: int | None = None
    subject: str | None = None
    before: Facts | None = None
    after: Facts | None = None


def acting_as(engine: Engine, actor: str) -> Engine:
    """Return the engine for what that actor does: same database, same connections."""
    return engine.execution_options(**{ACTOR: actor})


def record(connection: Connection, act: Act, now: datetime) -> None:
    """Write down an act of whom the connection acts for: a person, or the program."""
    actor = connection.get_execution_options().get(ACTOR, PROGRAM)
    connection.execute(
        insert(audit).values(
            at=now,
            actor=actor[: limits.ACTOR_LENGTH],
            act=act.name,
            campaign_id=act.campaign_id,
            edition_id=act.edition_id,
            subject=act.subject,
            before=act.before and dict(act.before),
            after=act.after and dict(act.after),
        )
    )


def latest(
    connection: Connection, limit: int, campaign_name: str | None = None
) -> Sequence[RecordedAct]:
    """Return the latest acts, the newest first; of one campaign where it is named."""
    rows = (
        select(audit, campaign.c.name.label("campaign"))
        .outerjoin(campaign, campaign.c.id == audit.c.campaign_id)
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    if campaign_name is not None:
        rows = rows.where(campaign.c.name == campaign_name)
    return [
        RecordedAct(
            row.id,
            row.at,
            row.actor,
            row.act,
            row.campaign,
            row.edition_id,
            row.subject,
            row.before,
            row.after,
        )
        for row in connection.execute(rows)
    ]
