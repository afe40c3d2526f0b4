"""Two people on record are made one, and two again, on both databases."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from digest.audience.doubles import undoing
from digest.audience.doubles.merging import merge
from digest.audience.doubles.possible import possible_doubles
from digest.audience.editing import edit
from digest.audience.erasing import erase
from digest.audience.signed_links import SignedLinks
from digest.audience.subject_access import everything, find
from digest.audience.suppressing import suppress
from digest.audience.unsubscribing import UnsubscribeLinks, leave
from digest.errors import DigestError, NotFound
from digest.model.people.departure import LeavingMeans
from digest.model.people.person import CONSENT, Consent
from digest.model.people.reader_marks import ReaderRef
from digest.model.webhooks import WebhookKind
from digest.schedule.editions.going_live import LiveStart, foresee
from digest.schedule.editions.publishing import publish
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery, person_merge
from digest.store.people import departures, needs, readers, subscribers
from digest.store.people.doubles import merges
from digest.store.people.joining import consents
from digest.store.reports.editions import edition_copies
from digest.store.reports.people import person_history
from digest.store.webhooks import outbox
from tests.builders import EIGHT, SITE, a_post
from tests.integration.test_webhooks import a_sender
from tests.lists import HASHER, TWO_LISTS, a_copy, imported, states
from tests.stored import a_stored_campaign, posts_accepted

ANN = "Ann Example,ann@example.org,01632 960155,,,"
ANNE = "Anne Example,anne@example.org,,1 Street,Tidewell,ZZ99 1AA"
LATER = EIGHT + timedelta(hours=1)
LINKS = SignedLinks("a secret of the test's own", SITE)


@pytest.fixture
def people(engine: Engine) -> Engine:
    """Return a database with Ann on one list and Anne on another of a campaign."""
    a_stored_campaign(engine, TWO_LISTS)
    imported(engine, ANN)
    imported(engine, ANNE, to="friends")
    with writing(engine) as connection:
        evidence = Consent(CONSENT, "by phone", "2026-07-01", "May we?")
        consents.add(connection, 1, 1, evidence, EIGHT)
        consents.add(connection, 2, 1, evidence, EIGHT)
        day = date(2027, 1, 1)
        needs.add(connection, 2, "18 point", day, EIGHT, may_share=False)
        edit(connection, HASHER, "1", {"notes": "Rings on Mondays"}, EIGHT)
        edit(connection, HASHER, "2", {"notes": "Has a dog"}, EIGHT)
    return engine


def merged(engine: Engine, *take: str, now: Any = LATER) -> int:
    """Make Anne one with Ann; return the merge."""
    with writing(engine) as connection:
        return merge(connection, HASHER, "1", "2", now, take=take).merge_id


def undone(engine: Engine, number: int, now: Any = LATER) -> None:
    """Undo it."""
    with writing(engine) as connection:
        undoing.undo(connection, HASHER, number, now)


def everything_of(engine: Engine, who: str) -> dict[str, Any]:
    """Return all that is held of somebody, but for when it was changed and by whom."""
    with reading(engine) as connection:
        every = everything(connection, HASHER, who)
    return {
        name: value
        for name, value in every.items()
        if name not in ("acts", "changed_at")
    }


def test_all_of_both_is_one_persons_and_two_peoples_again(people: Engine) -> None:
    before = everything_of(people, "1"), everything_of(people, "2")

    number = merged(people, "email")
    both = everything_of(people, "anne@example.org")
    with reading(people) as connection:
        by_old_address = find(connection, "ann@example.org").id
        assert possible_doubles(connection, 9) == []
        history = person_history.events(connection, 1, 50)
    undone(people, number)

    assert both == of_one_person(before[0], before[1])
    assert by_old_address == 1
    assert [event.at for event in history] == []
    assert (everything_of(people, "1"), everything_of(people, "2")) == before
    with reading(people) as connection:
        assert [each.first.id for each in possible_doubles(connection, 9)] == []


def of_one_person(ann: dict[str, Any], anne: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be held of the one person that the two are."""
    [second] = anne["subscriptions"]
    twice = {name: anne[name] for name in ("id", "name", "email", "phone", "notes")}
    return ann | {
        "email": "anne@example.org",
        "address": ["Ann Example", *anne["address"][1:]],
        "notes": "Rings on Mondays\nHas a dog",
        "subscriptions": [second, *ann["subscriptions"]],
        "consents": [*ann["consents"], *anne["consents"]],
        "needs": anne["needs"],
        "held_twice": [twice | {"address": anne["address"]}],
    }


