"""What somebody wrote into a form or sent by the API, as a post or an event."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from digest.gather import limits
from digest.gather.folders.files import content_of
from digest.gather.folders.front_matter import FrontMatter
from digest.gather.folders.item import PostFile
from digest.gather.items.reading import finished
from digest.gather.markup import addresses
from digest.gather.markup.markdown import markdown_to_blocks
from digest.gather.markup.words import cleaned, short_title
from digest.model.posts.blocks import Block, Picture
from digest.model.posts.items import Event, EventState, Item, Post
from digest.model.posts.summary import summarise

_NOWHERE = ""


@dataclass(frozen=True, slots=True)
class InputFault:
    """What is wrong with one field, and what to do about it."""

    field: str
    words: str


@dataclass(frozen=True, slots=True)
class TypedFields:
    """Fields as they were typed, by the names that the head of a file has.

    `text` among them is the body, in Markdown. Wall times are in `zone`, unless
    the fields name another. Pictures in the text are on the web, or among those
    that it had before.
    """

    fields: Mapping[str, Any]
    zone: str
    pictures: frozenset[str] = frozenset()

    def post(self) -> Post | tuple[InputFault, ...]:
        """Return the post without a key, or every fault."""
        faults = [*self._faults("published"), *self._picture_faults()]
        body = self._body(faults)
        if faults:
            return tuple(faults)
        head = self._head
        post = Post(
            key="",
            title=short_title(head.text("title")),
            byline=head.byline(),
            published=head.instant("published"),
            url=self._address("url"),
            summary=head.text("summary"),
            picture=self._picture(),
            topics=head.words("topics"),
        )
        return finished(post, body)

    def event(self) -> Event | tuple[InputFault, ...]:
        """Return the event without a key, or every fault."""
        faults = [*self._faults("starts", "ends"), *self._time_faults()]
        body = self._body(faults)
        head = self._head
        starts = head.instant("starts")
        if faults or starts is None:
            return tuple(faults)
        return Event(
            key="",
            title=short_title(head.text("title")),
            starts=starts,
            zone=head.zone,
            ends=self._ends,
            all_day=head.is_day("starts"),
            place=head.text("place"),
            joining_url=self._address("joining_url"),
            booking_phone=head.text("booking_phone"),
            url=self._address("url"),
            summary=head.text("summary") or summarise(body),
            body=body,
            topics=head.words("topics"),
            state=EventState(head.text("status") or EventState.ON),
        )

    @property
    def _ends(self) -> datetime | None:
        return self._head.end("ends", of_days=self._head.is_day("starts"))

    @property
    def _head(self) -> FrontMatter:
        zone = str(self.fields.get("zone") or self.zone)
        return FrontMatter(self.fields, "", zone if _is_zone(zone) else self.zone)

    def _body(self, faults: list[InputFault]) -> tuple[Block, ...]:
        text = cleaned(str(self.fields.get("text", "")))
        try:
            return markdown_to_blocks(text, _NOWHERE, self._picture_at)
        except ValueError as problem:
            faults.append(InputFault("text", f"The text {problem}"))
            return ()

    def _address(self, name: str) -> str:
        return addresses.web(self._head.text(name), _NOWHERE) or ""

    def _picture(self) -> Picture | None:
        if not (src := self._address("picture")):
            return None
        return self._head.picture(src)

    def _picture_at(self, address: str) -> str | None:
        if not address.strip():
            return None
        if address in self.pictures:
            return address
        found = addresses.web(address, _NOWHERE)
        if found is None:
            raise ValueError(
                f'names the picture "{address[: limits.NAME_LENGTH]}": '
                "give its whole address, https://..."
            )
        return found

    def _faults(self, *instants: str) -> Iterator[InputFault]:
        head = self._head
        if not head.text("title"):
            yield InputFault("title", "Enter a title")
        for name in ("url", "joining_url", "picture"):
            if head.text(name) and not self._address(name):
                yield InputFault(
                    name, "Enter a whole address, like https://example.org/tea"
                )
        for name in instants:
            if head.text(name) and head.instant(name) is None:
                yield InputFault(name, "Enter a day and time, like 2026-07-06 14:00")
        if not _is_zone(str(self.fields.get("zone") or self.zone)):
            yield InputFault("zone", f"Enter a time zone, like {self.zone}")
        if any(len(one) > limits.TOPIC_LENGTH for one in head.words("topics")):
            yield InputFault(
                "topics", f"Each topic has at most {limits.TOPIC_LENGTH} letters"
            )

    def _picture_faults(self) -> Iterator[InputFault]:
        if self._address("picture") and not self._head.text("picture_alt"):
            yield InputFault("picture_alt", "Say what the picture shows")

    def _time_faults(self) -> Iterator[InputFault]:
        head = self._head
        starts, ends, of_days = (
            head.instant("starts"),
            self._ends,
            head.is_day("starts"),
        )
        if not head.text("starts"):
            yield InputFault("starts", "Enter when it starts, like 2026-07-06 14:00")
        if head.text("status") not in {"", *EventState}:
            yield InputFault("status", f"Enter one of these: {', '.join(EventState)}")
        if starts is None or ends is None:
            return
        if of_days != head.is_day("ends"):
            yield InputFault(
                "ends", "Enter a time for both the start and the end, or none"
            )
        elif ends < starts or (of_days and ends == starts):
            yield InputFault("ends", "The end must be after the start")


def from_file(path: Path, zone: str) -> tuple[str, Item]:
    """Return the key that a file gives, empty for none, and its post or event.

    In the format of a folder's files. Raises ValueError, in plain words.
    """
    whole = path.resolve()
    file = PostFile.read(whole, content_of(whole, whole.parent, None), zone)
    return file.head.text("key"), file.item(path.name)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return False
    return True
