"""Suppressing, erasing and showing what is held about one person."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from digest.audience.erasing import erase
from digest.audience.subject_access import everything, find
from digest.audience.suppressing import lift, suppress
from digest.errors import NotFound
from digest.store.base.engine import reading, writing
from digest.store.base.tables import metadata, suppression
from tests.builders import EIGHT
from tests.lists import ANN, BOB, CY, HASHER, TWO_LISTS, a_copy, imported, states
from tests.stored import a_stored_campaign

LATER = EIGHT + timedelta(days=1)
HEAD = "name,email,phone,address_1,address_2,postcode,notes,consent_wording,topics"
FULL = (
    "Siân Llywelyn,sian.llywelyn@example.org,01632 960177,7 Heron Walk,TIDEWELL,"
    "ZZ99 7QQ,rings on Fridays,yes please to Siân,knitting"
)
TRACES = ("Llywelyn", "llywelyn@", "960177", "Heron", "ZZ99 7QQ", "Fridays", "please")


@pytest.fixture
def audience(engine: Engine) -> Engine:
    a_stored_campaign(engine, TWO_LISTS)
    imported(engine, FULL, head=HEAD)
    imported(engine, ANN, BOB, CY)
    return engine


def stored_text(engine: Engine) -> str:
    """Return every value of every row as text."""
    with reading(engine) as connection:
        return "\n".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        )


def test_everything_held_is_shown(audience: Engine) -> None:
    a_copy(audience, "accepted")
    with reading(audience) as connection:
        facts = everything(connection, HASHER, "siân llywelyn")

    assert facts["email"] == "sian.llywelyn@example.org"
    assert [entry["list"] for entry in facts["subscriptions"]] == ["lantern"]
    assert [entry["campaign"] for entry in facts["campaigns"]] == ["lantern-week"]
    assert [entry["state"] for entry in facts["copies"]] == ["accepted"]
    text = json.dumps(facts, default=str, ensure_ascii=False)
    assert [trace for trace in TRACES if trace not in text] == []


@pytest.mark.parametrize(
    "who", ["1", "Siân Llywelyn", "siân llywelyn", "SIAN.Llywelyn@example.org", " 1 "]
)
def test_people_are_found_by_id_name_or_address(audience: Engine, who: str) -> None:
    with reading(audience) as connection:
        assert find(connection, who).id == 1


@pytest.mark.parametrize("who", ["nobody", "x@example.org", "@", "999", "", "9" * 40])
def test_whoever_is_not_held_is_said_to_be_not(audience: Engine, who: str) -> None:
    with reading(audience) as connection, pytest.raises(NotFound, match="nobody"):
        find(connection, who)


def test_namesakes_are_told_apart_by_id(audience: Engine) -> None:
    imported(audience, "Ann Example,other@example.org,,,,")
    with reading(audience) as connection, pytest.raises(NotFound, match="2, 5"):
        find(connection, "Ann Example")


def test_erasing_leaves_nothing_but_hashes(audience: Engine) -> None:
    a_copy(audience, "planned")
    erased = erase(audience, HASHER, "sian.llywelyn@example.org", LATER)

    assert erased.channels == ("email", "post", "phone")
    assert [
        trace
        for trace in (*TRACES, "550 <", "knitting")
        if trace in stored_text(audience)
    ] == []
    assert states(audience) == ["cancelled"]
    assert "ann@example.org" in stored_text(audience)


def test_erasing_leaves_nothing_in_the_file_either(audience: Engine) -> None:
    if audience.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps its own files, and vacuums them by itself")
    erase(audience, HASHER, "1", LATER)
    folder = Path(str(audience.url.database)).parent
    files = b"".join(path.read_bytes() for path in folder.glob("digest.db*"))

    assert [trace for trace in TRACES if trace.encode() in files] == []
    assert b"ann@example.org" in files


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(FULL, id="the same row"),
        pytest.param("S,sian.llywelyn@example.org,,,,,,,", id="the email address"),
        pytest.param("Siân Llywelyn,,,9 Heron Walk,T,ZZ997QQ,,,", id="the door"),
        pytest.param("Siân Llywelyn,,+44 1632 960177,,,,,,", id="the phone"),
    ],
)
def test_nobody_erased_is_brought_back(audience: Engine, row: str) -> None:
    erase(audience, HASHER, "1", LATER)
    report = imported(audience, row, head=HEAD)

    assert [problem.wrong for problem in report.not_brought_back] == [
        "is suppressed (erased)"
    ]


def test_erasing_one_row_keeps_a_second_of_the_same_person_served(
    audience: Engine,
) -> None:
    imported(audience, FULL.replace("sian.", "s."), head=HEAD, is_same=False)
    erased = erase(audience, HASHER, "1", LATER)

    assert erased.channels == ("email",)


def test_erasing_again_says_that_nobody_is_there(audience: Engine) -> None:
    erase(audience, HASHER, "1", LATER)
    with pytest.raises(NotFound):
        erase(audience, HASHER, "sian.llywelyn@example.org", LATER)

    assert erase(audience, HASHER, "1", LATER).channels == ()


def test_an_address_nobody_has_can_be_suppressed(audience: Engine) -> None:
    with writing(audience) as connection:
        channels = suppress(connection, HASHER, "New@example.org", "asked", EIGHT)
    report = imported(audience, "New,new@example.org,,,,")

    assert channels == ("email",)
    assert [problem.column for problem in report.not_brought_back] == ["email"]
    assert "new@example.org" not in stored_text(audience)


def test_suppressing_a_person_cancels_what_is_planned(audience: Engine) -> None:
    a_copy(audience, "planned")
    with writing(audience) as connection:
        channels = suppress(connection, HASHER, "Siân Llywelyn", "asked", EIGHT)

    assert channels == ("email", "post", "phone")
    assert states(audience) == ["cancelled"]


def test_a_suppression_can_be_lifted(audience: Engine) -> None:
    with writing(audience) as connection:
        suppress(connection, HASHER, "ann@example.org", "asked", EIGHT)
        assert lift(connection, HASHER, "ann@example.org", EIGHT) == 1
        assert lift(connection, HASHER, "ann@example.org", EIGHT) == 0
        assert connection.scalar(select(suppression)) is None


def test_a_suppression_of_no_address_is_refused(audience: Engine) -> None:
    with writing(audience) as connection, pytest.raises(NotFound, match="not an email"):
        suppress(connection, HASHER, "ann@", "asked", EIGHT)