def test_a_link_of_either_leaves_for_the_one_they_are(people: Engine) -> None:
    links = UnsubscribeLinks(people, LINKS, lambda: LATER)
    with reading(people) as connection:
        tokens = [
            LINKS.unsubscribe_token(ReaderRef(number, reader.mark))
            for number in (1, 2)
            if (reader := readers.get(connection, number))
        ]
    number = merged(people)

    state = links.unsubscribe(tokens[1])

    assert state.has_changed
    assert state.reader.reader_id == 1
    assert links.look(tokens[0]).state is links.look(tokens[1]).state
    undone(people, number)
    with reading(people) as connection:
        # Whose mail it was that they left by, nobody knows for sure: both have left.
        assert departures.is_gone(connection, 1, 1)
        assert departures.is_gone(connection, 1, 2)


def test_what_either_has_left_or_asked_stays(people: Engine) -> None:
    with writing(people) as connection:
        leave(connection, 1, 2, LeavingMeans.LINK, EIGHT)
        suppress(connection, HASHER, "anne@example.org", "asked by phone", EIGHT)

    number = merged(people)

    with reading(people) as connection:
        assert departures.is_gone(connection, 1, 1)
    assert (
        everything_of(people, "1")["suppressed"]["email"]["reason"] == "asked by phone"
    )
    undone(people, number)
    assert everything_of(people, "1")["suppressed"] == {}
    assert everything_of(people, "2")["suppressed"] != {}
    with reading(people) as connection:
        assert not departures.is_gone(connection, 1, 1)
        assert departures.is_gone(connection, 1, 2)


def test_what_was_asked_after_a_merge_outlives_its_undoing(people: Engine) -> None:
    with writing(people) as connection:
        suppress(connection, HASHER, "anne@example.org", "asked by phone", EIGHT)
    number = merged(people)
    with writing(people) as connection:
        suppress(connection, HASHER, "1", "asked by letter", LATER + timedelta(1))

    undone(people, number, LATER + timedelta(2))

    ann, anne = everything_of(people, "1"), everything_of(people, "2")
    assert ann["suppressed"]["email"] == {
        "reason": "asked by letter",
        "since": LATER + timedelta(1),
    }
    assert anne["suppressed"]["email"]["reason"] == "asked by letter"


def test_what_was_changed_since_stays_with_the_one_who_was_kept(
    people: Engine,
) -> None:
    number = merged(people, "phone")
    with writing(people) as connection:
        edit(connection, HASHER, "2", {"phone": "01632 960166"}, LATER)
        suppress(connection, HASHER, "1", "asked by letter", LATER + timedelta(1))

    undone(people, number, LATER + timedelta(2))

    ann, anne = everything_of(people, "1"), everything_of(people, "2")
    assert ann["phone"] == "01632 960166"
    assert ann["address"] == []
    assert anne["phone"] == ""
    assert ann["suppressed"]["email"]["reason"] == "asked by letter"
    assert anne["suppressed"]["email"]["reason"] == "asked by letter"


