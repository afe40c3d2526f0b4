"""Many readers of an edition at a time, told apart by what decides what they get.

The readers of a chunk that are alike in all of it are a kind. Whoever plans decides
for each kind, and the database does the rest for all of its readers at once. What
is known of a chunk stands in temporary tables, gone at the end of its transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    String,
    Table,
    Text,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    not_,
    select,
    true,
    tuple_,
    update,
)

from digest.model.editions.due_stretch import DueStretch
from digest.model.formats import Channel
from digest.store.base.bulk import insert_many
from digest.store.base.tables import (
    BigId,
    carried_over,
    delivery,
    reader,
    subscriber,
    variant,
)
from digest.store.campaigns import campaigns
from digest.store.editions.editions import Edition
from digest.store.people import owed
from digest.store.people.kinds.bases import basis_gap
from digest.store.people.kinds.kind_names import (
    kind_name,
    kind_parts,
    parsed_kind,
    stretch_in_words,
)
from digest.store.people.readers import (
    ReaderKind,
    list_ids,
    may_be_planned,
    reads,
)

_metadata = MetaData()
_chunk = Table(
    "plan_reader",
    _metadata,
    Column("reader_id", BigId, primary_key=True),
    Column("subscriber_id", BigId, nullable=False),
    Column("kind", Text, nullable=False),
    prefixes=["TEMPORARY"],
)
_owed = Table(
    "plan_owed",
    _metadata,
    Column("reader_id", BigId, primary_key=True),
    Column("edition_id", BigId, primary_key=True),
    Column("was_in_copy", Boolean, primary_key=True),
    Column("stretch", Text, nullable=False),
    prefixes=["TEMPORARY"],
)
_fates = Table(
    "plan_fate",
    _metadata,
    Column("kind", Text, primary_key=True),
    Column("variant_id", BigId),
    Column("channel", String(8)),
    Column("left_out", String(20)),
    Column("reason", Text),
    # What their next edition has that this one might have had.
    Column("since", BigId),
    Column("upto", BigId),
    Column("had", JSON),
    prefixes=["TEMPORARY"],
)
_EVERYBODY = true()
UNREACHABLE, LEFT, NOTHING_NEW = "unreachable", "left", "nothing-new"


@dataclass(frozen=True, slots=True)
class ReaderFate:
    """What an edition comes to for readers of a kind: a copy, or why none.

    `left_over` is what it leaves for their next one.
    """

    variant_id: int | None = None
    channel: Channel | None = None
    left_out: str | None = None
    reason: str | None = None
    left_over: DueStretch | None = None


@dataclass(frozen=True, slots=True)
class ReaderChunk:
    """The next readers of an edition, up to `last`: their kinds, and what is owed.

    Both go by a name that the database gives to each kind. Nothing can be decided for
    those of an `unreadable` kind.
    """

    last: int
    kinds: Mapping[str, ReaderKind]
    owed: Mapping[str, tuple[DueStretch, ...]]
    unreadable: tuple[str, ...]


def gather(
    connection: Connection,
    edition: Edition,
    size: int,
    now: datetime,
    whom: ColumnElement[bool] = _EVERYBODY,
) -> ReaderChunk | None:
    """Return the next readers past the edition's plan cursor; None where none are.

    At most `size` of them, who are nobody else's to plan until the transaction
    ends: of `whom` alone, where that is said. Of those who have paused, or have a copy
    of the edition, nothing is decided.
    """
    ids = _ids(edition, whom).order_by(reader.c.id).limit(size).subquery()
    last = connection.scalar(select(func.max(ids.c.id)))
    if last is None:
        return None
    whom = and_(whom, reader.c.id <= last)
    # Two editions that plan the same reader at once would bring them a post twice.
    theirs = _ids(edition, whom).order_by(reader.c.id)
    locked = theirs.with_for_update(key_share=True).subquery()
    connection.scalar(select(func.count()).select_from(locked))
    _metadata.create_all(connection, checkfirst=False)
    has_owed = _gather_owed(connection, edition, whom)
    is_due = and_(whom, may_be_planned(edition, now), _has_no_copy(edition))
    _gather_readers(connection, edition, is_due, has_owed=has_owed)
    names = connection.scalars(select(_chunk.c.kind).distinct()).all()
    parsed = {name: both for name in names if (both := parsed_kind(name))}
    return ReaderChunk(
        last,
        {name: kind for name, (kind, _) in parsed.items()},
        {name: stretches for name, (_, stretches) in parsed.items()},
        tuple(name for name in names if name not in parsed),
    )


def note_fates(connection: Connection, fates: Mapping[str, ReaderFate]) -> None:
    """Say what becomes of the readers of each kind; what follows asks for it."""
    rows = [
        {
            "kind": name,
            "variant_id": fate.variant_id,
            "channel": fate.channel,
            "left_out": fate.left_out,
            "reason": fate.reason,
            "since": fate.left_over.since if fate.left_over else None,
            "upto": fate.left_over.upto if fate.left_over else None,
            "had": fate.left_over.had if fate.left_over else None,
        }
        for name, fate in fates.items()
    ]
    insert_many(connection, _fates, rows)


def copies() -> Select[tuple[int, int, int, str]]:
    """Return the query for who gets a copy: reader, subscriber, variant, channel."""
    return (
        select(
            _chunk.c.reader_id,
            _chunk.c.subscriber_id,
            _fates.c.variant_id,
            _fates.c.channel,
        )
        .join(_fates, _fates.c.kind == _chunk.c.kind)
        .where(_fates.c.variant_id.is_not(None))
        .order_by(_chunk.c.reader_id)
    )


def left_out() -> Select[tuple[int, str, str]]:
    """Return the query for who gets no copy: the reader, of which kind, and why."""
    return (
        select(_chunk.c.reader_id, _fates.c.left_out, _fates.c.reason)
        .join(_fates, _fates.c.kind == _chunk.c.kind)
        .where(_fates.c.left_out.is_not(None))
        .order_by(_chunk.c.reader_id)
    )


def up_to_date() -> Select[tuple[int]]:
    """Return the query for the readers who have all that the edition holds for them."""
    return (
        select(_chunk.c.reader_id)
        .join(_fates, _fates.c.kind == _chunk.c.kind)
        .where(func.coalesce(_fates.c.left_out, NOTHING_NEW) == NOTHING_NEW)
    )


def take_over_owed(connection: Connection, taker: Edition) -> None:
    """Have the edition carry what was gathered as owed, for who is up to date with it.

    Once: those readers are nobody else's to plan meanwhile.
    """
    theirs = select(_owed.c.edition_id, _owed.c.reader_id).where(
        _owed.c.reader_id.in_(up_to_date())
    )
    copy, row = delivery.c, carried_over.c
    in_copies = theirs.where(_owed.c.was_in_copy)
    connection.execute(
        update(delivery)
        .where(tuple_(copy.edition_id, copy.reader_id).in_(in_copies))
        .values(owes=False, carried_by=taker.id)
    )
    others = theirs.where(not_(_owed.c.was_in_copy))
    connection.execute(
        delete(carried_over).where(
            tuple_(row.edition_id, row.reader_id).in_(others), row.mode == taker.mode
        )
    )


def carry_over(connection: Connection, edition: Edition) -> None:
    """Have readers get with their next edition what this one leaves for it."""
    fate = _fates.c
    rows = (
        select(
            _chunk.c.reader_id,
            literal(edition.id, BigId),
            literal(edition.mode),
            fate.since,
            fate.upto,
            fate.had,
        )
        .join(_fates, fate.kind == _chunk.c.kind)
        .where(fate.since.is_not(None))
    )
    names = ["reader_id", "edition_id", "mode", "since", "upto", "had"]
    connection.execute(insert(carried_over).from_select(names, rows))


def drop(connection: Connection) -> None:
    """Put the chunk away."""
    _metadata.drop_all(connection, checkfirst=False)


def _ids(edition: Edition, whom: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(reader.c.id).where(
        reader.c.schedule_id == edition.schedule_id,
        reader.c.id > edition.plan_cursor,
        whom,
    )


def _has_no_copy(edition: Edition) -> ColumnElement[bool]:
    # Of one that a restored database had lost some have theirs before it is planned.
    copy = delivery.c
    return ~exists().where(copy.edition_id == edition.id, copy.reader_id == reader.c.id)


def _gather_owed(
    connection: Connection, edition: Edition, whom: ColumnElement[bool]
) -> bool:
    """Note what readers of the chunk are owed; return whether that is anything."""
    ids, upto = _ids(edition, whom), edition.upto or 0
    in_copies = (
        select(
            delivery.c.reader_id,
            delivery.c.edition_id,
            literal(value=True),
            stretch_in_words(variant),
        )
        .join(variant, variant.c.id == delivery.c.variant_id)
        .where(delivery.c.reader_id.in_(ids), owed.is_owed(edition.mode, upto))
    )
    others = select(
        carried_over.c.reader_id,
        carried_over.c.edition_id,
        literal(value=False),
        stretch_in_words(carried_over),
    ).where(
        carried_over.c.reader_id.in_(ids),
        carried_over.c.mode == edition.mode,
        carried_over.c.upto <= upto,
    )
    names = ["reader_id", "edition_id", "was_in_copy", "stretch"]
    inserted = [
        connection.execute(
            insert(_owed)
            .from_select(names, rows)
            .execution_options(preserve_rowcount=True)
        ).rowcount
        for rows in (in_copies, others)
    ]
    return any(inserted)


def _gather_readers(
    connection: Connection,
    edition: Edition,
    whom: ColumnElement[bool],
    *,
    has_owed: bool,
) -> None:
    campaign = campaigns.load(connection, edition.campaign_id)
    lists = list_ids(connection, campaign.lists)
    is_reader = reads(reader.c.subscriber_id, edition.campaign_id, lists)
    gap = basis_gap(connection, reader.c.subscriber_id, campaign, lists)
    stretches = _owed_stretches(connection) if has_owed else literal("")
    parts = kind_parts(edition.mode, is_reader, gap, stretches)
    kind = kind_name({part.name: part for part in parts})
    rows = (
        select(reader.c.id, reader.c.subscriber_id, kind)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        # Who was held twice is planned for under the number that was kept.
        .where(whom, subscriber.c.merged_into.is_(None))
        .order_by(reader.c.id)
    )
    columns = ["reader_id", "subscriber_id", "kind"]
    connection.execute(insert(_chunk).from_select(columns, rows))


def _owed_stretches(connection: Connection) -> ColumnElement[str]:
    """Return what a reader is owed, as stretches with semicolons between them."""
    mine = select(_owed.c.stretch).where(_owed.c.reader_id == reader.c.id)
    stretch = mine.order_by(_owed.c.stretch).correlate(reader).subquery().c.stretch
    joined = (
        func.string_agg(stretch, literal_column("';'"))
        if connection.dialect.name == "postgresql"
        else func.group_concat(stretch, literal_column("';'"))
    )
    return func.coalesce(select(joined).scalar_subquery(), "")
