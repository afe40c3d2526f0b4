"""When two rows of a list speak of the same person."""

from dataclasses import replace
from typing import Any

import pytest

from digest.model.formats import LETTER
from digest.model.people.person import (
    Consent,
    HashedKeys,
    Person,
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


def test_of_two_with_the_same_keys_the_first_is_kept() -> None:
    people = PersonIndex[str]()
    for keys in (ANN, PersonKeys(post=ANN.post, phone=ANN.phone)):
        people.add(keys, "first" if keys is ANN else "second")
        people.add(keys, "again")

    assert people.find(ANN) == "first"
    assert people.find(PersonKeys(post=ANN.post)) == "first"
    assert people.find(PersonKeys(phone=ANN.phone)) == "first"
    other = PersonKeys("b@example.org", ANN.post, ANN.phone)
    assert people.find(other) == "second", "who had no email address may gain one"


@pytest.mark.parametrize(
    ("keys", "values"),
    [
        pytest.param(ANN, ["by post", "by post"], id="by door and phone"),
        pytest.param(PersonKeys(post=ANN.post), ["by post"], id="by door"),
        pytest.param(PersonKeys("a@example.org", phone="ann|1"), ["by phone"], id="no"),
        pytest.param(PersonKeys(ANN.email), [], id="by neither"),
        pytest.param(PersonKeys(post="b|zz99 1aa", phone="b|2"), [], id="by none held"),
    ],
)
def test_who_shares_a_name_with_a_door_or_a_phone_is_similar(
    keys: PersonKeys, values: list[str]
) -> None:
    people = PersonIndex[str]()
    people.add(PersonKeys(post=ANN.post, phone=ANN.phone), "by post")
    people.add(PersonKeys("c@example.org", phone="ann|1"), "by phone")

    assert people.similar(keys) == values


def test_what_is_said_anew_stands_over_what_is_stored_and_the_rest_stays() -> None:
    parts = ("basis", "method", "at", "wording")
    stored = Consent(*(f"old {part}" for part in parts))

    assert Consent().over(stored) == stored
    assert stored.over(Consent()) == stored
    for part in parts:
        anew = Consent(**{part: "new"})
        assert anew.over(stored) == replace(stored, **{part: "new"})


def test_a_person_of_whom_nothing_is_said_stays_as_stored() -> None:
    fields: dict[str, Any] = {
        "email": "ann@example.org",
        "phone": "01632 960155",
        "address": HOME,
        "format": LETTER,
        "schedule": "weekly",
        "topics": ("tea",),
        "language": "cy",
        "organiser": "Bo",
        "notes": "rings twice",
    }
    keys = PersonKeys("ann@example.org", post_key("Ann", HOME), "ann|01632960155")
    stored = Person("Ann", keys, **fields)

    assert Person("Ann", PersonKeys()).over(stored) == stored
    assert replace(stored, topics=()).over(stored).topics == ()
    moved = Person("Ann", PersonKeys(), address=ABROAD, phone="01632 960999")
    over = moved.over(stored)
    assert (over.address, over.phone) == (ABROAD, "01632 960999")
    assert over.keys.names()[1:] == [
        f"post:{post_key('Ann', ABROAD)}",
        "phone:ann|01632960999",
    ]


def test_only_what_is_stored_of_a_person_has_a_hash() -> None:
    assert HashedKeys("e", None, "p").targets() == {"email": "e", "phone": "p"}
    assert HashedKeys(None, "a", None).targets() == {"post": "a"}


def test_a_key_that_fits_is_readable_and_a_longer_one_still_tells_apart() -> None:
    def key(letters: int) -> str:
        return post_key("n" * letters, PostalAddress(("x",), "zz99 1aa"))

    longest = max(letters for letters in range(420) if key(letters).startswith("n"))

    assert len(key(longest)) == 380, "or whoever is stored would be somebody else"
    assert key(longest + 1) != key(longest + 2)


@pytest.mark.parametrize(
    ("phone", "key"),
    [
        ("", ""),
        ("0441632", "a|0441632"),
        ("44 1632 960155", "a|441632960155"),
        ("+33 1 23", "a|33123"),
    ],
)
def test_a_phone_of_another_country_or_exchange_stays_itself(
    phone: str, key: str
) -> None:
    assert phone_key("A", phone) == key
