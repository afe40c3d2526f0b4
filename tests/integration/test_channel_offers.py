"""Another channel for whom one does not reach: offered, agreed to, and undone."""

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, update
from starlette.testclient import TestClient

from digest.audience.erasing import erase
from digest.audience.offers import channel_offers
from digest.audience.subject_access import everything
from digest.bootstrap import App
from digest.errors import DigestError, NotFound
from digest.model.delivery.calls import UNANSWERED, CallOutcome, CallReport
from digest.model.delivery.incoming_mail import IncomingNote, IncomingState, MailDoor
from digest.model.editions.mode import Mode
from digest.model.formats import Channel
from digest.model.people.channel_choice import INSTEAD
from digest.model.people.channel_offers import (
    OfferKey,
    OfferMeans,
    agreement_on_record,
    cause_in_words,
)
from digest.model.people.person import Consent, PersonKeys, phone_key
from digest.model.roles import Role
from digest.schedule.reports.troubles.of_returns import of_returns
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.base.tables import (
    call_attempt,
    channel_offer,
    edition,
    reader,
    subscriber,
    subscription,
    suppression,
)
from digest.store.delivery.incoming import incoming_mail
from digest.store.people import channel_offers as stored_offers
from digest.store.people import suppressions
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.fakes.sending import HandWoundClock
from tests.integration.test_calls import NUMBER, a_desk, an_edition_to_ring
from tests.lists import HASHER
from tests.lost_people import four_lost
from tests.staff import signed_in
from tests.stored import a_stored_campaign

BY_POST, BY_EMAIL = OfferKey(4, Channel.POST), OfferKey(1, Channel.EMAIL)
BY_PHONE = (1, Channel.PHONE)
OURS = {"Origin": SITE}


@pytest.fixture
def lost(engine: Engine) -> Engine:
    """Give four people of whom something came back by every channel."""
    a_stored_campaign(engine)
    four_lost(engine)
    return engine


def waiting(engine: Engine) -> list[tuple[int, str, bool, bool]]:
    with reading(engine) as connection:
        return [
            (each.key.person_id, each.key.lost, each.can_change, bool(each.agreement))
            for each in channel_offers.offers(connection, HASHER, 9)
        ]


def format_of(engine: Engine, person: int) -> str | None:
    with reading(engine) as connection:
        query = select(subscriber.c.format).where(subscriber.c.id == person)
        return connection.scalar(query)


def test_who_is_not_reached_by_what_they_asked_for_is_offered_the_other(
    lost: Engine,
) -> None:
    assert sorted(waiting(lost)) == [
        (1, "email", True, True),
        (2, "email", True, False),
        (3, "email", False, False),
        # Her email bounced too, but she wants letters; and it takes no mail.
        (4, "post", False, False),
    ]
    with reading(lost) as connection:
        [trouble] = of_returns(connection)
    assert trouble.what == "4 readers are not reached any more by what they asked for."


def test_nothing_is_offered_to_who_has_left_complained_died_or_is_no_more(
    lost: Engine,
) -> None:
    with writing(lost) as connection:
        connection.execute(
            update(suppression)
            .where(suppression.c.target_hash.in_(select(subscriber.c.email_hash)))
            .where(suppression.c.channel == "email")
            .values(reason="complaint")
        )
        connection.execute(
            update(suppression)
            .where(suppression.c.channel == "post")
            .values(reason="letter 4.1 came back: has died")
        )
    assert waiting(lost) == []
    with writing(lost) as connection:
        connection.execute(update(suppression).values(reason="bounced: 5.1.1"))
        connection.execute(
            update(subscription)
            .where(subscription.c.subscriber_id == 1)
            .values(ended_at=EIGHT)
        )
    erase(lost, HASHER, "2", EIGHT)
    assert [each[0] for each in waiting(lost)] == [3]


