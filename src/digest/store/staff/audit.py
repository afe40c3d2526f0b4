"""The audit trail: who did what, when, and what it was before and after.

An act is recorded in the transaction that does it, at the door through which
every caller goes, so that nothing is done without its row and no row tells of
what was not done. Rows are only ever added.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Engine, Row, Select, func, insert, select

from digest.store import limits
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import audit, campaign, edition

ACTOR = "actor"
PROGRAM = "the program"
Facts = Mapping[str, Any]
# An instant as it is stored, in seconds or parts of them.
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*\+00:00")


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """One act. `subject` is what it was done to, beside a campaign or an edition."""

    id: int
    at: datetime
    actor: str
    act: str
    campaign: str | None
    edition_id: int | None
    subject: str | None
    before: Facts | None
    after: Facts | None

    def line(self) -> str:
        """Return it as a sentence on one line: who did what to what, and the change."""
        words = f"{self.at:%Y-%m-%d %H:%M:%S} UTC  {self.actor} {self.act}"
        line = f"{words} {self.target()}".rstrip()
        changes = ", ".join(f"{name} {change}" for name, change in self.changes())
        return f"{line}: {changes}" if changes else line

    def target(self) -> str:
        """Return what it was done to, "" where it names nothing."""
        edition_name = f"edition {self.edition_id}" if self.edition_id else None
        campaign_name = f"campaign {self.campaign}" if self.campaign else None
        return " of ".join(filter(None, (self.subject, edition_name, campaign_name)))

    def changes(self) -> list[tuple[str, str]]:
        """Return each thing that it changed, and how: before → after."""
        before, after = self.before or {}, self.after or {}
        return [
            (
                name.replace("_", " "),
                " → ".join(
                    _in_words(facts[name]) for facts in (before, after) if name in facts
                ),
            )
            for name in dict.fromkeys((*before, *after))
        ]


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return " and ".join(map(_in_words, value)) or "none"
    if value in (None, ""):
        return "none"
    return _INSTANT.sub(r"\1 \2 UTC", str(value))


@dataclass(frozen=True, slots=True)
class Act:
    """What is done, and to what: ids and settings, never a subscriber's address.

    `verb` is in the past and takes what it was done to as its object: paused,
    sent a correction of. The campaign of an edition need not be said.
    """

    verb: str
    campaign_id: int | None = None
    edition_id: int | None = None
    subject: str | None = None
    before: Facts | None = None
    after: Facts | None = None


def acting_as(engine: Engine, actor: str) -> Engine:
    """Return the engine for what that actor does: same database, same connections."""
    return engine.execution_options(**{ACTOR: actor})


def actor_of(connection: Connection) -> str:
    """Return whom the connection acts for: a person, or the program."""
    actor: str = connection.get_execution_options().get(ACTOR, PROGRAM)
    return actor[: limits.ACTOR_LENGTH]


def record(connection: Connection, act: Act, now: datetime) -> None:
    """Write down an act of whom the connection acts for."""
    campaign_id: Any = act.campaign_id
    if campaign_id is None and act.edition_id is not None:
        of_edition = select(edition.c.campaign_id).where(edition.c.id == act.edition_id)
        campaign_id = of_edition.scalar_subquery()
    connection.execute(
        insert(audit).values(
            at=now,
            actor=actor_of(connection),
            act=act.verb,
            campaign_id=campaign_id,
            edition_id=act.edition_id,
            subject=act.subject and act.subject[: limits.AUDIT_SUBJECT_LENGTH],
            before=_storable(act.before),
            after=_storable(act.after),
        )
    )


def changes(before: Facts, after: Facts) -> tuple[Facts, Facts]:
    """Return both without what is the same in them."""
    names = [
        name
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    ]
    return (
        {name: before.get(name) for name in names},
        {name: after.get(name) for name in names},
    )


def latest(
    connection: Connection, limit: int, campaign_name: str | None = None
) -> Sequence[RecordedAct]:
    """Return the latest acts, the newest first; of one campaign where it is named."""
    rows = _rows().limit(limit)
    if campaign_name is not None:
        rows = rows.where(campaign.c.name == campaign_name)
    return _acts(connection, rows)


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Which acts are wanted: of one actor, of one kind, in a stretch of time."""

    actor: str = ""
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


