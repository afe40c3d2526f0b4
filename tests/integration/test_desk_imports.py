"""Files of people on the desk: matched, checked, in, mended, undone, cut off."""

import csv
import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import openpyxl
import pytest
from sqlalchemy import event, func, insert, select
from starlette.testclient import TestClient

from digest.audience import limits
from digest.audience.lists import importing, row_chunks
from digest.audience.lists.undoing import ImportUndoing
from digest.audience.lists.uploaded_imports import UploadedImports
from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.people.import_state import ImportState
from digest.model.roles import Role
from digest.store.base.tables import (
    consent,
    left_out,
    list_import,
    list_import_part,
    reader,
    subscriber,
    subscription,
)
from digest.store.people import subscribers
from digest.store.people.imports import list_imports
from digest.store.people.joining import consents
from digest.web.app import make_app
from tests.builders import SITE
from tests.hostile import LISTED
from tests.staff import signed_in

OURS = {"Origin": SITE}
HEAD = "Full name,E-mail addr.,Street,Town,PC,Signed up,Xmas card"
CONSTANCE = "Constance Abernathy,,4 Chandler's Row,TIDEWELL,ZZ99 1AC,27/04/2026,yes"
HEDY = "Hedy Brandt,hedy@example.org,,,,28/04/2026,no"
COMMA = '"R. Thackray","r@example,org",,,,,no'
NAMELESS = ",nobody@example.org,,,,,"
ALIKE = {
    "permission": "alike",
    "consent_method": "a paper form",
    "consent_at": "May 2026",
    "consent_wording": "Please post me the news",
}


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that Priya is signed in on, who may edit."""
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        signed_in(client, program, Role.EDITOR, "Priya")
        yield client


def uploaded(
    desk: TestClient, *lines: str, head: str = HEAD, content: bytes = b""
) -> str:
    """Choose a file, and return the address of its import."""
    body = content or "\n".join([head, *lines]).encode()
    answer = desk.post(
        "/desk/imports/new",
        files={"file": ("tidewell.csv", body)},
        follow_redirects=False,
    )
    assert answer.status_code == 303, unescape(answer.text)
    return answer.headers["location"]


def matched(desk: TestClient, address: str, **fields: str) -> str:
    """Send the form of the columns as it was guessed; return the page after it."""
    page = desk.get(f"{address}?step=columns").text
    form = {
        name: (re.search(r'value="([^"]*)" selected', options) or ["", ""])[1]
        for name, options in re.findall(
            r'<select class="govuk-select" name="(\w+)".*?>(.*?)</select>', page
        )
    }
    form |= {"list": "lantern", "permission": "each-row"} | fields
    return in_words(desk.post(f"{address}/columns", data=form).text)


def in_words(page: str) -> str:
    main = page.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def number_of(address: str) -> int:
    return int(address.rpartition("/")[2])


def names(program: App) -> list[str]:
    """Return who is on the list."""
    with program.reading() as connection:
        return [
            each.person.name for each in subscribers.subscribed(connection, 1, 0, 99)
        ]


def counts(program: App) -> list[int]:
    """Return how many rows there are of people, subscriptions, readers, consents."""
    with program.reading() as connection:
        return [
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (subscriber, subscription, reader, consent)
        ]


def test_a_file_is_matched_checked_brought_in_and_undone(
    desk: TestClient, program: App
) -> None:
    before = counts(program)
    address = uploaded(desk, CONSTANCE, HEDY, COMMA, NAMELESS)
    columns = in_words(desk.get(address).text)
    checked = matched(desk, address, **ALIKE)

    assert "tidewell.csv, 4 rows" in columns
    assert "Known by its heading" in columns
    assert "2 people are ready, 2 rows need mending" in checked
    assert "Email Has a comma, “r@example,org” Did you mean r@example.org?" in checked
    assert counts(program) == before

    done = in_words(desk.post(f"{address}/run").text)

    assert "2 people came in, 2 rows were left out" in done
    assert names(program) == ["Ann", "Bob", "Constance Abernathy", "Hedy Brandt"]
    with program.reading() as connection:
        hedy = subscribers.subscribed(connection, 1, 3, 1)[0].person
        constance = subscribers.subscribed(connection, 1, 2, 1)[0].person
        records = consents.of_subscriber(connection, 4)
    assert (hedy.consent.method, hedy.consent.at) == ("a paper form", "28/04/2026")
    assert [(each.consent, each.actor) for each in records] == [(hedy.consent, "Priya")]
    assert constance.address is not None
    assert constance.address.postcode == "ZZ99 1AC"

    undone = in_words(desk.post(f"{address}/undo").text)

    assert "The import is undone" in undone
    assert "2 new people, removed" in undone
    assert counts(program) == before


def test_the_log_says_how_many_came_in_whatever_the_pieces(
    desk: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "digest.audience.lists")
    rows = ("Hedy,hedy@example.org", "Gus,gus@@example")
    address = uploaded(desk, *rows, head="name,email")
    form = {"column_0": "name", "column_1": "email", "list": "lantern"}
    checked = desk.post(f"{address}/columns", data=form | {"permission": "each-row"})
    desk.post(f"{address}/run")

    assert "Write one like ann@example.org" in checked.text
    counts = "rows=2 added=1 updated=0 refused=1"
    assert [row.getMessage() for row in caplog.records] == [
        f"list imported list=lantern {counts} dry_run={is_check}"
        for is_check in (True, False)
    ]


def test_rows_to_mend_are_a_file_that_can_be_sent_again(desk: TestClient) -> None:
    formula = '=HYPERLINK("x"),nobody@,,,,,'.replace('"', "")
    address = uploaded(desk, HEDY, COMMA, formula)
    matched(desk, address)
    answer = desk.get(f"{address}/rows-to-mend.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert rows[0] == [*HEAD.split(","), "What to mend"]
    assert [row[0] for row in rows[1:]] == ["R. Thackray", "'=HYPERLINK(x)"]
    assert rows[1][-1].startswith("Line 3: email ")
    mended = answer.content.decode("utf-8-sig").replace(
        "r@example,org", "r@example.org"
    )
    again = uploaded(desk, content=mended.encode())
    assert "1 person is ready, 1 row needs mending" in matched(desk, again)


def test_what_was_changed_goes_back_and_who_has_changed_since_is_named(
    desk: TestClient, program: App
) -> None:
    first = uploaded(desk, HEDY, CONSTANCE)
    matched(desk, first)
    desk.post(f"{first}/run")
    head = "name,email,postcode,address_1,address_2,phone"
    second = uploaded(
        desk,
        "Hedy Brandt,hedy@example.org,,,,01632 960155",
        "Constance Abernathy,,ZZ99 1AC,5 Chandler's Row,TIDEWELL,01632 960156",
        "Eve Old,eve@example.org,,,,",
        head=head,
    )
    matched(desk, second, **ALIKE)
    desk.post(f"{second}/run")
    with program.reading() as connection:
        people = subscribers.subscribed(connection, 1, 0, 9)
    by_name = {each.person.name: each for each in people}
    assert by_name["Hedy Brandt"].person.phone == "01632 960155"
    moved = by_name["Constance Abernathy"].id
    version = re.search(
        r'name="version" value="([^"]+)"', desk.get(f"/desk/people/{moved}/edit").text
    )
    assert version
    desk.post(
        f"/desk/people/{moved}/edit",
        data={"name": "Connie Abernathy", "version": version[1]},
    )

    undone = in_words(desk.post(f"{second}/undo").text)

    assert "The import is undone, but for 1 person" in undone
    assert "Connie Abernathy Has changed since, and is left as they are" in undone
    with program.reading() as connection:
        people = subscribers.subscribed(connection, 1, 0, 9)
    by_name = {each.person.name: each for each in people}
    assert by_name["Hedy Brandt"].person.phone == ""
    assert by_name["Connie Abernathy"].person.phone == "01632 960156"
    assert "Eve Old" not in by_name


def test_who_has_had_something_is_taken_off_the_list_and_may_come_again(
    desk: TestClient, program: App
) -> None:
    address = uploaded(desk, HEDY)
    matched(desk, address, **ALIKE)
    desk.post(f"{address}/run")
    with program.writing() as connection:
        reader_id = connection.scalar(select(func.max(reader.c.id)))
        row = {"edition_id": 1, "reader_id": reader_id, "kind": "left", "reason": "x"}
        connection.execute(insert(left_out).values(row))

    undone = in_words(desk.post(f"{address}/undo").text)

    assert "1 taken off the list" in undone
    assert names(program) == ["Ann", "Bob"]
    with program.reading() as connection:
        records = consents.of_subscriber(connection, 3)
    assert [each.consent.basis for each in records] == ["taken back", "consent"]
    again = uploaded(desk, HEDY)
    assert "1 person is ready" in matched(desk, again)
    desk.post(f"{again}/run")
    assert names(program) == ["Ann", "Bob", "Hedy Brandt"]


def test_who_left_and_who_is_suppressed_stays_out(desk: TestClient) -> None:
    first = uploaded(desk, HEDY)
    matched(desk, first)
    desk.post(f"{first}/run")
    desk.post("/desk/people/3/erase", data={"sure": "yes"})
    address = uploaded(desk, HEDY)

    checked = matched(desk, address)

    assert "0 people are ready" in checked
    assert "1 left or not written to; they stay out" in checked
    assert "known, as they were" not in checked  # nobody is
    assert f"{address}/run" not in desk.get(address).text


def test_the_same_file_twice_changes_nothing(desk: TestClient) -> None:
    for words in ("1 person is ready", "0 people are ready"):
        address = uploaded(desk, HEDY)
        assert words in matched(desk, address)
        desk.post(f"{address}/run")


def imports_of(program: App, clock: Callable[[], datetime]) -> UploadedImports:
    return UploadedImports(program.engine, program.hasher, clock)


def cut_off(
    program: App, number: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Begin an import, two rows a chunk, and have the program die in that chunk."""
    original, chunks = row_chunks.RowChunk.store, []

    def dies(self: row_chunks.RowChunk, *arguments: Any) -> Any:
        answer = original(self, *arguments)
        chunks.append(1)
        if len(chunks) == chunk:
            raise KeyboardInterrupt
        return answer

    imports = imports_of(program, program.now)
    imports.begin(number)
    with monkeypatch.context() as patch:
        patch.setattr(row_chunks.RowChunk, "store", dies)
        with pytest.raises(KeyboardInterrupt):
            imports.work(number)


