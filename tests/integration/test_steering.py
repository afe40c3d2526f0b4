"""Staff steer the open edition: it is kept until it freezes, and told of by whom."""

from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy import Engine, select

from digest.compose import lifecycle, stopping
from digest.compose.variants import draft, of_edition
from digest.errors import DigestError, NotFound
from digest.model.editions.edition import Variant
from digest.model.editions.mode import Mode
from digest.model.formats import HTML, LARGE_PRINT, LETTER, PLAIN, Format
from digest.render.families import family_of
from digest.render.options import RenderOptions
from digest.schedule.editions import publishing
from digest.schedule.editions.previews import SAMPLE
from digest.schedule.editions.steering.contents import contents
from digest.schedule.editions.steering.steer import Steer
from digest.store.base.engine import reading
from digest.store.base.modes import in_mode
from digest.store.base.tables import item
from digest.store.campaigns import campaigns
from digest.store.editions.steering import SteeringPlace, get, last_by
from digest.store.staff.audit import acting_as, latest
from tests.builders import EIGHT, a_post, an_event
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted, schedule_id

NOW = EIGHT + timedelta(minutes=20)
TOMORROW = EIGHT + timedelta(days=1)


def a_campaign_of_three(engine: Engine, more: str = "") -> Engine:
    """Return live mode on a database with three posts, an event and a reader."""
    a_stored_campaign(engine, READY.replace("lists =", f"{more}\nlists ="))
    a_reader(engine, "ann")
    posts = [
        a_post(name, title=name.title(), published=EIGHT + timedelta(minutes=minute))
        for minute, name in enumerate(("one", "two", "three"))
    ]
    posts_accepted(engine, [*posts, an_event(title="Walk")])
    return acting_as(in_mode(engine, Mode.LIVE), "priya (command line)")


def hand(engine: Engine, what: str = "lantern-week", by: str = "priya") -> Steer:
    return Steer(engine, what, "daily", by, NOW)


def number(engine: Engine, key: str) -> int:
    """Return the id of the item of that key."""
    with reading(engine) as connection:
        return int(connection.scalars(select(item.c.id).where(item.c.key == key)).one())


def the_draft(engine: Engine, fmt: Format = HTML) -> Variant:
    with reading(engine) as connection:
        stored = campaigns.by_name(connection, "lantern-week")
        row = campaigns.schedules_of(connection, stored)[0]
        variant = draft(connection, stored, row, fmt, NOW)
    assert variant is not None
    return variant


def titles(variant: Variant) -> list[str]:
    return [each.title for each in variant.items]


def the_edition(engine: Engine, edition_id: int) -> Variant:
    with reading(engine) as connection:
        composed = of_edition(connection, edition_id, HTML)
    assert composed is not None
    return composed.variant


def test_what_is_said_of_the_open_edition_goes_with_it_once(engine: Engine) -> None:
    live = a_campaign_of_three(engine)
    hand(live).note("Ring **Wilf**.")
    hand(live).subject("Nine winters of lanterns")
    hand(live).preheader("And the walk")
    hand(live).pin(number(live, "three"))
    hand(live).move(number(live, "two"), 2)
    preview = the_draft(live)
    first = publishing.publish(live, "lantern-week", "daily", NOW)
    posts_accepted(engine, [a_post("four", title="Four")], TOMORROW)
    second = publishing.publish(live, "lantern-week", "daily", TOMORROW)

    assert titles(preview) == ["Three", "Two", "One", "Walk"]
    went = the_edition(live, first.id)
    assert (went.note, went.subject, went.preheader) == (
        preview.note,
        "Nine winters of lanterns",
        "And the walk",
    )
    assert titles(went) == titles(preview)
    after = the_edition(live, second.id)
    assert (after.note, after.subject, titles(after)) == ((), "", ["Four"])


def test_a_skipped_edition_leaves_it_for_the_next(sqlite_engine: Engine) -> None:
    live = a_campaign_of_three(sqlite_engine)
    publishing.publish(live, "lantern-week", "daily", NOW)
    hand(live).subject("Nine winters")
    publishing.publish(live, "lantern-week", "daily", TOMORROW)
    posts_accepted(sqlite_engine, [a_post("four")], TOMORROW)
    third = publishing.publish(
        live, "lantern-week", "daily", TOMORROW + timedelta(hours=1)
    )

    assert the_edition(live, third.id).subject == "Nine winters"


def test_a_rehearsal_takes_nothing_of_the_live_edition(sqlite_engine: Engine) -> None:
    live = a_campaign_of_three(sqlite_engine)
    hand(live).subject("Nine winters")
    publishing.publish(
        in_mode(sqlite_engine, Mode.PRACTICE), "lantern-week", "daily", NOW
    )

    assert the_draft(live).subject == "Nine winters"


