"""One delivery for each reader an edition is for, or the reason why not."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, func, insert, literal, select

from digest.compose.selection import EditionSelection
from digest.compose.variants import news
from digest.compose.whats_on import ListScope, events_alone
from digest.model.editions.due_stretch import DueStretch, due_to, only
from digest.model.editions.edition import EditionState, VariantKey
from digest.model.formats import Channel
from digest.model.limits import READERS_PLANNED_AT_ONCE
from digest.model.people.channel_choice import NotServed, Served, resolve
from digest.store.base.bulk import one_of
from digest.store.base.engine import writing
from digest.store.base.table_statistics import count_anew
from digest.store.base.tables import BigId, delivery, left_out
from digest.store.base.tables import reader as reader_table
from digest.store.base.tables import variant as variants
from digest.store.base.upsert import insert_new
from digest.store.campaigns import campaigns
from digest.store.campaigns.going_live import refuse_unless_may_go
from digest.store.delivery import deliveries
from digest.store.delivery.by_channel import goes_by_email
from digest.store.delivery.calling import calls
from digest.store.delivery.sending import send_batches
from digest.store.editions import editions, moves, steering
from digest.store.editions.closing import close_edition
from digest.store.holds.holds import refuse_if_held
from digest.store.people import owed, pauses
from digest.store.people.kinds import reader_chunks
from digest.store.people.kinds.reader_chunks import ReaderChunk, ReaderFate
from digest.store.people.places import move_on
from digest.store.people.readers import ReaderKind
from digest.store.posts import log

# Gets, in the transaction that plans them, the send batches that have been cut.
Submit = Callable[[Connection, Sequence[int]], None]
LEFT_FOR_NEXT = "all of it was left for the next edition"
NOBODY = "nobody had anything new that could reach them"


@dataclass(frozen=True, slots=True)
class PlannedCopy:
    """A reader gets a copy, and which; their next has the positions `left_over`."""

    channel: Channel
    key: VariantKey
    left_over: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A reader gets none: `kind` is left, unreachable or nothing-new.

    All but the last keep their place in the log.
    """

    kind: str
    reason: str
    left_over: tuple[int, ...] = ()


UNREADABLE = LeftOut(
    reader_chunks.UNREACHABLE,
    "their row in the database cannot be read: choose their format and topics anew "
    "with digest subscribers edit",
)


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
    whatever `submit` does with the batches of their emails, which may leave from
    then on; letters and calls wait for the end. Calls of the edition before that
    nobody has made give way: their posts go with this one. An edition that reaches
    nobody is skipped; one that is held back stays as it is. Raises DigestError, nobody
    planned, for a live one of a campaign that waits for golive, and while nothing may
    leave.
    """
    with writing(engine) as connection:
        count_anew(connection)
    while _plan_chunk(engine, edition_id, now, chunk, submit):
        pass


def plan_emails(
    connection: Connection,
    edition: editions.Edition,
    reader_ids: Sequence[int],
    now: datetime,
) -> None:
    """Plan an edition's emails to some of its readers, in the transaction that is open.

    Before the edition itself is planned, which leaves alone who has a copy. No batch
    is made of them: whoever calls has them settled. Nothing is noted of those whom no
    email of it would reach, and their places stay.
    """
    whom = one_of(connection, reader_table.c.id, reader_ids)
    size = READERS_PLANNED_AT_ONCE
    while chunk := reader_chunks.gather(connection, edition, size, now, whom):
        decisions = {
            name: each
            for name, each in _decisions(connection, edition, chunk).items()
            if isinstance(each, PlannedCopy) and goes_by_email(each.channel)
        }
        _add_copies(connection, edition, chunk, decisions)
        reader_chunks.drop(connection)
        edition = replace(edition, plan_cursor=chunk.last)


def decide(
    reader: ReaderKind,
    due: DueStretch,
    entries: Sequence[log.LogEntry],
    selection: EditionSelection,
) -> PlannedCopy | LeftOut:
    """Return what becomes of readers of that kind in an edition that brings `due`."""
    served = resolve(reader.facts)
    match served:
        case NotServed(reason):
            is_here = reader.facts.is_subscribed
            kind = reader_chunks.UNREACHABLE if is_here else reader_chunks.LEFT
            return LeftOut(kind, reason)
        case Served(channel, fmt):
            # In one order: who wrote them in another one wants the same.
            topics = tuple(sorted(set(reader.topics)))
            key = VariantKey(due, topics, fmt, reader.language)
            if not any(key.takes(entry.position, entry.topics) for entry in entries):
                if selection.goes_alone(key):
                    return PlannedCopy(channel, key)
                return LeftOut(reader_chunks.NOTHING_NEW, "nothing new on their topics")
            if selection.is_everything:
                return PlannedCopy(channel, key)
            return _selected(PlannedCopy(channel, key), entries, selection)


def needed_since(
    kinds: Mapping[str, ReaderKind], dues: Mapping[str, DueStretch], upto: int
) -> int:
    """Return the position behind which the log decides for any of these kinds.

    `dues` is what is due to each. Whoever has left, or cannot be reached, keeps their
    place, be it years behind, and gets nothing of it.
    """
    sinces = (
        dues[name].since
        for name, kind in kinds.items()
        if isinstance(resolve(kind.facts), Served)
    )
    return min(sinces, default=upto)


def _selected(
    copy: PlannedCopy, entries: Sequence[log.LogEntry], selection: EditionSelection
) -> PlannedCopy | LeftOut:
    """Return the copy without what is left for its reader's next one."""
    key = copy.key
    theirs = [entry for entry in entries if key.takes(entry.position, entry.topics)]
    over = tuple(entry.position for entry in selection.left_over(theirs))
    if len(over) == len(theirs) and not selection.goes_alone(key):
        return LeftOut(reader_chunks.NOTHING_NEW, LEFT_FOR_NEXT, over)
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
        pauses.end_over(connection, edition.campaign_id, now)
        if not edition.plan_cursor:
            calls.give_way(connection, edition, now)
        chunk = reader_chunks.gather(connection, edition, size, now)
        if chunk is None:
            _finish(connection, edition, now)
            return False
        if batch_ids := _record(connection, edition, chunk, now):
            submit(connection, batch_ids)
        reader_chunks.drop(connection)
        expires = campaigns.load(connection, edition.campaign_id).expires_after(
            edition.schedule
        )
        moves.note_cursor(connection, edition_id, chunk.last, now + expires)
    return True


