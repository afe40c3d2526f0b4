"""Which events an edition carries, and how readers are told of a change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.model.posts.event_changes import (
    corrected,
    is_worth_telling,
    merge_dates,
    vanished,
)
from digest.model.posts.item_json import from_json, to_json
from digest.model.posts.items import Event, EventState, TimeSpan
from tests.builders import EIGHT, a_post, an_event, words

DAY = timedelta(days=1)
TOMORROW = EIGHT + DAY
TOLD = TimeSpan(EIGHT)


@pytest.mark.parametrize(
    ("changes", "at", "expected"),
    [
        pytest.param({}, EIGHT, True, id="to come"),
        pytest.param({}, TOMORROW, True, id="just beginning"),
        pytest.param({}, TOMORROW + timedelta(hours=1), True, id="under way"),
        pytest.param({}, TOMORROW + timedelta(hours=2), False, id="over"),
        pytest.param({"ends": None}, TOMORROW, False, id="without an end, begun"),
        pytest.param(
            {"ends": None, "all_day": True},
            TOMORROW + timedelta(hours=20),
            True,
            id="a whole day",
        ),
        pytest.param(
            {"also": (TimeSpan(TOMORROW + 7 * DAY),)},
            TOMORROW + DAY,
            True,
            id="once more",
        ),
        pytest.param({"state": EventState.CANCELLED}, EIGHT, False, id="never told of"),
        pytest.param(
            {"state": EventState.CANCELLED, "announced": TOLD},
            EIGHT,
            True,
            id="called off",
        ),
        pytest.param({"state": EventState.PROVISIONAL}, EIGHT, True, id="provisional"),
    ],
)
def test_an_event_is_told_while_it_is_of_use(
    changes: dict[str, object], at: object, expected: object
) -> None:
    assert is_worth_telling(an_event(**changes), at) is expected  # type: ignore[arg-type]


def test_a_post_is_always_worth_telling() -> None:
    assert is_worth_telling(a_post(), EIGHT + 1000 * DAY)


def test_a_moved_event_says_when_readers_were_told_it_would_be() -> None:
    before = an_event()
    after = an_event(starts=TOMORROW + DAY, ends=None)

    assert corrected(before, after).announced == before.span
    assert corrected(corrected(before, after), before).announced == after.span
    assert corrected(before, replace(before, title="Lamp walk")).announced is None


def test_a_cancelled_event_is_told_without_words_that_readers_have_had() -> None:
    before = an_event(body=words("Wear boots."), summary="Wear boots.")
    off = replace(before, state=EventState.CANCELLED)
    notice = corrected(before, off)
    reason = corrected(before, replace(off, body=words("The river is too high.")))

    assert (notice.announced, notice.body, notice.summary) == (before.span, (), "")
    assert reason.body == words("The river is too high.")


def test_an_event_that_is_on_after_all_says_so() -> None:
    before = an_event(state=EventState.CANCELLED, announced=TOLD)

    assert corrected(before, an_event()).announced == before.span


def test_what_a_source_no_longer_says_is_cancelled() -> None:
    [missing] = vanished([an_event("a"), an_event("b")], [an_event("a", title="Other")])

    assert missing == an_event("b", state=EventState.CANCELLED)


def test_times_of_the_same_event_are_told_together() -> None:
    def week(number: int, **changes: object) -> Event:
        starts = TOMORROW + 7 * number * DAY
        return an_event(
            f"w{number}", starts=starts, ends=starts + timedelta(hours=1), **changes
        )

    moved = week(2, announced=TOLD)
    events = [week(3), week(1, place="Elsewhere"), week(0), moved, week(4)]
    ids, merged = zip(*merge_dates(enumerate(events, 11)), strict=True)
    first, other, last = merged

    assert ids == ((13, 11, 15), (12,), (14,))
    assert (first.key, first.also) == ("w0", (week(3).span, week(4).span))
    assert (other.place, other.also) == ("Elsewhere", ())
    assert last == moved


def test_an_event_survives_the_wire_whole() -> None:
    event = an_event(
        state=EventState.CANCELLED, announced=TOLD, also=(TimeSpan(EIGHT, TOMORROW),)
    )

    assert from_json(to_json(event)) == event
    assert isinstance(from_json(to_json(event)).state, EventState)
    assert to_json(an_event()).keys().isdisjoint({"state", "told", "also"})
