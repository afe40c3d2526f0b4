"""Subscribers: the people we may write to, one row each whatever their lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    select,
    update,
)

from digest.model import formats
from digest.model.people.likeness import LikenessKeys
from digest.model.people.person import (
    NO_EVIDENCE,
    Consent,
    HashedKeys,
    Person,
    PersonKeys,
    name_key,
    phone_key,
    post_key,
)
from digest.model.people.postal_address import PostalAddress
from digest.model.people.reader_marks import mark_of
from digest.store.base.asked_together import rows_of
from digest.store.base.bulk import insert_many, one_of
from digest.store.base.tables import reader, subscriber, subscription
from digest.store.people.subscriptions import EVIDENCE
from digest.store.staff.audit import Act, record

_COLUMNS = tuple(
    subscriber.c[name]
    for name in (
        *("id", "name", "email", "email_key", "phone"),
        *("address", "postcode", "country"),
        *("format", "schedule", "topics", "language", "organiser", "notes"),
    )
)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person with their row's id; nameless once they have been erased."""

    id: int
    person: Person


@dataclass(frozen=True, slots=True)
class HashedPerson:
    """A person and the keyed hashes of what identifies them."""

    person: Person
    hashed: HashedKeys


def get(connection: Connection, subscriber_id: int) -> Subscriber | None:
    """Return the subscriber of that row, or of the one it was merged into."""
    matching = select(*_COLUMNS).where(subscriber.c.id == _is_now(subscriber_id))
    row = connection.execute(matching).first()
    return None if row is None else _subscriber(row)


def with_dates(
    connection: Connection, subscriber_id: int
) -> tuple[Subscriber, Mapping[str, Any]] | None:
    """Return what `get` does, with what `subject_access.dates_of` has.

    And in "absorbed" the numbers of who was merged into them.
    """
    rows = rows_of(connection, with_their_dates, subscriber_id)
    if not rows:
        return None
    [row] = rows
    names = ("held_since", "changed_at", "erased_at", "back_on", "absorbed")
    facts = {
        name: row._mapping[name]  # noqa: SLF001 - public, for all its name
        for name in names
    }
    numbers = (facts.pop("absorbed") or "").split()
    return _subscriber(row[: len(_COLUMNS)]), {
        **facts,
        "absorbed": [*map(int, numbers)],
    }


def with_their_dates(_connection: Connection, subscriber_id: int) -> Select[Any]:
    """Return the question that `with_dates` asks, to be asked with others."""
    return select(
        *_COLUMNS,
        subscriber.c.created_at.label("held_since"),
        subscriber.c.changed_at,
        subscriber.c.erased_at,
        subscriber.c.back_on,
        absorbed_numbers().label("absorbed"),
    ).where(subscriber.c.id == _is_now(subscriber_id))


def row_of(connection: Connection, subscriber_id: int) -> Subscriber | None:
    """Return what the row itself holds, merged into another or not."""
    matching = select(*_COLUMNS).where(subscriber.c.id == subscriber_id)
    row = connection.execute(matching).first()
    return None if row is None else _subscriber(row)


def kept_as(connection: Connection, identity: str) -> Subscriber | None:
    """Return the subscriber kept under that name of `Keys.names`.

    Also by one that they have had before they were merged with another row.
    """
    known_as = subscriber.alias()
    who = select(func.coalesce(known_as.c.merged_into, known_as.c.id)).where(
        known_as.c.identity == identity
    )
    matching = select(*_COLUMNS).where(subscriber.c.id == who.scalar_subquery())
    row = connection.execute(matching).first()
    return None if row is None else _subscriber(row)


def like(connection: Connection, people: Sequence[HashedPerson]) -> list[Subscriber]:
    """Return every subscriber who may be one of these people, by id.

    Whoever is kept under a key of theirs, and whoever of their name shares a door
    or a phone with them. Who was merged into another is that other: see `aliases`.
    """
    all_keys = [(person.person.keys, person.hashed) for person in people]
    identities = {name for keys, _ in all_keys for name in keys.names()}
    by_post = {hashed.post for _, hashed in all_keys}
    by_phone = {hashed.phone for _, hashed in all_keys}
    by_id: dict[int, Subscriber] = {}
    for column, values in (
        (subscriber.c.identity, identities),
        (subscriber.c.post_hash, by_post - {None}),
        (subscriber.c.phone_hash, by_phone - {None}),
    ):
        if values:
            which = one_of(connection, column, values)
            rows = connection.execute(
                select(*_COLUMNS).where(which, subscriber.c.merged_into.is_(None))
            )
            by_id |= {row[0]: _subscriber(row) for row in rows}
    return [by_id[subscriber_id] for subscriber_id in sorted(by_id)]


