"""What is to be told to endpoints: written with the fact, claimed, settled, again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from digest.model.webhooks import WebhookKind
from digest.store.base.tables import (
    webhook_choice,
    webhook_endpoint,
    webhook_message,
)
from digest.store.limits import WEBHOOK_LEASE
from digest.store.upkeep.overdue_rows import OverdueRows

Facts = Mapping[str, Any]


class MessageState(StrEnum):
    """Where a message to an endpoint stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """Something that an endpoint is told; `facts` name things, and nobody."""

    id: int
    endpoint_id: int
    kind: WebhookKind
    facts: Facts
    happened_at: datetime
    state: MessageState
    attempts: int
    next_attempt_at: datetime | None
    answer: str
    settled_at: datetime | None

    @property
    def reference(self) -> str:
        """Its id on the wire: the same at every attempt, and when it is replayed."""
        return f"msg_{self.id}"


def tell(
    connection: Connection,
    kind: WebhookKind,
    now: datetime,
    facts: Callable[[], Sequence[Facts]],
) -> None:
    """Have every endpoint that wants it be told, by the transaction that makes it so.

    `facts` are looked up only where there is one.
    """
    wanted = (
        select(webhook_endpoint.c.id)
        .join(
            webhook_choice,
            webhook_choice.c.webhook_endpoint_id == webhook_endpoint.c.id,
        )
        .where(
            webhook_choice.c.kind == kind,
            webhook_endpoint.c.ended_at.is_(None),
            webhook_endpoint.c.paused_at.is_(None),
        )
        .order_by(webhook_endpoint.c.id)
    )
    endpoints = connection.scalars(wanted).all()
    if not endpoints:
        return
    rows = [
        {
            "webhook_endpoint_id": endpoint_id,
            "kind": kind,
            "facts": dict(each),
            "happened_at": now,
            "state": MessageState.WAITING,
            "attempts": 0,
            "next_attempt_at": now,
        }
        for each in facts()
        for endpoint_id in endpoints
    ]
    if rows:
        connection.execute(insert(webhook_message), rows)


def endpoints_due(connection: Connection, now: datetime) -> list[int]:
    """Return the numbers of endpoints that something is to be told now."""
    due = (
        select(webhook_message.c.webhook_endpoint_id)
        .distinct()
        .join(
            webhook_endpoint,
            webhook_endpoint.c.id == webhook_message.c.webhook_endpoint_id,
        )
        .where(
            webhook_message.c.state == MessageState.WAITING,
            webhook_message.c.next_attempt_at <= now,
            webhook_endpoint.c.ended_at.is_(None),
            webhook_endpoint.c.paused_at.is_(None),
            or_(
                webhook_endpoint.c.retry_at.is_(None),
                webhook_endpoint.c.retry_at <= now,
            ),
        )
    )
    return sorted(connection.scalars(due))


def claim(
    connection: Connection, endpoint_id: int, now: datetime
) -> WebhookMessage | None:
    """Take the first message that is due to an endpoint, and charge an attempt to it.

    It is due again when the lease ends, should nobody settle it. None where there is
    none, or another worker has just taken it.
    """
    due = (
        select(webhook_message)
        .where(
            webhook_message.c.webhook_endpoint_id == endpoint_id,
            webhook_message.c.state == MessageState.WAITING,
            webhook_message.c.next_attempt_at <= now,
        )
        .order_by(webhook_message.c.id)
        .limit(1)
    )
    row = connection.execute(due).first()
    if row is None:
        return None
    claimed = connection.execute(
        update(webhook_message)
        .where(
            webhook_message.c.id == row.id,
            webhook_message.c.state == MessageState.WAITING,
            webhook_message.c.attempts == row.attempts,
        )
        .values(attempts=row.attempts + 1, next_attempt_at=now + WEBHOOK_LEASE)
    )
    return get(connection, row.id) if claimed.rowcount else None


def settle(
    connection: Connection,
    message: WebhookMessage,
    state: MessageState,
    answer: str,
    at: datetime,
) -> None:
    """Write down what came of an attempt: `at` it ended, or is to be made again."""
    is_waiting = state is MessageState.WAITING
    connection.execute(
        update(webhook_message)
        .where(
            webhook_message.c.id == message.id,
            webhook_message.c.attempts == message.attempts,
        )
        .values(
            state=state,
            answer=answer,
            next_attempt_at=at if is_waiting else None,
            settled_at=None if is_waiting else at,
        )
    )


def replay(
    connection: Connection,
    endpoint_id: int,
    now: datetime,
    *,
    message_id: int | None = None,
) -> int:
    """Have a message told once more, or all that were given up; return how many."""
    matching = [webhook_message.c.webhook_endpoint_id == endpoint_id]
    if message_id is None:
        matching.append(webhook_message.c.state == MessageState.GIVEN_UP)
    else:
        matching.append(webhook_message.c.id == message_id)
    return connection.execute(
        update(webhook_message)
        .where(*matching)
        .values(
            state=MessageState.WAITING,
            attempts=0,
            next_attempt_at=now,
            settled_at=None,
        )
    ).rowcount


def log(
    connection: Connection, endpoint_id: int, most: int, before: int | None = None
) -> list[WebhookMessage]:
    """Return what an endpoint was told or is to be told, the latest first."""
    query = select(webhook_message).where(
        webhook_message.c.webhook_endpoint_id == endpoint_id
    )
    if before is not None:
        query = query.where(webhook_message.c.id < before)
    newest = query.order_by(webhook_message.c.id.desc()).limit(most)
    return [_message(row) for row in connection.execute(newest)]


def get(connection: Connection, message_id: int) -> WebhookMessage:
    """Return a message that there is."""
    query = select(webhook_message).where(webhook_message.c.id == message_id)
    return _message(connection.execute(query).one())


OVERDUE = OverdueRows(
    webhook_message, webhook_message.c.id, webhook_message.c.settled_at
)


def _message(row: Row[Any]) -> WebhookMessage:
    return WebhookMessage(
        id=row.id,
        endpoint_id=row.webhook_endpoint_id,
        kind=WebhookKind(row.kind),
        facts=row.facts,
        happened_at=row.happened_at,
        state=MessageState(row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        answer=row.answer or "",
        settled_at=row.settled_at,
    )
