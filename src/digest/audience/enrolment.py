"""Enrol subscribers: everyone whom a campaign goes to becomes a reader of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from digest.model.campaigns.campaign import Campaign
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.formats import FORMATS, first_for
from digest.store.base.bulk import one_of
from digest.store.base.tables import campaign as campaign_table
from digest.store.base.tables import edition, reader, schedule, subscriber
from digest.store.base.upsert import insert_for
from digest.store.people.readers import has_address, list_ids, reads

_FOLLOWS = ("schedule_id", "format", "language", "topics")
_PLACES = {Mode.LIVE: "position", Mode.PRACTICE: "rehearsal_position"}


def enrol(
    connection: Connection,
    campaign_id: int,
    campaign: Campaign,
    now: datetime,
    only: Sequence[int] | None = None,
) -> int:
    """Give every subscriber of the campaign's lists a place in it; safe to repeat.

    One reader each, however many lists; none to whoever has left the campaign. A
    newcomer starts where their schedule stands, so that they get what comes next
    like everyone else. Who is a reader already follows what their subscriber's row
    now asks for and keeps their place in the log, so that nothing is lost or
    repeated. `only` looks at no other subscribers than these. Returns how many
    readers were made or changed.
    """
    lists = list_ids(connection, campaign.lists)
    ids = _schedule_ids(connection, campaign_id)
    reader_format = _format()
    schedule_id = _schedule(campaign, ids, reader_format)
    newcomers = (
        select(
            literal(campaign_id).label("campaign_id"),
            subscriber.c.id.label("subscriber_id"),
            schedule_id.label("schedule_id"),
            reader_format.label("format"),
            func.coalesce(subscriber.c.language, campaign.language).label("language"),
            func.coalesce(subscriber.c.topics, literal_column("'[]'")).label("topics"),
            *(
                _upto(connection, schedule_id, list(ids.values()), mode).label(place)
                for mode, place in _PLACES.items()
            ),
            literal(now, reader.c.joined_at.type).label("joined_at"),
        )
        .where(
            reads(subscriber.c.id, campaign_id, lists),
            subscriber.c.erased_at.is_(None),
            *(() if only is None else (one_of(connection, subscriber.c.id, only),)),
        )
        .order_by(subscriber.c.id)
    )
    columns = [column.name for column in newcomers.selected_columns]
    statement = insert_for(connection, reader).from_select(columns, newcomers)
    current = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["campaign_id", "subscriber_id"],
        set_={name: current[name] for name in _FOLLOWS},
        # Compared as text: JSON has no equality on PostgreSQL.
        where=or_(
            *(
                cast(reader.c[name], Text) != cast(current[name], Text)
                for name in _FOLLOWS
            )
        ),
    )
    return connection.execute(
        statement.execution_options(preserve_rowcount=True)
    ).rowcount


def _schedule_ids(connection: Connection, campaign_id: int) -> dict[str, int]:
    rows = connection.execute(
        select(schedule.c.name, schedule.c.id).where(
            schedule.c.campaign_id == campaign_id, schedule.c.ended_at.is_(None)
        )
    )
    return {row.name: row.id for row in rows}


def _format() -> ColumnElement[Any]:
    has_email = subscriber.c.email.is_not(None)
    with_email = first_for(has_email=True, has_address=False).name
    with_address = first_for(has_email=False, has_address=True).name
    return case(
        (subscriber.c.format.is_not(None), subscriber.c.format),
        (has_email, with_email),
        (has_address(), with_address),
        else_=first_for(has_email=False, has_address=False).name,
    )


def _schedule(
    campaign: Campaign, ids: dict[str, int], reader_format: ColumnElement[Any]
) -> ColumnElement[Any]:
    homes = {fmt.name: ids[campaign.schedule_for(fmt).name] for fmt in FORMATS.values()}
    return case(
        *((subscriber.c.schedule == name, number) for name, number in ids.items()),
        *((reader_format == name, number) for name, number in homes.items()),
        else_=homes[first_for(has_email=True, has_address=False).name],
    )


def _upto(
    connection: Connection,
    schedule_id: ColumnElement[Any],
    ids: Sequence[int],
    mode: Mode,
) -> ColumnElement[Any]:
    begins: int = connection.scalars(
        select(campaign_table.c.live_from)
        .join(schedule, schedule.c.campaign_id == campaign_table.c.id)
        .where(schedule.c.id == ids[0])
    ).one()
    rows = connection.execute(
        select(edition.c.schedule_id, func.max(edition.c.upto).label("upto"))
        .where(
            edition.c.schedule_id.in_(ids),
            edition.c.upto.is_not(None),
            edition.c.mode == mode,
            # What a cancelled edition held flows into the next, for newcomers too.
            edition.c.state != EditionState.CANCELLED,
        )
        .group_by(edition.c.schedule_id)
    )
    reached = [(schedule_id == row.schedule_id, max(row.upto, begins)) for row in rows]
    return case(*reached, else_=begins) if reached else literal(begins)
