"""What a row of a subscriber list says, and what is said about a wrong one."""

from pathlib import Path

import pytest

from digest.audience.lists.columns import guarded, read_header, unguarded
from digest.audience.lists.guessing import passed_over
from digest.audience.lists.list_file import ListFile, ListRow
from digest.audience.lists.rows import read_row
from digest.errors import ImportRefused
from digest.model.formats import HTML, LARGE_PRINT, LETTER, PHONE, PLAIN, Format
from digest.model.people.person import Person
from digest.model.people.postal_address import PostalAddress

ANN = {"name": "Ann Example", "email": "ann@example.org"}


def person(**cells: str) -> Person:
    read = read_row(ListRow(2, ANN | cells))
    assert isinstance(read, Person), read
    return read


def test_a_full_row_becomes_a_person() -> None:
    read = person(
        phone="01632 960155",
        address_1="1 Example Street\nEXAMPLETON",
        postcode="zz991aa",
        format="Large Print",
        topics="stories; events",
        language="cy",
        consent_basis="consent",
    )

    assert read.address == PostalAddress(("1 Example Street", "EXAMPLETON"), "ZZ99 1AA")
    assert read.format is LARGE_PRINT
    assert read.topics == ("events", "stories")
    assert read.keys.identity == "email:ann@example.org"
    assert read.consent.basis == "consent"


def test_spaces_and_line_breaks_in_a_name_are_tidied() -> None:
    assert person(name="  Ann\r\n Example ").name == "Ann Example"


def test_nothing_said_of_topics_is_not_the_same_as_all_of_them() -> None:
    assert person().topics is None
    assert person(topics="All").topics == ()


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("Email", HTML),
        ("e-mail", HTML),
        ("plain text", PLAIN),
        ("by post", LETTER),
        ("Large print letter", LARGE_PRINT),
        ("Phone call", PHONE),
    ],
)
def test_a_format_may_be_called_as_people_call_it(words: str, meant: Format) -> None:
    assert person(format=words).format is meant


@pytest.mark.parametrize(
    ("above", "headings"),
    [
        pytest.param("", "Name;Email", id="none"),
        pytest.param("Members 2026\n\n", "Name;Email", id="a title"),
        pytest.param("Members;;printed 1 May\n", "Full name;Tel", id="and a remark"),
        pytest.param("Members 2026;;\n", "Wer;Wohin", id="columns nobody knows"),
    ],
)
def test_columns_are_named_below_a_sheets_title(
    tmp_path: Path, above: str, headings: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{above}{headings}\nAnn Example;ann@example.org\n")

    file = ListFile(path, None)

    assert file.headings == headings.split(";")
    assert file.header_line == above.count("\n") + 1
    [row] = file.rows()
    assert isinstance(row, ListRow)
    assert row.cells == {"0": "Ann Example", "1": "ann@example.org"}
    assert row.line == file.header_line + 1


def test_a_phone_is_a_way_to_reach_somebody() -> None:
    read = read_row(ListRow(2, {"name": "Ann", "phone": "01632 960155"}))

    assert isinstance(read, Person)


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        pytest.param({"name": ""}, "name", "is empty", id="no name"),
        pytest.param({"name": "???"}, "name", "???", id="a name of signs"),
        pytest.param({"email": ""}, "email", "is empty", id="no way to reach"),
        pytest.param({"email": "ann"}, "email", "@", id="no email address"),
        pytest.param(
            {"email": "a@example.org; b@example.org"},
            "email",
            "several addresses",
            id="two email addresses",
        ),
        pytest.param({"phone": "ring me"}, "phone", "not a phone", id="no phone"),
        pytest.param(
            {"phone": "1.63296E+09"}, "phone", "spreadsheet has rounded", id="rounded"
        ),
        pytest.param({"format": "fax"}, "format", "“fax”", id="unknown format"),
        pytest.param({"language": "Welsh"}, "language", "“Welsh”", id="no language"),
        pytest.param({"postcode": "ZZ99"}, "postcode", "ZZ99", id="bad postcode"),
        pytest.param(
            {"address_1": "1 Example Street", "address_2": "EXAMPLETON"},
            "postcode",
            "no postcode",
            id="no postcode",
        ),
        pytest.param({"name": "A\x00nn"}, "name", "control", id="a NUL"),
        pytest.param({"name": "A" * 201}, "name", "longer than 200", id="long name"),
        pytest.param({"notes": "x" * 5001}, "notes", "longer", id="long notes"),
    ],
)
def test_a_wrong_cell_is_named_with_what_to_do(
    cells: dict[str, str], column: str, words: str
) -> None:
    problems = read_row(ListRow(7, ANN | cells))

    assert isinstance(problems, list)
    assert [(problem.line, problem.column) for problem in problems] == [(7, column)]
    assert words in problems[0].wrong
    assert problems[0].do


