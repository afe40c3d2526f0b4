"""The emails that are due, read a few hundred at a time while others are sent."""

from datetime import datetime

from sqlalchemy import Connection, Integer, and_, bindparam, select

from digest.model.delivery.delivery import DeliveryState
from digest.model.people.person import NO_EVIDENCE, Addressee
from digest.store.base.prepared import NOW
from digest.store.base.tables import (
    delivery,
    edition,
    mailing_list,
    subscriber,
    subscription,
)
from digest.store.delivery.by_channel import IS_EMAIL
from digest.store.delivery.copies import DueCopy, is_due
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.people.readers import CONSENT_FACTS, HAS_EVIDENCE, consents

# Made once: to put them together would take longer than to carry them out.
_THOSE = and_(
    delivery.c.edition_id == bindparam("edition_id"),
    delivery.c.reader_id.between(bindparam("first"), bindparam("last")),
    delivery.c.state == DeliveryState.PLANNED,
    IS_EMAIL,
    is_due(NOW),
)
_EMAILS = (
    select(
        delivery.c.reader_id,
        delivery.c.variant_id,
        delivery.c.attempts,
        delivery.c.doubts,
        subscriber.c.name,
        subscriber.c.email,
        subscriber.c.mark,
    )
    .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
    .where(_THOSE)
    .order_by(delivery.c.reader_id)
    .limit(bindparam("most", type_=Integer))
)
_EVIDENCE = (
    select(delivery.c.reader_id, edition.c.campaign_id, *CONSENT_FACTS)
    .join(edition, edition.c.id == delivery.c.edition_id)
    .join(subscription, subscription.c.subscriber_id == delivery.c.subscriber_id)
    .join(mailing_list, mailing_list.c.id == subscription.c.mailing_list_id)
    .where(_THOSE, HAS_EVIDENCE)
    .order_by(delivery.c.reader_id, subscription.c.mailing_list_id)
)


def due_emails(
    connection: Connection, edition_id: int, readers: range, now: datetime, most: int
) -> list[DueCopy]:
    """Return the first emails due now of the edition's readers in that range of ids.

    Of each person only what an email says of them: no postal address.
    """
    those = {"edition_id": edition_id, "first": readers.start, "now": now}
    rows = connection.execute(
        _EMAILS, those | {"last": readers.stop - 1, "most": most}
    ).all()
    if not rows:
        return []
    last = {"last": rows[-1].reader_id}
    on_record = consents(connection, connection.execute(_EVIDENCE, those | last).all())
    return [
        DueCopy(
            DeliveryKey(edition_id, reader_id),
            variant_id,
            attempts,
            Addressee(
                name,
                email or "",
                consent=on_record.get(reader_id, NO_EVIDENCE),
                mark=mark,
            ),
            doubts,
        )
        for reader_id, variant_id, attempts, doubts, name, email, mark in rows
    ]
