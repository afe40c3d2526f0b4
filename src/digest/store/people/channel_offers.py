"""Who is not reached any more by what they wanted, and what became of each offer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Exists,
    FromClause,
    Row,
    Select,
    String,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)

from digest.model.delivery.calls import UNANSWERED, CallOutcome
from digest.model.editions.mode import Mode
from digest.model.formats import FORMATS, PHONE, Channel, first_for
from digest.model.people.channel_choice import INSTEAD
from digest.model.people.channel_offers import OfferKey, OfferMeans, OfferOutcome
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import (
    bounce,
    call_attempt,
    channel_offer,
    departure,
    edition,
    reader,
    subscriber,
    subscription,
    suppression,
)

# Where a letter was refused, or its reader has died, nothing else is offered.
_NO_OFFER = ("%refused", "%died")


@dataclass(frozen=True, slots=True)
class LostChannel:
    """Somebody whom a channel does not reach, why, and since when."""

    key: OfferKey
    cause: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SettledOffer:
    """What became of an offer, when, and what undoes it."""

    key: OfferKey
    name: str
    since: datetime
    outcome: OfferOutcome
    settled_at: datetime
    means: OfferMeans | None = None
    format_before: str = ""


def waiting(
    connection: Connection, limit: int, only: int | None = None
) -> list[LostChannel]:
    """Return whom a channel does not reach and no offer was settled of; oldest first.

    `only` is somebody's number: then theirs alone.
    """
    lost = _all_lost(only).subquery()
    rows = connection.execute(
        select(lost).order_by(lost.c.since, lost.c.id, lost.c.channel).limit(limit)
    )
    return [
        LostChannel(OfferKey(row.id, Channel(row.channel)), row.reason, row.since)
        for row in rows
    ]


def count_waiting(connection: Connection) -> int:
    """Return how many offers wait."""
    (row,) = rows_of(connection, _count, None)
    return int(row.offers)


def questions() -> tuple[Asked, ...]:
    """Return what `count_waiting` asks, to be asked with others."""
    return ((_count, None),)


def _count(_connection: Connection, _nothing: None) -> Select[Any]:
    lost = _all_lost().subquery()
    return select(func.count().label("offers")).select_from(lost)


def settle(connection: Connection, offer: SettledOffer) -> None:
    """Keep what became of an offer."""
    connection.execute(
        insert(channel_offer).values(
            subscriber_id=offer.key.person_id,
            channel=offer.key.lost,
            since=offer.since,
            outcome=offer.outcome,
            means=offer.means,
            format_before=offer.format_before or None,
            settled_at=offer.settled_at,
        )
    )


def reopen(connection: Connection, key: OfferKey) -> SettledOffer | None:
    """Have the latest offer of that key wait again; return what had become of it."""
    latest = settled(connection, 1, key)
    for each in latest:
        connection.execute(
            delete(channel_offer).where(
                channel_offer.c.subscriber_id == key.person_id,
                channel_offer.c.channel == key.lost,
                channel_offer.c.since == each.since,
            )
        )
    return latest[0] if latest else None


def settled(
    connection: Connection, limit: int, key: OfferKey | None = None
) -> list[SettledOffer]:
    """Return what became of offers, the latest first; of one key, if given."""
    offers = (
        select(channel_offer, subscriber.c.name)
        .join(subscriber, subscriber.c.id == channel_offer.c.subscriber_id)
        .order_by(channel_offer.c.settled_at.desc(), channel_offer.c.since.desc())
        .limit(limit)
    )
    if key is not None:
        offers = offers.where(
            channel_offer.c.subscriber_id == key.person_id,
            channel_offer.c.channel == key.lost,
        )
    return [_settled(row) for row in connection.execute(offers)]


def of_person(connection: Connection, subscriber_id: int) -> list[dict[str, Any]]:
    """Return what is kept of somebody's offers, for them to see."""
    theirs = (
        select(
            channel_offer.c.channel,
            channel_offer.c.since,
            channel_offer.c.outcome,
            channel_offer.c.means,
            channel_offer.c.format_before,
            channel_offer.c.settled_at,
        )
        .where(channel_offer.c.subscriber_id == subscriber_id)
        .order_by(channel_offer.c.settled_at)
    )
    return [dict(row) for row in connection.execute(theirs).mappings()]


def erase(connection: Connection, subscriber_id: int) -> None:
    """Remove all that is kept of somebody's offers."""
    connection.execute(
        delete(channel_offer).where(channel_offer.c.subscriber_id == subscriber_id)
    )


def _all_lost(only: int | None = None) -> CompoundSelect[Any]:
    lost = (_lost(channel, only) for channel in INSTEAD)
    return union_all(*lost, _unanswered(only))


def _is_settled(channel: Channel | None, since: ColumnElement[Any]) -> Exists:
    return exists().where(
        channel_offer.c.subscriber_id == subscriber.c.id,
        channel_offer.c.channel == channel,
        channel_offer.c.since == since,
    )


