"""Enrol subscribers: everyone whom a campaign goes to becomes a reader of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
)

from digest.model.campaigns.campaign import Campaign
from digest.model.editions.mode import Mode
from digest.model.formats import FORMATS, first_for
from digest.store.base.bulk import one_of
from digest.store.base.tables import reader, schedule, subscriber
from digest.store.base.upsert import insert_for
from digest.store.editions import standing
from digest.store.people import pauses
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
    like everyone else; one who has paused all that they read begins paused. Who is
    a reader already follows what their subscriber's row now asks for and keeps their
    place in the log, so that nothing is lost or repeated. `only` looks at no other
    subscribers than these. Returns how many readers were made or changed.
    """
    lists = list_ids(connection, campaign.lists)
    rows = _schedules(connection, campaign_id)
    reader_format = _format()
    schedule_id = _schedule(campaign, rows, reader_format)
    newcomers = (
        select(
            literal(campaign_id).label("campaign_id"),
            subscriber.c.id.label("subscriber_id"),
            schedule_id.label("schedule_id"),
            reader_format.label("format"),
            func.coalesce(subscriber.c.language, campaign.language).label("language"),
            func.coalesce(subscriber.c.topics, literal_column("'[]'")).label("topics"),
            *(
                _position(connection, campaign_id, schedule_id, mode).label(place)
                for mode, place in _PLACES.items()
            ),
            _paused_until(connection, campaign, now).label("paused_until"),
            func.coalesce(subscriber.c.catch_up, true()).label("catch_up"),
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


def _schedules(
    connection: Connection, campaign_id: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    return connection.execute(
        select(schedule.c.id, schedule.c.name, schedule.c.former_names)
        .where(schedule.c.campaign_id == campaign_id, schedule.c.ended_at.is_(None))
        .order_by(schedule.c.id)
    ).all()


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
    campaign: Campaign,
    rows: Sequence[Row[*tuple[Any, ...]]],
    reader_format: ColumnElement[Any],
) -> ColumnElement[Any]:
    ids = {row.name: row.id for row in rows}
    # Who has asked for it by the name that it had means it still.
    former = {name: row.id for row in rows for name in row.former_names}
    asked_for = former | ids
    homes = {fmt.name: ids[campaign.schedule_for(fmt).name] for fmt in FORMATS.values()}
    return case(
        *(
            (subscriber.c.schedule == name, row_id)
            for name, row_id in asked_for.items()
        ),
        *((reader_format == name, row_id) for name, row_id in homes.items()),
        else_=homes[first_for(has_email=True, has_address=False).name],
    )


def _paused_until(
    connection: Connection, campaign: Campaign, now: datetime
) -> ColumnElement[Any]:
    """Return until when whoever has paused all that they read has paused this too."""
    kind = reader.c.paused_until.type
    ends = {day: campaign.midnight(day) for day in pauses.days_away(connection, now)}
    whens = [
        (subscriber.c.back_on == day, literal(end, kind))
        for day, end in ends.items()
        if end > now
    ]
    return case(*whens, else_=null()) if whens else cast(null(), kind)


def _position(
    connection: Connection,
    campaign_id: int,
    schedule_id: ColumnElement[Any],
    mode: Mode,
) -> ColumnElement[Any]:
    """Return where whoever is on that schedule begins."""
    stands = standing.standings(connection, campaign_id, mode)
    places = [(schedule_id == row_id, position) for row_id, position in stands.items()]
    return case(*places, else_=min(stands.values()))
