"""A WordPress export (WXR, all its versions), read as it streams past."""

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from xml.parsers import expat

from digest.gather import limits
from digest.gather.markup.elements import tags

# Its extensions to RSS, by what stands before the colon in their names.
_TEXTS = tags(
    "title link guid pubDate dc:creator content:encoded excerpt:encoded wp:post_id "
    "wp:post_type wp:status wp:post_date wp:post_date_gmt wp:post_password "
    "wp:attachment_url"
)
_AUTHOR = "wp:author"
_NAMES = {"wp:author_login": "login", "wp:author_display_name": "name"}
_META = ("wp:meta_key", "wp:meta_value")
_END = b"</item>"
# XML 1.0 section 2.2 forbids these, and old posts hold them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OTHER = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.I)
_HEAD = 200
_BEFORE = re.compile(rb"\A(?:\xef\xbb\xbf|\s)+")
# A "&" that begins no reference, outside of what is written as it is.
_BARE = re.compile(rb"<!\[CDATA\[.*?\]\]>|&(?!#?\w{1,32};)", re.DOTALL)
# Bytes of an item that are kept to be read again.
_MOST_PENDING = 4 * limits.EXPORT_TEXT_LENGTH
_WINDOWS_LETTERS = "digest-windows-letters"
# How an export begins, for the rest of one in which an item is broken.
_BEGUN = b"<rss><channel><wp:wxr_version></wp:wxr_version>"


@dataclass(slots=True)
class WxrItem:
    """One item of an export: its texts by name, its terms, its fields by key.

    `is_too_long` is set where a text was too long to be kept, `fault` where the item
    is not well-formed, in which case not all of it is known; `is_mended` where it was
    not, but for a bare "&".
    """

    texts: dict[str, str] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    is_too_long: bool = False
    fault: str = ""
    is_mended: bool = False

    def text(self, name: str) -> str:
        """Return a text without the space around it."""
        return self.texts.get(name, "").strip()

    @property
    def length(self) -> int:
        """How many characters its texts have."""
        return sum(map(len, self.texts.values()))

    @property
    def is_public(self) -> bool:
        """Whether anybody may read it on the site."""
        is_locked = bool(self.text("wp:post_password"))
        return self.text("wp:status") == "publish" and not is_locked


@dataclass(slots=True)
class WxrExport:
    """An export in the reading; authors by login stand before the items."""

    authors: dict[str, str] = field(default_factory=dict)

    def items(self, chunks: Iterable[bytes]) -> Iterator[WxrItem]:
        """Yield the items as they end; one that is not well-formed with its fault.

        Document types and entities of its own are refused (OWASP ASVS 1.5.1).
        Raises ValueError, in words, where it is no export, or not well-formed
        from some line on; the items before that have been yielded.
        """
        scan, broken, faults = _ExportScan(self.authors), "", 0
        before: bytes = b""
        pending: bytes | None = b""  # of an item that is not over, None if too much
        for part, ends_item in _parts(_mended(chunks)):
            is_short = pending is not None and len(pending) < _MOST_PENDING
            pending = (pending or b"") + part if is_short else None
            broken = broken or scan.fed(part)
            if broken and ends_item:
                scan, broken = self._read_again(before, pending) or (scan, broken)
            yield from scan.ended_items()
            if not broken:
                before, pending = (_BEGUN, b"") if ends_item else (before, pending)
                continue
            is_lost = not scan.is_export or faults >= limits.EXPORT_FAULTS
            if is_lost and (ends_item or pending is None):
                break
            if ends_item:
                yield scan.broken_off(broken)
                scan, broken, faults = _ExportScan(self.authors), "", faults + 1
                scan.fed(_BEGUN)
                before, pending = _BEGUN, b""
        broken = broken or scan.fed(b"", is_end=True)
        if broken:
            raise ValueError(f"is not well-formed XML ({broken}): export it again")
        if not scan.is_export:
            raise ValueError(
                "is no WordPress export: in WordPress choose Tools, Export, All content"
            )

    def _read_again(
        self, before: bytes, item: bytes | None
    ) -> "tuple[_ExportScan, str] | None":
        """Return the scan of an item with its bare signs mended, if that serves."""
        if item is None:
            return None
        scan = _ExportScan(self.authors, is_mended=True)
        fault = scan.fed(before + _BARE.sub(_escaped, item))
        return None if fault else (scan, "")


def _escaped(bare: re.Match[bytes]) -> bytes:
    return b"&amp;" if bare[0] == b"&" else bare[0]


