"""An edition's copies one by one, for staff to see: how each stands, who got none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    false,
    literal,
    or_,
    select,
)

from digest.model.delivery.delivery import NEVER_LEFT, DeliveryState, letter_standing
from digest.model.delivery.doubts import doubt_in_words
from digest.model.editions.mode import Mode
from digest.store import limits
from digest.store.base.engine import reading
from digest.store.base.indexed_copies import (
    IS_DOUBTFUL,
    TROUBLED_STATES,
    by_doubt,
    by_trouble,
    stands_in,
)
from digest.store.base.tables import (
    delivery,
    edition,
    left_out,
    print_batch,
    reader,
    subscriber,
)
from digest.store.delivery.by_channel import BY_LETTER, BY_PHONE
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.returns.bounces import words_by_reader

LEFT_OUT, DOUBTFUL, SPOKEN_TO = "left-out", "doubtful", "spoken-to"
_REACHED_AT = (
    *(subscriber.c.email, subscriber.c.address, subscriber.c.postcode),
    subscriber.c.phone,
)


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
