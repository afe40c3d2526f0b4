"""What feedparser's own test data says of a feed, where we use it too.

Each of its files opens with a comment such as
    Expect: not bozo and entries[0]['title'] == 'Item 1 title'
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from digest.gather.items.raw_item import RawItem
from digest.gather.markup.html import to_blocks
from digest.model.posts.blocks import texts
from digest.model.posts.items import Post
from tests.raw_items import post_from

_EXPECT = re.compile(rb"Expect:\s*(.+)")
_FIELDS = {
    "['title']": "title",
    "['title_detail']['value']": "title",
    "['description']": "words",
    "['summary']": "words",
    "['summary_detail']['value']": "words",
    "['content'][0]['value']": "words",
    "['link']": "link",
    "['id']": "key",
    "['guid']": "key",
    "['published_parsed']": "date",
    "['updated_parsed']": "date",
    "['created_parsed']": "date",
    "['author_detail']['name']": "author",
    "['tags'][0]['term']": "topic",
    "['enclosures'][0]['href']": "link",
    "['image']['href']": "picture",
}
_BASE = "https://example.org/feed"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One value that an entry should have, by the name of our field."""

    entry: int
    field: str
    value: object


def expectations(content: bytes) -> Iterator[Expectation]:
    """Yield what the file's own comment says of fields that a post has."""
    match = _EXPECT.search(content)
    if match is None:
        return
    try:
        tree = ast.parse(match[1].decode().strip(), mode="eval")
    except (SyntaxError, UnicodeDecodeError):
        return
    for part in ast.walk(tree):
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Eq):
            yield from _read(ast.unparse(part.left), part.comparators[0])


def _read(path_of_field: str, right: ast.expr) -> Iterator[Expectation]:
    path = re.fullmatch(r"entries\[(\d+)\](.*)", path_of_field)
    field = _FIELDS.get(path[2]) if path else None
    if path is None or field is None:
        return
    try:
        value = ast.literal_eval(right)
    except ValueError:
        return
    if value:
        yield Expectation(int(path[1]), field, value)


def agrees(expected: Expectation, entry: RawItem) -> bool:
    """Whether the entry, or the post that it makes, has the value."""
    value = expected.value
    if expected.field == "key":
        return entry.key == value
    if expected.field == "author":
        return str(value) in str(entry.byline or "")
    if expected.field == "topic":
        return value in entry.topics
    if expected.field == "date":
        parts = value if isinstance(value, tuple) else ()
        year, month, day, hour, minute, second = parts[:6]
        return entry.published == datetime(
            year, month, day, hour, minute, second, tzinfo=UTC
        )
    if expected.field == "title":
        return _title_agrees(_words(str(value)), str(value), entry)
    return _post_agrees(expected, post_from(replace(entry, title="x")))


def _title_agrees(words: str, text: str, entry: RawItem) -> bool:
    try:
        title = post_from(entry).title
    except ValueError:  # nothing is left of it, which is right where nothing should be
        return not words
    return text == title or words in {title, _words(title)}


def _post_agrees(expected: Expectation, post: Post) -> bool:
    text = str(expected.value)
    value = _words(text)
    if expected.field == "link":
        return text in {post.url, *(link.url for link in post.links)}
    if expected.field == "picture":
        return post.picture is not None and post.picture.src == text
    body = " ".join(" ".join(texts(post.body)).split())
    return value in {body, post.summary} or text == body


def _words(markup: str) -> str:
    return " ".join(" ".join(texts(to_blocks(markup, _BASE))).split())
