"""Calls: an edition's copies for readers who are rung, as callers see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    and_,
    case,
    func,
    not_,
    select,
    true,
)

from digest.errors import NotFound
from digest.model.delivery.delivery import NEVER_LEFT, DeliveryState
from digest.model.editions.edition import DONE, EditionState
from digest.model.editions.mode import Mode
from digest.model.moves import DELIVERY_MOVES
from digest.store.base.indexed_copies import by_calls
from digest.store.base.modes import mode_of
from digest.store.base.tables import (
    call_attempt,
    campaign,
    delivery,
    edition,
    subscriber,
)
from digest.store.delivery.by_channel import BY_PHONE, IS_CALL
from digest.store.delivery.cancelling import cancel_stopped
from digest.store.delivery.deliveries import (
    DeliveryKey,
    forget_attempt,
    is_merged,
    move_those,
)
from digest.store.delivery.sending.claims import cancel_unwelcome, guard_for
from digest.store.delivery.sending.send_batches import expire_late
from digest.store.editions import moves
from digest.store.editions.editions import Edition
from digest.store.staff.rounds import VisibleRounds

# Not before it is planned to its end, as with letters.
_GOING = (EditionState.PLANNED, EditionState.SENDING)
_IS_PLANNED = and_(IS_CALL, delivery.c.listed_state == DeliveryState.PLANNED)
SUPERSEDED = "not rung before the next edition, which brings the posts of both"


@dataclass(frozen=True, slots=True)
class Call:
    """A reader to be rung for an edition, or who was; no name where they were erased.

    `attempts` counts the tries so far, and `next_attempt_at` is when to try again;
    `written` is the number of what was written down of it last. `has_changed` says
    that something of its reader was changed since its edition was due, maybe the phone.
    """

    key: DeliveryKey
    variant_id: int
    subscriber_id: int
    name: str
    phone: str
    organiser: str
    state: DeliveryState
    reply: str
    attempts: int
    next_attempt_at: datetime | None
    campaign_id: int
    campaign: str
    slot: datetime
    deliver_by: datetime | None
    is_rehearsal: bool
    is_going: bool
    settled_at: datetime | None = None
    written: int | None = None
    has_changed: bool = False

    @property
    def subject(self) -> str:
        """What the audit trail calls it."""
        return f"delivery {self.key}"

    @property
    def is_to_be_made(self) -> bool:
        """Whether its reader is to be rung still."""
        return self.is_going and self.state is DeliveryState.PLANNED

    @property
    def is_over(self) -> bool:
        """Whether its reader was rung, or is not to be rung any more."""
        return self.state in DELIVERY_MOVES.ended

    def waits(self, now: datetime) -> bool:
        """Whether they are to be rung again, and not yet."""
        return self.next_attempt_at is not None and self.next_attempt_at > now


def call_key(reference: str) -> DeliveryKey:
    """Return whose call a reference is of. Raises NotFound for who has the list."""
    try:
        return DeliveryKey.parse(reference)
    except NotFound as problem:
        raise NotFound(
            "a call's reference is two numbers with a full stop between them, such as "
            "14.7: see them with digest calls list"
        ) from problem


def is_it(key: DeliveryKey) -> ColumnElement[bool]:
    """Return the condition that a copy is the call of that key."""
    return and_(
        delivery.c.edition_id == key.edition_id,
        delivery.c.reader_id == key.reader_id,
        IS_CALL,
    )


def get(connection: Connection, key: DeliveryKey, of: VisibleRounds) -> Call:
    """Return the call of that reference, if it is of those rounds.

    Raises NotFound in words.
    """
    it = is_it(key)
    row = connection.execute(_calls().where(it, _of_rounds(connection, of, it))).first()
    if row is None:
        raise NotFound(
            f"there is no call {key} for you to make: see those there are with "
            "digest calls list"
        )
    return _call(row)


def to_make(
    connection: Connection,
    of: VisibleRounds,
    now: datetime,
    most: int,
    edition_id: int | None = None,
) -> list[Call]:
    """Return the calls of our mode that are to be made, of all editions or one.

    Those whose time has come first, each edition's by name.
    """
    if of.is_nobodys:
        return []
    due = _to_make(connection, edition_id)
    is_later = case((delivery.c.next_attempt_at > now, 1), else_=0)
    rows = connection.execute(
        by_calls(_calls())
        .where(due, _of_rounds(connection, of, due))
        .order_by(
            is_later,
            case((is_later == 1, delivery.c.next_attempt_at)),
            edition.c.slot,
            subscriber.c.name_key,
            delivery.c.reader_id,
        )
        .limit(most)
    )
    return [_call(row) for row in rows]


def count_to_make(
    connection: Connection, of: VisibleRounds, edition_id: int | None = None
) -> int:
    """Return how many calls of our mode are to be made, of all editions or one."""
    if of.is_nobodys:
        return 0
    due = _to_make(connection, edition_id)
    matching = (
        select(func.count())
        .select_from(delivery)
        .join(edition, edition.c.id == delivery.c.edition_id)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(due, _of_rounds(connection, of, due))
    )
    return connection.scalar(by_calls(matching)) or 0


def end_useless(connection: Connection, edition_id: int, now: datetime) -> int:
    """End the edition's calls that are not to be made any more; return how many.

    Those that come too late to be of use, or whose readers are not to be rung now.
    """
    planned = select(delivery.c.reader_id).where(
        delivery.c.edition_id == edition_id, _IS_PLANNED
    )
    if connection.execute(planned.limit(1)).first() is None:
        return 0
    guard = guard_for(connection, edition_id, BY_PHONE)
    late = expire_late(connection, edition_id, IS_CALL, now)
    return late + cancel_unwelcome(connection, guard, now)


def give_way(connection: Connection, following: Edition, now: datetime) -> int:
    """End the calls of earlier editions that nobody has made; return how many.

    For the edition of the same schedule that is planned next: it brings their posts
    too, so that nobody is rung twice for what one call can say.
    """
    earlier = select(edition.c.id).where(
        edition.c.schedule_id == following.schedule_id,
        edition.c.mode == following.mode,
        edition.c.state.in_(_GOING),
        edition.c.id != following.id,
    )
    return move_those(
        connection,
        and_(IS_CALL, delivery.c.edition_id.in_(earlier)),
        DeliveryState.EXPIRED,
        now,
        reply=SUPERSEDED,
    )


@dataclass(frozen=True, slots=True)
class CallBefore:
    """What a call said before something was written down of it, and what it did then.

    `moved_to` is the state that it was brought to at that moment, None where it stayed
    as it was.
    """

    at: datetime
    moved_to: DeliveryState | None
    attempts: int
    reply: str
    next_attempt_at: datetime | None

    def still_holds(self, call: Call) -> bool:
        """Whether the call stands as it was brought to: nothing has moved it since."""
        if self.moved_to is None or call.state is not self.moved_to:
            return False
        return not call.is_over or call.settled_at == self.at


def tell_late(connection: Connection, call: Call, words: str, now: datetime) -> bool:
    """Have a call that is over be one in which its reader was told; say whether it is.

    Not where another edition has its posts by then, to be told once more.
    """
    return call.state in NEVER_LEFT and bool(
        move_those(
            connection,
            and_(is_it(call.key), delivery.c.owes, not_(is_merged())),
            DeliveryState.ACCEPTED,
            now,
            only_from=call.state,
            reply=words,
            owes=False,
            attempts=delivery.c.attempts + 1,
        )
    )


def put_back(
    connection: Connection, call: Call, before: CallBefore, now: datetime
) -> None:
    """Have a call be as it was before what is taken back was written down of it.

    It stays as it is where something else has moved it since, or another edition has
    its posts by then. Its edition goes on, if it had ended; but a call that comes too
    late, or whose reader is not to be rung, ends again, and owes its posts.
    """
    if not before.still_holds(call):
        return
    facts = {
        "reply": before.reply or None,
        "next_attempt_at": before.next_attempt_at,
        "attempts": before.attempts,
    }
    if call.state is DeliveryState.PLANNED:
        forget_attempt(connection, call.key, **facts)
        return
    is_free = delivery.c.owes if call.state in NEVER_LEFT else true()
    if not move_those(
        connection,
        and_(is_it(call.key), is_free, not_(is_merged())),
        DeliveryState.PLANNED,
        now,
        only_from=call.state,
        owes=False,
        settled_at=None,
        **facts,
    ):
        return
    mode = Mode.PRACTICE if call.is_rehearsal else Mode.LIVE
    number, to = call.key.edition_id, EditionState.SENDING
    moves.move(connection, number, to, now, only_from=DONE[mode], ended_at=None)
    cancel_stopped(connection, number, is_it(call.key), now)
    end_useless(connection, number, now)


def _to_make(connection: Connection, edition_id: int | None) -> ColumnElement[bool]:
    conditions = [
        _IS_PLANNED,
        edition.c.state.in_(_GOING),
        edition.c.stopped_at.is_(None),
        edition.c.mode == mode_of(connection),
    ]
    if edition_id is not None:
        conditions.append(edition.c.id == edition_id)
    return and_(*conditions)


def _of_rounds(
    connection: Connection, of: VisibleRounds, those: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition that of `those` calls one is to somebody of these rounds."""
    names = (
        select(subscriber.c.organiser)
        .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
        .join(edition, edition.c.id == delivery.c.edition_id)
        .where(those)
        .distinct()
    )
    return of.holds_name(connection, subscriber.c.organiser, names)


