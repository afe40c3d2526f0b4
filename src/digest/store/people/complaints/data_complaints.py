"""The log of complaints about how somebody's data is used, and what was done."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    case,
    func,
    insert,
    null,
    select,
    update,
)

from digest.errors import DigestError, NotFound
from digest.model.people.data_complaints import (
    ComplaintChannel,
    ComplaintOutcome,
    acknowledge_by,
)
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import data_complaint
from digest.store.people.doubles.merges import whose
from digest.store.staff.audit import Act, record

_FIRST = date(1, 1, 1)
_VERB = "{} a data protection complaint of"


@dataclass(frozen=True, slots=True)
class DataComplaint:
    """A complaint: who, when, by which channel, what about, what was done by when.

    `subscriber_id` is None of somebody whom we do not hold, or of whom nobody has said
    who they are. `contact` is how an answer reaches them.
    """

    channel: ComplaintChannel
    received_on: date
    words: str
    name: str = ""
    contact: str = ""
    subscriber_id: int | None = None
    answer_by: date = _FIRST
    id: int = 0
    recorded_at: datetime | None = None
    acknowledged_on: date | None = None
    answered_on: date | None = None
    answer: str = ""
    closed_at: datetime | None = None
    outcome: ComplaintOutcome | None = None
    acknowledge_by: date = field(init=False)

    def __post_init__(self) -> None:
        last = acknowledge_by(self.received_on)
        object.__setattr__(self, "acknowledge_by", last)
        if self.answer_by is _FIRST:
            object.__setattr__(self, "answer_by", last)

    @property
    def due_on(self) -> date | None:
        """By when something has to be done of it, None where nothing has."""
        if self.outcome is not None or self.answered_on is not None:
            return None
        return self.answer_by if self.acknowledged_on else self.acknowledge_by


def add(connection: Connection, new: DataComplaint, now: datetime) -> int:
    """Put a complaint into the log; return its number."""
    statement = insert(data_complaint).values(
        subscriber_id=new.subscriber_id,
        name=new.name,
        contact=new.contact,
        channel=new.channel,
        received_on=new.received_on,
        words=new.words,
        acknowledge_by=new.acknowledge_by,
        answer_by=new.answer_by,
        recorded_at=now,
        answer="",
    )
    returned = connection.execute(statement.returning(data_complaint.c.id))
    number = int(returned.scalar_one())
    facts = {
        "complaint": number,
        "came by": new.channel,
        "received": new.received_on.isoformat(),
        "acknowledge by": new.acknowledge_by.isoformat(),
    }
    _record(connection, "recorded", new, facts, now)
    return number


def acknowledge(
    connection: Connection, number: int, on: date, answer_by: date, now: datetime
) -> DataComplaint:
    """Keep that who complained was told that we have it; return it as it was.

    Raises NotFound and, where it is closed, DigestError in words.
    """
    before = _changed(
        connection, number, {"acknowledged_on": on, "answer_by": answer_by}
    )
    facts = {
        "complaint": number,
        "acknowledged": on.isoformat(),
        "answer by": answer_by.isoformat(),
    }
    _record(connection, "acknowledged", before, facts, now)
    return before


def answer(
    connection: Connection, number: int, words: str, on: date, now: datetime
) -> DataComplaint:
    """Keep what was done and said to who complained; return it as it was.

    Who is answered has been told that we have it. Raises as `acknowledge`.
    """
    acknowledged = func.coalesce(data_complaint.c.acknowledged_on, on)
    before = _changed(
        connection,
        number,
        {"answered_on": on, "answer": words, "acknowledged_on": acknowledged},
    )
    facts = {"complaint": number, "answered": on.isoformat()}
    _record(connection, "answered", before, facts, now)
    return before


def close(
    connection: Connection, number: int, outcome: ComplaintOutcome, now: datetime
) -> DataComplaint:
    """Close a complaint with what it came to; return it as it was.

    Raises NotFound and, where it is closed or not answered, DigestError in words.
    """
    before = with_id(connection, number)
    if outcome.needs_an_answer and before.answered_on is None:
        raise DigestError(
            f"complaint {number} has not been answered: write down what was done and "
            f"said to them first, with digest complaints answer {number}"
        )
    _changed(connection, number, {"closed_at": now, "outcome": outcome})
    facts = {"complaint": number, "outcome": outcome}
    _record(connection, "closed", before, facts, now)
    return before


def reopen(connection: Connection, number: int, now: datetime) -> DataComplaint:
    """Open a complaint again; return it as it was. Raises NotFound in words."""
    before = with_id(connection, number)
    if before.closed_at is not None and before.outcome is not ComplaintOutcome.ERASED:
        connection.execute(
            update(data_complaint)
            .where(data_complaint.c.id == number)
            .values(closed_at=None, outcome=None)
        )
        facts = {"complaint": number}
        _record(connection, "reopened", before, facts, now)
    return before


def assign(
    connection: Connection, number: int, subscriber_id: int, now: datetime
) -> DataComplaint:
    """Keep whose complaint it is; return it as it was. Raises NotFound in words."""
    before = with_id(connection, number)
    connection.execute(
        update(data_complaint)
        .where(data_complaint.c.id == number)
        .values(subscriber_id=subscriber_id)
    )
    act = Act(
        _VERB.format("recorded"),
        subject=f"person {subscriber_id}",
        after={"complaint": number},
    )
    record(connection, act, now)
    return before


def with_id(connection: Connection, number: int) -> DataComplaint:
    """Return the complaint of that number. Raises NotFound in words."""
    rows = select(data_complaint).where(data_complaint.c.id == number)
    row = connection.execute(rows).first()
    if row is None:
        raise NotFound(f"There is no complaint of the number {number}.")
    return _complaint(row)


def listed(
    connection: Connection, limit: int, *, are_closed: bool = False, before: int = 0
) -> list[DataComplaint]:
    """Return those that are open, what is due first at the top; or those closed.

    Of these the latest first, those with a lower number than `before`, if any.
    """
    rows = select(data_complaint)
    if are_closed:
        rows = rows.where(data_complaint.c.closed_at.is_not(None))
        if before:
            rows = rows.where(data_complaint.c.id < before)
        rows = rows.order_by(data_complaint.c.id.desc())
    else:
        due = _due_on()
        rows = rows.where(data_complaint.c.closed_at.is_(None))
        rows = rows.order_by(due.is_(None), due, data_complaint.c.id)
    return [_complaint(row) for row in connection.execute(rows.limit(limit))]


def of_person(connection: Connection, subscriber_id: int) -> list[DataComplaint]:
    """Return somebody's complaints, the first at the top."""
    rows = rows_of(connection, of_one, subscriber_id)
    return sorted(map(_complaint, rows), key=lambda each: each.id)


