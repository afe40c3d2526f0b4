"""What the operators are told by mail: noted first, sent then, each thing once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import alarm, operator_mail
from digest.store.base.upsert import insert_new
from digest.store.upkeep.overdue_rows import OverdueRows

# Headings, each with its lines.
MailContent = Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class OperatorMail:
    """A mail to one of the operators that is ours to send now."""

    id: int
    notice: str
    recipient: str
    subject: str
    content: MailContent
    made_at: datetime


@dataclass(frozen=True, slots=True)
class OperatorBacklog:
    """How many mails to operators could not be sent, since when, and why."""

    count: int
    since: datetime
    why: str


def note_alarms(
    connection: Connection,
    broken: Mapping[str, str],
    now: datetime,
    settles: timedelta,
    well_after: timedelta,
) -> tuple[list[str], list[str]]:
    """Keep what is broken, in words by cause; return what is to be told now.

    That is what has been broken for a while and was not told, and what was told and
    has been well for a while: each once, whoever asks. Another process that asks at
    the same moment gets neither.
    """
    rows = [
        {"cause": c[:200], "words": w, "noticed_at": now} for c, w in broken.items()
    ]
    insert_new(connection, alarm, rows, key=("cause",))
    new, well = [], []
    for row in connection.execute(select(alarm).order_by(alarm.c.noticed_at)).all():
        ours = alarm.c.cause == row.cause
        if row.cause in {each["cause"] for each in rows}:
            connection.execute(
                update(alarm)
                .where(ours, alarm.c.gone_at.is_not(None))
                .values(gone_at=None)
            )
            if (
                row.noticed_at <= now - settles
                and connection.execute(
                    update(alarm)
                    .where(ours, alarm.c.mailed_at.is_(None))
                    .values(mailed_at=now)
                ).rowcount
            ):
                new.append(broken.get(row.cause, row.words))
        elif row.mailed_at is None:
            connection.execute(delete(alarm).where(ours, alarm.c.mailed_at.is_(None)))
        elif row.gone_at is None:
            connection.execute(update(alarm).where(ours).values(gone_at=now))
        elif (
            row.gone_at <= now - well_after
            and connection.execute(delete(alarm).where(ours)).rowcount
        ):
            well.append(row.words)
    return new, well


def write(
    connection: Connection,
    notice: str,
    recipients: Iterable[str],
    words: tuple[str, MailContent],
    now: datetime,
) -> int:
    """Write a mail to each of them, to be sent; return how many had none of it yet.

    `words` are the subject and the content.
    """
    subject, content = words
    rows: list[dict[str, Any]] = [
        {
            "notice": notice,
            "recipient": recipient,
            "subject": subject,
            "content": [[heading, [*lines]] for heading, lines in content],
            "made_at": now,
            "next_try_at": now,
        }
        for recipient in dict.fromkeys(recipients)
    ]
    return insert_new(connection, operator_mail, rows, key=("notice", "recipient"))


def is_written(connection: Connection, notice: str) -> bool:
    """Whether a mail of it was written."""
    matching = select(func.count()).where(operator_mail.c.notice == notice)
    return bool(connection.scalar(matching))


def claim(
    connection: Connection, now: datetime, again_at: datetime
) -> OperatorMail | None:
    """Return the oldest mail that is to be sent, ours until `again_at`; or None."""
    is_due = (operator_mail.c.sent_at.is_(None), operator_mail.c.next_try_at <= now)
    row = connection.execute(
        select(operator_mail).where(*is_due).order_by(operator_mail.c.id).limit(1)
    ).first()
    if row is None:
        return None
    ours = connection.execute(
        update(operator_mail)
        .where(operator_mail.c.id == row.id, *is_due)
        .values(next_try_at=again_at)
    )
    if not ours.rowcount:
        return None
    return OperatorMail(
        row.id, row.notice, row.recipient, row.subject, row.content, row.made_at
    )


def note_sent(connection: Connection, mail_id: int, now: datetime) -> None:
    """Note that a mail server has taken it."""
    connection.execute(
        update(operator_mail)
        .where(operator_mail.c.id == mail_id)
        .values(sent_at=now, failure=None)
    )


def note_unsent(
    connection: Connection, mail_id: int, why: str, again_at: datetime
) -> None:
    """Note why it could not be sent, and when it is tried again."""
    connection.execute(
        update(operator_mail)
        .where(operator_mail.c.id == mail_id)
        .values(failure=why, next_try_at=again_at)
    )


def unsent(connection: Connection) -> OperatorBacklog | None:
    """Return what could not be sent yet, if there is any."""
    (row,) = rows_of(connection, _unsent)
    return OperatorBacklog(*row) if row[0] else None


def _unsent(_connection: Connection) -> Select[*tuple[Any, ...]]:
    return select(
        func.count(),
        func.min(operator_mail.c.made_at),
        func.max(operator_mail.c.failure),
    ).where(operator_mail.c.sent_at.is_(None), operator_mail.c.failure.is_not(None))


# What is asked of the mail to the operators, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_unsent,),)


OVERDUE = OverdueRows(operator_mail, operator_mail.c.id, operator_mail.c.made_at)
