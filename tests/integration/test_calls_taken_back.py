"""What a caller wrote down by mistake is as if it never had been, and no more is."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from digest.audience.editing import edit
from digest.audience.erasing import erase
from digest.audience.suppressing import suppress
from digest.compose import stopping
from digest.compose.variants import composed
from digest.deliver.calling.call_desk import CallDesk
from digest.errors import DigestError
from digest.model.delivery.calls import CallOutcome, CallReport
from digest.model.formats import LETTER, PLAIN
from digest.model.people.person import PersonKeys, phone_key
from digest.schedule.readers.phone_wishes import ReaderWishes
from digest.store.base.engine import reading, writing
from digest.store.base.tables import (
    delivery,
    departure,
    mailing_list,
    reader,
    subscriber,
    suppression,
)
from digest.store.delivery.calling import attempts, calls
from digest.store.delivery.calling.calls import Call
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.holds import holds
from digest.store.people.joining import consents
from digest.store.staff.rounds import ALL_ROUNDS
from tests.builders import EIGHT, a_post
from tests.fakes.sending import HandWoundClock
from tests.integration.test_calls import (
    DAY,
    HASHER,
    HOUR,
    NUMBER,
    a_desk,
    an_edition_to_ring,
    calls_to_make,
    state_of,
)
from tests.integration.test_planning import an_open_edition, run
from tests.stored import posts_accepted, switched

SPOKEN = CallReport(CallOutcome.SPOKEN)
WRONG = CallReport(CallOutcome.WRONG_NUMBER)
STOP = CallReport(CallOutcome.STOP)
BY_LETTER = CallReport(CallOutcome.ANOTHER_WAY, format=LETTER)


def with_their_number(engine: Engine) -> None:
    """Keep Edwin's number as a real database does: by what it is hashed to."""
    hashed = HASHER.hashed(PersonKeys(phone=phone_key("Edwin", NUMBER)))
    with writing(engine) as connection:
        values = {"phone_hash": hashed.phone}
        edwin = subscriber.c.name == "Edwin"
        connection.execute(update(subscriber).where(edwin).values(**values))