@pytest.mark.parametrize("chunk", [1, 2, 3])
@pytest.mark.parametrize("ending", ["go on", "undo"])
def test_an_import_that_was_cut_off_is_gone_on_with_or_undone(
    desk: TestClient,
    program: App,
    monkeypatch: pytest.MonkeyPatch,
    chunk: int,
    ending: str,
) -> None:
    before = counts(program)
    monkeypatch.setattr(importing, "CHUNK", 2)
    rows = [f"Person {n},p{n}@example.org,,,,," for n in range(6)]
    address = uploaded(desk, *rows, rows[0])
    matched(desk, address)
    number = number_of(address)
    cut_off(program, number, chunk, monkeypatch)

    assert counts(program)[0] == before[0] + 2 * (chunk - 1)
    with pytest.raises(DigestError, match="at work"):
        ImportUndoing(program.engine, program.hasher, program.now).begin(number)

    def later() -> datetime:
        return program.now() + timedelta(minutes=3)

    if ending == "go on":
        imports = imports_of(program, later)
        assert imports.take_up(number)
        assert not imports.take_up(number)
        imports.work(number)
        with program.reading() as connection:
            stored = list_imports.with_id(connection, number)
        assert stored.state is ImportState.IMPORTED
        assert (stored.counts["added"], stored.counts["refused"]) == (6, 1)
    undoing = ImportUndoing(program.engine, program.hasher, later)
    undoing.begin(number)
    undoing.work(number)

    assert counts(program) == before


