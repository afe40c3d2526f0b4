"""Counts of ended editions: kept once, the same as counted anew, and never stale."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update

from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.formats import Channel
from digest.schedule.editions.publishing import publish
from digest.schedule.reports.tallies import keep_tallies
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery, tally
from digest.store.editions import moves
from digest.store.reports.editions import edition_copies, outcomes
from digest.store.reports.editions.outcomes import OutcomeCount
from tests.builders import EIGHT, a_post
from tests.stored import a_reader, a_stored_campaign, posts_accepted

ENDS = [DeliveryState.ACCEPTED, DeliveryState.REFUSED, DeliveryState.EXPIRED]


@pytest.fixture
def edition_id(engine: Engine) -> int:
    """Return an edition that is going, for readers of every kind."""
    a_stored_campaign(engine)
    for number, fmt in enumerate(("html", "plain", "html", "braille", "html")):
        a_reader(engine, f"reader-{number}", format=fmt)
    posts_accepted(engine, [a_post(title="Kettles")])
    return publish(engine, "lantern-week", "daily", EIGHT).id


def ended(engine: Engine, edition_id: int, *states: DeliveryState) -> None:
    """Have the copies end in these states, one after another, and the edition too."""
    with writing(engine) as connection:
        of_it = delivery.c.edition_id == edition_id
        readers = connection.scalars(select(delivery.c.reader_id).where(of_it)).all()
        for number, reader_id in enumerate(readers):
            connection.execute(
                update(delivery)
                .where(of_it, delivery.c.reader_id == reader_id)
                .values(state=states[number % len(states)], reply="550 5.1.1 no")
            )
        assert moves.end(connection, edition_id, EIGHT)


def counted(engine: Engine, edition_id: int) -> list[OutcomeCount]:
    with reading(engine) as connection:
        rows = outcomes.outcomes_of(connection, [edition_id])
    return sorted(rows, key=lambda row: (row.outcome, row.format, row.cause))


def test_a_run_is_counted_as_its_copies_stand_by_every_channel(
    engine: Engine, edition_id: int
) -> None:
    every = [(channel, state) for channel in Channel for state in DeliveryState]
    stand = [*every, *every[::2], *every[::3]]
    readers = [a_reader(engine, f"more-{number}") for number in range(len(stand))]
    of_it = delivery.c.edition_id == edition_id
    keys = delivery.c.channel, delivery.c.state
    with writing(engine) as connection:
        stored = (column for column in delivery.c if column.computed is None)
        planned = connection.execute(select(*stored).where(of_it)).first()
        assert planned is not None
        rows = [
            planned._asdict()
            | {"reader_id": reader, "channel": channel, "state": state}
            for reader, (channel, state) in zip(readers, stand, strict=True)
        ]
        connection.execute(insert(delivery), rows)
    with reading(engine) as connection:
        one_by_one = select(*keys, func.count()).where(of_it).group_by(*keys)
        counts = {row[:2]: row[2] for row in connection.execute(one_by_one)}

        assert edition_copies.copies(connection, edition_id) == counts
    assert len(counts) == len(every)


def test_what_is_kept_is_what_would_be_counted(engine: Engine, edition_id: int) -> None:
    ended(engine, edition_id, *ENDS)
    before = counted(engine, edition_id)
    with reading(engine) as connection:
        copies = edition_copies.copies(connection, edition_id)

    assert keep_tallies(engine) == 1
    assert keep_tallies(engine) == 0
    assert counted(engine, edition_id) == before
    assert {row.outcome for row in before} == {*ENDS, "unreachable"}
    with reading(engine) as connection:
        assert edition_copies.copies(connection, edition_id) == copies
        assert sum(copies.values()) == 4
        assert connection.scalar(select(func.count()).select_from(tally)) == len(before)


def test_what_is_kept_is_not_counted_again(engine: Engine, edition_id: int) -> None:
    ended(engine, edition_id, DeliveryState.ACCEPTED)
    keep_tallies(engine)
    before = counted(engine, edition_id)
    with writing(engine) as connection:
        connection.execute(delete(delivery))

    assert counted(engine, edition_id) == before


def test_an_edition_that_goes_on_is_counted_as_it_goes(
    engine: Engine, edition_id: int
) -> None:
    assert keep_tallies(engine) == 0
    ended(engine, edition_id, DeliveryState.REFUSED)
    keep_tallies(engine)
    later = EIGHT + timedelta(hours=1)
    with writing(engine) as connection:
        assert moves.move(
            connection,
            edition_id,
            EditionState.SENDING,
            later,
            only_from=EditionState.SENT,
        )
        connection.execute(update(delivery).values(state=DeliveryState.PLANNED))

    assert {row.outcome for row in counted(engine, edition_id)} == {
        "planned",
        "unreachable",
    }
    assert keep_tallies(engine) == 0
    ended(engine, edition_id, DeliveryState.ACCEPTED)
    assert keep_tallies(engine) == 1
    assert {row.outcome for row in counted(engine, edition_id)} == {
        "accepted",
        "unreachable",
    }


def test_what_has_not_ended_for_good_is_not_kept(
    engine: Engine, edition_id: int
) -> None:
    ended(engine, edition_id, DeliveryState.UNCERTAIN)

    assert keep_tallies(engine) == 0


def test_an_edition_that_moved_on_meanwhile_is_not_kept(
    engine: Engine, edition_id: int
) -> None:
    with writing(engine) as connection:
        assert not outcomes.count(connection, edition_id)
    assert [row.outcome for row in counted(engine, edition_id)] == [
        "planned",
        "planned",
        "unreachable",
    ]
