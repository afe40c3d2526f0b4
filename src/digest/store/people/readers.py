"""Readers: a subscriber in a campaign, and all that decides how they are served."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Exists,
    Row,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    not_,
    or_,
    select,
)

from digest.errors import UnreadableError
from digest.model.editions.mode import Mode
from digest.model.formats import Channel, Format, named
from digest.model.people.channel_choice import ReaderFacts
from digest.model.people.lawful_basis import BasisGap
from digest.model.people.reader_marks import ReaderRef
from digest.store.base.asked_together import Asked, is_asked, rows_of
from digest.store.base.row_faults import read_each
from digest.store.base.tables import (
    mailing_list,
    reader,
    subscriber,
    subscription,
    suppression,
)
from digest.store.campaigns import campaigns
from digest.store.people.departures import has_left
from digest.store.people.kinds.bases import bases_asked_of, basis_gap
from digest.store.people.kinds.permissions import agreed_to_calls, agreed_to_letters


@dataclass(frozen=True, slots=True)
class ReaderKind:
    """All that decides what an edition brings a reader, but for what they are owed.

    `position` is their place in the log; for a rehearsal, the place that
    rehearsals have brought them to.
    """

    position: int
    language: str
    topics: tuple[str, ...]
    facts: ReaderFacts


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads which campaign; of one who was erased nothing else is held."""

    id: int
    campaign_id: int
    subscriber_id: int
    is_erased: bool
    mark: str


def get(connection: Connection, reader_id: int) -> Reader | None:
    """Return the reader of that row, or whom its person reads as since a merge."""
    row = _row_of(connection, reader_id)
    if row is not None and row.merged_into is not None:
        whom = reader.c.subscriber_id == row.merged_into
        reader_id = (
            connection.scalar(
                select(reader.c.id).where(whom, reader.c.campaign_id == row.campaign_id)
            )
            or reader_id
        )
        row = _row_of(connection, reader_id)
    if row is None:
        return None
    is_erased = row.erased_at is not None
    return Reader(reader_id, row.campaign_id, row.subscriber_id, is_erased, row.mark)


def of_link(connection: Connection, ref: ReaderRef) -> Reader | None:
    """Return whom a link means, if the mail that has it was theirs.

    Also of before they were merged with another row. Whoever was erased has no mark
    any more: any is theirs.
    """
    row = _row_of(connection, ref.reader_id)
    if row is None or not (row.erased_at is not None or ref.is_of(row.mark)):
        return None
    return get(connection, ref.reader_id)


def _row_of(connection: Connection, reader_id: int) -> Row[*tuple[Any, ...]] | None:
    return connection.execute(
        select(
            reader.c.campaign_id,
            reader.c.subscriber_id,
            subscriber.c.merged_into,
            subscriber.c.erased_at,
            subscriber.c.mark,
        )
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(reader.c.id == reader_id)
    ).first()


def of_subscriber(connection: Connection, subscriber_id: int) -> list[Reader]:
    """Return whom somebody reads as, in order of campaigns; those left are among them.

    Nobody where they have been erased.
    """
    ids = select(reader.c.id).where(reader.c.subscriber_id == subscriber_id)
    each = (
        get(connection, reader_id)
        for reader_id in connection.scalars(ids.order_by(reader.c.campaign_id)).all()
    )
    return [person for person in each if person and not person.is_erased]


@dataclass(frozen=True, slots=True)
class ReaderInCampaign:
    """How somebody reads a campaign, as they or staff have chosen."""

    id: int
    schedule_id: int
    wanted: Format
    topics: tuple[str, ...]
    paused_until: datetime | None


def in_campaign(
    connection: Connection, campaign_id: int, subscriber_id: int
) -> ReaderInCampaign | None:
    """Return how a subscriber reads a campaign; None who never has.

    Raises UnreadableError for a row that cannot be read.
    """
    facts = campaign_id, subscriber_id
    readable, faults = read_each(
        connection,
        choices_in(connection, *facts),
        reader.c.id,
        _in_campaign,
        partial(rows_of, connection, choices_in, *facts),
    )
    for number, why in faults.items():
        raise UnreadableError(
            f"how reader {number} reads it cannot be read ({why}):",
            "choose their format and topics anew with digest subscribers edit",
        )
    return readable[0] if readable else None


