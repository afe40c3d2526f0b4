"""What staff see at a glance: read-only counts and lists across the tables."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from digest.errors import NotFound
from digest.model.delivery.delivery import DeliveryState
from digest.model.formats import Channel
from digest.store import limits
from digest.store.base.bulk import one_of
from digest.store.base.indexed_copies import stands_in
from digest.store.base.read_once import of_edition, read_once
from digest.store.base.tables import (
    delivery,
    edition,
    item,
    left_out,
    mailing_list,
    print_batch,
    reader,
    subscriber,
    subscription,
)
from digest.store.delivery.by_channel import IS_EMAIL, IS_LETTER, goes_by_email
from digest.store.delivery.print_batches import PrintBatchState
from digest.store.editions.editions import Edition
from digest.store.reports import outcomes

_UNSERVED = (
    DeliveryState.REFUSED,
    DeliveryState.EXPIRED,
    DeliveryState.UNCERTAIN,
)
# How letters stand that are laid out, in words.
TO_POST, POSTED, PROOFS = "ready to print and post", "posted", "laid out as proofs"


@dataclass(frozen=True, slots=True)
class UnservedReader:
    """A reader an edition did not reach, and what would help.

    `state` is a delivery's, or "left-out".
    """

    edition_id: int
    reader_id: int
    name: str
    reason: str
    state: str


@dataclass(frozen=True, slots=True)
class UnservedCause:
    """Readers of a campaign whom editions did not reach, all for one reason.

    Some by name.

    `last` is the last of them in `edition_id`, the newest of those editions.
    """

    campaign_id: int
    state: str
    reason: str
    readers: int
    names: tuple[str, ...]
    edition_id: int
    reader_id: int


def readers_by_format(connection: Connection, campaign_id: int) -> dict[str, int]:
    """Return how many readers a campaign has of each format."""
    rows = connection.execute(
        select(reader.c.format, func.count())
        .where(reader.c.campaign_id == campaign_id)
        .group_by(reader.c.format)
        .order_by(reader.c.format)
    )
    return {row[0]: row[1] for row in rows}


def posts_held_as_old(connection: Connection, campaign_id: int) -> int:
    """Return how many posts are held since they came in, for their dates are past."""
    return _posts_of_each(connection).get(campaign_id, (0, 0))[0]


def posts_waiting(connection: Connection, campaign_id: int) -> int:
    """Return how many accepted items wait for staff to release them."""
    return _posts_of_each(connection).get(campaign_id, (0, 0))[1]


def _posts_of_each(connection: Connection) -> dict[int, tuple[int, int]]:
    """Return the posts that are held as old, and those that wait, by campaign."""
    is_old = item.c.held_at == item.c.accepted_at
    waits = and_(
        item.c.position.is_(None),
        item.c.passed_over.is_(False),
        item.c.duplicate_of.is_(None),
    )

    def of_each() -> dict[int, tuple[int, int]]:
        rows = connection.execute(
            select(
                item.c.campaign_id,
                func.sum(case((is_old, 1), else_=0)),
                func.sum(case((waits, 1), else_=0)),
            )
            .where(item.c.withdrawn_at.is_(None))
            .group_by(item.c.campaign_id)
        )
        return {row[0]: (int(row[1]), int(row[2])) for row in rows}

    return read_once(connection, "posts that stay", of_each)


def copies(connection: Connection, edition_id: int) -> dict[tuple[str, str], int]:
    """Return an edition's deliveries counted by (channel, state)."""
    return of_edition(connection, outcomes.copies_of_each, edition_id) or {}


def doubtful(connection: Connection, edition_id: int) -> int:
    """Return how many of an edition's copies may have arrived without our knowing."""
    return of_edition(connection, _doubtful_of_each, edition_id) or 0


def _doubtful_of_each(
    connection: Connection, edition_ids: Sequence[int]
) -> dict[int, int]:
    rows = connection.execute(
        select(delivery.c.edition_id, func.count())
        .where(
            one_of(connection, delivery.c.edition_id, edition_ids),
            delivery.c.doubts > 0,
        )
        .group_by(delivery.c.edition_id)
    )
    return {row[0]: row[1] for row in rows}


def copies_in_words(
    connection: Connection, edition: Edition
) -> list[tuple[str, str, int]]:
    """Return an edition's copies as (channel, how they stand, how many).

    As `copies`, but letters that are laid out are posted when somebody has said so.
    """
    standings: list[tuple[str, str, int]] = []
    for (channel, state), count in copies(connection, edition.id).items():
        if goes_by_email(Channel(channel)) or state != DeliveryState.ACCEPTED:
            standings.append((channel, state, count))
        elif edition.is_rehearsal:
            standings.append((channel, PROOFS, count))
        else:
            # A worker seals a batch when it makes it: that says nothing of paper.
            waiting = sum(letters_to_post(connection, edition.id).values())
            standings += [
                (channel, words, letters)
                for words, letters in (
                    (TO_POST, waiting),
                    (POSTED, count - waiting),
                )
                if letters
            ]
    return standings


