"""A source tried before a campaign reads it: all is shown, nothing is stored."""

import json
import os
import subprocess
import sys
from pathlib import Path

NOTE = """---
title: Kettles
published: 2026-07-05 14:00
---
By Ann Example, Chair, Example Group

Come in out of the rain.

![A kettle](drawing.svg)
"""


def tried(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    notes = folder / "notes"
    notes.mkdir(exist_ok=True)
    (notes / "kettles.md").write_text(NOTE)
    (notes / "bad.md").write_text("no title")
    (notes / "drawing.svg").write_text("<svg></svg>")
    command = [sys.executable, "-m", "digest", "source", "try", "folder", str(notes)]
    return subprocess.run(  # noqa: S603 - our own command
        [*command, *more],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=os.environ | {"DIGEST_DATA_DIR": str(folder / "var")},
    )


def test_a_person_sees_each_field_and_where_it_came_from(tmp_path: Path) -> None:
    done = tried(tmp_path)

    assert '  title: Kettles   [from "title" at its top]\n' in done.stdout
    assert "  byline: author Ann Example; role Chair;" in done.stdout
    assert "[from the lines that open its text]" in done.stdout
    assert "skipped bad.md: has no title" in done.stderr
    assert "drawing.svg is an SVG drawing" in done.stderr
    assert "1 items; 1 skipped; nothing was stored" in done.stderr
    assert not (tmp_path / "var").exists()


def test_a_program_gets_the_whole_of_it(tmp_path: Path) -> None:
    reading = json.loads(tried(tmp_path, "--json").stdout)

    [entry] = reading["items"]
    assert entry["item"]["title"] == "Kettles"
    assert set(entry["origins"]) == set(entry["item"]) - {"k"}
    assert [skipped["name"] for skipped in reading["skipped"]] == ["bad.md"]
