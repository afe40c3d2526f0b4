"""The lists of two people who are made one: who is on either is on it, and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from digest.model.people.lawful_basis import day_of
from digest.model.people.person import Consent
from digest.model.webhooks import WebhookKind
from digest.store.base.tables import mailing_list, subscription
from digest.store.people.subscriptions import (
    BY_LINK,
    EVIDENCE,
    MERGED,
    UNDONE,
)
from digest.store.webhooks.outbox import tell

_COLUMNS = (*("started_at", "ended_at", "ended_reason", *EVIDENCE, "reference"),)
_INSTANTS = ("started_at", "ended_at")
# Of ties that say nothing of a permission any more.
_VOID = (UNDONE, MERGED)
Tie = dict[str, Any]
Ties = Mapping[str, Tie]


def take_over(
    connection: Connection, kept_id: int, absorbed_id: int, now: datetime
) -> dict[str, Any]:
    """Have the kept be on every list that either is on; return what undoes it.

    But for one that either has left by a link. The evidence of one of them stands,
    whole: of the kept, unless only the other asked to be written to.
    """
    before, absorbed = _ties(connection, kept_id), _ties(connection, absorbed_id)
    joined = []
    for number, tie in absorbed.items():
        stands = before.get(number)
        if stands is None and tie["ended_reason"] in _VOID:
            continue
        after = tie if stands is None else _both(stands, tie)
        _put(connection, int(number), kept_id, after)
        if after["ended_at"] is None and not (stands and stands["ended_at"] is None):
            joined.append(int(number))
    connection.execute(
        update(subscription)
        .where(
            subscription.c.subscriber_id == absorbed_id,
            subscription.c.ended_at.is_(None),
        )
        .values(ended_at=now, ended_reason=MERGED)
    )
    _tell_joined(connection, kept_id, joined, now)
    return {"kept": before, "absorbed": absorbed, "after": _ties(connection, kept_id)}


def give_back(
    connection: Connection, kept_id: int, absorbed_id: int, was: Mapping[str, Any]
) -> None:
    """Have both be on the lists that they were on; from what has ended since, neither.

    `was` is what `take_over` returned.
    """
    current = _ties(connection, kept_id)
    for number, tie in was["absorbed"].items():
        stands, then = current.get(number), was["after"].get(number)
        end = _end_since(stands, then)
        _put(connection, int(number), absorbed_id, tie | end)
        before = was["kept"].get(number)
        if before is not None:
            _put(connection, int(number), kept_id, before | end)
        else:
            connection.execute(
                delete(subscription).where(
                    subscription.c.mailing_list_id == int(number),
                    subscription.c.subscriber_id == kept_id,
                )
            )


def _both(stands: Tie, other: Tie) -> Tie:
    """Return what one tie comes to beside the other's."""
    live = [tie for tie in (stands, other) if tie["ended_at"] is None]
    has_left = BY_LINK in (stands["ended_reason"], other["ended_reason"])
    after = dict(stands)
    if has_left:
        ended = next(t for t in (stands, other) if t["ended_reason"] == BY_LINK)
        after |= {name: ended[name] for name in ("ended_at", "ended_reason")}
    elif live:
        after |= {"ended_at": None, "ended_reason": None}
    is_better = _is_request(other) and not _is_request(stands)
    if is_better or stands["ended_reason"] in _VOID:
        after |= {name: other[name] for name in EVIDENCE}
    return after | {"reference": stands["reference"] or other["reference"]}


def _is_request(tie: Tie) -> bool:
    return Consent(*(tie[name] or "" for name in EVIDENCE)).is_a_request


def _end_since(stands: Tie | None, then: Tie | None) -> Tie:
    """Return how a tie has ended since it was as `then`; {} where it has not."""
    if stands is None or then is None or then["ended_at"] is not None:
        return {}
    if stands["ended_at"] is None:
        return {}
    return {name: stands[name] for name in ("ended_at", "ended_reason")}


def _ties(connection: Connection, subscriber_id: int) -> dict[str, Tie]:
    rows = connection.execute(
        select(subscription)
        .where(subscription.c.subscriber_id == subscriber_id)
        .order_by(subscription.c.mailing_list_id)
    ).mappings()
    return {
        str(row["mailing_list_id"]): {
            name: row[name].isoformat()
            if name in _INSTANTS and row[name] is not None
            else row[name]
            for name in _COLUMNS
        }
        for row in rows
    }


def _put(connection: Connection, list_id: int, subscriber_id: int, tie: Tie) -> None:
    values = tie | {
        name: datetime.fromisoformat(tie[name]) if tie[name] else None
        for name in _INSTANTS
    }
    values["consent_on"] = day_of(tie["consent_at"] or "")
    which = and_(
        subscription.c.mailing_list_id == list_id,
        subscription.c.subscriber_id == subscriber_id,
    )
    changed = connection.execute(update(subscription).where(which).values(values))
    if not changed.rowcount:
        key = {"mailing_list_id": list_id, "subscriber_id": subscriber_id}
        connection.execute(insert(subscription).values(**key, **values))


def _tell_joined(
    connection: Connection, who: int, list_ids: Sequence[int], now: datetime
) -> None:
    """Have webhooks say which lists somebody is on from now on."""

    def facts() -> list[dict[str, object]]:
        names = select(mailing_list.c.name).where(mailing_list.c.id.in_(list_ids))
        return [
            {"person": who, "list": name}
            for name in connection.scalars(names.order_by(mailing_list.c.name))
        ]

    if list_ids:
        tell(connection, WebhookKind.PERSON_JOINED, now, facts)
