"""What a campaign's reports are made of: counts by edition and by period, no names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Select,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from digest.model.delivery.bounces import BounceKind
from digest.store.base.bulk import one_of
from digest.store.base.modes import mode_of
from digest.store.base.tables import (
    bounce,
    departure,
    edition,
    print_batch,
    reader,
    schedule,
    subscriber,
    subscription,
)
from digest.store.delivery.printing.print_batches import PrintBatchState
from digest.store.people.readers import reads

_NO_CAUSE = literal("")


@dataclass(frozen=True, slots=True)
class ReportedEdition:
    """An edition that a report may tell of."""

    id: int
    schedule: str
    slot: datetime
    state: str


@dataclass(frozen=True, slots=True)
class LetterCount:
    """How many letters and sheets of an edition are in print batches of that state."""

    edition_id: int
    state: PrintBatchState
    letters: int
    sheets: int


@dataclass(frozen=True, slots=True)
class ReturnCount:
    """How many reports of that kind and status came of an edition's copies."""

    kind: str
    status: str
    copies: int


@dataclass(frozen=True, slots=True)
class MovementCount:
    """How many readers came or went in a period, by its number from 0.

    `movement` is "joined", "returned", "left", "taken-off" or "erased"; `cause` is by
    which means somebody left.
    """

    movement: str
    cause: str
    period: int
    readers: int


@dataclass(frozen=True, slots=True)
class FormatCount:
    """How many readers a campaign has who need that format."""

    format: str
    readers: int


def editions_of(connection: Connection, campaign_id: int) -> list[ReportedEdition]:
    """Return the campaign's editions of our mode, by their slots."""
    rows = connection.execute(
        select(edition.c.id, schedule.c.name, edition.c.slot, edition.c.state)
        .join(schedule, schedule.c.id == edition.c.schedule_id)
        .where(
            edition.c.campaign_id == campaign_id, edition.c.mode == mode_of(connection)
        )
        .order_by(edition.c.slot, edition.c.id)
    )
    return [ReportedEdition(*row) for row in rows]


def letters_of(connection: Connection, edition_ids: Sequence[int]) -> list[LetterCount]:
    """Return what was printed of those editions, by where the print batches stand."""
    rows = connection.execute(
        select(
            print_batch.c.edition_id,
            print_batch.c.state,
            func.sum(print_batch.c.letters),
            func.sum(print_batch.c.sheets),
        )
        .where(one_of(connection, print_batch.c.edition_id, edition_ids))
        .group_by(print_batch.c.edition_id, print_batch.c.state)
    )
    return [
        LetterCount(edition_id, PrintBatchState(state), int(letters), int(sheets))
        for edition_id, state, letters, sheets in rows
    ]


def returns_of(connection: Connection, edition_ids: Sequence[int]) -> list[ReturnCount]:
    """Return what came back of those editions; a delay is no return."""
    rows = connection.execute(
        select(bounce.c.kind, bounce.c.status, func.count())
        .where(
            one_of(connection, bounce.c.edition_id, edition_ids),
            bounce.c.kind != BounceKind.DELAYED,
        )
        .group_by(bounce.c.kind, bounce.c.status)
    )
    return [ReturnCount(*row) for row in rows]


def movements(
    connection: Connection,
    campaign_id: int,
    lists: Sequence[int],
    bounds: Sequence[datetime],
) -> list[MovementCount]:
    """Return how many came and went between each two of these instants.

    `lists` are the campaign's, by their ids.
    """
    rows = connection.execute(_movements(campaign_id, lists, bounds))
    return [each for each in (MovementCount(*row) for row in rows) if each.readers]


def _movements(
    campaign_id: int, lists: Sequence[int], bounds: Sequence[datetime]
) -> CompoundSelect[Any]:
    """Return the query of every movement: each is counted before they are put together.

    Otherwise a database writes every reader down once more to count them.
    """
    is_reader = reader.c.campaign_id == campaign_id
    other = subscription.alias()
    is_on_or_was_later = (
        select(other.c.subscriber_id)
        .where(
            other.c.subscriber_id == subscription.c.subscriber_id,
            other.c.mailing_list_id.in_(lists),
            or_(other.c.ended_at.is_(None), other.c.ended_at > subscription.c.ended_at),
        )
        .exists()
    )
    has_departed = (
        select(departure.c.subscriber_id)
        .where(
            departure.c.campaign_id == campaign_id,
            departure.c.subscriber_id == subscription.c.subscriber_id,
        )
        .exists()
    )

    def those(movement: str, at: Any, cause: Any = _NO_CAUSE) -> Select[Any]:
        columns = literal(movement).label("movement"), cause.label("cause")
        period = _period(at, bounds).label("period")
        # By its label: PostgreSQL takes two parameters of one value for two.
        return (
            select(*columns, period, func.count())
            .where(at >= bounds[0], at < bounds[-1])
            .group_by("cause", "period")
        )

    of_campaign = departure.c.campaign_id == campaign_id
    is_theirs = subscriber.c.id == reader.c.subscriber_id
    ends = (
        select(subscription.c.ended_at.label("at"))
        .join(reader, reader.c.subscriber_id == subscription.c.subscriber_id)
        .join(subscriber, is_theirs)
        .where(
            is_reader,
            subscription.c.mailing_list_id.in_(lists),
            subscriber.c.erased_at.is_(None),
            # Who was held twice reads on, under their other number.
            subscriber.c.merged_into.is_(None),
            ~has_departed,
            ~is_on_or_was_later,
        )
        .group_by(reader.c.id, subscription.c.ended_at)
        .subquery()
    )
    # A stretch of an index each, as all of them have come at some time.
    joined = (
        select(literal("joined"), _NO_CAUSE, literal(number), func.count()).where(
            is_reader, reader.c.joined_at >= since, reader.c.joined_at < end
        )
        for number, (since, end) in enumerate(pairwise(bounds))
    )
    return union_all(
        *joined,
        those("left", departure.c.left_at, departure.c.means).where(of_campaign),
        those("returned", departure.c.returned_at).where(of_campaign),
        those("erased", subscriber.c.erased_at)
        .join(reader, is_theirs)
        .where(is_reader),
        those("taken-off", ends.c.at),
    )


def formats_needed(
    connection: Connection, campaign_id: int, lists: Sequence[int]
) -> list[FormatCount]:
    """Return how many of the campaign's readers need each format, now."""
    rows = connection.execute(
        select(reader.c.format, func.count())
        .where(
            reader.c.campaign_id == campaign_id,
            reads(reader.c.subscriber_id, campaign_id, lists),
        )
        .group_by(reader.c.format)
        .order_by(func.count().desc(), reader.c.format)
    )
    return [FormatCount(*row) for row in rows]


def _period(at: Any, bounds: Sequence[datetime]) -> Any:
    """Return the number of the period in which an instant lies, from 0."""
    ends = enumerate(bounds[1:-1])
    last = len(bounds) - 2
    if last == 0:
        return literal(0)
    return case(*((at < end, number) for number, end in ends), else_=last)
