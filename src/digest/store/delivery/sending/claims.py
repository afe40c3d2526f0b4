"""The moment a copy leaves: claimed only if nobody has stopped it meanwhile."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    Select,
    and_,
    exists,
    func,
    not_,
    select,
    true,
)

from digest.model.campaigns.day_times import QuietHours
from digest.model.delivery.delivery import DeliveryState
from digest.model.formats import Channel
from digest.model.people.lawful_basis import BasisGap, LawfulBasis, rights_of
from digest.store.base.asked_together import Asked
from digest.store.base.bulk import one_of
from digest.store.base.prepared import NOW, PreparedStatement
from digest.store.base.tables import (
    campaign,
    delivery,
    item,
    reader,
    subscriber,
    variant,
)
from digest.store.campaigns import campaigns
from digest.store.delivery.by_channel import BY_PHONE
from digest.store.delivery.cancelling import PAUSED, STOPPED, cancel
from digest.store.delivery.deliveries import (
    DeliveryKey,
    DeliveryMove,
    MovesAlike,
    claim_statement,
    move,
)
from digest.store.editions import editions
from digest.store.editions.holding_back import is_going
from digest.store.people import pauses
from digest.store.people.departures import has_left
from digest.store.people.kinds import bases
from digest.store.people.kinds.permissions import agreed_to_calls
from digest.store.people.readers import (
    every_list,
    is_here,
    is_suppressed,
    list_ids,
    reads,
)

LEFT = "left, or asked not to be written to, before the copy went"


@dataclass(frozen=True, slots=True)
class HandoverGuard:
    """What must still hold when a copy leaves: its reader, and its words.

    `standing` counts the items of the edition that stood when the words were made. The
    campaign's file was applied at `applied_at`, and says that it may write on those
    `rights`. None leaves in the hours that are `quiet` in the zone, where there are
    any.
    """

    edition_id: int
    channel: Channel
    lists: tuple[int, ...]
    campaign_id: int
    since: int
    upto: int
    standing: int = 0
    rights: frozenset[LawfulBasis] = frozenset()
    applied_at: datetime | None = None
    quiet: QuietHours | None = None
    zone: str = ""

    def __hash__(self) -> int:
        # Asked for every copy: of all that is in it, what tells guards apart.
        return hash((self.edition_id, self.channel, self.standing))

    def is_quiet(self, now: datetime) -> bool:
        """Whether nothing may leave for the hour."""
        return self.quiet is not None and self.quiet.end(now, self.zone) is not None


class ClaimResult(Enum):
    """What came of asking for a copy."""

    YES = "it may leave"
    STALE = "its words have to be made anew"
    CANCELLED = "it is not to leave any more"
    NO = "it was no longer planned, or may not leave now"


def guard_for(
    connection: Connection, edition_id: int, channel: Channel
) -> HandoverGuard:
    """Return what the edition's copies by `channel` must still meet when they leave."""
    since = select(func.min(variant.c.since)).where(variant.c.edition_id == edition_id)
    welcome = _guard_of_readers(connection, edition_id, channel)
    guard = replace(
        welcome,
        since=connection.scalar(since) or 0,
        applied_at=campaigns.applied_at(connection, welcome.campaign_id),
    )
    return replace(guard, standing=_count_standing(connection, guard))


def _guard_of_readers(
    connection: Connection, edition_id: int, channel: Channel
) -> HandoverGuard:
    """Return a guard that knows who is welcome, and nothing of what was written."""
    edition = editions.get(connection, edition_id)
    in_file = campaigns.load(connection, edition.campaign_id)
    may_wake = channel is not Channel.EMAIL or edition.is_rehearsal
    schedule = None if may_wake else in_file.schedule_named(edition.schedule)
    return HandoverGuard(
        edition_id=edition_id,
        channel=channel,
        lists=tuple(list_ids(connection, in_file.lists)),
        campaign_id=edition.campaign_id,
        since=0,
        upto=edition.upto or 0,
        rights=rights_of(in_file),
        quiet=schedule.quiet if schedule else None,
        zone=schedule.times.zone if schedule else "",
    )


def claim(
    connection: Connection, reader_id: int, guard: HandoverGuard, now: datetime
) -> ClaimResult:
    """Claim one copy; see `claim_all`."""
    return claim_all(connection, [reader_id], guard, now)[reader_id]


