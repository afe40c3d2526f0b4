"""Which part of the log is due to a reader, judged position by position."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.editions.due_stretch import DueStretch, due_to, only

END = 12
PLACES = st.integers(0, END)


@st.composite
def stretches(draw: st.DrawFn) -> DueStretch:
    """Return a stretch of the log with any holes."""
    cuts = sorted(draw(st.sets(PLACES, min_size=2, max_size=6)))
    holes = cuts[1:-1]
    pairs = zip(holes[::2], holes[1::2], strict=False)
    return DueStretch(cuts[0], cuts[-1], tuple(pairs))


def positions(stretch: DueStretch) -> set[int]:
    """Return what is due, by asking about each position there is."""
    return {place for place in range(END + 2) if stretch.takes(place)}


@given(place=PLACES, upto=PLACES, owed=st.lists(stretches(), max_size=4), begins=PLACES)
def test_every_position_is_due_exactly_where_it_is_new_or_owed(
    place: int, upto: int, owed: list[DueStretch], begins: int
) -> None:
    new = set(range(place + 1, upto + 1))
    of_before = {at for each in owed for at in positions(each) if begins < at <= upto}

    assert positions(due_to(place, upto, owed, begins)) == new | of_before


@given(owed=st.lists(stretches(), max_size=4), place=PLACES, upto=PLACES)
def test_its_parts_are_apart_in_order_and_begin_where_it_begins(
    owed: list[DueStretch], place: int, upto: int
) -> None:
    due = due_to(place, upto, owed)
    ends = [end for part in due.parts for end in part]

    assert ends == sorted(set(ends))
    assert positions(due) == {
        at for since, end in due.parts for at in range(since + 1, end + 1)
    }
    assert not due.parts or due.parts[0][0] == due.since


@pytest.mark.parametrize(
    ("place", "owed", "due"),
    [
        pytest.param(10, [], DueStretch(10, 15), id="nothing owed"),
        pytest.param(15, [], DueStretch(15, 15), id="nothing new, nothing owed"),
        pytest.param(
            10,
            [DueStretch(5, 10)],
            DueStretch(5, 15),
            id="the last edition, as for whoever was merely behind",
        ),
        pytest.param(
            10,
            [DueStretch(0, 5)],
            DueStretch(0, 15, ((5, 10),)),
            id="the edition before the last, which they had",
        ),
        pytest.param(
            15,
            [DueStretch(5, 10)],
            DueStretch(5, 15, ((10, 15),)),
            id="owed, and nothing new",
        ),
        pytest.param(
            10,
            [DueStretch(0, 10, ((2, 4),)), DueStretch(2, 3)],
            DueStretch(0, 15, ((3, 4),)),
            id="owed in turn by a copy that carried what was owed",
        ),
    ],
)
def test_what_is_owed_comes_before_what_is_new(
    place: int, owed: list[DueStretch], due: DueStretch
) -> None:
    assert due_to(place, 15, owed) == due


@given(stretch=stretches(), taken_out=st.sets(PLACES))
def test_positions_are_taken_out_and_no_others(
    stretch: DueStretch, taken_out: set[int]
) -> None:
    assert positions(stretch.without(taken_out)) == positions(stretch) - taken_out


@given(those=st.sets(st.integers(1, END), min_size=1))
def test_a_stretch_of_some_positions_takes_these_alone(those: set[int]) -> None:
    assert positions(only(those)) == those