def test_nobody_is_moved_who_did_not_agree(lost: Engine) -> None:
    by_record, by_phone = OfferMeans.RECORD, OfferMeans.PHONE
    for key, means, words in (
        (OfferKey(2, Channel.EMAIL), by_record, "no permission of theirs"),
        (OfferKey(3, Channel.EMAIL), by_phone, "no postal address"),
        (BY_POST, by_phone, "no email address is held that takes"),
        (OfferKey(1, Channel.POST), by_phone, "nothing is offered to them"),
    ):
        with (
            writing(lost) as connection,
            pytest.raises(DigestError, match=words),
        ):
            channel_offers.take_up(connection, HASHER, key, means, EIGHT)
    with writing(lost) as connection, pytest.raises(NotFound):
        channel_offers.dismiss(connection, HASHER, OfferKey(99, Channel.POST), EIGHT)
    assert len(waiting(lost)) == 4


def test_an_offer_is_taken_up_or_let_be_and_either_is_undone(lost: Engine) -> None:
    later = EIGHT + timedelta(hours=1)
    second = OfferKey(2, Channel.EMAIL)
    with writing(lost) as connection:
        record, phone = OfferMeans.RECORD, OfferMeans.PHONE
        channel_offers.take_up(connection, HASHER, BY_EMAIL, record, later)
        channel_offers.take_up(connection, HASHER, second, phone, later)
        channel_offers.dismiss(connection, HASHER, BY_POST, later)
    assert [format_of(lost, each) for each in (1, 2)] == ["letter", "letter"]
    assert [each[0] for each in waiting(lost)] == [3]
    with reading(lost) as connection:
        record_of_bea = everything(connection, HASHER, "2")
    assert [(each["outcome"], each["means"]) for each in record_of_bea["offers"]] == [
        ("changed", "phone")
    ]
    assert any("took up the offer" in str(act) for act in record_of_bea["acts"])

    with writing(lost) as connection:
        for key in (BY_EMAIL, second, BY_POST):
            channel_offers.undo(connection, HASHER, key, later)
        with pytest.raises(NotFound):
            channel_offers.undo(connection, HASHER, BY_POST, later)
    assert [format_of(lost, each) for each in (1, 2)] == [None, "html"]
    assert len(waiting(lost)) == 4


def test_a_choice_of_their_own_outlives_an_undo_and_an_erasure_leaves_nothing(
    lost: Engine,
) -> None:
    with writing(lost) as connection:
        channel_offers.take_up(connection, HASHER, BY_EMAIL, OfferMeans.RECORD, EIGHT)
        chosen = update(subscriber).where(subscriber.c.id == 1)
        connection.execute(chosen.values(format="large-print"))
        channel_offers.undo(connection, HASHER, BY_EMAIL, EIGHT)
    assert format_of(lost, 1) == "large-print"

    with writing(lost) as connection:
        channel_offers.dismiss(connection, HASHER, BY_POST, EIGHT)
    erase(lost, HASHER, "4", EIGHT)
    with reading(lost) as connection:
        assert connection.execute(select(channel_offer)).all() == []


def test_an_address_that_is_lost_anew_is_offered_anew(lost: Engine) -> None:
    with writing(lost) as connection:
        channel_offers.dismiss(connection, HASHER, BY_EMAIL, EIGHT)
        target = HASHER.of_address("ann@example.org")
        suppressions.lift(connection, {"email": target}, EIGHT)
    assert 1 not in {each[0] for each in waiting(lost)}
    with writing(lost) as connection:
        again = EIGHT + timedelta(days=9)
        suppressions.add(connection, {"email": target}, "bounced: 5.1.1", again)
    assert 1 in {each[0] for each in waiting(lost)}


@pytest.mark.parametrize(
    ("wording", "basis", "channel", "is_one"),
    [
        ("Please send me letters", "consent", Channel.EMAIL, True),
        ("on PAPER please", "consent", Channel.EMAIL, True),
        ("Newsletter by email", "consent", Channel.EMAIL, False),
        ("Newsletter by e-mail", "consent", Channel.POST, True),
        ("Please send me letters", "did not ask", Channel.EMAIL, False),
        ("", "consent", Channel.POST, False),
        ("Newsletter by email, no letters", "consent", Channel.EMAIL, False),
        ("Please don\u2019t send letters", "consent", Channel.EMAIL, False),
        ("Stop the letters", "consent", Channel.EMAIL, False),
        ("No calls. Letters are fine", "consent", Channel.EMAIL, True),
    ],
)
def test_a_permission_is_for_what_its_words_name(
    wording: str, basis: str, channel: Channel, *, is_one: bool
) -> None:
    consent = Consent(basis, "form", "2026-07-01", wording)

    assert bool(agreement_on_record([consent], INSTEAD[channel])) is is_one


