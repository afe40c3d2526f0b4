"""Whom a list has given already, known in little memory as `PersonIndex` knows them."""

from hypothesis import given
from hypothesis import strategies as st

from digest.audience.lists.person_lines import HashedLines, NewLines, PersonLines
from digest.model.people.person import PersonIndex, PersonKeys

WORDS = st.sampled_from(["", "a", "b", "c"])
PEOPLE = st.lists(st.builds(PersonKeys, WORDS, WORDS, WORDS), max_size=12)


@given(PEOPLE)
def test_the_same_people_are_known_again(people: list[PersonKeys]) -> None:
    lines, index = PersonLines(), PersonIndex[int]()
    for line, keys in enumerate(people, 1):
        earlier = index.find(keys)
        if earlier is None:
            index.add(keys, line)
        assert (lines.first(keys, "", line) or None) == earlier


def test_a_lists_own_reference_goes_before_all_else() -> None:
    lines = PersonLines()
    assert lines.first(PersonKeys("ann@example.org"), "7", 2) == 0
    assert lines.first(PersonKeys("bob@example.org"), "7", 3) == 2
    assert lines.first(PersonKeys("ann@example.org"), "8", 4) == 2


def test_many_numbers_are_kept_apart() -> None:
    lines = HashedLines()
    for number in range(1, 200_000, 7):
        assert lines.first(number, number + 1) == 0
    assert lines.get(8) == 9
    assert lines.get(9) == 0
    assert lines.first(8, 5) == 9


@given(st.lists(st.integers(1, 40), unique=True))
def test_new_subscribers_are_known_by_their_lines_in_any_order(
    numbers: list[int],
) -> None:
    lines = NewLines()
    for line, number in enumerate(numbers, 2):
        assert lines.get(number) == 0
        lines.add(number, line)

    assert [lines.get(number) for number in range(42)] == [
        numbers.index(number) + 2 if number in numbers else 0 for number in range(42)
    ]
