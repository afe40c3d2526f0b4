"""Posts of a WordPress site's past, from the file that it exports."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from pathlib import Path

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.items.attachments import Attachment
from digest.gather.items.entries import FeedEntry, FeedText, post_told
from digest.gather.items.moments import moment
from digest.gather.items.origins import Origins
from digest.gather.items.reading import (
    Reading,
    Skipped,
    SourceVisit,
    distinct,
)
from digest.gather.markup.words import one_line
from digest.gather.wordpress.classic_text import as_html
from digest.gather.wordpress.wxr import WxrExport, WxrItem
from digest.model.campaigns.campaign import Source
from digest.model.posts.items import Item

_CHUNK = 65_536
_ZIP = b"PK\x03\x04"
_NO_TOPICS = frozenset({"uncategorized", "uncategorised"})
_NEVER = datetime.min.replace(tzinfo=UTC)


def read_wordpress(source: Source, visit: SourceVisit) -> Reading:
    """Return the published posts of an export, oldest first.

    Pages, drafts, and what is private or behind a password are left out; of a
    very long past the newest posts are taken. Raises SourceError where the file
    cannot be read or is no export.
    """
    if "://" in source.location:
        raise SourceError(
            f"{source.location} is an address: give the file that WordPress exports; "
            f"for the feed of a site: digest source try page {source.location}"
        )
    path = Path(source.location)
    try:
        standing = path.stat()
        mark = f"{standing.st_mtime_ns}-{standing.st_size}"
        if mark == visit.memory.etag:
            return Reading(unchanged=True, memory=visit.memory)
        if standing.st_size > limits.EXPORT_BYTES:
            raise SourceError(f"{path} is over 500 MB: export fewer years at a time")
        found = _Past(visit.zone)
        found.read(path)
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise SourceError(f"{path} cannot be read: {why}") from problem
    reading = found.reading()
    return replace(reading, memory=replace(visit.memory, etag=mark))


@dataclass(slots=True)
class _Past:
    """The newest posts of an export, found in one pass through it."""

    zone: str
    skipped: list[Skipped] = field(default_factory=list)
    _export: WxrExport = field(default_factory=WxrExport)
    _kept: list[tuple[datetime, int, WxrItem]] = field(default_factory=list)
    _pictures: dict[str, str] = field(default_factory=dict)
    _size: int = 0
    _left_out: int = 0

    def read(self, path: Path) -> None:
        numbers = count()
        try:
            for item in self._export.items(_chunks(path)):
                kind = item.text("wp:post_type")
                if item.fault:
                    self._name(item, f"is not well-formed XML ({item.fault}): mend it")
                elif kind == "attachment":
                    self._note_picture(item)
                elif kind == "post" and _is_public(item):
                    self._keep(item, next(numbers))
        except ValueError as problem:
            if not self._kept:
                raise SourceError(f"{path} {problem}") from problem
            self.skipped.append(Skipped("the rest", str(problem)))

    def _note_picture(self, item: WxrItem) -> None:
        if len(self._pictures) < limits.EXPORT_PICTURES:
            self._pictures[item.text("wp:post_id")] = item.text("wp:attachment_url")

    def _keep(self, item: WxrItem, number: int) -> None:
        if item.is_too_long:
            self._name(item, "is over 2 MB of text: shorten it")
            return
        heapq.heappush(
            self._kept, (_published(item, self.zone) or _NEVER, number, item)
        )
        self._size += _length(item)
        while len(self._kept) > limits.ITEMS or self._size > limits.EXPORT_KEPT_LENGTH:
            self._size -= _length(heapq.heappop(self._kept)[2])
            self._left_out += 1

    def _name(self, item: WxrItem, why: str) -> None:
        name = one_line(item.text("title"))[: limits.NAME_LENGTH] or "a post"
        self.skipped.append(Skipped(name, why))

    def reading(self) -> Reading:
        items: list[Item] = []
        told: dict[str, Origins] = {}
        for _, _, item in sorted(self._kept, key=lambda one: one[:2]):
            entry = self._entry(item)
            try:
                post, origins = post_told(entry)
            except ValueError as problem:
                self.skipped.append(Skipped(entry.name or "a post", str(problem)))
                continue
            items.append(post)
            told.setdefault(post.key, origins)
        if self._left_out:
            why = f"only the newest {len(self._kept)} are read"
            self.skipped.append(Skipped(f"{self._left_out} older posts", why))
        kept = distinct(items, self.skipped)
        return Reading(kept, tuple(self.skipped), origins=told)

    def _entry(self, item: WxrItem) -> FeedEntry:
        login, link = item.text("dc:creator"), item.text("link")
        picture = self._pictures.get(item.meta.get("_thumbnail_id", ""), "")
        return FeedEntry(
            key=item.text("guid") or link,
            title=FeedText(item.text("title"), is_html=True),
            content=FeedText(
                as_html(item.texts.get("content:encoded", "")), is_html=True
            ),
            base=link,
            url=link,
            summary=FeedText(as_html(item.text("excerpt:encoded")), is_html=True),
            author=self._export.authors.get(login) or login,
            published=_published(item, self.zone),
            topics=tuple(t for t in item.topics if t.casefold() not in _NO_TOPICS),
            attachments=(Attachment(picture),) if picture else (),
        )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if chunk.startswith(_ZIP):
                raise ValueError("is packed: unpack it, and give the file inside")
            yield chunk


def _is_public(item: WxrItem) -> bool:
    is_locked = bool(item.text("wp:post_password"))
    return item.text("wp:status") == "publish" and not is_locked


def _published(item: WxrItem, zone: str) -> datetime | None:
    gmt = moment(item.text("wp:post_date_gmt"), "UTC")
    if gmt is not None:
        return gmt.instant
    try:
        return parsedate_to_datetime(item.text("pubDate")).astimezone(UTC)
    except (ValueError, OverflowError):
        local = moment(item.text("wp:post_date"), zone)
        return local.instant if local else None


def _length(item: WxrItem) -> int:
    return sum(map(len, item.texts.values()))
