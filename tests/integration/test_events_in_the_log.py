"""Events between the log and an edition: told while of use, called off, put right."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Engine, select

from digest.model.editions.edition import EditionState
from digest.model.posts.item_json import from_json
from digest.model.posts.items import Event, EventState, Item
from digest.schedule.editions.publishing import publish
from digest.store.base.engine import reading, writing
from digest.store.base.tables import item, source
from digest.store.campaigns import campaigns
from digest.store.posts import acceptance, corrections, listing
from tests.builders import EIGHT, an_event
from tests.stored import a_reader, a_stored_campaign, posts_accepted

OFF = EventState.CANCELLED


def updated(engine: Engine, updates: Sequence[Item]) -> acceptance.AcceptanceCounts:
    with writing(engine) as connection:
        row = connection.execute(select(source)).one()
        first = campaigns.load(connection, row.campaign_id).sources[0]
        origin = acceptance.AcceptanceOrigin(row.campaign_id, row.id, first, False)  # noqa: FBT003
        return acceptance.accept(connection, origin, [], EIGHT, updates)


def revisions(engine: Engine) -> list[object]:
    with reading(engine) as connection:
        contents = connection.scalars(select(item.c.revision)).all()
    return [content and from_json(content) for content in contents]


def edition(engine: Engine) -> EditionState:
    return publish(engine, "lantern-week", "daily", EIGHT).state


def test_an_update_revises_what_is_known_and_adds_nothing(engine: Engine) -> None:
    a_stored_campaign(engine)
    posts_accepted(engine, [an_event("known")])
    counts = updated(
        engine, [an_event("known", title="Other"), an_event("unknown", title="New")]
    )

    assert (counts.new, counts.revised) == (0, 1)
    with reading(engine) as connection:
        [content] = connection.scalars(select(item.c.content)).all()
    assert content["title"] == "Other"


def test_an_event_that_is_over_is_no_news(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    posts_accepted(engine, [an_event(starts=EIGHT - timedelta(days=3), ends=None)])

    assert edition(engine) is EditionState.SKIPPED


def test_an_event_called_off_before_anyone_was_told_never_appears(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    posts_accepted(engine, [an_event()])
    updated(engine, [an_event(state=OFF)])

    assert edition(engine) is EditionState.SKIPPED
    assert revisions(engine) == [None]


def test_an_event_called_off_after_readers_were_told_is_offered_as_a_correction(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    posts_accepted(engine, [an_event()])
    assert edition(engine) is EditionState.PLANNED
    first, again = (updated(engine, [an_event(state=OFF)]) for _ in range(2))

    assert (first.revised, again.revised) == (1, 0)
    with reading(engine) as connection:
        [offer] = corrections.offered(connection, 1)
    correction = offer.corrected
    assert isinstance(correction, Event)
    assert (correction.state, correction.announced) == (OFF, an_event().span)


def test_only_events_to_come_are_expected_of_a_source(engine: Engine) -> None:
    a_stored_campaign(engine)
    past = an_event("past", starts=EIGHT - timedelta(days=1), ends=None)
    posts_accepted(engine, [past, an_event("next")])
    with reading(engine) as connection:
        expected = acceptance.expected(connection, 1, EIGHT)

    assert [event.key for event in expected] == ["next"]


def test_what_readers_were_told_is_said_in_each_correction_and_kept(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    posts_accepted(engine, [an_event()])
    edition(engine)
    later, latest = (EIGHT + timedelta(days=n) for n in (2, 3))
    updated(engine, [an_event(starts=later, ends=None)])
    with writing(engine) as connection:
        correction_id = corrections.correct(connection, 1, EIGHT)
    again = updated(engine, [an_event(starts=later, ends=None)])
    updated(engine, [an_event(starts=latest, ends=None)])

    assert again.unchanged == 1
    with reading(engine) as connection:
        corrected = listing.get(connection, 1, correction_id).item
    assert isinstance(corrected, Event)
    assert (corrected.starts, corrected.announced) == (latest, an_event().span)
    assert corrected.title == an_event().title


def test_staff_who_call_an_event_off_need_not_say_when_it_would_have_been(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    posts_accepted(engine, [an_event()])
    edition(engine)
    words = an_event(title="Correction: Lantern walk", state=OFF)
    with writing(engine) as connection:
        correction_id = corrections.correct(connection, 1, EIGHT, words)

    with reading(engine) as connection:
        corrected = listing.get(connection, 1, correction_id).item
    assert isinstance(corrected, Event)
    assert (corrected.title, corrected.state) == ("Lantern walk", OFF)
    assert corrected.announced == an_event().span
