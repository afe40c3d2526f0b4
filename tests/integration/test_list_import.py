"""A subscriber list imported in: everyone once, nobody harmed by a neighbour's row."""

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from digest.audience import limits
from digest.audience.lists.import_report import ImportReport
from digest.audience.lists.importing import ListImport
from digest.audience.unsubscribing import unsubscribe
from digest.bootstrap import App
from digest.cli.people.importing import import_lists
from digest.errors import ImportRefused, NotFound
from digest.model.people.joining import wording_version
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.base.tables import metadata, reader, subscriber, subscription
from digest.store.people import departures
from digest.store.people.joining import consents
from tests.builders import EIGHT, a_post
from tests.databases import MADE_ANEW, make_anew
from tests.lists import ANN, BOB, CY, HASHER, HEAD, imported
from tests.stored import a_stored_campaign, posts_accepted

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


def test_a_dry_run_of_two_files_says_that_neither_knows_of_the_other(
    sqlite_engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program = App(Settings(data_dir=tmp_path), sqlite_engine, lambda: EIGHT, "k" * 32)
    monkeypatch.setattr("digest.bootstrap.open_app", lambda: nullcontext(program))
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for file in files:
        file.write_text(f"{HEAD}\n{ANN}\n", encoding="utf-8")
    import_lists(files, "neighbours", dry_run=True)
    several = capsys.readouterr()
    import_lists(files[:1], "neighbours", dry_run=True)

    assert several.out.count(" 1 added,") == 2
    assert "each file was checked by itself" in several.err
    assert "by itself" not in capsys.readouterr().err


def test_a_dry_run_counts_who_has_no_permission_on_record_as_the_import_does(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    head = "name,email,consent_basis"
    imported(engine, "Ann,ann@example.org,did not ask", head=head)
    rows = (
        *("Ann,ann@example.org,", "Bea,bea@example.org,", "Cy,cy@example.org,"),
        *("Di,di@example.org,did not ask", "Ed,no address,"),
    )
    tried = imported(engine, *rows, head=head, dry_run=True)
    done = imported(engine, *rows, head=head)

    assert tried.counts() == done.counts()
    assert tried.without_permission == 2
    assert tried.as_json()["without_permission"] == 2


def test_a_phone_gets_back_what_a_spreadsheet_took_off_and_the_guess_is_told(
    sqlite_engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program = App(Settings(data_dir=tmp_path), sqlite_engine, lambda: EIGHT, "k" * 32)
    monkeypatch.setattr("digest.bootstrap.open_app", lambda: nullcontext(program))
    monkeypatch.setattr(limits, "IMPORT_GUESSES", 2)
    file = tmp_path / "a.csv"
    home, abroad = "1 High Street,TIDEWELL,ZZ99 1AA,UK", "1 Main Street,Tidewell,,USA"
    rows = (
        *("Ann,1632960101", f"Bob,7700900101,{home}", "Cy,441632960102"),
        *("Di,01632 960103", f"Ed,2025550143,{abroad}", "Flo,9632960104"),
        *("Guy,163296010", "Hal,1632 960105"),
    )
    head = "name,phone,address_1,address_2,postcode,country"
    file.write_text("\n".join([head, *rows]), encoding="utf-8")
    import_lists([file], "neighbours", dry_run=True)
    dry = capsys.readouterr()
    import_lists([file], "neighbours")
    done = capsys.readouterr()
    with reading(sqlite_engine) as connection:
        phones = [*connection.scalars(select(subscriber.c.phone))]

    assert phones == [
        *("01632960101", "07700900101", "+441632960102"),
        *("01632 960103", "2025550143", "9632960104", "0163296010", "1632 960105"),
    ]
    for output in (dry, done):
        assert "; 4 with a phone that got its first 0 or + back" in output.out
        assert "line 2 (Ann), phone: “1632960101” has lost its" in output.err
        assert "line 3 (Bob), phone" in output.err
        assert "outside the United Kingdom, give the file a country" in output.err
        assert "and 2 more phones with their first 0 or + back" in output.err


def test_a_bad_row_is_named_and_its_neighbours_go_in(engine: Engine) -> None:
    report = imported(engine, ANN, "Cy Example,not an address,,,,", BOB)

    assert counts(report) == (2, 0, 0, 1, 0)
    [problem] = report.problems
    assert (problem.line, problem.column) == (3, "email")
    assert problem.do


def test_of_a_list_that_is_wrong_in_each_row_some_problems_are_counted_alone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "IMPORT_FAULTS", 3)
    report = imported(engine, *(f"Ann {n},not an address,,,," for n in range(5)))

    assert [problem.line for problem in report.problems] == [2, 3, 4]
    assert (report.refused, report.unlisted_problems) == (5, 2)


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
        pytest.param("sep=;\r\nname;email\r\nAnn;ann@example.org", id="Excel's own"),
        pytest.param("\ufeffsep=\t\nname\temail\nAnn\tann@example.org", id="its tabs"),
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


FIELD = Path(__file__).parents[1] / "data" / "field" / "letters" / "moved"
MOVED = "Bob Example,,,2 New Street,EXAMPLETON,ZZ99 1AB"


def homes(engine: Engine) -> list[tuple[str, str | None]]:
    """Return what the first line of each subscriber's address is, and their email."""
    with reading(engine) as connection:
        rows = connection.execute(select(subscriber).order_by(subscriber.c.id))
        return [(row.address[0], row.email) for row in rows]


@pytest.mark.parametrize(
    ("is_same", "expected"),
    [
        pytest.param(None, ["1 Old Street"], id="asked"),
        pytest.param(True, ["2 New Street"], id="the same"),
        pytest.param(False, ["1 Old Street", "2 New Street"], id="another"),
    ],
)
def test_who_may_have_moved_is_asked_about_and_never_doubled(
    engine: Engine,
    is_same: bool | None,  # noqa: FBT001 - a column of the table
    expected: list[str],
) -> None:
    ListImport(engine, "l", HASHER).run(FIELD / "a.csv", EIGHT)

    report = ListImport(engine, "l", HASHER, is_same=is_same).run(
        FIELD / "b.csv", EIGHT
    )

    assert [street for street, _ in homes(engine)] == expected
    assert [(row.line, "1 Old Street" in row.wrong) for row in report.doubtful] == (
        [(2, True)] if is_same is None else []
    )
    assert report.rows == 1


def test_who_moves_and_keeps_the_phone_stays_one_person(engine: Engine) -> None:
    phone = "01632 960155"
    imported(engine, BOB.replace(",,,", f",,{phone},"))
    report = imported(engine, MOVED.replace(",,,", f",,{phone},"))

    assert counts(report) == (0, 1, 0, 0, 0)
    assert homes(engine) == [("2 New Street", None)]


def test_two_of_one_name_in_one_list_are_two_people(engine: Engine) -> None:
    imported(engine, BOB)
    report = imported(engine, MOVED, BOB)

    assert counts(report) == (1, 0, 1, 0, 0)
    assert not report.doubtful


def test_another_email_address_at_the_same_door_is_asked_about(engine: Engine) -> None:
    door = ",1 Example Street,EXAMPLETON,ZZ99 1AA"
    imported(engine, f"Ann,old@example.org,{door}")
    report = imported(engine, f"Ann,new@example.org,{door}")

    assert len(report.doubtful) == 1
    assert homes(engine) == [("1 Example Street", "old@example.org")]


REFERRED = f"reference,{HEAD}"


def test_a_list_s_own_reference_says_who_somebody_is(engine: Engine) -> None:
    imported(engine, f"M7,{BOB}", head=REFERRED)
    changed = "M7,Robert Example,rob@example.org,,2 New Street,EXAMPLETON,ZZ99 1AB"
    report = imported(engine, changed, head=REFERRED.replace("reference", "Member ID"))

    assert counts(report) == (0, 1, 0, 0, 0)
    assert homes(engine) == [("2 New Street", "rob@example.org")]


def test_a_reference_holds_in_its_own_list_alone(engine: Engine) -> None:
    imported(engine, f"7,{BOB}", head=REFERRED)
    report = imported(engine, f"7,{ANN}", head=REFERRED, to="friends")

    assert counts(report) == (1, 0, 0, 0, 0)


def test_a_reference_that_speaks_of_somebody_else_is_refused(engine: Engine) -> None:
    imported(engine, f"7,{BOB}", f"8,{ANN}", head=REFERRED)
    report = imported(engine, f"7,{ANN}", f"9,{CY}", f"9,{MOVED}", head=REFERRED)

    assert [(row.line, row.column) for row in report.problems] == [
        (4, "name"),
        (2, "reference"),
    ]
    assert "number 1, Bob Example" in report.problems[1].wrong
    assert "number 2, Ann Example" in report.problems[1].wrong


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        pytest.param("lanterm", True, id="misspelt"),
        pytest.param("Lantern", True, id="another case of letters"),
        pytest.param("neighbours", False, id="new"),
    ],
)
def test_a_misspelt_list_is_refused_with_the_nearest(
    engine: Engine,
    name: str,
    refused: bool,  # noqa: FBT001 - a column of the table
) -> None:
    a_stored_campaign(engine)
    if refused:
        with pytest.raises(NotFound, match="is it “lantern”"):
            imported(engine, ANN, to=name)
    else:
        assert counts(imported(engine, ANN, to=name)) == (1, 0, 0, 0, 0)


