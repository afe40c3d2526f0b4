"""What an earlier version stored means the same after the migrations."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, func, insert, select, text, update

import digest.store
from digest.model.delivery.calls import CallOutcome, CallReport
from digest.model.delivery.incoming_mail import IncomingNote, IncomingState, MailDoor
from digest.model.people.lawful_basis import LawfulBasis, basis_of
from digest.model.people.reader_marks import mark_of
from digest.model.roles import Role, Scope
from digest.model.secret_keys import SecretKeys
from digest.staff import entrance
from digest.staff.second_step import SecondStep
from digest.store.base.engine import cut_off, reading, rebuilding, writing
from digest.store.base.tables import (
    campaign,
    campaign_version,
    delivery,
    departure,
    edition,
    print_batch,
    reader,
    subscriber,
    subscription,
)
from digest.store.campaigns import file_places
from digest.store.delivery.calling import attempts, calls
from digest.store.delivery.calling.attempts import CallEffect
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.incoming import incoming_mail
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import PrintBatchState, PrintFiles
from digest.store.migrate import migrate
from digest.store.people import channel_offers, suppressions
from digest.store.staff import access_keys, repeatable_requests, secret_keys
from digest.store.staff.access_keys import NewKey
from digest.store.staff.repeatable_requests import RepeatableRequest
from digest.store.staff.rounds import ALL_ROUNDS
from tests.builders import EIGHT
from tests.rows import a_planned_edition
from tests.stored import FILE, a_stored_campaign

VERSIONS = Path(digest.store.__file__).parent / "migrations"
LIVE, INBOX = "2.0.0 taken", "2.0.0 kept in the built-in inbox"


def taken_back(engine: Engine, revision: str) -> None:
    """Take the database back to how an earlier version left it."""
    with rebuilding(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(VERSIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        assert cut_off(connection) == frozenset()


def two_editions(engine: Engine, first: str, second: str) -> None:
    """Store two editions that a reader had, answered so, and where that left them."""
    planned = a_planned_edition(engine)
    with writing(engine) as connection:
        row = connection.execute(select(edition)).one()._asdict()
        later = row | {
            "id": 2,
            "code": "second",
            "upto": 2,
            "slot": EIGHT.replace(day=7),
        }
        connection.execute(insert(edition).values(later))
        copy = connection.execute(select(delivery)).one()._asdict()
        del copy["listed_state"]  # the database works it out
        connection.execute(insert(delivery).values(copy | {"edition_id": 2}))
        for edition_id, reply in ((planned.id, first), (2, second)):
            connection.execute(
                update(delivery)
                .where(delivery.c.edition_id == edition_id)
                .values(state="accepted", reply=reply)
            )
        connection.execute(update(edition).values(state="sent"))
        connection.execute(update(reader).values(position=2))


@pytest.mark.parametrize(
    ("first", "second", "modes", "position", "waits"),
    [
        pytest.param(LIVE, LIVE, ["live", "live"], 2, False, id="only live"),
        pytest.param(INBOX, INBOX, ["practice"] * 2, 0, True, id="only practice"),
        pytest.param(LIVE, INBOX, ["live", "practice"], 1, True, id="back to practice"),
        pytest.param(INBOX, LIVE, ["practice", "live"], 2, False, id="live since"),
    ],
)
def test_editions_of_before_are_told_apart_by_who_took_their_copies(  # noqa: PLR0913, PLR0917 - a row of the table
    engine: Engine,
    first: str,
    second: str,
    modes: list[str],
    position: int,
    waits: bool,  # noqa: FBT001
) -> None:
    two_editions(engine, first, second)
    taken_back(engine, "0010")
    migrate(engine)
    with reading(engine) as connection:
        rows = connection.execute(select(edition).order_by(edition.c.id)).all()
        place = connection.execute(select(reader)).one()
        stored = connection.execute(select(campaign)).one()

    assert [row.mode for row in rows] == modes
    ends = {"live": "sent", "practice": "rehearsed"}
    assert [row.state for row in rows] == [ends[mode] for mode in modes]
    assert place.position == position
    assert stored.awaits_golive is waits


def test_who_left_by_a_link_has_left_that_campaign(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=3)
    reasons = ("left by the link in an edition", "complaint", "taken off by hand")
    with writing(engine) as connection:
        for who, reason in zip(planned.subscribers, reasons, strict=True):
            connection.execute(
                update(subscription)
                .where(subscription.c.subscriber_id == who)
                .values(ended_at=EIGHT, ended_reason=reason)
            )
    taken_back(engine, "0011")
    migrate(engine)
    with reading(engine) as connection:
        departures = connection.execute(
            select(departure.c.subscriber_id, departure.c.means)
        ).all()
        live = connection.scalar(
            select(func.count()).where(subscription.c.ended_at.is_(None))
        )

    assert sorted(map(tuple, departures)) == [
        (planned.subscribers[0], "link"),
        (planned.subscribers[1], "complaint"),
    ]
    assert live == 0


def test_people_of_before_there_were_marks_have_them(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=2)
    [erased_id, here] = planned.readers
    with writing(engine) as connection:
        erased = update(subscriber).where(subscriber.c.id == erased_id)
        connection.execute(erased.values(erased_at=EIGHT))
        identity = select(subscriber.c.identity).where(subscriber.c.id == here)
        expected = mark_of(connection.scalars(identity).one())
    taken_back(engine, "0036")
    migrate(engine)

    with reading(engine) as connection:
        marks = select(subscriber.c.id, subscriber.c.mark).order_by(subscriber.c.id)
        assert [*connection.execute(marks)] == [(erased_id, ""), (here, expected)]


BASES_OF_BEFORE = {
    "Soft opt-in": "charitable soft opt-in",
    "soft\topt in, at the fair": "charitable soft opt-in",
    "SOFT  OPT-IN (charity)": "charitable soft opt-in",
    "commercial soft opt-in": "commercial soft opt-in",
    "soft opt-in of customers": "soft opt-in of customers",
    "no soft opt-in": "no soft opt-in",
    "Microsoft optional form": "Microsoft optional form",
    "a public task": "public task",
    "Public-interest task": "public task",
    "public taskforce": "public taskforce",
    "legitimate interests, not a public task": "legitimate interests, not a public "
    "task",
    "Consent ": "consent",
    "consent": "consent",
    "Did not ask": "did not ask",
    "Signed the visitors' book": "Signed the visitors' book",
}


def test_bases_of_before_have_the_words_of_now_and_no_conditions(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=len(BASES_OF_BEFORE) + 1)
    written = (*BASES_OF_BEFORE, None)
    taken_back(engine, "0049")
    with writing(engine) as connection:
        for who, words in zip(planned.subscribers, written, strict=True):
            connection.execute(
                update(subscription)
                .where(subscription.c.subscriber_id == who)
                .values(consent_basis=words)
            )
    migrate(engine)

    with reading(engine) as connection:
        ordered = select(subscription).order_by(subscription.c.subscriber_id)
        rows = connection.execute(ordered).all()
    expected = [*BASES_OF_BEFORE.values(), None]
    assert [row.consent_basis for row in rows] == expected
    assert {(row.consent_conditions, row.consent_on) for row in rows} == {(None, None)}
    # What is stored means what it is stored as, whoever reads it.
    for now in filter(None, expected):
        assert basis_of(now) in {None, *LawfulBasis}
        assert (basis_of(now) is None) is (now not in {*LawfulBasis})


def test_answers_that_were_kept_without_headers_are_given_again(engine: Engine) -> None:
    with writing(engine) as connection:
        access_keys.create(connection, NewKey("a program", (Scope.WRITE,)), EIGHT)
        [key] = access_keys.listed(connection)
        request = RepeatableRequest(key.id, "once", "fingerprint")
        repeatable_requests.begin(connection, request, EIGHT)
        repeatable_requests.answer(connection, request, 201, "{}", {})
    taken_back(engine, "0050")
    migrate(engine)

    with writing(engine) as connection:
        earlier = repeatable_requests.begin(connection, request, EIGHT)
    assert earlier is not None
    assert (earlier.answer, earlier.headers) == ("{}", {})


def test_an_email_nobody_understood_before_offers_waits_still(engine: Engine) -> None:
    note = IncomingNote(
        "m", MailDoor.MAILBOX, IncomingState.NOT_UNDERSTOOD, "it cannot be taken apart"
    )
    with writing(engine) as connection:
        incoming_mail.note(connection, note, EIGHT)
        [before] = incoming_mail.unclear(connection, 9)
        incoming_mail.note_seen(connection, before.id, EIGHT)
    taken_back(engine, "0048")
    migrate(engine)

    with writing(engine) as connection:
        assert incoming_mail.unclear(connection, 9) == [before]
        assert channel_offers.settled(connection, 9) == []
        incoming_mail.note_seen(connection, before.id, EIGHT)
        assert incoming_mail.unclear(connection, 9) == []


def test_copies_of_before_there_were_calls_stay_and_calls_are_written_down(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine)
    with reading(engine) as connection:
        before = connection.execute(select(delivery)).all()
    taken_back(engine, "0051")
    migrate(engine)

    with writing(engine) as connection:
        assert connection.execute(select(delivery)).all() == before
        connection.execute(update(delivery).values(channel="phone"))
        key = DeliveryKey(planned.id, before[0].reader_id)
        call = calls.get(connection, key, ALL_ROUNDS)
        report, effect = CallReport(CallOutcome.NO_ANSWER), CallEffect()
        attempts.add(connection, (call, call), report, effect, EIGHT)
        assert calls.get(connection, key, ALL_ROUNDS).written is not None


def test_what_was_suppressed_before_stays_so_with_its_reason_and_day(
    engine: Engine,
) -> None:
    targets = {"email": "a hash", "post": "another"}
    with writing(engine) as connection:
        suppressions.add(connection, targets, "asked by letter", EIGHT)
        later = EIGHT.replace(day=7)
        suppressions.add(connection, {"email": "a hash"}, "bounced: 5.1.1", later)
    taken_back(engine, "0052")
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT channel, reason FROM suppression"))
        assert sorted(map(tuple, rows)) == [
            ("email", "asked by letter"),
            ("post", "asked by letter"),
        ]
    migrate(engine)

    with writing(engine) as connection:
        standing = suppressions.every(connection, {*targets.items()})
        assert standing == {
            target: [suppressions.Suppression("asked by letter", EIGHT)]
            for target in targets.values()
        }
        assert suppressions.add(connection, targets, "complaint", EIGHT) == 0
        assert suppressions.lift_reason(connection, "asked by letter", EIGHT) == 2
        reasons = suppressions.reasons(connection, {*targets.items()})
    assert [*reasons.values()] == ["complaint", "complaint"]


def test_batches_that_were_emptied_before_say_that_no_letter_is_in_them(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine)
    with writing(engine) as connection:
        removed, whole = (
            PrintFiles("a.pdf", "a.csv", sha256, 1, 2)
            for sha256 in (print_batches.REMOVED, "a sum")
        )
        for files in (removed, removed, whole):
            print_batches.add(connection, planned.id, files, EIGHT)
        posted = update(print_batch).where(print_batch.c.id == 2)
        connection.execute(posted.values(state=PrintBatchState.POSTED))
    taken_back(engine, "0056")
    migrate(engine)

    with reading(engine) as connection:
        batches = print_batches.listed(connection)
    counts = [(each.files.letters, each.files.sheets) for each in batches]
    assert counts == [(0, 0), (1, 2), (1, 2)]


def test_codes_on_paper_of_before_keys_were_kept_are_of_the_first_one(
    engine: Engine,
) -> None:
    with writing(engine) as connection:
        entrance.ask_in(connection, "ann@example.org", "Ann", Role.EDITOR, EIGHT)
        codes = SecondStep(SecretKeys("b" * 32)).new_recovery_codes(
            connection, 1, EIGHT
        )
    taken_back(engine, "0055")
    migrate(engine)

    keys = SecretKeys("n" * 32, ("b" * 32,))
    with writing(engine) as connection:
        secret_keys.note_used(connection, keys.ids[1:], EIGHT)
        secret_keys.note_used(connection, keys.ids, EIGHT)
        [newest, earlier] = secret_keys.uses(connection, keys)
        assert (newest.recovery_codes, earlier.recovery_codes) == (0, len(codes))
        assert SecondStep(keys).take(connection, 1, codes[0], EIGHT)


def test_files_of_before_places_were_kept_know_of_what_was_there_at_the_last_of_them(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    a_stored_campaign(engine, FILE + "# second\n")
    with writing(engine) as connection:
        ours = campaign_version.c.number
        third = connection.execute(select(campaign_version).where(ours == 2)).one()
        connection.execute(
            insert(campaign_version).values(
                third._asdict() | {"id": 3, "number": 3, "door": "desk"}
            )
        )
        from_export = update(campaign_version).where(ours == 1).values(base="a" * 12)
        connection.execute(from_export)
    taken_back(engine, "0059")
    migrate(engine)

    with reading(engine) as connection:
        name = connection.scalars(select(campaign.c.name)).one()
        knows = [
            file_places.knows_upto(connection, name, "any", base)
            for base in ("", "a" * 12)
        ]
    assert knows == [2, 1]


def test_copies_of_before_have_the_states_by_which_staff_find_them(
    engine: Engine,
) -> None:
    planned = a_planned_edition(engine, emails=3, letters=2)
    with writing(engine) as connection:
        for place, state in ((1, "accepted"), (2, "refused"), (3, "accepted")):
            copy = delivery.c.reader_id == planned.readers[place]
            connection.execute(update(delivery).where(copy).values(state=state))
    taken_back(engine, "0061")
    migrate(engine)

    with reading(engine) as connection:
        listed = select(delivery.c.listed_state).order_by(delivery.c.reader_id)
        states = connection.scalars(listed).all()
    assert states == [None, None, "refused", "accepted", "planned"]