def _parts(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield the bytes in parts, and whether each ends an item."""
    waiting = b""
    for chunk in chunks:
        *ended, waiting = (waiting + chunk).split(_END)
        for part in ended:
            yield part + _END, True
        cut = max(0, len(waiting) - len(_END))
        yield waiting[:cut], False
        waiting = waiting[cut:]
    yield waiting, False


def _mended(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an export's bytes as its parser can take them, as far as can be.

    That is UTF-8, and nothing that XML forbids. Those of a file that says that it
    is in another encoding are left alone.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")(_WINDOWS_LETTERS)
    is_other: bool | None = None
    for whole in chunks:
        # Lines that plug-ins leave before the declaration are no XML.
        chunk = whole if is_other is not None else _BEFORE.sub(b"", whole, count=1)
        if is_other is None and not chunk:
            continue
        if is_other is None:
            is_other = _OTHER.search(chunk[:_HEAD]) is not None
        if is_other:
            yield chunk
        else:
            yield _FORBIDDEN.sub("", decoder.decode(chunk)).encode()
    yield _FORBIDDEN.sub("", decoder.decode(b"", final=True)).encode()


def as_windows_letters(problem: UnicodeError) -> tuple[str, int]:
    """Read what is no UTF-8 as what such bytes are meant as: letters of Windows."""
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    wrong = problem.object[problem.start : problem.end]
    return wrong.decode("cp1252", "replace"), problem.end


codecs.register_error(_WINDOWS_LETTERS, as_windows_letters)


class _ExportScan:
    """Collects the texts of each item, and of each author before them."""

    def __init__(self, authors: dict[str, str], *, is_mended: bool = False) -> None:
        self.is_export = False
        self._is_mended = is_mended
        self._authors = authors
        self._ended: list[WxrItem] = []
        self._item: WxrItem | None = None
        self._author: dict[str, str] | None = None
        self._path: list[str] = []
        self._words: list[str] | None = None
        self._length = self._depth = 0
        self._meta_key = ""
        self._is_term = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse

    def fed(self, part: bytes, *, is_end: bool = False) -> str:
        """Take a part; return what is wrong with it, "" where nothing is."""
        try:
            self.parser.Parse(part, is_end)
        except expat.ExpatError as problem:
            return str(problem)
        return ""

    def broken_off(self, fault: str) -> WxrItem:
        """Return the item that was being read, as far as it was."""
        return replace(self._item or WxrItem(), fault=fault)

    def ended_items(self) -> list[WxrItem]:
        """Return the items that have ended since it was last called."""
        ended, self._ended = self._ended, []
        return ended

    def _refuse(self, *_declaration: object) -> None:
        raise ValueError("declares a document type or entities, which no export needs")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > limits.EXPORT_DEPTH:
            raise ValueError("is no WordPress export: it is nested too deep")
        if self._path[1:] == ["channel", "wp:wxr_version"]:
            self.is_export = True
        elif self._path[1:] == ["channel", "item"]:
            self._item = WxrItem(is_mended=self._is_mended)
            self._is_mended = False
        elif self._path[1:] == ["channel", _AUTHOR]:
            self._author = {}
        self._is_term = attributes.get("domain") in {"category", "post_tag"}
        if self._is_wanted(name):
            self._words, self._length, self._depth = [], 0, len(self._path)

    def _is_wanted(self, name: str) -> bool:
        if self._author is not None:
            return name in _NAMES
        if self._item is None:
            return False
        is_own = len(self._path) == 4  # not that of a comment
        is_meta = self._path[3:4] == ["wp:postmeta"] and name in _META
        return is_meta or (is_own and (name in _TEXTS or self._is_term))

    def _text(self, words: str) -> None:
        if self._words is None:
            return
        self._length += len(words)
        if self._length <= limits.EXPORT_TEXT_LENGTH:
            self._words.append(words)
        elif self._item is not None:
            self._item.is_too_long = True

    def _end(self, name: str) -> None:
        if self._words is not None and len(self._path) == self._depth:
            self._keep(name, "".join(self._words))
            self._words = None
        if len(self._path) == 3 and name == "item" and self._item is not None:
            self._ended.append(self._item)
            self._item = None
        elif name == _AUTHOR and self._author is not None:
            self._authors[self._author.get("login", "")] = self._author.get("name", "")
            self._author = None
        self._path.pop()

    def _keep(self, name: str, words: str) -> None:
        if self._author is not None:
            self._author[_NAMES[name]] = words.strip()
        elif self._item is None:
            return
        elif name == _META[0]:
            self._meta_key = words.strip()
        elif name == _META[1]:
            self._item.meta[self._meta_key] = words[: limits.EXPORT_FIELD_LENGTH]
        elif name in _TEXTS:
            self._item.texts[name] = words
        else:
            self._item.topics.append(words.strip())