def _calls() -> Select[Any]:
    return (
        select(
            delivery.c.edition_id,
            delivery.c.reader_id,
            delivery.c.variant_id,
            delivery.c.subscriber_id,
            delivery.c.state,
            delivery.c.reply,
            delivery.c.attempts,
            delivery.c.next_attempt_at,
            subscriber.c.name,
            subscriber.c.phone,
            subscriber.c.organiser,
            subscriber.c.erased_at,
            subscriber.c.changed_at,
            edition.c.campaign_id,
            campaign.c.name.label("campaign"),
            edition.c.slot,
            edition.c.deliver_by,
            edition.c.mode,
            edition.c.state.label("edition_state"),
            edition.c.stopped_at,
            delivery.c.settled_at,
            _last_written().label("written"),
        )
        .join(edition, edition.c.id == delivery.c.edition_id)
        .join(campaign, campaign.c.id == edition.c.campaign_id)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
    )


def _last_written() -> ScalarSelect[Any]:
    return (
        select(func.max(call_attempt.c.id))
        .where(
            call_attempt.c.edition_id == delivery.c.edition_id,
            call_attempt.c.reader_id == delivery.c.reader_id,
        )
        .scalar_subquery()
    )


def _call(row: Row[Any]) -> Call:
    is_erased = row.erased_at is not None
    return Call(
        key=DeliveryKey(row.edition_id, row.reader_id),
        variant_id=row.variant_id,
        subscriber_id=row.subscriber_id,
        name="" if is_erased else row.name,
        phone="" if is_erased else row.phone or "",
        organiser=row.organiser or "",
        state=DeliveryState(row.state),
        reply=row.reply or "",
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        campaign_id=row.campaign_id,
        campaign=row.campaign,
        slot=row.slot,
        deliver_by=row.deliver_by,
        is_rehearsal=row.mode == Mode.PRACTICE,
        is_going=row.edition_state in _GOING and row.stopped_at is None,
        settled_at=row.settled_at,
        written=row.written,
        has_changed=not is_erased and row.changed_at > row.slot,
    )
