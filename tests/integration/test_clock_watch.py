"""A clock that jumps ahead sends nothing early, and leaves no day without."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from digest.schedule.editions.clock_watch import ClockWatch
from digest.schedule.editions.due import open_due
from digest.store.base.engine import reading
from digest.store.editions import editions
from digest.store.holds import holds
from digest.store.staff.audit import latest
from tests.builders import EIGHT
from tests.stored import a_stored_campaign, lifted

NONE, MINUTE, HOUR = timedelta(0), timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Machine:
    """A machine whose clock may be set; the other one nobody sets."""

    engine: Engine

    def __post_init__(self) -> None:
        """Look for the first time."""
        self.now, self.seconds = EIGHT, 0.0
        self.watch = ClockWatch(lambda: self.seconds)
        assert self.look()

    def look(self, later: timedelta = NONE, jump: timedelta = NONE) -> bool:
        """Let time go by, set the clock ahead, and look; whether it may act."""
        self.seconds += later.total_seconds()
        self.now += later + jump
        may_act = self.watch.may_act(self.engine, self.now)
        if may_act and held_because(self.engine) is None:
            open_due(self.engine, self.now)
        return may_act


@pytest.fixture
def machine(engine: Engine) -> Machine:
    """Return a machine with a daily edition at 16:00 in London, at 9:00 there."""
    a_stored_campaign(engine)
    return Machine(engine)


def held_because(engine: Engine) -> str | None:
    with reading(engine) as connection:
        hold = holds.recorded(connection)
    return hold.because if hold else None


def slots(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        rows = editions.of_campaign(connection, 1)
    return sorted(f"{row.slot:%d %H:%M} {row.state}" for row in rows)


def test_a_clock_that_jumps_ahead_sends_nothing_early(machine: Machine) -> None:
    assert not machine.look(MINUTE * 5, jump=HOUR * 20)
    assert not machine.look(MINUTE * 5)

    assert slots(machine.engine) == []
    because = held_because(machine.engine)
    assert because is not None
    assert because.startswith("the clock went ahead by 20 hours at once: put it right")
    with reading(machine.engine) as connection:
        assert [act.act for act in latest(connection, 1)] == ["held everything back"]


def test_a_clock_that_is_put_right_is_believed_once_a_person_has_said_resume(
    machine: Machine,
) -> None:
    machine.look(MINUTE * 5, jump=HOUR * 20)
    assert machine.look(MINUTE * 5, jump=-HOUR * 20)
    assert held_because(machine.engine) is not None
    lifted(machine.engine, machine.now)
    machine.look(HOUR * 7)
    machine.look(HOUR * 24)

    assert slots(machine.engine) == ["06 15:00 open", "07 15:00 open"]


def test_a_clock_that_was_wrong_before_is_believed_by_a_persons_word(
    machine: Machine,
) -> None:
    machine.look(MINUTE * 5, jump=HOUR * 20)
    lifted(machine.engine, machine.now)

    assert machine.look(MINUTE * 5)
    assert machine.look(MINUTE * 5)
    assert held_because(machine.engine) is None


@pytest.mark.parametrize(
    ("later", "jump"),
    [
        pytest.param(HOUR * 20, HOUR * 0, id="a machine that was asleep"),
        pytest.param(MINUTE * 5, MINUTE * 10, id="put right by a little"),
        pytest.param(MINUTE * 5, -HOUR * 20, id="put back"),
    ],
)
def test_what_is_plausible_goes_on(
    machine: Machine, later: timedelta, jump: timedelta
) -> None:
    assert machine.look(later, jump)
    assert machine.look(MINUTE * 5)
    assert held_because(machine.engine) is None
