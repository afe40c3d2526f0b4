"""What staff say of an edition: the order of its posts, and kept and read again."""

import pytest

from digest.errors import DigestError
from digest.model.editions.steering import Steering
from digest.model.posts.blocks import CallToAction, Paragraph, Picture, TextSpan
from digest.schedule.editions.steering.notes import note_of
from tests.builders import words

IDS = (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("steering", "order"),
    [
        pytest.param(Steering(), [1, 2, 3, 4], id="as they come"),
        pytest.param(Steering(pinned=(3,)), [3, 1, 2, 4], id="one pinned"),
        pytest.param(Steering(pinned=(4, 2)), [4, 2, 1, 3], id="two, in their order"),
        pytest.param(Steering(order=(2, 1)), [2, 1, 3, 4], id="new ones come last"),
        pytest.param(Steering(order=(9, 2, 1)), [2, 1, 3, 4], id="one has gone"),
        pytest.param(
            Steering(pinned=(4,), order=(4, 3, 2, 1)), [4, 3, 2, 1], id="both"
        ),
    ],
)
def test_the_order_of_posts(steering: Steering, order: list[int]) -> None:
    assert steering.in_order(IDS) == order


@pytest.mark.parametrize(
    ("steering", "post", "place", "order"),
    [
        pytest.param(Steering(), 4, 1, [4, 1, 2, 3], id="to the top"),
        pytest.param(Steering(), 1, 3, [2, 3, 1, 4], id="down"),
        pytest.param(Steering(), 1, 99, [2, 3, 4, 1], id="to the end"),
        pytest.param(Steering(pinned=(2,)), 4, 1, [2, 4, 1, 3], id="not above a pin"),
        pytest.param(Steering(pinned=(2,)), 2, 3, [2, 1, 3, 4], id="a pin stays above"),
        pytest.param(Steering(pinned=(2, 3)), 3, 1, [3, 2, 1, 4], id="among pins"),
    ],
)
def test_a_post_is_moved(
    steering: Steering, post: int, place: int, order: list[int]
) -> None:
    moved = steering.moved(IDS, post, place)

    assert moved.in_order(IDS) == order
    assert set(moved.pinned) == set(steering.pinned)


def test_a_pin_that_is_not_in_it_just_now_stays_one() -> None:
    assert Steering(pinned=(9, 2)).moved(IDS, 4, 1).pinned == (2, 9)


def test_a_pin_is_taken_off() -> None:
    assert Steering(pinned=(2, 3)).without_pin(2) == Steering(pinned=(3,))


def test_what_is_stored_is_read_again() -> None:
    steering = Steering(words("Ring Wilf."), "Nine winters", "And more", (3,), (1, 2))

    assert Steering.from_json(steering.to_json()) == steering
    assert Steering.from_json({}) == Steering()


def test_what_is_said_otherwise_is_rendered_anew() -> None:
    marks = {
        each.mark
        for each in (Steering(), Steering(subject="A"), Steering(preheader="A"))
    }

    assert "" in marks
    assert len(marks) == 3


def test_a_note_is_of_the_closed_set_and_has_no_headings() -> None:
    note = note_of(
        "# Please\n\nThe walk is on **Tuesday**. <script>alert(1)</script>\n\n"
        '<a class="button" href="javascript:alert(1)">Ring</a>\n\n'
        '<a class="button" href="https://example.org/wilf">Ring</a>'
    )

    assert note[0] == Paragraph((TextSpan("Please", strong=True),))
    assert note[1] == Paragraph(
        (TextSpan("The walk is on "), TextSpan("Tuesday", strong=True), TextSpan("."))
    )
    assert "javascript" not in str(note)
    assert "alert" not in str(note)
    assert note[-1] == CallToAction("Ring", "https://example.org/wilf")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("![x](https://example.org/a.png)", "no pictures", id="picture"),
        pytest.param(
            "- ![x](https://example.org/a.png)", "no pictures", id="in a list"
        ),
        pytest.param(
            "> ![x](https://example.org/a.png)", "no pictures", id="in a quote"
        ),
        pytest.param("x" * 5_001, "5,000 characters", id="too long"),
        pytest.param("> " * 70 + "x", "nested too deep", id="too deep"),
    ],
)
def test_a_note_that_is_refused(text: str, why: str) -> None:
    with pytest.raises(DigestError, match=why):
        note_of(text)


def test_the_closed_set_has_pictures_and_a_note_has_none() -> None:
    assert not any(isinstance(block, Picture) for block in note_of("A lamp."))
