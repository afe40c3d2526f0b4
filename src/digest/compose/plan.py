"""One delivery for each reader an edition is for, or the reason why not."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from digest.compose.selection import EditionSelection
from digest.compose.variants import news
from digest.model.editions.due_stretch import DueStretch, due_to
from digest.model.editions.edition import EditionState, VariantKey
from digest.model.formats import Channel
from digest.model.limits import READERS_PLANNED_AT_ONCE
from digest.model.people.channel_choice import NotServed, Served, resolve
from digest.store.base.engine import writing
from digest.store.base.table_statistics import count_anew
from digest.store.base.tables import delivery, left_out
from digest.store.base.tables import variant as variants
from digest.store.base.upsert import insert_new
from digest.store.campaigns import campaigns
from digest.store.campaigns.going_live import refuse_unless_may_go
from digest.store.delivery import deliveries, send_batches
from digest.store.delivery.deliveries import NewDelivery
from digest.store.editions import editions, steering
from digest.store.holds.holds import refuse_if_held
from digest.store.people import owed
from digest.store.people.readers import PlanningRow, facts_for, move_on
from digest.store.posts import log

# Gets, in the transaction that plans them, the send batches that have been cut.
Submit = Callable[[Connection, Sequence[int]], None]
LEFT_FOR_NEXT = "all of it was left for the next edition"
NOBODY = "nobody had anything new that could reach them"


@dataclass(frozen=True, slots=True)
class PlannedCopy:
    """A reader who gets a copy, and which; their next has the positions `left_over`."""

    row: PlanningRow
    channel: Channel
    key: VariantKey
    left_over: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A reader who gets none: `kind` is left, unreachable or nothing-new.

    All but the last keep their place in the log.
    """

    row: PlanningRow
    kind: str
    reason: str
    left_over: tuple[int, ...] = ()


def submit_nothing(_connection: Connection, _batch_ids: Sequence[int]) -> None:
    """Do nothing: senders look for what is due by themselves."""


def plan(
    engine: Engine,
    edition_id: int,
    now: datetime,
    chunk: int = READERS_PLANNED_AT_ONCE,
    submit: Submit = submit_nothing,
) -> None:
    """Plan an approved edition to its end; safe to repeat after any interruption.

    Each chunk of readers is one transaction: their deliveries, the reasons of
    those left out, their new places in the log, how far planning has come and
    whatever `submit` does with the batch of their emails. An edition that
    reaches nobody is skipped; one that is held back stays as it is. Raises DigestError,
    nobody planned, for a live one of a campaign that waits for golive, and while
    nothing may leave.
    """
    with writing(engine) as connection:
        count_anew(connection)
    while _plan_chunk(engine, edition_id, now, chunk, submit):
        pass


def decide(
    row: PlanningRow,
    due: DueStretch,
    entries: Sequence[log.LogEntry],
    selection: EditionSelection,
) -> PlannedCopy | LeftOut:
    """Return what becomes of one reader in an edition that brings them `due`."""
    served = resolve(row.facts)
    match served:
        case NotServed(reason):
            kind = "unreachable" if row.facts.is_subscribed else "left"
            return LeftOut(row, kind, reason)
        case Served(channel, fmt):
            # In one order: who wrote them in another one wants the same.
            topics = tuple(sorted(set(row.topics)))
            key = VariantKey(due, topics, fmt, row.language)
            if not any(key.takes(entry.position, entry.topics) for entry in entries):
                return LeftOut(row, "nothing-new", "nothing new on their topics")
            if selection.is_everything:
                return PlannedCopy(row, channel, key)
            return _selected(PlannedCopy(row, channel, key), entries, selection)


def _selected(
    copy: PlannedCopy, entries: Sequence[log.LogEntry], selection: EditionSelection
) -> PlannedCopy | LeftOut:
    """Return the copy without what is left for its reader's next one."""
    key = copy.key
    theirs = [entry for entry in entries if key.takes(entry.position, entry.topics)]
    over = tuple(entry.position for entry in selection.left_over(theirs))
    if len(over) == len(theirs):
        return LeftOut(copy.row, "nothing-new", LEFT_FOR_NEXT, over)
    fewer = replace(key, due=key.due.without(over))
    return replace(copy, key=fewer, left_over=over)