EVERY_ACT = ActFilter()


def page(
    connection: Connection,
    limit: int,
    which: ActFilter = EVERY_ACT,
    before: int | None = None,
) -> Sequence[RecordedAct]:
    """Return those acts, the newest first; those before that one, where it is given."""
    rows = _rows().limit(limit)
    if which.actor:
        rows = rows.where(audit.c.actor == which.actor)
    if which.verb:
        rows = rows.where(audit.c.act == which.verb)
    if which.since is not None or which.until is not None:
        rows = rows.where(audit.c.id.in_(_within(which)))
    if before is not None:
        rows = rows.where(audit.c.id < before)
    return _acts(connection, rows)


def count_since(connection: Connection, verb: str, since: datetime) -> int:
    """Return how often that was done after an instant, by whomever."""
    query = select(func.count()).where(audit.c.act == verb, audit.c.at > since)
    return connection.execute(query).scalar_one()


def actors_and_verbs(connection: Connection) -> tuple[list[str], list[str]]:
    """Return everybody who has done anything, by name, and everything that was done."""
    actors, verbs = (
        connection.scalars(_each_of(column)).all()
        for column in (audit.c.actor, audit.c.act)
    )
    return sorted(actors, key=str.casefold), sorted(verbs)


def _each_of(column: Column[str]) -> Select[str]:
    """Select each value once, by its index from one to the next: few of very many."""
    first = select(func.min(column).label("value")).cte("each", recursive=True)
    following = select(func.min(column)).where(column > first.c.value)
    each = first.union_all(
        select(following.scalar_subquery()).where(first.c.value.is_not(None))
    )
    return select(each.c.value).where(each.c.value.is_not(None))


def _within(which: ActFilter) -> Select[int]:
    """Select the acts of that time, by its index: those of a day are few."""
    ids = select(audit.c.id)
    if which.since is not None:
        ids = ids.where(audit.c.at >= which.since)
    if which.until is not None:
        ids = ids.where(audit.c.at < which.until)
    return ids


def about(connection: Connection, *subjects: str) -> Sequence[RecordedAct]:
    """Return every act that was done to any of these subjects, the newest first."""
    rows = rows_of(connection, _about, subjects)
    return [_act(row) for row in sorted(rows, key=lambda row: -row.id)]


def questions_about(*subjects: str) -> tuple[Asked, ...]:
    """Return what `about` asks, to be asked with others."""
    return ((_about, subjects),)


def _about(_connection: Connection, subjects: Sequence[str]) -> Select[Any]:
    return _rows().order_by(None).where(audit.c.subject.in_(subjects))


def actors_at(
    connection: Connection, moments: Iterable[datetime]
) -> dict[tuple[str, datetime], str]:
    """Return who did what was done at those instants, by its subject and instant."""
    rows = connection.execute(
        select(audit.c.subject, audit.c.at, audit.c.actor).where(
            audit.c.at.in_(list(moments)), audit.c.subject.is_not(None)
        )
    )
    return {(row.subject, row.at): row.actor for row in rows}


def _rows() -> Select[Any]:
    return (
        select(audit, campaign.c.name.label("campaign"))
        .outerjoin(campaign, campaign.c.id == audit.c.campaign_id)
        .order_by(audit.c.id.desc())
    )


def _acts(connection: Connection, rows: Select[Any]) -> Sequence[RecordedAct]:
    return [_act(row) for row in connection.execute(rows)]


def _act(row: Row[Any]) -> RecordedAct:
    return RecordedAct(
        row.id,
        row.at,
        row.actor,
        row.act,
        row.campaign,
        row.edition_id,
        row.subject,
        row.before,
        row.after,
    )


def _storable(facts: Facts | None) -> dict[str, Any] | None:
    return {name: _json(value) for name, value in facts.items()} if facts else None


def _json(value: Any) -> Any:
    match value:
        case None | bool() | int():
            return value
        case list() | tuple():
            return [_json(part) for part in value]
        case datetime():
            return value.isoformat()
        case _:
            return str(value)[: limits.AUDIT_VALUE_LENGTH]
