"""Copies as they stand: what is due or in a print batch, and how many in each state."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from digest.model.delivery.delivery import DeliveryState
from digest.model.people.person import NO_EVIDENCE, Addressee
from digest.store.base.asked_together import rows_of
from digest.store.base.prepared import NOW
from digest.store.base.tables import (
    delivery,
    edition,
    left_out,
    mailing_list,
    subscriber,
    subscription,
)
from digest.store.delivery.by_channel import IS_EMAIL, IS_LETTER
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.people.addressing import (
    CONSENT_FACTS,
    HAS_EVIDENCE,
    addressees,
    consents,
)


class DueCopy(NamedTuple):
    """A planned copy whose time has come.

    `attempts` are those made so far, `doubts` those whose end nobody knows.
    """

    key: DeliveryKey
    variant_id: int
    attempts: int
    to: Addressee
    doubts: int = 0


def _is_due(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    return or_(delivery.c.next_attempt_at.is_(None), delivery.c.next_attempt_at <= now)


# Made once: to put them together would take longer than to carry them out.
_THOSE = and_(
    delivery.c.edition_id == bindparam("edition_id"),
    delivery.c.reader_id.between(bindparam("first"), bindparam("last")),
    delivery.c.state == DeliveryState.PLANNED,
    IS_EMAIL,
    _is_due(NOW),
)
_EMAILS = (
    select(
        delivery.c.reader_id,
        delivery.c.subscriber_id,
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
    # Written out: PostgreSQL would plan for a tenth of all there are.
    .limit(bindparam("most", type_=Integer, literal_execute=True))
)
_EVIDENCE = (
    select(delivery.c.reader_id, edition.c.campaign_id, *CONSENT_FACTS)
    .join(edition, edition.c.id == delivery.c.edition_id)
    .join(subscription, subscription.c.subscriber_id == delivery.c.subscriber_id)
    .join(mailing_list, mailing_list.c.id == subscription.c.mailing_list_id)
    .where(
        _THOSE,
        HAS_EVIDENCE,
        # Where few have any, PostgreSQL would look for them through everybody's.
        subscription.c.subscriber_id.between(
            bindparam("first_person"), bindparam("last_person")
        ),
    )
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
    people = [subscriber_id for _, subscriber_id, *_ in rows]
    among = {
        "last": rows[-1].reader_id,
        "first_person": min(people),
        "last_person": max(people),
    }
    evidence = connection.execute(_EVIDENCE, those | among).all()
    on_record = consents(connection, evidence)
    return [
        DueCopy(
            DeliveryKey(edition_id, reader_id),
            variant_id,
            attempts,
            # By place, as by name each would take a third longer.
            Addressee(
                name, email or "", None, on_record.get(reader_id, NO_EVIDENCE), "", mark
            ),
            doubts,
        )
        for reader_id, _, variant_id, attempts, doubts, name, email, mark in rows
    ]


def due_letters(
    connection: Connection, edition_id: int, now: datetime | None = None
) -> list[DueCopy]:
    """Return the letters of an edition that are in no print batch yet.

    With `now`, those set aside until later are left out.
    """
    their_time = [] if now is None else [_is_due(now)]
    return _due(
        connection,
        delivery.c.edition_id == edition_id,
        IS_LETTER,
        *their_time,
    )


def print_batch_of(connection: Connection, key: DeliveryKey) -> int | None:
    """Return the print batch that a letter is in; None where it is in none."""
    return connection.scalar(
        select(delivery.c.print_batch_id).where(
            delivery.c.edition_id == key.edition_id,
            delivery.c.reader_id == key.reader_id,
        )
    )


def letter_in_batch(
    connection: Connection, print_batch_id: int, key: DeliveryKey
) -> DueCopy | None:
    """Return a letter of a print batch, to be laid out again; None if it has none."""
    row = connection.execute(
        select(delivery.c.variant_id, delivery.c.attempts).where(
            delivery.c.edition_id == key.edition_id,
            delivery.c.reader_id == key.reader_id,
            delivery.c.print_batch_id == print_batch_id,
            delivery.c.state == DeliveryState.ACCEPTED,
        )
    ).first()
    if row is None:
        return None
    to = addressees(connection, [key.reader_id])[key.reader_id]
    return DueCopy(key, row.variant_id, row.attempts, to)


@dataclass(frozen=True, slots=True)
class CopyFate:
    """What an edition was planned to bring a reader; without a variant, why nothing."""

    variant_id: int | None
    reason: str = ""


def fate_of(connection: Connection, edition_id: int, reader_id: int) -> CopyFate | None:
    """Return what was planned for a reader of an edition; None where nothing was."""
    for row in rows_of(connection, fate_asked, edition_id, reader_id):
        return CopyFate(row.variant_id, row.reason)
    return None


def fate_asked(_connection: Connection, edition_id: int, reader_id: int) -> Select[Any]:
    """Return the question that `fate_of` asks, to be asked with others."""
    planned = select(
        delivery.c.variant_id, cast(literal(""), Text).label("reason")
    ).where(delivery.c.edition_id == edition_id, delivery.c.reader_id == reader_id)
    without_one = select(
        cast(null(), delivery.c.variant_id.type), left_out.c.reason
    ).where(left_out.c.edition_id == edition_id, left_out.c.reader_id == reader_id)
    fates = union_all(planned, without_one).subquery().c
    return select(fates.variant_id, fates.reason)


def letters_in_batch(
    connection: Connection, edition_id: int, print_batch_id: int
) -> list[DueCopy]:
    """Return the letters of an edition's print batch, by reader."""
    rows = connection.execute(
        select(
            delivery.c.edition_id,
            delivery.c.reader_id,
            delivery.c.variant_id,
            delivery.c.attempts,
        )
        .where(
            delivery.c.edition_id == edition_id,
            delivery.c.print_batch_id == print_batch_id,
            delivery.c.state == DeliveryState.ACCEPTED,
        )
        .order_by(delivery.c.reader_id)
    ).all()
    people = addressees(connection, [row.reader_id for row in rows])
    return [
        DueCopy(
            DeliveryKey(row.edition_id, row.reader_id),
            row.variant_id,
            row.attempts,
            people[row.reader_id],
        )
        for row in rows
    ]


def counts(connection: Connection, edition_id: int) -> dict[DeliveryState, int]:
    """Return how many of an edition's deliveries stand in each state there is."""
    rows = connection.execute(
        select(delivery.c.state, func.count())
        .where(delivery.c.edition_id == edition_id)
        .group_by(delivery.c.state)
    )
    return {DeliveryState(state): count for state, count in rows}


def _due(connection: Connection, *those: ColumnElement[bool]) -> list[DueCopy]:
    rows = connection.execute(
        select(
            delivery.c.edition_id,
            delivery.c.reader_id,
            delivery.c.variant_id,
            delivery.c.attempts,
            delivery.c.doubts,
        )
        .where(delivery.c.listed_state == DeliveryState.PLANNED, *those)
        .order_by(delivery.c.reader_id)
    ).all()
    people = addressees(connection, [row.reader_id for row in rows])
    return [
        DueCopy(
            key=DeliveryKey(row.edition_id, row.reader_id),
            variant_id=row.variant_id,
            attempts=row.attempts,
            to=people[row.reader_id],
            doubts=row.doubts,
        )
        for row in rows
    ]
