"""What readers are owed: what was in copies that never left, and what was carried over.

A copy that ended without having left says through its variant which stretch of the
log it owes; what an edition left for the next one has rows of its own, and so has what
a reader asked for. The next edition that its reader can get carries all of it, once.
"""

from collections.abc import Iterable, Sequence
from json import loads
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.mode import Mode
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.bulk import one_of
from digest.store.base.tables import (
    campaign,
    carried_over,
    delivery,
    edition,
    reader,
    variant,
)
from digest.store.editions.editions import Edition

Owed = dict[int, list[DueStretch]]
# Stands for the edition where no edition has left it: its reader has asked for it.
ASKED_FOR = 0


def carried_to(
    connection: Connection, schedule_id: int, mode: Mode
) -> list[DueStretch]:
    """Return what was carried over to a schedule's next edition, for any reader."""
    return [
        DueStretch(row.since, row.upto, tuple(map(tuple, loads(row.had))))
        for row in rows_of(connection, carried, schedule_id, mode)
    ]


def carried(_connection: Connection, schedule_id: int, mode: Mode) -> Select[Any]:
    """Return the question that `carried_to` asks, to be asked with others."""
    had = cast(carried_over.c.had, Text).label("had")
    # Asked of what was carried over: mostly that is little, and the readers are many.
    reads_it = exists().where(
        reader.c.id == carried_over.c.reader_id, reader.c.schedule_id == schedule_id
    )
    return (
        select(carried_over.c.since, carried_over.c.upto, had)
        .where(carried_over.c.mode == mode, reads_it)
        # Each once: DISTINCT would be asked of what is asked beside it too.
        .group_by(carried_over.c.since, carried_over.c.upto, had)
    )


def of_readers(connection: Connection, mode: Mode, reader_ids: Iterable[int]) -> Owed:
    """Return what these readers are owed in that mode, by reader; changes nothing."""
    owed: Owed = {}
    for question, *facts in questions_of(mode, reader_ids):
        for row in rows_of(connection, question, *facts):
            owed.setdefault(row.reader_id, []).append(stretch_of(row))
    return owed


def questions_of(mode: Mode, reader_ids: Iterable[int]) -> tuple[Asked, ...]:
    """Return what `of_readers` asks, to be asked with others."""
    ids = tuple(reader_ids)
    return (_in_copies, mode, ids), (_carried_for, mode, ids)


def _in_copies(
    connection: Connection, mode: Mode, reader_ids: tuple[int, ...]
) -> Select[Any]:
    return (
        select(delivery.c.reader_id, variant.c.since, variant.c.upto, variant.c.had)
        .join(variant, variant.c.id == delivery.c.variant_id)
        .where(one_of(connection, delivery.c.reader_id, reader_ids), is_owed(mode))
    )


def _carried_for(
    connection: Connection, mode: Mode, reader_ids: tuple[int, ...]
) -> Select[Any]:
    return select(carried_over).where(
        one_of(connection, carried_over.c.reader_id, reader_ids),
        carried_over.c.mode == mode,
    )


def of_schedule(
    connection: Connection, taker: Edition, upto: int, whom: ColumnElement[bool]
) -> list[DueStretch]:
    """Return the stretches that an edition up to `upto` would take over, each once.

    `whom` says of which of its schedule's readers.
    """
    theirs = exists().where(
        reader.c.id == delivery.c.reader_id,
        reader.c.schedule_id == taker.schedule_id,
        whom,
    )
    variant_ids = select(delivery.c.variant_id).where(is_owed(taker.mode, upto), theirs)
    rows = connection.execute(
        select(variant.c.since, variant.c.upto, variant.c.had).where(
            variant.c.id.in_(variant_ids)
        )
    )
    carried = carried_to(connection, taker.schedule_id, taker.mode)
    return [*dict.fromkeys((*map(stretch_of, rows), *carried))]


def begins(connection: Connection, campaign_id: int, mode: Mode) -> int:
    """Return the position up to which nothing is owed any more in that mode."""
    if mode is not Mode.LIVE:
        return 0
    position: int = rows_of(connection, begun, campaign_id)[0].live_from
    return position


def begun(_connection: Connection, campaign_id: int) -> Select[tuple[int]]:
    """Return the question that `begins` asks, to be asked with others."""
    return select(campaign.c.live_from).where(campaign.c.id == campaign_id)


def settle(
    connection: Connection, campaign_id: int, position: int, mode: Mode = Mode.LIVE
) -> None:
    """Call settled by a person what readers are owed up to that position."""
    theirs = select(reader.c.id).where(reader.c.campaign_id == campaign_id)
    _settle(
        connection,
        mode,
        position,
        delivery.c.reader_id.in_(theirs),
        carried_over.c.reader_id.in_(theirs),
    )


