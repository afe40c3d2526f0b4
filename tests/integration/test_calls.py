"""Readers who are rung: planned like others, and what callers write down of them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from digest.audience.editing import edit
from digest.audience.erasing import erase
from digest.audience.hashing import KeyedHasher
from digest.audience.subject_access import everything
from digest.compose import stopping
from digest.compose.variants import composed
from digest.deliver import limits
from digest.deliver.calling.call_desk import CallDesk
from digest.errors import DigestError, NotFound
from digest.model.delivery.calls import (
    RING_AGAIN_AFTER,
    WRONG_NUMBER,
    CallOutcome,
    CallReport,
)
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.formats import LETTER
from digest.model.people.person import PersonKeys, phone_key
from digest.schedule.readers.phone_wishes import ReaderWishes
from digest.schedule.reports.status import status_of
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import (
    call_attempt,
    delivery,
    departure,
    edition,
    reader,
    subscriber,
    suppression,
)
from digest.store.delivery.calling import attempts, calls
from digest.store.delivery.calling.calls import Call
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.editions import editions
from digest.store.holds import holds
from digest.store.people import suppressions
from digest.store.reports.editions import edition_copies, unserved
from digest.store.staff.rounds import ALL_ROUNDS, VisibleRounds
from tests.builders import EIGHT, a_post
from tests.fakes.sending import HandWoundClock
from tests.integration.test_planning import an_open_edition, run, titles_by_reader
from tests.stored import a_reader, a_stored_campaign, posts_accepted

HASHER = KeyedHasher("a secret")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NUMBER = "01632 960 110"


def a_reader_by_phone(engine: Engine, name: str, **person: object) -> int:
    fields = {"email": None, "format": "phone", "phone": NUMBER} | person
    return a_reader(engine, name, "daily", **fields)


def a_desk(engine: Engine, clock: HandWoundClock) -> CallDesk:
    return CallDesk(engine, ReaderWishes(HASHER), clock)


def calls_to_make(
    engine: Engine, of: VisibleRounds = ALL_ROUNDS, now: datetime = EIGHT
) -> list[Call]:
    with reading(engine) as connection:
        return calls.to_make(connection, of, now, 9)


def an_edition_to_ring(engine: Engine, *names: str) -> tuple[int, list[DeliveryKey]]:
    """Plan an edition of one post for people who are rung."""
    a_stored_campaign(engine)
    readers = [a_reader_by_phone(engine, name) for name in names or ("edwin",)]
    posts_accepted(engine, [a_post()])
    number = an_open_edition(engine, "daily", EIGHT)
    assert run(engine, number, EIGHT) is EditionState.PLANNED
    return number, [DeliveryKey(number, reader_id) for reader_id in readers]


def state_of(engine: Engine, key: DeliveryKey) -> tuple[str, bool]:
    with reading(engine) as connection:
        row = connection.execute(
            select(delivery.c.state, delivery.c.owes).where(
                delivery.c.edition_id == key.edition_id,
                delivery.c.reader_id == key.reader_id,
            )
        ).one()
    return row.state, row.owes


def test_who_is_rung_gets_the_posts_that_others_get(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    a_reader(engine, "bob", email=None, format="letter", address=["1 Example Street"])
    a_reader_by_phone(engine, "edwin")
    a_reader_by_phone(engine, "dora", phone=None)
    posts_accepted(engine, [a_post("one", title="One"), a_post("two", title="Two")])
    number = an_open_edition(engine, "daily", EIGHT)
    run(engine, number, EIGHT)

    titles = titles_by_reader(engine)
    assert len(titles) == 3
    assert len({tuple(sorted(each)) for each in titles.values()}) == 1
    with reading(engine) as connection:
        copies = edition_copies.copies(connection, number)
        [missing] = unserved.not_served(connection, number)
    assert copies == {
        ("email", "planned"): 1,
        ("phone", "planned"): 1,
        ("post", "planned"): 1,
    }
    assert (missing.name, missing.reason) == (
        "Dora",
        "wants a phone call, but no phone number is held: add one",
    )


def test_who_was_spoken_to_has_the_edition_and_it_ends(engine: Engine) -> None:
    number, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())

    call = desk.write_down(str(key), CallReport(CallOutcome.SPOKEN, "About the bus."))
    again = desk.write_down(str(key), CallReport(CallOutcome.SPOKEN))

    assert (call.state, call.reply, call.attempts) == ("accepted", "spoken to", 1)
    assert again == call
    assert calls_to_make(engine) == []
    with reading(engine) as connection:
        assert editions.get(connection, number).state is EditionState.SENT
        [attempt] = attempts.of_call(connection, key)
    assert (attempt.note, attempt.caller) == ("About the bus.", "the program")
    with pytest.raises(DigestError, match="is over: spoken to"):
        desk.write_down(str(key), CallReport(CallOutcome.NO_ANSWER))


def test_status_says_how_many_calls_of_an_edition_are_to_be_made(
    engine: Engine,
) -> None:
    an_edition_to_ring(engine, "edwin", "ama")
    [facts] = status_of(engine, EIGHT)["editions"]

    assert (facts["mode"], facts["calls_to_make"]) == ("live", 2)


def test_no_answer_waits_and_is_tried_again_in_its_time(engine: Engine) -> None:
    _, [key, other] = an_edition_to_ring(engine, "edwin", "ama")
    desk = a_desk(engine, HandWoundClock())

    desk.write_down(str(key), CallReport(CallOutcome.NO_ANSWER, after=0))
    with pytest.raises(DigestError, match="somebody else has just"):
        desk.write_down(str(key), CallReport(CallOutcome.NO_ANSWER, after=0))
    first, later = calls_to_make(engine)

    assert (first.key, later.key) == (other, key)
    assert (later.attempts, later.reply) == (1, "no answer")
    assert later.next_attempt_at == EIGHT + RING_AGAIN_AFTER
    assert later.waits(EIGHT + RING_AGAIN_AFTER - timedelta(seconds=1))
    assert not later.waits(EIGHT + RING_AGAIN_AFTER)


def test_calls_that_nobody_makes_go_with_the_next_edition_once(engine: Engine) -> None:
    first, [key, spoken] = an_edition_to_ring(engine, "edwin", "ama")
    a_desk(engine, HandWoundClock()).write_down(
        str(spoken), CallReport(CallOutcome.SPOKEN)
    )
    posts_accepted(engine, [a_post(), a_post("two", title="Two")])
    second = an_open_edition(engine, "daily", EIGHT + DAY)
    run(engine, second, EIGHT + DAY)

    assert state_of(engine, key) == ("expired", False)
    assert {call.key.edition_id for call in calls_to_make(engine)} == {second}
    with reading(engine) as connection:
        titles = {
            call.key.reader_id: {item.title for item in composition.variant.items}
            for call in calls.to_make(connection, ALL_ROUNDS, EIGHT, 9)
            if (composition := composed(connection, call.variant_id))
        }
    assert titles == {
        key.reader_id: {"The kettle is always on", "Two"},
        spoken.reader_id: {"Two"},
    }
    assert first != second


def test_a_call_is_of_use_until_the_edition_expires(engine: Engine) -> None:
    number, [key] = an_edition_to_ring(engine)
    with reading(engine) as connection:
        until = editions.get(connection, number).deliver_by
    assert until is not None

    with writing(engine) as connection:
        assert calls.end_useless(connection, number, until - timedelta(seconds=1)) == 0
        assert calls.end_useless(connection, number, until) == 1
    assert state_of(engine, key) == ("expired", True)


def test_a_wrong_number_is_rung_no_more_and_the_next_one_is(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    a_reader(engine, "ann")
    hashed = HASHER.hashed(PersonKeys(phone=phone_key("Edwin", NUMBER)))
    with writing(engine) as connection:
        edwin = subscriber.c.name == "Edwin"
        values = {"phone_hash": hashed.phone}
        connection.execute(update(subscriber).where(edwin).values(**values))
    desk = a_desk(engine, HandWoundClock())

    assert (
        desk.write_down(str(key), CallReport(CallOutcome.WRONG_NUMBER)).state
        is DeliveryState.CANCELLED
    )
    with reading(engine) as connection:
        assert connection.scalars(select(suppression.c.reason)).all() == [
            f"{WRONG_NUMBER}: call {key}"
        ]
    posts_accepted(engine, [a_post(), a_post("two")])
    second = an_open_edition(engine, "daily", EIGHT + DAY)
    run(engine, second, EIGHT + DAY)
    with reading(engine) as connection:
        [missing] = unserved.not_served(connection, second)
    assert missing.reason == "calls to this number are suppressed"
    with writing(engine) as connection:
        edited = edit(connection, HASHER, "Edwin", {"phone": "01632 960 111"}, EIGHT)
    assert edited.suppressed == {}


def test_a_wrong_number_of_before_a_change_silences_that_alone(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk, wrong = a_desk(engine, HandWoundClock()), CallOutcome.WRONG_NUMBER
    with writing(engine) as connection:
        edit(connection, HASHER, "Edwin", {"phone": "01632 960 111"}, EIGHT)

    # As a sheet has it that was printed before.
    call = desk.write_down(str(key), CallReport(wrong, number="+44 1632 960110"))

    assert (call.state, call.attempts) == (DeliveryState.PLANNED, 1)
    assert [each.phone for each in calls_to_make(engine)] == ["01632 960 111"]
    rung, now = (
        HASHER.hashed(PersonKeys(phone=phone_key("Edwin", number))).phone
        for number in (NUMBER, "01632 960 111")
    )
    with reading(engine) as connection:
        assert connection.scalars(select(suppression.c.target_hash)).all() == [rung]
        assert connection.scalars(select(call_attempt.c.phone_hash)).all() == [rung]
    taken_back = desk.take_back(str(key))
    assert taken_back.call.attempts == 0
    with reading(engine) as connection:
        assert connection.scalars(select(suppression.c.target_hash)).all() == []

    call = desk.write_down(str(key), CallReport(wrong, number="01632 960111"))
    assert call.state is DeliveryState.CANCELLED
    with reading(engine) as connection:
        assert connection.scalars(select(suppression.c.target_hash)).all() == [now]


def test_who_asks_to_stop_has_left_by_phone(engine: Engine) -> None:
    number, [key] = an_edition_to_ring(engine)
    with writing(engine) as connection:
        holds.place(connection, holds.Hold(EIGHT, holds.PAUSED), EIGHT)

    desk = a_desk(engine, HandWoundClock())
    with pytest.raises(DigestError):
        desk.write_down(str(key), CallReport(CallOutcome.SPOKEN))
    desk.write_down(str(key), CallReport(CallOutcome.STOP))

    with reading(engine) as connection:
        assert connection.scalars(select(departure.c.means)).all() == ["phone"]
        assert editions.get(connection, number).state is EditionState.SENT
    assert calls_to_make(engine) == []


def test_who_wants_letters_gets_them_with_what_the_call_had(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    with writing(engine) as connection:
        where = {"address": ["1 Example Street", "Exampleton"], "postcode": "ZZ99 1AA"}
        connection.execute(update(subscriber).values(**where))
    desk = a_desk(engine, HandWoundClock())

    with pytest.raises(DigestError, match="one of html, plain, letter, large-print"):
        desk.write_down(str(key), CallReport(CallOutcome.ANOTHER_WAY))
    desk.write_down(str(key), CallReport(CallOutcome.ANOTHER_WAY, format=LETTER))

    assert state_of(engine, key) == ("cancelled", True)
    second = an_open_edition(engine, "daily", EIGHT + DAY)
    posts_accepted(engine, [a_post(), a_post("two", title="Two")])
    run(engine, second, EIGHT + DAY)
    with reading(engine) as connection:
        assert edition_copies.copies(connection, second) == {("post", "planned"): 1}


@pytest.mark.parametrize("outcome", CallOutcome, ids=str)
def test_every_outcome_is_taken_back_for_a_day(
    engine: Engine, outcome: CallOutcome
) -> None:
    number, [key] = an_edition_to_ring(engine)
    clock = HandWoundClock()
    desk = a_desk(engine, clock)
    wanted = LETTER if outcome is CallOutcome.ANOTHER_WAY else None
    with pytest.raises(DigestError, match="nothing is written down"):
        desk.take_back(str(key))

    desk.write_down(str(key), CallReport(outcome, format=wanted))
    clock.now = EIGHT + limits.CALL_UNDO + timedelta(seconds=1)
    with pytest.raises(DigestError, match="more than a day old"):
        desk.take_back(str(key))
    clock.now = EIGHT + limits.CALL_UNDO
    assert desk.take_back(str(key)).attempt.outcome is outcome

    [call] = calls_to_make(engine)
    assert (call.key, call.state, call.attempts) == (key, "planned", 0)
    assert call.next_attempt_at is None
    assert state_of(engine, key) == ("planned", False)
    with reading(engine) as connection:
        assert connection.execute(select(suppression)).all() == []
        assert connection.execute(select(call_attempt)).all() == []
        assert editions.get(connection, number).state is not EditionState.SENT
        assert connection.scalars(select(reader.c.format)).all() == ["phone"]
    report = CallReport(CallOutcome.SPOKEN)
    assert desk.write_down(str(key), report).state is DeliveryState.ACCEPTED


def test_what_the_next_edition_took_over_is_not_rung_for_twice(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    clock = HandWoundClock()
    desk = a_desk(engine, clock)
    desk.write_down(str(key), CallReport(CallOutcome.STOP))
    with writing(engine) as connection:
        connection.execute(update(delivery).values(owes=False, carried_by=99))

    desk.take_back(str(key))

    assert state_of(engine, key) == ("cancelled", False)
    assert calls_to_make(engine) == []


def test_callers_see_the_people_of_their_round_and_nobody_else(engine: Engine) -> None:
    a_stored_campaign(engine)
    theirs = a_reader_by_phone(engine, "edwin", organiser="Tidewell Library")
    a_reader_by_phone(engine, "ama", organiser="Neuadd Tidewell")
    nobodys = a_reader_by_phone(engine, "ines")
    posts_accepted(engine, [a_post()])
    number = an_open_edition(engine, "daily", EIGHT)
    run(engine, number, EIGHT)
    library = VisibleRounds("tidewell  library")
    key = DeliveryKey(number, theirs)
    desk = a_desk(engine, HandWoundClock())

    assert [each.key for each in calls_to_make(engine, library)] == [key]
    assert [
        each.key.reader_id for each in calls_to_make(engine, VisibleRounds(""))
    ] == [nobodys]
    assert calls_to_make(engine, VisibleRounds(None)) == []
    for others in (VisibleRounds("Neuadd Tidewell"), VisibleRounds(None)):
        with pytest.raises(NotFound, match="no call"):
            desk.write_down(str(key), CallReport(CallOutcome.SPOKEN), others)
        with pytest.raises(NotFound, match="no call"):
            desk.take_back(str(key), others)
    assert desk.write_down(str(key), CallReport(CallOutcome.SPOKEN), library).is_over
    with reading(engine) as connection:
        assert [a.key for a in attempts.since(connection, EIGHT, library, 9)] == [key]
        assert attempts.since(connection, EIGHT, VisibleRounds(""), 9) == []
        assert calls.count_to_make(connection, ALL_ROUNDS) == 2


@pytest.mark.parametrize("why", ["left", "suppressed", "paused", "stopped", "held"])
def test_whom_something_stops_meanwhile_is_not_to_be_rung_and_may_have_been(
    engine: Engine, why: str
) -> None:
    number, [key] = an_edition_to_ring(engine)
    with writing(engine) as connection:
        if why == "left":
            connection.execute(
                insert(departure).values(
                    campaign_id=1, subscriber_id=1, left_at=EIGHT, means="letter"
                )
            )
        elif why == "suppressed":
            target = {"phone": "hash of edwin's number"}
            suppressions.add(connection, target, "a test", EIGHT)
        elif why == "paused":
            connection.execute(update(reader).values(paused_until=EIGHT + DAY))
        elif why == "held":
            holds.place(connection, holds.Hold(EIGHT, holds.PAUSED), EIGHT)
    if why == "stopped":
        stopping.stop(engine, number, EIGHT)
    desk = a_desk(engine, HandWoundClock())

    with pytest.raises(DigestError):
        desk.write_down(str(key), CallReport(CallOutcome.NO_ANSWER))
    with reading(engine) as connection:
        assert connection.execute(select(call_attempt)).all() == []
    spoken = CallReport(CallOutcome.SPOKEN)
    if why == "held":
        with pytest.raises(DigestError, match="nothing is sent"):
            desk.write_down(str(key), spoken)
        return

    assert desk.write_down(str(key), spoken).reply == "spoken to"
    assert state_of(engine, key) == ("accepted", False)
    undone = desk.take_back(str(key))
    assert undone.call.state == "cancelled"
    assert state_of(engine, key) == ("cancelled", True)


def test_a_call_to_practise_with_changes_nothing_for_its_reader(engine: Engine) -> None:
    practice = in_mode(engine, Mode.PRACTICE)
    _, [key] = an_edition_to_ring(practice)
    desk = a_desk(practice, HandWoundClock())

    for outcome in CallOutcome:
        if outcome.is_about_reader:
            with pytest.raises(DigestError, match="one to practise with"):
                desk.write_down(str(key), CallReport(outcome, format=LETTER))
    assert calls_to_make(engine) == []
    desk.write_down(str(key), CallReport(CallOutcome.SPOKEN))
    with reading(engine) as connection:
        position = connection.scalars(select(reader.c.position)).one()
        state = connection.scalars(select(edition.c.state)).one()
    assert (position, state) == (0, "rehearsed")


def test_what_was_passed_on_is_shown_and_goes_with_the_person(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    desk.write_down(str(key), CallReport(CallOutcome.SPOKEN, "Has a new cat."))
    with reading(engine) as connection:
        [entry] = everything(connection, HASHER, "Edwin")["calls"]
    assert (entry["outcome"], entry["note"]) == ("spoken", "Has a new cat.")

    erase(engine, HASHER, "Edwin", EIGHT)

    with reading(engine) as connection:
        assert connection.scalars(select(call_attempt.c.note)).all() == [None]


def test_a_note_is_as_long_as_there_is_room(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())

    most = "a" * limits.CALL_NOTE_LENGTH
    with pytest.raises(DigestError, match="at most 1000 characters"):
        desk.write_down(str(key), CallReport(CallOutcome.SPOKEN, most + "a"))
    assert desk.write_down(str(key), CallReport(CallOutcome.SPOKEN, most)).is_over
