"""What a person says of emails that nobody answered for, and one email once more."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from digest.errors import DigestError, NotFound
from digest.model.campaigns.campaign import UncertainPolicy
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery, edition, send_batch
from digest.store.delivery import deliveries, resending, settling
from digest.store.delivery.deliveries import DeliveryKey, DeliveryMove
from digest.store.delivery.settling import EmailChoice
from digest.store.editions import editions
from digest.store.people import owed
from digest.store.reports.editions import listed_copies
from digest.store.reports.editions.listed_copies import ListedCopy
from digest.store.staff import audit
from tests.builders import EIGHT
from tests.rows import PlannedEdition, a_planned_edition, states

ACCEPTED, CANCELLED = DeliveryState.ACCEPTED, DeliveryState.CANCELLED
PLANNED, UNCERTAIN = DeliveryState.PLANNED, DeliveryState.UNCERTAIN
LATER = EIGHT + timedelta(minutes=9)


@pytest.fixture
def run(engine: Engine) -> PlannedEdition:
    """Return a run of three emails: two uncertain, and one that was accepted."""
    planned = a_planned_edition(
        engine, emails=3, letters=1, uncertain=UncertainPolicy.HOLD
    )
    with writing(engine) as connection:
        connection.execute(update(edition).values(state="sending", planned_at=EIGHT))
        connection.execute(update(send_batch).values(state="done"))
        for index, to in enumerate((UNCERTAIN, UNCERTAIN, ACCEPTED)):
            for state in (DeliveryState.HANDING_OVER, to):
                move = DeliveryMove(planned.key(index), state, "said so")
                assert deliveries.move(connection, move, EIGHT)
        letter = delivery.c.channel == "post"
        connection.execute(update(delivery).where(letter).values(state="accepted"))
    return planned


def all_of(run: PlannedEdition) -> EmailChoice:
    return EmailChoice(run.id)


def listed(engine: Engine, run: PlannedEdition) -> list[ListedCopy]:
    with reading(engine) as connection:
        return listed_copies.listed(connection, run.id)


def state_of(engine: Engine, run: PlannedEdition) -> EditionState:
    with reading(engine) as connection:
        return editions.get(connection, run.id).state


@pytest.mark.parametrize("to", [ACCEPTED, CANCELLED])
def test_all_are_settled_at_once_and_taken_back(
    engine: Engine, run: PlannedEdition, to: DeliveryState
) -> None:
    before = [(each.state, each.doubts) for each in listed(engine, run)]
    with writing(engine) as connection:
        assert settling.settle(connection, all_of(run), to, LATER) == 2
    settled = listed(engine, run)
    assert [each.state for each in settled[:2]] == [to, to]
    assert [each.doubt for each in settled[:2]] == ["", ""]
    assert state_of(engine, run) is EditionState.SENT

    with writing(engine) as connection:
        assert settling.unsettle(connection, all_of(run), LATER) == 2
        assert settling.unsettle(connection, all_of(run), LATER) == 0
        verbs = [act.act for act in audit.latest(connection, 9)]
    assert [(each.state, each.doubts) for each in listed(engine, run)] == before
    assert not any(each.owes for each in listed(engine, run))
    assert state_of(engine, run) is EditionState.SENDING
    assert verbs.count("settled") == 1
    assert verbs.count("took back what was settled of") == 1


def test_the_latest_is_taken_back_and_what_was_settled_before_stays(
    engine: Engine, run: PlannedEdition
) -> None:
    first, second = (EmailChoice.of(run.key(index)) for index in (0, 1))
    with writing(engine) as connection:
        settling.settle(connection, first, ACCEPTED, EIGHT)
        settling.settle(connection, second, CANCELLED, LATER)
        assert settling.unsettle(connection, all_of(run), LATER) == 1

    assert [each.state for each in listed(engine, run)[:2]] == [ACCEPTED, UNCERTAIN]


def test_what_has_not_arrived_is_owed_until_an_edition_has_taken_it_over(
    engine: Engine, run: PlannedEdition
) -> None:
    with writing(engine) as connection:
        settling.settle(connection, EmailChoice.of(run.key()), CANCELLED, EIGHT)
        mode = editions.get(connection, run.id).mode
        theirs = owed.of_readers(connection, mode, run.readers)
        connection.execute(
            update(delivery)
            .where(delivery.c.owes)
            .values(owes=False, carried_by=run.id + 1)
        )
        assert settling.unsettle(connection, all_of(run), LATER) == 0

    assert list(theirs) == [run.readers[0]]


def test_what_is_sent_again_goes_with_its_batch(
    engine: Engine, run: PlannedEdition
) -> None:
    with writing(engine) as connection:
        assert settling.settle(connection, all_of(run), PLANNED, LATER) == 2
        batch = connection.execute(select(send_batch)).one()
        assert settling.unsettle(connection, all_of(run), LATER) == 0

    assert (batch.state, batch.due_at) == ("open", LATER)
    assert [each.doubt for each in listed(engine, run)[:2]] == ["may have arrived"] * 2


def test_one_email_is_sent_again_though_it_was_accepted(
    engine: Engine, run: PlannedEdition
) -> None:
    key = run.key(2)
    with writing(engine) as connection:
        settling.settle(connection, all_of(run), ACCEPTED, EIGHT)
    assert state_of(engine, run) is EditionState.SENT
    with writing(engine) as connection:
        assert resending.again(connection, key, LATER, is_dry=True) is ACCEPTED
    assert state_of(engine, run) is EditionState.SENT
    with writing(engine) as connection:
        assert resending.again(connection, key, LATER) is ACCEPTED
        [latest, *_] = audit.latest(connection, 1)

    assert states(engine, run.id) == {PLANNED: 1, ACCEPTED: 3}
    assert state_of(engine, run) is EditionState.SENDING
    assert (latest.act, latest.subject) == ("sent again", f"delivery {key}")
    assert listed(engine, run)[2].debt == ""


@pytest.mark.parametrize("to", [CANCELLED, DeliveryState.EXPIRED])
@pytest.mark.parametrize("is_alone", [True, False])
def test_what_has_left_before_owes_nothing_where_it_does_not_go_again(
    engine: Engine, run: PlannedEdition, to: DeliveryState, *, is_alone: bool
) -> None:
    key = run.key(2)
    with writing(engine) as connection:
        resending.again(connection, key, EIGHT)
        if is_alone:
            assert deliveries.move(connection, DeliveryMove(key, to), LATER)
        else:
            those = delivery.c.state == PLANNED
            deliveries.move_those(connection, those, to, LATER)
    copy = listed(engine, run)[2]

    assert (copy.state, copy.owes) == (to, False)
    assert copy.debt == "its posts were settled by a person: no edition carries them"


@pytest.mark.parametrize(
    ("of", "words"), [(3, "there is no email"), (9, "there is no email")]
)
def test_a_letter_and_a_copy_that_is_not_there_are_not_sent_again(
    engine: Engine, run: PlannedEdition, of: int, words: str
) -> None:
    reader = run.readers[of] if of < len(run.readers) else 999
    with writing(engine) as connection, pytest.raises(NotFound, match=words):
        resending.again(connection, DeliveryKey(run.id, reader), EIGHT)


def test_what_waits_already_is_not_sent_again(
    engine: Engine, run: PlannedEdition
) -> None:
    with writing(engine) as connection:
        resending.again(connection, run.key(), EIGHT)
        with pytest.raises(NotFound, match="is planned"):
            resending.again(connection, run.key(), EIGHT)


def test_of_a_stopped_edition_nothing_is_sent_again_or_taken_back(
    engine: Engine, run: PlannedEdition
) -> None:
    with writing(engine) as connection:
        connection.execute(update(edition).values(stopped_at=EIGHT))
        with pytest.raises(DigestError, match="was stopped"):
            resending.again(connection, run.key(2), EIGHT)
        settling.settle(connection, all_of(run), ACCEPTED, EIGHT)
        assert settling.unsettle(connection, all_of(run), LATER) == 0

    assert state_of(engine, run) is EditionState.STOPPED