def choices_in(
    _connection: Connection, campaign_id: int, subscriber_id: int
) -> Select[Any]:
    """Return the question that `in_campaign` asks, to be asked with others."""
    return select(
        reader.c.id,
        reader.c.schedule_id,
        reader.c.format,
        reader.c.topics,
        reader.c.paused_until,
    ).where(
        reader.c.campaign_id == campaign_id, reader.c.subscriber_id == subscriber_id
    )


def _in_campaign(row: Row[Any]) -> ReaderInCampaign:
    return ReaderInCampaign(
        row.id, row.schedule_id, named(row.format), tuple(row.topics), row.paused_until
    )


class ReaderQuery(Hashable, Protocol):
    """For whom an edition is, and past whom planning has come: see `Edition`."""

    @property
    def campaign_id(self) -> int:
        """Its campaign."""

    @property
    def schedule_id(self) -> int:
        """Its schedule."""

    @property
    def mode(self) -> Mode:
        """Whose places in the log count."""

    @property
    def plan_cursor(self) -> int:
        """The reader past whom to go on."""


def kinds_of_readers(
    connection: Connection, edition: ReaderQuery, limit: int, now: datetime
) -> dict[int, ReaderKind]:
    """Return of what kind the next readers of an edition's schedule are, by id.

    In order of id, past its plan cursor, at most `limit`; those who have paused
    are left out. One who joined after the edition froze may be among them: their
    place in the log is at its end, so that nothing in it is new to them.
    """
    rows = connection.execute(
        _kinds(connection, edition, now).order_by(reader.c.id).limit(limit)
    )
    return {row.id: _kind(row) for row in rows}


def kind_of(
    connection: Connection, edition: ReaderQuery, reader_id: int, now: datetime
) -> ReaderKind | None:
    """Return of what kind a reader is, if an edition would be planned for them."""
    rows = rows_of(connection, kind_asked, edition, reader_id, now)
    return _kind(rows[0]) if rows else None


def kind_asked(
    connection: Connection, edition: ReaderQuery, reader_id: int, now: datetime
) -> Select[Any]:
    """Return the question that `kind_of` asks, to be asked with others.

    `questions_before_kinds` are asked before it.
    """
    return _kinds(connection, edition, now).where(reader.c.id == reader_id)


def questions_before_kinds(
    connection: Connection, campaign_id: int
) -> tuple[Asked, ...]:
    """Return what is asked of a campaign's readers before their kinds, to be asked."""
    names = campaigns.load(connection, campaign_id).lists
    return (bases_asked_of(list_ids(connection, names)),)


def _kinds(connection: Connection, edition: ReaderQuery, now: datetime) -> Select[Any]:
    campaign = campaigns.load(connection, edition.campaign_id)
    lists = list_ids(connection, campaign.lists)
    return (
        select(
            reader.c.id,
            place_in(edition.mode).label("position"),
            reader.c.language,
            reader.c.topics,
            reader.c.format,
            reads(reader.c.subscriber_id, edition.campaign_id, lists).label(
                "is_subscribed"
            ),
            *reach_columns(),
            subscriber.c.erased_at,
            basis_gap(connection, reader.c.subscriber_id, campaign, lists).label(
                "basis_gap"
            ),
        )
        .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
        .where(may_be_planned(edition, now), subscriber.c.merged_into.is_(None))
    )


def may_be_planned(edition: ReaderQuery, now: datetime) -> ColumnElement[bool]:
    """Return the condition on a reader that an edition is for them, and plans them."""
    return and_(
        reader.c.schedule_id == edition.schedule_id,
        reader.c.campaign_id == edition.campaign_id,
        reader.c.id > edition.plan_cursor,
        is_here(now),
    )


