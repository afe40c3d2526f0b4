"""What became of an edition's readers, counted: once for good where it has ended.

While an edition goes, its copies are counted as often as somebody looks. What has
ended changes no more, and its count is kept; whoever moves such an edition on again
(`store.editions.moves`) has it counted anew.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    String,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)

from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import DONE, EditionState
from digest.model.moves import DELIVERY_MOVES
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.bulk import one_of
from digest.store.base.indexed_copies import (
    IS_TROUBLED,
    by_calls,
    by_letters,
    by_trouble,
)
from digest.store.base.tables import delivery, edition, left_out, tally, variant
from digest.store.delivery.by_channel import (
    BY_EMAIL,
    BY_HAND,
    IS_CALL,
    IS_EMAIL,
    IS_LETTER,
)

UNREACHABLE = "unreachable"
# The channel of no copy: in a tally of who was left out, here of all copies.
_ALL = ""
# Of an answer, as much as its codes take: "550 5.1.1"; the rest may name somebody.
_CODES = 9
_COUNTED_WHEN = (*DONE.values(), EditionState.STOPPED)


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many readers of an edition had that outcome.

    `outcome` is a delivery's state, or the kind under which readers were left out.
    `cause` is the beginning of a refusal's words, or why readers were left out.
    """

    edition_id: int
    outcome: str
    channel: str
    format: str
    cause: str
    readers: int


def outcomes_of(
    connection: Connection, edition_ids: Sequence[int]
) -> list[OutcomeCount]:
    """Return what became of the readers of those editions."""
    rows = rows_of(connection, _outcomes_of, tuple(edition_ids))
    return [OutcomeCount(*row) for row in rows]


def _outcomes_of(connection: Connection, edition_ids: Sequence[int]) -> Select[Any]:
    counted = select(
        tally.c.edition_id,
        tally.c.outcome,
        tally.c.channel,
        tally.c.format,
        tally.c.cause,
        tally.c.readers,
    ).where(tally.c.edition_id.in_(_those(connection, edition_ids, tallied=True)))
    others = _outcomes(_those(connection, edition_ids, tallied=False))
    return select(union_all(counted, *others.selects).subquery())


def copies_of_each(
    connection: Connection, edition_ids: Sequence[int]
) -> dict[int, dict[tuple[str, str], int]]:
    """Return the deliveries of each of those editions by (channel, state)."""
    counts = {each: Counter[tuple[str, str]]() for each in edition_ids}
    totals = list[Row[*tuple[Any, ...]]]()
    for row in rows_of(connection, _copies_of, tuple(edition_ids)):
        if row.channel == _ALL:
            totals.append(row)
        else:
            counts[row.edition_id][row.channel, row.state] += row.copies
    for row in totals:
        _add_emails(counts[row.edition_id], row)
    return {
        each: {key: count for key, count in sorted(those.items()) if count}
        for each, those in counts.items()
    }


def _add_emails(counts: Counter[tuple[str, str]], total: Row[*tuple[Any, ...]]) -> None:
    """Add the emails of an edition that are in no trouble.

    They are what is left of all its copies without the others, each of which an index
    has; to group all by channel and state would be to sort them.
    """
    for state, copies in (
        (DeliveryState.PLANNED, total.planned),
        (DeliveryState.HANDING_OVER, total.handing_over),
    ):
        of_others = sum(counts[channel, state] for channel in BY_HAND)
        counts[BY_EMAIL, state] = copies - of_others
    accepted = total.copies - counts.total()
    counts[BY_EMAIL, DeliveryState.ACCEPTED] = accepted


def _copies_of(connection: Connection, edition_ids: Sequence[int]) -> Select[Any]:
    """Select counts by channel and state; of all copies of what goes, by themselves."""
    none = literal(0)
    counted = (
        select(
            tally.c.edition_id,
            tally.c.channel,
            tally.c.outcome.label("state"),
            func.sum(tally.c.readers).cast(BigInteger).label("copies"),
            none.label("planned"),
            none.label("handing_over"),
        )
        .where(
            tally.c.edition_id.in_(_those(connection, edition_ids, tallied=True)),
            tally.c.channel != _ALL,
        )
        .group_by(tally.c.edition_id, tally.c.channel, tally.c.outcome)
    )
    is_going = delivery.c.edition_id.in_(_those(connection, edition_ids, tallied=False))
    states = select(
        delivery.c.edition_id,
        delivery.c.channel,
        delivery.c.listed_state,
        func.count(),
        none,
        none,
    ).group_by(delivery.c.edition_id, delivery.c.channel, delivery.c.listed_state)
    by_index = (
        by_letters(states.where(is_going, IS_LETTER)),
        by_calls(states.where(is_going, IS_CALL)),
        by_trouble(states.where(is_going, IS_TROUBLED, IS_EMAIL)),
    )
    of_all = (
        select(
            delivery.c.edition_id,
            literal(_ALL),
            literal(_ALL),
            func.count(),
            *(
                func.count(case((delivery.c.state == state, 1)))
                for state in (DeliveryState.PLANNED, DeliveryState.HANDING_OVER)
            ),
        )
        .where(is_going)
        .group_by(delivery.c.edition_id)
    )
    return select(union_all(counted, *by_index, of_all).subquery())