def test_two_who_press_at_once_bring_it_in_once(desk: TestClient, program: App) -> None:
    address = uploaded(desk, HEDY)
    matched(desk, address)
    imports = imports_of(program, program.now)
    imports.begin(number_of(address))

    with pytest.raises(DigestError, match="Somebody else has gone on"):
        imports.begin(number_of(address))


def test_erasing_somebody_leaves_no_file_with_them(
    desk: TestClient, program: App
) -> None:
    address = uploaded(desk, HEDY)
    matched(desk, address)
    desk.post(f"{address}/run")
    waiting = uploaded(desk, "Hedy B,hedy@example.org,,,,,")
    matched(desk, waiting)
    desk.post("/desk/people/3/erase", data={"sure": "yes"})

    with program.reading() as connection:
        parts = connection.scalar(select(func.count()).select_from(list_import_part))
        samples = connection.scalars(select(list_import.c.samples)).all()
    assert parts == 0
    assert samples == [[], []]
    assert "The rows of this file are not kept any more" in desk.get(waiting).text
    answer = desk.post(f"{waiting}/run")
    assert "not kept any more" in answer.text


def test_files_are_forgotten_after_their_days(desk: TestClient, program: App) -> None:
    address = uploaded(desk, HEDY)
    matched(desk, address)
    desk.post(f"{address}/run")
    now = program.now()
    with program.writing() as connection:
        at = now - limits.IMPORT_UNDOABLE
        assert not list_imports.count_old(connection, at).amount
        at = now + timedelta(seconds=1)
        assert list_imports.count_old(connection, at).amount
        list_imports.forget_old(connection, at, now, 500)
        assert not list_imports.count_old(connection, at).amount
        assert not list(list_imports.parts(connection, number_of(address)))
    with pytest.raises(DigestError, match="7 days"):
        ImportUndoing(
            program.engine, program.hasher, lambda: now + timedelta(days=8)
        ).begin(number_of(address))


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HOME = "Tŷ Gwyn\n3 Heol y Bont\nZZ99 1AB"


