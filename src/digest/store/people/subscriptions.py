"""Mailing lists, and the subscriptions that tie people to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from digest.model.people.lawful_basis import day_of
from digest.model.people.person import NO_EVIDENCE, Consent
from digest.model.webhooks import WebhookKind
from digest.store.base.bulk import insert_many, one_of
from digest.store.base.tables import mailing_list, subscription
from digest.store.base.upsert import insert_for, insert_new
from digest.store.staff.audit import Act, record
from digest.store.webhooks.outbox import tell

EVIDENCE = (
    *("consent_basis", "consent_method", "consent_at", "consent_wording"),
    "consent_conditions",
)
# Why the link of an edition ended subscriptions, before it left campaigns.
BY_LINK = "left by the link in an edition"
TAKEN_OFF = "taken off the list by staff"
# Why those had to go whom an import brought by mistake; another may bring them again.
UNDONE = "the import that brought them was undone"
# Why those had to go who are on the list under another number.
MERGED = "they were held twice, and are on it under their other number"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """What one list says of a subscriber: evidence of consent, its own reference."""

    consent: Consent = NO_EVIDENCE
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A tie to one list, live until it has ended."""

    subscriber_id: int
    ended_at: datetime | None
    consent: Consent
    reference: str = ""


def create_list(connection: Connection, name: str, now: datetime) -> bool:
    """Make a mailing list; return whether there was none of that name."""
    row = {"name": name, "created_at": now}
    if not insert_new(connection, mailing_list, [row], key=("name",)):
        return False
    record(connection, Act("made", subject=f"list {name}"), now)
    return True


def names(connection: Connection) -> list[str]:
    """Return the names of every mailing list, in order."""
    return list(connection.scalars(select(mailing_list.c.name).order_by("name")))


def list_id(connection: Connection, name: str) -> int | None:
    """Return the id of the list called `name`, if there is one."""
    ids = select(mailing_list.c.id).where(mailing_list.c.name == name)
    return connection.scalar(ids)


def make_list(connection: Connection, name: str, now: datetime) -> int:
    """Return the id of the list called `name`, made if there was none."""
    create_list(connection, name, now)
    ids = select(mailing_list.c.id).where(mailing_list.c.name == name)
    return int(connection.execute(ids).scalar_one())


def on_list(
    connection: Connection, list_id: int, subscriber_ids: Sequence[int]
) -> dict[int, Subscription]:
    """Return these subscribers' subscriptions to the list, ended ones too.

    But for those of an import that was undone: they are as if there were none.
    """
    if not subscriber_ids:
        return {}
    evidence = [subscription.c[name] for name in EVIDENCE]
    rows = connection.execute(
        select(
            subscription.c.subscriber_id,
            subscription.c.ended_at,
            subscription.c.reference,
            *evidence,
        ).where(
            subscription.c.mailing_list_id == list_id,
            one_of(connection, subscription.c.subscriber_id, subscriber_ids),
            subscription.c.ended_reason.is_distinct_from(UNDONE),
        )
    )
    return {
        row.subscriber_id: Subscription(
            row.subscriber_id,
            row.ended_at,
            consent_of(row),
            row.reference or "",
        )
        for row in rows
    }


def by_reference(
    connection: Connection, list_id: int, references: Iterable[str]
) -> dict[str, int]:
    """Return the subscriber that a list calls so, for each of these references."""
    if not (wanted := sorted({*references} - {""})):
        return {}
    rows = connection.execute(
        select(subscription.c.reference, subscription.c.subscriber_id).where(
            subscription.c.mailing_list_id == list_id,
            one_of(connection, subscription.c.reference, wanted),
        )
    )
    return {row.reference: row.subscriber_id for row in rows}


def start(
    connection: Connection,
    list_id: int,
    people: Mapping[int, ListEntry],
    now: datetime,
) -> None:
    """Subscribe each of these subscribers, none of whom is known to the list."""
    insert_many(
        connection,
        subscription,
        [
            {"mailing_list_id": list_id, "subscriber_id": who, "started_at": now}
            | _values(entry)
            for who, entry in people.items()
        ],
    )
    _tell(connection, list_id, people, now)


def join(
    connection: Connection,
    list_id: int,
    subscriber_id: int,
    entry: ListEntry,
    now: datetime,
) -> None:
    """Have somebody be on a list by their own word, also one who had left it."""
    values = _values(entry)
    if entry.reference == "":
        values.pop("reference")
    statement = insert_for(connection, subscription).values(
        mailing_list_id=list_id, subscriber_id=subscriber_id, started_at=now, **values
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["mailing_list_id", "subscriber_id"],
            set_={**values, "ended_at": None, "ended_reason": None},
        )
    )
    _tell(connection, list_id, [subscriber_id], now)


def drop_undone(
    connection: Connection, list_id: int, subscriber_ids: Sequence[int]
) -> None:
    """Remove subscriptions of an import that was undone, which are to begin anew."""
    if subscriber_ids:
        connection.execute(
            delete(subscription).where(
                subscription.c.mailing_list_id == list_id,
                subscription.c.ended_reason == UNDONE,
                one_of(connection, subscription.c.subscriber_id, subscriber_ids),
            )
        )


def renew(
    connection: Connection, list_id: int, people: Mapping[int, ListEntry]
) -> None:
    """Keep what the list now says of each of these subscribers."""
    if people:
        connection.execute(
            update(subscription).where(
                subscription.c.mailing_list_id == list_id,
                subscription.c.subscriber_id == bindparam("who"),
            ),
            [{"who": who} | _values(entry) for who, entry in people.items()],
        )