def letters_to_post(connection: Connection, edition_id: int) -> dict[int, int]:
    """Return how many letters each print batch has that nobody said is posted."""
    return of_edition(connection, _to_post_of_each, edition_id) or {}


def _to_post_of_each(
    connection: Connection, edition_ids: Sequence[int]
) -> dict[int, dict[int, int]]:
    rows = connection.execute(
        select(print_batch.c.id, print_batch.c.edition_id, print_batch.c.letters)
        .where(
            one_of(connection, print_batch.c.edition_id, edition_ids),
            print_batch.c.state.in_([PrintBatchState.OPEN, PrintBatchState.SEALED]),
        )
        .order_by(print_batch.c.id)
    )
    waiting = dict[int, dict[int, int]]()
    for row in rows:
        waiting.setdefault(row.edition_id, {})[row.id] = row.letters
    return waiting


def list_made_at(connection: Connection, name: str) -> datetime | None:
    """Return when a mailing list was made."""
    instant = select(mailing_list.c.created_at).where(mailing_list.c.name == name)
    return connection.scalar(instant)


def list_counts(connection: Connection, name: str) -> dict[str, int]:
    """Return how many are on a mailing list and have left it.

    Raises NotFound listing the lists there are.
    """
    counts = connection.execute(
        select(
            mailing_list.c.id,
            func.count(subscription.c.subscriber_id).label("ever"),
            func.count(subscription.c.ended_at).label("ended"),
        )
        .outerjoin(subscription, subscription.c.mailing_list_id == mailing_list.c.id)
        .where(mailing_list.c.name == name)
        .group_by(mailing_list.c.id)
    ).first()
    if counts is None:
        names = connection.scalars(select(mailing_list.c.name).order_by("name")).all()
        there = ", ".join(names) or "none yet"
        raise NotFound(f'no mailing list is called "{name}"; there are: {there}')
    return {"subscribed": counts.ever - counts.ended, "left": counts.ended}


def emails_due(connection: Connection, now: datetime) -> int:
    """Return how many emails are planned for now or before, in all editions."""
    matching = select(func.count()).where(
        IS_EMAIL,
        delivery.c.state == DeliveryState.PLANNED,
        or_(delivery.c.next_attempt_at.is_(None), delivery.c.next_attempt_at <= now),
    )
    return connection.scalar(matching) or 0


def not_served(
    connection: Connection, edition_id: int, most: int = limits.UNSERVED_NAMED
) -> list[UnservedReader]:
    """Return whom an edition did not reach, by reader, and no more than `most`."""
    out = (
        select(
            left_out.c.edition_id,
            left_out.c.reader_id,
            subscriber.c.name,
            left_out.c.reason,
            literal("left-out"),
        )
        .join(reader, reader.c.id == left_out.c.reader_id)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(_is_out(edition_id))
        .order_by(left_out.c.reader_id)
    )
    refused = (
        select(
            delivery.c.edition_id,
            delivery.c.reader_id,
            subscriber.c.name,
            delivery.c.reply,
            delivery.c.state,
        )
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(_is_unserved(edition_id))
        .order_by(delivery.c.reader_id)
    )
    rows = [
        *connection.execute(out.limit(most)),
        *connection.execute(refused.limit(most)),
    ]
    unserved = sorted(rows, key=lambda row: row.reader_id)[:most]
    return [UnservedReader(*row) for row in unserved]


def count_not_served(connection: Connection, edition_id: int) -> int:
    """Return how many an edition did not reach."""
    return of_edition(connection, _not_served_of_each, edition_id) or 0


def _not_served_of_each(
    connection: Connection, edition_ids: Sequence[int]
) -> dict[int, int]:
    counts = Counter[int]()
    for each in outcomes.outcomes_of(connection, edition_ids):
        if each.outcome in (outcomes.UNREACHABLE, *_UNSERVED):
            counts[each.edition_id] += each.readers
    waiting = connection.execute(
        select(delivery.c.edition_id, func.count())
        .where(
            one_of(connection, delivery.c.edition_id, edition_ids),
            _waits_for_a_person(),
        )
        .group_by(delivery.c.edition_id)
    )
    for edition_id, letters in waiting:
        counts[edition_id] += letters
    return counts


def count_left_out(connection: Connection, edition_id: int) -> int:
    """Return how many readers of an edition get no copy, and cannot be reached."""
    out = select(func.count()).select_from(left_out).where(_is_out(edition_id))
    return connection.scalar(out) or 0


