"""Feeds that others have met: none breaks the reader, costs much, or loses words.

They come from feedparser's source distribution; DIGEST_CORPUS names more.
"""

import re
from ast import literal_eval
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.gather.feeds import xml_feed
from tests.corpus import MAX_SECONDS, Read, feedparser_data, named_folders, read_apart
from tests.expectations import agrees, expectations
from tests.raw_items import post_from

HERE = "https://example.org/feed"
_TITLE = re.compile(rb"Expect:\s*(?:not bozo and )?feed\['title'\] == (.+)")
# Where we read a feed otherwise than feedparser, and why.
OTHERWISE = {
    "atom10/entry_content_base64": "bytes in base64 are no words",
    "base/http_": "an id stays as it is said; the address is another here",
    "cdf/": "CDF, of 1997, is no longer written",
    "rss/entity_in_doctype": "no feed needs entities of its own",
    "rss/item_description_not_a_doctype": "HTML takes it for a comment, and so do we",
    "sanitize/entry_content_iframe": "what a browser shows nothing of is not words",
    "sanitize/entry_summary_iframe": "what a browser shows nothing of is not words",
    "sanitize/item_content_encoded_script_nested": "HTML takes CDATA for a comment",
}


@pytest.fixture(scope="module")
def data() -> Path:
    try:
        return feedparser_data()
    except LookupError as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="module")
def files_read(data: Path) -> list[Read]:
    return read_apart(data)


def check_limits(reads: list[Read]) -> None:
    """Assert that each file was read, or refused in a line, within its limits."""
    assert [read for read in reads if read.broke] == []
    assert [read for read in reads if read.seconds > MAX_SECONDS] == []
    assert [read for read in reads if len(read.refused.splitlines()) > 1] == []


def test_no_real_feed_breaks_the_reader(files_read: list[Read]) -> None:
    check_limits(files_read)
    assert len(files_read) > 2200


def test_hardly_a_real_feed_is_refused(files_read: list[Read]) -> None:
    feeds = [read for read in files_read if read.path.endswith(".xml")]
    refused = Counter(read.refused for read in feeds if read.refused)

    assert refused.total() < len(feeds) / 50
    assert sum(read.items for read in feeds) > 400


def is_otherwise(name: str) -> bool:
    return any(name.startswith(start) for start in OTHERWISE)


def disagreements(folder: Path) -> Iterator[tuple[str, str, bool]]:
    for path in sorted(folder.rglob("*.xml")):
        name = path.relative_to(folder).as_posix()
        if is_otherwise(name):
            continue
        content = path.read_bytes()
        expected = list(expectations(content))
        entries = xml_feed.entries(content, "", HERE) if expected else ()
        for expectation in expected:
            yield (
                name,
                expectation.field,
                agrees(expectation, entries[expectation.entry]),
            )


def test_titles_links_dates_and_words_are_those_that_were_meant(data: Path) -> None:
    checks = list(disagreements(data / "wellformed"))
    checked = Counter(field for _, field, _ in checks)

    assert [(name, field) for name, field, agreed in checks if not agreed] == []
    assert checked["words"] > 500
    assert checked["title"] > 100
    assert all(checked[field] for field in ("link", "date", "author", "key", "topic"))


def test_every_entity_is_the_sign_that_was_meant(data: Path) -> None:
    # Each file says it in the title of the feed; the title of a post is read here.
    agreements = {}
    for path in sorted((data / "entities").glob("*.xml")):
        meant = _TITLE.search(path.read_bytes())
        if meant:
            [entry] = xml_feed.entries(_as_item(path.read_bytes()), "", HERE)
            title = literal_eval(meant[1].decode())
            agreements[path.stem] = post_from(entry).title in {
                title,
                " ".join(title.split()),
            }

    assert len(agreements) > 240
    # HTML 5 draws these two with other signs than HTML 4 did.
    assert [name for name, agreed in agreements.items() if not agreed] == [
        "lang",
        "rang",
    ]


def _as_item(content: bytes) -> bytes:
    opened = content.replace(b"<channel>", b"<channel><item>")
    return opened.replace(b"</channel>", b"</item></channel>")


@pytest.mark.skipif(not named_folders(), reason="DIGEST_CORPUS names no folder: 0 read")
def test_no_input_of_ours_breaks_the_reader() -> None:
    for folder in named_folders():
        check_limits(read_apart(folder))
