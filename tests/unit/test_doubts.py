"""What is said of a copy that may have arrived without our knowing."""

import pytest

from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.doubts import doubt_in_words

S = DeliveryState


@pytest.mark.parametrize("state", sorted(S))
def test_of_a_copy_without_a_doubt_nothing_is_said(state: DeliveryState) -> None:
    assert not doubt_in_words(state, 0)


@pytest.mark.parametrize(
    ("state", "doubts", "words"),
    [
        (S.UNCERTAIN, 1, "may have arrived"),
        (S.PLANNED, 1, "may have arrived"),
        (S.HANDING_OVER, 1, "may have arrived twice"),
        (S.ACCEPTED, 1, "may have arrived twice"),
        (S.REFUSED, 1, "may have arrived"),
        (S.CANCELLED, 1, "may have arrived"),
        (S.EXPIRED, 1, "may have arrived"),
        (S.UNCERTAIN, 2, "may have arrived twice"),
        (S.REFUSED, 2, "may have arrived twice"),
        (S.ACCEPTED, 2, "may have arrived 3 times"),
        (S.UNCERTAIN, 3, "may have arrived 3 times"),
        (S.ACCEPTED, 3, "may have arrived 4 times"),
    ],
)
def test_it_says_how_often(state: DeliveryState, doubts: int, words: str) -> None:
    assert doubt_in_words(state, doubts) == words