def unreachable_of_each(
    connection: Connection, edition_ids: Sequence[int]
) -> dict[int, int]:
    """Return how many readers of each of those editions could not be reached."""
    rows = rows_of(connection, _unreachable_of, tuple(edition_ids))
    return {row.edition_id: row.readers for row in rows}


def _unreachable_of(connection: Connection, edition_ids: Sequence[int]) -> Select[Any]:
    counted = (
        select(
            tally.c.edition_id,
            func.sum(tally.c.readers).cast(BigInteger).label("readers"),
        )
        .where(
            tally.c.edition_id.in_(_those(connection, edition_ids, tallied=True)),
            tally.c.outcome == UNREACHABLE,
        )
        .group_by(tally.c.edition_id)
    )
    going = (
        select(left_out.c.edition_id, func.count())
        .where(
            left_out.c.edition_id.in_(_those(connection, edition_ids, tallied=False)),
            left_out.c.kind == UNREACHABLE,
        )
        .group_by(left_out.c.edition_id)
    )
    return select(union_all(counted, going).subquery())


def copies_question(edition_ids: tuple[int, ...]) -> Asked:
    """Return what `copies_of_each` asks, to be asked with others."""
    return _copies_of, edition_ids


def unreachable_question(edition_ids: tuple[int, ...]) -> Asked:
    """Return what `unreachable_of_each` asks, to be asked with others."""
    return _unreachable_of, edition_ids


def to_count(connection: Connection, most: int) -> list[int]:
    """Return editions that have ended for good and are not counted yet."""
    is_to_come = (
        select(delivery.c.reader_id)
        .where(
            delivery.c.edition_id == edition.c.id,
            delivery.c.state.in_(DELIVERY_MOVES.unfinished),
        )
        .exists()
    )
    return [
        *connection.scalars(
            select(edition.c.id)
            .where(
                edition.c.is_tallied.is_(False),
                edition.c.state.in_(_COUNTED_WHEN),
                ~is_to_come,
            )
            .order_by(edition.c.id)
            .limit(most)
        )
    ]


def count(connection: Connection, edition_id: int) -> bool:
    """Keep the counts of an edition that has ended; False where it goes on by now."""
    counted = connection.execute(
        update(edition)
        .where(edition.c.id == edition_id, edition.c.state.in_(_COUNTED_WHEN))
        .values(is_tallied=True)
    )
    connection.execute(delete(tally).where(tally.c.edition_id == edition_id))
    if not counted.rowcount:
        return False
    names = [column.name for column in tally.c if column is not tally.c.id]
    for counts in _outcomes(select(literal(edition_id))).selects:
        connection.execute(insert(tally).from_select(names, counts))
    return True


def _those(
    connection: Connection, edition_ids: Sequence[int], *, tallied: bool
) -> Select[int]:
    return select(edition.c.id).where(
        one_of(connection, edition.c.id, edition_ids), edition.c.is_tallied.is_(tallied)
    )


def _outcomes(edition_ids: Select[int]) -> CompoundSelect[Any]:
    is_refused: ColumnElement[bool] = delivery.c.state == DeliveryState.REFUSED
    codes = func.substr(func.coalesce(delivery.c.reply, ""), 1, _CODES, type_=String)
    cause = case((is_refused, codes), else_="")
    copies = (
        select(
            delivery.c.edition_id,
            delivery.c.state.label("outcome"),
            delivery.c.channel,
            variant.c.format,
            cause.label("cause"),
            func.count().label("readers"),
        )
        .join(variant, variant.c.id == delivery.c.variant_id)
        .where(delivery.c.edition_id.in_(edition_ids))
        # By its label: PostgreSQL takes two parameters of one value for two.
        .group_by(
            delivery.c.edition_id,
            delivery.c.state,
            delivery.c.channel,
            variant.c.format,
            "cause",
        )
    )
    out = (
        select(
            left_out.c.edition_id,
            left_out.c.kind,
            literal(""),
            literal(""),
            left_out.c.reason,
            func.count(),
        )
        .where(left_out.c.edition_id.in_(edition_ids))
        .group_by(left_out.c.edition_id, left_out.c.kind, left_out.c.reason)
    )
    return union_all(copies, out)