def _unanswered(only: int | None) -> Select[Any]:
    """Return who was rung so often in a row, and did not answer; since the first time.

    What was practised counts for nothing, nor what was by another number.
    """
    calls, of_reader, of_edition = call_attempt.alias(), reader.alias(), edition.alias()
    answered = (
        select(func.max(calls.c.id))
        .join(of_reader, of_reader.c.id == calls.c.reader_id)
        .join(of_edition, of_edition.c.id == calls.c.edition_id)
        .where(
            of_reader.c.subscriber_id == subscriber.c.id,
            of_edition.c.mode == Mode.LIVE,
            calls.c.outcome != CallOutcome.NO_ANSWER,
        )
        .scalar_subquery()
    )
    tries = (
        select(
            subscriber.c.id,
            func.min(call_attempt.c.at).label("since"),
            func.count().label("tries"),
        )
        .join(reader, reader.c.subscriber_id == subscriber.c.id)
        .join(call_attempt, call_attempt.c.reader_id == reader.c.id)
        .join(edition, edition.c.id == call_attempt.c.edition_id)
        .where(
            call_attempt.c.outcome == CallOutcome.NO_ANSWER,
            call_attempt.c.phone_hash == subscriber.c.phone_hash,
            call_attempt.c.id > func.coalesce(answered, 0),
            edition.c.mode == Mode.LIVE,
        )
        .group_by(subscriber.c.id)
        .having(func.count() >= UNANSWERED)
    )
    if only is not None:
        tries = tries.where(subscriber.c.id == only)
    row = tries.subquery()
    count = cast(row.c.tries, String)
    return (
        select(
            subscriber.c.id,
            literal(PHONE.channel).label("channel"),
            literal("no answer to ").concat(count).concat(" calls").label("reason"),
            row.c.since,
        )
        .join(row, row.c.id == subscriber.c.id)
        .where(
            subscriber.c.format == PHONE.name,
            subscriber.c.phone.is_not(None),
            subscriber.c.erased_at.is_(None),
            subscriber.c.merged_into.is_(None),
            # Of a number that is somebody else's that is said.
            ~exists().where(
                suppression.c.channel == PHONE.channel,
                suppression.c.target_hash == subscriber.c.phone_hash,
            ),
            _reads(),
            ~_is_settled(PHONE.channel, row.c.since),
        )
    )


def _lost(channel: Channel, only: int | None = None) -> Select[Any]:
    """Return whom that channel does not reach, though they would read by it.

    Found by what came back, or by what a caller wrote down: an address that nothing
    went to has lost nobody.
    """
    report = call_attempt if channel is PHONE.channel else bounce
    came_back = select(reader.c.subscriber_id).join(
        report, report.c.reader_id == reader.c.id
    )
    if only is not None:
        came_back = came_back.where(reader.c.subscriber_id == only)
    return (
        select(
            subscriber.c.id,
            literal(channel.value).label("channel"),
            suppression.c.reason,
            suppression.c.created_at.label("since"),
        )
        .join(
            suppression,
            and_(
                suppression.c.channel == channel,
                suppression.c.target_hash == subscriber.c[f"{channel}_hash"],
            ),
        )
        .where(
            subscriber.c.id.in_(came_back),
            subscriber.c.erased_at.is_(None),
            subscriber.c.merged_into.is_(None),
            _is_lost_by(suppression, channel),
            ~_is_said_before_or_otherwise(channel),
            _wants(channel),
            _reads(),
            ~_is_settled(channel, suppression.c.created_at),
        )
    )


def _is_lost_by(reasons: FromClause, channel: Channel) -> ColumnElement[bool]:
    """Return whether a suppression came of what came back, and is of no wish."""
    why = reasons.c.reason
    return and_(
        why.like(INSTEAD[channel].lost_by),
        *(why.not_like(each) for each in _NO_OFFER),
    )


def _is_said_before_or_otherwise(channel: Channel) -> ColumnElement[bool]:
    """Return whether something else is held against the same address.

    Of what was lost twice the first is meant; and who asked for nothing is offered
    nothing.
    """
    other = suppression.alias()
    return (
        select(other.c.id)
        .where(
            other.c.channel == suppression.c.channel,
            other.c.target_hash == suppression.c.target_hash,
            or_(other.c.id < suppression.c.id, ~_is_lost_by(other, channel)),
        )
        .exists()
    )


def _wants(channel: Channel) -> ColumnElement[bool]:
    """Return whether what somebody wants travels by that channel, or may."""
    formats = [each.name for each in FORMATS.values() if each.channel is channel]
    named = subscriber.c.format.in_(formats)
    unnamed = subscriber.c.format.is_(None)
    if channel is PHONE.channel:
        return named
    has_email = subscriber.c.email_hash.is_not(None)
    first = first_for(has_email=True, has_address=True).channel
    usual = has_email if channel is first else ~has_email
    return or_(named, and_(unnamed, usual))


def _reads() -> ColumnElement[bool]:
    """Return whether somebody reads a campaign still, and is on a list."""
    has_left = (
        select(departure.c.subscriber_id)
        .where(
            departure.c.subscriber_id == reader.c.subscriber_id,
            departure.c.campaign_id == reader.c.campaign_id,
        )
        .exists()
    )
    reads = select(reader.c.id).where(
        reader.c.subscriber_id == subscriber.c.id, ~has_left
    )
    is_on = select(subscription.c.subscriber_id).where(
        subscription.c.subscriber_id == subscriber.c.id,
        subscription.c.ended_at.is_(None),
    )
    return and_(reads.exists(), is_on.exists())


def _settled(row: Row[Any]) -> SettledOffer:
    return SettledOffer(
        OfferKey(row.subscriber_id, Channel(row.channel)),
        row.name or "",
        row.since,
        OfferOutcome(row.outcome),
        row.settled_at,
        OfferMeans(row.means) if row.means else None,
        row.format_before or "",
    )
