"""Copies that had ended and are to be sent after all, since a person says so."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, not_, select

from digest.errors import DigestError, NotFound
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import DONE, EditionState
from digest.model.staff_words import moment_in_words
from digest.store.base.indexed_copies import by_trouble, stands_in
from digest.store.base.tables import delivery
from digest.store.campaigns.going_live import refuse_unless_may_go
from digest.store.campaigns.time_zones import zone_of
from digest.store.delivery.by_channel import IS_EMAIL
from digest.store.delivery.deliveries import DeliveryKey, is_merged, move_those
from digest.store.delivery.sending.send_batches import reopen
from digest.store.editions import editions, moves
from digest.store.staff.audit import Act, record

# What a person may have sent again: a letter is another matter, see print_room.
RETRIED = (DeliveryState.REFUSED, DeliveryState.UNCERTAIN)
# What they may have sent again one by one: also what its reader asks for once more.
_AGAIN = (*RETRIED, DeliveryState.ACCEPTED)


def count(
    connection: Connection,
    edition_id: int,
    state: DeliveryState,
    now: datetime,
    subscriber_ids: Sequence[int] | None = None,
) -> int:
    """Return how many emails `retry` would plan anew. Raises as it does."""
    _refuse_ended(connection, edition_id, now)
    matching = select(func.count()).where(
        _those(edition_id, subscriber_ids), stands_in([state])
    )
    if state in RETRIED:
        matching = by_trouble(matching)
    return connection.scalar(matching) or 0


def retry(
    connection: Connection,
    edition_id: int,
    state: DeliveryState,
    now: datetime,
    subscriber_ids: Sequence[int] | None = None,
) -> int:
    """Plan anew the emails of an edition that stand in `state`; return how many.

    Of these people alone, if any are given. The edition is sending again until
    they have ended. Whoever has left meanwhile is not written to: that is asked
    when a copy leaves. Raises DigestError where they would come too late, or the
    edition was stopped or may not go in our mode.
    """
    if state not in RETRIED:
        return 0
    _refuse_ended(connection, edition_id, now)
    refuse_unless_may_go(connection, edition_id)
    planned = _plan_again(connection, _those(edition_id, subscriber_ids), state, now)
    if planned:
        _send_on(connection, edition_id, now)
        act = Act(
            "sent again copies of",
            edition_id=edition_id,
            before={"state": state},
            after={"state": DeliveryState.PLANNED, "copies": planned},
        )
        record(connection, act, now)
    return planned


def again(
    connection: Connection, key: DeliveryKey, now: datetime, *, is_dry: bool = False
) -> DeliveryState:
    """Plan one email anew that had an end, accepted or not; return how it stood.

    Its reader may have it twice then: both have the same Message-ID. Raises NotFound
    where there is no such copy, or it has no end, or goes by post; and as `retry` does.
    `is_dry` changes nothing.
    """
    of_it = and_(
        delivery.c.edition_id == key.edition_id, delivery.c.reader_id == key.reader_id
    )
    state = connection.scalar(select(delivery.c.state).where(of_it, IS_EMAIL))
    if state not in _AGAIN:
        raise NotFound(_why_not_again(key, state))
    _refuse_ended(connection, key.edition_id, now)
    refuse_unless_may_go(connection, key.edition_id)
    if connection.scalar(select(delivery.c.subscriber_id).where(of_it, is_merged())):
        raise DigestError(
            f"whose email {key} was is held under another number since: what is due "
            "goes to them there"
        )
    stood = DeliveryState(state)
    if is_dry:
        return stood
    if _plan_again(connection, and_(of_it, IS_EMAIL), stood, now):
        _send_on(connection, key.edition_id, now)
        act = Act(
            "sent again",
            edition_id=key.edition_id,
            subject=f"delivery {key}",
            before={"state": stood},
            after={"state": DeliveryState.PLANNED},
        )
        record(connection, act, now)
    return stood


def _why_not_again(key: DeliveryKey, state: str | None) -> str:
    if state is None:
        return (
            f"there is no email {key}: see digest deliveries {key.edition_id}; a "
            "letter is made again with digest print reprint"
        )
    return (
        f"the email {key} is {state}: only one that was accepted, refused or is "
        "uncertain is sent again"
    )


def _send_on(connection: Connection, edition_id: int, now: datetime) -> None:
    """Have what is planned anew sent: its edition is sending until it has ended."""
    reopen(connection, edition_id, now)
    moves.move(
        connection,
        edition_id,
        EditionState.SENDING,
        now,
        only_from=DONE[editions.get(connection, edition_id).mode],
        ended_at=None,
    )


def _refuse_ended(connection: Connection, edition_id: int, now: datetime) -> None:
    edition = editions.get(connection, edition_id)
    if edition.stopped_at is not None:
        raise DigestError(
            f"edition {edition_id} was stopped: nothing more of it leaves; make a new "
            f"one with digest edition run {edition.campaign}"
        )
    if edition.deliver_by is not None and edition.deliver_by <= now:
        by = moment_in_words(
            edition.deliver_by, zone_of(connection, edition.schedule_id)
        )
        raise DigestError(
            f"the copies of edition {edition_id} were wanted by {by}: sent now they "
            "would expire; "
            "its campaign file's `expires` says how long the next are of use"
        )


def _those(
    edition_id: int, subscriber_ids: Sequence[int] | None
) -> ColumnElement[bool]:
    chosen = [delivery.c.edition_id == edition_id, IS_EMAIL]
    if subscriber_ids is not None:
        chosen.append(delivery.c.subscriber_id.in_(subscriber_ids))
    return and_(*chosen)


def _plan_again(
    connection: Connection,
    those: ColumnElement[bool],
    only_from: DeliveryState,
    now: datetime,
) -> int:
    """Plan `those` copies anew, at once, by a person's word; return how many.

    Only what stands in `only_from`, and that a person may plan anew, is; nothing of
    who was merged into another, to whom all goes since. Each keeps the last answer
    until there is another. One that was accepted has left, so that it never owes its
    posts, whatever becomes of it now.
    """
    has_left = only_from is DeliveryState.ACCEPTED
    facts = {"carried_by": delivery.c.edition_id} if has_left else {}
    return move_those(
        connection,
        and_(those, not_(is_merged())),
        DeliveryState.PLANNED,
        now,
        only_from=only_from,
        next_attempt_at=None,
        settled_at=None,
        **facts,
    )