def aliases(
    connection: Connection, people: Sequence[HashedPerson]
) -> dict[str, Subscriber]:
    """Return who is known by a key of these people from before a merge, by that key."""
    has_some = select(subscriber.c.id).where(subscriber.c.merged_into.is_not(None))
    if connection.execute(has_some.limit(1)).first() is None:
        return {}
    identities = {name for each in people for name in each.person.keys.names()}
    rows = connection.execute(
        select(subscriber.c.identity, subscriber.c.merged_into).where(
            one_of(connection, subscriber.c.identity, identities),
            subscriber.c.merged_into.is_not(None),
        )
    )
    survivor = {row.identity: row.merged_into for row in rows}
    by_id = {each.id: each for each in of_ids(connection, {*survivor.values()})}
    return {identity: by_id[number] for identity, number in survivor.items()}


def of_ids(connection: Connection, ids: Iterable[int]) -> list[Subscriber]:
    """Return the subscribers of these rows, by id."""
    which = one_of(connection, subscriber.c.id, ids)
    rows = connection.execute(select(*_COLUMNS).where(which).order_by(subscriber.c.id))
    return [_subscriber(row) for row in rows]


def shared(connection: Connection, person: Subscriber, hashed: HashedKeys) -> set[str]:
    """Return those of somebody's hashes that somebody else has too."""
    pairs = (
        (subscriber.c.post_hash, hashed.post),
        (subscriber.c.phone_hash, hashed.phone),
    )
    return {
        target
        for column, target in pairs
        if target
        and connection.scalar(
            select(
                exists().where(
                    column == target,
                    subscriber.c.id != person.id,
                    subscriber.c.merged_into.is_(None),
                )
            )
        )
    }


def named(connection: Connection, name: str) -> list[Subscriber]:
    """Return the subscribers of that name, in any case of letters."""
    return called(connection, [name_key(name)])


def called(connection: Connection, name_keys: Iterable[str]) -> list[Subscriber]:
    """Return the subscribers of any of these names, as `name_key` has them."""
    matching = select(*_COLUMNS).where(
        one_of(connection, subscriber.c.name_key, name_keys)
    )
    rows = connection.execute(matching.order_by(subscriber.c.id))
    return [_subscriber(row) for row in rows]


def of_reader(connection: Connection, reader_id: int) -> Subscriber | None:
    """Return the subscriber who is that reader."""
    subscriber_id = connection.scalar(
        select(reader.c.subscriber_id).where(reader.c.id == reader_id)
    )
    return None if subscriber_id is None else get(connection, subscriber_id)


def subscribed(
    connection: Connection,
    list_id: int | None,
    after: int,
    limit: int,
    *narrowed: ColumnElement[bool],
) -> list[Subscriber]:
    """Return a page of those subscribed to the list, past id `after`, in order.

    `narrowed` are conditions of `segments` that all of them meet.
    Each with the evidence of their consent. Without a list, of those
    subscribed to any, without evidence.
    """
    live = (
        subscription.c.subscriber_id == subscriber.c.id,
        subscription.c.ended_at.is_(None),
    )
    query, number = select(*_COLUMNS), subscriber.c.id
    if list_id is None:
        query = query.where(exists().where(*live))
    else:
        # By the subscriptions' own order: the database need not put a list in another.
        # Of the few of a segment by theirs.
        number = number if narrowed else subscription.c.subscriber_id
        evidence = [subscription.c[name] for name in (*EVIDENCE, "reference")]
        query = query.add_columns(*evidence).join(subscription, and_(*live))
        query = query.where(subscription.c.mailing_list_id == list_id)
    rows = connection.execute(
        query.where(number > after, subscriber.c.erased_at.is_(None), *narrowed)
        .order_by(number)
        .limit(limit)
    )
    return [_subscriber(row) for row in rows]


