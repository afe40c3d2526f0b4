"""What is handed over of a person is all that any table has of them."""

from sqlalchemy import Engine, insert, update

from digest.audience.subject_access import everything
from digest.store.base.engine import reading, writing
from digest.store.base.tables import (
    incoming_mail,
    joining_request,
    left_out,
    metadata,
    reader,
    subscriber,
)
from digest.web.desk.people.held_view import held_view
from tests.builders import EIGHT
from tests.lists import HASHER
from tests.rows import a_planned_edition

# Where what a table has of somebody stands among all that is held of them.
STANDS_IN = {
    "bounce": "bounces",
    "call_attempt": "calls",
    "channel_offer": "offers",
    "consent": "consents",
    "data_complaint": "complaints",
    "delivery": "copies",
    "departure": "left",
    "incoming_mail": "mail",
    "joining_request": "requests",
    "left_out": "not_sent",
    "need": "needs",
    "person_merge": "held_twice",
    "reader": "campaigns",
    "subscriber": "name",
    "subscription": "subscriptions",
}
EXCUSED = {
    "carried_over": "which posts come with their next copy: no fact of theirs",
    "known_apart": "that another person is somebody else: it is of two, and of neither",
}


def test_every_table_that_has_a_readers_key_is_handed_over_or_excused(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine)
    of_people = {
        table.name
        for table in metadata.sorted_tables
        for column in table.c
        for key in column.foreign_keys
        if key.column.table in (subscriber, reader)
    }
    with reading(engine) as connection:
        facts = everything(connection, HASHER, str(planned.subscribers[0]))

    assert of_people == {*STANDS_IN} | {*EXCUSED}
    assert {*STANDS_IN.values()} <= {*facts}


def test_what_came_of_forms_and_mail_and_why_nothing_went_are_handed_over(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=2)
    who, reader_id = planned.subscribers[0], planned.readers[0]
    with writing(engine) as connection:
        connection.execute(
            insert(left_out).values(
                edition_id=planned.id,
                reader_id=reader_id,
                kind="unreachable",
                reason="no address is held",
            )
        )
        connection.execute(
            insert(incoming_mail).values(
                mark="m",
                received_at=EIGHT,
                door="mailbox",
                state="reply",
                reader_id=reader_id,
                content="Thank you, Siân".encode(),
                attempts=0,
            )
        )
        connection.execute(
            insert(joining_request).values(
                campaign_id=1,
                content={},
                way="email",
                wording="Please",
                requested_at=EIGHT,
                requests=1,
            )
        )
        connection.execute(update(joining_request).values(subscriber_id=who))
    with reading(engine) as connection:
        facts = everything(connection, HASHER, str(who))
        of_other = everything(connection, HASHER, str(planned.subscribers[1]))

    assert [each["reason"] for each in facts["not_sent"]] == ["no address is held"]
    assert [each["content"] for each in facts["mail"]] == ["Thank you, Siân"]
    assert [each["wording"] for each in facts["requests"]] == ["Please"]
    assert (of_other["not_sent"], of_other["mail"], of_other["requests"]) == (
        [],
        [],
        [],
    )
    parts = {key: entries for key, _, entries in held_view(facts, "UTC")["parts"]}
    assert all(parts[key] for key in ("not_sent", "mail", "requests"))
