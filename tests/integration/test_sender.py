"""A run of the sender: every due copy gets its turn, and ends as it should."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import Engine, Text, cast, select, update

from digest.deliver.carrier import Copy
from digest.deliver.inbox.maildir import Inbox
from digest.deliver.inbox.server import running
from digest.deliver.sending.leases import LEASE
from digest.deliver.sending.run_state import RunTally
from digest.deliver.sending.sender import EmailSender
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.errors import CarrierError, RenderError, StoreError
from digest.model.campaigns.campaign import UncertainPolicy
from digest.model.delivery.delivery import (
    Deferred,
    DeliveryState,
    Outcome,
    Refused,
    Uncertain,
)
from digest.model.delivery.rate_limits import DomainRateLimits, RateLimits, parse_limits
from digest.model.editions.compiled_message import CompiledMessage
from digest.model.formats import Channel
from digest.model.people.reader_marks import ReaderRef
from digest.store import limits
from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.tables import edition, subscriber, suppression
from digest.store.delivery import cancelling, copies, settling
from digest.store.delivery.sending import claims, send_batches
from digest.store.reports.editions import listed_copies
from tests.builders import EIGHT
from tests.fakes.carrier import ScriptedCarrier, ScriptedConnection
from tests.fakes.sending import MESSAGE, FakeLinks, HandWoundClock
from tests.rows import a_planned_edition, states, unsubscribed, withdrawn

PLANNED, ACCEPTED = DeliveryState.PLANNED, DeliveryState.ACCEPTED
REFUSED, UNCERTAIN = DeliveryState.REFUSED, DeliveryState.UNCERTAIN
CANCELLED = DeliveryState.CANCELLED
FIRST = "reader-0@example.org"


def a_sender(
    engine: Engine, carrier: ScriptedCarrier | SmtpCarrier, **fields: object
) -> EmailSender:
    """Return a sender with one connection, that makes the same message for all."""
    sender = EmailSender(
        engine=engine,
        carrier=carrier,
        message_for=lambda _edition, _variant: MESSAGE,
        links=FakeLinks(),
        clock=HandWoundClock(),
        connections=1,
    )
    return replace(sender, **fields)  # type: ignore[arg-type]  # the fields of a sender


def send(sender: EmailSender) -> RunTally:
    """Run the sender once."""
    return sender.send_due(threading.Event())


def edition_state(engine: Engine) -> str:
    """Return where the only edition stands."""
    with reading(engine) as connection:
        return str(connection.scalars(select(edition.c.state)).one())


def test_two_hundred_readers_get_one_copy_each_over_four_connections(
    engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(engine, emails=200, batch_size=60)
    inbox, ends = Inbox(tmp_path / "inbox"), Counter[str]()
    with running(inbox) as url:
        sender = a_sender(engine, SmtpCarrier(SmtpServer.parse(url)), connections=4)
        tally = sender.send_due(threading.Event(), lambda end: ends.update([end]))
    received = [inbox.read(message.key) for message in inbox.messages()]

    assert tally == RunTally(accepted=200)
    assert ends == {"accepted": 200}
    assert states(engine, planned.id) == {ACCEPTED: 200}
    assert edition_state(engine) == "sent"
    assert Counter(message.envelope_to for message in received) == {
        f"reader-{number}@example.org": 1 for number in range(200)
    }
    ids = [message_from_bytes(message.source)["Message-ID"] for message in received]
    named = {int(message_id[1:].partition(".")[0]) for message_id in ids}
    assert named == {planned.key(number).reader_id for number in range(200)}
    assert len(set(ids)) == 200


def test_nothing_due_opens_no_connection(engine: Engine) -> None:
    carrier = ScriptedCarrier()

    assert send(a_sender(engine, carrier)) == RunTally()
    assert carrier.opened == 0


def test_an_edition_sent_once_is_not_sent_again(engine: Engine) -> None:
    a_planned_edition(engine, emails=3)
    carrier = ScriptedCarrier()
    send(a_sender(engine, carrier))

    assert send(a_sender(engine, carrier)) == RunTally()
    assert len(carrier.copies) == 3


@pytest.mark.parametrize("state", ["open", "frozen", "skipped", "cancelled"])
def test_nothing_leaves_of_an_edition_that_may_not_go(
    engine: Engine, state: str
) -> None:
    a_planned_edition(engine)
    with writing(engine) as connection:
        connection.execute(update(edition).values(state=state))

    assert send(a_sender(engine, ScriptedCarrier())) == RunTally()


def test_what_is_planned_leaves_while_others_are_still_planned_for(
    engine: Engine,
) -> None:
    a_planned_edition(engine)
    with writing(engine) as connection:
        connection.execute(update(edition).values(state="approved"))

    assert send(a_sender(engine, ScriptedCarrier())) == RunTally(accepted=1)
    assert edition_state(engine) == "approved"


def test_a_refused_reader_keeps_nobody_else_waiting(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=3)
    carrier = ScriptedCarrier({FIRST: Refused("550 5.1.1 no such user")})

    assert send(a_sender(engine, carrier)) == RunTally(accepted=2, refused=1)
    with reading(engine) as connection:
        [refused] = listed_copies.listed(connection, planned.id, [REFUSED])
    assert (refused.name, refused.reason) == ("Reader 0", "550 5.1.1 no such user")
    assert edition_state(engine) == "sent"


def test_a_delayed_copy_is_tried_again_when_its_wait_is_over(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=2)
    carrier, clock = ScriptedCarrier({FIRST: Deferred("451 later")}), HandWoundClock()
    sender = a_sender(engine, carrier, clock=clock)

    assert send(sender) == RunTally(accepted=1, deferred=1)
    assert edition_state(engine) == "sending"
    clock.move(timedelta(minutes=29, seconds=59))
    assert send(sender) == RunTally()
    carrier.answers.clear()
    clock.move(timedelta(seconds=1))
    assert send(sender) == RunTally(accepted=1)
    assert states(engine, planned.id) == {ACCEPTED: 2}
    first, again = (copy.payload for copy in carrier.copies if copy.recipient == FIRST)
    assert first == again


def test_a_copy_that_would_come_too_late_expires_in_words(engine: Engine) -> None:
    planned = a_planned_edition(engine)
    with writing(engine) as connection:
        wanted_by = EIGHT + timedelta(days=2)
        connection.execute(update(edition).values(deliver_by=wanted_by))
    carrier, clock = ScriptedCarrier({FIRST: Deferred("451 later")}), HandWoundClock()
    sender = a_sender(engine, carrier, clock=clock)
    for _ in range(8):
        send(sender)
        clock.move(timedelta(days=1))

    with reading(engine) as connection:
        [cancelled] = listed_copies.listed(connection, planned.id)
    assert len(carrier.copies) == 2
    assert cancelled.state == DeliveryState.EXPIRED
    by = "wanted by Wednesday 8 July 2026, 09:00 BST; "
    assert f"too late to be of use: the edition's copies were {by}" in cancelled.reason
    assert "451 later" in cancelled.reason
    assert edition_state(engine) == "sent"


def test_greylisting_costs_a_reader_nothing(engine: Engine) -> None:
    planned = a_planned_edition(engine)
    grey = Deferred("450 4.7.1 greylisted", is_charged=False)
    carrier, clock = ScriptedCarrier({FIRST: grey}), HandWoundClock()
    sender = a_sender(engine, carrier, clock=clock)
    send(sender)
    carrier.answers.clear()
    clock.move(timedelta(minutes=5))
    send(sender)

    with reading(engine) as connection:
        [served] = listed_copies.listed(connection, planned.id)
    assert (served.state, served.attempts) == (ACCEPTED, 1)


def test_no_more_leave_in_a_window_than_the_limit_says(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=5)
    clock = HandWoundClock()
    limits = RateLimits(overall=parse_limits("2/h"))
    sender = a_sender(engine, ScriptedCarrier(), clock=clock, limits=limits)

    first = send(sender)
    assert first.accepted == 2
    assert "DIGEST_RATE" in first.paused
    clock.move(timedelta(minutes=30))
    assert send(sender).accepted == 0
    clock.move(timedelta(minutes=31))
    assert send(sender).accepted == 2
    assert states(engine, planned.id) == {ACCEPTED: 4, PLANNED: 1}


def test_a_domain_at_its_limit_holds_nobody_else_up(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=4)
    with writing(engine) as connection:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id.in_(planned.subscribers[:2]))
            .values(email="r" + cast(subscriber.c.id, Text) + "@slow.example")
        )
    limits = RateLimits(domains=DomainRateLimits.parse("slow.example=1/h"))
    sender = a_sender(engine, ScriptedCarrier(), limits=limits)

    assert send(sender).accepted == 3
    with reading(engine) as connection:
        [waits] = listed_copies.listed(connection, planned.id, [PLANNED])
    assert "slow.example" in waits.reason
    assert waits.attempts == 0


def test_an_uncertain_copy_is_sent_again_a_little_later_but_not_for_ever(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine)
    carrier, clock = ScriptedCarrier({FIRST: Uncertain("no answer")}), HandWoundClock()
    sender = a_sender(engine, carrier, clock=clock)
    for _ in range(6):
        send(sender)
        clock.move(timedelta(hours=1))

    assert len(carrier.copies) == limits.DOUBTS
    assert len({copy.payload for copy in carrier.copies}) == 1
    assert states(engine, planned.id) == {UNCERTAIN: 1}
    assert edition_state(engine) == "sending"


@pytest.mark.parametrize(
    ("to", "handed_over", "doubt"),
    [
        pytest.param(ACCEPTED, 1, "", id="it arrived"),
        pytest.param(PLANNED, 2, "may have arrived twice", id="send it again"),
    ],
)
def test_a_held_copy_waits_for_a_person_to_settle_it(
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
    to: DeliveryState,
    handed_over: int,
    doubt: str,
) -> None:
    planned = a_planned_edition(engine, uncertain=UncertainPolicy.HOLD)
    carrier, clock = ScriptedCarrier({FIRST: Uncertain("no answer")}), HandWoundClock()
    sender = a_sender(engine, carrier, clock=clock)
    send(sender)
    clock.move(timedelta(days=1))
    send(sender)
    assert states(engine, planned.id) == {UNCERTAIN: 1}

    carrier.answers.clear()
    with writing(engine) as connection:
        assert settling.settle_one(connection, planned.key(), to, clock())
        assert not settling.settle_one(connection, planned.key(), to, clock())
    send(sender)

    assert len(carrier.copies) == handed_over
    assert states(engine, planned.id) == {ACCEPTED: 1}
    assert edition_state(engine) == "sent"
    with reading(engine) as connection:
        assert listed_copies.listed(connection, planned.id)[0].doubt == doubt
    assert ("may have arrived twice" in caplog.text) == bool(doubt)


def test_a_carrier_that_cannot_be_reached_pauses_the_run_and_touches_nobody(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=5)
    carrier = ScriptedCarrier()
    carrier.turns_away = "the mail server is not up"
    sender = a_sender(engine, carrier, connections=2)

    assert send(sender) == RunTally(paused="the mail server is not up")
    with reading(engine) as connection:
        everyone = listed_copies.listed(connection, planned.id)
    assert {(row.state, row.attempts, row.reason) for row in everyone} == {
        (PLANNED, 0, "")
    }
    carrier.turns_away = ""
    assert send(sender) == RunTally(accepted=5)


def test_one_copy_that_gets_us_turned_away_keeps_the_others_waiting_only_once(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=5)
    carrier = ScriptedCarrier({FIRST: CarrierError("550 5.7.1 no")})
    sender = a_sender(engine, carrier)

    assert send(sender) == RunTally(paused="550 5.7.1 no")
    assert states(engine, planned.id) == {PLANNED: 5}
    assert send(sender) == RunTally(accepted=4)
    with reading(engine) as connection:
        [waiting] = listed_copies.listed(connection, planned.id, [PLANNED])
    assert (waiting.attempts, waiting.reason) == (0, "550 5.7.1 no")


def _leave(engine: Engine, subscriber_id: int) -> None:
    unsubscribed(engine, subscriber_id)


def _erase(engine: Engine, subscriber_id: int) -> None:
    with writing(engine) as connection:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id == subscriber_id)
            .values(erased_at=EIGHT, email=None)
        )


def _suppress(engine: Engine, subscriber_id: int) -> None:
    with writing(engine) as connection:
        target = select(subscriber.c.email_hash).where(subscriber.c.id == subscriber_id)
        connection.execute(
            suppression.insert().values(
                channel=Channel.EMAIL,
                target_hash=connection.scalar(target),
                reason="complaint",
                created_at=EIGHT,
            )
        )


@pytest.mark.parametrize("go", [_leave, _erase, _suppress])
def test_who_goes_during_the_run_gets_nothing_more(
    engine: Engine, go: Callable[[Engine, int], None]
) -> None:
    planned = a_planned_edition(engine, emails=3)

    def as_the_first_leaves(copy: Copy) -> None:
        if copy.recipient == FIRST:
            go(engine, planned.subscribers[2])

    carrier = ScriptedCarrier(on_wire=as_the_first_leaves)

    assert send(a_sender(engine, carrier)) == RunTally(accepted=2, cancelled=1)
    assert carrier.recipients == [FIRST, "reader-1@example.org"]
    with reading(engine) as connection:
        [cancelled] = listed_copies.listed(connection, planned.id, [CANCELLED])
    assert cancelled.reason == claims.LEFT


def test_a_door_may_cancel_what_is_still_planned(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=2)
    with writing(engine) as connection:
        count = cancelling.cancel_subscribers(
            connection, planned.subscribers[:1], EIGHT, "erased"
        )

    assert count == 1
    assert states(engine, planned.id) == {CANCELLED: 1, PLANNED: 1}
    assert send(a_sender(engine, ScriptedCarrier())) == RunTally(accepted=1)


def test_what_is_withdrawn_during_the_run_is_in_no_later_copy(engine: Engine) -> None:
    a_planned_edition(engine, emails=3)
    words = {"are": MESSAGE}

    def as_the_first_leaves(copy: Copy) -> None:
        if copy.recipient == FIRST:
            withdrawn(engine)
            words["are"] = CompiledMessage.of([b"Subject: less\r\n\r\nless\r\n"])

    carrier = ScriptedCarrier(on_wire=as_the_first_leaves)
    sender = a_sender(engine, carrier, message_for=lambda _e, _v: words["are"])

    assert send(sender) == RunTally(accepted=3)
    assert [b"kettle" in copy.payload for copy in carrier.copies] == [
        True,
        False,
        False,
    ]


def test_a_copy_of_which_nothing_is_left_is_cancelled(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=2)
    carrier = ScriptedCarrier()
    sender = a_sender(engine, carrier, message_for=lambda _e, _v: None)

    assert send(sender) == RunTally(cancelled=2)
    assert states(engine, planned.id) == {CANCELLED: 2}
    assert carrier.copies == []
    assert edition_state(engine) == "sent"


def test_a_variant_that_cannot_be_made_keeps_its_copies_back_and_says_so(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=2)
    clock = HandWoundClock()

    def broken(_edition: int, _variant: int) -> CompiledMessage:
        raise RenderError("templates/email/digest.html: mend line 3")

    sender = a_sender(engine, ScriptedCarrier(), clock=clock, message_for=broken)

    tally = send(sender)
    assert tally == RunTally(problems=("templates/email/digest.html: mend line 3",))
    assert states(engine, planned.id) == {PLANNED: 2}
    clock.move(timedelta(minutes=5))
    mended = replace(sender, message_for=lambda _e, _v: MESSAGE)
    assert send(mended) == RunTally(accepted=2)


def test_an_address_beyond_use_is_refused_and_shown(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=2)
    with writing(engine) as connection:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id == planned.subscribers[0])
            .values(email="zoë@example.org")
        )

    assert send(a_sender(engine, ScriptedCarrier())) == RunTally(accepted=1, refused=1)
    with reading(engine) as connection:
        [refused] = listed_copies.listed(connection, planned.id, [REFUSED])
    assert "ask for another address, or write by post" in refused.reason


def test_a_run_that_is_stopped_leaves_the_rest_planned(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=5)
    stop = threading.Event()
    carrier = ScriptedCarrier(on_wire=lambda _copy: stop.set())
    sender = a_sender(engine, carrier)

    assert sender.send_due(stop) == RunTally(accepted=1)
    assert states(engine, planned.id) == {ACCEPTED: 1, PLANNED: 4}
    assert send(sender) == RunTally(accepted=4)


def test_a_copy_left_on_the_wire_by_a_dead_sender_is_sent_again(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=2)
    clock = HandWoundClock()
    _die_with_the_first_on_the_wire(engine, clock)
    carrier = ScriptedCarrier()
    sender = a_sender(engine, carrier, clock=clock)

    assert send(sender) == RunTally()
    clock.move(LEASE + timedelta(seconds=1))
    assert send(sender) == RunTally(accepted=2)
    assert states(engine, planned.id) == {ACCEPTED: 2}


def test_a_copy_left_on_the_wire_is_held_where_that_is_the_policy(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=2, uncertain=UncertainPolicy.HOLD)
    clock = HandWoundClock()
    _die_with_the_first_on_the_wire(engine, clock)
    clock.move(LEASE + timedelta(seconds=1))

    assert send(a_sender(engine, ScriptedCarrier(), clock=clock)) == RunTally(
        accepted=1
    )
    with reading(engine) as connection:
        [uncertain] = listed_copies.listed(connection, planned.id, [UNCERTAIN])
    assert uncertain.reason == send_batches.INTERRUPTED


def _die_with_the_first_on_the_wire(engine: Engine, clock: HandWoundClock) -> None:
    with writing(engine) as connection:
        lease = send_batches.claim(connection, "elsewhere/1/a/b", clock(), LEASE)
        assert lease is not None
        [first] = copies.due_emails(
            connection, lease.edition_id, lease.readers, clock(), most=1
        )
        guard = claims.guard_for(connection, lease.edition_id, Channel.EMAIL)
        claims.claim(connection, first.key.reader_id, guard, clock())


def test_a_database_that_fails_in_mid_run_is_an_error_and_loses_nothing(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(sqlite_engine, emails=5)
    impatient = open_engine(f"sqlite:///{tmp_path}/digest.db", lock_wait_ms=50)
    blocker = sqlite_engine.connect()

    def as_the_second_leaves(copy: Copy) -> None:
        if copy.recipient == "reader-1@example.org":
            blocker.begin()

    carrier = ScriptedCarrier(on_wire=as_the_second_leaves)
    clock = HandWoundClock()
    with pytest.raises(StoreError, match="locked"):
        send(a_sender(impatient, carrier, clock=clock))
    blocker.close()
    impatient.dispose()

    carrier.on_wire = lambda _copy: None
    clock.move(LEASE + timedelta(seconds=1))
    assert send(a_sender(sqlite_engine, carrier, clock=clock)) == RunTally(accepted=4)
    assert states(sqlite_engine, planned.id) == {ACCEPTED: 5}
    assert Counter(carrier.recipients).most_common(2)[0] == ("reader-1@example.org", 2)


def test_two_senders_at_once_send_each_copy_once(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=60, batch_size=10)
    carrier = ScriptedCarrier()
    senders = [a_sender(engine, carrier, connections=2) for _ in range(2)]
    threads = [threading.Thread(target=send, args=(sender,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(Counter(carrier.recipients).values()) == [1] * 60
    assert states(engine, planned.id) == {ACCEPTED: 60}


class _BusyCarrier(ScriptedCarrier):
    """Takes some turns of the loop for a copy, and notes how many are merged by then.

    `merged` are the readers whose copies are.
    """

    def __init__(self, merged: list[int]) -> None:
        super().__init__()
        self.ahead = list[int]()
        self.merged = merged

    async def open(self) -> ScriptedConnection:
        """Return a new connection."""
        carrier = self

        class Busy(ScriptedConnection):
            async def hand_over(
                self, copy: Copy, following: Copy | None = None
            ) -> Outcome:
                outcome = await super().hand_over(copy, following)
                for _ in range(3):
                    await asyncio.sleep(0)
                carrier.ahead.append(len(carrier.merged) - len(carrier.copies))
                return outcome

        return Busy(self)


class _NotingLinks(FakeLinks):
    def __init__(self) -> None:
        self.merged = list[int]()

    def unsubscribe_url(self, reader: ReaderRef) -> str:
        """Note for whom a copy is made."""
        self.merged.append(reader.reader_id)
        return super().unsubscribe_url(reader)


def test_the_copy_after_the_next_is_made_while_the_mail_server_is_at_work(
    sqlite_engine: Engine,
) -> None:
    a_planned_edition(sqlite_engine, emails=40)
    links = _NotingLinks()
    carrier = _BusyCarrier(links.merged)

    assert send(a_sender(sqlite_engine, carrier, links=links)).accepted == 40
    assert max(carrier.ahead) == 2  # the one that is announced, and this
    assert len(links.merged) == len({*links.merged}) == 40


def test_what_was_made_ahead_goes_where_its_connection_breaks(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=60)
    turned_away = CarrierError("the mail server refuses us")
    carrier = ScriptedCarrier({"reader-5@example.org": turned_away})

    tally = send(a_sender(engine, carrier, connections=2))

    assert tally.accepted == 59
    assert states(engine, planned.id) == {ACCEPTED: 59, PLANNED: 1}


def test_nothing_is_made_ahead_of_a_limit(sqlite_engine: Engine) -> None:
    a_planned_edition(sqlite_engine, emails=40)
    links = _NotingLinks()
    carrier = _BusyCarrier(links.merged)
    limits_ = RateLimits(parse_limits("40/h"))

    assert send(a_sender(sqlite_engine, carrier, links=links, limits=limits_)).accepted
    assert max(carrier.ahead) == 1


def test_letters_are_none_of_the_senders_business(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=1, letters=2)
    carrier = ScriptedCarrier()

    assert send(a_sender(engine, carrier)) == RunTally(accepted=1)
    assert states(engine, planned.id) == {ACCEPTED: 1, PLANNED: 2}
    assert edition_state(engine) == "sending"