def settle_for(
    connection: Connection, mode: Mode, position: int, reader_ids: Sequence[int]
) -> None:
    """Call settled by a person what these readers are owed up to that position."""
    _settle(
        connection,
        mode,
        position,
        one_of(connection, delivery.c.reader_id, reader_ids),
        one_of(connection, carried_over.c.reader_id, reader_ids),
    )


def forgo(
    connection: Connection, mode: Mode, position: int, reader_ids: Sequence[int]
) -> None:
    """Have no edition carry what these readers are owed up to that position.

    As they wish, who have not had it: they may ask for it later. What they have asked
    for stays.
    """
    connection.execute(
        update(delivery)
        .where(
            one_of(connection, delivery.c.reader_id, reader_ids),
            is_owed(mode, position),
        )
        .values(owes=False)
    )
    connection.execute(
        delete(carried_over).where(
            one_of(connection, carried_over.c.reader_id, reader_ids),
            carried_over.c.mode == mode,
            carried_over.c.upto <= position,
            carried_over.c.edition_id != ASKED_FOR,
        )
    )


def ask_for(
    connection: Connection, mode: Mode, reader_id: int, stretch: DueStretch
) -> None:
    """Have the reader's next edition carry a stretch of the log behind their place.

    Whoever asks again takes back first what they asked for before.
    """
    row = {
        "reader_id": reader_id,
        "edition_id": ASKED_FOR,
        "mode": mode,
        "since": stretch.since,
        "upto": stretch.upto,
        "had": stretch.had,
    }
    connection.execute(insert(carried_over).values(row))


def replace(
    connection: Connection,
    mode: Mode,
    reader_id: int,
    stretch: DueStretch | None,
    merge_id: int,
) -> None:
    """Have a reader be owed this stretch alone, by a merge; None is nothing at all.

    What their copies owed is in it, as far as it is owed still.
    """
    connection.execute(
        update(delivery)
        .where(delivery.c.reader_id == reader_id, is_owed(mode))
        .values(owes=False)
    )
    connection.execute(
        delete(carried_over).where(
            carried_over.c.reader_id == reader_id, carried_over.c.mode == mode
        )
    )
    if stretch is not None:
        row = {
            "reader_id": reader_id,
            # No edition has left it: see ASKED_FOR.
            "edition_id": -merge_id,
            "mode": mode,
            "since": stretch.since,
            "upto": stretch.upto,
            "had": stretch.had,
        }
        connection.execute(insert(carried_over).values(row))


def take_back(connection: Connection, reader_id: int, *modes: Mode) -> bool:
    """Have no edition carry what the reader has asked for; False where none is to."""
    asked_for = delete(carried_over).where(
        carried_over.c.reader_id == reader_id,
        carried_over.c.edition_id == ASKED_FOR,
        carried_over.c.mode.in_(modes),
    )
    return connection.execute(asked_for).rowcount > 0


def _settle(
    connection: Connection,
    mode: Mode,
    position: int,
    those_copies: ColumnElement[bool],
    those_carried: ColumnElement[bool],
) -> None:
    connection.execute(
        update(delivery)
        .where(is_owed(mode, position), those_copies)
        .values(owes=False, carried_by=delivery.c.edition_id)
    )
    connection.execute(
        delete(carried_over).where(
            those_carried,
            carried_over.c.mode == mode,
            carried_over.c.upto <= position,
        )
    )


def count(connection: Connection, campaign_id: int, whom: ColumnElement[bool]) -> int:
    """Return how many live copies of those readers of a campaign are owed.

    What was carried over counts as one for each edition that left it.
    """
    theirs = exists().where(
        reader.c.id == delivery.c.reader_id, reader.c.campaign_id == campaign_id, whom
    )
    matching = select(func.count()).where(is_owed(Mode.LIVE), theirs)
    carried = (
        select(func.count())
        .select_from(carried_over)
        .join(reader, reader.c.id == carried_over.c.reader_id)
        .where(
            reader.c.campaign_id == campaign_id,
            carried_over.c.mode == Mode.LIVE,
            whom,
        )
    )
    return (connection.scalar(matching) or 0) + (connection.scalar(carried) or 0)


def is_owed(mode: Mode, upto: int | None = None) -> ColumnElement[bool]:
    """Return the condition that a copy of that mode is owed, and of nothing later.

    Each part is asked of the few that are owed, which an index has apart.
    """
    of_mode = (
        exists()
        .where(edition.c.id == delivery.c.edition_id, edition.c.mode == mode)
        .correlate(delivery)
    )
    conditions = [delivery.c.owes, of_mode]
    if upto is not None:
        ends_by = (
            exists()
            .where(variant.c.id == delivery.c.variant_id, variant.c.upto <= upto)
            .correlate(delivery)
        )
        conditions.append(ends_by)
    return and_(*conditions)


def stretch_of(row: Row[*tuple[Any, ...]]) -> DueStretch:
    """Return which part of the log a variant's row takes."""
    had = tuple((since, upto) for since, upto in row.had)
    return DueStretch(row.since, row.upto, had)
