"""What the other tables say of one subscriber, and of who was merged into them."""

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Select,
    Table,
    and_,
    delete,
    select,
    update,
)

from digest.model.delivery.doubts import doubt_in_words
from digest.store.base.asked_together import Asked, Question, rows_of
from digest.store.base.tables import (
    bounce,
    call_attempt,
    campaign,
    carried_over,
    consent,
    delivery,
    departure,
    edition,
    incoming_mail,
    joining_request,
    left_out,
    mailing_list,
    reader,
    schedule,
    subscriber,
    subscription,
)
from digest.store.people.doubles.merges import whose
from digest.store.people.subscribers import absorbed_numbers

Entries = list[dict[str, Any]]
_PLACE = "place"


def dates_of(connection: Connection, subscriber_id: int) -> dict[str, Any]:
    """Return since when somebody has been held, when they were erased, or are back.

    The last where they have paused all that they read, or come to read. In "absorbed"
    are the numbers of who was merged into them, with spaces.
    """
    return entries(connection, _dates, subscriber_id)[0]


def _dates(_connection: Connection, subscriber_id: int) -> Select[*tuple[Any, ...]]:
    return select(
        subscriber.c.created_at.label("held_since"),
        subscriber.c.changed_at,
        subscriber.c.erased_at,
        subscriber.c.back_on,
        absorbed_numbers().label("absorbed"),
    ).where(subscriber.c.id == subscriber_id)


def entries(connection: Connection, question: Question, subscriber_id: int) -> Entries:
    """Return what a question below says of somebody, oldest first or by name."""
    rows = [row._asdict() for row in rows_of(connection, question, subscriber_id)]
    rows.sort(key=lambda entry: entry.get(_PLACE, 0))
    return [{name: row[name] for name in row if name != _PLACE} for row in rows]


