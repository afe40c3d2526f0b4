"""The head of a Markdown file: YAML values, each read as what it should be."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from digest.gather import limits
from digest.gather.items.moments import moment, next_midnight
from digest.gather.markup.words import cleaned, one_line
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
        said = (part for part in parts if isinstance(part, str))
        return tuple(filter(None, map(one_line, said)))

    def is_day(self, key: str) -> bool:
        """Whether the value at `key` is a date without a time."""
        found = moment(self._said(key), self.zone)
        return found is not None and found.is_day

    def instant(self, key: str) -> datetime | None:
        """Return the instant at `key`, None where there is none or it is no time.

        A time without an offset is the zone's own; a day begins at midnight.
        """
        found = moment(self._said(key), self.zone)
        return found.instant if found else None

    def end(self, key: str, *, of_days: bool) -> datetime | None:
        """Return the instant at `key` as the end of something.

        A day that ends something `of_days` is its last one, and belongs to it.
        """
        if of_days and self.is_day(key):
            return next_midnight(self._said(key), self.zone)
        return self.instant(key)

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

    def _said(self, key: str) -> str:
        value = self.values.get(key)
        return value if isinstance(value, str) else ""


def _parts(text: str) -> tuple[dict[str, Any], str]:
    head = _HEAD.match(text)
    if head is None:
        return {}, text
    if len(head[1]) > limits.FILE_HEAD_LENGTH:
        raise ValueError("has a head of over 20,000 characters: move words below it")
    try:
        parsed, body = frontmatter.parse(text, handler=_Verbatim())
    except (yaml.YAMLError, RecursionError) as problem:
        raise ValueError(f"has a head that is not YAML: {_where(problem)}") from problem
    if head[1].strip() and not parsed:
        raise ValueError('has a head without keys: write "title: ..." or take it away')
    return {str(key).lower(): value for key, value in parsed.items()}, body


def _where(problem: Exception) -> str:
    mark = getattr(problem, "problem_mark", None)
    return f"look at line {mark.line + 2}" if mark else "look at its first lines"