def _plan_chunk(
    engine: Engine, edition_id: int, now: datetime, size: int, submit: Submit
) -> bool:
    with writing(engine) as connection:
        edition = editions.locked(connection, edition_id)
        is_approved = edition.state is EditionState.APPROVED
        if not is_approved or edition.is_held_back(now):
            return False
        refuse_if_held(connection, now)
        refuse_unless_may_go(connection, edition_id)
        rows = facts_for(connection, edition, size, now)
        if not rows:
            _finish(connection, edition, now)
            return False
        dues = _due_to_each(connection, edition, rows)
        stretch = (min(due.since for due in dues), edition.upto or 0)
        entries = news(connection, edition.campaign_id, stretch, edition.slot)
        campaign = campaigns.load(connection, edition.campaign_id)
        steered = steering.get(connection, steering.place_of(edition))
        selection = EditionSelection.of(
            campaign, steered.steering, is_last=edition.is_last
        )
        decisions = [
            decide(row, due, entries, selection)
            for row, due in zip(rows, dues, strict=True)
        ]
        if batch_ids := _record(connection, edition, decisions, now):
            submit(connection, batch_ids)
        editions.note_cursor(connection, edition_id, rows[-1].reader_id)
    return True


def _due_to_each(
    connection: Connection, edition: editions.Edition, rows: Sequence[PlanningRow]
) -> list[DueStretch]:
    """Return what the edition brings each reader, having taken over what is owed.

    Whoever cannot be reached, or has left, is owed it on.
    """
    reached = [row.reader_id for row in rows if isinstance(resolve(row.facts), Served)]
    owed_to = owed.take(connection, edition, reached)
    begins = owed.begins(connection, edition.campaign_id, edition.mode)
    upto = edition.upto or 0
    return [
        due_to(row.position, upto, owed_to.get(row.reader_id, ()), begins)
        for row in rows
    ]


def _record(
    connection: Connection,
    edition: editions.Edition,
    decisions: Sequence[PlannedCopy | LeftOut],
    now: datetime,
) -> list[int]:
    """Write down what was decided; return the ids of its new send batches."""
    copies = [copy for copy in decisions if isinstance(copy, PlannedCopy)]
    others = [other for other in decisions if isinstance(other, LeftOut)]
    batch_ids = _insert_deliveries(connection, edition.id, copies, now)
    _insert_left_out(connection, edition.id, others)
    over = {each.row.reader_id: each.left_over for each in decisions if each.left_over}
    owed.carry_over(connection, edition, over)
    up_to_date = [copy.row for copy in copies]
    up_to_date += [other.row for other in others if other.kind == "nothing-new"]
    upto = edition.upto or 0
    behind = [row.reader_id for row in up_to_date if row.position < upto]
    move_on(connection, edition.mode, upto, behind)
    return batch_ids


def _insert_deliveries(
    connection: Connection,
    edition_id: int,
    copies: Sequence[PlannedCopy],
    now: datetime,
) -> list[int]:
    if not copies:
        return []
    ids = _variant_ids(connection, edition_id, {copy.key for copy in copies})
    planned = [
        NewDelivery(
            copy.row.reader_id, copy.row.subscriber_id, ids[copy.key], copy.channel
        )
        for copy in copies
    ]
    deliveries.add(connection, edition_id, planned)
    return send_batches.cut(connection, edition_id, planned, now)


def _insert_left_out(
    connection: Connection, edition_id: int, others: Sequence[LeftOut]
) -> None:
    if others:
        connection.execute(
            insert(left_out),
            [
                {
                    "edition_id": edition_id,
                    "reader_id": other.row.reader_id,
                    "kind": other.kind,
                    "reason": other.reason,
                }
                for other in others
            ],
        )


def _variant_ids(
    connection: Connection, edition_id: int, keys: Iterable[VariantKey]
) -> dict[VariantKey, int]:
    by_hash = {_hash(key): key for key in keys}
    rows = [
        {
            "edition_id": edition_id,
            "key": digest,
            "since": key.due.since,
            "upto": key.due.upto,
            "had": key.due.had,
            "topics": key.topics,
            "format": key.format.name,
            "language": key.language,
        }
        for digest, key in sorted(by_hash.items())
    ]
    insert_new(connection, variants, rows, key=("edition_id", "key"))
    stored = connection.execute(
        select(variants.c.id, variants.c.key).where(
            variants.c.edition_id == edition_id, variants.c.key.in_(by_hash)
        )
    )
    return {by_hash[row.key]: row.id for row in stored}


def _hash(key: VariantKey) -> str:
    """Return what stands for the key in the database, the same for equal keys."""
    due = [key.due.since, key.due.upto, key.due.had]
    parts = [*due, key.topics, key.format.name, key.language]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _finish(connection: Connection, edition: editions.Edition, now: datetime) -> None:
    """Call an edition planned, or skipped where it reaches nobody."""
    counted = select(func.count()).select_from(delivery)
    copies = connection.scalar(counted.where(delivery.c.edition_id == edition.id))
    facts: dict[str, Any] = {"reason": NOBODY}
    if copies:
        campaign = campaigns.load(connection, edition.campaign_id)
        facts = {"deliver_by": now + campaign.expires_after(edition.schedule)}
    to = EditionState.PLANNED if copies else EditionState.SKIPPED
    editions.move(connection, edition.id, to, now, **facts)
    count_anew(connection)
