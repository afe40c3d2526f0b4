"""What a folder promises beyond the ordinary: plain text, files that are not ready."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.folders.folder import read_folder
from digest.gather.items.reading import Reading
from digest.gather.markup.plain_text import text_to_blocks
from digest.model.campaigns.campaign import Source, SourceKind
from digest.model.posts.blocks import (
    Block,
    ListBlock,
    Paragraph,
    Picture,
    TextSpan,
    texts,
)
from digest.model.posts.items import Byline, Item, Post
from tests.builders import EIGHT, a_visit

BASE = ""
TEXT = """The kettle is always on
By Ann Example, Chair, The Hall

Come in out of the rain. The kettle is on from nine, and nobody
who comes in for a warm is asked for a reason, on any day at all.

Write to ann@example.org,
or ring 01632 960 155.
"""


def read(folder: Path, now: datetime | None = None) -> Reading:
    return read_folder(
        Source("notes", SourceKind.FOLDER, str(folder)), a_visit(now=now)
    )


def only(folder: Path) -> Item:
    [item] = read(folder).items
    return item


def test_a_plain_text_is_a_post(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    post = only(tmp_path)

    assert isinstance(post, Post)
    assert (post.key, post.title) == ("a.txt", "The kettle is always on")
    assert post.byline == Byline("Ann Example", "Chair", "The Hall")
    assert list(texts(post.body)) == [
        "Come in out of the rain. The kettle is on from nine, and nobody who comes in"
        " for a warm is asked for a reason, on any day at all.",
        "Write to ann@example.org,\nor ring 01632 960 155.",
    ]
    assert post.summary.startswith("Come in out of the rain.")


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        pytest.param("One\n\ntwo", "One", ["two"], id="an empty line"),
        pytest.param("One\n===\ntwo", "One", ["two"], id="an underlined title"),
        pytest.param("\n\n  One  \r\n\r\ntwo\r\n", "One", ["two"], id="Windows"),
        pytest.param("One", "One", [], id="a title alone"),
        pytest.param(
            "word " * 40,
            "word " * 9 + "word\u2026",
            [("word " * 40).strip()],
            id="a first line that is no title",
        ),
        pytest.param(
            "---\ntitle: One\n---\nTwo\n\nthree", "One", ["Two", "three"], id="a head"
        ),
        pytest.param(
            "One\n\n*two* <b>3</b>", "One", ["*two* <b>3</b>"], id="no markup"
        ),
        pytest.param("\ufeffOne\n\ntwo", "One", ["two"], id="a byte order mark"),
    ],
)
def test_a_title_is_the_first_line(
    tmp_path: Path, text: str, title: str, body: list[str]
) -> None:
    (tmp_path / "a.TXT").write_text(text, newline="")
    post = only(tmp_path)

    assert (post.title, list(texts(post.body))) == (title, body)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        pytest.param(
            "See https://example.org/a_(b)?c=1&d. Thanks",
            (
                Paragraph(
                    (
                        TextSpan("See "),
                        TextSpan(
                            "https://example.org/a_(b)?c=1&d",
                            href="https://example.org/a_(b)?c=1&d",
                        ),
                        TextSpan(". Thanks"),
                    )
                ),
            ),
            id="an address in a sentence",
        ),
        pytest.param(
            "- one\n- two",
            (
                ListBlock(
                    ordered=False,
                    items=(
                        (Paragraph((TextSpan("one"),)),),
                        (Paragraph((TextSpan("two"),)),),
                    ),
                ),
            ),
            id="a list",
        ),
        pytest.param(
            "1. one\n2) two",
            (
                ListBlock(
                    ordered=True,
                    items=(
                        (Paragraph((TextSpan("one"),)),),
                        (Paragraph((TextSpan("two"),)),),
                    ),
                ),
            ),
            id="a numbered list",
        ),
        pytest.param(
            "- 5 degrees", (Paragraph((TextSpan("- 5 degrees"),)),), id="a dash"
        ),
        pytest.param(
            "see javascript://x <a href='y'>",
            (Paragraph((TextSpan("see javascript://x <a href='y'>"),)),),
            id="markup as it stands",
        ),
    ],
)
def test_plain_text_is_read_as_people_write_it(
    text: str, blocks: tuple[Block, ...]
) -> None:
    assert text_to_blocks(text, BASE) == blocks


@given(st.text(alphabet=st.sampled_from("ab -*.1)\n\t@:/htps<&\"'")))
def test_no_word_of_a_plain_text_is_lost(text: str) -> None:
    def letters(words: str) -> list[str]:
        return [letter for letter in words if letter in "ab@<&\"'"]

    assert letters("".join(texts(text_to_blocks(text, BASE)))) == letters(text)


def test_a_picture_of_the_same_name_is_the_texts_own(tmp_path: Path) -> None:
    (tmp_path / "walk.txt").write_text("The walk\n\nIt rained.")
    (tmp_path / "walk.jpg").write_bytes(b"\xff\xd8\xff")
    post = only(tmp_path)

    assert isinstance(post, Post)
    assert post.picture == Picture(str(tmp_path / "walk.jpg"))


def changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


@pytest.mark.parametrize(
    ("after", "is_read"),
    [
        (timedelta(0), False),
        (limits.FILE_REST - timedelta(seconds=1), False),
        (limits.FILE_REST, True),
        (timedelta(days=400), True),
        pytest.param(timedelta(days=-400), True, id="another clock's future"),
    ],
)
def test_a_file_that_is_still_being_written_waits_by_name(
    tmp_path: Path,
    after: timedelta,
    is_read: bool,  # noqa: FBT001 - a case
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One\n\nhalf of a sente")
    reading = read(tmp_path, changed(path) + after)

    assert bool(reading.items) is is_read
    assert [item.name for item in reading.skipped if "next time" in item.why] == (
        [] if is_read else ["a.txt"]
    )


def test_whoever_tries_a_folder_sees_a_file_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One")

    assert only(tmp_path).title == "One"


def test_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "gone.md").symlink_to(tmp_path / "none.md")
    (tmp_path / "round.txt").symlink_to(tmp_path / "round.txt")
    (tmp_path / "good.md").write_text("# Good")
    reading = read(tmp_path)

    assert [item.title for item in reading.items] == ["Good"]
    assert [item.name for item in reading.skipped] == ["gone.md", "round.txt"]
    assert all("not there" in item.why for item in reading.skipped)


@pytest.fixture
def not_root() -> Iterator[Path]:
    """Yield a folder in a process that may not read everything."""
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer) / "notes"
        folder.mkdir()
        Path(outer).chmod(0o755)
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)
        yield folder
        os.seteuid(was)


def test_what_may_not_be_read_is_named(not_root: Path) -> None:
    am = os.geteuid()
    os.seteuid(os.getuid())
    for name in ("a.md", "b/b.md", "c/c.md", "d.md"):
        (not_root / name).parent.mkdir(exist_ok=True)
        (not_root / name).write_text("# T")
    (not_root / "a.md").chmod(0)
    (not_root / "b").chmod(0)  # cannot be listed
    (not_root / "c").chmod(0o644)  # can be listed, and not entered
    os.seteuid(am)
    reading = read(not_root)
    os.seteuid(os.getuid())
    (not_root / "b").chmod(0o755)
    (not_root / "c").chmod(0o755)

    assert [item.key for item in reading.items] == ["d.md"]
    assert [item.name for item in reading.skipped] == ["b", "c/c.md", "a.md"]
    assert all("Permission denied" in item.why for item in reading.skipped)


@pytest.mark.parametrize("name", ["", "below"])
def test_a_folder_that_may_not_be_read_is_refused(not_root: Path, name: str) -> None:
    am = os.geteuid()
    os.seteuid(os.getuid())
    not_root.chmod(0)
    os.seteuid(am)

    with pytest.raises(SourceError, match="Permission denied"):
        read(not_root / name)
    os.seteuid(os.getuid())
    not_root.chmod(0o755)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("Caf\u00e9".encode("cp1252"), "UTF-8", id="Windows letters"),
        pytest.param(b"\x89PNG\r\n\x1a\n\xff", "UTF-8", id="a picture"),
        pytest.param(b"x" * 2_000_001, "2 MB", id="a monster"),
        pytest.param(b"", "no title", id="nothing"),
        pytest.param(b"\n\n \n", "no title", id="blank"),
        pytest.param(b"\x00\x01\x02", "no title", id="controls"),
    ],
)
@pytest.mark.parametrize("name", ["bad.txt", "bad.md"])
def test_a_file_that_is_no_text_is_named(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.txt").write_text("Good")
    reading = read(tmp_path)

    assert [item.title for item in reading.items] == ["Good"]
    assert [item.name for item in reading.skipped] == [name]
    assert why in reading.skipped[0].why


def test_what_an_editor_of_windows_calls_unicode_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Caf\u00e9".encode("utf-16"))

    assert only(tmp_path).title == "Caf\u00e9"


def test_a_name_that_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.md")).write_text("# One")
    (tmp_path / "a\nb.md").write_text("# Two")
    reading = read(tmp_path)

    assert [item.title for item in reading.items] == ["Two"]
    assert [(item.name, "UTF-8" in item.why) for item in reading.skipped] == [
        ("caf.md", True)
    ]


def test_a_title_that_looks_like_a_header_stays_as_it_is_written(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.md").write_text("# =?utf-8?q?x=0D=0ABcc:y?=\n\nw")
    (tmp_path / "b.txt").write_text("=?utf-8?q?x=0D=0ABcc:y?=\n\nw")
    (tmp_path / "c.md").write_text("---\ntitle: =?utf-8?q?x=0D=0ABcc:y?=\n---\nw")

    titles = {item.title for item in read(tmp_path).items}
    assert titles == {"=?utf-8?q?x=0D=0ABcc:y?="}


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name in ("b/2.txt", "a.md", "b/1.markdown", ".hidden/3.md", "c.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("# T\n\nw")

    assert [item.key for item in read(tmp_path, EIGHT).items] == [
        "a.md",
        "b/1.markdown",
        "b/2.txt",
    ]


def test_more_files_than_are_taken_are_named(tmp_path: Path) -> None:
    for number in range(limits.ITEMS + 2):
        (tmp_path / f"{number:04}.txt").write_text("T")
    reading = read(tmp_path)

    assert len(reading.items) == limits.ITEMS
    assert [item.name for item in reading.skipped] == ["the rest"]


def test_a_folder_without_files_of_words_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.docx").write_bytes(b"PK")

    assert read(tmp_path).notes == (
        "holds no files of words, which end in .markdown, .md, .txt",
    )
