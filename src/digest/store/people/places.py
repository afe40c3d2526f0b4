"""The one door for a reader's place in the log: what they have had ends there."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, func, select, update

from digest.model.editions.mode import Mode
from digest.store.base.bulk import one_of
from digest.store.base.tables import campaign, reader
from digest.store.campaigns import going_live
from digest.store.people import owed


def move_on(
    connection: Connection, mode: Mode, upto: int, those: ColumnElement[bool]
) -> None:
    """Move `those` readers on to `upto`: the one door for a place in the log.

    A rehearsal moves the place of rehearsals alone. Nobody moves back.
    """
    place = _place_column(mode)
    connection.execute(update(reader).where(those, place < upto).values({place: upto}))


def bring_up(
    connection: Connection, campaign_id: int, mode: Mode, position: int
) -> int:
    """Bring every reader of a campaign who is before that position up to it.

    As a person says, because they have had what is before it: what they are owed of
    it is settled too. Returns how many were before it.
    """
    owed.settle(connection, campaign_id, position, mode)
    return _note_had(connection, mode, position, reader.c.campaign_id == campaign_id)


def bring_up_those(
    connection: Connection, mode: Mode, position: int, reader_ids: Sequence[int]
) -> None:
    """Bring these readers up to that position, as `bring_up` does a whole campaign."""
    owed.settle_for(connection, mode, position, reader_ids)
    _note_had(connection, mode, position, one_of(connection, reader.c.id, reader_ids))


def _note_had(
    connection: Connection, mode: Mode, position: int, those: ColumnElement[bool]
) -> int:
    """Bring `those` up to what a person says that they had, and keep that it was so.

    Nothing else tells of it, and the posts so far must not bring it again.
    """
    place = _place_column(mode)
    facts: dict[Any, Any] = {place: position}
    if mode is Mode.LIVE:
        since = func.coalesce(reader.c.had_since, place)
        facts |= {reader.c.had_since: since, reader.c.had_upto: position}
        theirs = select(reader.c.campaign_id).where(those, place < position)
        _note_had_upto(connection, campaign.c.id.in_(theirs), position)
    behind = update(reader).where(those, place < position)
    return connection.execute(behind.values(facts)).rowcount


def note_had_upto(connection: Connection, campaign_id: int, position: int) -> None:
    """Note that some readers of a campaign have had what lies up to that position."""
    _note_had_upto(connection, campaign.c.id == campaign_id, position)


def _note_had_upto(
    connection: Connection, those: ColumnElement[bool], position: int
) -> None:
    connection.execute(
        update(campaign)
        .where(those, campaign.c.had_upto < position)
        .values(had_upto=position)
    )


def start_from(connection: Connection, campaign_id: int, position: int) -> None:
    """Have live editions begin behind that position: nobody gets what is before it.

    Readers who are before it are brought up to it; what they were owed of
    before it is settled, and newcomers begin there too.
    """
    going_live.begin_behind(connection, campaign_id, position)
    owed.settle(connection, campaign_id, position)
    connection.execute(
        update(reader)
        .where(reader.c.campaign_id == campaign_id, reader.c.position < position)
        .values(position=position)
    )


def _place_column(mode: Mode) -> Column[int]:
    return reader.c.position if mode is Mode.LIVE else reader.c.rehearsal_position
