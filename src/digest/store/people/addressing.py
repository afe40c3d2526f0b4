"""What a copy is addressed with: a reader's name, doors and why they are written to."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select

from digest.model.people.lawful_basis import LawfulBasis, gap_of, rights_of
from digest.model.people.person import NO_EVIDENCE, Addressee, Consent
from digest.model.people.postal_address import PostalAddress
from digest.store.base.asked_together import rows_of
from digest.store.base.tables import mailing_list, reader, subscriber, subscription
from digest.store.campaigns import campaigns
from digest.store.people.subscriptions import EVIDENCE, consent_of

# What `consents` reads of a reader: which campaign, which list, what is on record.
CONSENT_FACTS = (
    mailing_list.c.name,
    *(subscription.c[name] for name in EVIDENCE),
)
HAS_EVIDENCE = and_(
    subscription.c.ended_at.is_(None),
    or_(*(subscription.c[name].is_not(None) for name in EVIDENCE)),
)


def addressees(
    connection: Connection, reader_ids: Iterable[int]
) -> dict[int, Addressee]:
    """Return for each of these readers what a copy of theirs is addressed with."""
    ids = tuple(reader_ids)
    evidence = sorted(
        rows_of(connection, evidence_of, ids),
        key=lambda row: (row.reader_id, row.mailing_list_id),
    )
    on_record = consents(connection, evidence)
    return {
        row.id: Addressee(
            name=row.name,
            email=row.email or "",
            address=address_of(row),
            consent=on_record.get(row.id, NO_EVIDENCE),
            organiser=row.organiser or "",
            mark=row.mark,
            phone=row.phone or "",
        )
        for row in rows_of(connection, addressed_to, ids)
    }


def addressed_to(_connection: Connection, reader_ids: tuple[int, ...]) -> Select[Any]:
    """Return the question for how readers are addressed, to be asked with others."""
    return (
        select(
            reader.c.id,
            subscriber.c.name,
            subscriber.c.address,
            subscriber.c.postcode,
            subscriber.c.country,
            subscriber.c.email,
            subscriber.c.organiser,
            subscriber.c.mark,
            subscriber.c.phone,
        )
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(reader.c.id.in_(reader_ids))
    )


def evidence_of(_connection: Connection, reader_ids: tuple[int, ...]) -> Select[Any]:
    """Return the question for why they may be written to, to be asked with others."""
    return (
        select(
            reader.c.id.label("reader_id"),
            reader.c.campaign_id,
            subscription.c.mailing_list_id,
            *CONSENT_FACTS,
        )
        .join(subscription, subscription.c.subscriber_id == reader.c.subscriber_id)
        .join(mailing_list, mailing_list.c.id == subscription.c.mailing_list_id)
        .where(reader.c.id.in_(reader_ids), HAS_EVIDENCE)
    )


def consents(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, Consent]:
    """Return why readers may be written to, as their lists have it on record.

    The rows are of a `reader_id` and a `campaign_id`, with CONSENT_FACTS. Of several
    lists of a campaign it is a basis on which an email may go, before one on which none
    may; of those, that on which somebody asked for it comes first.
    """
    those = {
        campaign_id: campaigns.load(connection, campaign_id)
        for campaign_id in {row.campaign_id for row in rows}
    }
    rights = {number: rights_of(each) for number, each in those.items()}
    by_reader: dict[int, Consent] = {}
    for row in rows:
        if row.name not in those[row.campaign_id].lists:
            continue
        consent, before = consent_of(row), by_reader.get(row.reader_id)
        may_use = rights[row.campaign_id]
        if before is None or _rank(consent, may_use) < _rank(before, may_use):
            by_reader[row.reader_id] = consent
    return by_reader


def _rank(consent: Consent, rights: Collection[LawfulBasis]) -> tuple[bool, bool]:
    """Return where a basis stands among several: what comes first is told."""
    return gap_of(consent, rights) is not None, not consent.is_a_request


def address_of(row: Row[*tuple[Any, ...]]) -> PostalAddress | None:
    """Return the postal address that a subscriber's row holds."""
    if not row.address:
        return None
    return PostalAddress(tuple(row.address), row.postcode or "", row.country or "")
