"""What people asked for on the web: kept until they confirm it, or staff look at it.

What was typed goes as soon as a request is settled, and the row after that; never the
newest row, so that no number, and no link that names it, is used again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from digest.model.people.joining import JoiningWay
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import joining_request
from digest.store.base.upsert import insert_for
from digest.store.limits import (
    CONFIRMATION_EVERY,
    UNCONFIRMED_KEPT,
)
from digest.store.upkeep.overdue_rows import OverdueRows

_COLUMNS = joining_request.c
_KINDS = {
    JoiningWay.LOST_LINK: "link ",
    JoiningWay.NEW_EMAIL: "new ",
    JoiningWay.OLD_EMAIL: "old ",
}


class JoiningOutcome(StrEnum):
    """How a request to join came to its end."""

    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class JoiningTargets:
    """The keyed hashes of an email address and of the domain it is at."""

    address: str
    domain: str


@dataclass(frozen=True, slots=True)
class NewJoiningRequest:
    """What somebody asked for, in the cells of a list's row.

    With an email address it waits for the button in a mail, without one for staff.
    `subscriber_id` is whose it is, where a reader asks.
    """

    campaign_id: int
    way: JoiningWay
    wording: str
    content: Mapping[str, str]
    targets: JoiningTargets | None = None
    subscriber_id: int | None = None


@dataclass(frozen=True, slots=True)
class JoiningRequest:
    """A request as it stands; without content once it is settled."""

    id: int
    campaign_id: int
    way: JoiningWay
    wording: str
    content: Mapping[str, str]
    requested_at: datetime
    targets: JoiningTargets | None
    mailed_at: datetime | None
    outcome: JoiningOutcome | None
    subscriber_id: int | None

    def is_over(self, now: datetime) -> bool:
        """Whether nobody has confirmed it in its time."""
        is_waiting = self.outcome is None
        return is_waiting and self.requested_at < now - UNCONFIRMED_KEPT


def add(connection: Connection, new: NewJoiningRequest, now: datetime) -> None:
    """Keep a request, and have its mail go if it is to go by email.

    Of an address and a campaign there is one at a time, which says what was asked for
    last; a mail goes where none has gone lately.
    """
    values: dict[str, Any] = {
        "campaign_id": new.campaign_id,
        "content": dict(new.content),
        "way": new.way,
        "wording": new.wording,
        "requested_at": now,
        "subscriber_id": new.subscriber_id,
    }
    if new.targets is None:
        connection.execute(insert(joining_request).values(values))
        return
    kind = _KINDS.get(new.way, "")
    statement = insert_for(connection, joining_request).values(
        **values,
        # A link that was lost, or a new address, is no other sign-up of the same.
        pending_key=f"{kind}{new.campaign_id}:{new.targets.address}",
        address_hash=new.targets.address,
        domain_hash=new.targets.domain,
        mail_due_at=now,
    )
    has_lately = _COLUMNS.mailed_at > now - CONFIRMATION_EVERY
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["pending_key"],
            set_={
                "content": statement.excluded.content,
                "way": statement.excluded.way,
                "wording": statement.excluded.wording,
                "requested_at": now,
                "subscriber_id": statement.excluded.subscriber_id,
                "requests": _COLUMNS.requests + 1,
                "mail_due_at": case(
                    (has_lately, _COLUMNS.mail_due_at),
                    else_=func.coalesce(_COLUMNS.mail_due_at, now),
                ),
            },
        )
    )


def get(connection: Connection, request_id: int) -> JoiningRequest | None:
    """Return the request of that number; None where it is gone."""
    row = connection.execute(
        select(joining_request).where(_COLUMNS.id == request_id)
    ).first()
    return None if row is None else _request(row)


def waiting_of(
    connection: Connection, subscriber_id: int, way: JoiningWay
) -> JoiningRequest | None:
    """Return what a reader asked for last in that way, if it has not ended."""
    row = connection.execute(
        select(joining_request)
        .where(
            _COLUMNS.subscriber_id == subscriber_id,
            _COLUMNS.way == way,
            _COLUMNS.settled_at.is_(None),
        )
        .order_by(_COLUMNS.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _request(row)


def note(connection: Connection, request_id: int, content: Mapping[str, str]) -> None:
    """Keep what was done with a request that has not ended."""
    _set(connection, request_id, content=dict(content))


def for_staff(connection: Connection, limit: int) -> list[JoiningRequest]:
    """Return those that wait for staff, the oldest first."""
    rows = connection.execute(
        select(joining_request)
        .where(_COLUMNS.address_hash.is_(None), _COLUMNS.settled_at.is_(None))
        .order_by(_COLUMNS.id)
        .limit(limit)
    )
    return [_request(row) for row in rows]


def is_mail_due(connection: Connection, now: datetime) -> bool:
    """Whether a mail of a request waits to go."""
    is_due = and_(_COLUMNS.mail_due_at <= now, _COLUMNS.settled_at.is_(None))
    first = select(_COLUMNS.id).where(is_due).limit(1)
    return connection.scalar(first) is not None


def claim_mail(
    connection: Connection, now: datetime, again_at: datetime
) -> JoiningRequest | None:
    """Return the request whose mail has waited longest, ours until `again_at`."""
    is_due = and_(_COLUMNS.mail_due_at <= now, _COLUMNS.settled_at.is_(None))
    row = connection.execute(
        select(joining_request)
        .where(is_due)
        .order_by(_COLUMNS.mail_due_at, _COLUMNS.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    ours = connection.execute(
        update(joining_request)
        .where(_COLUMNS.id == row.id, is_due)
        .values(mail_due_at=again_at)
    )
    return _request(row) if ours.rowcount else None


def mailed_to(
    connection: Connection, targets: JoiningTargets, since: datetime
) -> tuple[datetime | None, int, int]:
    """Return when the address was last written to, and how many mails went since then.

    To its domain, and to all.
    """
    at = connection.scalar(
        select(func.max(_COLUMNS.mailed_at)).where(
            _COLUMNS.address_hash == targets.address
        )
    )
    of_domain, of_all = connection.execute(
        select(
            func.count().filter(_COLUMNS.domain_hash == targets.domain), func.count()
        ).where(_COLUMNS.mailed_at > since)
    ).one()
    return at, of_domain, of_all


def put_off(
    connection: Connection, request_id: int, until: datetime, why: str = ""
) -> None:
    """Have the mail of a request go at another moment: it has not gone."""
    _set(connection, request_id, mail_due_at=until, mailed_at=None, failure=why or None)


def note_mailed(connection: Connection, request_id: int, now: datetime) -> None:
    """Note that the mail of a request goes now, and is not to go again by itself."""
    _set(connection, request_id, mail_due_at=None, mailed_at=now, failure=None)


def note_refused(connection: Connection, request_id: int, why: str) -> None:
    """Note that a mail server refused the mail of a request for good."""
    _set(connection, request_id, failure=why)


def settle(
    connection: Connection,
    request_id: int,
    outcome: JoiningOutcome,
    now: datetime,
    subscriber_id: int | None = None,
) -> bool:
    """End a request and take out what was typed; False where it had ended."""
    settled = connection.execute(
        update(joining_request)
        .where(_COLUMNS.id == request_id, _COLUMNS.settled_at.is_(None))
        .values(
            settled_at=now,
            outcome=outcome,
            subscriber_id=subscriber_id,
            content={},
            pending_key=None,
            mail_due_at=None,
        )
    )
    return settled.rowcount > 0


def forget(
    connection: Connection, subscriber_id: int, address_hash: str, now: datetime
) -> None:
    """End what waits of somebody who is erased, or of their address; "" without one."""
    is_theirs = _COLUMNS.subscriber_id == subscriber_id
    if address_hash:
        is_theirs = or_(is_theirs, _COLUMNS.address_hash == address_hash)
    rows = connection.scalars(
        select(_COLUMNS.id).where(is_theirs, _COLUMNS.settled_at.is_(None))
    )
    for request_id in rows.all():
        settle(connection, request_id, JoiningOutcome.EXPIRED, now)


def _expired(now: datetime) -> dict[str, Any]:
    return {
        "settled_at": now,
        "outcome": JoiningOutcome.EXPIRED,
        "content": {},
        "pending_key": None,
        "mail_due_at": None,
    }


# What nobody has confirmed: what was typed goes.
UNCONFIRMED = OverdueRows(
    joining_request,
    _COLUMNS.id,
    _COLUMNS.requested_at,
    and_(_COLUMNS.address_hash.is_not(None), _COLUMNS.settled_at.is_(None)),
    _expired,
)
# But for the newest: its number is in a link, and is not to be another's.
SETTLED = OverdueRows(
    joining_request,
    _COLUMNS.id,
    _COLUMNS.settled_at,
    _COLUMNS.id != select(func.max(joining_request.alias().c.id)).scalar_subquery(),
)


def unconfirmed(connection: Connection) -> tuple[int, list[str]]:
    """Return how many wait for their own button, and why mails of some did not go."""
    rows = connection.execute(
        select(joining_request.c.failure).where(
            _COLUMNS.address_hash.is_not(None),
            _COLUMNS.settled_at.is_(None),
            _COLUMNS.way.not_in(list(_KINDS)),
        )
    ).all()
    return len(rows), sorted({row.failure for row in rows if row.failure})


def waiting_since(
    connection: Connection, before: datetime
) -> tuple[int, datetime | None]:
    """Return how many requests wait for staff since before then, and since when."""
    (row,) = rows_of(connection, _waiting, before)
    return row.requests, row.since


def _waiting(_connection: Connection, before: datetime) -> Select[Any]:
    waits: ColumnElement[bool] = and_(
        _COLUMNS.address_hash.is_(None),
        _COLUMNS.settled_at.is_(None),
        _COLUMNS.requested_at < before,
    )
    first = select(_COLUMNS.requested_at).where(waits).order_by(_COLUMNS.id).limit(1)
    return select(
        func.count().label("requests"), first.scalar_subquery().label("since")
    ).where(waits)


def questions(before: datetime) -> tuple[Asked, ...]:
    """Return what `waiting_since` asks, to be asked with others."""
    return ((_waiting, before),)


def _set(connection: Connection, request_id: int, **values: Any) -> None:
    connection.execute(
        update(joining_request)
        .where(_COLUMNS.id == request_id, _COLUMNS.settled_at.is_(None))
        .values(**values)
    )


def _request(row: Row[*tuple[Any, ...]]) -> JoiningRequest:
    targets = None
    if row.address_hash:
        targets = JoiningTargets(row.address_hash, row.domain_hash or "")
    return JoiningRequest(
        row.id,
        row.campaign_id,
        JoiningWay(row.way),
        row.wording,
        row.content,
        row.requested_at,
        targets,
        row.mailed_at,
        JoiningOutcome(row.outcome) if row.outcome else None,
        row.subscriber_id,
    )
