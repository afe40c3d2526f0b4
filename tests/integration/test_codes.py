"""The code of an edition says which slot it is of: the same after a restore."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Engine, insert, update

from digest.model.editions.mode import Mode
from digest.store.base.engine import writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import edition as edition_table
from digest.store.base.tables import handover
from digest.store.editions import editions, moves
from digest.store.editions.editions import Slot
from tests.builders import EIGHT
from tests.stored import a_stored_campaign, schedule_id

LATER, LONG_AGO = EIGHT + timedelta(hours=1), EIGHT - timedelta(days=9)


def opened(engine: Engine, at: datetime = EIGHT, on: str = "daily") -> str:
    """Open an edition and return its code."""
    slot = Slot(1, schedule_id(engine, on), at)
    with writing(engine) as connection:
        moves.open_at(connection, slot, at)
        edition = editions.at_slot(connection, slot.schedule_id, at)
    assert edition is not None
    return edition.code


def test_the_same_slot_of_a_restored_database_has_the_same_code(
    sqlite_engine: Engine,
) -> None:
    a_stored_campaign(sqlite_engine)
    first = opened(sqlite_engine)
    with writing(sqlite_engine) as connection:
        connection.execute(update(edition_table).values(code="older", slot=LONG_AGO))
    opened(sqlite_engine, LATER, "weekly")

    assert opened(sqlite_engine) == first


def test_codes_are_of_letters_that_nobody_mistakes(engine: Engine) -> None:
    a_stored_campaign(engine)
    code = opened(engine)

    assert len(code) == 8
    assert set(code) <= set("abcdefghjkmnpqrstuvwxyz23456789")


def test_another_slot_schedule_or_mode_has_another_code(engine: Engine) -> None:
    a_stored_campaign(engine)
    live = in_mode(engine, Mode.LIVE)
    practice = in_mode(engine, Mode.PRACTICE)
    codes = [
        opened(live),
        opened(live, LATER),
        opened(live, on="weekly"),
        opened(practice),
    ]

    assert len(set(codes)) == 4


def test_a_code_that_is_taken_gives_way_to_the_next(engine: Engine) -> None:
    stored = a_stored_campaign(engine)
    slot = Slot(stored.id, schedule_id(engine, "daily"), EIGHT)
    with writing(engine) as connection:
        first, second = islice(moves.codes_of(connection, slot, Mode.LIVE), 2)
        connection.execute(
            insert(edition_table).values(
                code=first,
                campaign_id=stored.id,
                schedule_id=slot.schedule_id,
                slot=LATER,
                state="sent",
                opened_at=EIGHT,
            )
        )

    assert opened(engine) == second


def test_nobody_outside_can_tell_the_codes_of_another_database(engine: Engine) -> None:
    a_stored_campaign(engine)
    first = opened(engine)
    with writing(engine) as connection:
        connection.execute(update(edition_table).values(code="older", slot=LONG_AGO))
        connection.execute(update(handover).values(database_id="another"))

    assert opened(engine) != first


def test_two_processes_that_open_one_slot_at_once_open_one_edition(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    slots = [
        Slot(1, schedule_id(engine, "daily"), EIGHT + timedelta(minutes=n))
        for n in range(20)
    ]

    def open_all(_process: int) -> int:
        count = 0
        for slot in slots:
            with writing(engine) as connection:
                count += moves.open_at(connection, slot, EIGHT)
        return count

    with ThreadPoolExecutor(4) as processes:
        counts = [*processes.map(open_all, range(4))]

    assert sum(counts) == len(slots)
