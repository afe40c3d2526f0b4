"""A campaign's report: every figure of it, of copies whose ends are known."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, func, insert, select, update

from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.mode import Mode
from digest.model.people.departure import LeavingMeans
from digest.model.report_spans import AskedDays
from digest.schedule.editions.publishing import publish
from digest.schedule.reports.campaign_report import (
    CampaignReport,
    report_of,
)
from digest.schedule.reports.report_csv import report_csv
from digest.schedule.reports.report_tables import ReportTable
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import (
    bounce,
    delivery,
    print_batch,
    reader,
    subscriber,
    subscription,
)
from digest.store.campaigns import campaigns
from digest.store.people import departures
from tests.builders import EIGHT, a_post
from tests.queries import counting
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

DAY = timedelta(days=1)
WITH_PRICE = READY.replace("[letter]", "[letter]\nprice = 0.87")


def edition_on(engine: Engine, day: int) -> int:
    posts_accepted(engine, [a_post(f"post-{day}", title=f"Day {day}")])
    return publish(engine, "lantern-week", "daily", EIGHT + day * DAY).id


def ended(engine: Engine, edition_id: int, reader_id: int, **how: object) -> None:
    """Have a copy end so; accepted where nothing else is said."""
    facts = {"state": DeliveryState.ACCEPTED, "reply": "250 OK"} | how
    with writing(engine) as connection:
        changed = connection.execute(
            update(delivery)
            .where(
                delivery.c.edition_id == edition_id, delivery.c.reader_id == reader_id
            )
            .values(facts)
        )
        assert changed.rowcount == 1


def report(engine: Engine, days: int = 1, **days_wanted: str) -> CampaignReport:
    """Return the report of so many days from the first, or as asked for."""
    now = EIGHT + (days - 1) * DAY + timedelta(hours=8)
    with reading(engine) as connection:
        stored = campaigns.by_name(connection, "lantern-week")
        return report_of(connection, stored, AskedDays(**days_wanted), now)


def table(of: CampaignReport, name: str) -> ReportTable:
    chosen = of.table(name)
    assert chosen is not None
    return chosen


def rows(of: CampaignReport, name: str) -> list[tuple[object, ...]]:
    return [*table(of, name).rows]


def a_batch(engine: Engine, edition_id: int, state: str, letters: int) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(print_batch).values(
                edition_id=edition_id,
                state=state,
                letters=letters,
                sheets=2 * letters,
                pdf="x",
                manifest="x",
                sha256="x",
                made_at=EIGHT,
            )
        )


def test_copies_count_on_the_day_of_their_edition_and_letters_once_posted(
    engine: Engine,
) -> None:
    a_stored_campaign(engine, WITH_PRICE)
    home: dict[str, Any] = {"address": ["1 Harbour Row"], "postcode": "ZZ99 1AA"}
    ann, bob = a_reader(engine, "ann"), a_reader(engine, "bob")
    cy = a_reader(engine, "cy", email=None, format="letter", **home)
    dee = a_reader(engine, "dee", email=None, format="large-print", **home)
    first = edition_on(engine, 0)
    for each in (ann, bob, cy, dee):
        ended(engine, first, each)
    a_batch(engine, first, "posted", 1)
    a_batch(engine, first, "sealed", 1)
    a_batch(engine, first, "stopped", 9)
    second = edition_on(engine, 1)
    ended(engine, second, ann)
    of = report(engine, days=2)

    assert table(of, "copies").heads == ("Day", "Email", "Post", "Phone")
    assert rows(of, "copies") == [
        ("Mon 6 Jul", 2, 1, 0),
        ("Tue 7 Jul", 1, 0, 0),
    ]
    assert rows(of, "letters") == [
        ("Mon 6 Jul", 2, 4, 1, Decimal("0.87")),
        ("Tue 7 Jul", 0, 0, 0, Decimal(0)),
    ]
    assert of.summary == ("4 copies of 2 editions went out, 1 not by email.")
    # The newest edition has one copy that was taken so far.
    assert rows(of, "people") == [("Email", 1, 100)]
    assert rows(report(engine, days=1), "people") == [
        ("Email", 2, 50),
        ("Large print letter", 1, 25),
        ("Letter", 1, 25),
    ]


def test_refusals_are_told_by_their_codes_and_name_nobody(engine: Engine) -> None:
    a_stored_campaign(engine)
    people = [a_reader(engine, name) for name in ("ann", "bob", "cy", "dee", "eve")]
    edition_id = edition_on(engine, 0)
    answers = (
        "550 5.1.1 <ann@example.org> is not here",
        "550 5.1.1 <bob@example.org> unknown",
        "552 5.2.2 cy is over quota",
        "the address dee@ has no domain",
    )
    for each, answer in zip(people, answers, strict=False):
        ended(engine, edition_id, each, state=DeliveryState.REFUSED, reply=answer)
    ended(engine, edition_id, people[4], state=DeliveryState.UNCERTAIN)
    of = report(engine)

    assert rows(of, "refused") == [
        ("Refused", "There is no such address", 2),
        ("Refused", "The address is not one that mail can go to", 1),
        ("Refused", "The mailbox takes nothing: it is full or shut", 1),
        ("Uncertain", "Handed over, and no answer came", 1),
    ]
    assert "5 did not arrive" in of.summary
    assert not [
        name for name in ("ann", "bob", "dee@") if name in str(of.facts()).lower()
    ]


def test_what_came_back_is_told_with_why_and_a_delay_is_no_return(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    ann = a_reader(engine, "ann")
    edition_id = edition_on(engine, 0)
    ended(engine, edition_id, ann)
    kinds = {"hard": "5.1.1", "delayed": "4.0.0", "returned": "gone-away"}
    with writing(engine) as connection:
        for kind, status in kinds.items():
            connection.execute(
                insert(bounce).values(
                    mark=kind,
                    edition_id=edition_id,
                    reader_id=ann,
                    kind=kind,
                    status=status,
                    recorded_at=EIGHT,
                )
            )

    assert sorted(rows(report(engine), "refused")) == [
        ("Email came back", "The address is gone", 1),
        ("Letter came back", "Gone away", 1),
    ]


def test_readers_are_gained_and_lost_each_once(engine: Engine) -> None:
    a_stored_campaign(engine)
    ids = [a_reader(engine, name) for name in ("ann", "bob", "cy", "dee", "eve")]
    later = EIGHT + DAY
    with writing(engine) as connection:
        campaign_id = campaigns.by_name(connection, "lantern-week").id
        rows_of = connection.execute(select(reader.c.id, reader.c.subscriber_id))
        who = {row.id: row.subscriber_id for row in rows_of}
        ann, bob, cy, dee, _ = (who[number] for number in ids)
        for person, means in ((ann, LeavingMeans.LINK), (bob, LeavingMeans.PHONE)):
            departures.leave(connection, campaign_id, person, means, later)
        departures.come_back(connection, campaign_id, bob, later + DAY)
        connection.execute(
            update(subscription)
            .where(subscription.c.subscriber_id == cy)
            .values(ended_at=later, ended_reason="asked by post")
        )
        connection.execute(
            update(subscription)
            .where(subscription.c.subscriber_id == dee)
            .values(ended_at=later, ended_reason="erased")
        )
        connection.execute(
            update(subscriber).where(subscriber.c.id == dee).values(erased_at=later)
        )
    of = report(engine, days=3, first="2026-07-06")

    assert rows(of, "readers") == [
        ("Mon 6 Jul", 5, 0),
        ("Tue 7 Jul", 0, 4),
        ("Wed 8 Jul", 1, 0),
    ]
    assert sorted(rows(of, "left")) == [
        ("Erased", 1),
        ("Left by the link in an edition", 1),
        ("Left, as they said by phone", 1),
        ("Taken off the lists", 1),
    ]


def test_needs_that_were_not_met_are_readers_now_and_copies_then(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    a_reader(engine, "ivy", format="braille")
    a_reader(engine, "jo", email=None)
    for day in range(2):
        edition_on(engine, day)
    of = report(engine, days=2)

    assert rows(of, "needs") == [
        ("Needs braille, which is not made yet", "Readers now", 1),
        (
            "Needs braille, which is not made yet: take the news to them by hand",
            "Copies not made",
            2,
        ),
        (
            "No email address and no postal address is held: add one",
            "Copies not made",
            2,
        ),
    ]


def test_rehearsals_and_live_editions_are_never_counted_together(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    ann = a_reader(engine, "ann")
    practice = in_mode(engine, Mode.PRACTICE)
    ended(engine, edition_on(practice, 0), ann)

    assert rows(report(practice), "copies") == [("Mon 6 Jul", 1, 0, 0)]
    assert report(practice).is_of_rehearsals
    assert report(engine).summary == "No edition had its time in these days."


def test_a_file_holds_what_the_table_does_and_no_formula(engine: Engine) -> None:
    a_stored_campaign(engine)
    of = table(report(engine), "copies")
    shady = ReportTable("x", "X", "", ("Why", "Copies"), (("=1+1", 2),))

    assert report_csv(of).splitlines() == ["Day,Email,Post,Phone", "Mon 6 Jul,0,0,0"]
    assert report_csv(shady).splitlines()[1] == "'=1+1,2"


def test_a_report_asks_the_database_as_often_whatever_there_is(engine: Engine) -> None:
    a_stored_campaign(engine)
    with counting(engine) as few:
        report(engine)
    people = [a_reader(engine, f"p{number}") for number in range(12)]
    for day in range(12):
        edition_id = edition_on(engine, day)
        ended(engine, edition_id, people[day])
    with counting(engine) as many:
        report(engine, days=12)

    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(delivery)) == 144
    # The page asks who is there besides, with two more.
    selects = [statement for statement in many if "SELECT" in statement]
    assert len(few) == len(many)
    assert len(selects) <= 8
