"""The targets of `make fuzz` run, and find what is worse than a refusal."""

import pytest

from digest.errors import SourceError
from tests.fuzz.seeds import PIECES, SEEDS
from tests.fuzz.targets import TARGETS, run


@pytest.mark.parametrize("name", TARGETS)
def test_every_beginning_of_a_seed_is_read_or_refused_in_words(name: str) -> None:
    for seed in SEEDS[name]:
        for end in range(0, len(seed) + 1, 5):
            run(TARGETS[name], seed[:end])


@pytest.mark.parametrize("name", TARGETS)
def test_every_pair_of_pieces_is_read_or_refused_in_words(name: str) -> None:
    for piece in PIECES[name]:
        for other in PIECES[name]:
            run(TARGETS[name], piece + other)


@pytest.mark.parametrize(
    "worse",
    [
        pytest.param(KeyError("x"), id="a fault of ours"),
        pytest.param(UnicodeDecodeError("utf-8", b"", 0, 1, "x"), id="a parser's own"),
        pytest.param(SourceError("one\ntwo"), id="more than a line"),
    ],
)
def test_what_is_worse_than_a_refusal_is_found(worse: Exception) -> None:
    def target(_content: bytes) -> None:
        raise worse

    with pytest.raises((AssertionError, KeyError)):
        run(target, b"")