@pytest.mark.parametrize("fmt", [HTML, PLAIN, LETTER, LARGE_PRINT], ids=str)
def test_the_note_stands_before_all_posts_in_every_format(
    sqlite_engine: Engine, fmt: Format
) -> None:
    live = a_campaign_of_three(sqlite_engine)
    hand(live).note("Ring **Wilf** by Monday.\n\n- Warm coats")
    variant = the_draft(live, fmt)
    [preview] = [row for row in fmt.previews if row.words]
    document = (
        family_of(fmt).preview(variant, preview, RenderOptions(NOW), SAMPLE).content
    )
    text = document.decode(errors="replace")
    if fmt.points:
        pages = pypdfium2.PdfDocument(document)
        text = "".join(page.get_textpage().get_text_range() for page in pages)

    assert 0 < text.index("Wilf") < text.index("Warm coats") < text.rindex("One")


def test_staffs_subject_is_in_the_message(sqlite_engine: Engine) -> None:
    live = a_campaign_of_three(sqlite_engine)
    hand(live).subject("Nine winters")
    message = (
        family_of(HTML)
        .preview(the_draft(live), HTML.previews[1], RenderOptions(NOW), SAMPLE)
        .content
    )

    assert b"\r\nSubject: Proof: Nine winters\r\n" in message


@pytest.mark.parametrize(
    "text", ["A\r\nBcc: x@example.org", "A\nB", "A\x00", "A\x7f", "x" * 151]
)
def test_a_subject_that_is_refused(sqlite_engine: Engine, text: str) -> None:
    live = a_campaign_of_three(sqlite_engine)

    for write in (hand(live).subject, lambda line: hand(live).preheader(line * 2)):
        with pytest.raises(DigestError, match=r"line break|columns"):
            write(text)
    assert the_draft(live).subject == ""


def test_an_empty_subject_is_made_again(sqlite_engine: Engine) -> None:
    live = a_campaign_of_three(sqlite_engine)
    hand(live).subject("Nine winters")
    hand(live).subject("")

    preview = contents(live, "lantern-week", "daily", NOW)
    assert preview.subject == "One, and 2 more posts and 1 more event"


def test_two_people_do_not_write_over_each_other(engine: Engine) -> None:
    live = a_campaign_of_three(engine)
    version = hand(live).subject("Nine winters").version
    hand(live, by="sam").pin(number(live, "three"))
    late = Steer(live, "lantern-week", "daily", "priya", NOW, version=version)

    with pytest.raises(DigestError, match=r"post \d \(Monday 6 July 2026, 09:20 BST\)"):
        late.subject("Lanterns")
    assert the_draft(live).subject == "Nine winters"


def test_who_saw_it_before_it_froze_is_told(sqlite_engine: Engine) -> None:
    live = a_campaign_of_three(sqlite_engine)
    version = hand(live).subject("Nine winters").version
    publishing.publish(live, "lantern-week", "daily", NOW)
    late = Steer(live, "lantern-week", "daily", "priya", NOW, version=version)

    with pytest.raises(DigestError, match="frozen"):
        late.note("Ring Wilf.")


def test_acts_are_undone_one_after_the_other(sqlite_engine: Engine) -> None:
    live = a_campaign_of_three(sqlite_engine)
    hand(live).subject("Nine winters")
    hand(live).pin(number(live, "three"))
    undone = [hand(live).undo()[1] for _ in range(2)]

    assert undone == [
        f"pinned post {number(live, 'three')}",
        "wrote the subject “Nine winters”",
    ]
    assert titles(the_draft(live)) == ["One", "Two", "Three", "Walk"]
    with pytest.raises(DigestError, match="undone"):
        hand(live).undo()


def test_every_act_is_on_record(sqlite_engine: Engine) -> None:
    live = a_campaign_of_three(sqlite_engine)
    hand(live).subject("Nine winters")
    with reading(live) as connection:
        [act] = latest(connection, 1)

    assert act.line() == (
        "2026-07-06 08:20:00 UTC  priya (command line) steered the open edition of "
        "daily of campaign lantern-week: subject none → Nine winters"
    )


def test_what_changes_nothing_is_no_act(sqlite_engine: Engine) -> None:
    live = a_campaign_of_three(sqlite_engine)
    hand(live).pin(number(live, "three"))

    assert hand(live).pin(number(live, "three")).version == 1


def test_events_and_strangers_are_not_moved(sqlite_engine: Engine) -> None:
    live = a_campaign_of_three(sqlite_engine)

    with pytest.raises(DigestError, match="is an event"):
        hand(live).pin(number(live, "event-1"))
    with pytest.raises(NotFound, match="post 99 is not in"):
        hand(live).move(99, 1)


def test_what_is_frozen_is_changed_once_it_is_called_back(engine: Engine) -> None:
    live = a_campaign_of_three(engine, 'approval = "one"')
    hand(live).subject("Nine winters")
    publishing.publish(live, "lantern-week", "daily", NOW)

    with pytest.raises(DigestError, match="digest edition recall 1"):
        hand(live, "1").pin(number(live, "three"))
    stopping.recall(live, 1, NOW)
    hand(live, "1", by="sam").pin(number(live, "three"))
    lifecycle.freeze(live, 1, NOW, by="sam")

    went = the_edition(live, 1)
    assert (went.subject, titles(went)[0]) == ("Nine winters", "Three")
    with reading(live) as connection:
        place = SteeringPlace(schedule_id(live, "daily"), Mode.LIVE, 1)
        assert last_by(connection, place) == "sam"
        assert get(connection, place).version == 2
