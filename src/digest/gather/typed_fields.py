"""What somebody typed into a form or sent by the API, as a post or an event."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from digest.gather import limits
from digest.gather.folders.front_matter import FrontMatter
from digest.gather.folders.head_keys import HeadKeys
from digest.gather.items.raw_item import Blocks, event_of, post_of
from digest.gather.markup import addresses
from digest.gather.markup.clean_text import cleaned
from digest.gather.markup.markdown import markdown_to_blocks
from digest.model.posts.items import Event, EventState, Post

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
        faults = list(self._faults("published"))
        if self._address("picture") and not self._head.text("picture_alt"):
            faults.append(InputFault("picture_alt", "Say what the picture shows"))
        body = self._body(faults)
        if faults:
            return tuple(faults)
        raw = replace(self._head.post(), body=body)
        if src := self._address("picture"):
            raw = replace(raw, picture=self._head.picture(src))
        return replace(post_of(raw)[0], key="")

    def event(self) -> Event | tuple[InputFault, ...]:
        """Return the event without a key, or every fault."""
        faults = [*self._faults("starts", "ends"), *self._time_faults()]
        body = self._body(faults)
        if faults:
            return tuple(faults)
        state = EventState(self._head.text("status") or EventState.ON)
        return event_of(replace(self._head.event(), body=body, state=state))[0]

    @property
    def _head(self) -> FrontMatter:
        zone = str(self.fields.get("zone") or self.zone)
        own = zone if _is_zone(zone) else self.zone
        return FrontMatter(HeadKeys(self.fields), "", own)

    def _body(self, faults: list[InputFault]) -> Blocks:
        text = cleaned(str(self.fields.get("text", "")))
        try:
            return markdown_to_blocks(text, _NOWHERE, self._picture_at)
        except ValueError as problem:
            faults.append(InputFault("text", f"The text {problem}"))
            return ()

    def _address(self, name: str) -> str:
        return addresses.web(self._head.text(name), _NOWHERE) or ""

    def _picture_at(self, address: str) -> str | None:
        if not address.strip():
            return None
        if address in self.pictures:
            return address
        whole = addresses.web(address, _NOWHERE)
        if whole is None:
            raise ValueError(
                f'names the picture "{address[: limits.NAME_LENGTH]}": '
                "give its whole address, https://..."
            )
        return whole

    def _faults(self, *moments: str) -> Iterator[InputFault]:
        head = self._head
        if not head.text("title"):
            yield InputFault("title", "Enter a title")
        for name in ("url", "joining_url", "picture"):
            if head.text(name) and not self._address(name):
                yield InputFault(
                    name, "Enter a whole address, like https://example.org/tea"
                )
        yield from _moment_faults(head, moments)
        if not _is_zone(str(self.fields.get("zone") or self.zone)):
            yield InputFault("zone", f"Enter a time zone, like {self.zone}")
        if any(len(topic) > limits.TOPIC_LENGTH for topic in head.words("topics")):
            yield InputFault(
                "topics", f"Each topic has at most {limits.TOPIC_LENGTH} letters"
            )

    def _time_faults(self) -> Iterator[InputFault]:
        head = self._head
        if not head.text("starts"):
            yield InputFault("starts", "Enter when it starts, like 2026-07-06 14:00")
        if head.text("status") not in {"", *EventState}:
            yield InputFault("status", f"Enter one of these: {', '.join(EventState)}")
        starts, ends = head.moment("starts"), head.moment("ends")
        if starts is None or ends is None:
            return
        if starts.is_day != ends.is_day:
            yield InputFault(
                "ends", "Enter a time for both the start and the end, or none"
            )
            return
        end = ends.as_end(head.zone)
        if end < starts.instant or (starts.is_day and end == starts.instant):
            yield InputFault("ends", "The end must be after the start")


def _moment_faults(head: FrontMatter, names: Iterable[str]) -> Iterator[InputFault]:
    for name in names:
        if head.text(name) and head.moment(name) is None:
            yield InputFault(name, "Enter a day and time, like 2026-07-06 14:00")
        elif _is_passed_over(head, name):
            words = "There is no such time on that day: the clocks go forward"
            yield InputFault(name, f"{words}. Enter another")


def _is_passed_over(head: FrontMatter, name: str) -> bool:
    """Whether a moment is a time of day that the clocks of its zone pass over."""
    at = head.moment(name)
    in_utc, in_tokyo = (
        replace(head, zone=zone).moment(name) for zone in ("UTC", "Asia/Tokyo")
    )
    # Where it is the same anywhere, it was written with its own offset.
    if not (at and in_utc and in_tokyo) or at.is_day or in_utc == in_tokyo:
        return False
    local = at.instant.astimezone(ZoneInfo(head.zone))
    return local.replace(tzinfo=None) != in_utc.instant.replace(tzinfo=None)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return False
    return True
