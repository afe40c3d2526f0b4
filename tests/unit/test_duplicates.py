"""When two items are one post: by address, or by title and words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.model.posts.duplicates import (
    DuplicateEvidence,
    canonical_address,
    is_same_elsewhere,
    is_same_here,
)
from tests.builders import EIGHT, a_post, an_event, words

PAGE = "https://example.org/news/kettle"


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/news/kettle",
        "https://www.example.org/news/kettle/",
        "https://EXAMPLE.org:443/news/kettle",
        "https://example.org/news/kettle?utm_source=x&fbclid=1",
        "https://example.org/news/kettle/index.html",
    ],
)
def test_addresses_of_one_page_are_one_address(address: str) -> None:
    assert canonical_address(address) == canonical_address(PAGE) != ""


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/news/kettles",
        "https://example.org/news/kettle?page=2",
        "https://example.org/news/kettle#tuesday",
        "https://other.example.org/news/kettle",
        "https://example.org:8443/news/kettle",
    ],
)
def test_addresses_of_other_pages_differ(address: str) -> None:
    assert canonical_address(address) != canonical_address(PAGE)


@pytest.mark.parametrize(
    "address", ["", "https://example.org", "https://example.org/", "https://[x/y"]
)
def test_a_front_page_names_no_post(address: str) -> None:
    assert canonical_address(address) == ""


A = a_post("a", url=PAGE)
B = a_post("b", url="https://example.net/else", title="Else", body=words("No. " * 20))


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param(replace(B, url=PAGE + "/"), True, id="the same address"),
        pytest.param(replace(A, url=""), True, id="the same title and words"),
        pytest.param(
            replace(A, url="", title="The kettle is ALWAYS on!"),
            True,
            id="another case and punctuation",
        ),
        pytest.param(B, False, id="another post"),
        pytest.param(replace(A, url="", title="Urn"), False, id="another title"),
        pytest.param(
            replace(A, url="", body=words("Quite other words, but enough of them.")),
            False,
            id="other words",
        ),
        pytest.param(
            replace(A, url="", published=EIGHT + timedelta(days=7)),
            False,
            id="the same notice a week later",
        ),
        pytest.param(
            replace(A, url="", published=EIGHT + timedelta(days=2)),
            True,
            id="taken over two days later",
        ),
        pytest.param(replace(A, url="", published=None), True, id="without a date"),
    ],
)
def test_a_post_in_another_source(other: object, is_same: bool) -> None:  # noqa: FBT001
    marks = DuplicateEvidence.of(other)  # type: ignore[arg-type]  # posts, every one

    assert is_same_elsewhere(DuplicateEvidence.of(A), marks) is is_same
    assert is_same_elsewhere(marks, DuplicateEvidence.of(A)) is is_same


def test_few_words_are_no_evidence() -> None:
    short = a_post(body=words("See you there."), url="")

    assert not is_same_elsewhere(
        DuplicateEvidence.of(short), DuplicateEvidence.of(short)
    )


def test_few_words_tell_of_one_address() -> None:
    short = a_post("a", url=PAGE, body=words("See you there."))
    twice = replace(short, key="b", published=EIGHT + timedelta(minutes=4))

    assert is_same_here(DuplicateEvidence.of(short), DuplicateEvidence.of(twice))
    elsewhere = replace(twice, url=f"{PAGE}/2", published=short.published)
    assert not is_same_here(
        DuplicateEvidence.of(short), DuplicateEvidence.of(elsewhere)
    )


def test_events_are_one_where_and_when_they_are() -> None:
    event = an_event()

    assert is_same_elsewhere(
        DuplicateEvidence.of(event), DuplicateEvidence.of(an_event("other"))
    )
    for change in ({"starts": EIGHT}, {"place": "Elsewhere"}, {"title": "Dance"}):
        assert not is_same_elsewhere(
            DuplicateEvidence.of(event), DuplicateEvidence.of(an_event(**change))
        )


def test_a_post_and_an_event_about_it_are_two_things() -> None:
    event = an_event(url=PAGE)

    assert not is_same_elsewhere(DuplicateEvidence.of(A), DuplicateEvidence.of(event))


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param(
            replace(A, key="n", url="https://new.example/k"), True, id="moved"
        ),
        pytest.param(replace(A, published=None), False, id="one has no date"),
        pytest.param(
            replace(A, published=EIGHT + timedelta(days=1)), False, id="said again"
        ),
        pytest.param(
            replace(A, key="n", published=EIGHT + timedelta(hours=12)),
            True,
            id="put in twice",
        ),
        pytest.param(
            replace(
                A, url="https://new.example/k", published=EIGHT + timedelta(hours=1)
            ),
            False,
            id="another address and date",
        ),
        pytest.param(
            replace(A, title="Urn"), False, id="one address and another title"
        ),
    ],
)
def test_a_post_in_the_same_source(other: object, is_same: bool) -> None:  # noqa: FBT001
    assert is_same_here(DuplicateEvidence.of(A), DuplicateEvidence.of(other)) is is_same  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("apart", "is_same"),
    [(timedelta(days=3), True), (timedelta(days=3, microseconds=1), False)],
)
def test_the_same_words_after_more_than_three_days_are_a_new_notice(
    apart: timedelta,
    is_same: bool,  # noqa: FBT001 - a column of the table
) -> None:
    first = DuplicateEvidence("", "words", EIGHT)

    for other in (EIGHT + apart, EIGHT - apart):
        assert (
            is_same_elsewhere(first, DuplicateEvidence("", "words", other)) is is_same
        )


@pytest.mark.parametrize(("letters", "tells"), [(39, False), (40, True)])
def test_forty_letters_tell_a_post(
    letters: int,
    tells: bool,  # noqa: FBT001 - a column of the table
) -> None:
    post = a_post(url="", body=words("x" * letters))

    assert bool(DuplicateEvidence.of(post).words) is tells


@pytest.mark.parametrize(
    ("port", "is_usual"), [(80, True), (443, True), (81, False), (8080, False)]
)
def test_only_a_usual_port_is_none(
    port: int,
    is_usual: bool,  # noqa: FBT001 - a column of the table
) -> None:
    with_port = canonical_address(f"http://example.org:{port}/a")

    assert (with_port == canonical_address("http://example.org/a")) is is_usual
