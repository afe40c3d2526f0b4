"""Changing what is held about somebody, who stays the same person."""

import pytest
from sqlalchemy import Engine, insert, select

from digest.audience.editing import edit
from digest.audience.subject_access import find
from digest.audience.suppressing import suppress
from digest.errors import ImportRefused, NotFound
from digest.model.delivery.returned_letters import LetterReturnReason
from digest.model.delivery.suppression_reasons import letter_came_back
from digest.model.people.person import Person
from digest.store.base.engine import reading, writing
from digest.store.base.tables import reader, suppression
from digest.store.people import suppressions
from digest.store.staff import audit
from tests.builders import EIGHT
from tests.lists import ANN, BOB, CY, HASHER, imported
from tests.stored import a_stored_campaign

MOVED = {"address_1": "2 New Street", "address_2": "Exampleton", "postcode": "ZZ991AB"}


def edited(engine: Engine, who: str, **cells: str) -> Person:
    """Edit somebody and return them as they are then held."""
    with writing(engine) as connection:
        number = edit(connection, HASHER, who, cells, EIGHT).subscriber_id
    with reading(engine) as connection:
        return find(connection, str(number)).person


def test_who_moves_house_has_the_whole_new_address(engine: Engine) -> None:
    imported(engine, "Bob,,,1 Flat,EXAMPLETON,ZZ99 1AA")

    person = edited(engine, "bob", **MOVED)

    assert person.address
    assert person.address.on_envelope("Bob") == (
        *("Bob", "2 New Street", "EXAMPLETON", "ZZ99 1AB"),
    )


def test_a_changed_email_address_keeps_the_person(engine: Engine) -> None:
    imported(engine, ANN)

    person = edited(engine, "ann@example.org", email="new@example.org", name="Ann E.")

    assert (person.name, person.email) == ("Ann E.", "new@example.org")
    assert imported(engine, "Ann E.,new@example.org,,,,").unchanged == 1
    with reading(engine) as connection, pytest.raises(NotFound):
        find(connection, "ann@example.org")


def test_an_empty_cell_takes_away_what_was_held(engine: Engine) -> None:
    imported(engine, ANN.replace(",,,,", ",01632 960155,,,"))

    assert edited(engine, "ann@example.org", phone="").phone == ""


def test_a_reader_follows_and_the_act_is_on_record(engine: Engine) -> None:
    a_stored_campaign(engine)
    imported(engine, ANN)

    edited(engine, "ann@example.org", format="plain", schedule="weekly", language="cy")

    with reading(engine) as connection:
        row = connection.execute(select(reader)).one()
        act = audit.latest(connection, 1)[0].line()
    assert (row.format, row.schedule_id, row.language) == ("plain", 2, "cy")
    assert act.endswith("changed person 1: columns format and schedule and language")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        pytest.param({"email": "ann@example.org"}, "number 1, Ann Example", id="hers"),
        pytest.param({"schedule": "weakly"}, "is it “weekly”", id="no schedule"),
        pytest.param({"format": "tape"}, "not a format", id="no format"),
        pytest.param({"phone": ""}, "at least one way", id="nothing left"),
        pytest.param({"address_1": "1 Street"}, "no postcode", id="half an address"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    engine: Engine, cells: dict[str, str], words: str
) -> None:
    a_stored_campaign(engine)
    imported(engine, ANN, CY)

    with pytest.raises(ImportRefused, match=words):
        edited(engine, "2", **cells)


def test_who_asked_for_no_post_gets_none_at_the_new_house(engine: Engine) -> None:
    imported(engine, BOB)
    with writing(engine) as connection:
        suppress(connection, HASHER, "1", "asked by telephone", EIGHT)
        outcome = edit(connection, HASHER, "1", MOVED, EIGHT)

    assert outcome.suppressed == {"post": "asked by telephone"}
    assert imported(engine, BOB.replace("1AA", "1AB")).added == 0


def test_an_address_that_bounced_says_nothing_of_the_next(engine: Engine) -> None:
    imported(engine, ANN)
    with writing(engine) as connection:
        target = HASHER.hashed(find(connection, "1").person.keys).targets()["email"]
        row = {"channel": "email", "target_hash": target, "created_at": EIGHT}
        connection.execute(insert(suppression), [row | {"reason": "bounced: 5.1.1"}])
        outcome = edit(connection, HASHER, "1", {"email": "b@example.org"}, EIGHT)

    assert outcome.suppressed == {}


@pytest.mark.parametrize(
    ("reason", "holds_on"),
    [
        ("gone-away", False),
        ("not-known", False),
        ("refused", True),
        ("died", True),
    ],
)
def test_a_letter_that_came_back_says_something_of_the_door_or_of_the_person(
    engine: Engine, reason: str, *, holds_on: bool
) -> None:
    imported(engine, BOB)
    with writing(engine) as connection:
        why = letter_came_back("1.1", LetterReturnReason(reason))
        suppress(connection, HASHER, "1", why, EIGHT)
        outcome = edit(connection, HASHER, "1", MOVED, EIGHT)

    assert outcome.suppressed == ({"post": why} if holds_on else {})


def test_a_wish_that_came_after_a_bounce_goes_on_with_the_next_address(
    engine: Engine,
) -> None:
    imported(engine, ANN)
    with writing(engine) as connection:
        for why in ("asked by letter", "bounced: 5.1.1", "asked by letter"):
            suppress(connection, HASHER, "1", why, EIGHT)
        outcome = edit(connection, HASHER, "1", {"email": "b@example.org"}, EIGHT)
        target = HASHER.of_address("b@example.org")
        standing = suppressions.every(connection, {("email", target)})

    assert outcome.suppressed == {"email": "asked by letter"}
    assert [each.reason for each in standing[target]] == ["asked by letter"]


def test_a_letter_s_reference_says_who(engine: Engine) -> None:
    a_stored_campaign(engine)
    imported(engine, ANN, BOB)

    assert edited(engine, "2.14", notes="Rings twice").name == "Bob Example"


@pytest.mark.parametrize("name", ["Ada Lovell", "lovell", "Miss Ada Lovell"])
def test_a_name_that_nobody_has_is_answered_with_the_nearest(
    sqlite_engine: Engine, name: str
) -> None:
    imported(sqlite_engine, "Mrs Ada Lovell,ada@example.org,,,,")
    with reading(sqlite_engine) as connection:
        with pytest.raises(NotFound, match=r"is it “Mrs Ada Lovell” \(number 1\)\?"):
            find(connection, name)
        with pytest.raises(NotFound, match="give an email address"):
            find(connection, "Zoe")
