"""What's on: the events to come, whether or not their reader has been told of them."""

from dataclasses import dataclass
from enum import StrEnum

from digest.model.posts.items import Event

# The topics of each event that an edition may consist of, where it has nothing new.
EventsAlone = tuple[tuple[str, ...], ...]


class ComingMark(StrEnum):
    """What an event that is to come is to its reader."""

    TOLD = "told"
    NEW = "new"
    CHANGED = "changed"
    OFF = "called off"


@dataclass(frozen=True, slots=True)
class ComingEvent:
    """An event to come, and what it is to whoever reads of it.

    `entry_id` is the entry of the log that tells of it last.
    """

    event: Event
    mark: ComingMark
    entry_id: int
