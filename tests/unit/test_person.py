"""When two rows of a list speak of the same person."""

import pytest

from digest.model.people.person import (
    PersonIndex,
    PersonKeys,
    phone_key,
    post_key,
)
from digest.model.people.postal_address import PostalAddress

HOME = PostalAddress(("1 Example Street", "EXAMPLETON"), "ZZ99 1AA")
ABROAD = PostalAddress(("1 Rue Exemple", "75000 Paris"), "", "France")

ANN = PersonKeys("ann@example.org", "ann|zz99 1aa", "ann|01632960155")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        pytest.param(ANN, ANN, True, id="all the same"),
        pytest.param(ANN, PersonKeys(email=ANN.email), True, id="email alone"),
        pytest.param(ANN, PersonKeys(post=ANN.post), True, id="no email, same door"),
        pytest.param(ANN, PersonKeys(phone=ANN.phone), True, id="only the phone"),
        pytest.param(
            ANN,
            PersonKeys("b@example.org", ANN.post, ANN.phone),
            False,
            id="other email",
        ),
        pytest.param(
            PersonKeys(post=ANN.post), ANN, True, id="gained an email address"
        ),
        pytest.param(
            PersonKeys(phone=ANN.phone), ANN, True, id="had only a phone before"
        ),
        pytest.param(
            PersonKeys(phone=ANN.phone),
            PersonKeys(post="ann|zz99 2bb", phone=ANN.phone),
            True,
            id="gained a postal address",
        ),
        pytest.param(
            PersonKeys(post=ANN.post, phone=ANN.phone),
            PersonKeys(post="ann|zz99 2bb", phone=ANN.phone),
            True,
            id="moved, same phone",
        ),
        pytest.param(
            PersonKeys(email="a@example.org"), PersonKeys(post="a|b"), False, id="apart"
        ),
    ],
)
def test_the_same_person(first: PersonKeys, second: PersonKeys, *, same: bool) -> None:
    people = PersonIndex[str]()
    people.add(first, "somebody")

    assert (people.find(second) is not None) is same


def test_the_best_key_names_a_person() -> None:
    assert ANN.identity == "email:ann@example.org"
    assert PersonKeys(post="p", phone="1").identity == "post:p"
    assert PersonKeys(phone="1").identity == "phone:1"


def test_a_street_spelt_otherwise_is_the_same_door() -> None:
    other = PostalAddress(("1, Example St", "Exampleton"), "ZZ99 1AA")

    assert post_key("Ann Example", HOME) == post_key("ann example", other)
    assert post_key("Ann Example", ABROAD) != post_key("Ann Example", HOME)


def test_a_key_fits_its_column_however_long_the_address() -> None:
    long = PostalAddress(tuple("x" * 300 for _ in range(5)), "", "France")

    assert len(f"post:{post_key('Ann', long)}") <= 400


@pytest.mark.parametrize(
    "written",
    ["01632 960155", "+44 1632 960155", "0044 (0)1632 960-155", "(01632) 960 155"],
)
def test_a_phone_is_known_however_it_is_written(written: str) -> None:
    assert phone_key("Ann", written) == "ann|01632960155"
