"""An operator's templates stand in for ours, and their faults are named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.errors import RenderError
from digest.render.email.compile import preview_html, preview_text
from digest.render.options import RenderOptions
from digest.render.templates import environment, operator_file, rendered
from tests.builders import a_post, a_variant

AT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an operator's folder, with a place for email templates."""
    (tmp_path / "email").mkdir()
    return tmp_path


def test_an_operators_template_stands_in_for_ours(folder: Path) -> None:
    (folder / "email" / "edition.txt").write_text("Hi! {{ reader.leave_url }}")

    text = preview_text(a_variant(), RenderOptions(AT, folder))

    assert text == "Hi! https://example.org/u/sample\n"
    assert "<h1" in preview_html(a_variant(), RenderOptions(AT, folder))


def test_an_operators_template_may_build_on_ours(folder: Path) -> None:
    (folder / "email" / "inlined.css").write_text(
        '{% include "ours/inlined.css" %}\nh1 { color: #ff00ff }'
    )

    html = preview_html(a_variant(), RenderOptions(AT, folder))

    assert "color:#f0f" in html
    assert "max-width:640px" in html


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param(
            "edition.html",
            "<p>\n{% if %}",
            ["edition.html, line 2", "correct it"],
            id="broken",
        ),
        pytest.param(
            "edition.html",
            "{{ reader.leave_url }}\n\n{{ issue.nothing }}",
            ["edition.html, line 3", "nothing"],
            id="a name that is not known",
        ),
        pytest.param(
            "edition.html",
            "{{ reader.leave_url }}\n{{ 1 / 0 }}",
            ["edition.html, line 2"],
            id="wrong sums",
        ),
        pytest.param(
            "edition.html",
            "{{ reader.leave_url }}{% include 'missing.html' %}",
            ["missing.html is missing"],
            id="a missing part",
        ),
        pytest.param(
            "edition.html",
            "<p>Goodbye</p>",
            ["no way to leave", "reader.leave_url"],
            id="no way to leave",
        ),
        pytest.param(
            "blocks.html",
            "{% macro heading(level, runs) %}{% endmacro %}",
            ["blocks.html has no macro paragraph"],
            id="a missing macro",
        ),
        pytest.param(
            "edition.html",
            '<html><head><script src="x"></script></head></html>',
            ["cannot hold <script>"],
            id="a script",
        ),
    ],
)
def test_a_broken_template_is_named_in_one_line(
    folder: Path, name: str, content: str, words: list[str]
) -> None:
    (folder / "email" / name).write_text(content)
    variant = a_variant(a_post(url=""))

    with pytest.raises(RenderError) as problem:
        preview_html(variant, RenderOptions(AT, folder))

    assert "\n" not in str(problem.value)
    assert all(part in str(problem.value) for part in words)


def test_a_template_that_is_not_utf_8_is_an_error(folder: Path) -> None:
    (folder / "email" / "edition.html").write_bytes(b"caf\xe9")

    with pytest.raises(RenderError, match="cannot be read"):
        preview_html(a_variant(), RenderOptions(AT, folder))


def test_a_folder_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="is not a folder"):
        preview_html(a_variant(), RenderOptions(AT, tmp_path / "none"))


def test_a_file_is_the_operators_or_ours_or_an_error(tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    mine = tmp_path / "email" / "kept.css"
    mine.write_text("")

    assert operator_file(tmp_path, "email/kept.css") == mine
    assert operator_file(tmp_path, "email/edition.txt").is_file()
    assert operator_file(None, "email/kept.css") != mine
    with pytest.raises(RenderError, match=r"letter/none\.typ is missing"):
        operator_file(tmp_path, "letter/none.typ")


def test_html_is_escaped_and_text_is_not(folder: Path) -> None:
    for name in ("a.html", "a.txt"):
        (folder / "email" / name).write_text("{{ words }}")
    templates = environment(folder, "email")

    assert rendered(templates, "a.html", {"words": "<b>"}) == "&lt;b&gt;"
    assert rendered(templates, "a.txt", {"words": "<b>"}) == "<b>"
