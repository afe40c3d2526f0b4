"""Readers: a subscriber in a campaign, and all that decides how they are served."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    Row,
    Text,
    cast,
    exists,
    func,
    or_,
    select,
)

from digest.model.formats import Channel, named
from digest.model.people.channel_choice import ReaderFacts
from digest.model.people.person import Addressee
from digest.model.people.postal_address import PostalAddress
from digest.store.base.tables import (
    mailing_list,
    reader,
    subscriber,
    subscription,
    suppression,
)
from digest.store.campaigns import campaigns
from digest.store.editions.editions import Edition


@dataclass(frozen=True, slots=True)
class PlanningRow:
    """A reader as planning sees them; `position` is their place in the log."""

    reader_id: int
    subscriber_id: int
    position: int
    language: str
    topics: tuple[str, ...]
    facts: ReaderFacts


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads which campaign; of one who was erased nothing else is held."""

    id: int
    campaign_id: int
    subscriber_id: int
    is_erased: bool


def get(connection: Connection, reader_id: int) -> Reader | None:
    """Return the reader of that row."""
    row = connection.execute(
        select(reader.c.campaign_id, reader.c.subscriber_id, subscriber.c.erased_at)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(reader.c.id == reader_id)
    ).first()
    if row is None:
        return None
    is_erased = row.erased_at is not None
    return Reader(reader_id, row.campaign_id, row.subscriber_id, is_erased)


def facts_for(
    connection: Connection, edition: Edition, limit: int, now: datetime
) -> list[PlanningRow]:
    """Return the next readers of an edition's schedule, past its plan cursor.

    In order of id, at most `limit`; those who have paused are left out. One
    who joined after the edition froze may be among them: their place in the
    log is at its end, so that nothing in it is new to them.
    """
    lists = list_ids(connection, campaigns.load(connection, edition.campaign_id).lists)
    rows = connection.execute(
        select(
            reader.c.id,
            reader.c.subscriber_id,
            reader.c.position,
            reader.c.language,
            reader.c.topics,
            reader.c.format,
            is_subscribed(reader.c.subscriber_id, lists).label("is_subscribed"),
            subscriber.c.email.is_not(None).label("has_email"),
            has_address().label("has_address"),
            *(
                is_suppressed(channel).label(f"{channel}_suppressed")
                for channel in Channel
            ),
            subscriber.c.erased_at,
        )
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(
            reader.c.schedule_id == edition.schedule_id,
            reader.c.campaign_id == edition.campaign_id,
            reader.c.id > edition.plan_cursor,
            or_(reader.c.paused_until.is_(None), reader.c.paused_until <= now),
        )
        .order_by(reader.c.id)
        .limit(limit)
    )
    return [_planning_row(row) for row in rows]


def addressees(
    connection: Connection, reader_ids: Iterable[int]
) -> dict[int, Addressee]:
    """Return for each of these readers what a copy of theirs is addressed with."""
    rows = connection.execute(
        select(
            reader.c.id,
            subscriber.c.name,
            subscriber.c.address,
            subscriber.c.postcode,
            subscriber.c.country,
            subscriber.c.email,
        )
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(reader.c.id.in_(list(reader_ids)))
    )
    return {
        row.id: Addressee(
            name=row.name,
            email=row.email or "",
            address=address_of(row),
        )
        for row in rows
    }


def address_of(row: Row[*tuple[Any, ...]]) -> PostalAddress | None:
    """Return the postal address that a subscriber's row holds."""
    if not row.address:
        return None
    return PostalAddress(tuple(row.address), row.postcode or "", row.country or "")


def list_ids(connection: Connection, names: Sequence[str]) -> list[int]:
    """Return the ids of those of the named mailing lists that there are."""
    ids = select(mailing_list.c.id).where(mailing_list.c.name.in_(names))
    return list(connection.scalars(ids))


def is_subscribed(who: ColumnElement[Any], lists: Sequence[int]) -> Exists:
    """Return the condition that `who` has a live subscription to one of the lists."""
    return exists().where(
        subscription.c.subscriber_id == who,
        subscription.c.mailing_list_id.in_(lists),
        subscription.c.ended_at.is_(None),
    )


def has_address() -> ColumnElement[bool]:
    """Return the condition that a subscriber's full address is held."""
    # Compared as text: JSON has no equality on PostgreSQL.
    return func.length(cast(subscriber.c.address, Text)) > len("null")


def is_suppressed(channel: Channel) -> Exists:
    """Return the condition that a subscriber must not be written to by `channel`."""
    target = subscriber.c[f"{channel}_hash"]
    return exists().where(
        suppression.c.channel == channel, suppression.c.target_hash == target
    )


def _planning_row(row: Row[*tuple[Any, ...]]) -> PlanningRow:
    return PlanningRow(
        reader_id=row.id,
        subscriber_id=row.subscriber_id,
        position=row.position,
        language=row.language,
        topics=tuple(row.topics),
        facts=ReaderFacts(
            wanted=named(row.format),
            is_subscribed=row.is_subscribed and row.erased_at is None,
            has_email=row.has_email,
            has_address=row.has_address,
            email_suppressed=row.email_suppressed,
            post_suppressed=row.post_suppressed,
        ),
    )
