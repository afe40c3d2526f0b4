"""Which post of a long page is which, from one reading to the next."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.pages.recognition import PostSigns, RememberedPost, recognised_posts

WORDS = (
    "We walked down to the river with forty lanterns and one very patient dog, and "
    "when it rained nobody went home, because somebody had brought soup for us all."
)
OTHER = (
    "The council has asked who decides where the bus stops, and the answer that it "
    "was given by the people who wait there every morning filled eleven pages."
)


def signs(title: str = "Lanterns", words: str = WORDS, **place: str) -> PostSigns:
    return PostSigns.of(title, words, **place)


def keys(
    posts: Sequence[PostSigns], before: Sequence[RememberedPost] = ()
) -> list[str]:
    return [post.key for post in recognised_posts(posts, before)]


def test_titles_of_marks_alone_have_keys_too() -> None:
    new_keys = keys([signs("???"), signs("...", OTHER), signs("!", "")])

    assert all(new_keys)
    assert len(set(new_keys)) == 3


MONDAY = {"day": "2026-07-06"}
TUESDAY = {"day": "2026-07-07"}
EDITED = WORDS.replace("forty", "fifty").replace("soup", "cake")
HALF = " ".join(WORDS.split()[:20]) + " and then " + OTHER[:60]


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        pytest.param(signs(**MONDAY), signs(**MONDAY), True, id="nothing changed"),
        pytest.param(
            signs(**MONDAY), signs(words=OTHER, **MONDAY), True, id="all its words"
        ),
        pytest.param(
            signs(**MONDAY),
            signs("Forty lanterns", EDITED, **MONDAY),
            True,
            id="its title, and some of its words",
        ),
        pytest.param(
            signs(**MONDAY), signs(words=HALF, **TUESDAY), True, id="its day, and half"
        ),
        pytest.param(
            signs(**MONDAY), signs("Rain", **TUESDAY), True, id="its title and its day"
        ),
        pytest.param(signs(), signs(words=EDITED), True, id="words, without a day"),
        pytest.param(
            signs(anchor="lanterns"),
            signs("Rain", EDITED, anchor="lanterns"),
            True,
            id="its title and words, at its own anchor",
        ),
        pytest.param(
            signs(**MONDAY),
            signs(words=OTHER, **TUESDAY),
            False,
            id="another under the same title on another day",
        ),
        pytest.param(
            signs(**MONDAY), signs("Buses", OTHER, **MONDAY), False, id="another"
        ),
        pytest.param(
            signs(anchor="latest"),
            signs("Buses", OTHER, anchor="latest"),
            False,
            id="another at an anchor that is used again",
        ),
        pytest.param(
            signs("One", "Too few.", **MONDAY),
            signs("Two", "Too few.", **TUESDAY),
            False,
            id="a few words that many posts might say",
        ),
    ],
)
def test_a_post_is_known_by_two_of_its_place_title_and_words(
    before: PostSigns,
    after: PostSigns,
    is_same: bool,  # noqa: FBT001 - a case
) -> None:
    remembered = recognised_posts([before], ())

    assert (keys([after], remembered) == [remembered[0].key]) is is_same


def test_an_anchor_that_counts_places_is_none() -> None:
    first, second = signs(anchor="post1"), signs("Buses", OTHER, anchor="post2")
    remembered = recognised_posts([first, second], ())
    new = signs("Soup", "A third thing altogether.", anchor="post1")
    moved = [signs(anchor="post2"), signs("Buses", OTHER, anchor="post3")]

    assert keys([new, *moved], remembered)[1:] == [post.key for post in remembered]


def test_a_key_says_which_post_it_is_and_fits_an_index() -> None:
    assert keys([signs("The river, again!", **MONDAY)]) == [
        "the-river-again 2026-07-06"
    ]
    assert keys([signs(anchor="post-12345")]) == ["#post-12345"]
    assert len(keys([signs("river " * 400)])[0]) < 300


def test_two_posts_that_are_alike_have_keys_of_their_own() -> None:
    new_keys = keys([signs(**MONDAY), signs(words=OTHER, **MONDAY)])

    assert len(set(new_keys)) == 2


def _texts(count: int) -> list[PostSigns]:
    words = random.Random(7)  # noqa: S311 - the same words every time
    return [
        signs(
            f"Title {number}",
            " ".join(words.choices(WORDS.split() + OTHER.split(), k=60)),
            day=f"2026-07-{6 + number % 5:02}",
        )
        for number in range(count)
    ]


@given(st.permutations(range(12)), st.integers(0, 12))
def test_posts_keep_their_keys_wherever_others_come_and_go(
    order: list[int], count: int
) -> None:
    posts = _texts(12)
    remembered = recognised_posts(posts[:count], ())
    later = [posts[number] for number in order]
    by_number = dict(zip(order, keys(later, remembered), strict=True))

    assert [by_number[number] for number in range(count)] == [
        post.key for post in remembered
    ]
    assert len(set(by_number.values())) == 12
