"""Whatever file is put into any field for one, nothing of it runs or is fetched.

The fields are read off the pages, as those of words are: see test_hostile_forms. Each
file comes as a browser sends it, or as nobody's browser would. What is refused is
refused in words, on a page that leads on, and no fault of ours is in the log.
"""

import io
import logging
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from tests.integration.test_desk_imports import no_lists, workbook
from tests.integration.test_hostile_forms import (
    Visit,
    faults_in,
    forms_of,
    paper,
    paper_pattern,
    visit,
)
from tests.pictures import a_drawing, saved

__all__ = ["paper", "paper_pattern", "visit"]

BOUNDARY = "hostile"
EVIL = b"<script>evil()</script><img src=//example.net/evil onerror=evil()>"
_FORMULAS = b"""name,email,notes
"=HYPERLINK(""http://example.net/evil"",""x"")",ann@example.org,@SUM(1+1)
"=cmd|' /C evil()'!A0",bo@example.org,"+1"
"<script>evil()</script>",cy@example.org,-1
"""
_FIRST_LIST = b"name,email\nAnn,ann@example.org\n"
_NAMES = (
    *("../../../etc/passwd.csv", "C:\\\\Windows\\\\..\\\\evil.csv", "/etc/cron.d/evil"),
    *("%2e%2e%2fevil.csv", "'; evil(); '.csv", "a%0d%0aX-Evil: yes.csv", "con.csv"),
    *('\\"><script>evil()</script>.csv', "<img src=x onerror=evil()>.png"),
    *("\x01\x1b[31m\x7fevil.csv", "\u202egpj.vsc\u2066.csv", "\U0001f3ee.csv"),
    *(
        "n" * 300 + ".csv",
        "灯" * 120 + ".csv",
        "\u0301" * 300,
        "=HYPERLINK(evil()).csv",
    ),
    *(".", "..", "/", "  ", "\t", "a" * 60_000),
)
# Whoever is asked over the network; PostgreSQL's own library asks beside this.
_ASKS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname")
_SVG = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "http://example.net/evil">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="evil()"><script>evil()</script>'
    b'<image href="http://example.net/evil"/>&x;</svg>'
)


@dataclass(frozen=True, slots=True)
class FileField:
    """A field for a file: on which page, where its form goes, and its other values."""

    page: str
    action: str
    name: str
    values: tuple[tuple[str, str], ...]

    def body(self, *files: bytes) -> bytes:
        """Return the form with these parts for files, each with its own head."""
        words = [
            f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
            for name, value in self.values
        ]
        lines = [b"--hostile\r\n" + part + b"\r\n" for part in (*words, *files)]
        return b"".join((*lines, b"--hostile--\r\n"))

    def file(self, name: str, content: bytes, kind: str = "text/csv") -> bytes:
        """Return a part that is a file of that name, however that is written."""
        head = f'Content-Disposition: form-data; name="{self.name}"; filename="{name}"'
        return f"{head}\r\nContent-Type: {kind}\r\n\r\n".encode() + content


def file_fields(page: str, text: str) -> Iterator[FileField]:
    """Yield the fields for files of a page's forms."""
    for node in LexborHTMLParser(text).css("form[method=post]"):
        fields = node.css("input[type=file][name]")
        names = [field.attributes["name"] or "" for field in fields]
        for form in forms_of(page, node.html or "") if names else ():
            values = form.values.items()
            words = tuple((name, value) for name, value in values if name not in names)
            yield from (FileField(page, form.action, name, words) for name in names)