def is_here(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition on a reader that they have not paused, or are back."""
    return or_(reader.c.paused_until.is_(None), reader.c.paused_until <= now)


def place_in(mode: Mode) -> ColumnElement[int]:
    """Return a reader's place in the log, as editions of that mode have brought them.

    What has been sent live has gone by for rehearsals too.
    """
    if mode is Mode.LIVE:
        return reader.c.position
    is_ahead = reader.c.rehearsal_position > reader.c.position
    return case((is_ahead, reader.c.rehearsal_position), else_=reader.c.position)


def list_ids(connection: Connection, names: Sequence[str]) -> list[int]:
    """Return the ids of those of the named mailing lists that there are."""
    if is_asked(connection, every_list):
        rows = rows_of(connection, every_list)
        return sorted(row.id for row in rows if row.name in names)
    ids = select(mailing_list.c.id).where(mailing_list.c.name.in_(names))
    return list(connection.scalars(ids))


def every_list(_connection: Connection) -> Select[Any]:
    """Return the question for all mailing lists, where it can be asked with others."""
    return select(mailing_list.c.id, mailing_list.c.name)


def reads(
    who: ColumnElement[Any], campaign_id: int, lists: Sequence[int]
) -> ColumnElement[bool]:
    """Return the condition that a campaign goes to `who`, by one of these lists.

    To nobody who has left it, whatever lists they are on.
    """
    return and_(is_subscribed(who, lists), not_(has_left(who, campaign_id)))


def reads_it(connection: Connection, campaign_id: int) -> ColumnElement[bool]:
    """Return the condition on a reader that their campaign goes to them still."""
    lists = list_ids(connection, campaigns.load(connection, campaign_id).lists)
    return reads(reader.c.subscriber_id, campaign_id, lists)


def is_subscribed(who: ColumnElement[Any], lists: Sequence[int]) -> Exists:
    """Return the condition that `who` has a live subscription to one of the lists."""
    # SQLite would rather look at each subscription itself, which are wide.
    return (
        select(1)
        .with_hint(subscription, "INDEXED BY ix_subscription_live", "sqlite")
        .where(
            subscription.c.subscriber_id == who,
            subscription.c.mailing_list_id.in_(lists),
            subscription.c.ended_at.is_(None),
        )
        .exists()
    )


def has_address() -> ColumnElement[bool]:
    """Return the condition that a subscriber's full address is held."""
    # Compared as text: JSON has no equality on PostgreSQL.
    return func.length(cast(subscriber.c.address, Text)) > len("null")


def is_suppressed(channel: Channel) -> ColumnElement[bool]:
    """Return the condition that a subscriber must not be written to by `channel`."""
    target = subscriber.c[f"{channel}_hash"]
    is_held = exists().where(
        suppression.c.channel == channel, suppression.c.target_hash == target
    )
    # Most have no number, and many no address: for them nothing is looked up.
    return and_(target.is_not(None), is_held)


def reach_columns() -> tuple[ColumnElement[Any], ...]:
    """Return what decides by which channels a subscriber can be reached.

    Each by its name in ReaderFacts, and in their order there.
    """
    return (
        subscriber.c.email.is_not(None).label("has_email"),
        has_address().label("has_address"),
        subscriber.c.phone.is_not(None).label("has_phone"),
        *(is_suppressed(channel).label(f"{channel}_suppressed") for channel in Channel),
        agreed_to_letters(has_address()).label("agreed_to_letters"),
        agreed_to_calls().label("agreed_to_calls"),
    )


def facts_of(row: Row[*tuple[Any, ...]], *, is_subscribed: bool = True) -> ReaderFacts:
    """Return how a reader is served, of a row of `reach_columns` and their format.

    And of what their `basis_gap` is, as store.people.kinds.bases says it.
    """
    return ReaderFacts(
        named(row.format),
        is_subscribed=is_subscribed,
        has_email=row.has_email,
        has_address=row.has_address,
        has_phone=row.has_phone,
        email_suppressed=row.email_suppressed,
        post_suppressed=row.post_suppressed,
        phone_suppressed=row.phone_suppressed,
        agreed_to_letters=bool(row.agreed_to_letters),
        agreed_to_calls=bool(row.agreed_to_calls),
        basis_gap=BasisGap(row.basis_gap) if row.basis_gap else None,
    )


def _kind(row: Row[*tuple[Any, ...]]) -> ReaderKind:
    return ReaderKind(
        position=row.position,
        language=row.language,
        topics=tuple(row.topics),
        facts=facts_of(row, is_subscribed=row.is_subscribed and row.erased_at is None),
    )
