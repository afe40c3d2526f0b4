"""The log: what staff do with posts, and the same post met twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from digest.compose import lifecycle, plan
from digest.errors import DigestError, NotFound
from digest.model.posts.edits import with_link_kind
from digest.model.posts.items import Item, Link, LinkKind
from digest.schedule.reports.troubles.of_campaigns import troubles_in
from digest.store.base.engine import reading, writing
from digest.store.base.tables import source
from digest.store.campaigns import campaigns, source_rows, sources
from digest.store.editions import editions, moves
from digest.store.posts import acceptance, by_hand, corrections, editing, listing, log
from digest.store.posts.listing import ItemFilter, ItemState
from tests.builders import EIGHT, a_post, words
from tests.stored import FILE, a_reader, a_stored_campaign, schedule_id

SECOND = """
[[source]]
name = "news"
kind = "feed"
url = "https://example.net/feed"
{extra}
"""
LONG = words("Come in out of the rain. Nobody is asked for a reason, and tea is free.")


def two_sources(engine: Engine, extra: str = "") -> None:
    a_stored_campaign(engine, FILE + SECOND.format(extra=extra))


def accepted(
    engine: Engine, name: str, items: Sequence[Item], day: int = 0
) -> acceptance.AcceptanceCounts:
    """Read the source of that name, which holds these items."""
    now = EIGHT + timedelta(days=day)
    with writing(engine) as connection:
        [stored] = campaigns.listed(connection)
        row = sources.of_campaign(connection, stored.id)[name]
        [terms] = [
            terms_of for terms_of in stored.campaign.sources if terms_of.name == name
        ]
        origin = acceptance.AcceptanceOrigin(
            stored.id, row.id, terms, row.is_first_contact
        )
        counts = acceptance.accept(connection, origin, items, now)
        sources.note_read(connection, row, now, {})
        return counts


def titles(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [entry.item.title for entry in log.released(connection, 1, 0)]


def states(engine: Engine) -> list[str]:
    """Return the state of every item, the oldest first."""
    with reading(engine) as connection:
        return [entry.state for entry in reversed(listing.listed(connection, 1))]


def an_edition(engine: Engine, day: int, *, approved: bool = False) -> int:
    now = EIGHT + timedelta(days=day)
    with writing(engine) as connection:
        slot = editions.Slot(1, schedule_id(engine, "daily"), now)
        moves.open_at(connection, slot, now)
        edition = editions.at_slot(connection, slot.schedule_id, now)
    assert edition is not None
    lifecycle.freeze(engine, edition.id, now)
    if approved:
        lifecycle.approve(engine, edition.id, now)
        plan.plan(engine, edition.id, now)
    return edition.id


# --- the same post twice ---


def test_a_post_in_two_sources_is_taken_once_and_its_twin_is_shown(
    engine: Engine,
) -> None:
    two_sources(engine)
    accepted(engine, "blog", [a_post("one", url="https://example.org/kettle")])
    twin = a_post(
        "9", title="Kettle news", url="http://www.example.org/kettle/?utm_x=1"
    )
    first = accepted(engine, "news", [twin, a_post("10", title="Urn", body=LONG)])
    second = accepted(engine, "news", [twin])

    assert (first.new, first.duplicates) == (1, 1)
    assert (second.unchanged, second.new) == (1, 0)
    assert titles(engine) == ["The kettle is always on", "Urn"]
    assert sorted(states(engine)) == ["duplicate", "released", "released"]


def test_staff_may_let_a_twin_in_after_all(engine: Engine) -> None:
    two_sources(engine)
    accepted(engine, "blog", [a_post("one", body=LONG)])
    accepted(engine, "news", [a_post("9", body=LONG, url="")])
    with writing(engine) as connection:
        assert log.release(connection, 2, EIGHT)

    assert states(engine) == ["released", "released"]


def test_an_address_that_all_posts_of_a_source_share_tells_none_apart(
    engine: Engine,
) -> None:
    two_sources(engine)
    page = "https://example.org/programme"
    day = [a_post(f"d{n}", title=f"Day {n}", url=page) for n in range(3)]
    accepted(engine, "blog", day)
    accepted(engine, "news", [a_post("x", title="Something else", url=page)])

    assert len(titles(engine)) == 4


def test_what_staff_withdrew_does_not_come_back_by_another_source(
    engine: Engine,
) -> None:
    two_sources(engine)
    accepted(engine, "blog", [a_post("one", body=LONG)])
    with writing(engine) as connection:
        log.withdraw(connection, 1, EIGHT)
    accepted(engine, "news", [a_post("9", body=LONG)])

    assert titles(engine) == []


def test_a_post_that_waits_for_staff_gives_way_to_one_that_need_not(
    engine: Engine,
) -> None:
    two_sources(engine, "moderated = true")
    accepted(engine, "news", [a_post("9", body=LONG)])
    accepted(engine, "blog", [a_post("one", body=LONG)])

    assert states(engine) == ["duplicate", "released"]


def test_what_was_passed_over_in_one_source_may_come_in_by_another(
    engine: Engine,
) -> None:
    two_sources(engine, 'first = "now"')
    accepted(engine, "news", [a_post("9", body=LONG)])
    accepted(engine, "blog", [a_post("one", body=LONG)])

    assert states(engine) == ["passed over", "released"]


def test_one_post_twice_in_one_reading_is_taken_once(engine: Engine) -> None:
    a_stored_campaign(engine)
    both = [a_post("one", body=LONG), a_post("two", body=LONG)]
    first, second = accepted(engine, "blog", both), accepted(engine, "blog", both)

    assert (first.new, first.duplicates) == (1, 1)
    assert second.unchanged == 2
    assert len(titles(engine)) == 1


# --- a source that is renamed or moved ---

RENAMED = FILE.replace('name = "blog"', 'name = "stories"')
MOVED = FILE.replace("https://example.org/feed", "https://example.net/other")


def applied(engine: Engine, text: str, day: int = 1) -> None:
    a_stored_campaign(engine, text, EIGHT + timedelta(days=day))


def test_a_source_under_another_name_keeps_its_memory(engine: Engine) -> None:
    a_stored_campaign(engine)
    accepted(engine, "blog", [a_post("one")])
    applied(engine, RENAMED)
    again = accepted(engine, "stories", [a_post("one")])

    assert (again.new, again.unchanged) == (0, 1)
    with reading(engine) as connection:
        rows = connection.execute(select(source)).all()
    assert [(row.name, row.ended_at) for row in rows] == [("stories", None)]


def test_a_source_that_was_away_for_a_while_comes_back_under_another_name(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    accepted(engine, "blog", [a_post("one")])
    applied(engine, MOVED.replace('name = "blog"', 'name = "other"'))
    applied(engine, RENAMED, day=2)

    assert accepted(engine, "stories", [a_post("one")]).unchanged == 1


def test_two_sources_that_change_their_names_send_nothing_twice(
    engine: Engine,
) -> None:
    two_sources(engine)
    post, other = a_post("a", body=LONG), a_post("b", title="Urn", body=LONG)
    accepted(engine, "blog", [post])
    accepted(engine, "news", [other])
    swapped = (FILE + SECOND.format(extra="")).replace('"blog"', '"x"')
    swapped = swapped.replace('"news"', '"blog"').replace('"x"', '"news"')
    applied(engine, swapped)
    accepted(engine, "blog", [other])
    accepted(engine, "news", [post])

    assert len(titles(engine)) == 2


@pytest.mark.parametrize(
    "moved",
    [
        pytest.param(a_post("one", body=LONG), id="the same ids"),
        pytest.param(
            a_post("https://new.example/1", body=LONG, url="https://new.example/1"),
            id="new ids and addresses",
        ),
    ],
)
@pytest.mark.parametrize("first", ['"now"', "0", "5", '"campaign-start"'])
def test_a_source_at_another_address_keeps_its_memory_and_misses_nothing(
    engine: Engine, moved: Item, first: str
) -> None:
    a_stored_campaign(engine)
    accepted(engine, "blog", [a_post("one", body=LONG)])
    with_first = MOVED.replace("[[schedule]]", f"first = {first}\n[[schedule]]", 1)
    applied(engine, with_first)
    meanwhile = a_post("new", title="Published while it moved")
    counts = accepted(engine, "blog", [moved, meanwhile])

    assert (counts.new, counts.passed_over) == (1, 0)
    assert titles(engine) == ["The kettle is always on", "Published while it moved"]


def test_another_source_at_another_address_is_met_for_the_first_time(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    accepted(engine, "blog", [a_post("one", body=LONG)])
    applied(engine, MOVED.replace("[[schedule]]", "first = 1\n[[schedule]]", 1))
    old = [a_post(str(n), title=f"Old {n}", published=EIGHT) for n in range(5)]

    assert accepted(engine, "blog", old).passed_over == 4


# --- first contact ---


def test_from_the_campaigns_start_on_passes_over_what_is_dated_before_it(
    engine: Engine,
) -> None:
    text = FILE.replace('timezone = "Eu', 'starts = 2026-07-06\ntimezone = "Eu')
    a_stored_campaign(
        engine,
        text.replace("[[schedule]]", 'first = "campaign-start"\n[[schedule]]', 1),
    )
    midnight = EIGHT.replace(hour=0) - timedelta(hours=1)  # it is summer in London
    dated = [
        a_post("before", title="Before", published=midnight - timedelta(seconds=1)),
        a_post("first", title="At midnight", published=midnight),
        a_post("undated", title="Undated", published=None),
        a_post("future", title="Future", published=EIGHT + timedelta(days=900)),
    ]
    counts = accepted(engine, "blog", dated)
    accepted(
        engine,
        "blog",
        [*dated, a_post("late", title="Late", published=EIGHT - timedelta(days=59))],
    )

    assert counts.passed_over == 1
    assert titles(engine) == ["At midnight", "Undated", "Future", "Late"]


# --- old posts at a later contact ---


@pytest.mark.parametrize(
    ("age", "is_held"),
    [
        pytest.param(timedelta(days=60), False, id="sixty days old"),
        pytest.param(timedelta(days=60, seconds=1), True, id="older"),
        pytest.param(timedelta(days=730), True, id="two years old"),
        pytest.param(timedelta(days=-900), False, id="dated in the future"),
        pytest.param(None, False, id="not dated"),
    ],
)
def test_an_old_post_that_turns_up_later_waits_for_a_person(
    engine: Engine,
    age: timedelta | None,
    is_held: bool,  # noqa: FBT001 - a column of the table
) -> None:
    stored = a_stored_campaign(engine)
    accepted(engine, "blog", [a_post("one", title="One")])
    published = None if age is None else EIGHT - age
    old = a_post("old", title="Old", published=published)
    counts = accepted(engine, "blog", [a_post("one", title="One"), old])
    again = accepted(engine, "blog", [a_post("one", title="One"), old])
    with reading(engine) as connection:
        troubles = troubles_in(connection, [stored], EIGHT)

    assert (counts.new, counts.old) == (int(not is_held), int(is_held))
    assert again.unchanged == 2
    assert titles(engine) == (["One"] if is_held else ["One", "Old"])
    lines = [*map(str, troubles)]
    assert sum("days ago, and held" in line for line in lines) == is_held
    assert not any("to be released" in line for line in lines)


def test_an_old_post_is_news_once_a_person_says_so(engine: Engine) -> None:
    a_stored_campaign(engine)
    accepted(engine, "blog", [a_post("one", title="One")])
    old = a_post("old", title="Old", published=EIGHT - timedelta(days=730))
    accepted(engine, "blog", [a_post("one", title="One"), old])
    with reading(engine) as connection:
        [listed, _] = listing.listed(connection, 1)
    with writing(engine) as connection:
        assert log.release(connection, listed.id, EIGHT)
    with reading(engine) as connection:
        [released, _] = listing.listed(connection, 1)

    assert (listed.state, listed.is_held_as_old) == ("held", True)
    assert (released.state, released.is_held_as_old) == ("released", False)
    assert titles(engine) == ["One", "Old"]


def test_what_is_old_at_first_contact_is_for_the_campaign_file_to_say(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    old = a_post("old", title="Old", published=EIGHT - timedelta(days=730))

    assert accepted(engine, "blog", [old]).new == 1


def test_an_old_post_that_staff_add_is_meant(engine: Engine) -> None:
    stored = a_stored_campaign(engine)
    old = a_post("old", title="Old", published=EIGHT - timedelta(days=730))
    with writing(engine) as connection:
        assert by_hand.add(connection, stored, old, EIGHT).outcome == "added"

    assert titles(engine) == ["Old"]


# --- hold, withdraw and undo ---


def test_a_withdrawal_that_no_edition_saw_is_undone_whole(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    accepted(engine, "blog", [a_post("one", title="One"), a_post("two", title="Two")])
    with writing(engine) as connection:
        log.withdraw(connection, 1, EIGHT)
    an_edition(engine, 1, approved=True)
    with writing(engine) as connection:
        assert log.restore(connection, 1, EIGHT)
        assert not log.restore(connection, 1, EIGHT)

    assert titles(engine) == ["Two", "One"]
    with reading(engine) as connection:
        assert [post.position for post in log.released(connection, 1, 2)] == [3]


def test_a_withdrawal_before_approval_is_undone_in_place(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    accepted(engine, "blog", [a_post()])
    an_edition(engine, 1)
    with writing(engine) as connection:
        log.withdraw(connection, 1, EIGHT)
        assert log.restore(connection, 1, EIGHT)

    with reading(engine) as connection:
        assert [post.position for post in log.released(connection, 1, 0)] == [1]


def test_a_withdrawal_that_an_edition_went_on_without_stays(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    accepted(engine, "blog", [a_post()])
    an_edition(engine, 1, approved=True)
    with writing(engine) as connection:
        log.withdraw(connection, 1, EIGHT)

    with (
        pytest.raises(DigestError, match="edition 1 has gone on without post 1"),
        writing(engine) as connection,
    ):
        log.restore(connection, 1, EIGHT)


def test_what_waited_when_it_was_withdrawn_waits_again(engine: Engine) -> None:
    two_sources(engine, "moderated = true")
    accepted(engine, "news", [a_post()])
    with writing(engine) as connection:
        log.withdraw(connection, 1, EIGHT)
        log.restore(connection, 1, EIGHT)

    assert states(engine) == ["waiting"]


# --- what staff change ---


def test_what_staff_changed_outlives_another_reading(engine: Engine) -> None:
    a_stored_campaign(engine)
    link = Link(LinkKind.VIDEO, "the film", "https://example.org/v")
    accepted(engine, "blog", [a_post(title="Kettel", links=(link,))])
    signed = replace(link, kind=LinkKind.WEBINAR)
    with writing(engine) as connection:
        editing.edit(connection, 1, lambda post: replace(post, title="Kettle"), EIGHT)
        editing.edit(
            connection, 1, lambda post: with_link_kind(post, 1, signed.kind), EIGHT
        )
    same = accepted(engine, "blog", [a_post(title="Kettel", links=(link,))])
    other = accepted(
        engine, "blog", [a_post(title="Kettel", summary="N.", links=(link,))]
    )

    assert (same.unchanged, other.revised) == (1, 1)
    with reading(engine) as connection:
        [entry] = log.released(connection, 1, 0)
    assert entry.item == a_post(title="Kettle", summary="N.", links=(signed,))


def test_what_the_source_then_changes_itself_is_as_the_source_says(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    accepted(engine, "blog", [a_post(title="Kettel")])
    with writing(engine) as connection:
        editing.edit(connection, 1, lambda post: replace(post, title="Kettle"), EIGHT)
    accepted(engine, "blog", [a_post(title="Urn")])

    assert titles(engine) == ["Urn"]
    with reading(engine) as connection:
        assert not listing.get(connection, 1, 1).is_edited


def test_what_staff_changed_can_be_taken_back(engine: Engine) -> None:
    a_stored_campaign(engine)
    accepted(engine, "blog", [a_post(title="Kettel")])
    with writing(engine) as connection:
        assert not editing.revert(connection, 1, EIGHT)
        assert editing.edit(
            connection, 1, lambda post: replace(post, title="Kettle"), EIGHT
        )
        assert not editing.edit(connection, 1, lambda post: post, EIGHT)
        assert editing.revert(connection, 1, EIGHT)

    assert titles(engine) == ["Kettel"]


def test_topics_that_staff_and_the_campaign_give_are_both_kept(engine: Engine) -> None:
    text = FILE.replace("[[schedule]]", 'topics = ["a"]\n[[schedule]]', 1)
    a_stored_campaign(engine, text)
    accepted(engine, "blog", [a_post()])
    with writing(engine) as connection:
        editing.edit(connection, 1, lambda post: replace(post, topics=("tea",)), EIGHT)
    applied(engine, text.replace('["a"]', '["b"]'))
    accepted(engine, "blog", [a_post()])

    with reading(engine) as connection:
        [entry] = log.released(connection, 1, 0)
    assert entry.topics == ("b", "tea")


def test_the_words_of_a_post_in_an_edition_are_fixed(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    accepted(engine, "blog", [a_post()])
    an_edition(engine, 1)

    with (
        pytest.raises(DigestError, match="digest post correct 1"),
        writing(engine) as connection,
    ):
        editing.edit(connection, 1, lambda post: replace(post, title="Urn"), EIGHT)


# --- corrections ---


def carried_then_changed(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    accepted(engine, "blog", [a_post(title="Monday at 3")])
    an_edition(engine, 1, approved=True)
    accepted(engine, "blog", [a_post(title="Monday at 4", summary="Mind the hour.")])


def test_a_change_after_an_edition_is_offered_and_sent_as_a_new_item(
    engine: Engine,
) -> None:
    carried_then_changed(engine)
    with writing(engine) as connection:
        [offer] = corrections.offered(connection, 1)
        correction_id = corrections.correct(connection, offer.id, EIGHT)
        assert corrections.offered(connection, 1) == []
    again = accepted(
        engine, "blog", [a_post(title="Monday at 4", summary="Mind the hour.")]
    )

    assert offer.changed == ("title", "summary")
    assert offer.corrected.title == "Correction: Monday at 4"
    assert (correction_id, again.unchanged) == (2, 1)
    with reading(engine) as connection:
        [entry] = log.released(connection, 1, 1)
        assert entry.item.title == "Correction: Monday at 4"
        assert listing.get(connection, 1, 2).correction == 1
        # Who has neither yet gets the correction alone.
        assert titles(engine) == ["Correction: Monday at 4"]


def test_a_correction_is_revised_and_corrected_like_any_post(engine: Engine) -> None:
    carried_then_changed(engine)
    with writing(engine) as connection:
        corrections.correct(connection, 1, EIGHT)
    accepted(engine, "blog", [a_post(title="Monday at 4", summary="At four.")])
    an_edition(engine, 2, approved=True)
    accepted(engine, "blog", [a_post(title="Monday at 4", summary="At four, or five.")])
    with writing(engine) as connection:
        [offer] = corrections.offered(connection, 1)
        corrections.correct(connection, offer.id, EIGHT)

    assert (offer.id, offer.item.summary) == (2, "At four.")
    assert titles(engine) == ["Correction: Monday at 4"]
    with reading(engine) as connection:
        [entry] = log.released(connection, 1, 2)
    assert (entry.id, entry.position) == (3, 3)


def test_staff_may_leave_readers_with_what_they_have_until_it_changes_again(
    engine: Engine,
) -> None:
    carried_then_changed(engine)
    counts = []
    with writing(engine) as connection:
        assert corrections.decline(connection, 1, EIGHT)
        assert not corrections.decline(connection, 1, EIGHT)
        counts.append(corrections.count(connection, 1))
        assert corrections.offer_again(connection, 1, EIGHT)
        counts.append(corrections.count(connection, 1))
        corrections.decline(connection, 1, EIGHT)
    accepted(engine, "blog", [a_post(title="Monday at 5")])
    with reading(engine) as connection:
        counts.append(corrections.count(connection, 1))

    assert counts == [0, 1, 1]


def test_a_correction_keeps_what_staff_had_changed(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    accepted(engine, "blog", [a_post(title="Kettel", summary="One.")])
    with writing(engine) as connection:
        editing.edit(connection, 1, lambda post: replace(post, title="Kettle"), EIGHT)
    an_edition(engine, 1, approved=True)
    accepted(engine, "blog", [a_post(title="Kettel", summary="Two.")])

    with reading(engine) as connection:
        [offer] = corrections.offered(connection, 1)
    assert offer.changed == ("summary",)
    assert (offer.corrected.title, offer.corrected.summary) == (
        "Correction: Kettle",
        "Two.",
    )


def test_staff_may_correct_in_words_of_their_own(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    accepted(engine, "blog", [a_post(title="Kettle")])
    an_edition(engine, 1, approved=True)
    with writing(engine) as connection:
        corrections.correct(connection, 1, EIGHT, a_post(title="It was an urn"))
    read_again = accepted(engine, "blog", [a_post(title="Kettle")])

    assert titles(engine) == ["It was an urn"]
    assert read_again.unchanged == 1


def test_staff_see_what_is_in_one_state_or_was_changed_after_it_went_out(
    engine: Engine,
) -> None:
    carried_then_changed(engine)
    named = [a_post(f"p{n}", title=f"Post {n}") for n in range(3)]
    accepted(engine, "blog", [a_post(title="Monday at 4", summary="Mind."), *named])
    with writing(engine) as connection:
        log.hold(connection, 2, EIGHT)
        log.withdraw(connection, 3, EIGHT)
        log.hold(connection, 4, EIGHT)
        log.withdraw(connection, 4, EIGHT)
        ids_by_state = {
            state: [
                post.id for post in listing.listed(connection, 1, ItemFilter(state))
            ]
            for state in ItemState
        }
        [change] = {listing.get(connection, 1, n).change for n in (2, 3, 4)}
        offered = listing.get(connection, 1, 1).change
        corrections.decline(connection, 1, EIGHT)
        declined = listing.get(connection, 1, 1).change

    assert {state: ids for state, ids in ids_by_state.items() if ids} == {
        "held": [2],
        "withdrawn": [4, 3],
        "released": [1],
        "changed": [1],
    }
    assert (change, offered, declined) == ("", "offered", "declined")


def test_a_correction_that_is_held_or_withdrawn_leaves_the_post_itself(
    engine: Engine,
) -> None:
    carried_then_changed(engine)
    with writing(engine) as connection:
        correction_id = corrections.correct(connection, 1, EIGHT)
        assert log.hold(connection, correction_id, EIGHT)

    assert titles(engine) == ["Monday at 3"]


@pytest.mark.parametrize(
    ("item_id", "problem", "words"),
    [
        (1, DigestError, "corrected already, by post 2"),
        (2, DigestError, "no edition carries post 2 yet"),
        (9, NotFound, "there is no post 9"),
    ],
)
def test_what_cannot_be_corrected_says_why(
    engine: Engine, item_id: int, problem: type[Exception], words: str
) -> None:
    carried_then_changed(engine)
    with writing(engine) as connection:
        corrections.correct(connection, 1, EIGHT)

    with pytest.raises(problem, match=words), writing(engine) as connection:
        corrections.correct(connection, item_id, EIGHT)


def test_a_post_without_news_needs_words_to_be_corrected(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    accepted(engine, "blog", [a_post()])
    an_edition(engine, 1)

    with (
        pytest.raises(DigestError, match="says nothing new"),
        writing(engine) as connection,
    ):
        corrections.correct(connection, 1, EIGHT)


def test_what_is_added_by_hand_has_one_source_that_no_file_ends(engine: Engine) -> None:
    a_stored_campaign(engine)
    with writing(engine) as connection:
        source_ids = {source_rows.by_hand(connection, 1) for _ in range(2)}
    applied(engine, RENAMED)

    with reading(engine) as connection:
        ended = select(source.c.ended_at).where(source.c.id.in_(source_ids))
        assert connection.scalars(ended).all() == [None]
