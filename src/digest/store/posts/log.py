"""A campaign's log: what is released, in order, and what staff do with it."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from json import loads
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, cast, select

from digest.errors import DigestError, NotFound, UnreadableError
from digest.model.posts.item_json import item_from_json
from digest.model.posts.items import Item
from digest.store.base.asked_together import Rows, is_asked, rows_of
from digest.store.base.read_once import read_once
from digest.store.base.row_faults import read_each
from digest.store.base.tables import item, source
from digest.store.editions import standing
from digest.store.posts import pictures, positions
from digest.store.posts.revisions import set_values
from digest.store.staff import audit

MAX = 2**62
# What says how an item stands, and changes when somebody moves it.
_STANDING = ("position", "held_at", "withdrawn_at", "passed_over", "duplicate_of")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A released item at its position in the log."""

    id: int
    position: int
    item: Item
    fingerprint: str
    topics: tuple[str, ...]
    accepted_at: datetime
    source: str


def topics_of(connection: Connection, campaign_id: int) -> set[str]:
    """Return every topic that an item of the campaign has ever carried."""

    def of_each() -> dict[int, set[str]]:
        # As text: JSON has no equality on PostgreSQL.
        rows = select(item.c.campaign_id, cast(item.c.topics, Text).label("topics"))
        topics = dict[int, set[str]]()
        for row in connection.execute(rows.distinct()):
            topics.setdefault(row.campaign_id, set()).update(loads(row.topics))
        return topics

    return read_once(connection, "topics", of_each).get(campaign_id, set())


def released(
    connection: Connection, campaign_id: int, since: int, upto: int = MAX
) -> list[LogEntry]:
    """Return the log in (since, upto], in order.

    Withdrawn items are left out, and those that a later one in it corrects. Raises
    UnreadableError where one of them cannot be read: it is for a person to say
    whether an edition goes without it.
    """
    rows = stretch(connection, campaign_id, since, upto).order_by(item.c.position)
    ahead = partial(_rows_ahead, connection, campaign_id, since, upto)
    entries, faults = read_once(
        connection,
        ("released", campaign_id, since, upto),
        lambda: read_each(connection, rows, item.c.id, _entry, ahead),
    )
    for item_id, why in faults.items():
        raise unreadable(item_id, why)
    latest = {post: entry.position for post, entry in entries}
    return [entry for post, entry in entries if latest[post] == entry.position]


def events(connection: Connection, campaign_id: int, upto: int) -> list[list[LogEntry]]:
    """Return the events of the log up to a position, each with all its corrections.

    The latest comes last. What is withdrawn is left out, and what cannot be read.
    """
    is_event = item.c.content["k"].as_string() == "event"
    every = stretch(connection, campaign_id, 0, upto).order_by(item.c.position)
    rows = every.where(is_event)
    entries, _ = read_once(
        connection,
        ("events", campaign_id, upto),
        lambda: read_each(connection, rows, item.c.id, _entry),
    )
    versions: dict[tuple[int, str], list[LogEntry]] = {}
    for event, entry in entries:
        versions.setdefault(event, []).append(entry)
    return [*versions.values()]


def whole(_connection: Connection, campaign_id: int) -> Select[Any]:
    """Return the question for a campaign's whole log, to be asked with others.

    `released` asks the database no more where it was.
    """
    return _rows(campaign_id).where(item.c.position > 0)


def stretch(
    _connection: Connection, campaign_id: int, since: int, upto: int
) -> Select[Any]:
    """Return the question for the log in (since, upto], to be asked with others.

    `released` asks the database no more for that stretch where it was.
    """
    return _rows(campaign_id).where(item.c.position > since, item.c.position <= upto)


def _rows(campaign_id: int) -> Select[Any]:
    return (
        select(item, source.c.name.label("source_name"))
        .join(source, source.c.id == item.c.source_id)
        .where(item.c.campaign_id == campaign_id, item.c.withdrawn_at.is_(None))
    )


def _rows_ahead(
    connection: Connection, campaign_id: int, since: int, upto: int
) -> Rows:
    """Return the rows in (since, upto], in order."""
    if is_asked(connection, whole, campaign_id):
        every = rows_of(connection, whole, campaign_id)
        rows = [row for row in every if since < row.position <= upto]
    else:
        rows = [*rows_of(connection, stretch, campaign_id, since, upto)]
    return sorted(rows, key=lambda row: row.position)


def unreadable(item_id: int, why: str) -> UnreadableError:
    """Return what staff are told of an item that cannot be read."""
    return UnreadableError(
        f"Post {item_id} cannot be read, so no edition that carries it is made: {why}.",
        f"Have editions go without it: digest post withdraw {item_id}",
    )


def release(connection: Connection, item_id: int, now: datetime) -> bool:
    """Release a waiting or held item; False where it had been released already.

    What was passed over, or taken for the same as another post, comes in too.
    """
    row = _locked_standing(connection, item_id)
    if row.position is not None or row.withdrawn_at is not None:
        return False
    _let_in(connection, row, now)
    record_act(connection, "released", row, now)
    return True