def claim_all(
    connection: Connection,
    reader_ids: Iterable[int],
    guard: HandoverGuard,
    now: datetime,
    settled: Sequence[MovesAlike] = (),
) -> dict[int, ClaimResult]:
    """Mark planned copies as being handed over, those that nobody has stopped.

    Somebody who has left or paused, was erased or is suppressed gets nothing more:
    their copy is cancelled, and so is an email for which no lawful basis is on record
    any more. Where an item was withdrawn or held, or the campaign's file was applied,
    the copies stay as they are and the answer is STALE. Of an edition that was stopped
    nothing leaves. In quiet hours, and while their campaign is paused, emails stay as
    they are.

    The moves of other copies that are `settled` are made on the way.
    """
    wanted = list(reader_ids)
    claimed = claim_those(connection, wanted, guard, now, settled)
    return results_of(connection, wanted, claimed, guard, now)


def claim_those(
    connection: Connection,
    reader_ids: Sequence[int],
    guard: HandoverGuard,
    now: datetime,
    settled: Sequence[MovesAlike] = (),
) -> set[int]:
    """Claim what may leave now, and return whose; see `claim_all`.

    With one kind of moves, or none, it is one statement on PostgreSQL.
    """
    is_quiet = guard.is_quiet(now)
    beside = settled[:0] if is_quiet else settled[-1:]
    for moves in settled[: len(settled) - len(beside)]:
        moves.statement.execute(connection, moves.rows, now)
    if is_quiet:
        return set()
    statement = _claim_statement(connection.dialect, guard)
    readers = [(reader_id,) for reader_id in reader_ids]
    result = (
        statement.execute_beside(connection, readers, *beside[0], now)
        if beside
        else statement.execute(connection, readers, now)
    )
    return {reader_id for (reader_id,) in result.fetchall()}


def results_of(
    connection: Connection,
    wanted: Sequence[int],
    claimed: set[int],
    guard: HandoverGuard,
    now: datetime,
) -> dict[int, ClaimResult]:
    """Return what came of claiming these readers' copies, and cancel what is over."""
    if len(claimed) == len(wanted):
        return dict.fromkeys(wanted, ClaimResult.YES)
    if guard.is_quiet(now):
        return dict.fromkeys(wanted, ClaimResult.NO)
    is_paused = not connection.scalar(select(_is_not_paused(guard)))
    is_stopped = not connection.scalar(select(is_going(guard.edition_id)))
    is_stale = not is_stopped and not _is_as_it_was(connection, guard)
    others = {*wanted} - claimed
    results = dict.fromkeys(claimed, ClaimResult.YES)
    if is_paused or is_stale:
        otherwise = ClaimResult.NO if is_paused else ClaimResult.STALE
        return dict.fromkeys(others, otherwise) | results
    why = _why_not(connection, others, guard, now)
    for reader_id in others:
        stop = DeliveryMove(
            DeliveryKey(guard.edition_id, reader_id),
            DeliveryState.CANCELLED,
            STOPPED if is_stopped else why.get(reader_id, LEFT),
            only_from=DeliveryState.PLANNED,
        )
        is_over = move(connection, stop, now)
        results[reader_id] = ClaimResult.CANCELLED if is_over else ClaimResult.NO
    return results


def _why_not(
    connection: Connection, reader_ids: set[int], guard: HandoverGuard, now: datetime
) -> dict[int, str]:
    """Return why nothing leaves to those of these readers who have not left."""
    paused = pauses.of_readers(connection, reader_ids, now)
    why = dict.fromkeys(paused, PAUSED)
    if guard.channel is not Channel.EMAIL:
        return why
    who = reader.c.subscriber_id
    gap = bases.gap(who, guard.rights, guard.lists)
    rows = connection.execute(
        select(reader.c.id, gap.label("gap")).where(
            one_of(connection, reader.c.id, [*reader_ids]),
            not_(has_left(who, guard.campaign_id)),
        )
    )
    return {row.id: BasisGap(row.gap).words for row in rows if row.gap} | why


def cancel_unwelcome(
    connection: Connection, guard: HandoverGuard, now: datetime
) -> int:
    """Cancel the planned copies of those no longer to be written to; return how many.

    For copies that leave together, such as letters, or that wait for somebody to ring.
    """
    those = (delivery.c.edition_id == guard.edition_id) & (
        delivery.c.channel == guard.channel
    )
    unwelcome = cancel(connection, those & not_(_is_welcome(guard)), now, LEFT)
    return unwelcome + cancel(connection, those & not_(_is_back(now)), now, PAUSED)