def rung(engine: Engine, *outcomes: CallOutcome) -> None:
    """Write down that the only one who is rung was, an hour after the other."""
    with writing(engine) as connection:
        for outcome in outcomes:
            count = select(func.count()).select_from(call_attempt)
            hours = connection.scalar(count) or 0
            row = connection.execute(
                select(reader.c.id, subscriber.c.phone_hash).where(
                    reader.c.subscriber_id == subscriber.c.id
                )
            ).one()
            connection.execute(
                insert(call_attempt).values(
                    edition_id=1,
                    reader_id=row.id,
                    outcome=outcome,
                    caller="dilwyn",
                    at=EIGHT + timedelta(hours=hours),
                    phone_hash=row.phone_hash,
                    tries_before=0,
                )
            )


@pytest.fixture
def unheard(engine: Engine) -> Engine:
    """Give somebody who is rung, and of whom an address is held."""
    an_edition_to_ring(engine)
    with writing(engine) as connection:
        where = {"address": ["1 Example Street", "Exampleton"], "postcode": "ZZ99 1AA"}
        hashed = HASHER.hashed(PersonKeys(phone=phone_key("Edwin", NUMBER)))
        hashes = {"phone_hash": hashed.phone, "post_hash": "post", "format": "phone"}
        connection.execute(update(subscriber).values(**where, **hashes))
    return engine


def offered(engine: Engine) -> list[tuple[int, str]]:
    return [each[:2] for each in waiting(engine)]


def test_who_never_answers_the_phone_is_offered_letters(unheard: Engine) -> None:
    rung(unheard, *[CallOutcome.NO_ANSWER] * (UNANSWERED - 1), CallOutcome.SPOKEN)
    rung(unheard, *[CallOutcome.NO_ANSWER] * (UNANSWERED - 1))
    assert offered(unheard) == []
    rung(unheard, CallOutcome.NO_ANSWER)

    assert offered(unheard) == [BY_PHONE]
    with reading(unheard) as connection:
        [offer] = channel_offers.offers(connection, HASHER, 9)
        assert stored_offers.count_waiting(connection) == 1
    assert cause_in_words(offer.cause) == (
        "nobody answers their phone (no answer to 5 calls)"
    )


def test_who_answers_no_call_any_more_is_offered_letters_anew(unheard: Engine) -> None:
    rung(unheard, *[CallOutcome.NO_ANSWER] * UNANSWERED)
    with writing(unheard) as connection:
        channel_offers.dismiss(connection, HASHER, OfferKey(*BY_PHONE), EIGHT)
    rung(unheard, CallOutcome.NO_ANSWER)
    assert offered(unheard) == []
    rung(unheard, CallOutcome.LATER, *[CallOutcome.NO_ANSWER] * UNANSWERED)
    assert offered(unheard) == [BY_PHONE]


def test_an_offer_of_letters_for_calls_is_taken_up_and_undone(unheard: Engine) -> None:
    rung(unheard, *[CallOutcome.NO_ANSWER] * UNANSWERED)
    key, later = OfferKey(*BY_PHONE), EIGHT + timedelta(days=9)
    with writing(unheard) as connection:
        channel_offers.take_up(connection, HASHER, key, OfferMeans.VISIT, later)
    assert (format_of(unheard, 1), offered(unheard)) == ("letter", [])
    with writing(unheard) as connection:
        channel_offers.undo(connection, HASHER, key, later)
    assert (format_of(unheard, 1), offered(unheard)) == ("phone", [BY_PHONE])