def hold(connection: Connection, item_id: int, now: datetime) -> bool:
    """Take an item back from release; False where an edition has carried it.

    Its position is given up for good: a later release gives it a new one.
    """
    row = _locked_standing(connection, item_id)
    if is_carried(connection, row):
        return False
    changes = {"position": None, "released_at": None, "held_at": now}
    set_values(connection, item_id, changes)
    record_act(connection, "held", row, now)
    return True


def withdraw(connection: Connection, item_id: int, now: datetime) -> bool:
    """Take an item out of every copy not yet handed over; False where it was out.

    What no edition carries gives up its position.
    """
    row = _locked_standing(connection, item_id)
    if row.withdrawn_at is not None:
        return False
    values: dict[str, Any] = {"withdrawn_at": now}
    if not is_carried(connection, row):
        values["position"] = None
    set_values(connection, item_id, values)
    pictures.sort_out(connection, now)
    record_act(connection, "withdrew", row, now)
    return True


def restore(connection: Connection, item_id: int, now: datetime) -> bool:
    """Undo a withdrawal; False where the item was not withdrawn.

    It is what it was before; if it had been released, it is again. Raises
    DigestError where an edition that carried it has gone on without it.
    """
    row = _locked_standing(connection, item_id)
    if row.withdrawn_at is None:
        return False
    edition_id = None
    if row.position is not None:
        edition_id = standing.gone_with(connection, row.campaign_id, row.position)
    if edition_id is not None:
        raise DigestError(
            f"edition {edition_id} has gone on without post {item_id}, and some "
            "readers may have it from before: add it again as a new post if it "
            "is wanted"
        )
    set_values(connection, item_id, {"withdrawn_at": None})
    pictures.sort_out(connection, now)
    if row.position is None and row.released_at is not None:
        _let_in(connection, row, now)
    record_act(connection, "restored", row, now)
    return True


def is_final(connection: Connection, item_id: int) -> bool:
    """Whether a withdrawal of the item cannot be undone, as `restore` would say."""
    row = row_of(connection, item_id)
    return row.position is not None and (
        standing.gone_with(connection, row.campaign_id, row.position) is not None
    )


def record_act(
    connection: Connection,
    verb: str,
    before: Row[Any],
    now: datetime,
    **facts: tuple[Any, Any],
) -> None:
    """Record what was done with an item that stood as in `before` in the audit trail.

    Beside what `facts` say, each as before and after, is how it stands now.
    """
    after = _standing(connection, before.id)
    was = {name: getattr(before, name) for name in _STANDING}
    stands = {name: getattr(after, name) for name in _STANDING}
    changed = audit.changes(
        was | {name: values[0] for name, values in facts.items()},
        stands | {name: values[1] for name, values in facts.items()},
    )
    subject = f"post {before.id}"
    act = audit.Act(verb, before.campaign_id, None, subject, *changed)
    audit.record(connection, act, now)


def locked(connection: Connection, item_id: int) -> Row[Any]:
    """Return the item's row as it stands while its campaign's row is held.

    Raises NotFound in words.
    """
    _locked_standing(connection, item_id)
    return row_of(connection, item_id)


def row_of(connection: Connection, item_id: int) -> Row[Any]:
    """Return the item's row. Raises NotFound in words."""
    return _row(connection, select(item), item_id)


def is_carried(connection: Connection, row: Row[Any]) -> bool:
    """Whether an edition carries the item, so that its words are fixed."""
    carried = positions.carried(connection, row.campaign_id)
    return positions.is_carried(row.position, carried)


def _locked_standing(connection: Connection, item_id: int) -> Row[Any]:
    positions.lock(connection, _standing(connection, item_id).campaign_id)
    return _standing(connection, item_id)


def _standing(connection: Connection, item_id: int) -> Row[Any]:
    """Return how an item stands: not what it says, which may be unreadable."""
    names = ("id", "campaign_id", "released_at", *_STANDING)
    return _row(connection, select(*(item.c[name] for name in names)), item_id)


def _row(connection: Connection, query: Select[Any], item_id: int) -> Row[Any]:
    row = connection.execute(query.where(item.c.id == item_id)).first()
    if row is None:
        raise NotFound(
            f"there is no post {item_id}; see them with: digest post list CAMPAIGN"
        )
    return row


def _entry(row: Row[Any]) -> tuple[tuple[int, str], LogEntry]:
    """Return an item of the log, behind what all its corrections have in common."""
    return (row.source_id, row.key), LogEntry(
        row.id,
        row.position,
        item_from_json(row.content),
        row.fingerprint,
        tuple(row.topics),
        row.accepted_at,
        row.source_name,
    )


def _let_in(connection: Connection, row: Row[Any], now: datetime) -> None:
    position = positions.next_free(connection, row.campaign_id, 1)
    set_values(
        connection,
        row.id,
        {
            "position": position,
            "released_at": now,
            "held_at": None,
            "passed_over": False,
            "duplicate_of": None,
        },
    )
