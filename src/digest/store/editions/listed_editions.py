"""Editions of every campaign, listed a page at a time."""

from dataclasses import dataclass

from sqlalchemy import Connection, or_

from digest.model.editions.edition import DONE, EditionState
from digest.store.base.tables import edition
from digest.store.editions.editions import (
    GOING,
    Edition,
    editions_query,
    read_editions,
)


@dataclass(frozen=True, slots=True)
class EditionFilter:
    """Which editions are wanted; all unless said: of a campaign, in a state.

    `before` is the last edition of the page before.
    """

    campaign_id: int | None = None
    state: EditionState | None = None
    before: int | None = None


def page(connection: Connection, which: EditionFilter, most: int) -> list[Edition]:
    """Return those editions, by their numbers, the latest first."""
    query = editions_query()
    if which.campaign_id is not None:
        query = query.where(edition.c.campaign_id == which.campaign_id)
    if which.state is not None:
        query = query.where(edition.c.state == which.state)
    if which.before is not None:
        query = query.where(edition.c.id < which.before)
    return read_editions(connection, query.order_by(edition.c.id.desc()).limit(most))


def planned(connection: Connection, most: int, skip: int = 0) -> list[Edition]:
    """Return editions that readers were planned for, or some, newest slot first."""
    states = (*GOING, *DONE.values(), EditionState.STOPPED)
    is_approved = edition.c.state == EditionState.APPROVED
    matching = editions_query().where(
        or_(edition.c.state.in_(states), is_approved & (edition.c.plan_cursor > 0))
    )
    newest = matching.order_by(edition.c.slot.desc(), edition.c.id.desc())
    return read_editions(connection, newest.limit(most).offset(skip))


def newest(connection: Connection, most: int, skip: int = 0) -> list[Edition]:
    """Return editions of every campaign, newest slot first."""
    ordered = editions_query().order_by(edition.c.slot.desc(), edition.c.id.desc())
    return read_editions(connection, ordered.limit(most).offset(skip))
