"""A form that nobody changed changes nothing, whatever the item says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.posts.blocks import Picture
from digest.model.posts.items import Byline, EventState, Item, TimeSpan
from digest.web.desk.posts.post_form import ItemKind, edited, fields_of, read
from tests.builders import EIGHT, a_post, an_event, words
from tests.rich import a_rich_variant

ZONE = "Europe/London"
ITEMS = [
    *a_rich_variant().items,
    a_post(byline=Byline("Ann", "", "Hall, Kent"), title=" Odd \n title "),
    a_post(picture=Picture("https://example.org/k.png", copy_name="a")),
    a_post(
        picture=Picture("folder/k.png", decorative=True), url="mailto:a@example.org"
    ),
    a_post(body=(), summary="", byline=None, published=None, topics=("a, b", "c")),
    a_post(published=EIGHT + timedelta(microseconds=1), body=words("By Ann Example")),
    an_event(zone="Asia/Kolkata", state=EventState.PROVISIONAL),
    an_event(
        also=(TimeSpan(EIGHT),), announced=TimeSpan(EIGHT), state=EventState.CANCELLED
    ),
    an_event(
        all_day=True,
        starts=EIGHT.replace(hour=23),
        ends=EIGHT.replace(hour=23) + timedelta(days=2),
    ),
    an_event(all_day=True, starts=EIGHT.replace(hour=23), ends=None),
]


@pytest.mark.parametrize("item", ITEMS, ids=range(len(ITEMS)))
def test_a_form_that_nobody_changed_changes_nothing(item: Item) -> None:
    assert edited(item, fields_of(item, ZONE), ZONE) == item


@pytest.mark.parametrize("item", ITEMS, ids=range(len(ITEMS)))
def test_a_new_title_changes_the_title_alone(item: Item) -> None:
    typed = fields_of(item, ZONE) | {"title": "Another"}

    assert edited(item, typed, ZONE) == replace(item, title="Another")


def test_what_is_typed_as_a_day_is_the_last_day() -> None:
    event = ITEMS[-2]
    typed = fields_of(event, ZONE)

    assert (typed["starts_day"], typed["ends_day"]) == ("2026-07-07", "2026-07-08")
    assert (typed["starts_time"], typed["ends_time"]) == ("", "")


# What people type, and what they never do, in every field that a form may send.
_SAID = st.one_of(
    st.sampled_from(
        ["", "2026-07-06", "9999-12-31", "0001-01-01", "23:59", "24:00", "decorative"]
    ),
    st.sampled_from(
        ["https://example.org/\u00e9", "javascript:a()", "http://[", "//a"]
    ),
    st.text(max_size=40),
)
_FIELDS = sorted({name for item in ITEMS for name in fields_of(item, ZONE)})


@given(st.sampled_from(ItemKind), st.fixed_dictionaries(dict.fromkeys(_FIELDS, _SAID)))
def test_whatever_is_typed_is_an_item_or_says_what_is_wrong(
    kind: ItemKind, typed: dict[str, str]
) -> None:
    faults = read(kind, typed, ZONE)

    if isinstance(faults, dict):
        assert faults
        assert set(faults) <= set(_FIELDS)
        return
    # What was taken can be shown in a form again.
    assert edited(faults, fields_of(faults, ZONE), ZONE) == faults
