"""The head of a Markdown file: YAML values, each read as what it should be."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from digest.gather import limits
from digest.gather.items.moments import Moment, moment
from digest.gather.items.raw_item import RawItem
from digest.gather.markup.clean_text import cleaned, one_line
from digest.model.posts.blocks import Picture
from digest.model.posts.bylines import parse
from digest.model.posts.items import Byline

_DECORATIVE = "decorative"
_HEAD = re.compile(r"\s*-{3,}[ \t]*\n(.*?)^-{3,}[ \t]*$", re.DOTALL | re.MULTILINE)


class _Verbatim(YAMLHandler):
    """Values as they are written: a telephone number is no octal, "No" no false."""

    def load(self, fm: str, **_options: object) -> Any:
        """Return the head's values, each a text, a list or a table."""
        return yaml.load(fm, Loader=yaml.BaseLoader)  # noqa: S506 - makes less than SafeLoader


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A file's head by key, and the Markdown below it."""

    values: Mapping[str, Any]
    body: str
    zone: str

    @classmethod
    def of(cls, content: bytes, zone: str) -> "FrontMatter":
        """Return the parts of a file; `zone` is for one that names none.

        Raises ValueError in plain words.
        """
        is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        try:
            text = cleaned(content.decode("utf-16" if is_wide else "utf-8-sig"))
        except UnicodeDecodeError as problem:
            raise ValueError("is not UTF-8 text: save it as UTF-8") from problem
        values, body = _parts(text)
        named = one_line(str(values.get("zone") or zone))[: limits.NAME_LENGTH]
        try:
            ZoneInfo(named)
        except (OSError, ValueError, LookupError) as problem:
            raise ValueError(f'names the zone "{named}": use e.g. {zone}') from problem
        return cls(values, body, named)

    def post(self) -> RawItem:
        """Return what the head says of a post, all but its picture.

        Raises ValueError, in words, for a value that should be words.
        """
        published = self.moment("published")
        return RawItem(
            title=self.text("title"),
            byline=self.byline(),
            published=published.instant if published else None,
            url=self.text("url"),
            summary=self.text("summary"),
            topics=self.words("topics"),
        )

    def event(self) -> RawItem:
        """Return what the head says of an event.

        A day that ends an event of whole days is its last one, and belongs to it.
        Raises ValueError, in words, for a value that should be words.
        """
        starts, ends = self.moment("starts"), self.moment("ends")
        if ends and not (starts and starts.is_day):
            ends = replace(ends, is_day=False)
        return RawItem(
            title=self.text("title"),
            starts=starts,
            ends=ends,
            zone=self.zone,
            place=self.text("place"),
            joining_url=self.text("joining_url"),
            booking_phone=self.text("booking_phone"),
            url=self.text("url"),
            summary=self.text("summary"),
            topics=self.words("topics"),
        )

    def text(self, key: str) -> str:
        """Return the value at `key` as one line of words, empty where there is none.

        Raises ValueError for a list or a table.
        """
        value = self.values.get(key, "")
        if isinstance(value, str):
            return one_line(value)
        raise ValueError(f'has more than words at "{key}": write them in quotes')

    def words(self, key: str) -> tuple[str, ...]:
        """Return the list at `key`, or the words between commas."""
        value = self.values.get(key, "")
        parts = value.split(",") if isinstance(value, str) else value
        texts = (part for part in parts if isinstance(part, str))
        return tuple(filter(None, map(one_line, texts)))

    def moment(self, key: str) -> Moment | None:
        """Return the day or time at `key`, None where there is none or it is neither.

        A time without an offset is the zone's own; a day begins at midnight.
        """
        value = self.values.get(key)
        return moment(value, self.zone) if isinstance(value, str) else None

    def byline(self) -> Byline | None:
        """Return who wrote it: an author with role and organisation, or a line."""
        if author := self.text("author"):
            return Byline(author, self.text("role"), self.text("organisation"))
        return parse(self.text("byline"))

    def picture(self, src: str) -> Picture:
        """Return the picture at that address, with what the head says of it."""
        alt = self.text("picture_alt")
        is_decorative = alt.lower() == _DECORATIVE
        caption = self.text("picture_caption")
        return Picture(
            src, "" if is_decorative else alt, caption, decorative=is_decorative
        )


def _parts(text: str) -> tuple[dict[str, Any], str]:
    head = _HEAD.match(text)
    if head is None:
        return {}, text
    if len(head[1]) > limits.FILE_HEAD_LENGTH:
        raise ValueError("has a head of over 20,000 characters: move words below it")
    try:
        parsed, body = frontmatter.parse(text, handler=_Verbatim())
    except (yaml.YAMLError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f"line {mark.line + 2}" if mark else "its first lines"
        raise ValueError(f"has a head that is not YAML: look at {where}") from problem
    if head[1].strip() and not parsed:
        raise ValueError('has a head without keys: write "title: ..." or take it away')
    return {str(key).lower(): value for key, value in parsed.items()}, body