def reasons(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        rows = select(suppression.c.reason).order_by(suppression.c.id)
        return [*connection.scalars(rows)]


def the_call(engine: Engine, key: DeliveryKey) -> Call:
    with reading(engine) as connection:
        return calls.get(connection, key, ALL_ROUNDS)


@pytest.mark.parametrize("is_erased", [False, True], ids=["refusal", "erasure"])
def test_a_later_word_of_theirs_outlives_a_wrong_number_that_is_taken_back(
    engine: Engine, *, is_erased: bool
) -> None:
    _, [key] = an_edition_to_ring(engine)
    with_their_number(engine)
    desk = a_desk(engine, HandWoundClock())
    desk.write_down(str(key), WRONG)
    if is_erased:
        erase(engine, HASHER, "Edwin", EIGHT + HOUR)
    else:
        with writing(engine) as connection:
            suppress(connection, HASHER, "Edwin", "asked by letter", EIGHT + HOUR)
    assert len(reasons(engine)) == 2

    desk.take_back(str(key))

    assert reasons(engine) == ["erased" if is_erased else "asked by letter"]
    assert calls_to_make(engine) == []


def test_a_number_that_two_calls_found_wrong_stays_so_while_one_of_them_stands(
    engine: Engine,
) -> None:
    _, [key] = an_edition_to_ring(engine)
    with_their_number(engine)
    desk = a_desk(engine, HandWoundClock())
    posts_accepted(engine, [a_post("two", title="Two")])
    second = an_open_edition(engine, "weekly", EIGHT)
    switched(engine, key.reader_id, "weekly")
    run(engine, second, EIGHT)
    desk.write_down(str(key), WRONG)
    other = DeliveryKey(second, key.reader_id)
    desk.write_down(str(other), WRONG)

    desk.take_back(str(key))
    assert len(reasons(engine)) == 1
    desk.take_back(str(other))
    assert reasons(engine) == []


def test_what_somebody_said_is_written_down_whatever_became_of_the_call(
    engine: Engine,
) -> None:
    number, [key] = an_edition_to_ring(engine)
    with_their_number(engine)
    desk = a_desk(engine, HandWoundClock())
    stopping.stop(engine, number, EIGHT)
    before = state_of(engine, key)

    with pytest.raises(DigestError, match=r"is over: .*: to stop, to have"):
        desk.write_down(str(key), CallReport(CallOutcome.NO_ANSWER))
    for report in (WRONG, BY_LETTER, STOP):
        desk.write_down(str(key), report)

    assert state_of(engine, key) == before
    assert len(reasons(engine)) == 1
    with reading(engine) as connection:
        written = [each.outcome for each in attempts.of_call(connection, key)]
        assert connection.scalars(select(departure.c.means)).all() == ["phone"]
    assert written == [CallOutcome.STOP, CallOutcome.ANOTHER_WAY, WRONG.outcome]
    # Nothing of it was done to the call: so nothing of it is undone to the call.
    for _ in written:
        desk.take_back(str(key))
    assert state_of(engine, key) == before
    assert reasons(engine) == []


@pytest.mark.parametrize("how", ["spoken", "expired", "held"])
def test_a_stop_is_heard_after_the_call_was_made_or_came_too_late(
    engine: Engine, how: str
) -> None:
    number, [key] = an_edition_to_ring(engine)
    clock = HandWoundClock()
    desk = a_desk(engine, clock)
    if how == "spoken":
        desk.write_down(str(key), CallReport(CallOutcome.SPOKEN))
    elif how == "expired":
        clock.now = EIGHT + 30 * DAY
        with writing(engine) as connection:
            assert calls.end_useless(connection, number, clock.now) == 1
    else:
        with writing(engine) as connection:
            holds.place(connection, holds.Hold(EIGHT, holds.PAUSED), EIGHT)

    desk.write_down(str(key), STOP)
    desk.write_down(str(key), STOP)

    with reading(engine) as connection:
        assert connection.scalars(select(departure.c.means)).all() == ["phone"]
        assert attempts.of_call(connection, key)[0].outcome is CallOutcome.STOP


def test_a_call_that_something_else_has_ended_is_not_made_again(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    clock = HandWoundClock()
    desk = a_desk(engine, clock)
    desk.write_down(str(key), CallReport(CallOutcome.NO_ANSWER))
    with writing(engine) as connection:
        suppress(connection, HASHER, "Edwin", "asked by letter", EIGHT + HOUR)
    ended = the_call(engine, key)
    clock.now = EIGHT + 2 * HOUR

    undone = desk.take_back(str(key))

    assert undone.call.state == ended.state == "cancelled"
    assert undone.call.reply == "asked by letter"
    assert state_of(engine, key) == ("cancelled", True)


def test_a_call_that_was_made_stays_so_when_what_was_said_after_is_taken_back(
    engine: Engine,
) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    desk.write_down(str(key), CallReport(CallOutcome.SPOKEN))
    desk.write_down(str(key), STOP)

    undone = desk.take_back(str(key))

    assert (undone.call.state, undone.call.attempts) == ("accepted", 1)
    assert calls_to_make(engine) == []


def test_a_call_that_was_cancelled_once_more_since_is_not_made_again(
    engine: Engine,
) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    desk.write_down(str(key), STOP)
    with writing(engine) as connection:
        since = {"settled_at": EIGHT + HOUR, "reply": "another reason"}
        connection.execute(update(delivery).values(**since))

    undone = desk.take_back(str(key))

    assert (undone.call.state, undone.call.reply) == ("cancelled", "another reason")


def test_a_call_that_comes_too_late_ends_again_and_owes_its_posts(
    engine: Engine,
) -> None:
    number, [key] = an_edition_to_ring(engine)
    clock = HandWoundClock()
    desk = a_desk(engine, clock)
    until = the_call(engine, key).deliver_by
    assert until is not None
    clock.now = until - HOUR
    desk.write_down(str(key), CallReport(CallOutcome.SPOKEN))
    clock.now = until + HOUR

    undone = desk.take_back(str(key))

    assert (undone.call.state, state_of(engine, key)[1]) == ("expired", True)
    assert "too late to be of use" in undone.call.reply
    assert calls_to_make(engine, now=clock.now) == []
    assert number == key.edition_id


def test_a_call_of_an_edition_that_was_called_back_is_not_made_again(
    engine: Engine,
) -> None:
    number, [key, _] = an_edition_to_ring(engine, "edwin", "ama")
    desk = a_desk(engine, HandWoundClock())
    desk.write_down(str(key), CallReport(CallOutcome.SPOKEN))
    stopping.stop(engine, number, EIGHT)

    assert desk.take_back(str(key)).call.state == "cancelled"
    assert state_of(engine, key) == ("cancelled", True)


def test_who_was_paused_meanwhile_is_not_rung(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    desk.write_down(str(key), STOP)
    with writing(engine) as connection:
        connection.execute(update(reader).values(paused_until=EIGHT + DAY))

    undone = desk.take_back(str(key))

    assert undone.call.state == "cancelled"
    assert "paused" in undone.call.reply
    assert state_of(engine, key) == ("cancelled", True)


def test_who_had_left_before_stays_away(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    with writing(engine) as connection:
        ReaderWishes(HASHER).leave(connection, 1, "lantern-week", EIGHT)
    desk.write_down(str(key), STOP)

    desk.take_back(str(key))

    with reading(engine) as connection:
        assert connection.scalars(select(departure.c.returned_at)).all() == [None]
    assert calls_to_make(engine) == []


def test_agreement_that_was_misheard_is_taken_back_with_the_change(
    engine: Engine,
) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    desk.write_down(str(key), BY_LETTER)

    desk.take_back(str(key))

    with reading(engine) as connection:
        agreed = [each.consent for each in consents.of_subscriber(connection, 1)]
        assert connection.scalars(select(mailing_list.c.id)).all() == [1]
        assert connection.scalars(select(reader.c.format)).all() == ["phone"]
    assert [each.basis for each in agreed] == [consents.RETRACTED, "consent"]


def test_what_they_chose_since_outlives_another_way_that_is_taken_back(
    engine: Engine,
) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    desk.write_down(str(key), BY_LETTER)
    with writing(engine) as connection:
        edit(connection, HASHER, "Edwin", {"format": "large-print"}, EIGHT)

    desk.take_back(str(key))

    with reading(engine) as connection:
        formats = connection.scalars(select(subscriber.c.format)).all()
    assert formats == ["large-print"]


def test_another_way_may_be_corrected_by_another_one(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    desk.write_down(str(key), BY_LETTER)
    desk.write_down(str(key), BY_LETTER)
    desk.write_down(str(key), CallReport(CallOutcome.ANOTHER_WAY, format=PLAIN))

    with reading(engine) as connection:
        written = attempts.of_call(connection, key)
    assert [each.format for each in written] == ["plain", "letter"]
    assert [each.lacks for each in written] == [
        "no email address and no postal address is held: add one",
        "wants a letter, but no full postal address is held: add one",
    ]


def test_only_what_is_meant_is_taken_back(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk: CallDesk = a_desk(engine, HandWoundClock())
    first = desk.write_down(str(key), CallReport(CallOutcome.NO_ANSWER)).written
    second = desk.write_down(str(key), CallReport(CallOutcome.SPOKEN)).written
    assert first is not None
    assert second is not None

    with pytest.raises(DigestError, match="somebody has written down something else"):
        desk.take_back(str(key), written=first)
    assert the_call(engine, key).is_over
    desk.take_back(str(key), written=second)
    with pytest.raises(DigestError, match=r"something else of call .* taken that"):
        desk.take_back(str(key), written=second)
    assert desk.take_back(str(key), written=first).call.attempts == 0


def test_the_time_they_asked_for_is_there_again(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    wished = EIGHT + timedelta(hours=5)
    desk.write_down(str(key), CallReport(CallOutcome.LATER, again_at=wished))
    for mistake in (CallOutcome.SPOKEN, CallOutcome.NO_ANSWER, CallOutcome.STOP):
        desk.write_down(str(key), CallReport(mistake))
        call = desk.take_back(str(key)).call
        assert (call.next_attempt_at, call.reply, call.attempts) == (
            wished,
            "asked to be rung later",
            1,
        )


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(microseconds=1), ""),
        (timedelta(0), "is of use until"),
        (-timedelta(microseconds=1), "is of use until"),
    ],
    ids=["just before", "then", "just after"],
)
def test_nobody_is_rung_back_when_the_call_is_of_no_use_any_more(
    engine: Engine, before: timedelta, words: str
) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    until = the_call(engine, key).deliver_by
    assert until is not None
    report = CallReport(CallOutcome.LATER, again_at=until - before)

    if words:
        with pytest.raises(DigestError, match=words):
            desk.write_down(str(key), report)
        assert the_call(engine, key).attempts == 0
    else:
        assert desk.write_down(str(key), report).next_attempt_at == report.again_at


@pytest.mark.parametrize("note", ["a\0b", "\udcff"], ids=["NUL", "half a character"])
def test_a_note_that_no_database_keeps_is_refused_in_words(
    engine: Engine, note: str
) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())

    with pytest.raises(DigestError, match="type it anew"):
        desk.write_down(str(key), CallReport(CallOutcome.SPOKEN, note))
    assert the_call(engine, key).attempts == 0


def test_what_the_next_edition_has_taken_over_stays_with_it(engine: Engine) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    desk.write_down(str(key), STOP)
    with writing(engine) as connection:
        connection.execute(update(delivery).values(owes=False, carried_by=99))

    assert desk.take_back(str(key)).call.state == "cancelled"


def test_who_was_spoken_to_late_has_had_it_and_is_not_told_twice(
    engine: Engine,
) -> None:
    _, [key] = an_edition_to_ring(engine)
    clock = HandWoundClock()
    desk = a_desk(engine, clock)
    until = the_call(engine, key).deliver_by
    assert until is not None
    clock.now = until + HOUR
    with writing(engine) as connection:
        assert calls.end_useless(connection, key.edition_id, clock.now) == 1

    call = desk.write_down(str(key), SPOKEN)
    again = desk.write_down(str(key), SPOKEN)

    assert (call.state, call.reply, call.attempts) == ("accepted", "spoken to", 1)
    assert again == call
    assert state_of(engine, key) == ("accepted", False)
    undone = desk.take_back(str(key))
    assert (undone.call.state, state_of(engine, key)) == ("expired", ("expired", True))
    assert undone.call.attempts == 0
    desk.write_down(str(key), SPOKEN)
    posts_accepted(engine, [a_post("two", title="Two")])
    run(engine, an_open_edition(engine, "daily", clock.now), clock.now)
    [following] = calls_to_make(engine, now=clock.now)
    assert titles_of_call(engine, following) == ["Two"]


def test_what_the_next_call_tells_already_is_told_and_that_they_spoke_is_on_record(
    engine: Engine,
) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    posts_accepted(engine, [a_post("two", title="Two")])
    later = EIGHT + DAY
    run(engine, an_open_edition(engine, "daily", later), later)

    call = desk.write_down(str(key), SPOKEN)

    assert (call.state, call.written is None) == ("expired", False)
    with reading(engine) as connection:
        [attempt] = attempts.of_call(connection, key)
    assert attempt.is_told_again
    [following] = calls_to_make(engine, now=later)
    assert len(titles_of_call(engine, following)) == 2
    assert desk.take_back(str(key)).call.state == "expired"


def test_a_call_that_somebody_else_has_said_the_end_of_is_not_spoken_besides(
    engine: Engine,
) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    desk.write_down(str(key), STOP)

    with pytest.raises(DigestError, match="take that back first"):
        desk.write_down(str(key), SPOKEN)


def titles_of_call(engine: Engine, call: Call) -> list[str]:
    with reading(engine) as connection:
        composition = composed(connection, call.variant_id)
    assert composition is not None
    return sorted(item.title for item in composition.variant.items)
