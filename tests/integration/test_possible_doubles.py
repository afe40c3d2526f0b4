"""People who may be held twice are found by what both have, on both databases."""

import pytest
from sqlalchemy import Engine

from digest.audience.doubles.possible import (
    ask_again,
    possible_doubles,
    tell_apart,
)
from digest.audience.editing import edit
from digest.errors import DigestError
from digest.store import limits
from digest.store.base.engine import reading, writing
from tests.builders import EIGHT
from tests.lists import HASHER, imported
from tests.stored import a_stored_campaign

PEOPLE = (
    "Ann Example,ann@example.org,,1 Street,Tidewell,ZZ99 1AA",
    "ann example,ann+news@example.org,,,,",
    "Bob Quill,bob@example.org,01632 960155,,,",
    "Robert Quill,,+44 (0)1632 960-155,,,",
    "John Smith,john@example.org,,2 Street,Tidewell,ZZ99 1AB",
    "Jon Smyth,jon@example.org,,2 Street,Tidewell,ZZ99 1AB",
    "Mrs Cy Apart,cy@example.org,,,,",
    "Dee Lone,,01632 960156,,,",
    "Dee Lone,dee@example.org,,,,",
    "Eve Same,eve@example.org,,3 Street,Tidewell,ZZ99 1AC",
    "Eve Same,eve@example.com,,4 Street,Tidewell,ZZ99 1AC",
)
PAIRS = [
    ("mailbox", 1, 2),
    ("name-and-postcode", 10, 11),
    ("phone", 3, 4),
    ("look-alike", 5, 6),
    ("name", 8, 9),
]


def offered(engine: Engine) -> list[tuple[str, int, int]]:
    with reading(engine) as connection:
        doubles = possible_doubles(connection, 100)
    return [(each.signs[0], each.first.id, each.second.id) for each in doubles]


@pytest.fixture
def people(engine: Engine) -> Engine:
    """Return a database with eleven people, five of them perhaps held twice."""
    a_stored_campaign(engine)
    imported(engine, *PEOPLE, is_same=False)
    return engine


def test_each_pair_is_offered_once_the_surest_first(people: Engine) -> None:
    assert offered(people) == PAIRS

    by_ones = []
    with reading(people) as connection:
        after = None
        while page := possible_doubles(connection, 1, after):
            after = page[0].pair
            by_ones.append((page[0].signs[0], page[0].first.id, page[0].second.id))
    assert by_ones == PAIRS


def test_who_are_two_people_is_asked_once(people: Engine) -> None:
    with writing(people) as connection:
        assert tell_apart(connection, "11", "10", EIGHT)
        assert not tell_apart(connection, "10", "11", EIGHT)
    assert offered(people) == [pair for pair in PAIRS if pair[1] != 10]

    with writing(people) as connection:
        assert ask_again(connection, "10", "11", EIGHT)
    assert offered(people) == PAIRS
    with writing(people) as connection, pytest.raises(DigestError, match="two people"):
        tell_apart(connection, "10", "10", EIGHT)


def test_what_is_changed_of_somebody_counts_at_once(people: Engine) -> None:
    with writing(people) as connection:
        edit(connection, HASHER, "7", {"phone": "01632 960 156"}, EIGHT)
        edit(connection, HASHER, "6", {"name": "Zoe Other"}, EIGHT)

    signs = offered(people)

    assert ("phone", 7, 8) in signs
    assert ("look-alike", 5, 6) not in signs


@pytest.mark.parametrize("more", [0, 1])
def test_a_phone_of_a_home_says_nothing(engine: Engine, more: int) -> None:
    homes = limits.DOUBLES_IN_A_GROUP + more
    rows = (
        f"N{'x' * n} {chr(65 + n)}us,n{n}@example.org,01632 960155,,,"
        for n in range(homes)
    )
    imported(engine, *rows)

    assert bool(offered(engine)) is not bool(more)
