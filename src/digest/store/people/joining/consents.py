"""Records of consent: each time somebody said yes, in which words, and who heard it.

Rows are added and never changed; an erasure takes out what may name somebody.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from digest.model.people.joining import wording_version
from digest.model.people.person import Consent
from digest.store.base.tables import consent, mailing_list
from digest.store.staff.audit import actor_of


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One consent as it was written down, and by whom."""

    list_name: str
    at: datetime
    consent: Consent
    wording_version: str
    actor: str


def add(
    connection: Connection,
    subscriber_id: int,
    list_id: int,
    evidence: Consent,
    now: datetime,
) -> None:
    """Write down what somebody said of being written to by that list."""
    version = wording_version(evidence.wording) if evidence.wording else ""
    connection.execute(
        insert(consent).values(
            subscriber_id=subscriber_id,
            mailing_list_id=list_id,
            at=now,
            basis=evidence.basis,
            method=evidence.method,
            said_at=evidence.at or None,
            wording=evidence.wording or None,
            wording_version=version or None,
            evidence=evidence.evidence or None,
            actor=actor_of(connection),
        )
    )


def of_subscriber(connection: Connection, subscriber_id: int) -> list[ConsentRecord]:
    """Return what somebody has said, the latest first."""
    rows = connection.execute(
        select(consent, mailing_list.c.name)
        .join(mailing_list, mailing_list.c.id == consent.c.mailing_list_id)
        .where(consent.c.subscriber_id == subscriber_id)
        .order_by(consent.c.id.desc())
    )
    return [
        ConsentRecord(
            row.name,
            row.at,
            Consent(
                row.basis,
                row.method,
                row.said_at or "",
                row.wording or "",
                row.evidence or "",
            ),
            row.wording_version or "",
            row.actor,
        )
        for row in rows
    ]


def blank(connection: Connection, subscriber_id: int) -> None:
    """Take out of somebody's records what may name them."""
    emptied = {"method": "", "said_at": None, "wording": None, "evidence": None}
    connection.execute(
        update(consent)
        .where(consent.c.subscriber_id == subscriber_id)
        .values(**emptied, wording_version=None, actor="")
    )
