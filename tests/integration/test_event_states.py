"""What readers are told of an event that has several dates, was moved or is off."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from digest.model.formats import LETTER
from digest.model.posts.event_changes import corrected, merge_dates
from digest.model.posts.items import Event, EventState
from digest.render.email.compile import preview_html, preview_text
from digest.render.letter.letter import SAMPLE, LetterOptions, preview
from digest.render.options import RenderOptions
from digest.render.words.catalogue import words_for
from digest.render.words.event_times import first_day, headline, times
from tests.builders import EIGHT, a_variant, an_event
from tests.sheets import Sheets

DAY = timedelta(days=1)
ENGLISH = words_for("en-GB")
NINE = "9am to 11am"
WALK = an_event(joining_url="https://example.org/join", booking_phone="01632 960 155")
OFF = corrected(WALK, replace(WALK, state=EventState.CANCELLED))
MOVED = corrected(
    WALK, replace(WALK, starts=WALK.starts + DAY, ends=None, place="Elsewhere")
)


def repeated(*days: int, **changes: Any) -> Event:
    events = [
        an_event(
            str(day),
            starts=WALK.starts + day * DAY,
            ends=WALK.starts + day * DAY + timedelta(hours=2),
            **changes,
        )
        for day in days
    ]
    [(_, event)] = merge_dates(enumerate(events))
    return event


def lines_of(event: Event, language: str = "en-GB") -> list[str]:
    facts = times(event, "Europe/London", words_for(language))
    return [": ".join(fact) for fact in facts]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(WALK, [f"When: Tuesday 7 July 2026, {NINE}"], id="once"),
        pytest.param(
            repeated(0, 7),
            [f"When: Tuesday 7 July and Tuesday 14 July 2026, {NINE}"],
            id="twice",
        ),
        pytest.param(
            repeated(0, 1, 2, 9),
            [
                "When: Every day from Tuesday 7 July to Thursday 9 July and "
                f"Thursday 16 July 2026, {NINE}"
            ],
            id="days in a row",
        ),
        pytest.param(
            repeated(0, 365),
            [f"When: Tuesday 7 July 2026 and Wednesday 7 July 2027, {NINE}"],
            id="in two years",
        ),
        pytest.param(
            repeated(0, 1, zone="Europe/Paris"),
            [
                "When: Tuesday 7 July and Wednesday 8 July 2026, "
                "10am to midday (Paris time)"
            ],
            id="in another zone",
        ),
        pytest.param(
            merge_dates(
                enumerate(
                    [WALK, replace(WALK, key="b", starts=WALK.starts + DAY, ends=None)]
                )
            )[0][1],
            [
                f"When: Tuesday 7 July 2026, {NINE}",
                "Also: Wednesday 8 July 2026, 9am",
            ],
            id="at other hours",
        ),
        pytest.param(OFF, [f"Was to be: Tuesday 7 July 2026, {NINE}"], id="off"),
        pytest.param(
            MOVED,
            [
                "When: Wednesday 8 July 2026, 9am",
                f"Instead of: Tuesday 7 July 2026, {NINE}",
            ],
            id="moved",
        ),
        pytest.param(
            replace(WALK, state=EventState.PROVISIONAL),
            [
                f"When: Tuesday 7 July 2026, {NINE}",
                "Please note: this is not yet certain. "
                "Please check before you set out.",
            ],
            id="not yet certain",
        ),
    ],
)
def test_an_events_times_are_told_as_people_say_them(
    event: Event, expected: list[str]
) -> None:
    assert lines_of(event) == expected


def test_several_dates_are_told_in_the_readers_language() -> None:
    [line] = lines_of(repeated(0, 7), "de")

    assert line == (
        "When: Dienstag, 7. Juli 2026 und Dienstag, 14. Juli 2026, "
        "09:00 \N{EN DASH} 11:00"
    )


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(WALK, "Walk", id="on"),
        pytest.param(OFF, "Cancelled: Walk", id="off"),
        pytest.param(MOVED, "New time: Walk", id="moved"),
        pytest.param(corrected(OFF, WALK), "On after all: Walk", id="on after all"),
    ],
)
def test_a_headline_says_first_what_nobody_must_miss(
    event: Event, expected: str
) -> None:
    assert headline(event, "Walk", ENGLISH) == expected


def test_a_list_of_contents_names_the_day_that_readers_knew() -> None:
    later = replace(OFF, starts=OFF.starts + DAY)

    assert first_day(later, ENGLISH) == "Tuesday 7 July"
    assert first_day(repeated(0, 7), ENGLISH) == "Tuesday 7 July and later"


def test_nobody_is_asked_to_join_or_book_what_is_off() -> None:
    variant = a_variant(OFF)
    page, text = (
        show(variant, RenderOptions(EIGHT)) for show in (preview_html, preview_text)
    )
    letter = preview(a_variant(OFF, format=LETTER), LetterOptions(), SAMPLE)
    sheet = Sheets(letter).whole_text()

    for text_of_form in (page, text, sheet):
        assert "Cancelled: Lantern walk" in text_of_form
        assert "Was to be" in text_of_form
        assert "To ask, ring" in text_of_form
        assert "To book" not in text_of_form
        assert "example.org/join" not in text_of_form


def test_events_without_words_fill_a_page_before_the_next_is_begun() -> None:
    bare = [
        an_event(str(n), title=f"Walk {n}", starts=WALK.starts + n * DAY, ends=None)
        for n in range(12)
    ]
    letter = preview(a_variant(*bare, format=LETTER), LetterOptions(), SAMPLE)

    assert "Walk 4" in Sheets(letter).text(0)