def add(
    connection: Connection, people: Sequence[HashedPerson], now: datetime
) -> list[int]:
    """Insert these people, all of them new; return their ids in the same order."""
    rows = [_values(person) for person in people]
    for row in rows:
        row["created_at"] = row["changed_at"] = now
        row["mark"] = mark_of(row["identity"])
    insert_many(connection, subscriber, rows, new_by=("identity",))
    identities = [row["identity"] for row in rows]
    inserted = connection.execute(
        select(subscriber.c.identity, subscriber.c.id).where(
            one_of(connection, subscriber.c.identity, identities)
        )
    )
    ids = {row.identity: row.id for row in inserted}
    return [ids[identity] for identity in identities]


def change(
    connection: Connection, people: Iterable[tuple[int, HashedPerson]], now: datetime
) -> None:
    """Keep what is now known of each of these subscribers, by id."""
    rows = [_values(person) | {"who": who, "changed_at": now} for who, person in people]
    if rows:
        connection.execute(
            update(subscriber).where(subscriber.c.id == bindparam("who")), rows
        )


def blank(connection: Connection, subscriber_id: int, now: datetime) -> None:
    """Remove all that a subscriber's row says of a person; the row stays."""
    lasting = {"id", "identity", "name", "address", "created_at", "changed_at"}
    emptied = {
        column.name: None for column in subscriber.c if column.name not in lasting
    }
    connection.execute(
        update(subscriber)
        .where(subscriber.c.id == subscriber_id)
        .values(
            emptied
            | {
                "identity": f"erased:{subscriber_id}",
                "mark": "",
                "name": "",
                "address": [],
                "topics": [],
                "changed_at": now,
                "erased_at": now,
            }
        )
    )
    record(connection, Act("erased", subject=f"person {subscriber_id}"), now)


def identities(connection: Connection, subscriber_ids: Iterable[int]) -> dict[int, str]:
    """Return what each of these rows is kept under, but for who has been erased."""
    rows = connection.execute(
        select(subscriber.c.id, subscriber.c.identity).where(
            one_of(connection, subscriber.c.id, subscriber_ids),
            subscriber.c.erased_at.is_(None),
        )
    )
    return {row.id: row.identity for row in rows}


def absorbed_numbers() -> ScalarSelect[Any]:
    """Return the query for the numbers that were merged into a row, with spaces."""
    row = subscriber.alias()
    number = cast(row.c.id, Text)
    numbers = func.aggregate_strings(number, " ")
    return select(numbers).where(row.c.merged_into == subscriber.c.id).scalar_subquery()


def _is_now(subscriber_id: int) -> ScalarSelect[Any]:
    """Return the query for whom a row is: itself, or what it was merged into."""
    row = subscriber.alias()
    survivor = select(func.coalesce(row.c.merged_into, row.c.id))
    return survivor.where(row.c.id == subscriber_id).scalar_subquery()


def _subscriber(row: Sequence[Any]) -> Subscriber:
    # By place, not by name: an import reads a row for each of its own.
    who, name, email, email_key, phone, lines, postcode, country, *wishes = row
    format_name, schedule, topics, language, organiser, notes, *evidence = wishes
    reference = evidence.pop() if evidence else ""
    address = None
    if lines:
        address = PostalAddress(tuple(lines), postcode or "", country or "")
    person = Person(
        name,
        PersonKeys(
            email_key or "", post_key(name, address), phone_key(name, phone or "")
        ),
        email or "",
        phone or "",
        address,
        formats.named(format_name) if format_name else None,
        schedule or "",
        tuple(topics or ()),
        language or "",
        organiser or "",
        notes or "",
        Consent(*(word or "" for word in evidence)) if evidence else NO_EVIDENCE,
        reference or "",
    )
    return Subscriber(who, person)


def _values(new: HashedPerson) -> dict[str, Any]:
    person, hashed, address = new.person, new.hashed, new.person.address
    likeness = LikenessKeys.of(person)
    return {
        "identity": person.keys.identity,
        "name": person.name,
        "name_key": name_key(person.name) or None,
        "email": person.email or None,
        "email_key": person.keys.email or None,
        "email_hash": hashed.email,
        "post_hash": hashed.post,
        "phone_hash": hashed.phone,
        "mailbox": likeness.mailbox or None,
        "phone_digits": likeness.phone or None,
        "name_sound": likeness.name_sound or None,
        "phone": person.phone or None,
        "address": address.lines if address else (),
        "postcode": address.postcode or None if address else None,
        "country": address.country or None if address else None,
        "format": person.format.name if person.format else None,
        "schedule": person.schedule or None,
        "topics": person.topics or (),
        "language": person.language or None,
        "organiser": person.organiser or None,
        "notes": person.notes or None,
    }
