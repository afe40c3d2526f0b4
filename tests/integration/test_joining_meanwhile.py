"""Who joins between an edition's planning and its stop gets what all others get."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select

from digest.audience.enrolment import enrol
from digest.compose import stopping
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.mode import Mode
from digest.schedule.editions import publishing
from digest.store.base.engine import writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import (
    delivery,
    mailing_list,
    reader,
    subscriber,
    subscription,
)
from digest.store.campaigns import campaigns
from digest.store.delivery.deliveries import move_those
from digest.store.editions.closing import close_edition
from tests.builders import EIGHT, a_post, words
from tests.laws.truth import posts_of
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

HOUR = timedelta(hours=1)


def accepted(engine: Engine, *keys: str) -> None:
    for key in keys:
        body = words(f"{key} says what is new. " * 9)
        posts_accepted(engine, [a_post(key, title=key, body=body)])


def joined(engine: Engine, name: str) -> int:
    """Have somebody join by the door that all come in by; return the reader's id."""
    now = EIGHT + HOUR
    with writing(engine) as connection:
        who = connection.scalars(
            insert(subscriber)
            .values(
                identity=f"email:{name}",
                name=name,
                email=f"{name}@example.org",
                address=[],
                created_at=now,
                changed_at=now,
            )
            .returning(subscriber.c.id)
        ).one()
        list_id = connection.scalar(select(mailing_list.c.id))
        tie = {"mailing_list_id": list_id, "subscriber_id": who, "started_at": now}
        connection.execute(insert(subscription).values(**tie))
        [stored] = campaigns.listed(connection)
        enrol(connection, stored.id, stored.campaign, now)
        theirs = select(reader.c.id).where(reader.c.subscriber_id == who)
        return int(connection.scalars(theirs).one())


def sent(engine: Engine, *readers: int) -> dict[int, Counter[str]]:
    """Have the copies leave that are planned for them; return what was in each."""
    posts: dict[int, Counter[str]] = {}
    with writing(engine) as connection:
        is_theirs = delivery.c.reader_id.in_(readers)
        those = (delivery.c.state == DeliveryState.PLANNED) & is_theirs
        rows = connection.execute(select(delivery).where(those)).all()
        for row in rows:
            keys = posts_of(connection, row.variant_id)
            posts.setdefault(row.reader_id, Counter()).update(keys)
        move_those(connection, those, DeliveryState.HANDING_OVER, EIGHT)
        in_hand = delivery.c.state == DeliveryState.HANDING_OVER
        move_those(connection, in_hand, DeliveryState.ACCEPTED, EIGHT)
        for number in sorted({row.edition_id for row in rows}):
            close_edition(connection, number, EIGHT)
    return posts


@pytest.mark.parametrize("has_gone", [False, True], ids=["none of it", "half of it"])
def test_who_joined_before_an_edition_was_stopped(
    engine: Engine,
    has_gone: bool,  # noqa: FBT001 - a column of the table
) -> None:
    a_stored_campaign(engine, READY)
    live = in_mode(engine, Mode.LIVE)
    ann, bob = a_reader(live, "ann"), a_reader(live, "bob")
    accepted(live, "early")
    publishing.publish(live, "lantern-week", "daily", EIGHT - HOUR)
    sent(live, ann, bob)
    accepted(live, "first", "second")
    publishing.publish(live, "lantern-week", "daily", EIGHT)
    cat = joined(live, "cat")
    if has_gone:
        sent(live, ann)
    stopping.stop(live, 2, EIGHT + HOUR)
    dee = joined(live, "dee")
    accepted(live, "third")
    for hours in (2, 3):
        publishing.publish(live, "lantern-week", "daily", EIGHT + hours * HOUR)
    posts = sent(live, ann, bob, cat, dee)

    everything = {"first", "second", "third"}
    # Of what half of its readers had, a newcomer begins behind it.
    new = {"third"} if has_gone else everything
    assert posts[bob] == dict.fromkeys(everything, 1)
    assert posts[ann] == posts[cat] == posts[dee] == dict.fromkeys(new, 1)
