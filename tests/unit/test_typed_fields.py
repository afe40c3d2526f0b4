"""What is typed into a form: a post, an event, or every fault by its field."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.gather.typed_fields import InputFault, TypedFields
from digest.model.posts.blocks import Picture
from digest.model.posts.items import Byline, Event, EventState, LinkKind, Post
from digest.render.words.catalogue import words_for
from digest.render.words.dates import when
from tests.builders import words

ZONE = "Europe/London"
FULL = {
    "title": " Kettle ",
    "text": "Come in.\n\nDo our [survey](https://example.org/s).",
    "byline": "By Ann Example, Chair, Example Group",
    "published": "2026-07-06 14:00",
    "url": "https://example.org/kettle",
    "topics": "tea, stories",
    "picture": "https://example.org/k.png",
    "picture_alt": "A kettle",
}


def test_a_post_is_read_as_a_file_would_be() -> None:
    post = TypedFields(FULL, ZONE).post()

    assert isinstance(post, Post)
    assert (post.title, post.topics) == ("Kettle", ("tea", "stories"))
    assert post.byline == Byline("Ann Example", "Chair", "Example Group")
    assert post.published == datetime(2026, 7, 6, 13, tzinfo=UTC)
    assert post.summary.startswith("Come in.")
    assert [link.kind for link in post.links] == [LinkKind.SURVEY]


def test_an_event_on_a_day_lasts_all_day() -> None:
    event = TypedFields(
        {"title": "Walk", "starts": "2026-07-06", "text": "Come."}, ZONE
    )
    same = event.event()

    assert isinstance(same, Event)
    assert same.all_day
    assert same.starts == datetime(2026, 7, 5, 23, tzinfo=UTC)
    assert same.body == words("Come.")
    later = {"starts": "2026-07-06 14:00", "ends": "2026-07-06 15:30"}
    timed = TypedFields(
        {"title": "Walk", **later, "zone": "Asia/Kolkata"}, ZONE
    ).event()
    assert isinstance(timed, Event)
    assert timed.ends == timed.starts + timedelta(minutes=90)
    assert (timed.zone, timed.all_day) == ("Asia/Kolkata", False)


def test_the_last_day_of_an_event_of_whole_days_belongs_to_it() -> None:
    days = {"title": "Walk", "starts": "2026-07-06", "ends": "2026-07-08"}
    event = TypedFields(days, ZONE).event()

    assert isinstance(event, Event)
    assert event.ends == datetime(2026, 7, 8, 23, tzinfo=UTC)
    words = when(event, ZONE, words_for("en-GB"))
    assert words == "Monday 6 July 2026 to Wednesday 8 July 2026"


def test_who_wrote_it_may_be_said_part_by_part() -> None:
    fields = {"author": "Ann and Bo", "role": "Chairs", "organisation": "Hall, Wales"}
    post = TypedFields({"title": "Kettle", **fields}, ZONE).post()

    assert isinstance(post, Post)
    assert post.byline == Byline("Ann and Bo", "Chairs", "Hall, Wales")


def test_a_picture_may_be_decorative() -> None:
    post = TypedFields(FULL | {"picture_alt": "Decorative"}, ZONE).post()

    assert isinstance(post, Post)
    assert post.picture == Picture("https://example.org/k.png", decorative=True)


def test_an_event_may_be_called_off() -> None:
    fields = {"title": "Walk", "starts": "2026-07-06", "status": "cancelled"}
    event = TypedFields(fields, ZONE).event()

    assert isinstance(event, Event)
    assert event.state is EventState.CANCELLED


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"title": " "}, "title"),
        ({"url": "example.org/kettle"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"published": "yesterday"}, "published"),
        ({"picture": "/etc/passwd.png"}, "picture"),
        ({"picture_alt": ""}, "picture_alt"),
        ({"text": "![x](../k.png)"}, "text"),
        ({"text": "[" * 6000}, "text"),
        ({"topics": "t" * 99}, "topics"),
        ({"zone": "Mars/Olympus"}, "zone"),
    ],
)
def test_what_is_wrong_with_a_post_is_told_by_field(
    change: dict[str, str], fault: str
) -> None:
    outcome = TypedFields(FULL | change, ZONE).post()

    assert isinstance(outcome, tuple)
    assert [field_fault.field for field_fault in outcome] == [fault]
    assert isinstance(outcome[0], InputFault)
    assert outcome[0].words[0].isupper()


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({}, ["title", "starts"]),
        ({"title": "Walk", "starts": "soon"}, ["starts"]),
        ({"title": "W", "starts": "2026-07-06", "ends": "2026-07-05"}, ["ends"]),
        (
            {"title": "W", "starts": "2026-07-06", "ends": "2026-07-06 14:00"},
            ["ends"],
        ),
        ({"title": "W", "starts": "2026-07-06", "status": "off"}, ["status"]),
        (
            {"title": "W", "starts": "2026-07-06", "joining_url": "zoom"},
            ["joining_url"],
        ),
    ],
)
def test_what_is_wrong_with_an_event_is_told_by_field(
    fields: dict[str, str], faults: list[str]
) -> None:
    outcome = TypedFields(fields, ZONE).event()

    assert isinstance(outcome, tuple)
    assert [field_fault.field for field_fault in outcome] == faults


@pytest.mark.parametrize(
    ("starts", "zone", "faults"),
    [
        ("2026-03-29 01:30", ZONE, ["starts"]),
        ("29 March 2026 1:30am", ZONE, ["starts"]),
        ("2026-03-29 01:30", "Europe/Paris", []),
        ("2026-03-29T01:30Z", ZONE, []),
        ("2026-03-29 02:00", ZONE, []),
        ("2026-10-25 01:30", ZONE, []),
        ("2026-03-29", ZONE, []),
        ("2026-03-08 02:30", "America/New_York", ["starts"]),
        ("2026-03-08 02:30", "UTC", []),
    ],
)
def test_a_time_that_the_clocks_pass_over_is_told(
    starts: str, zone: str, faults: list[str]
) -> None:
    fields = {"title": "Walk", "text": "x", "starts": starts, "zone": zone}
    event = TypedFields(fields, ZONE).event()

    wrong = [] if isinstance(event, Event) else event
    assert [fault.field for fault in wrong] == faults
    assert all("the clocks go forward" in fault.words for fault in wrong)
