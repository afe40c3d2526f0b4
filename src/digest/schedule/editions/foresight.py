"""What an edition of a schedule would hold, and for whom, if it were planned now."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.compose.plan import LeftOut, PlannedCopy, decide, needed_since
from digest.compose.selection import EditionSelection
from digest.compose.variants import news
from digest.compose.whats_on import ListScope, events_alone
from digest.model.editions.due_stretch import DueStretch, due_to
from digest.model.editions.mode import Mode
from digest.model.formats import Channel
from digest.store.base.asked_together import Asked
from digest.store.campaigns.campaigns import ScheduleRow, StoredCampaign
from digest.store.editions import steering
from digest.store.editions.steering import SteeringPlace
from digest.store.people import owed
from digest.store.people.kinds import kind_counts
from digest.store.people.kinds.reader_chunks import UNREACHABLE
from digest.store.people.readers import ReaderKind, kind_asked, kind_of
from digest.store.posts.log import MAX


@dataclass(frozen=True, slots=True)
class ForeseenEdition:
    """What an edition of a schedule would hold if nothing more came in.

    `slot` is when, None where none is to come. `copies` counts readers by channel,
    `left_out` those who get none, by kind. `titles` are of the items that at
    least one of them gets.
    """

    schedule: str
    slot: datetime | None
    copies: Mapping[Channel, int]
    left_out: Mapping[str, int]
    titles: tuple[str, ...]

    @property
    def readers(self) -> int:
        """How many readers get a copy."""
        return sum(self.copies.values())

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "schedule": self.schedule,
            "slot": self.slot,
            "readers": self.readers,
            "copies": {str(channel): n for channel, n in self.copies.items()},
            "left_out": dict(self.left_out),
            "items": list(self.titles),
        }


@dataclass(frozen=True, slots=True)
class ReaderScope:
    """Whose edition it is: the readers of a schedule, by their places in a mode."""

    campaign_id: int
    schedule_id: int
    mode: Mode = Mode.LIVE
    plan_cursor: int = 0


def due_to_reader(
    connection: Connection, scope: ReaderScope, reader_id: int, upto: int, now: datetime
) -> tuple[ReaderKind, DueStretch] | None:
    """Return a reader's kind, and what an edition would bring them; None for nothing.

    Changes nothing. In a transaction that only reads it is asked with `questions_of`.
    """
    kind = kind_of(connection, scope, reader_id, now)
    if kind is None:
        return None
    begins = owed.begins(connection, scope.campaign_id, scope.mode)
    owed_to = owed.of_readers(connection, scope.mode, [reader_id])
    place = max(kind.position, begins)
    return kind, due_to(place, upto, owed_to.get(reader_id, ()), begins)


def questions_of(
    scope: ReaderScope, reader_id: int, now: datetime
) -> tuple[Asked, ...]:
    """Return what `due_to_reader` asks, to be asked with others."""
    return (
        (kind_asked, scope, reader_id, now),
        (owed.begun, scope.campaign_id),
        *owed.questions_of(scope.mode, [reader_id]),
    )


def foreseen(  # noqa: PLR0913 - what decides it, each by name
    connection: Connection,
    stored: StoredCampaign,
    schedule: ScheduleRow,
    *,
    slot: datetime | None,
    now: datetime,
    mode: Mode,
    begins: int = 0,
    upto: int = MAX,
    edition_id: int | None = None,
) -> ForeseenEdition:
    """Return what an edition of that slot would hold, of the log in (begins, upto].

    Changes nothing. What its readers are owed is in it. `edition_id` is of one that is
    made already: some may have a copy of it.
    """
    entries = news(connection, stored.id, (begins, upto), slot or now)
    end = entries[-1].position if entries else begins
    copies, left_out = Counter[Channel](), Counter[str]()
    wanted: set[int] = set()
    steered = steering.get(connection, SteeringPlace(schedule.id, mode))
    scope = ListScope(stored.id, slot or now, schedule.schedule.whats_on)
    selection = EditionSelection.of(
        stored.campaign,
        steered.steering,
        alone=events_alone(connection, stored.campaign, scope, upto, steered.steering),
    )
    # Whose pause is over by then is planned for.
    at = max(now, slot or now)
    begins = max(begins, owed.begins(connection, stored.id, mode))
    counts = kind_counts.of_schedule(connection, schedule.id, mode, at, edition_id)
    kinds = {each.name: each.kind for each in counts if each.kind}
    dues = {
        each.name: due_to(max(each.kind.position, begins), end, each.owed, begins)
        for each in counts
        if each.kind
    }
    # Each kind looks at what may be any's, and the log is long.
    since = needed_since(kinds, dues, end)
    entries = [entry for entry in entries if entry.position > since]
    for each in counts:
        readers = each.readers - each.copies
        if not readers:
            continue
        if each.kind is None:
            left_out[UNREACHABLE] += readers
            continue
        match decide(each.kind, dues[each.name], entries, selection):
            case LeftOut(why):
                left_out[why] += readers
            case PlannedCopy(channel=channel, key=key):
                copies[channel] += readers
                others = (entry for entry in entries if entry.id not in wanted)
                takes = (e.id for e in others if key.takes(e.position, e.topics))
                wanted.update(takes)
    titles = tuple(entry.item.title for entry in entries if entry.id in wanted)
    return ForeseenEdition(schedule.schedule.name, slot, copies, left_out, titles)
