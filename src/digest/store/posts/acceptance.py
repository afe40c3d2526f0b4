"""Items accepted into a campaign's log: new, in other words, or as they were."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, insert, select

from digest.model.campaigns.campaign import FirstContact
from digest.model.posts.duplicates import DuplicateEvidence
from digest.model.posts.item_json import fingerprint, item_from_json, to_json
from digest.model.posts.items import Event, Item, Post
from digest.store import limits
from digest.store.base.tables import item
from digest.store.posts import duplicates, positions
from digest.store.posts.duplicates import LoggedItem
from digest.store.posts.item_pictures import pictured
from digest.store.posts.revisions import all_topics, revise, set_values, standing


class AcceptanceTerms(Protocol):
    """On which terms a source's items come in, as its campaign says."""

    @property
    def name(self) -> str:
        """What the source is called."""

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics that all its items get."""

    @property
    def first(self) -> FirstContact:
        """What to take of it when it is seen for the first time."""

    @property
    def moderated(self) -> bool:
        """Whether its items wait until staff release them."""


@dataclass(frozen=True, slots=True)
class AcceptanceCounts:
    """What accepting a source's items came to."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    duplicates: int = 0
    passed_over: int = 0
    old: int = 0


@dataclass(frozen=True, slots=True)
class AcceptanceOrigin:
    """The source that items come from, by its row, and on which terms.

    `is_staff` is whether staff add them themselves, and so mean it.
    """

    campaign_id: int
    source_id: int
    source: AcceptanceTerms
    is_first_contact: bool
    is_staff: bool = False


def accept(
    connection: Connection,
    origin: AcceptanceOrigin,
    items: Sequence[Item],
    now: datetime,
    updates: Sequence[Item] = (),
) -> AcceptanceCounts:
    """Take what a source holds into the log; the same items twice change nothing.

    New items are released at once, unless the source is moderated, the log
    holds the same post already, or they are older than the first contact was to
    take. A post that turns up at a later contact with a date long past is held: it
    is for a person to say whether it is news. Other words for an item are a
    revision: in place until an edition that carries it is frozen, and kept beside it
    after that; what staff had changed stays, unless the source changed that very
    thing. `updates` may revise what is known and are never new. All of them must have
    distinct keys.
    """
    positions.lock(connection, origin.campaign_id)
    items, updates = pictured(connection, items), pictured(connection, updates)
    rows = standing(connection, origin.source_id)
    carried = positions.carried(connection, origin.campaign_id)
    repeats = [entry for entry in (*items, *updates) if entry.key in rows]
    fresh = [entry for entry in items if entry.key not in rows]
    topics = origin.source.topics
    revised = sum(
        revise(connection, rows[entry.key], entry, topics, carried) for entry in repeats
    )
    counts = _take(connection, origin, fresh, now, is_met=bool(repeats))
    return AcceptanceCounts(
        new=len(fresh) - counts.duplicates - counts.passed_over - counts.old,
        revised=revised,
        unchanged=len(repeats) - revised,
        duplicates=counts.duplicates,
        passed_over=counts.passed_over,
        old=counts.old,
    )


def expected(
    connection: Connection, source_id: int, after: datetime
) -> tuple[Event, ...]:
    """Return the events of a source that begin after that, withdrawn ones left out.

    Each as the source last told it, whatever staff have made of it.
    """
    rows = connection.execute(
        select(item.c.key, item.c.content, item.c.given)
        .where(item.c.source_id == source_id, item.c.withdrawn_at.is_(None))
        .order_by(item.c.correction)
    )
    latest = {row.key: item_from_json(row.given or row.content) for row in rows}
    return tuple(
        event
        for event in latest.values()
        if isinstance(event, Event) and event.starts > after
    )


