"""What the mail server's journal and our records say of one edition, compared."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Engine, select

from digest.model.delivery.delivery import DeliveryState
from digest.store.base.engine import reading
from digest.store.base.tables import delivery, edition, reader, subscriber
from tests.kills.sink import Arrival

MOST_SECONDS = 60.0
_LEFT = (DeliveryState.HANDING_OVER, DeliveryState.ACCEPTED)
_LARGEST = (
    "most_at_once",
    "slowest_finish",
    "reports",
    "reports_astray",
    "reports_half_done",
)
_NO_FAULT = (
    "duplicates",
    "uncertain",
    "for_a_person",
    "most_at_once",
    "slowest_finish",
    "reports",
)


@dataclass(slots=True)
class Verdict:
    """What was found; those down to `reports_half_done` must be nought."""

    lost: int = 0
    unplanned: int = 0
    falsely_sent: int = 0
    unmarked: int = 0
    under_two_names: int = 0
    after_leaving: int = 0
    too_many_on_wire: int = 0
    slow_finishes: int = 0
    reports_astray: int = 0
    reports_half_done: int = 0
    duplicates: int = 0
    uncertain: int = 0
    for_a_person: int = 0
    reports: int = 0
    most_at_once: int = 0
    slowest_finish: float = 0.0

    def __iadd__(self, other: "Verdict") -> "Verdict":
        """Add another edition's."""
        for each in fields(self):
            ours, theirs = getattr(self, each.name), getattr(other, each.name)
            both = max(ours, theirs) if each.name in _LARGEST else ours + theirs
            setattr(self, each.name, both)
        return self

    @property
    def broken(self) -> dict[str, int]:
        """The promises that were broken, and how often."""
        faults = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if each.name not in _NO_FAULT
        }
        if self.duplicates > self.uncertain:
            faults["duplicates never in doubt"] = self.duplicates - self.uncertain
        return {name: count for name, count in faults.items() if count}


@dataclass(frozen=True, slots=True)
class Row:
    """What our records say of one copy; `doubts` is how often none knew its end."""

    state: DeliveryState
    doubts: int
    handed_over_at: datetime | None
    email: str

    @property
    def most_arrivals(self) -> int:
        """How often it may have arrived, by what is recorded."""
        return self.doubts + (self.state in _LEFT)


@dataclass(frozen=True, slots=True)
class Record:
    """What our records say of an edition, and who might have had a copy of it."""

    edition_code: str
    copies: Mapping[int, Row]
    readers: Set[int]


def record_of(engine: Engine, edition_id: int) -> Record:
    """Return what the database says of an edition."""
    wanted = (
        select(
            delivery.c.reader_id,
            delivery.c.state,
            delivery.c.doubts,
            delivery.c.handed_over_at,
            subscriber.c.email,
        )
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(delivery.c.edition_id == edition_id)
    )
    with reading(engine) as connection:
        rows = {
            row.reader_id: Row(
                DeliveryState(row.state), row.doubts, row.handed_over_at, row.email
            )
            for row in connection.execute(wanted)
        }
        everybody = frozenset(connection.scalars(select(reader.c.id)))
        code = select(edition.c.code).where(edition.c.id == edition_id)
        return Record(connection.scalars(code).one(), rows, everybody)


def unmarked(record: Record, arrivals: Iterable[Arrival]) -> set[int]:
    """Return whose copy arrived, or arrived again, without a word in our records.

    True at every instant, not only at the end: nothing leaves unrecorded.
    """
    times = Counter(arrival.reader_id for arrival in _of(record, arrivals))
    return {
        reader_id
        for reader_id, row in record.copies.items()
        if times[reader_id] > row.most_arrivals
    }


def falsely_sent(record: Record, arrivals: Iterable[Arrival]) -> set[int]:
    """Return who is recorded as accepted, though nothing was taken for them."""
    arrived = {arrival.reader_id for arrival in _of(record, arrivals)}
    return {
        reader_id
        for reader_id, row in record.copies.items()
        if row.state is DeliveryState.ACCEPTED and reader_id not in arrived
    }


def judge(
    record: Record, arrivals: Iterable[Arrival], left_at: Mapping[int, datetime]
) -> Verdict:
    """Return the verdict on an edition that has come to its end.

    Only who has left, as `left_at` says, may be without a copy, whatever our
    own records give as a reason.
    """
    ours = _of(record, arrivals)
    times = Counter(arrival.reader_id for arrival in ours)
    of_readers = [arrival for arrival in ours if arrival.reader_id in record.copies]
    return Verdict(
        lost=sum(
            not times[reader_id]
            for reader_id, row in record.copies.items()
            if row.state is not DeliveryState.CANCELLED or reader_id not in left_at
        ),
        unplanned=len(record.readers - record.copies.keys() - left_at.keys()),
        falsely_sent=len(falsely_sent(record, ours)),
        unmarked=len(unmarked(record, ours)),
        under_two_names=len(ours)
        - sum(
            record.copies[arrival.reader_id].email == arrival.recipient
            for arrival in of_readers
        ),
        after_leaving=sum(
            _is_late(
                record.copies[arrival.reader_id], arrival, left_at[arrival.reader_id]
            )
            for arrival in of_readers
            if arrival.reader_id in left_at
        ),
        duplicates=times.total() - len(times),
    )


def _of(record: Record, arrivals: Iterable[Arrival]) -> list[Arrival]:
    return [
        arrival for arrival in arrivals if arrival.edition_code == record.edition_code
    ]


def _is_late(row: Row, arrival: Arrival, left_at: datetime) -> bool:
    """Whether a copy was taken in hand, and came, after its reader had left."""
    taken_at = row.handed_over_at
    return arrival.at > left_at and (taken_at is None or taken_at > left_at)