def test_a_workbook_keeps_its_rows_numbers_and_reckons_no_formula(
    desk: TestClient, program: App
) -> None:
    content = workbook(
        ("Our members, April 2026",),
        (),
        ("First name", "Surname", "Tel", "Member no", "Signed up", "Address", "Sum"),
        ("Hedy", "Brandt", "01632 960155", 17.0, datetime(2026, 4, 27), HOME, "=1+1"),  # noqa: DTZ001
        (),
        ("Nobody", None, None, None, None, None, "=WEBSERVICE(A1)"),
    )
    address = uploaded(desk, content=content)
    assert "Its columns are named on line 3; what" in desk.get(address).text
    checked = matched(desk, address, **ALIKE)
    desk.post(f"{address}/run")

    assert "1 person is ready, 1 row needs mending" in checked
    assert "line 6 Needs mending" in checked
    with program.reading() as connection:
        [hedy] = subscribers.subscribed(connection, 1, 2, 9)
    assert hedy.person.name == "Hedy Brandt"
    assert hedy.person.consent.at == "2026-04-27"
    assert hedy.person.reference == "17"
    assert hedy.person.address
    assert hedy.person.address.lines == ("Tŷ Gwyn", "3 Heol y Bont")


def test_a_phone_that_a_workbook_holds_as_a_number_can_be_rung(
    desk: TestClient, program: App
) -> None:
    rows = [("Hedy Brandt", 1632960101), ("Ivo Carr", 7700900102.0), ("Jo Dale", None)]
    content = workbook(("Full name", "Tel"), *rows)
    address = uploaded(desk, content=content)
    checked = matched(desk, address, **ALIKE)
    desk.post(f"{address}/run")

    assert "2 with a phone that got its first 0 or + back" in checked
    guess = "Hedy Brandt, line 2 Comes in, by a guess Phone “1632960101” has lost its"
    assert guess in checked
    assert "2 phones were read as of the United Kingdom, and got it back." in checked
    with program.reading() as connection:
        people = subscribers.subscribed(connection, 1, 2, 9)
    assert [each.person.phone for each in people] == ["01632960101", "07700900102"]


def test_rows_of_formulas_that_nobody_reckoned_are_named_with_what_to_do(
    desk: TestClient,
) -> None:
    content = workbook(
        ("Name", "Email", "Age"),
        ("Hedy Brandt", "hedy@example.org", "=1+1"),
        ("=Sheet2!A3", "=Sheet2!B3", "=1+2"),
        ("Ines Okafor", '="ines"&"@example.org"', None),
        (None, None, "=1+3"),
    )
    checked = matched(desk, uploaded(desk, content=content), **ALIKE)

    assert "1 person is ready, 3 rows need mending" in checked
    cure = "Open the file in a spreadsheet, save it there, and bring it in again"
    for row in ("Line 3 Needs mending Name", "Line 4 Needs mending Email", "Line 5"):
        assert row in checked
    assert checked.count("Holds a formula whose value was never stored") == 3
    assert checked.count(cure) == 3