def test_what_nobody_can_choose_is_refused_with_the_nearest(engine: Engine) -> None:
    a_stored_campaign(engine)
    posts_accepted(engine, [a_post(topics=("Boats", "tea"))])
    head = "name,email,schedule,topics"
    report = imported(
        engine,
        "Ann,ann@example.org,weakly,",
        "Bob,bob@example.org,weekly,boats",
        "Cy,cy@example.org,,baots; tea",
        head=head,
    )

    assert [(row.line, row.column, row.do) for row in report.problems] == [
        (2, "schedule", "is it “weekly”?"),
        (4, "topics", "is it “Boats”?"),
    ]
    with reading(engine) as connection:
        assert connection.scalar(select(subscriber.c.topics)) == ["Boats"]


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


def test_each_consent_that_a_list_states_is_a_record_for_good(engine: Engine) -> None:
    head = "name,email,consent_basis,consent_method,consent_at,consent_wording"
    ann = "Ann,ann@example.org,consent,a form,2026-01-01,May we?"
    imported(engine, ann, "Bob,bob@example.org,,,,", head=head)
    imported(engine, ann, "Bob,bob@example.org,,,,", head=head)
    imported(engine, ann.replace("-01-01", "-02-02"), head=head)

    with reading(engine) as connection:
        records = consents.of_subscriber(connection, 1)
        of_bob = consents.of_subscriber(connection, 2)

    stated = [(each.consent.method, each.consent.at) for each in records]
    assert stated == [("a form", "2026-02-02"), ("a form", "2026-01-01")]
    assert {each.wording_version for each in records} == {wording_version("May we?")}
    assert {each.list_name for each in records} == {"lantern"}
    assert of_bob == []


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


