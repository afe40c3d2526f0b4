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
from digest.gather.items.moments import moment
from digest.gather.items.raw_item import FEED_ORIGINS, Html, RawItem, topics_within
from digest.gather.items.reading import ItemCollector, Reading, SourceVisit
from digest.gather.markup.clean_text import one_line
from digest.gather.wordpress.classic_text import as_html
from digest.gather.wordpress.wxr import WxrExport, WxrItem
from digest.model.campaigns.campaign import Source
from digest.model.posts.bylines import parse

_EMPTY = "holds no post that anyone may read: drafts and pages are none"
_CHUNK = 65_536
_BARE_AMPERSAND = 'has a bare "&" in or before it, which is read as one: write &amp;'
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
        past = _Past(visit.zone)
        past.read(path)
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise SourceError(f"{path} cannot be read: {why}") from problem
    return replace(past.reading(), memory=replace(visit.memory, etag=mark))


@dataclass(slots=True)
class _Past:
    """The newest posts of an export, gathered in one pass through it."""

    zone: str
    posts: ItemCollector = field(default_factory=ItemCollector)
    _export: WxrExport = field(default_factory=WxrExport)
    _newest: list[tuple[datetime, int, WxrItem]] = field(default_factory=list)
    _pictures: dict[str, str] = field(default_factory=dict)
    _size: int = 0
    _left_out: int = 0

    def read(self, path: Path) -> None:
        numbers = count()
        try:
            for item in self._export.items(_chunks(path)):
                kind = item.text("wp:post_type")
                if item.fault:
                    self._skip(item, f"is not well-formed XML ({item.fault}): mend it")
                elif kind == "attachment":
                    if len(self._pictures) < limits.EXPORT_PICTURES:
                        url = item.text("wp:attachment_url")
                        self._pictures[item.text("wp:post_id")] = url
                elif kind == "post" and item.is_public:
                    self._keep(item, next(numbers))
        except ValueError as problem:
            if not self._newest:
                raise SourceError(f"{path} {problem}") from problem
            self.posts.skip("the rest", str(problem))

    def _keep(self, item: WxrItem, number: int) -> None:
        if item.is_too_long:
            self._skip(item, "is over 2 MB of text: shorten it")
            return
        if item.is_mended:
            name = one_line(item.text("title"))[: limits.NAME_LENGTH]
            self.posts.remark(name or "a post", _BARE_AMPERSAND)
        published = _published(item, self.zone) or _NEVER
        heapq.heappush(self._newest, (published, number, item))
        self._size += item.length
        while (
            len(self._newest) > limits.ITEMS or self._size > limits.EXPORT_KEPT_LENGTH
        ):
            self._size -= heapq.heappop(self._newest)[2].length
            self._left_out += 1

    def _skip(self, item: WxrItem, why: str) -> None:
        name = one_line(item.text("title"))[: limits.NAME_LENGTH]
        self.posts.skip(name or "a post", why)

    def reading(self) -> Reading:
        posts = self.posts
        for _, _, item in sorted(self._newest, key=lambda entry: entry[:2]):
            raw = self._raw_item(item)
            posts.add(raw, raw.name or "a post")
        if self._left_out:
            why = f"only the newest {len(self._newest)} are read"
            posts.skip(f"{self._left_out} older posts", why)
        items = posts.distinct()
        notes = () if items or posts.skipped else (_EMPTY,)
        return Reading(items, tuple(posts.skipped), origins=posts.origins, notes=notes)

    def _raw_item(self, item: WxrItem) -> RawItem:
        login, link = item.text("dc:creator"), item.text("link")
        picture = self._pictures.get(item.meta.get("_thumbnail_id", ""), "")
        return RawItem(
            key=item.text("guid") or link,
            title=Html(item.text("title")),
            body=Html(as_html(item.texts.get("content:encoded", ""))),
            base=link,
            url=link,
            summary=Html(as_html(item.text("excerpt:encoded"))),
            byline=parse(one_line(self._export.authors.get(login) or login)),
            published=_published(item, self.zone),
            topics=topics_within(
                topic for topic in item.topics if topic.casefold() not in _NO_TOPICS
            ),
            attachments=(Attachment(picture),) if picture else (),
            origins=FEED_ORIGINS,
        )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if chunk.startswith(_ZIP):
                raise ValueError("is packed: unpack it, and give the file inside")
            yield chunk


def _published(item: WxrItem, zone: str) -> datetime | None:
    gmt = moment(item.text("wp:post_date_gmt"), "UTC")
    if gmt is not None:
        return gmt.instant
    try:
        return parsedate_to_datetime(item.text("pubDate")).astimezone(UTC)
    except (ValueError, OverflowError):
        local = moment(item.text("wp:post_date"), zone)
        return local.instant if local else None
