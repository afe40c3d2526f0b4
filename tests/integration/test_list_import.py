"""A subscriber list imported in: everyone once, nobody harmed by a neighbour's row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from digest.audience.lists.importing import ImportReport, ListImport
from digest.audience.unsubscribing import unsubscribe
from digest.errors import ImportRefused
from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.tables import metadata, reader, subscriber, subscription
from digest.store.migrate import migrate
from tests.builders import EIGHT
from tests.lists import ANN, BOB, HASHER, HEAD, imported
from tests.stored import a_stored_campaign

LATER = EIGHT + timedelta(days=1)


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return (
        report.added,
        report.updated,
        report.unchanged,
        report.refused,
        len(report.not_brought_back),
    )


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with reading(engine) as connection:
        return {
            table.name: [
                tuple(map(str, row)) for row in connection.execute(select(table))
            ]
            for table in metadata.sorted_tables
        }


def count(engine: Engine, table: object) -> int:
    with reading(engine) as connection:
        query = select(func.count()).select_from(table)  # type: ignore[arg-type]  # a table
        return connection.scalar(query) or 0


def test_rows_become_subscribers_of_the_list(engine: Engine) -> None:
    report = imported(engine, ANN, BOB)

    assert counts(report) == (2, 0, 0, 0, 0)
    assert count(engine, subscriber) == count(engine, subscription) == 2


def test_the_same_file_twice_changes_nothing(engine: Engine) -> None:
    a_stored_campaign(engine)
    imported(engine, ANN, BOB)
    before = everything(engine)

    assert counts(imported(engine, ANN, BOB)) == (0, 0, 2, 0, 0)
    assert everything(engine) == before


def test_a_dry_run_reports_the_same_and_stores_nothing(engine: Engine) -> None:
    a_stored_campaign(engine)
    imported(engine, ANN)
    before = everything(engine)
    rows = ("Ann Sample,ann@example.org,,,,", BOB, "x")
    tried = imported(engine, *rows, dry_run=True)

    assert everything(engine) == before
    assert counts(tried) == counts(imported(engine, *rows)) == (1, 1, 0, 1, 0)
    assert tried.as_json()["dry_run"] is True


def test_a_bad_row_is_named_and_its_neighbours_go_in(engine: Engine) -> None:
    report = imported(engine, ANN, "Cy Example,not an address,,,,", BOB)

    assert counts(report) == (2, 0, 0, 1, 0)
    [problem] = report.problems
    assert (problem.line, problem.column) == (3, "email")
    assert problem.do


@pytest.mark.parametrize(
    ("row", "words"),
    [
        pytest.param(b"A\x00nn,a@example.org,,,,", "control character", id="NUL"),
        pytest.param(b"x" * 10_000_000 + b",,,,,", "longer", id="10 MB cell"),
        pytest.param(b'"Ann,a@example.org,,,,', "not closed", id="open quote"),
        pytest.param(b'"A"nn,a@example.org,,,,', "middle", id="quote in a cell"),
        pytest.param(b"Ann,a@example.org,,,,,,,more", "9 cells", id="too many cells"),
        pytest.param(b"Ann", "is empty", id="too few cells"),
        pytest.param(b",a@example.org", "is empty", id="no name"),
    ],
)
def test_a_broken_row_stays_a_row(engine: Engine, row: bytes, words: str) -> None:
    report = imported(engine, ANN, row, BOB, "")

    assert counts(report) == (2, 0, 0, 1, 0)
    assert [problem.line for problem in report.problems] == [3]
    assert words in report.problems[0].wrong


def test_a_quoted_cell_may_hold_line_breaks(engine: Engine) -> None:
    report = imported(engine, 'Ann,,,"1 Example Street\nEXAMPLETON",,ZZ99 1AA', "x")

    assert counts(report) == (1, 0, 0, 1, 0)
    assert report.problems[0].line == 4


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeffname,email\nAnn,ann@example.org\n", id="with a BOM"),
        pytest.param("name;email\r\nAnn;ann@example.org\r\n", id="semicolons"),
        pytest.param("name\temail\nAnn\tann@example.org", id="tabs"),
        pytest.param("\n\nname,email\n,,\nAnn,ann@example.org\n\n", id="blank lines"),
        pytest.param("email,Name\rann@example.org,Ann\r", id="old line ends"),
    ],
)
def test_lists_of_every_dress_are_read(
    engine: Engine, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode())
    report = ListImport(engine, "lantern", HASHER).run(path, EIGHT)

    assert counts(report) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "no header", id="empty"),
        pytest.param(b"name,email\nSi\xe2n,s@example.org", "line 2", id="Windows text"),
        pytest.param("name".encode("utf-16"), "UTF-16", id="UTF-16"),
        pytest.param(b"PK\x03\x04...", "workbook", id="a workbook"),
        pytest.param(b"\x89PNG" + b"\0" * 99, "not text", id="a picture"),
        pytest.param(b"a,b\n1,2", "no header", id="no header"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(
    engine: Engine, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=words) as refusal:
        ListImport(engine, "lantern", HASHER).run(path, EIGHT)

    assert "\n" not in str(refusal.value)
    assert count(engine, subscriber) == 0


def test_a_file_that_is_not_there_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="cannot be read"):
        ListImport(engine, "lantern", HASHER).run(tmp_path / "none.csv", EIGHT)
    with pytest.raises(ImportRefused, match="cannot be read"):
        ListImport(engine, "lantern", HASHER).run(tmp_path, EIGHT)


def test_the_same_person_twice_in_a_file_is_named(engine: Engine) -> None:
    report = imported(engine, ANN, "Ann,ANN@example.org,,,,", BOB, BOB)

    assert counts(report) == (2, 0, 0, 2, 0)
    assert ["line 2" in problem.wrong for problem in report.problems] == [True, False]


def test_two_rows_that_mean_one_subscriber_are_named(engine: Engine) -> None:
    address = "1 Example Street,EXAMPLETON,ZZ99 1AA"
    imported(engine, f"Ann,ann@example.org,,{address}")
    report = imported(engine, "Ann,ann@example.org,,,,", f"Ann,,,{address}")

    assert counts(report) == (0, 0, 1, 1, 0)
    assert count(engine, subscriber) == 1


@pytest.mark.parametrize("chunk", [1, 100])
def test_whoever_gains_an_email_address_stays_one_person(
    engine: Engine, chunk: int
) -> None:
    imported(engine, BOB)
    gained = BOB.replace(",,,", ",bob@example.org,,")
    other = BOB.replace(",,,", ",robert@example.org,,")
    report = imported(engine, gained, other, chunk=chunk)

    assert counts(report) == (1, 1, 0, 0, 0)
    assert counts(imported(engine, gained, other)) == (0, 0, 2, 0, 0)
    with reading(engine) as connection:
        query = select(subscriber.c.identity).order_by(subscriber.c.id)
        assert connection.scalars(query).all() == [
            "email:bob@example.org",
            "email:robert@example.org",
        ]


def test_an_empty_cell_leaves_what_is_held(engine: Engine) -> None:
    imported(engine, "Ann,ann@example.org,01632 960155,1 A St,TOWN,ZZ99 1AA")

    assert counts(imported(engine, "Ann,ann@example.org,,,,")) == (0, 0, 1, 0, 0)


def test_newer_evidence_of_consent_is_kept(engine: Engine) -> None:
    head = "name,email,consent_basis,consent_at"
    imported(engine, "Ann,ann@example.org,consent,2026-01-01", head=head)
    report = imported(engine, "Ann,ann@example.org,,2026-02-02", head=head)

    assert counts(report) == (0, 1, 0, 0, 0)
    with reading(engine) as connection:
        row = connection.execute(select(subscription)).one()
    assert (row.consent_basis, row.consent_at) == ("consent", "2026-02-02")


def test_readers_follow_and_keep_their_place(engine: Engine) -> None:
    a_stored_campaign(engine)
    head = "name,email,format,schedule,topics,language"
    imported(engine, "Ann,ann@example.org,html,,,", head=head)
    with writing(engine) as connection:
        connection.execute(reader.update().values(position=7))
    imported(engine, "Ann,ann@example.org,plain,weekly,boats,cy", head=head)

    with reading(engine) as connection:
        row = connection.execute(select(reader)).one()
    assert (row.format, row.topics, row.language) == ("plain", ["boats"], "cy")
    assert (row.schedule_id, row.position) == (2, 7)


def test_who_left_is_not_brought_back(engine: Engine) -> None:
    a_stored_campaign(engine)
    imported(engine, ANN, BOB)
    with writing(engine) as connection:
        assert unsubscribe(connection, 1, LATER)
    report = imported(engine, ANN, BOB)

    assert counts(report) == (0, 0, 1, 0, 1)
    assert "2026-07-07" in report.not_brought_back[0].wrong


def test_a_cut_off_import_is_made_whole_by_the_next(
    engine: Engine, tmp_path: Path
) -> None:
    a_stored_campaign(engine)
    path = tmp_path / "list.csv"
    rows = [f"Reader {n},reader{n}@example.org,,,," for n in range(10)]
    path.write_text("\n".join([HEAD, *rows[:4]]))
    ListImport(engine, "lantern", HASHER, chunk=3).run(path, EIGHT)
    path.write_text("\n".join([HEAD, *rows]))
    report = ListImport(engine, "lantern", HASHER, chunk=3).run(path, EIGHT)

    assert counts(report) == (6, 0, 4, 0, 0)
    assert count(engine, reader) == 10


NAMES = st.sampled_from(["Ann", "ann ", "Siân Llywelyn", "بہار", '"Bob"', "=1+1", ""])
EMAILS = st.sampled_from(["", "a@example.org", "A@example.org", "b@example.org", "x"])
PHONES = st.sampled_from(["", "01632 960155", "+44 1632 960155", "01632 960156"])
DOORS = st.sampled_from([("", ""), ("1 Example Street", "ZZ99 1AA"), ("2", "ZZ99 1AB")])
ROWS = st.lists(
    st.tuples(NAMES, EMAILS, PHONES, DOORS).map(
        lambda row: ",".join(
            [*row[:3], row[3][0], "TOWN" if row[3][0] else "", row[3][1]]
        )
    ),
    max_size=7,
)


@contextmanager
def fresh() -> Iterator[Engine]:
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/digest.db")
        migrate(engine)
        a_stored_campaign(engine)
        yield engine
        engine.dispose()


def by_list(engine: Engine, subscriber_id: int) -> object:
    with reading(engine) as connection:
        return connection.scalar(
            select(subscription.c.ended_at).where(
                subscription.c.subscriber_id == subscriber_id
            )
        )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS, st.integers(1, 4))
def test_any_list_twice_changes_nothing(rows: list[str], chunk: int) -> None:
    with fresh() as engine:
        first = imported(engine, *rows, chunk=chunk)
        before = everything(engine)
        second = imported(engine, *rows)

        assert everything(engine) == before
        assert second.unchanged == first.added + first.updated + first.unchanged
        assert second.refused == first.refused


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS, ROWS, ROWS)
def test_no_import_brings_back_who_left(
    before: list[str], after: list[str], again: list[str]
) -> None:
    with fresh() as engine:
        imported(engine, ANN, *before)
        with writing(engine) as connection:
            unsubscribe(connection, 1, LATER)
        imported(engine, ANN, *after)
        imported(engine, *again, ANN, *before)

        assert by_list(engine, 1) is not None
