"""People are looked up by index, in order of names, on both databases."""

import pytest
from sqlalchemy import Engine, text

from digest.store.base.engine import reading
from digest.store.people import searching
from digest.store.people.searching import PersonSearch, SearchField
from digest.store.reports.people import person_history
from tests.lists import imported

PEOPLE = (
    "Ann O'Hara,ann@example.org,,,,",
    "bea Quill-Ohara,,01632 960155,,,",
    "Åsa_Öberg,,+44 (0)1632 960-156,1 Street,Tidewell,ZZ99 1AA",
    "Cy Quill,,,2 Street,Tidewell,ZZ9 1AB",
)


@pytest.fixture
def people(engine: Engine) -> Engine:
    """Return a database with four people."""
    imported(engine, *PEOPLE)
    return engine


@pytest.mark.parametrize(
    ("by", "words", "names"),
    [
        pytest.param(SearchField.NAME, "ohara", ["bea Quill-Ohara"], id="a hyphen"),
        pytest.param(SearchField.NAME, "hara", ["Ann O'Hara"], id="an apostrophe"),
        pytest.param(
            SearchField.NAME, "QUILL", ["bea Quill-Ohara", "Cy Quill"], id="two"
        ),
        pytest.param(SearchField.NAME, "åsa_ö", ["Åsa_Öberg"], id="letters of all"),
        pytest.param(SearchField.NAME, "åsa%", [], id="no wildcard"),
        pytest.param(SearchField.EMAIL, "ANN@", ["Ann O'Hara"], id="an email"),
        pytest.param(SearchField.POSTCODE, "zz9 1", ["Cy Quill"], id="one district"),
        pytest.param(SearchField.PHONE, "01632960156", ["Åsa_Öberg"], id="a phone"),
        pytest.param(
            SearchField.PHONE, "0044 1632 960155", ["bea Quill-Ohara"], id="0044"
        ),
    ],
)
def test_whoever_has_it_is_found(
    people: Engine, by: SearchField, words: str, names: list[str]
) -> None:
    with reading(people) as connection:
        rows = searching.page(connection, PersonSearch(by, words), 10)

    assert [each.person.name for each in rows] == names


def test_pages_have_everybody_once(people: Engine) -> None:
    names: list[str] = []
    after = None
    with reading(people) as connection:
        while rows := searching.page(connection, PersonSearch(after=after), 1):
            names += [each.person.name for each in rows]
            after = rows[-1].id

    assert sorted(names) == sorted(line.partition(",")[0] for line in PEOPLE)


@pytest.mark.parametrize(
    ("search", "index"),
    [
        pytest.param(PersonSearch(), "ix_subscriber_name_key", id="everybody"),
        pytest.param(
            PersonSearch(words="quill"), "ix_subscriber_name_key", id="a name"
        ),
        pytest.param(
            PersonSearch(SearchField.EMAIL, "ann@"), "identity", id="an email"
        ),
        pytest.param(
            PersonSearch(SearchField.POSTCODE, "ZZ9"),
            "ix_subscriber_postcode",
            id="code",
        ),
    ],
)
def test_no_search_reads_every_row(
    sqlite_engine: Engine, search: PersonSearch, index: str
) -> None:
    with reading(sqlite_engine) as connection:
        statement = searching.ids_of(connection, search, 10)
        words = statement.compile(
            connection.engine, compile_kwargs={"literal_binds": True}
        )
        rows = connection.execute(text(f"EXPLAIN QUERY PLAN {words}"))
        plan = " ".join(row.detail for row in rows)

    assert index in plan
    assert "SCAN subscriber " not in plan.replace("SCAN subscriber USING", "")


def test_what_has_passed_is_asked_for_at_once_on_both(people: Engine) -> None:
    with reading(people) as connection:
        assert person_history.events(connection, 1, 5) == []
