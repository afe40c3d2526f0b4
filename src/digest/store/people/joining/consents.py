"""Records of consent: each time somebody said yes, in which words, and who heard it.

Rows are added and never changed, but that an erasure takes out what may name somebody.
What does not hold any more is said by a further one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from digest.model.people.joining import wording_version
from digest.model.people.person import NO_EVIDENCE, Consent
from digest.store.base.bulk import insert_many, one_of
from digest.store.base.tables import consent, mailing_list
from digest.store.people.doubles.merges import whose
from digest.store.staff.audit import actor_of

RETRACTED = "taken back"


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
    add_all(connection, list_id, {subscriber_id: evidence}, now)


def add_all(
    connection: Connection,
    list_id: int,
    evidence: Mapping[int, Consent],
    now: datetime,
) -> None:
    """Write down what each of these people said of being written to by that list.

    What is empty says nothing, and is no record.
    """
    actor = actor_of(connection)
    versions = {each.wording for each in evidence.values() if each.wording}
    version_of = {wording: wording_version(wording) for wording in versions}
    rows = [
        {
            "subscriber_id": who,
            "mailing_list_id": list_id,
            "at": now,
            "basis": each.basis,
            "method": each.method,
            "said_at": each.at or None,
            "wording": each.wording or None,
            "wording_version": version_of.get(each.wording),
            "evidence": each.evidence or None,
            "conditions": each.conditions or None,
            "actor": actor,
        }
        for who, each in evidence.items()
        if each != NO_EVIDENCE
    ]
    insert_many(connection, consent, rows)


def retract(  # noqa: PLR0913 - of whom, what, and why, each by name
    connection: Connection,
    list_id: int,
    people: Sequence[int],
    at: datetime,
    *,
    why: str,
    now: datetime,
) -> None:
    """Write down that what was written down of these people then does not hold.

    Of those of whom something was written down at that instant, for that list.
    """
    if not people:
        return
    those = select(consent.c.subscriber_id).where(
        consent.c.mailing_list_id == list_id,
        consent.c.at == at,
        one_of(connection, consent.c.subscriber_id, people),
    )
    numbers = connection.scalars(those.distinct()).all()
    retraction = Consent(RETRACTED, why)
    add_all(connection, list_id, dict.fromkeys(numbers, retraction), now)


def of_subscriber(connection: Connection, subscriber_id: int) -> list[ConsentRecord]:
    """Return what somebody has said, the latest first."""
    rows = connection.execute(
        select(consent, mailing_list.c.name)
        .join(mailing_list, mailing_list.c.id == consent.c.mailing_list_id)
        .where(whose(consent.c.subscriber_id, subscriber_id))
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
                row.conditions or "",
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
