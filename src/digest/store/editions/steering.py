"""How editions are steered: the one door for what staff say of one before it goes.

The open edition of a schedule has no row before its slot comes, and is steered all
the same: what is said of it goes to the edition that freezes next.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    insert,
    select,
    update,
)

from digest.errors import DigestError, EditionConflict
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.editions.steering import SteeredEdition, Steering
from digest.model.posts.markdown import to_markdown
from digest.model.staff_words import moment_in_words
from digest.store.base.asked_together import rows_of
from digest.store.base.tables import schedule, steering, steering_act
from digest.store.base.upsert import insert_new
from digest.store.campaigns.time_zones import zone_of
from digest.store.editions import editions
from digest.store.staff import audit

# In place of an edition's number: the one that is still to come.
OPEN = 0


@dataclass(frozen=True, slots=True)
class SteeringPlace:
    """Which edition is steered: that of its number, or the open one of a schedule."""

    schedule_id: int
    mode: Mode
    edition_id: int = OPEN


@dataclass(frozen=True, slots=True)
class SteeringAct:
    """What somebody does to an edition, in words that follow their name.

    `version` is that at which they saw it; None where they did not say.
    """

    words: str
    by: str
    at: datetime
    version: int | None = None


def get(connection: Connection, place: SteeringPlace) -> SteeredEdition:
    """Return how an edition is steered."""
    rows = rows_of(connection, steered_at, place)
    row = rows[0] if rows else None
    return SteeredEdition() if row is None else _steered(row)


def steered_at(_connection: Connection, place: SteeringPlace) -> Select[Any]:
    """Return the question that `get` asks, to be asked with others."""
    return select(steering).where(_at(place))


def change(
    connection: Connection,
    place: SteeringPlace,
    to: Callable[[Steering], Steering],
    act: SteeringAct,
) -> SteeredEdition:
    """Steer an edition as `to` says of how it is steered now; return how it is then.

    What changes nothing is no act. Raises EditionConflict where it was changed since
    the version that is named, saying by whom and what; DigestError for one that is
    frozen.
    """
    row = _locked(connection, place, act)
    before = _steered(row)
    steered = to(before.steering)
    if steered == before.steering:
        return before
    return _write(connection, row, steered, act)


def undo(
    connection: Connection, place: SteeringPlace, act: SteeringAct
) -> tuple[SteeredEdition, str]:
    """Take back the latest act that has not been; return its words too.

    Raises DigestError where there is none, and as `change` does.
    """
    row = _locked(connection, place, act)
    taken_back = select(steering_act.c.undoes).where(
        steering_act.c.steering_id == row.id, steering_act.c.undoes.is_not(None)
    )
    last = connection.execute(
        select(steering_act)
        .where(
            steering_act.c.steering_id == row.id,
            steering_act.c.undoes.is_(None),
            steering_act.c.version.not_in(taken_back),
        )
        .order_by(steering_act.c.version.desc())
    ).first()
    if last is None:
        raise DigestError("nobody has changed anything that could be undone")
    steered = _write(
        connection,
        row,
        Steering.from_json(last.before),
        SteeringAct(f"undid: {last.words}", act.by, act.at),
        undoes=last.version,
    )
    return steered, last.words


def freeze(connection: Connection, edition: editions.Edition) -> None:
    """Give what was said of the open edition to the one that is frozen now.

    In the transaction that freezes it; the next open edition begins anew.
    """
    place = SteeringPlace(edition.schedule_id, edition.mode)
    connection.execute(update(steering).where(_at(place)).values(edition_id=edition.id))


def skip(connection: Connection, edition: editions.Edition, now: datetime) -> None:
    """Put back what was taken out of an edition that is skipped.

    It was left for the next, which is steered on as this one was.
    """
    place = place_of(edition)
    if get(connection, place).steering.out:
        act = SteeringAct("put back what was taken out", audit.PROGRAM, now)
        row = connection.execute(select(steering).where(_at(place))).one()
        _write(connection, row, replace(_steered(row).steering, out=()), act)


def place_of(edition: editions.Edition) -> SteeringPlace:
    """Return where it is kept how an edition with a row is steered."""
    is_frozen_once = edition.frozen_at is not None or edition.is_recalled
    number = edition.id if is_frozen_once else OPEN
    return SteeringPlace(edition.schedule_id, edition.mode, number)


def last_by(connection: Connection, place: SteeringPlace) -> str | None:
    """Return who changed the edition last; None where nobody has."""
    rows = rows_of(connection, latest_act, place)
    return rows[0].by if rows else None


def latest_act(_connection: Connection, place: SteeringPlace) -> Select[tuple[str]]:
    """Return the question that `last_by` asks, to be asked with others."""
    latest = (
        select(steering_act.c.id)
        .join(steering, steering.c.id == steering_act.c.steering_id)
        .where(_at(place))
        .order_by(steering_act.c.version.desc())
        .limit(1)
    )
    return select(steering_act.c.by).where(
        steering_act.c.id == latest.scalar_subquery()
    )


def acts_since(
    connection: Connection, place: SteeringPlace, version: int
) -> list[SteeringAct]:
    """Return what was done to the edition after that version, the oldest first."""
    rows = connection.execute(
        select(steering_act)
        .join(steering, steering.c.id == steering_act.c.steering_id)
        .where(_at(place), steering_act.c.version > version)
        .order_by(steering_act.c.version)
    )
    return [SteeringAct(row.words, row.by, row.at, row.version) for row in rows]


def _at(place: SteeringPlace) -> ColumnElement[bool]:
    return and_(
        steering.c.schedule_id == place.schedule_id,
        steering.c.mode == place.mode,
        steering.c.edition_id == place.edition_id,
    )


def _locked(connection: Connection, place: SteeringPlace, act: SteeringAct) -> Row[Any]:
    """Return the row, which nobody else changes now, at the version that was seen."""
    if place.edition_id != OPEN:
        _refuse_unless_open(editions.locked(connection, place.edition_id))
    fresh = {
        "schedule_id": place.schedule_id,
        "mode": place.mode,
        "edition_id": place.edition_id,
        "content": {},
        "version": 0,
    }
    insert_new(connection, steering, [fresh], key=("schedule_id", "mode", "edition_id"))
    row = connection.execute(select(steering).where(_at(place)).with_for_update()).one()
    if act.version is not None and act.version != row.version:
        raise EditionConflict(_conflict(connection, row, act.version))
    return row


def _refuse_unless_open(edition: editions.Edition) -> None:
    if edition.state is EditionState.OPEN:
        return
    words = f"edition {edition.id} is {edition.state}: what is in it is fixed"
    if edition.state in (EditionState.FROZEN, EditionState.APPROVED):
        words += f"; to change it, first digest edition recall {edition.id}"
    raise DigestError(words)


def _conflict(connection: Connection, row: Row[Any], version: int) -> str:
    place = SteeringPlace(row.schedule_id, Mode(row.mode), row.edition_id)
    meanwhile = acts_since(connection, place, version)
    if version > row.version or not meanwhile:
        return (
            f"you saw version {version}, and this is version {row.version}: what "
            "you saw has been frozen; look at what is open now, and say it again"
        )
    zone = zone_of(connection, row.schedule_id)
    acts = "; ".join(
        f"{each.by} {each.words} ({moment_in_words(each.at, zone)})"
        for each in meanwhile
    )
    return (
        f"this was changed while you looked: {acts}. Nothing was saved over; look "
        f"again, it is at version {row.version}"
    )


def _write(
    connection: Connection,
    row: Row[Any],
    to: Steering,
    act: SteeringAct,
    undoes: int | None = None,
) -> SteeredEdition:
    version = row.version + 1
    connection.execute(
        update(steering)
        .where(steering.c.id == row.id)
        .values(content=to.to_json(), version=version)
    )
    connection.execute(
        insert(steering_act).values(
            steering_id=row.id,
            version=version,
            by=act.by,
            at=act.at,
            words=act.words,
            before=row.content,
            undoes=undoes,
        )
    )
    before, after = audit.changes(_facts(Steering.from_json(row.content)), _facts(to))
    act_on_record = audit.Act(
        "steered",
        _campaign_of(connection, row),
        edition_id=row.edition_id or None,
        subject=None if row.edition_id else _open_edition(connection, row),
        before=before,
        after=after,
    )
    audit.record(connection, act_on_record, act.at)
    return SteeredEdition(to, version)


def _facts(content: Steering) -> dict[str, Any]:
    return {
        "note": to_markdown(content.note),
        "subject": content.subject,
        "preheader": content.preheader,
        "pinned": list(content.pinned),
        "order": list(content.order),
        "taken out": list(content.out),
        "not listed": list(content.unlisted),
    }


def _campaign_of(connection: Connection, row: Row[Any]) -> int | None:
    return connection.scalar(
        select(schedule.c.campaign_id).where(schedule.c.id == row.schedule_id)
    )


def _open_edition(connection: Connection, row: Row[Any]) -> str:
    name = connection.scalar(
        select(schedule.c.name).where(schedule.c.id == row.schedule_id)
    )
    return f"the open edition of {name}"


def _steered(row: Row[Any]) -> SteeredEdition:
    return SteeredEdition(Steering.from_json(row.content), row.version)