def test_a_formula_that_came_to_nothing_is_an_empty_cell(desk: TestClient) -> None:
    """As Excel and LibreOffice store =IF(C2="","",C2): a text, and nothing in it."""
    content = workbook(("Name", "Email", "Phone"), ("Hedy", "h@example.org", "=C9"))
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read(part).decode()
    stored = re.sub(r'<c r="C2"( t="\w+")?>', '<c r="C2" t="str">', sheet)
    assert stored != sheet
    content = with_part(content, part, stored.encode())
    checked = matched(desk, uploaded(desk, content=content), **ALIKE)

    assert "1 person is ready" in checked
    assert "formula" not in checked


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """Return a workbook with another part of that name."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            new.writestr(entry, part if entry == name else old.read(entry))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>name&c;</t></is></c></row>
</sheetData></worksheet>"""
FAR = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>
<row r="99999999999"><c r="A2"><v>1</v></c></row></sheetData></worksheet>"""


def no_lists() -> dict[str, tuple[bytes, str]]:
    """Return files that are no lists, and what is said of each."""
    book = workbook(("name", "email"), ("Hedy", "hedy@example.org"))
    return {
        "empty": (b"", "is empty"),
        "blank": (b"  \n\n", "is empty"),
        "no rows": (b"name,email\n", "no rows below"),
        "a PDF": (b"%PDF-1.7 x", "is a PDF"),
        "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", "of an old kind"),
        "binary": (b"a,b\0\0\n\0", "is not text"),
        "half UTF-16": (b"\xff\xfea\x00b", "is not text"),
        "no archive": (b"PK\x03\x04 no archive", "is damaged"),
        "half a workbook": (book[: len(book) // 2], "is damaged"),
        "no workbook": (zipped(x=b"y"), "cannot be read as a workbook"),
        "bomb": (with_part(book, "xl/styles.xml", b"x" * (21 << 20)), "far larger"),
        "entities": (with_part(book, SHEET, ENTITIES), "cannot be read"),
        "far row": (with_part(book, SHEET, FAR), "rows: save it as"),
        "no XML": (with_part(book, SHEET, b"<x"), "cannot be read"),
        "empty sheet": (workbook(()), "no header"),
    }


def test_files_that_are_no_lists_are_refused_in_words_and_leave_nothing(
    desk: TestClient, program: App
) -> None:
    for kind, (content, words) in no_lists().items():
        answer = desk.post(
            "/desk/imports/new", files={"file": ("people.xlsx", content or b"\n")}
        )
        assert answer.status_code == 422, kind
        assert words in unescape(answer.text), kind
    with program.reading() as connection:
        assert list_imports.latest(connection, 9) == []


def test_no_entity_of_a_workbook_is_expanded() -> None:
    assert openpyxl.DEFUSEDXML is True


def test_a_file_of_another_encoding_is_read_and_said_so(desk: TestClient) -> None:
    western = uploaded(desk, content="name,email\nJosé,j@example.org".encode("cp1252"))
    wide = uploaded(desk, content="name\temail\nJosé\tj@example.org".encode("utf-16"))

    assert "José" in desk.get(western).text
    assert "Windows-1252" in desk.get(western).text
    assert "José" in desk.get(wide).text


def test_nothing_in_a_file_becomes_markup(desk: TestClient) -> None:
    for payload in LISTED[::24]:
        cell = payload.replace("\n", " ").replace('"', '""')
        rows = [f'"{cell}",x@example.org', f'"{cell}","{cell}"']
        head = f'name,"{cell}"'
        address = uploaded(desk, *rows, head=head.replace("\0", ""))
        pages = [desk.get(address).text, desk.get("/desk/imports").text]
        form = {"column_0": "name", "column_1": "email", "list": "lantern"}
        form |= {"permission": "each-row"}
        pages += [
            desk.post(f"{address}/columns", data=form).text,
            desk.post(f"{address}/run").text,
        ]
        if "<" in payload:
            assert not [page for page in pages if payload in page]


def test_a_page_of_a_whole_import_asks_little(desk: TestClient, program: App) -> None:
    address = uploaded(desk, HEDY, COMMA)
    statements: list[str] = []
    event.listen(
        program.engine,
        "before_cursor_execute",
        lambda _c, _cur, words, *_: statements.append(words),
    )
    for path in ("/desk/imports", "/desk/imports/new", address):
        statements.clear()
        assert desk.get(path).status_code == 200
        assert len([each for each in statements if "PRAGMA" not in each]) <= 10


def test_columns_that_say_nobody_are_refused_and_what_was_chosen_stays(
    desk: TestClient,
) -> None:
    address = uploaded(desk, HEDY)
    page = matched(desk, address, column_0="", list="", permission="alike")

    assert "Choose the list that they join" in page
    assert "Say how they said yes" in page
    page = matched(desk, address, column_0="", permission="not-asked")
    assert "needs a column called name" in page
    assert "Is this what your columns mean?" in page
