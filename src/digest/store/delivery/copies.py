"""Deliveries as they are read: what is due, what stands where, who got nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from digest.model.delivery.delivery import NEVER_LEFT, DeliveryState, letter_standing
from digest.model.delivery.doubts import doubt_in_words
from digest.model.editions.mode import Mode
from digest.model.people.person import NO_EVIDENCE, Addressee
from digest.store import limits
from digest.store.base.asked_together import rows_of
from digest.store.base.engine import reading
from digest.store.base.indexed_copies import (
    IS_DOUBTFUL,
    TROUBLED_STATES,
    by_doubt,
    by_trouble,
    stands_in,
)
from digest.store.base.prepared import NOW
from digest.store.base.tables import (
    delivery,
    edition,
    left_out,
    mailing_list,
    print_batch,
    reader,
    subscriber,
    subscription,
)
from digest.store.delivery.bounces import words_by_reader
from digest.store.delivery.by_channel import BY_LETTER, BY_PHONE, IS_EMAIL, IS_LETTER
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.people.addressing import (
    CONSENT_FACTS,
    HAS_EVIDENCE,
    addressees,
    consents,
)

LEFT_OUT, DOUBTFUL, SPOKEN_TO = "left-out", "doubtful", "spoken-to"
_REACHED_AT = (
    *(subscriber.c.email, subscriber.c.address, subscriber.c.postcode),
    subscriber.c.phone,
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


@dataclass(frozen=True, slots=True)
class ListedCopy:
    """A person an edition was for, and what became of their copy.

    `state` is a delivery's, or "left-out" with no channel. Where the person is
    reached tells two of one name apart. `bounced` says what came back of a copy that
    had left, and `doubts` how often it may have arrived without our knowing. A copy
    that `owes` ended without having left, until the edition `carried_by` takes over.
    `standing` is its state as pages name it: of a letter what became of it on paper.
    """

    key: DeliveryKey
    name: str
    email: str
    address: tuple[str, ...]
    postcode: str
    channel: str
    state: str
    reason: str
    phone: str = ""
    attempts: int = 0
    next_attempt_at: datetime | None = None
    bounced: str = ""
    doubts: int = 0
    owes: bool = False
    carried_by: int | None = None
    print_batch_id: int | None = None
    subscriber_id: int = 0
    standing: str = ""

    @property
    def to(self) -> str:
        """Where the person is reached: by email, and the post's first line and code.

        Of a call, the number.
        """
        if self.channel == BY_PHONE:
            return self.phone
        by_post = ", ".join(filter(None, (*self.address[:1], self.postcode)))
        return "; ".join(filter(None, (self.email, by_post)))

    @property
    def debt(self) -> str:
        """What becomes of its posts where it ended without having left."""
        if self.state not in NEVER_LEFT:
            return ""
        if self.owes:
            return "its posts are owed: the next edition carries them"
        if self.carried_by is None:
            return ""
        if self.carried_by == self.key.edition_id:
            return "its posts were settled by a person: no edition carries them"
        return f"its posts go with edition {self.carried_by}"

    @property
    def doubt(self) -> str:
        """What is to be said of it where it may have arrived without our knowing."""
        return doubt_in_words(self.state, self.doubts)


def standing_of(channel: str, state: str) -> str:
    """Return how a copy by that channel stands: who has had a call was spoken to."""
    is_made = channel == BY_PHONE and state == DeliveryState.ACCEPTED
    return SPOKEN_TO if is_made else state


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


def listed(
    connection: Connection,
    edition_id: int,
    states: Sequence[str] = (),
    after: int = 0,
    most: int = limits.COPIES_LISTED,
) -> list[ListedCopy]:
    """Return a page of those the edition was for, by reader.

    It begins behind the reader `after` and has `most` people at most. With
    `states`, only those whose copies stand in one of them; LEFT_OUT and DOUBTFUL
    count as such, the latter for what may have arrived without our knowing,
    whatever became of it.
    """
    going, staying = _going(edition_id, after), _staying(edition_id, after)
    if states:
        going = _standing_in(going, {*states})
    pages = [going, staying] if not states or LEFT_OUT in states else [going]
    rows = [row for page in pages for row in connection.execute(page.limit(most))]
    copies = sorted(rows, key=lambda row: row.reader_id)[:most]
    reader_ids = range(after + 1, copies[-1].reader_id + 1) if copies else range(0)
    returned = words_by_reader(connection, edition_id, reader_ids)
    return [
        replace(_listed(edition_id, row), bounced=returned.get(row.reader_id, ""))
        for row in copies
    ]


def everybody(
    engine: Engine, edition_id: int, states: Sequence[str] = ()
) -> Iterator[list[ListedCopy]]:
    """Yield all that `listed` has, page after page.

    Each page is read by itself: however many there are, nothing is held up.
    """
    after = 0
    while True:
        with reading(engine) as connection:
            page = listed(connection, edition_id, states, after)
        if page:
            yield page
        if len(page) < limits.COPIES_LISTED:
            return
        after = page[-1].key.reader_id


def _standing_in(going: Select[Any], states: set[str]) -> Select[Any]:
    """Return the query for those that stand so; of the few, by the index of them."""
    if states == {DOUBTFUL}:
        return by_doubt(going.where(IS_DOUBTFUL))
    if states <= {*TROUBLED_STATES}:
        return by_trouble(going.where(stands_in(states)))
    doubtful = IS_DOUBTFUL if DOUBTFUL in states else false()
    return going.where(or_(stands_in(states), doubtful))


def _going(edition_id: int, after: int) -> Select[Any]:
    return (
        select(
            delivery.c.reader_id,
            subscriber.c.name,
            delivery.c.channel,
            delivery.c.state,
            delivery.c.reply.label("reason"),
            delivery.c.attempts,
            delivery.c.next_attempt_at,
            delivery.c.doubts,
            delivery.c.owes,
            delivery.c.carried_by,
            delivery.c.print_batch_id,
            print_batch.c.printed_at,
            print_batch.c.posted_at,
            edition.c.mode,
            delivery.c.subscriber_id,
            *_REACHED_AT,
        )
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .join(edition, edition.c.id == delivery.c.edition_id)
        .outerjoin(print_batch, print_batch.c.id == delivery.c.print_batch_id)
        .where(delivery.c.edition_id == edition_id, delivery.c.reader_id > after)
        .order_by(delivery.c.reader_id)
    )


def _staying(edition_id: int, after: int) -> Select[Any]:
    return (
        select(
            left_out.c.reader_id,
            subscriber.c.name,
            literal("").label("channel"),
            literal(LEFT_OUT).label("state"),
            left_out.c.reason,
            literal(0).label("attempts"),
            literal(None).label("next_attempt_at"),
            literal(0).label("doubts"),
            literal(value=False).label("owes"),
            literal(None).label("carried_by"),
            literal(None).label("print_batch_id"),
            reader.c.subscriber_id,
            *_REACHED_AT,
        )
        .join(reader, reader.c.id == left_out.c.reader_id)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(left_out.c.edition_id == edition_id, left_out.c.reader_id > after)
        .order_by(left_out.c.reader_id)
    )


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


def _listed(edition_id: int, row: Row[Any]) -> ListedCopy:
    return ListedCopy(
        key=DeliveryKey(edition_id, row.reader_id),
        name=row.name,
        email=row.email or "",
        address=tuple(row.address),
        postcode=row.postcode or "",
        channel=row.channel,
        state=row.state,
        reason=row.reason or "",
        phone=row.phone or "",
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        doubts=row.doubts,
        owes=row.owes,
        carried_by=row.carried_by,
        print_batch_id=row.print_batch_id,
        subscriber_id=row.subscriber_id,
        standing=_standing(row),
    )


def _standing(row: Row[Any]) -> str:
    if row.channel != BY_LETTER or row.state != DeliveryState.ACCEPTED:
        return standing_of(row.channel, row.state)
    is_rehearsal = row.mode == Mode.PRACTICE
    return letter_standing(row.printed_at, row.posted_at, is_rehearsal=is_rehearsal)
