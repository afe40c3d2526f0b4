"""The head of a Markdown file: values, each read as what it should be."""

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from digest.gather import limits
from digest.gather.folders.bare_heads import bare_parts
from digest.gather.folders.head_keys import HeadKeys
from digest.gather.folders.head_syntax import FileParts, fenced_parts
from digest.gather.items.moments import Moment
from digest.gather.items.raw_item import RawItem
from digest.gather.items.written_moments import written_moment
from digest.gather.markup.clean_text import cleaned, one_line
from digest.model.posts.blocks import Picture
from digest.model.posts.bylines import parse
from digest.model.posts.items import Byline

_OF_EVENTS = ("starts", "ends", "place", "joining_url", "booking_phone")
_DECORATIVE = "decorative"


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A file's head by our keys, and the Markdown below it.

    Days may be in words of English or of `language`.
    """

    keys: HeadKeys
    body: str
    zone: str
    language: str = ""

    @classmethod
    def of(cls, content: bytes, zone: str, language: str = "") -> "FrontMatter":
        """Return the parts of a file; `zone` is for one that names none.

        Raises ValueError in plain words.
        """
        is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        try:
            text = cleaned(content.decode("utf-16" if is_wide else "utf-8-sig"))
        except UnicodeDecodeError as problem:
            raise ValueError("is not UTF-8 text: save it as UTF-8") from problem
        parts = fenced_parts(text) or bare_parts(text) or FileParts({}, text)
        keys = HeadKeys.of(parts)
        named = one_line(str(keys.values.get("zone") or zone))[: limits.NAME_LENGTH]
        try:
            ZoneInfo(named)
        except (OSError, ValueError, LookupError) as problem:
            raise ValueError(f'names the zone "{named}": use e.g. {zone}') from problem
        return cls(keys, parts.body, named, language)

    @property
    def values(self) -> Mapping[str, Any]:
        """The values by our keys."""
        return self.keys.values

    def remarks(self) -> Iterator[str]:
        """Yield what is to be told of a file that comes in all the same."""
        yield from self.keys.remarks()
        if self.written("kind").lower() != "event":
            for key in _OF_EVENTS:
                if self.written(key):
                    yield (
                        f"has {self.keys.place(key)}, which only events have: write "
                        '"kind: event", or take it away'
                    )
        if self.written("published") and self.moment("published") is None:
            yield (
                f"has {self.keys.place('published')} that is no day or time, and goes "
                "in without: write e.g. 2026-07-08 14:00"
            )

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
            language=self.written("language"),
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
            language=self.written("language"),
        )

    def text(self, key: str) -> str:
        """Return the value at `key` as one line of words, empty where there is none.

        Raises ValueError for a list or a table.
        """
        value = self.values.get(key, "")
        if isinstance(value, str):
            return one_line(value)
        raise ValueError(
            f"has more than words at {self.keys.place(key)}: write them in quotes"
        )

    def words(self, key: str) -> tuple[str, ...]:
        """Return the list at `key`, or the words between commas, each once."""
        value = self.values.get(key, "")
        parts = value.split(",") if isinstance(value, str) else value
        texts = (part for part in parts if isinstance(part, str))
        return tuple(dict.fromkeys(filter(None, map(one_line, texts))))

    def written(self, key: str) -> str:
        """Return the value at `key` where it is words, in one line."""
        value = self.values.get(key, "")
        return one_line(value) if isinstance(value, str) else ""

    def moment(self, key: str) -> Moment | None:
        """Return the day or time at `key`, None where there is none or it is neither.

        A time without an offset is the zone's own; a day begins at midnight.
        """
        languages = (self.language,) if self.language else ()
        return written_moment(self.written(key), self.zone, languages)

    def byline(self) -> Byline | None:
        """Return who wrote it: an author with role and organisation, or a line."""
        if author := self._authors():
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

    def _authors(self) -> str:
        """Return the names of a list of authors, or of a table for each."""
        value = self.values.get("author", "")
        entries = value if isinstance(value, list) else [value]
        names = (e.get("name", "") if isinstance(e, dict) else e for e in entries)
        lines = (one_line(name) for name in names if isinstance(name, str))
        return " and ".join(filter(None, lines))
