"""Subscribers become readers of the campaigns that go to their lists."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from digest.audience.enrolment import enrol
from digest.audience.suppressing import suppress
from digest.audience.unsubscribing import unsubscribe
from digest.model.formats import HTML, LETTER, PHONE
from digest.model.people.channel_choice import ReaderFacts
from digest.model.people.person import Addressee
from digest.model.people.postal_address import PostalAddress
from digest.model.people.reader_marks import mark_of
from digest.store.base.engine import reading, writing
from digest.store.base.tables import reader, schedule
from digest.store.campaigns import campaigns
from digest.store.people import addressing, readers
from tests.builders import EIGHT
from tests.lists import ANN, BOB, CY, HASHER, TWO_LISTS, an_edition, imported, rows_for
from tests.stored import a_stored_campaign

HOME = PostalAddress(("1 Example Street", "EXAMPLETON"), "ZZ99 1AA")


def enrolled(engine: Engine) -> int:
    with writing(engine) as connection:
        [stored] = campaigns.listed(connection)
        return enrol(connection, stored.id, stored.campaign, EIGHT)


def schedules(engine: Engine) -> dict[str, str]:
    """Return the schedule that each reader's format is on."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(reader.c.format, schedule.c.name).join(
                schedule, schedule.c.id == reader.c.schedule_id
            )
        )
        return {row.format: row.name for row in rows}


def test_a_campaign_applied_later_finds_those_already_there(engine: Engine) -> None:
    imported(engine, ANN, BOB, CY)
    a_stored_campaign(engine, TWO_LISTS)

    assert enrolled(engine) == 3
    assert enrolled(engine) == 0
    assert schedules(engine) == {"html": "daily", "letter": "weekly", "phone": "daily"}


def test_somebody_on_two_lists_of_a_campaign_is_one_reader(engine: Engine) -> None:
    a_stored_campaign(engine, TWO_LISTS)
    imported(engine, ANN, to="lantern")
    imported(engine, ANN, to="friends")
    imported(engine, BOB, to="strangers")

    assert len(schedules(engine)) == 1


def test_a_schedule_asked_for_is_the_readers(engine: Engine) -> None:
    a_stored_campaign(engine, TWO_LISTS)
    head = "name,email,schedule,format"
    imported(engine, "Ann,ann@example.org,weekly,html", head=head)
    imported(engine, "Bob,bob@example.org,,plain", head=head)

    assert schedules(engine) == {"html": "weekly", "plain": "daily"}


SENT = {"upto": 5, "state": "sent", "planned_at": EIGHT}


@pytest.mark.parametrize(
    ("fields", "position"),
    [
        pytest.param({}, 0, id="an open edition has no end yet"),
        pytest.param(
            {"upto": 5, "state": "frozen"}, 0, id="a waiting one may go to them"
        ),
        pytest.param(SENT, 5, id="one that went out"),
        pytest.param(SENT | {"state": "cancelled"}, 0, id="a cancelled one"),
    ],
)
def test_a_newcomer_starts_where_their_schedule_stands(
    engine: Engine, fields: dict[str, object], position: int
) -> None:
    a_stored_campaign(engine, TWO_LISTS)
    an_edition(engine, "daily", **fields)
    imported(engine, ANN, BOB)

    with reading(engine) as connection:
        rows = connection.execute(select(reader.c.format, reader.c.position)).all()
    assert {row.format: row.position for row in rows} == {
        "html": position,
        "letter": 0,
    }


def test_planning_learns_what_decides_how_each_is_served(engine: Engine) -> None:
    a_stored_campaign(
        engine, TWO_LISTS.replace('formats = ["letter", "large-print"]', "")
    )
    imported(
        engine, ANN, BOB, CY, "Dee,dee@example.org,,2 Example Street,TOWN,ZZ99 1AA"
    )
    with writing(engine) as connection:
        suppress(connection, HASHER, "dee@example.org", "bounced", EIGHT)
        suppress(connection, HASHER, "Bob Example", "returned", EIGHT)
        unsubscribe(connection, 3, EIGHT)
    rows = rows_for(engine, an_edition(engine))

    assert [row.facts for row in rows] == [
        ReaderFacts(HTML, has_email=True),
        ReaderFacts(LETTER, has_address=True, post_suppressed=True),
        ReaderFacts(PHONE, is_subscribed=False, has_phone=True),
        ReaderFacts(HTML, has_email=True, has_address=True, email_suppressed=True),
    ]
    assert [row.language for row in rows] == ["en-GB"] * 4


def test_planning_goes_on_after_its_cursor_and_leaves_out_who_pauses(
    engine: Engine,
) -> None:
    a_stored_campaign(engine, TWO_LISTS)
    imported(engine, ANN, CY, "Dee,dee@example.org,,,,", "Eve,eve@example.org,,,,")
    with writing(engine) as connection:
        away = update(reader).where(reader.c.id == 3)
        connection.execute(away.values(paused_until=EIGHT + timedelta(days=9)))
        back = update(reader).where(reader.c.id == 4)
        connection.execute(back.values(paused_until=EIGHT))
    edition = an_edition(engine, plan_cursor=1)

    with reading(engine) as connection:
        kinds = readers.kinds_of_readers(connection, edition, 9, EIGHT)
    assert [*kinds] == [2, 4]


def test_copies_are_addressed_from_what_is_held(engine: Engine) -> None:
    a_stored_campaign(engine, TWO_LISTS)
    imported(engine, ANN, BOB)

    with reading(engine) as connection:
        whom = addressing.addressees(connection, [1, 2, 99])
    ann = mark_of("email:ann@example.org")
    assert whom == {
        1: Addressee("Ann Example", "ann@example.org", mark=ann),
        2: Addressee("Bob Example", "", HOME, mark=whom[2].mark),
    }


@pytest.mark.parametrize(
    ("rows", "method"),
    [
        pytest.param({"lantern": "consent,paper form"}, "paper form", id="of its list"),
        pytest.param({"strangers": "consent,paper form"}, "", id="of another campaign"),
        pytest.param(
            {"lantern": "soft opt-in,shop", "friends": "consent,web"},
            "web",
            id="the list on which somebody asked",
        ),
        pytest.param({"lantern": ","}, "", id="nothing is held"),
    ],
)
def test_a_copy_knows_why_its_reader_gets_it(
    engine: Engine, rows: dict[str, str], method: str
) -> None:
    a_stored_campaign(engine, TWO_LISTS)
    head = "name,email,consent_basis,consent_method"
    for name, evidence in ({"lantern": ","} | rows).items():
        imported(engine, f"Ann Example,ann@example.org,{evidence}", head=head, to=name)

    with reading(engine) as connection:
        [ann] = addressing.addressees(connection, [1]).values()

    assert ann.consent.method == method