def of_one(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Return the question that `of_person` asks, to be asked with others."""
    rows: Select[Any] = select(data_complaint).where(
        whose(data_complaint.c.subscriber_id, subscriber_id)
    )
    return rows


def due(connection: Connection, by: date) -> list[DataComplaint]:
    """Return of which something is due by that day; what is due first at the top."""
    complaints = map(_complaint, rows_of(connection, _unanswered))
    days = [(each.due_on, each.id, each) for each in complaints if each.due_on]
    return [each for day, _, each in sorted(days) if day <= by]


def _unanswered(_connection: Connection) -> Select[Any]:
    return select(data_complaint).where(
        data_complaint.c.closed_at.is_(None), data_complaint.c.answered_on.is_(None)
    )


# What is asked of all complaints, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_unanswered,),)


def erase(connection: Connection, subscriber_id: int, now: datetime) -> int:
    """Take out of somebody's complaints what names them; return how many stay.

    Their days, their channel and their outcome: that they were dealt with, and when,
    has to be shown (UK GDPR, articles 5(2) and 17(3)). One that is open is closed.
    """
    theirs = data_complaint.c.subscriber_id == subscriber_id
    connection.execute(
        update(data_complaint)
        .where(theirs, data_complaint.c.closed_at.is_(None))
        .values(closed_at=now, outcome=ComplaintOutcome.ERASED)
    )
    emptied = {"name": "", "contact": "", "words": "", "answer": ""}
    changed = connection.execute(update(data_complaint).where(theirs).values(**emptied))
    return changed.rowcount


def _due_on() -> ColumnElement[Any]:
    row = data_complaint.c
    return case(
        (row.answered_on.is_not(None), null()),
        (row.acknowledged_on.is_not(None), row.answer_by),
        else_=row.acknowledge_by,
    )


def _changed(
    connection: Connection, number: int, values: dict[str, Any]
) -> DataComplaint:
    """Change a complaint that is open; return it as it was."""
    before = with_id(connection, number)
    changed = connection.execute(
        update(data_complaint)
        .where(data_complaint.c.id == number, data_complaint.c.closed_at.is_(None))
        .values(**values)
    )
    if not changed.rowcount:
        raise DigestError(
            f"complaint {number} is closed: open it again first, with digest "
            f"complaints reopen {number}"
        )
    return before


def _record(
    connection: Connection,
    verb: str,
    complaint: DataComplaint,
    facts: dict[str, Any],
    now: datetime,
) -> None:
    # Never its words: the audit trail is kept for good.
    who = complaint.subscriber_id
    subject = f"person {who}" if who else "somebody not held"
    act = Act(_VERB.format(verb), subject=subject, after=facts)
    record(connection, act, now)


def _complaint(row: Row[Any]) -> DataComplaint:
    return DataComplaint(
        channel=ComplaintChannel(row.channel),
        received_on=row.received_on,
        words=row.words,
        name=row.name,
        contact=row.contact,
        subscriber_id=row.subscriber_id,
        answer_by=row.answer_by,
        id=row.id,
        recorded_at=row.recorded_at,
        acknowledged_on=row.acknowledged_on,
        answered_on=row.answered_on,
        answer=row.answer,
        closed_at=row.closed_at,
        outcome=ComplaintOutcome(row.outcome) if row.outcome else None,
    )