def test_calls_that_were_practised_or_to_another_number_lose_nobody(
    unheard: Engine,
) -> None:
    rung(unheard, *[CallOutcome.NO_ANSWER] * UNANSWERED)
    for change in (
        update(edition).values(mode=Mode.PRACTICE),
        update(subscriber).values(phone_hash="of another number"),
    ):
        with unheard.begin() as connection:
            connection.execute(change)
            assert stored_offers.waiting(connection, 9) == []
            connection.rollback()
    assert offered(unheard) == [BY_PHONE]


def test_whose_number_is_somebody_elses_is_offered_letters_once(
    engine: Engine,
) -> None:
    _, [key] = an_edition_to_ring(engine)
    with writing(engine) as connection:
        connection.execute(update(subscriber).values(format="phone"))
    rung(engine, *[CallOutcome.NO_ANSWER] * UNANSWERED)
    a_desk(engine, HandWoundClock()).write_down(
        str(key), CallReport(CallOutcome.WRONG_NUMBER)
    )

    assert [each[:3] for each in waiting(engine)] == [(1, "phone", False)]


def test_what_was_lost_twice_is_one_offer_and_a_wish_makes_it_none(
    lost: Engine,
) -> None:
    target = {"email": HASHER.of_address("ann@example.org")}
    with writing(lost) as connection:
        suppressions.add(connection, target, "bounced: 5.2.1", EIGHT)
    assert [each[0] for each in waiting(lost)].count(1) == 1
    with writing(lost) as connection:
        suppressions.add(connection, target, "complaint", EIGHT)
    assert 1 not in {each[0] for each in waiting(lost)}


@pytest.fixture
def desk(lost: Engine, tmp_path: Path) -> Iterator[TestClient]:
    """Yield a client that Priya is signed in on, who may edit."""
    app = App(Settings(data_dir=tmp_path), lost, lambda: EIGHT, "s" * 40)
    object.__setattr__(app, "hasher", HASHER)
    with TestClient(make_app(app), base_url=SITE, headers=OURS) as client:
        signed_in(client, app, Role.EDITOR, "Priya")
        yield client


def test_the_page_shows_what_helps_and_does_it(desk: TestClient, lost: Engine) -> None:
    page = unescape(desk.get("/desk/returns").text)
    assert "By email, 3" in page
    assert "Their email address does not exist (bounced: 5.1.1), since" in page
    assert "Their permission says: <q>Email me. By post if it fails</q>" in page
    assert 'href="tel:01632960155"' in page
    assert "We hold no other address that takes mail." in page

    unsaid = desk.post("/desk/returns/2/email/accept", data={})
    assert (unsaid.status_code, "Choose how they agreed" in unsaid.text) == (422, True)
    done = desk.post("/desk/returns/2/email/accept", data={"means": "phone"})
    assert "Changed: what comes next" in done.text
    assert format_of(lost, 2) == "letter"
    desk.post("/desk/returns/2/email/undo")
    assert format_of(lost, 2) == "html"
    assert desk.post("/desk/returns/2/email/melt").status_code == 422
    assert desk.post("/desk/returns/2/pigeon/accept").status_code == 404
    timeline = desk.get("/desk/people/2").text
    assert "Took up the offer of another channel for" in timeline


def test_an_email_that_nobody_understood_waits_until_somebody_looked(
    desk: TestClient, lost: Engine
) -> None:
    note = IncomingNote(
        "m", MailDoor.MAILBOX, IncomingState.NOT_UNDERSTOOD, "it cannot be taken apart"
    )
    with writing(lost) as connection:
        incoming_mail.note(connection, note, EIGHT)
    assert "Not understood, 1" in desk.get("/desk/returns").text

    assert desk.post("/desk/returns/mail", data={"mail": "1"}).status_code == 200
    assert "Not understood" not in desk.get("/desk/returns").text
    for nonsense in ("", "-1", "9" * 30, "2"):
        answer = desk.post("/desk/returns/mail", data={"mail": nonsense})
        assert answer.status_code == 200