def pictures() -> dict[str, bytes]:
    """Return files that are no pictures, or more than one."""
    png = saved(a_drawing())
    huge = saved(Image.new("1", (12_000, 12_000)))
    return {
        "drawing": _SVG,
        "page": b"<!doctype html>" + EVIL,
        "page that says it is a picture": b"GIF89a" + EVIL,
        "picture with a page behind": png + EVIL,
        "half": png[: len(png) // 2],
        "bomb": huge,
        "head alone": png[:8],
        "PDF": b"%PDF-1.7 x",
        "PostScript": b"%!PS-Adobe-3.0\n(evil()) run",
        "too large": png + b"\0" * 10_000_001,
    }


def archives() -> dict[str, bytes]:
    """Return archives that are no workbooks, or swell."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("../../evil", b"x")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (300 << 20))
    formulas = workbook(
        ("name", "email"), ('=HYPERLINK("http://example.net/evil")', "=1")
    )
    return {"swells": out.getvalue(), "formulas": formulas}


def contents() -> dict[str, bytes]:
    """Return what is in files that mean harm, or are none of what is asked for."""
    rows = b"name,email\n"
    return {
        **{name: content for name, (content, _) in no_lists().items()},
        **pictures(),
        **archives(),
        "formulas of a list": _FORMULAS,
        "a page as a list": rows + EVIL,
        "a cell without end": rows + b"x" * 2_000_000,
        "a quote without end": rows + b'"Ann,ann@example.org\n' * 3,
        "columns without end": b"a," * 100_000 + b"\nx",
    }


def bodies(field: FileField) -> dict[str, tuple[str, bytes]]:
    """Return forms as no browser sends them, each with what it says it is."""
    form = f"multipart/form-data; boundary={BOUNDARY}"
    file = field.file("a.csv", _FIRST_LIST)
    whole, head = field.body(file), b"Content-Disposition: form-data; name="
    words = head + f'"{field.name}"\r\n\r\nwords'.encode()
    return {
        "no boundary": ("multipart/form-data", whole),
        "another boundary": ("multipart/form-data; boundary=other", whole),
        "an endless boundary": (f"multipart/form-data; boundary={'b' * 5000}", whole),
        "an empty boundary": ("multipart/form-data; boundary=", whole),
        "cut off": (form, whole[:-30]),
        "cut off in a head": (form, whole[:30]),
        "nothing": (form, b""),
        "two files": (form, field.body(file, file)),
        "a file that is words": (form, field.body(words)),
        "a part without a name": (form, field.body(head[:30] + b"\r\n\r\nx")),
        "a part without a head": (form, field.body(b"\r\n\r\nx")),
        "an endless head": (form, field.body(b"X: " + b"a" * 100_000 + b"\r\n\r\nx")),
        "heads without end": (form, field.body(b"X: a\r\n" * 10_000 + b"\r\nx")),
        "fields without end": (form, field.body(*[head + b'"a"\r\n\r\nx'] * 5_000)),
        "an endless field": (
            form,
            field.body(head + b'"a"\r\n\r\n' + b"x" * 2_000_000),
        ),
        "no UTF-8": (form, field.body(file.replace(b"a.csv", b"\xff\xfe.csv"))),
        "another charset": (f"{form}; charset=nonesuch", whole),
        "another kind": ("multipart/mixed; boundary=hostile", whole),
        "words of another kind": ("application/x-www-form-urlencoded", b"file=x"),
        "JSON": ("application/json", b"{}"),
        "an encoding": (
            form,
            field.body(b"Content-Transfer-Encoding: base64\r\n" + file),
        ),
        "a coded name": (
            form,
            field.body(file.replace(b'="a.csv"', b"*=UTF-8''..%2f%00%0d%0a.csv")),
        ),
        "a name without an end": (form, field.body(file.replace(b'a.csv"', b"a.csv"))),
        "an empty name": (form, field.body(file.replace(b"a.csv", b""))),
    }


def refused_without_words(status: int, text: str) -> bool:
    """Whether it was refused, and the page does not say why and what to do."""
    page = LexborHTMLParser(text)
    # A form says so above it; a page of its own has nothing else to say.
    has_form = page.css_first("main form") is not None
    places = ".govuk-error-summary li, .govuk-body-l" if has_form else "main p"
    words = " ".join(node.text() for node in page.css(places))
    leads_on = page.css_first("form, main a, .govuk-body-l")
    return status >= 400 and not (len(words.split()) > 3 and leads_on)


# A form that is cut off in a file leaves that to be closed when it is forgotten.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_file_runs_is_fetched_or_breaks_a_page(
    visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    pages = visit.pages("/desk", "/post", "/account", "/desk/start")
    fields = {field for page in pages.items() for field in file_fields(*page)}
    assert {each.name for each in fields} == {"file", "logo-file"}
    faults, events = dict[str, object](), list[object]()
    sys.addaudithook(
        lambda event, args: events.append(args[1:]) if event in _ASKS else None
    )

    def send(field: FileField, why: str, kind: str, body: bytes) -> None:
        head = {"Content-Type": kind}
        answer = visit.client.post(field.action, content=body, headers=head)
        is_faulty = answer.status_code >= 500 or faults_in(answer.text)
        if is_faulty or refused_without_words(answer.status_code, answer.text):
            faults[f"{field.action} {why}"] = (answer.status_code, answer.text[-300:])

    form = f"multipart/form-data; boundary={BOUNDARY}"
    files, drawing = contents(), saved(a_drawing())
    visit.signs_in()
    for field in fields:
        for why, content in files.items():
            send(field, why, form, field.body(field.file("a.csv", content)))
        for name in _NAMES:
            for content in (_FIRST_LIST, drawing):
                send(field, repr(name), form, field.body(field.file(name, content)))
        for why, (kind, body) in bodies(field).items():
            send(field, why, kind, body)
    visit.pages("/desk", "/desk/imports", "/desk/campaigns/lantern-week/look")

    assert (faults, visit.faults, events) == ({}, {}, [])
    ours = [row for row in caplog.records if row.name.startswith("digest")]
    assert [row.getMessage() for row in ours if row.levelno >= logging.ERROR] == []


def test_what_is_too_large_or_came_too_late_is_told_with_what_to_do(
    visit: Visit,
) -> None:
    people, look = "/desk/imports/new", "/desk/campaigns/lantern-week/look"
    visit.signs_in()
    for page, size, words in (
        (people, 66 << 20, "The file is over 64 MB"),
        (look, 12 << 20, "The picture is over 10 MB"),
        ("/desk/people/new", 3_100_000, "Nothing was changed"),
    ):
        answer = visit.client.post(page, files={"file": ("a", b"x" * size)})
        assert (answer.status_code, words in answer.text) == (413, True), page
    visit.client.cookies.clear()
    for page in (people, look):
        answer = visit.client.post(page, files={"file": ("a", b"x")})
        assert answer.status_code == 401
        assert "the file that you chose was not taken" in answer.text
        assert f'href="/sign-in?then={page}"' in answer.text


def test_an_empty_picture_is_told_and_saves_nothing(visit: Visit) -> None:
    visit.signs_in()
    page = "/desk/campaigns/lantern-week/look"
    answer = visit.client.post(page, files={"logo-file": ("a.png", b"")})

    assert answer.status_code == 422
    assert "The picture is empty" in answer.text