def questions_of(edition_ids: Iterable[int]) -> Iterator[Asked]:
    """Yield what is asked of these editions for who is welcome, to be asked together.

    With what is asked of every campaign.
    """
    yield from campaigns.QUESTIONS
    yield (every_list,)
    for edition_id in edition_ids:
        yield from editions.questions_of(edition_id)


def is_welcome(connection: Connection, key: DeliveryKey, now: datetime) -> bool:
    """Whether its reader is still to be written to by the channel of that copy."""
    of_copy = (delivery.c.edition_id == key.edition_id) & (
        delivery.c.reader_id == key.reader_id
    )
    channel = connection.scalar(select(delivery.c.channel).where(of_copy))
    if channel is None:
        return False
    guard = _guard_of_readers(connection, key.edition_id, Channel(channel))
    welcome = select(delivery.c.reader_id).where(
        of_copy, _is_welcome(guard), _is_back(now)
    )
    return connection.execute(welcome).first() is not None


def welcome_readers(
    connection: Connection,
    edition_id: int,
    channel: Channel,
    copies: Iterable[DeliveryKey],
    now: datetime,
) -> frozenset[int]:
    """Return which readers of these copies are still to be reached by that channel."""
    guard = _guard_of_readers(connection, edition_id, channel)
    readers = [copy.reader_id for copy in copies]
    welcome = select(delivery.c.reader_id).where(
        delivery.c.edition_id == edition_id,
        one_of(connection, delivery.c.reader_id, readers),
        _is_welcome(guard),
        _is_back(now),
    )
    return frozenset(connection.scalars(welcome))


# Made once: it runs for every copy.
@lru_cache(maxsize=16)
def _claim_statement(dialect: Dialect, guard: HandoverGuard) -> PreparedStatement:
    unchanged = _standing(guard).scalar_subquery() == guard.standing
    return claim_statement(
        dialect,
        guard.edition_id,
        _is_welcome(guard),
        _is_back(NOW),
        unchanged,
        is_going(guard.edition_id),
        _is_not_paused(guard),
        _is_as_applied(guard),
    )


def _is_as_it_was(connection: Connection, guard: HandoverGuard) -> bool:
    """Whether the words and the campaign's file are as when the guard was made."""
    is_as_applied = bool(connection.scalar(select(_is_as_applied(guard))))
    return is_as_applied and _count_standing(connection, guard) == guard.standing


def _is_as_applied(guard: HandoverGuard) -> ColumnElement[bool]:
    """Return the condition that emails may go on the rights of the guard.

    What a file says of them is not in a row of its own: once it is applied anew, the
    guard has to be made anew.
    """
    if guard.channel is not Channel.EMAIL:
        return true()
    return exists().where(
        campaign.c.id == guard.campaign_id, campaign.c.applied_at == guard.applied_at
    )


def _is_not_paused(guard: HandoverGuard) -> ColumnElement[bool]:
    """Return the condition that emails may go on.

    Letters and calls are a person's to print and to make.
    """
    if guard.channel is not Channel.EMAIL:
        return true()
    return exists().where(
        campaign.c.id == guard.campaign_id, campaign.c.paused_at.is_(None)
    )


def _is_welcome(guard: HandoverGuard) -> ColumnElement[bool]:
    who = subscriber.c.id
    still_reads = reads(who, guard.campaign_id, guard.lists)
    if guard.channel is Channel.EMAIL:
        is_fit = bases.is_fit(who, guard.rights, guard.lists)
        still_reads = and_(is_fit, not_(has_left(who, guard.campaign_id)))
    elif guard.channel is BY_PHONE:
        # Nobody is rung who has not asked for it: also not who does so no more.
        still_reads = and_(still_reads, agreed_to_calls())
    return exists().where(
        who == delivery.c.subscriber_id,
        subscriber.c.erased_at.is_(None),
        still_reads,
        not_(is_suppressed(guard.channel)),
    )


def _is_back(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    return exists().where(reader.c.id == delivery.c.reader_id, is_here(now))


def _standing(guard: HandoverGuard) -> Select[int]:
    return select(func.count()).where(
        item.c.campaign_id == guard.campaign_id,
        item.c.position > guard.since,
        item.c.position <= guard.upto,
        item.c.withdrawn_at.is_(None),
    )


def _count_standing(connection: Connection, guard: HandoverGuard) -> int:
    return connection.scalar(_standing(guard)) or 0
