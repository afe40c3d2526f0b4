"""A list written out: whole, safe in a spreadsheet, and fit to import again."""

import csv
import io
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.audience.lists.columns import COLUMNS
from digest.audience.lists.exporting import export
from digest.audience.lists.importing import ListImport
from digest.audience.unsubscribing import unsubscribe
from digest.errors import NotFound
from digest.model.formats import HTML, LARGE_PRINT, LETTER, PHONE, PLAIN
from digest.model.people.channel_choice import NotServed, ReaderFacts, resolve
from digest.model.people.channel_offers import has_asked_for_calls
from digest.store.base.engine import reading, writing
from digest.store.people.subscribers import subscribed
from tests.builders import EIGHT
from tests.lists import ANN, HASHER, imported
from tests.stored import a_stored_campaign

HERE = Path(__file__).resolve().parents[2] / "subscribers"
SAMPLE = HERE / "sample.csv"


def exported(engine: Engine, list_name: str | None = "lantern") -> str:
    out = io.StringIO(newline="")
    export(engine, out, list_name)
    return out.getvalue()


def test_what_is_exported_can_be_imported_again(engine: Engine, tmp_path: Path) -> None:
    work = ListImport(engine, "lantern", HASHER)
    work.run(SAMPLE, EIGHT)
    path = tmp_path / "out.csv"
    path.write_text(exported(engine), encoding="utf-8", newline="")
    report = work.run(path, EIGHT)

    assert (report.unchanged, report.rows) == (14, 14)


def test_no_cell_is_a_formula(engine: Engine) -> None:
    head = "name,email,phone,organiser,notes"
    imported(engine, '"=HYPERLINK(1)",a@example.org,+44 1632 960155,@x,-1+1', head=head)
    [cells] = csv.DictReader(io.StringIO(exported(engine)))

    assert cells["name"] == "'=HYPERLINK(1)"
    assert cells["phone"] == "'+44 1632 960155"
    assert not [cell for cell in cells.values() if cell[:1] in set("=+-@")]
    assert imported(
        engine, *exported(engine).splitlines()[1:], head=",".join(COLUMNS)
    ).unchanged


def test_those_who_left_are_not_exported(engine: Engine) -> None:
    a_stored_campaign(engine)
    imported(engine, ANN)
    imported(engine, "Bob,bob@example.org,,,,", to="others")
    with writing(engine) as connection:
        unsubscribe(connection, 1, EIGHT + timedelta(days=1))

    assert "ann@" not in exported(engine)
    assert "bob@" in exported(engine, None)
    assert "ann@" not in exported(engine, None)


def test_a_list_that_is_not_there_is_said_so(engine: Engine) -> None:
    with pytest.raises(NotFound, match="no list called nothing"):
        exported(engine, "nothing")


def test_the_sample_list_goes_in_whole_with_one_reader_out_of_reach(
    engine: Engine,
) -> None:
    report = ListImport(engine, "lantern", HASHER).run(SAMPLE, EIGHT)
    with reading(engine) as connection:
        people = [
            subscriber.person for subscriber in subscribed(connection, None, 0, 100)
        ]

    assert (report.added, report.problems, report.ignored_columns) == (14, [], ())
    assert {person.format for person in people} == {
        HTML,
        PLAIN,
        LETTER,
        LARGE_PRINT,
        PHONE,
    }
    unreachable = [
        person.name
        for person in people
        if isinstance(
            resolve(
                ReaderFacts(
                    person.format or HTML,
                    has_email=bool(person.email),
                    has_address=person.address is not None,
                    has_phone=bool(person.phone),
                    agreed_to_calls=has_asked_for_calls(
                        person.format, [person.consent]
                    ),
                )
            ),
            NotServed,
        )
    ]
    assert unreachable == ["Edwin Pascoe"]
    assert all(
        person.email.endswith("@example.org") for person in people if person.email
    )
    assert all(
        person.phone.startswith("01632 960") for person in people if person.phone
    )


def test_real_lists_are_ignored_by_git() -> None:
    if not (HERE.parent / ".git").exists():
        pytest.skip("not a git checkout")

    def ignored(name: str) -> bool:
        process = subprocess.run(  # noqa: S603 - our own names
            ["git", "check-ignore", "-q", f"subscribers/{name}"],  # noqa: S607 - git's own place
            cwd=HERE.parent,
            check=False,
        )
        return process.returncode == 0

    names = ("real.csv", "april/real.csv", "list.xlsx", "sample.csv", "README.md")
    assert [name for name in names if ignored(name)] == list(names[:3])