def test_every_fault_of_a_row_is_named() -> None:
    problems = read_row(ListRow(3, {"email": "x", "phone": "y", "format": "z"}))

    assert isinstance(problems, list)
    assert {problem.column for problem in problems} == {
        "name",
        "email",
        "phone",
        "format",
    }


@pytest.mark.parametrize(
    ("line", "is_plain"),
    [
        pytest.param("Ann Example,ann@example.org,a;b", True, id="plain"),
        pytest.param(" Ann Example,ann@example.org,a;b", False, id="at the start"),
        pytest.param("Ann Example , ann@example.org,a;b", False, id="around a comma"),
        pytest.param("Ann Example,ann@example.org,a;b ", False, id="at the end"),
        pytest.param("Ann  Example,ann@example.org,a;b", False, id="two"),
        pytest.param('"Ann Example",ann@example.org,a;b', False, id="quoted"),
        pytest.param("Ánn Example,ann@example.org,a;b", False, id="accents"),
    ],
)
def test_plain_rows_are_read_as_others_are(
    tmp_path: Path, line: str, *, is_plain: bool
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"name,email,topics\n{line}\n", encoding="utf-8")
    [row] = ListFile(path).rows()

    assert isinstance(row, ListRow)
    assert row.is_plain is is_plain
    person = read_row(row)
    assert person == read_row(ListRow(row.line, row.cells))
    assert isinstance(person, Person)
    assert person.name in ("Ann Example", "Ánn Example")


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+44 1632", "-x", "@x", "\tx", "\rx", "＝1", "'=1", "''=1", "'x", "x", ""],  # noqa: RUF001 - the full-width form
)
def test_a_guarded_cell_is_no_formula_and_comes_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in set("=+-@\t\r＝")  # noqa: RUF001


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("name,email\n", ("name", "email")),
        (
            "NAME;E-Mail;Address 1;ADDRESS_2",
            ("name", "email", "address_1", "address_2"),
        ),
        ("Name\tPost Code\tPhone\r\n", ("name", "postcode", "phone")),
        ('"name","consent basis",email', ("name", "consent_basis", "email")),
    ],
)
def test_a_header_in_any_dress_is_understood(
    line: str, columns: tuple[str, ...]
) -> None:
    assert read_header("x.csv", line).columns == columns


def test_unknown_columns_are_named() -> None:
    header = read_header("x.csv", "name,email,Shoe size,")

    assert header.ignored == ("Shoe size",)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "no header"),
        ("Ann Example,ann@example.org", "no header"),
        ("name,notes", "email, phone, address_1"),
        ("email,phone", "called name"),
        ("name,email,Email", "two columns called email"),
    ],
)
def test_a_file_without_the_columns_it_needs_is_refused(line: str, words: str) -> None:
    with pytest.raises(ImportRefused, match=words) as refusal:
        read_header("x.csv", line)

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("heading", "hint"),
    [
        pytest.param("Emial", "is it “email”?", id="misspelt"),
        pytest.param("Consent metod", "is it “consent method”?", id="of two words"),
        pytest.param("Adress 1", "is it “address 1”?", id="with a number"),
        pytest.param("Tel", "is it “phone”?", id="called otherwise"),
        pytest.param("Shoe size", "as it is none of ours", id="another"),
    ],
)
def test_a_column_that_is_not_read_is_told_with_the_nearest(
    heading: str, hint: str
) -> None:
    assert passed_over(heading).endswith(hint)