def _take(
    connection: Connection,
    origin: AcceptanceOrigin,
    fresh: Sequence[Item],
    now: datetime,
    *,
    is_met: bool,
) -> AcceptanceCounts:
    """Take in items with ids that are new; return how many were no news.

    A source is met for the first time only if nothing of it is in the log: one
    that was moved to another address is still the one we know.
    """
    if not fresh:
        return AcceptanceCounts()
    repeated = duplicates.echoes(fresh)
    distinct = [entry for entry in fresh if entry.key not in repeated]
    logged = duplicates.logged(
        connection, origin.campaign_id, origin.source_id, distinct
    )
    is_met = is_met or any(
        entry.source_id == origin.source_id for entry in logged.values()
    )
    yielding = {
        key: entry for key, entry in logged.items() if _gives_way(origin, entry)
    }
    same = {key: entry.id for key, entry in logged.items() if key not in yielding}
    news = [entry for entry in distinct if entry.key not in same]
    news = sorted(news, key=lambda entry: _age(entry, now), reverse=True)
    is_first = origin.is_first_contact and not is_met
    passed = {entry.key for entry in _passed(origin, news)} if is_first else set()
    is_trusted = is_first or origin.is_staff or origin.source.moderated
    old = set() if is_trusted else {e.key for e in news if _is_long_past(e, now)}
    _insert(connection, origin, news, _Standing(passed, old), now)
    ids = _ids(connection, origin.source_id)
    for key, waiting in yielding.items():
        set_values(connection, waiting.id, {"duplicate_of": ids[key]})
    same |= {key: same.get(twin) or ids[twin] for key, twin in repeated.items()}
    rows = [
        _row(origin, entry, now) | {"duplicate_of": same[entry.key]}
        for entry in fresh
        if entry.key in same
    ]
    if rows:
        connection.execute(insert(item), rows)
    return AcceptanceCounts(duplicates=len(same), passed_over=len(passed), old=len(old))


@dataclass(frozen=True, slots=True)
class _Standing:
    """Which of the items that are taken in are not released, by their keys."""

    passed: Set[str]
    old: Set[str]


def _is_long_past(entry: Item, now: datetime) -> bool:
    if not isinstance(entry, Post) or entry.published is None:
        return False
    return now - entry.published > limits.NEWS_AGE


def _gives_way(origin: AcceptanceOrigin, logged: LoggedItem) -> bool:
    """Whether the one that is known waits for staff, and this one need not."""
    is_elsewhere = logged.source_id != origin.source_id
    return logged.is_waiting and is_elsewhere and not origin.source.moderated


def _passed(origin: AcceptanceOrigin, in_order: Sequence[Item]) -> list[Item]:
    """Return what first contact is not to take, of items in order."""
    first = origin.source.first
    too_old = [
        entry for entry in in_order if first.since and _is_before(entry, first.since)
    ]
    if first.last is None:
        return too_old
    return list(in_order[: max(0, len(in_order) - first.last)])


def _is_before(entry: Item, since: datetime) -> bool:
    if isinstance(entry, Event):
        return (entry.ends or entry.starts) < since
    return entry.published is not None and entry.published < since


def _insert(
    connection: Connection,
    origin: AcceptanceOrigin,
    in_order: Sequence[Item],
    standing: _Standing,
    now: datetime,
) -> None:
    not_free = standing.passed | standing.old
    free = [
        entry
        for entry in in_order
        if not origin.source.moderated and entry.key not in not_free
    ]
    first = positions.next_free(connection, origin.campaign_id, len(free))
    places = {entry.key: first + n for n, entry in enumerate(free)}
    rows = [
        _row(origin, entry, now)
        | {
            "position": places.get(entry.key),
            "released_at": now if entry.key in places else None,
            "passed_over": entry.key in standing.passed,
            "held_at": now if entry.key in standing.old else None,
        }
        for entry in in_order
    ]
    if rows:
        connection.execute(insert(item), rows)


def _row(origin: AcceptanceOrigin, entry: Item, now: datetime) -> dict[str, Any]:
    marks = DuplicateEvidence.of(entry)
    return {
        "campaign_id": origin.campaign_id,
        "source_id": origin.source_id,
        "key": entry.key,
        "content": to_json(entry),
        "fingerprint": fingerprint(entry),
        "address_mark": marks.address or None,
        "words_mark": marks.words or None,
        "topics": all_topics(origin.source.topics, entry),
        "accepted_at": now,
    }


def _ids(connection: Connection, source_id: int) -> dict[str, int]:
    rows = connection.execute(
        select(item.c.key, item.c.id).where(
            item.c.source_id == source_id, item.c.correction == 0
        )
    )
    return {row.key: row.id for row in rows}


def _age(entry: Item, now: datetime) -> tuple[timedelta, timedelta]:
    """Return how far an item is from being the newest: of events, the next is."""
    if isinstance(entry, Event):
        return timedelta(0), entry.starts - now
    return now - (entry.published or now), timedelta(0)