def end(
    connection: Connection,
    subscriber_id: int,
    list_ids: Sequence[int],
    reason: str,
    now: datetime,
) -> int:
    """End the live ones among a subscriber's subscriptions; return how many."""
    ended = _change(
        connection,
        (
            subscription.c.subscriber_id == subscriber_id,
            subscription.c.mailing_list_id.in_(list_ids),
            subscription.c.ended_at.is_(None),
        ),
        {"ended_at": now, "ended_reason": reason},
    )
    if ended:
        _record(connection, "unsubscribed", subscriber_id, {"lists left": ended}, now)
    return ended


def reopen(
    connection: Connection,
    subscriber_id: int,
    list_ids: Sequence[int],
    now: datetime,
) -> int:
    """Begin again what the link of an edition had ended; return how many lists.

    It ended subscriptions before leaving was held for a campaign.
    """
    reopened = _change(
        connection,
        (
            subscription.c.subscriber_id == subscriber_id,
            subscription.c.mailing_list_id.in_(list_ids),
            subscription.c.ended_reason == BY_LINK,
        ),
        {"ended_at": None, "ended_reason": None},
    )
    if reopened:
        facts = {"lists joined": reopened}
        _record(connection, "resubscribed", subscriber_id, facts, now)
    return reopened


def can_serve(
    connection: Connection, subscriber_id: int, list_ids: Sequence[int]
) -> tuple[bool, bool]:
    """Return whether somebody is on one of the lists, and could be by `reopen`."""
    reasons = connection.execute(
        select(subscription.c.ended_at, subscription.c.ended_reason).where(
            subscription.c.subscriber_id == subscriber_id,
            subscription.c.mailing_list_id.in_(list_ids),
        )
    ).all()
    is_on = any(row.ended_at is None for row in reasons)
    return is_on, any(row.ended_reason == BY_LINK for row in reasons)


def consents_of(
    connection: Connection, subscriber_ids: Sequence[int]
) -> dict[int, tuple[Consent, ...]]:
    """Return the evidence of the lists that each of these people is on."""
    consents: dict[int, tuple[Consent, ...]] = {}
    rows = connection.execute(
        select(
            subscription.c.subscriber_id,
            *(subscription.c[name] for name in EVIDENCE),
        ).where(
            subscription.c.ended_at.is_(None),
            one_of(connection, subscription.c.subscriber_id, subscriber_ids),
        )
    )
    for row in rows:
        theirs = consents.get(row.subscriber_id, ())
        consents[row.subscriber_id] = (*theirs, consent_of(row))
    return consents


def live_lists(
    connection: Connection, subscriber_ids: Sequence[int]
) -> dict[int, set[int]]:
    """Return which lists each of these people is on."""
    lists: dict[int, set[int]] = {}
    rows = connection.execute(
        select(subscription.c.subscriber_id, subscription.c.mailing_list_id).where(
            subscription.c.ended_at.is_(None),
            one_of(connection, subscription.c.subscriber_id, subscriber_ids),
        )
    )
    for row in rows:
        lists.setdefault(row.subscriber_id, set()).add(row.mailing_list_id)
    return lists


def erase(
    connection: Connection, subscriber_id: int, reason: str, now: datetime
) -> None:
    """End a subscriber's subscriptions and remove the evidence of their consent."""
    which = subscription.c.subscriber_id == subscriber_id
    connection.execute(
        update(subscription)
        .where(which)
        .values(
            ended_at=func.coalesce(subscription.c.ended_at, now),
            ended_reason=reason,
            **_values(ListEntry()),
        )
    )


def consent_of(row: Row[*tuple[Any, ...]]) -> Consent:
    """Return the evidence of consent in a row that has its columns."""
    return Consent(*(getattr(row, name) or "" for name in EVIDENCE))


def _record(
    connection: Connection,
    verb: str,
    subscriber_id: int,
    facts: Mapping[str, int],
    now: datetime,
) -> None:
    act = Act(verb, subject=f"person {subscriber_id}", after=facts)
    record(connection, act, now)


def _change(
    connection: Connection, which: tuple[Any, ...], values: Mapping[str, Any]
) -> int:
    return connection.execute(
        update(subscription).where(*which).values(**values)
    ).rowcount


def _values(entry: ListEntry) -> dict[str, str | date | None]:
    return _evidence(entry.consent) | {"reference": entry.reference or None}


@lru_cache(maxsize=1024)
def _evidence(consent: Consent) -> dict[str, str | date | None]:
    """Return the columns of evidence: of a whole list they are often the same."""
    of_when = (consent.basis, consent.method, consent.at)
    words = (*of_when, consent.wording, consent.conditions)
    evidence: dict[str, str | date | None] = {
        name: word or None for name, word in zip(EVIDENCE, words, strict=True)
    }
    return evidence | {"consent_on": day_of(consent.at)}


def _tell(
    connection: Connection, list_id: int, people: Iterable[int], now: datetime
) -> None:
    """Have webhooks say that these are on the list from now on."""

    def facts() -> list[dict[str, object]]:
        names = select(mailing_list.c.name).where(mailing_list.c.id == list_id)
        name = connection.scalars(names).one()
        return [{"person": who, "list": name} for who in people]

    tell(connection, WebhookKind.PERSON_JOINED, now, facts)