def test_a_list_that_has_both_changes_nothing_afterwards(people: Engine) -> None:
    merged(people)
    before = everything_of(people, "1")

    again = imported(people, ANNE, ANN, to="friends")

    assert again.added == 0
    assert everything_of(people, "1") == before
    with reading(people) as connection:
        assert subscribers.get(connection, 3) is None


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param("handing-over", "at this moment", id="leaving"),
        pytest.param("uncertain", "settle it first", id="nobody knows"),
    ],
)
def test_nobody_is_merged_while_a_copy_of_theirs_is_on_its_way(
    people: Engine, state: str, words: str
) -> None:
    a_copy(people, state)
    with writing(people) as connection:
        connection.execute(update(delivery).values(subscriber_id=2, reader_id=2))

    with pytest.raises(DigestError, match=words):
        merged(people)

    assert states(people) == [state]
    assert everything_of(people, "2")["id"] == 2


def test_it_is_undone_in_turn_and_in_time(people: Engine) -> None:
    imported(people, "Nan Example,nan@example.org,,,,")
    first = merged(people)
    with writing(people) as connection:
        second = merge(connection, HASHER, "3", "1", LATER).merge_id
    with reading(people) as connection:
        assert merges.absorbed_by(connection, 3) == [1, 2]
        assert find(connection, "2").id == 3

    with pytest.raises(DigestError, match="undo that first"):
        undone(people, first)
    undone(people, second)
    with reading(people) as connection:
        assert find(connection, "2").id == 1
    with pytest.raises(DigestError, match="for 28 days"):
        undone(people, first, LATER + timedelta(days=28, seconds=1))
    undone(people, first, LATER + timedelta(days=28))
    with pytest.raises(DigestError, match="has been undone"):
        undone(people, first)


def test_who_is_erased_is_erased_whole(people: Engine) -> None:
    number = merged(people)

    erase(people, HASHER, "2", LATER)

    with reading(people) as connection:
        rows = [subscribers.row_of(connection, each) for each in (1, 2)]
        assert [row and row.person.name for row in rows] == ["", ""]
        assert merges.with_id(connection, number).before is None
    with pytest.raises(DigestError, match="erased"):
        undone(people, number)


def test_what_undoes_it_is_forgotten_in_time(people: Engine) -> None:
    number = merged(people)

    with writing(people) as connection:
        assert not merges.count_old(connection, LATER).amount
        assert merges.count_old(connection, LATER + timedelta(seconds=1)).amount
        merges.forget_old(connection, LATER + timedelta(seconds=1), 500)

    with reading(people) as connection:
        assert merges.with_id(connection, number).before is None
        row = subscribers.row_of(connection, 2)
        assert row is not None
        assert (row.person.name, row.person.email) == ("Anne Example", "")
        assert find(connection, "anne@example.org").id == 1


def test_only_two_who_are_there_are_merged(people: Engine) -> None:
    imported(people, "Anne Example,,01632 960155,,,", is_same=False)
    with writing(people) as connection, pytest.raises(DigestError, match="both are"):
        merge(connection, HASHER, "1", "ann@example.org", LATER)
    with writing(people) as connection, pytest.raises(NotFound):
        merge(connection, HASHER, "1", "99", LATER)
    with writing(people) as connection, pytest.raises(DigestError, match="called fax"):
        merge(connection, HASHER, "1", "2", LATER, take=["fax"])
    with reading(people) as connection:
        assert connection.execute(person_merge.select()).first() is None


def test_no_edition_counts_who_is_held_under_the_other_number(people: Engine) -> None:
    a_sender(people).create("Chat", "https://example.org", tuple(WebhookKind), EIGHT)
    number = merged(people)
    posts_accepted(people, [a_post("one")], LATER)
    [going] = foresee(people, [], LiveStart(), LATER)
    [plan] = [first for first in going.firsts if first.readers]
    edition = publish(people, "lantern-week", "daily", LATER + timedelta(days=1))
    with reading(people) as connection:
        reasons = edition_copies.left_out_counts(connection, edition.id)

    assert reasons == {}
    assert (plan.readers, plan.left_out) == (1, {})

    undone(people, number)
    with reading(people) as connection:
        facts = [(each.kind, each.facts) for each in outbox.log(connection, 1, 50)]
    both = {"person": 1, "other": 2}
    assert (WebhookKind.PERSON_MERGED, both) in facts
    assert (WebhookKind.PERSON_PARTED, both) in facts
