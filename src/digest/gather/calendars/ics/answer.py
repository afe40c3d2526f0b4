"""What a calendar is asked, and its answer, as they travel between two processes."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CalendarQuestion:
    """Which occurrences to return: from `since`, and none that is over by then.

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
        value = json.loads(line)
        zone = value.pop("zone")
        instants = {name: datetime.fromisoformat(at) for name, at in value.items()}
        return cls(**instants, zone=zone)


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

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> "Occurrence":
        """Return what JSON made of one."""
        starts = datetime.fromisoformat(value["starts"])
        ends = datetime.fromisoformat(value["ends"]) if value["ends"] else None
        return cls(**value | {"starts": starts, "ends": ends})


@dataclass(frozen=True, slots=True)
class EventFault:
    """An event that cannot be taken, or a part of one: its name, and what to do."""

    name: str
    why: str
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class CalendarAnswer:
    """All that a calendar holds, or in `refused` why it can be no answer.

    `unread` are the keys, or the beginnings of keys, of which nothing can be
    said; where the calendar is not whole (`is_whole`) it is silent of others too.
    `over` counts the events of one that has none ahead, and `last` is when the
    latest of them began, where that can be told.
    """

    words: tuple[ComponentWords, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    faults: tuple[EventFault, ...] = ()
    unread: tuple[str, ...] = ()
    is_whole: bool = True
    refused: str = ""
    over: int = 0
    last: Occurrence | None = None

    def to_json(self) -> str:
        """Return it as one line."""
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def from_json(cls, line: str | bytes) -> "CalendarAnswer":
        """Return what `to_json` was called on."""
        value = json.loads(line)
        return cls(
            words=tuple(
                ComponentWords(**words | {"topics": tuple(words["topics"])})
                for words in value["words"]
            ),
            occurrences=tuple(map(Occurrence.from_dict, value["occurrences"])),
            faults=tuple(EventFault(**fault) for fault in value["faults"]),
            unread=tuple(value["unread"]),
            is_whole=value["is_whole"],
            refused=value["refused"],
            over=value["over"],
            last=Occurrence.from_dict(value["last"]) if value["last"] else None,
        )