def unserved_causes(
    connection: Connection, edition_ids: Sequence[int], most_names: int
) -> list[UnservedCause]:
    """Return why editions did not reach readers, the reason that most share first.

    Each reader counts once, in the newest of these editions that they missed, and
    not at all where a later one reached them.
    """
    missed = _missed(edition_ids).cte("missed")
    later = delivery.alias("later")
    reached = select(later.c.edition_id).where(
        later.c.reader_id == missed.c.reader_id,
        later.c.edition_id > missed.c.edition_id,
        later.c.edition_id.in_(edition_ids),
    )
    newest = (
        select(missed.c.reader_id, func.max(missed.c.edition_id).label("edition_id"))
        .where(~reached.exists())
        .group_by(missed.c.reader_id)
        .subquery()
    )
    cause = (missed.c.campaign_id, missed.c.state, missed.c.reason)
    readers = (
        select(
            *cause,
            missed.c.name,
            missed.c.edition_id,
            missed.c.reader_id,
            func.count().over(partition_by=cause).label("readers"),
            func.row_number()
            .over(partition_by=cause, order_by=missed.c.reader_id)
            .label("place"),
        )
        .join(
            newest,
            and_(
                newest.c.reader_id == missed.c.reader_id,
                newest.c.edition_id == missed.c.edition_id,
            ),
        )
        .subquery()
    )
    rows = connection.execute(
        select(readers)
        .where(readers.c.place <= most_names)
        .order_by(
            readers.c.readers.desc(),
            readers.c.campaign_id,
            readers.c.state,
            readers.c.reason,
            readers.c.place,
        )
    )
    return [
        UnservedCause(
            campaign_id,
            state,
            reason or "",
            sharing[0].readers,
            tuple(row.name for row in sharing),
            max(row.edition_id for row in sharing),
            sharing[0].reader_id,
        )
        for (campaign_id, state, reason), rows_of_cause in groupby(
            rows, key=lambda row: (row.campaign_id, row.state, row.reason)
        )
        if (sharing := list(rows_of_cause))
    ]


def _missed(edition_ids: Sequence[int]) -> CompoundSelect[Any]:
    """Return the readers that editions did not reach, with the reason."""
    out = (
        select(
            left_out.c.edition_id,
            left_out.c.reader_id,
            reader.c.campaign_id,
            subscriber.c.name,
            literal("left-out").label("state"),
            left_out.c.reason,
        )
        .join(reader, reader.c.id == left_out.c.reader_id)
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(_is_out(*edition_ids))
    )
    refused = (
        select(
            delivery.c.edition_id,
            delivery.c.reader_id,
            edition.c.campaign_id,
            subscriber.c.name,
            delivery.c.state,
            delivery.c.reply,
        )
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .join(edition, edition.c.id == delivery.c.edition_id)
        .where(_is_unserved(*edition_ids))
    )
    return union_all(out, refused)


def count_letters_waiting(connection: Connection, edition_id: int) -> int:
    """Return how many letters of an edition wait for somebody to mend something."""
    waiting = select(func.count()).select_from(delivery)
    waiting = waiting.where(delivery.c.edition_id == edition_id, _waits_for_a_person())
    return connection.scalar(waiting) or 0


def _is_out(*edition_ids: int) -> ColumnElement[bool]:
    return and_(
        left_out.c.edition_id.in_(edition_ids), left_out.c.kind == "unreachable"
    )


def _is_unserved(*edition_ids: int) -> ColumnElement[bool]:
    return and_(
        delivery.c.edition_id.in_(edition_ids),
        or_(
            stands_in(_UNSERVED),
            _waits_for_a_person(),
        ),
    )


def _waits_for_a_person() -> ColumnElement[bool]:
    """Return the condition that a letter could not be laid out, and is planned on."""
    return and_(
        delivery.c.state == DeliveryState.PLANNED,
        IS_LETTER,
        delivery.c.reply.is_not(None),
    )


def left_out_counts(connection: Connection, edition_id: int) -> dict[str, int]:
    """Return how many readers an edition left out, by kind."""
    rows = connection.execute(
        select(left_out.c.kind, func.count())
        .where(left_out.c.edition_id == edition_id)
        .group_by(left_out.c.kind)
    )
    return {row[0]: row[1] for row in rows}


def print_batches(
    connection: Connection, edition_id: int
) -> list[tuple[int, str, str]]:
    """Return (id, state, path of the PDF) of an edition's print batches."""
    rows = connection.execute(
        select(print_batch.c.id, print_batch.c.state, print_batch.c.pdf)
        .where(print_batch.c.edition_id == edition_id)
        .order_by(print_batch.c.id)
    )
    return [(row.id, row.state, row.pdf) for row in rows]
