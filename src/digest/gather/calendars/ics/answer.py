"""What a calendar is asked, and its answer, as they travel between two processes."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CalendarQuestion:
    """Which happenings are wanted: from `since`, and none that is over by then.

    An event is news if it starts before `until`; of one that repeats, its next
    date and those before `soon`. `zone` is where people read times that name
    no zone of their own.
    """

    since: datetime
    until: datetime
    soon: datetime
    zone: str

    def to_json(self) -> str:
        """Return it as one line."""
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def from_json(cls, line: str | bytes) -> "CalendarQuestion":
        """Return what `to_json` was called on."""
        said = json.loads(line)
        zone = said.pop("zone")
        return cls(**{k: datetime.fromisoformat(v) for k, v in said.items()}, zone=zone)


@dataclass(frozen=True, slots=True)
class ComponentWords:
    """What a calendar says of an event, as it stands there."""

    title: str
    text: str = ""
    html: str = ""
    place: str = ""
    url: str = ""
    joining_url: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of an event. `words` is the number of its words in the answer.

    `starts` and `ends` are instants in UTC; `state` is one of EventState's.
    """

    words: int
    key: str
    starts: datetime
    ends: datetime | None
    zone: str
    all_day: bool = False
    state: str = "on"
    is_news: bool = True


@dataclass(frozen=True, slots=True)
class EventFault:
    """An event that cannot be taken: what it is called, and what to do."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class CalendarAnswer:
    """All that a calendar holds, or in `refused` why it can be no answer.

    `unread` are the keys, or the beginnings of keys, of which nothing can be
    said; where the calendar is not whole (`is_whole`) it is silent of others too.
    """

    words: tuple[ComponentWords, ...] = ()
    happenings: tuple[Occurrence, ...] = ()
    faults: tuple[EventFault, ...] = ()
    unread: tuple[str, ...] = ()
    is_whole: bool = True
    refused: str = ""

    def to_json(self) -> str:
        """Return it as one line."""
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def from_json(cls, line: str | bytes) -> "CalendarAnswer":
        """Return what `to_json` was called on."""
        said = json.loads(line)
        return cls(
            words=tuple(_words(one) for one in said["words"]),
            happenings=tuple(_happening(one) for one in said["happenings"]),
            faults=tuple(EventFault(**one) for one in said["faults"]),
            unread=tuple(said["unread"]),
            is_whole=said["is_whole"],
            refused=said["refused"],
        )


def _words(said: dict[str, Any]) -> ComponentWords:
    return ComponentWords(**said | {"topics": tuple(said["topics"])})


def _happening(said: dict[str, Any]) -> Occurrence:
    starts = datetime.fromisoformat(said.pop("starts"))
    ends = said.pop("ends")
    return Occurrence(
        starts=starts, ends=datetime.fromisoformat(ends) if ends else None, **said
    )