def _decisions(
    connection: Connection, edition: editions.Edition, chunk: ReaderChunk
) -> dict[str, PlannedCopy | LeftOut]:
    """Return what becomes of the readers of each kind, what they are owed included."""
    begins = owed.begins(connection, edition.campaign_id, edition.mode)
    upto = edition.upto or 0
    dues = {
        name: due_to(kind.position, upto, chunk.owed[name], begins)
        for name, kind in chunk.kinds.items()
    }
    stretch = needed_since(chunk.kinds, dues, upto), upto
    entries = news(connection, edition.campaign_id, stretch, edition.slot)
    campaign = campaigns.load(connection, edition.campaign_id)
    steered = steering.get(connection, steering.place_of(edition)).steering
    scope = ListScope.of(campaign, edition)
    selection = EditionSelection.of(
        campaign,
        steered,
        is_last=edition.is_last,
        alone=events_alone(connection, campaign, scope, upto, steered),
    )
    return {
        name: decide(kind, dues[name], entries, selection)
        for name, kind in chunk.kinds.items()
    }


def _record(
    connection: Connection,
    edition: editions.Edition,
    chunk: ReaderChunk,
    now: datetime,
) -> list[int]:
    """Decide, and write it down; return the ids of the chunk's send batches.

    Whoever cannot be reached, or has left, keeps their place and what is owed.
    """
    _add_copies(connection, edition, chunk, _decisions(connection, edition, chunk))
    others = reader_chunks.left_out().add_columns(literal(edition.id, BigId))
    connection.execute(
        insert(left_out).from_select(
            ["reader_id", "kind", "reason", "edition_id"], others
        )
    )
    readers = range(edition.plan_cursor + 1, chunk.last + 1)
    return send_batches.cut(connection, edition.id, readers, now)


def _add_copies(
    connection: Connection,
    edition: editions.Edition,
    chunk: ReaderChunk,
    decisions: Mapping[str, PlannedCopy | LeftOut],
) -> None:
    """Make the copies that were decided on, and move their readers' places."""
    keys = {each.key for each in decisions.values() if isinstance(each, PlannedCopy)}
    ids = _variant_ids(connection, edition.id, keys)
    every = {**decisions, **dict.fromkeys(chunk.unreadable, UNREADABLE)}
    fates = {name: _fate(each, ids) for name, each in every.items()}
    reader_chunks.note_fates(connection, fates)
    deliveries.add(connection, edition.id, reader_chunks.copies())
    if any(chunk.owed.values()):
        reader_chunks.take_over_owed(connection, edition)
    if any(each.left_over for each in decisions.values()):
        reader_chunks.carry_over(connection, edition)
    up_to_date = reader_table.c.id.in_(reader_chunks.up_to_date())
    move_on(connection, edition.mode, edition.upto or 0, up_to_date)


def _fate(each: PlannedCopy | LeftOut, ids: Mapping[VariantKey, int]) -> ReaderFate:
    match each:
        case PlannedCopy(channel, key):
            fate = ReaderFate(variant_id=ids[key], channel=channel)
        case LeftOut(kind, reason):
            fate = ReaderFate(left_out=kind, reason=reason)
    return replace(fate, left_over=only(each.left_over) if each.left_over else None)


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
    if copies:
        moves.move(connection, edition.id, EditionState.PLANNED, now)
        # They left, and ended, while the last readers were planned.
        close_edition(connection, edition.id, now)
    else:
        skipped = EditionState.SKIPPED
        moves.move(connection, edition.id, skipped, now, reason=NOBODY)
    count_anew(connection)
