"""A source tried before a campaign reads it: all is shown, nothing is stored."""

import json
from pathlib import Path
from subprocess import CompletedProcess

from tests.acceptance.conftest import Command
from tests.site import serving

FIELD = Path(__file__).parents[1] / "data" / "field" / "pages"
NOTE = """---
title: Kettles
published: 2026-07-05 14:00
---
By Ann Example, Chair, Example Group

Come in out of the rain.

![A kettle](drawing.svg)
"""


def tried(home: Path, digest: Command, *more: str) -> CompletedProcess[str]:
    notes = home / "notes"
    notes.mkdir(exist_ok=True)
    (notes / "kettles.md").write_text(NOTE)
    (notes / "bad.md").write_text("no title")
    (notes / "drawing.svg").write_text("<svg></svg>")
    done = digest("source", "try", "folder", str(notes), *more)
    assert done.returncode == 0, done.stderr
    return done


def test_a_person_sees_each_field_and_where_it_came_from(
    home: Path, digest: Command
) -> None:
    done = tried(home, digest)

    assert '  title: Kettles   [from "title" at its top]\n' in done.stdout
    assert "  byline: Ann Example, Chair, " in done.stdout
    assert "[from the lines that open its text]" in done.stdout
    assert "skipped bad.md: has no title" in done.stderr
    assert "drawing.svg is an SVG drawing" in done.stderr
    assert "1 item; 1 skipped; nothing was stored" in done.stderr
    assert not (home / "var").exists()


def test_a_program_gets_the_whole_of_it(home: Path, digest: Command) -> None:
    reading = json.loads(tried(home, digest, "--json").stdout)

    [entry] = reading["items"]
    assert entry["item"]["title"] == "Kettles"
    assert set(entry["origins"]) == set(entry["item"]) - {"k"}
    assert [skipped["name"] for skipped in reading["skipped"]] == ["bad.md"]


def test_days_of_a_page_that_lack_a_year_are_dated_as_when_it_is_gathered(
    home: Path, digest: Command
) -> None:
    (home / ".env").write_text("DIGEST_FETCH_ALLOW=127.0.0.1\n")
    with serving() as site:
        site.files["week"] = (FIELD / "day_with_a_name.html").read_bytes()
        done = digest("source", "try", "page", f"{site.url}/week")
    published = [line for line in done.stdout.splitlines() if "published: " in line]

    assert [" 6 July" in line for line in published] == [True, False]
    assert [" 7 July" in line for line in published] == [False, True]
