"""Which event of a page is which: moved, repeated, gone and back."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.gather.pages.recognition import (
    RememberedEvent,
    events_to_remember,
    recognised_events,
)

NOW = datetime(2026, 7, 6, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def read(
    *named: tuple[str, int], before: tuple[RememberedEvent, ...] = (), day: int = 0
) -> tuple[RememberedEvent, ...]:
    """Return a reading's events, given as names and days from now, as noted down."""
    events = [(name, NOW + at * DAY) for name, at in named]
    now = NOW + day * DAY
    return events_to_remember(recognised_events(events, before, now), before, now)


def keys(before: tuple[RememberedEvent, ...], *events: tuple[str, int]) -> list[str]:
    by_event = {(event.stem, event.starts): event.key for event in before}
    return [by_event[name, NOW + at * DAY] for name, at in events]


@pytest.mark.parametrize(
    ("before", "after", "day", "same"),
    [
        pytest.param([("tea", 2)], [("tea", 2)], 0, [0], id="as it was"),
        pytest.param([("tea", 2)], [("tea", 3)], 0, [0], id="moved"),
        pytest.param([("tea", 2)], [("tea", 1)], 0, [0], id="moved to an earlier day"),
        pytest.param([("tea", 1)], [("tea", 8)], 2, [None], id="the next of a series"),
        pytest.param(
            [("tea", 1), ("tea", 8)],
            [("tea", 8), ("tea", 15)],
            2,
            [1, None],
            id="a series that goes on",
        ),
        pytest.param(
            [("tea", 1), ("tea", 8)],
            [("tea", 2), ("tea", 8)],
            0,
            [0, 1],
            id="one of a series is moved",
        ),
        pytest.param(
            [("tea", 1), ("tea", 8)],
            [("tea", 2), ("tea", 9)],
            0,
            [0, 1],
            id="a whole series is moved",
        ),
        pytest.param([("tea", 2)], [("walk", 2)], 0, [None], id="another event"),
        pytest.param(
            [("tea", 2)], [("tea", 2), ("tea", 3)], 0, [0, None], id="one more date"
        ),
    ],
)
def test_an_event_keeps_its_key_when_it_is_moved_and_lends_it_to_no_other(
    before: list[tuple[str, int]],
    after: list[tuple[str, int]],
    day: int,
    same: list[int | None],
) -> None:
    first = read(*before)
    old = keys(first, *before)
    new = keys(read(*after, before=first, day=day), *after)

    assert new == [
        (old[number] if number is not None else key)
        for number, key in zip(same, new, strict=True)
    ]
    assert not {new[n] for n, number in enumerate(same) if number is None} & set(old)
    assert len(set(new)) == len(new)


def test_an_event_that_was_gone_for_a_while_is_the_same() -> None:
    first = read(("tea", 5))
    without = read(("walk", 5), before=first)

    assert keys(read(("tea", 5), before=without), ("tea", 5)) == keys(first, ("tea", 5))


def test_what_takes_the_time_of_a_moved_event_has_another_key() -> None:
    first = read(("tea", 2))
    moved = read(("tea", 3), before=first)
    both = keys(read(("tea", 3), ("tea", 2), before=moved), ("tea", 3), ("tea", 2))

    assert both[0] == first[0].key
    assert both[1] != both[0]


def test_what_is_over_is_forgotten() -> None:
    first = read(("tea", 1))

    assert read(("walk", 9), before=first, day=2)[1:] == ()
