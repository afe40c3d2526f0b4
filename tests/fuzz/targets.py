"""What is fuzzed: each takes any bytes, and may do nothing worse than refuse them."""

import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from PIL import Image

from digest.errors import SourceError
from digest.gather.calendars.calendar import read_from
from digest.gather.calendars.ics.expand import answered
from digest.gather.feeds.feed import posts_in
from digest.gather.fetching.document import (
    LIMITS,
    Document,
    DocumentRequest,
    FetchLimits,
)
from digest.gather.fetching.fetch import Fetcher
from digest.gather.folders.front_matter import FrontMatter
from digest.gather.items.reading import SourceVisit
from digest.gather.markup.clean_text import cleaned
from digest.gather.markup.html import to_blocks
from digest.gather.markup.markdown import markdown_to_blocks
from digest.gather.markup.plain_text import text_to_blocks
from digest.gather.pages.page import read_page
from digest.gather.pictures.resizing import ROOMS, resized
from digest.gather.wordpress.export import read_wordpress
from digest.model.campaigns.campaign import Source, SourceKind
from digest.model.posts.blocks import Block, links_in, texts
from digest.model.posts.item_json import from_json, to_json
from digest.model.posts.items import Item

HERE = "https://example.org/feed"
_SINCE = datetime(2026, 7, 6, tzinfo=UTC)
_SCHEMES = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)


def feed(content: bytes) -> None:
    """Read the bytes as a feed of any kind."""
    first, _, rest = content.partition(b"\n")
    media_type = first.decode("latin-1") if first.startswith(b"text/") else ""
    reading = posts_in(rest if media_type else content, media_type, HERE)
    check_items(reading.items)


def html(content: bytes) -> None:
    """Read the bytes as HTML."""
    check_blocks(to_blocks(content.decode("utf-8", "replace"), HERE))


def markdown(content: bytes) -> None:
    """Read the bytes as Markdown."""
    check_blocks(markdown_to_blocks(content.decode("utf-8", "replace"), HERE))


def front_matter(content: bytes) -> None:
    """Read the bytes as a file with a head, and each value as everything it may be."""
    head = FrontMatter.of(content, "Europe/London")
    for key in head.values:
        for read in (head.moment, head.words, head.text):
            try:
                read(key)
            except ValueError as problem:
                check_refusal(problem)


def picture(content: bytes) -> None:
    """Open the bytes as a picture, and look at what is made of it."""
    for use, file in resized(content).items():
        with Image.open(io.BytesIO(file.content), formats=("JPEG", "PNG")) as image:
            image.load()
            assert image.size == (file.width, file.height)
            assert image.width <= ROOMS[use].width
            assert image.height <= ROOMS[use].height


def calendar(content: bytes) -> None:
    """Read the bytes as a calendar, in this process."""
    source = Source("diary", SourceKind.CALENDAR, "diary.ics")
    reading = read_from(
        content, source, SourceVisit(Fetcher(), since=_SINCE), by=answered
    )
    check_items((*reading.items, *reading.updates))
    for item in reading.skipped:
        assert len(f"{item.name}{item.why}".splitlines()) == 1, item


def plain_text(content: bytes) -> None:
    """Read the bytes as a plain text."""
    check_blocks(text_to_blocks(content.decode("utf-8", "replace"), HERE))


def page(content: bytes) -> None:
    """Read the bytes as a page of posts, and as every page that it leads to."""
    source = Source("page", SourceKind.PAGE, HERE)
    check_items(read_page(source, SourceVisit(OneDocument(content=content))).items)


def wordpress(content: bytes) -> None:
    """Read the bytes as an export of WordPress."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(content)
        file.flush()
        source = Source("past", SourceKind.WORDPRESS, file.name)
        check_items(
            read_wordpress(source, SourceVisit(OneDocument(content=content))).items
        )


@dataclass(frozen=True, slots=True)
class OneDocument(Fetcher):
    """Answers every request with the same bytes."""

    content: bytes = b""

    def fetch(self, request: DocumentRequest, limits: FetchLimits = LIMITS) -> Document:
        """Return the bytes, wherever they are asked for."""
        del limits
        return Document(self.content, request.url, "text/html")


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "feed": feed,
    "html": html,
    "markdown": markdown,
    "front-matter": front_matter,
    "plain-text": plain_text,
    "page": page,
    "wordpress": wordpress,
    "picture": picture,
    "calendar": calendar,
}


def run(target: Callable[[bytes], None], content: bytes) -> None:
    """Give the target the bytes. Raises what it does worse than refuse them."""
    try:
        target(content)
    except (SourceError, ValueError) as problem:
        check_refusal(problem)


def check_refusal(problem: Exception) -> None:
    """Assert that the refusal is ours: words in one line, and not a parser's own."""
    words = str(problem)
    assert type(problem) in {SourceError, ValueError}, repr(problem)
    assert len(words.splitlines()) == 1, words
    assert len(words) < 2_000, words


def check_items(items: Iterable[Item]) -> None:
    """Assert that what was read can be kept and rendered."""
    for item in items:
        check_blocks(item.body)
        wire = json.dumps(to_json(item), ensure_ascii=False).encode()
        assert from_json(json.loads(wire)) == item
        assert item.key
        assert item.title
        for line in (item.title, item.summary, *item.topics):
            assert len(line.splitlines()) <= 1, line
            assert "=?" not in item.title


def check_blocks(blocks: tuple[Block, ...]) -> None:
    """Assert that blocks hold clean words, and addresses that may be followed."""
    for text in texts(blocks):
        assert cleaned(text) == text, text
    for _, href in links_in(blocks):
        assert _SCHEMES.match(href), href
