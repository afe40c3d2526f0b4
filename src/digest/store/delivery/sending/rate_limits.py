"""What was granted lately, kept so that every machine and every restart knows it."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, select, update

from digest.model.delivery.eta import LimitUse
from digest.model.delivery.rate_limits import RateLimit
from digest.model.delivery.rate_windows import (
    GrantEntry,
    GrantLedger,
    GrantUse,
    day_of_use,
    grant_size,
    slow_limit,
)
from digest.model.limits import GRANT_LIFE
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import pace, slow_start
from digest.store.base.upsert import insert_new

# The scope of what all copies share.
EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """Copies wanted under some limits, which all who name the same scope share.

    With `domain` the limit is that of the first day, and doubles. `use` says
    what became of the grant before.
    """

    scope: str
    limits: tuple[RateLimit, ...]
    domain: str = ""
    use: GrantUse | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """So many copies that may leave before `until`."""

    key: str
    copies: int
    until: datetime


@dataclass(frozen=True, slots=True)
class SlowStart:
    """A sending domain, on how many days it was used, and the last of them."""

    domain: str
    days: int
    last_day: date


def grant(
    connection: Connection, wants: Iterable[GrantRequest], now: datetime
) -> dict[str, Grant | datetime]:
    """Grant copies for each want by its scope, or say when to ask again."""
    # In one order, so that two who want the same scopes cannot lock each other out.
    ordered = sorted(wants, key=lambda want: want.scope)
    ledgers = _locked(connection, [want.scope for want in ordered], now)
    return {
        want.scope: _grant(connection, want, ledgers[want.scope], now)
        for want in ordered
    }


def allowances(
    connection: Connection, limits: Iterable[RateLimit], now: datetime
) -> tuple[LimitUse, ...]:
    """Return what is used of the limits that all copies share; locks nothing."""
    ledger = _shared_ledger(connection)
    return tuple(LimitUse(limit, ledger.used(limit, now)) for limit in limits)


def free_at(
    connection: Connection, limits: Sequence[RateLimit], now: datetime
) -> datetime | None:
    """Return when the next copy may leave that all limits hold back now, if they do.

    Locks nothing.
    """
    ledger = _shared_ledger(connection)
    if not limits or ledger.room(limits, now) > 0:
        return None
    return ledger.free_at(limits, now)


def forget_idle(connection: Connection, now: datetime) -> int:
    """Delete the ledgers that say nothing any more; return how many."""
    return connection.execute(delete(pace).where(pace.c.idle_at < now)).rowcount


def slow_starts(connection: Connection) -> list[SlowStart]:
    """Return the sending domains that start slowly, or did, by name."""
    rows = connection.execute(select(slow_start).order_by(slow_start.c.domain))
    return [SlowStart(row.domain, row.days, row.last_day) for row in rows]


def _shared_ledger(connection: Connection) -> GrantLedger:
    rows = rows_of(connection, _ledger_rows)
    return _read(rows[0].ledger if rows else [])


def _ledger_rows(_connection: Connection) -> Select[Any]:
    return select(pace.c.ledger).where(pace.c.scope == EVERYTHING)


# What is asked of what all copies share, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_ledger_rows,),)


def _grant(
    connection: Connection, want: GrantRequest, ledger: GrantLedger, now: datetime
) -> Grant | datetime:
    limits = _limits(connection, want, now)
    if want.use:
        ledger = ledger.settled(want.use)
    ledger = ledger.compacted(limits, now)
    grant: Grant | datetime = ledger.free_at(limits, now)
    if (room := ledger.room(limits, now)) > 0:
        grant = Grant(secrets.token_hex(4), grant_size(limits, room), now + GRANT_LIFE)
        ledger = ledger.granted(grant.key, grant.copies, now)
        if want.domain:
            _note_day(connection, want.domain, now)
    connection.execute(
        update(pace)
        .where(pace.c.scope == want.scope)
        .values(
            ledger=[
                [
                    entry.since.timestamp(),
                    entry.until.timestamp(),
                    entry.copies,
                    entry.key,
                ]
                for entry in ledger.entries
            ],
            idle_at=ledger.idle_at(limits, now),
        )
    )
    return grant


def _limits(
    connection: Connection, want: GrantRequest, now: datetime
) -> Sequence[RateLimit]:
    if not want.domain:
        return want.limits
    history = connection.execute(
        select(slow_start).where(slow_start.c.domain == want.domain)
    ).first()
    day = day_of_use(history.days, history.last_day, _day(now)) if history else 1
    slow = (slow_limit(limit, day) for limit in want.limits)
    # A domain that is no longer new has room for anything.
    return [
        slower or replace(limit, copies=10**12)
        for slower, limit in zip(slow, want.limits, strict=True)
    ]


def _note_day(connection: Connection, domain: str, now: datetime) -> None:
    today = _day(now)
    first = {"domain": domain, "days": 1, "last_day": today}
    if not insert_new(connection, slow_start, [first], key=("domain",)):
        connection.execute(
            update(slow_start)
            .where(slow_start.c.domain == domain, slow_start.c.last_day < today)
            .values(days=slow_start.c.days + 1, last_day=today)
        )


def _locked(
    connection: Connection, scopes: Sequence[str], now: datetime
) -> dict[str, GrantLedger]:
    ledgers = _select(connection, scopes)
    if missing := [scope for scope in scopes if scope not in ledgers]:
        rows = [{"scope": scope, "ledger": [], "idle_at": now} for scope in missing]
        insert_new(connection, pace, rows, key=("scope",))
        ledgers = _select(connection, scopes)
    return ledgers


def _select(connection: Connection, scopes: Sequence[str]) -> dict[str, GrantLedger]:
    rows = connection.execute(
        select(pace.c.scope, pace.c.ledger)
        .where(pace.c.scope.in_(scopes))
        .order_by(pace.c.scope)
        .with_for_update()
    )
    return {row.scope: _read(row.ledger) for row in rows}


def _read(rows: list[list[Any]]) -> GrantLedger:
    return GrantLedger(
        tuple(
            GrantEntry(
                datetime.fromtimestamp(since, UTC),
                datetime.fromtimestamp(until, UTC),
                copies,
                key,
            )
            for since, until, copies, key in rows
        )
    )


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()