def subscriptions(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Ask for the lists somebody is or was on, and the evidence of consent."""
    evidence = [column for column in subscription.c if not column.name.endswith("_id")]
    name = mailing_list.c.name
    return (
        select(name.label(_PLACE), name.label("list"), *evidence)
        .join(mailing_list, mailing_list.c.id == subscription.c.mailing_list_id)
        .where(subscription.c.subscriber_id == subscriber_id)
    )


def consents(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Ask for each time somebody said yes, and in which words, the latest last."""
    facts = [column for column in consent.c if not column.name.endswith("id")]
    return (
        select(consent.c.id.label(_PLACE), mailing_list.c.name.label("list"), *facts)
        .join(mailing_list, mailing_list.c.id == consent.c.mailing_list_id)
        .where(whose(consent.c.subscriber_id, subscriber_id))
    )


def campaigns(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Ask for the campaigns somebody reads, and how."""
    return (
        select(
            campaign.c.name.label(_PLACE),
            campaign.c.name.label("campaign"),
            schedule.c.name.label("schedule"),
            reader.c.format,
            reader.c.language,
            reader.c.topics,
            reader.c.position,
            reader.c.joined_at,
            reader.c.paused_until,
            reader.c.catch_up,
            reader.c.had_since,
            reader.c.had_upto,
        )
        .join(campaign, campaign.c.id == reader.c.campaign_id)
        .join(schedule, schedule.c.id == reader.c.schedule_id)
        .where(reader.c.subscriber_id == subscriber_id)
    )


def campaigns_with_departures(
    connection: Connection, subscriber_id: int
) -> Select[Any]:
    """Ask for what `campaigns` does, each with how they left it, if they have."""
    has_left = and_(
        departure.c.campaign_id == reader.c.campaign_id,
        departure.c.subscriber_id == reader.c.subscriber_id,
        departure.c.returned_at.is_(None),
    )
    rows = campaigns(connection, subscriber_id).outerjoin(departure, has_left)
    how = (departure.c.left_at, departure.c.means, departure.c.reason)
    return rows.add_columns(*how)


def departures(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Ask for the campaigns somebody has left, and whether they came back."""
    return (
        select(
            campaign.c.name.label(_PLACE),
            campaign.c.name.label("campaign"),
            departure.c.left_at,
            departure.c.means,
            departure.c.reason,
            departure.c.returned_at,
        )
        .join(campaign, campaign.c.id == departure.c.campaign_id)
        .where(departure.c.subscriber_id == subscriber_id)
    )


def copies_of(connection: Connection, subscriber_id: int) -> Entries:
    """Return the copies somebody was sent or is to be sent, oldest first."""
    # Sorted already by the edition: what is due at the same time stays so.
    every = sorted(
        entries(connection, _copies, subscriber_id), key=lambda entry: entry["slot"]
    )
    return [
        entry | {"doubt": doubt_in_words(entry["state"], entry["doubts"])}
        for entry in every
    ]


def _copies(_connection: Connection, subscriber_id: int) -> Select[Any]:
    every = _in_editions(delivery, edition.c.id).add_columns(
        edition.c.slot,
        edition.c.mode,
        delivery.c.channel,
        delivery.c.state,
        delivery.c.attempts,
        delivery.c.doubts,
        delivery.c.next_attempt_at,
        delivery.c.handed_over_at,
        delivery.c.settled_at,
        delivery.c.reply,
    )
    return every.where(whose(delivery.c.subscriber_id, subscriber_id))


def not_sent(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Ask for the editions that somebody got nothing of, and why."""
    facts = (edition.c.slot, left_out.c.kind, left_out.c.reason)
    return (
        _in_editions(left_out, edition.c.id)
        .add_columns(*facts)
        .join(reader, reader.c.id == left_out.c.reader_id)
        .where(whose(reader.c.subscriber_id, subscriber_id))
    )


def calls(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Ask for what was written down of calls to somebody."""
    return (
        _in_editions(call_attempt, call_attempt.c.id)
        .add_columns(
            call_attempt.c.at,
            call_attempt.c.outcome,
            call_attempt.c.caller,
            call_attempt.c.again_at,
            call_attempt.c.note,
        )
        .join(reader, reader.c.id == call_attempt.c.reader_id)
        .where(whose(reader.c.subscriber_id, subscriber_id))
    )


def bounces(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Ask for what came back of somebody's copies."""
    facts = (bounce.c.recorded_at, bounce.c.kind, bounce.c.status, bounce.c.words)
    return (
        _in_editions(bounce, bounce.c.id)
        .add_columns(*facts)
        .join(reader, reader.c.id == bounce.c.reader_id)
        .where(whose(reader.c.subscriber_id, subscriber_id))
    )


def _in_editions(of: Table, place: Column[int]) -> Select[Any]:
    """Ask of which campaign and edition each row of a table is."""
    return (
        select(
            place.label(_PLACE),
            campaign.c.name.label("campaign"),
            edition.c.code.label("edition"),
        )
        .join(edition, edition.c.id == of.c.edition_id)
        .join(campaign, campaign.c.id == edition.c.campaign_id)
    )


def requests(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Ask for what somebody asked for on the web, and what came of it."""
    return (
        select(
            joining_request.c.id.label(_PLACE),
            campaign.c.name.label("campaign"),
            joining_request.c.way,
            joining_request.c.wording,
            joining_request.c.requested_at,
            joining_request.c.mailed_at,
            joining_request.c.outcome,
            joining_request.c.settled_at,
        )
        .join(campaign, campaign.c.id == joining_request.c.campaign_id)
        .where(whose(joining_request.c.subscriber_id, subscriber_id))
    )


def mail_of(connection: Connection, subscriber_id: int) -> Entries:
    """Return what came in by mail from somebody, or about a copy of theirs.

    With the email itself where it waits to be passed on; later it is not kept.
    """
    rows = connection.execute(
        select(
            incoming_mail.c.received_at,
            incoming_mail.c.door,
            incoming_mail.c.state,
            incoming_mail.c.words,
            incoming_mail.c.content,
        )
        .join(reader, reader.c.id == incoming_mail.c.reader_id)
        .where(whose(reader.c.subscriber_id, subscriber_id))
        .order_by(incoming_mail.c.id)
    )
    return [
        row._asdict() | {"content": (row.content or b"").decode("utf-8", "replace")}
        for row in rows
    ]


def questions(subscriber_id: int) -> tuple[Asked, ...]:
    """Return all that is asked here of somebody, to be asked together."""
    every = (
        *(_dates, subscriptions, consents, campaigns, campaigns_with_departures),
        *(departures, _copies, bounces, calls, not_sent, requests),
    )
    return tuple((question, subscriber_id) for question in every)


def of_their_page(subscriber_id: int) -> tuple[Asked, ...]:
    """Return what the page of somebody asks here, to be asked together."""
    every = (subscriptions, campaigns_with_departures)
    return tuple((question, subscriber_id) for question in every)


def blank(connection: Connection, subscriber_id: int) -> None:
    """Remove from somebody's copies and places what may speak of them.

    A mail server's reply often repeats the address that it is about. Nothing is
    owed to somebody who is gone.
    """
    connection.execute(
        update(delivery)
        .where(delivery.c.subscriber_id == subscriber_id)
        .values(reply=None, owes=False)
    )
    theirs = select(reader.c.id).where(reader.c.subscriber_id == subscriber_id)
    connection.execute(delete(carried_over).where(carried_over.c.reader_id.in_(theirs)))
    connection.execute(
        update(bounce).where(bounce.c.reader_id.in_(theirs)).values(words=None)
    )
    connection.execute(
        update(reader).where(reader.c.subscriber_id == subscriber_id).values(topics=[])
    )
