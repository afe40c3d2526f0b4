"""Letters in place of emails, and calls, go to those who agreed to them."""

from datetime import datetime

import pytest
from sqlalchemy import Engine, select, update

from digest.audience.offers import channel_offers
from digest.model.formats import HTML, PHONE, Channel
from digest.model.people.channel_choice import INSTEAD
from digest.model.people.channel_offers import (
    OfferKey,
    OfferMeans,
    agreement_on_record,
    has_asked_for_calls,
)
from digest.model.people.person import Consent
from digest.store.base.engine import reading, writing
from digest.store.base.tables import subscriber, subscription
from digest.store.delivery.calling import calls
from digest.store.people.kinds.permissions import agreed_to_calls, agreed_to_letters
from digest.store.people.readers import has_address
from digest.store.reports.editions import edition_copies, unserved
from digest.store.staff.rounds import ALL_ROUNDS
from tests.builders import EIGHT, a_post
from tests.integration.test_planning import an_open_edition, run
from tests.lists import HASHER, imported
from tests.lost_people import four_lost
from tests.stored import a_stored_campaign, posts_accepted

HEAD = (
    "name,email,phone,address_1,address_2,postcode,format,consent_basis,consent_wording"
)
HOME = "1 Example Street,EXAMPLETON,ZZ99 1AA"
BASES = (
    *("consent", "Consent by form", "opted in", "opt-in", "double opt in"),
    *("did not ask", "no consent", "not opted in", "soft opt-in", "without consent"),
    *("public task", "", "consented", "noconsent"),
)
WORDINGS = (
    *("Please send me letters", "a LETTER, please", "by post", "On paper."),
    *("Newsletter by email", "newsletters", "post by email", "", "By\npost"),
    *("letter-box", "(letters)", "Életter", "e-letters2"),
)


@pytest.mark.parametrize("basis", BASES)
def test_the_database_finds_the_agreements_that_the_program_does(
    engine: Engine, basis: str
) -> None:
    a_stored_campaign(engine)
    rows = [f"Ann {n},ann{n}@example.org,,{n} Ex" for n in range(len(WORDINGS))]
    home = HOME.removeprefix("1 Ex")
    report = imported(engine, *(f"{row}{home},,," for row in rows), head=HEAD)
    assert report.added == len(WORDINGS), report.problems
    with writing(engine) as connection:
        for who, wording in enumerate(WORDINGS, 1):
            values = {
                "consent_basis": basis or None,
                "consent_wording": wording or None,
            }
            mine = subscription.c.subscriber_id == who
            connection.execute(update(subscription).where(mine).values(**values))

    with reading(engine) as connection:
        columns = (subscriber.c.id, agreed_to_letters(has_address()).label("yes"))
        matching = {
            row.id: bool(row.yes) for row in connection.execute(select(*columns))
        }
    way = INSTEAD[Channel.EMAIL]
    agreed = {
        who: bool(agreement_on_record([Consent(basis, wording=wording)], way))
        for who, wording in enumerate(WORDINGS, 1)
    }
    assert matching == agreed


@pytest.mark.parametrize("wanted", ["phone", "html", None])
@pytest.mark.parametrize("basis", ["consent", "did not ask", None, "public task"])
def test_the_database_finds_who_asked_for_calls_as_the_program_does(
    engine: Engine, basis: str | None, wanted: str | None
) -> None:
    a_stored_campaign(engine)
    imported(engine, "Cy Example,,01632 960155,,,,,,", head=HEAD)
    with writing(engine) as connection:
        connection.execute(update(subscription).values(consent_basis=basis))
        connection.execute(update(subscriber).values(format=wanted))

    with reading(engine) as connection:
        matching = connection.scalar(select(agreed_to_calls()).select_from(subscriber))
    fmt = {"phone": PHONE, "html": HTML, None: None}[wanted]
    assert bool(matching) is has_asked_for_calls(fmt, [Consent(basis or "")])


def planned(
    engine: Engine, title: str = "One", slot: datetime = EIGHT
) -> tuple[dict[tuple[str, str], int], dict[str, str]]:
    """Plan an edition of a post; return its copies, and why some have none."""
    posts_accepted(engine, [a_post(title, title=title)])
    number = an_open_edition(engine, "daily", slot)
    run(engine, number, slot)
    with reading(engine) as connection:
        copies = dict(edition_copies.copies(connection, number))
        missing = unserved.not_served(connection, number)
    return copies, {each.name: each.reason for each in missing}


def test_a_dead_email_becomes_letters_for_who_agreed_and_an_offer_for_others(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    four_lost(engine)

    copies, missing = planned(engine, slot=EIGHT.replace(day=7))

    # Ann's permission names letters; Bea's does not; of Cy no address is held.
    assert copies == {("post", "planned"): 1}
    assert "have not agreed to letters" in missing["Bea Example"]
    assert "no postal address is held" in missing["Cy Example"]
    key = OfferKey(2, Channel.EMAIL)
    with writing(engine) as connection:
        waiting = channel_offers.offers(connection, HASHER, 9)
        assert key in {each.key for each in waiting}
        channel_offers.take_up(connection, HASHER, key, OfferMeans.PHONE, EIGHT)
    copies, _ = planned(engine, "Two", EIGHT.replace(day=8))
    assert copies == {("post", "planned"): 2}


def test_nobody_is_rung_for_having_a_number(engine: Engine) -> None:
    a_stored_campaign(engine)
    imported(
        engine,
        "Cy Example,,01632 960155,,,,,,",
        "Di Example,,01632 960156,,,,phone,did not ask,",
        "Ed Example,,01632 960157,,,,phone,,",
        head=HEAD,
    )

    copies, missing = planned(engine)

    assert copies == {("phone", "planned"): 1}
    assert sorted(missing) == ["Cy Example", "Di Example"]
    assert all("not that they want to be rung" in why for why in missing.values())


def test_who_wants_no_calls_any_more_is_on_no_list(engine: Engine) -> None:
    a_stored_campaign(engine)
    imported(engine, "Ed Example,,01632 960157,,,,phone,,", head=HEAD)
    planned(engine)
    with writing(engine) as connection:
        connection.execute(update(subscription).values(consent_basis="did not ask"))
        [call] = calls.to_make(connection, ALL_ROUNDS, EIGHT, 9)
        assert calls.end_useless(connection, call.key.edition_id, EIGHT) == 1
        assert calls.to_make(connection, ALL_ROUNDS, EIGHT, 9) == []
