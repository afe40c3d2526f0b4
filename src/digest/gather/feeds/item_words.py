"""Whose words stand in an item: its own, or an extension's about one of its files.

feedparser takes a description for the item's wherever it stands, so what is only a
file's own (Media RSS), or says the item's words once more, is taken out before.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from digest.gather.feeds.xml_scan import ITEMS

_OWN, _MEDIA, _UNKNOWN = "", "media", "?"
# By namespace: an item's own words, or who else says something of it.
_VOCABULARIES = {
    "http://www.w3.org/2005/atom": _OWN,
    "http://purl.org/atom/ns#": _OWN,
    "http://purl.org/rss/1.0": _OWN,
    "http://purl.org/rss/1.0/modules/content": _OWN,
    "http://search.yahoo.com/mrss": _MEDIA,
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://purl.org/dc/elements/1.1": "dc",
}
# An item's own, in RSS and Atom of any age.
_BODIES = frozenset({"description", "summary", "content", "fullitem", "encoded"})
_TITLE = "title"
# What holds titles and descriptions of something else, which the parser knows.
_OTHERS = frozenset({"source", "image", "textinput", "textInput", "author"})
# A broken feed's, which can only be told by the prefix that everybody gives it.
_BY_PREFIX = re.compile(
    rb"<media:(title|description)\b[^<>]*>.*?</media:\1\s*>", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class FileWords:
    """What a feed says of its files: what each picture shows, by its address.

    `variants` are the addresses of pictures that others in their group stand for.
    """

    descriptions: Mapping[str, str] = field(default_factory=dict)
    variants: frozenset[str] = frozenset()


def own_words_alone(content: bytes) -> tuple[bytes, FileWords]:
    """Return a feed, in UTF-8, without the words that extensions say of its items.

    Besides what they say of its files. Where an item has no words of its own,
    those that describe it, and not a picture, are left to it.
    """
    scan = _Scan()
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = parser.buffer_text = True
    scan.follow(parser, content)
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat's own word for "the end"
    except expat.ExpatError:
        return _BY_PREFIX.sub(b"", content), FileWords()
    rest, since = [], 0
    for start, end in sorted(scan.cuts):
        if start >= since:
            rest.append(content[since:start])
            since = end
    files = FileWords(scan.descriptions, frozenset(scan.variants))
    return b"".join((*rest, content[since:])), files


@dataclass(slots=True)
class _File:
    """A file that Media RSS names, or a group of them, or the item they hang on."""

    pictures: list[str] = field(default_factory=list)
    is_group: bool = False
    default: str = ""

    @property
    def variants(self) -> set[str]:
        """Of a group, which is one thing in several sizes, all pictures but one."""
        chosen = self.default or next(iter(self.pictures), "")
        return {*self.pictures} - {chosen} if self.is_group else set()


@dataclass(slots=True)
class _Words:
    """An element of words inside an item, and what an extension says them of."""

    name: str
    start: int
    depth: int
    file: _File | None = None
    is_own: bool = False
    text: list[str] = field(default_factory=list)
    end: int = 0

    @property
    def is_empty(self) -> bool:
        return not "".join(self.text).strip()


class _Scan:
    """Goes through a feed once, and decides at each item's end."""

    def __init__(self) -> None:
        self.cuts: list[tuple[int, int]] = []
        self.descriptions: dict[str, str] = {}
        self.variants: set[str] = set()
        self._vocabularies = {"content": _OWN}
        self._depth = self._item_depth = self._foreign_depth = 0
        self._files: list[tuple[int, _File]] = []
        self._open: _Words | None = None
        self._words: list[_Words] = []

    def follow(self, parser: expat.XMLParserType, content: bytes) -> None:
        """Have the parser tell of the elements and words of `content`."""

        def start(name: str, attributes: Sequence[str]) -> None:
            self._start(name, attributes, parser.CurrentByteIndex)

        def end(_name: str) -> None:
            self._end(content.index(b">", parser.CurrentByteIndex) + 1)

        def words(text: str) -> None:
            if self._open is not None:
                self._open.text.append(text)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = words

    def _start(self, name: str, attributes: Sequence[str], at: int) -> None:
        self._depth += 1
        values = dict(zip(attributes[::2], attributes[1::2], strict=True))
        for attribute, uri in values.items():
            if attribute.startswith("xmlns:"):
                vocabulary = _VOCABULARIES.get(uri.lower().rstrip("/"), _UNKNOWN)
                self._vocabularies[attribute.removeprefix("xmlns:")] = vocabulary
        prefix, _, local = name.rpartition(":")
        if not self._item_depth:
            if local in ITEMS:
                self._item_depth = self._depth
                self._files, self._words = [(self._depth, _File())], []
        elif self._open is None and not self._foreign_depth:
            vocabulary = self._vocabularies.get(prefix, prefix)
            if vocabulary != _UNKNOWN:
                self._inside(vocabulary, local, values, at)

    def _inside(
        self, vocabulary: str, local: str, values: Mapping[str, str], at: int
    ) -> None:
        """Note what opens inside an item, and outside its words."""
        if vocabulary == _MEDIA and local in {"content", "group", "thumbnail"}:
            self._files.append((self._depth, _File(is_group=local == "group")))
            self._note_picture(values)
        elif local == "enclosure":
            self._note_picture(values)
        elif local == _TITLE or local in _BODIES:
            is_child = self._depth == self._item_depth + 1
            file = self._files[-1][1] if vocabulary == _MEDIA else None
            is_own = is_child and vocabulary == _OWN
            self._open = _Words(local, at, self._depth, file, is_own)
        elif local in _OTHERS and vocabulary == _OWN:
            self._foreign_depth = self._depth

    def _note_picture(self, values: Mapping[str, str]) -> None:
        if (values.get("medium") or values.get("type") or "").startswith("image"):
            for _, file in self._files:
                url = values.get("url") or ""
                file.pictures.append(url)
                if values.get("isDefault") == "true":
                    file.default = file.default or url

    def _end(self, at: int) -> None:
        if self._open is not None and self._open.depth == self._depth:
            self._open.end = at
            self._words.append(self._open)
            self._open = None
        if self._files and self._files[-1][0] == self._depth != self._item_depth:
            self.variants |= self._files.pop()[1].variants
        if self._foreign_depth == self._depth:
            self._foreign_depth = 0
        if self._item_depth == self._depth:
            self._decide()
            self._item_depth = 0
        self._depth -= 1

    def _decide(self) -> None:
        """Choose among the words of the item that is over."""
        own = [words for words in self._words if words.is_own and not words.is_empty]
        has_title = any(words.name == _TITLE for words in own)
        has_body = any(words.name != _TITLE for words in own)
        for words in sorted(self._words, key=lambda words: -words.depth):
            if words.is_own:
                continue
            is_title, file = words.name == _TITLE, words.file
            if file is not None and not is_title:
                for url in file.pictures:
                    self.descriptions.setdefault(url, "".join(words.text).strip())
            is_inside = is_title and words.depth > self._item_depth + 1
            is_of_a_file = file is not None and (is_inside or bool(file.pictures))
            if is_of_a_file or (has_title if is_title else has_body):
                self.cuts.append((words.start, words.end))