@settings(max_examples=25, deadline=None, suppress_health_check=MADE_ANEW)
@given(ROWS, st.integers(1, 4))
def test_any_list_twice_changes_nothing(
    sqlite_engine: Engine, sqlite_pattern: Path, rows: list[str], chunk: int
) -> None:
    engine = sqlite_engine
    make_anew(engine, sqlite_pattern)
    a_stored_campaign(engine)
    first = imported(engine, *rows, chunk=chunk)
    before = everything(engine)
    second = imported(engine, *rows)

    assert everything(engine) == before
    assert second.unchanged == first.added + first.updated + first.unchanged
    assert second.refused == first.refused


@settings(max_examples=25, deadline=None, suppress_health_check=MADE_ANEW)
@given(ROWS, ROWS, ROWS)
def test_no_import_brings_back_who_left(
    sqlite_engine: Engine,
    sqlite_pattern: Path,
    before: list[str],
    after: list[str],
    again: list[str],
) -> None:
    engine = sqlite_engine
    make_anew(engine, sqlite_pattern)
    a_stored_campaign(engine)
    imported(engine, ANN, *before)
    with writing(engine) as connection:
        unsubscribe(connection, 1, LATER)
    imported(engine, ANN, *after)
    imported(engine, *again, ANN, *before)

    with reading(engine) as connection:
        assert departures.is_gone(connection, 1, 1)
