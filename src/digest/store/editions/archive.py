"""The archive: what anybody may read of a campaign's editions, and how far they tell.

An edition is public from when its first copy may leave. One that was called back or
stopped is not, whoever has a copy of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    false,
    func,
    or_,
    select,
    tuple_,
)

from digest.model.editions.due_stretch import DueStretch, due_to
from digest.model.editions.edition import DONE, EditionState
from digest.model.editions.steering import Steering
from digest.store.base.modes import mode_of
from digest.store.base.tables import campaign, edition, item, steering
from digest.store.editions import editions, standing
from digest.store.editions.editions import Edition

_PUBLIC = (EditionState.SENDING, *DONE.values())


@dataclass(frozen=True, slots=True)
class PublicStretch:
    """What one public edition tells of the log: stretches of it, but what is `out`."""

    due: DueStretch
    out: tuple[int, ...]

    def has(self, entry_id: int, position: int | None) -> bool:
        """Whether the edition tells of that entry; of one without a position, no."""
        is_due = position is not None and self.due.takes(position)
        return is_due and entry_id not in self.out


@dataclass(frozen=True, slots=True)
class WithdrawnPosition:
    """When what stood at a position of the log was withdrawn."""

    position: int
    at: datetime


def page(
    connection: Connection,
    campaign_id: int,
    now: datetime,
    most: int,
    before: str = "",
) -> list[Edition]:
    """Return a campaign's public editions, the newest slot first.

    `before` is the code of the last edition of the page before; one that is not known
    begins no page.
    """
    query = editions.editions_query().where(_is_public_in(connection, campaign_id, now))
    if before:
        place = tuple_(edition.c.slot, edition.c.id)
        behind = select(edition.c.slot, edition.c.id).where(edition.c.code == before)
        row = connection.execute(behind).first()
        if row is None:
            return []
        query = query.where(place < tuple_(*row))
    newest = query.order_by(edition.c.slot.desc(), edition.c.id.desc())
    return editions.read_editions(connection, newest.limit(most))


def by_code(
    connection: Connection, campaign_id: int, code: str, now: datetime
) -> Edition | None:
    """Return the public edition of that code; None where there is none."""
    query = editions.editions_query().where(
        _is_public_in(connection, campaign_id, now), edition.c.code == code
    )
    return next(iter(editions.read_editions(connection, query)), None)


def stretches(
    connection: Connection, campaign_id: int, now: datetime
) -> tuple[PublicStretch, ...]:
    """Return what each public edition of a campaign tells."""
    mode = mode_of(connection)
    is_public = _is_public_in(connection, campaign_id, now)
    # Asked of those alone that are not public, of which there are few.
    is_owed = case((is_public, false()), else_=standing.is_owed_to_all())
    rows = connection.execute(
        select(edition, is_public.label("public"), is_owed.label("owed"))
        .where(
            edition.c.campaign_id == campaign_id,
            edition.c.mode.in_(mode.counted),
            edition.c.state != EditionState.CANCELLED,
            edition.c.upto.is_not(None),
        )
        .order_by(edition.c.schedule_id, edition.c.slot)
    ).all()
    begins = select(campaign.c.live_from).where(campaign.c.id == campaign_id)
    first: int = connection.scalars(begins).one()
    out = _taken_out(connection, campaign_id)
    place = dict[int, int]()
    public = []
    for row in rows:
        since = place.get(row.schedule_id, first)
        if row.public:
            carried_in = editions.stretches_of(row.carried_in)
            due = due_to(since, row.upto, carried_in)
            public.append(PublicStretch(due, out.get(row.id, ())))
        if not row.owed:
            place[row.schedule_id] = max(since, row.upto)
    return tuple(public)


def withdrawals(connection: Connection, campaign_id: int) -> list[WithdrawnPosition]:
    """Return what was withdrawn of a campaign after an edition had carried it."""
    rows = select(item.c.position, item.c.withdrawn_at).where(
        item.c.campaign_id == campaign_id,
        item.c.withdrawn_at.is_not(None),
        item.c.position.is_not(None),
    )
    return [WithdrawnPosition(*row) for row in connection.execute(rows)]


def stretch_of(connection: Connection, of: Edition) -> DueStretch:
    """Return the stretch of the log that an edition carries."""
    since = standing.upto_before(connection, of.schedule_id, of.slot, of.mode)
    return due_to(since, of.upto or since, of.carried_in)


def mark(connection: Connection, campaign_id: int, now: datetime) -> str:
    """Return what is another as soon as anything of a campaign's archive is."""
    public = _is_public_in(connection, campaign_id, now)
    withdrawn = and_(
        item.c.campaign_id == campaign_id, item.c.withdrawn_at.is_not(None)
    )
    row = connection.execute(
        select(
            campaign.c.applied_at,
            campaign.c.last_position,
            campaign.c.had_upto,
            campaign.c.live_from,
            *(
                select(figure).where(public).scalar_subquery()
                for figure in (
                    func.count(),
                    func.max(edition.c.id),
                    func.sum(edition.c.id),
                )
            ),
            *(
                select(figure).where(withdrawn).scalar_subquery()
                for figure in (func.count(), func.max(item.c.withdrawn_at))
            ),
        ).where(campaign.c.id == campaign_id)
    ).one()
    return " ".join(map(str, row))


def _is_public_in(
    connection: Connection, campaign_id: int, now: datetime
) -> ColumnElement[bool]:
    return and_(
        edition.c.campaign_id == campaign_id,
        edition.c.mode.in_(mode_of(connection).counted),
        edition.c.state.in_(_PUBLIC),
        edition.c.recalled_at.is_(None),
        edition.c.stopped_at.is_(None),
        or_(edition.c.leaves_at.is_(None), edition.c.leaves_at <= now),
    )


def _taken_out(connection: Connection, campaign_id: int) -> dict[int, tuple[int, ...]]:
    """Return what staff took out of a campaign's editions, by the edition's id."""

    def each() -> Iterator[tuple[int, tuple[int, ...]]]:
        of_campaign = select(edition.c.id).where(edition.c.campaign_id == campaign_id)
        rows = select(steering.c.edition_id, steering.c.content).where(
            steering.c.edition_id.in_(of_campaign)
        )
        for row in connection.execute(rows):
            yield row.edition_id, Steering.from_json(row.content).out

    return dict(each())
