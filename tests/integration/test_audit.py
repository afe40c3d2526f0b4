"""The audit trail: each act leaves its row, in its transaction, and names no reader."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from digest.audience.erasing import erase
from digest.audience.subject_access import everything
from digest.audience.suppressing import lift, suppress
from digest.audience.unsubscribing import resubscribe, unsubscribe
from digest.bootstrap import App
from digest.compose import lifecycle
from digest.environment import load
from digest.model.campaigns.source_health import SourceFailure
from digest.model.delivery.bounces import BounceKind, BounceVerdict, CopyRef
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.people.reader_marks import ReaderRef
from digest.model.posts.blocks import Picture
from digest.model.posts.items import Item
from digest.schedule.editions import publishing
from digest.store.base.engine import reading, writing
from digest.store.base.tables import audit as audit_table
from digest.store.campaigns import campaigns, sources
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.delivery import deliveries, resending, settling
from digest.store.delivery.deliveries import DeliveryKey, DeliveryMove
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import PrintBatchState, PrintFiles
from digest.store.delivery.returns import bounces
from digest.store.editions import moves
from digest.store.editions.editions import Slot
from digest.store.holds import holds
from digest.store.people import subscriptions
from digest.store.posts import by_hand, corrections, editing, item_pictures, log
from digest.store.posts.item_pictures import PictureWords
from digest.store.staff import access_keys, audit
from digest.store.staff.access_keys import NewKey
from tests.builders import EIGHT, a_post, words
from tests.lists import ANN, BOB, CY, HASHER, imported
from tests.rows import a_planned_edition
from tests.stored import FILE, a_reader, a_stored_campaign, lifted, posts_accepted

NOW = EIGHT + timedelta(hours=1)
Perform = Callable[[Connection], object]
# Who the planned edition's first copy is for.
KEY = DeliveryKey(1, 1)
THE_POST = a_post(body=(*words("Tea."), Picture("https://example.org/kettle.jpg")))
FILES = PrintFiles("print/1.pdf", "print/1.csv", "0" * 64, letters=3, sheets=6)


def a_campaign_with_posts(engine: Engine) -> None:
    """Store a campaign with a released post that shows a picture, and a reader."""
    a_stored_campaign(engine)
    posts_accepted(engine, [THE_POST])
    a_reader(engine, "ann")


def a_paused_campaign(engine: Engine) -> None:
    a_campaign_with_posts(engine)
    with writing(engine) as connection:
        campaigns.pause(connection, 1, EIGHT)


def a_failing_source(engine: Engine) -> None:
    a_campaign_with_posts(engine)
    failed_source(engine, EIGHT)


def a_source_at_its_last_try(engine: Engine) -> None:
    a_campaign_with_posts(engine)
    for day in range(9):
        failed_source(engine, EIGHT - timedelta(days=9 - day))


def failed_source(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        once_more(connection, now)


def once_more(connection: Connection, now: datetime = NOW) -> None:
    """Note that a source could not be read once more."""
    row = sources.by_name(connection, 1, "blog")
    health = row.health.after_failure(SourceFailure("404"), now)
    sources.note_failed(connection, row, now, health)


def a_held_post(engine: Engine) -> None:
    a_campaign_with_posts(engine)
    with writing(engine) as connection:
        log.hold(connection, 1, EIGHT)


def a_withdrawn_post(engine: Engine) -> None:
    a_campaign_with_posts(engine)
    with writing(engine) as connection:
        log.withdraw(connection, 1, EIGHT)


def an_edited_post(engine: Engine) -> None:
    a_campaign_with_posts(engine)
    with writing(engine) as connection:
        editing.edit(connection, 1, retitled, EIGHT)


def an_open_edition(engine: Engine) -> None:
    a_campaign_with_posts(engine)
    with writing(engine) as connection:
        moves.open_at(connection, Slot(1, 1, EIGHT), EIGHT)


def a_frozen_edition(engine: Engine) -> None:
    an_open_edition(engine)
    lifecycle.freeze(engine, 1, EIGHT)


def a_changed_post(engine: Engine) -> None:
    """Store a post that its source changed after an edition had carried it."""
    a_frozen_edition(engine)
    posts_accepted(engine, [replace(THE_POST, title="Kettle")])


def a_declined_correction(engine: Engine) -> None:
    a_changed_post(engine)
    with writing(engine) as connection:
        corrections.decline(connection, 1, EIGHT)


def planned_copies(engine: Engine) -> None:
    a_planned_edition(engine, emails=2)


def ended(*states: DeliveryState) -> Callable[[Engine], None]:
    """Return what stores an edition whose first copy ended so."""

    def prepare(engine: Engine) -> None:
        planned_copies(engine)
        with writing(engine) as connection:
            moves.move(connection, 1, EditionState.SENDING, EIGHT)
            for to in (DeliveryState.HANDING_OVER, *states):
                deliveries.move(connection, DeliveryMove(KEY, to), EIGHT)

    return prepare


def a_print_batch(engine: Engine) -> None:
    planned_copies(engine)
    with writing(engine) as connection:
        print_batches.add(connection, 1, FILES, EIGHT)


def a_sealed_print_batch(engine: Engine) -> None:
    a_print_batch(engine)
    with writing(engine) as connection:
        print_batches.move(connection, 1, PrintBatchState.SEALED, EIGHT)


def a_key(engine: Engine) -> None:
    with writing(engine) as connection:
        access_keys.create(connection, NewKey("Robot"), EIGHT)


def people(engine: Engine) -> None:
    a_stored_campaign(engine)
    imported(engine, ANN)


def somebody_who_left(engine: Engine) -> None:
    people(engine)
    with writing(engine) as connection:
        unsubscribe(connection, 1, EIGHT)


def somebody_suppressed(engine: Engine) -> None:
    people(engine)
    with writing(engine) as connection:
        suppress(connection, HASHER, "ann@example.org", "asked to be", EIGHT)


def nothing(engine: Engine) -> None:
    """Store nothing."""


def retitled(item: Item) -> Item:
    return replace(item, title="Kettle")


def a_bounce(connection: Connection) -> None:
    copy = bounces.copy_of(connection, CopyRef("k7qf2mxa", ReaderRef(1)))
    assert copy is not None
    verdict = BounceVerdict(BounceKind.HARD, "550 no ann@example.org here", "5.1.1")
    bounces.record(connection, copy, verdict, "mark", NOW)


def resumed_source(connection: Connection) -> None:
    sources.resume(connection, sources.by_name(connection, 1, "blog"), NOW)


def added_post(connection: Connection) -> None:
    stored = campaigns.by_name(connection, "lantern-week")
    by_hand.add(connection, stored, by_hand.keyed(a_post("", title="Urn")), NOW)


def applied(text: str) -> Perform:
    return lambda connection: campaigns.apply(
        connection, CampaignFile(text, "UTC", "/"), NOW
    )


def moved_edition(to: EditionState, **facts: Any) -> Perform:
    return lambda connection: moves.move(connection, 1, to, NOW, **facts)


def moved_batch(to: PrintBatchState) -> Perform:
    return lambda connection: print_batches.move(connection, 1, to, NOW)


def settled(to: DeliveryState) -> Perform:
    return lambda connection: settling.settle_one(connection, KEY, to, NOW)


@dataclass(frozen=True, slots=True)
class Case:
    """An act on what is prepared, and what Ann then did by the trail: "" is nothing.

    "*" stands for an id that is new.
    """

    prepare: Callable[[Engine], None]
    act: Perform
    sentence: str


AT_EIGHT, AT_NINE = "2026-07-06 08:00 UTC", "2026-07-06 09:00 UTC"
LANTERN = "campaign lantern-week"
EDITION = f"edition 1 of {LANTERN}"
POST = f"post 1 of {LANTERN}"
CASES = {
    "a new campaign": Case(
        nothing, applied(FILE), f"applied the file of {LANTERN}: file (mark)"
    ),
    "a changed campaign": Case(
        people,
        applied(FILE.replace("Lantern Week", "Lanterns", 1)),
        f"applied the file of {LANTERN}: file (mark) → (mark), "
        "title Lantern Week → Lanterns",
    ),
    "the same campaign": Case(people, applied(FILE), ""),
    "pause": Case(
        a_campaign_with_posts,
        lambda c: campaigns.pause(c, 1, NOW),
        f"paused {LANTERN}",
    ),
    "pause again": Case(a_paused_campaign, lambda c: campaigns.pause(c, 1, NOW), ""),
    "resume": Case(
        a_paused_campaign,
        lambda c: campaigns.resume(c, 1, NOW),
        f"resumed {LANTERN}: paused since {AT_EIGHT}",
    ),
    "resume a source": Case(
        a_failing_source,
        resumed_source,
        f"resumed source blog of {LANTERN}: state failing → active",
    ),
    "a source fails for too long": Case(
        a_source_at_its_last_try,
        once_more,
        f"paused source blog of {LANTERN}: state failing → paused",
    ),
    "hold": Case(
        a_campaign_with_posts,
        lambda c: log.hold(c, 1, NOW),
        f"held {POST}: position 1 → none, held at none → {AT_NINE}",
    ),
    "release": Case(
        a_held_post,
        lambda c: log.release(c, 1, NOW),
        f"released {POST}: position none → 2, held at {AT_EIGHT} → none",
    ),
    "withdraw": Case(
        a_campaign_with_posts,
        lambda c: log.withdraw(c, 1, NOW),
        f"withdrew {POST}: position 1 → none, withdrawn at none → {AT_NINE}",
    ),
    "restore": Case(
        a_withdrawn_post,
        lambda c: log.restore(c, 1, NOW),
        f"restored {POST}: position none → 2, withdrawn at {AT_EIGHT} → none",
    ),
    "edit": Case(
        a_campaign_with_posts,
        lambda c: editing.edit(c, 1, retitled, NOW),
        f"edited {POST}: title The kettle is always on → Kettle",
    ),
    "edit to the same": Case(
        an_edited_post, lambda c: editing.edit(c, 1, retitled, NOW), ""
    ),
    "undo an edit": Case(
        an_edited_post,
        lambda c: editing.undo(c, 1, NOW),
        f"undid the edit of {POST}: title Kettle → The kettle is always on",
    ),
    "undo no edit": Case(a_campaign_with_posts, lambda c: editing.undo(c, 1, NOW), ""),
    "revert": Case(
        an_edited_post,
        lambda c: editing.revert(c, 1, NOW),
        f"undid staff's changes of {POST}: title Kettle → The kettle is always on",
    ),
    "correct": Case(
        a_changed_post,
        lambda c: corrections.correct(c, 1, NOW),
        f"sent a correction of {POST}: title The kettle is always on → "
        "Correction: Kettle, correction none → *",
    ),
    "decline": Case(
        a_changed_post,
        lambda c: corrections.decline(c, 1, NOW),
        f"declined to correct {POST}: declined at none → {AT_NINE}",
    ),
    "offer again": Case(
        a_declined_correction,
        lambda c: corrections.offer_again(c, 1, NOW),
        f"took back declining to correct {POST}: declined at {AT_EIGHT} → none",
    ),
    "add": Case(
        a_campaign_with_posts, added_post, f"added post * of {LANTERN}: title Urn"
    ),
    "describe a picture": Case(
        a_campaign_with_posts,
        lambda c: item_pictures.describe(c, 1, PictureWords(alt="A kettle"), NOW),
        f"described a picture of {POST}: "
        "picture none → https://example.org/kettle.jpg, alt none → A kettle",
    ),
    "open": Case(
        a_campaign_with_posts,
        lambda c: moves.open_at(c, Slot(1, 1, EIGHT), NOW),
        f"opened edition * of {LANTERN}: slot {AT_EIGHT}, state open",
    ),
    "miss": Case(
        a_campaign_with_posts,
        lambda c: moves.miss(c, Slot(1, 1, EIGHT), NOW, "too late"),
        f"gave up edition * of {LANTERN}: "
        f"slot {AT_EIGHT}, state missed, reason too late",
    ),
    "freeze": Case(
        an_open_edition,
        moved_edition(EditionState.FROZEN, upto=1),
        f"froze {EDITION}: state open → frozen, upto 1",
    ),
    "approve": Case(
        a_frozen_edition,
        moved_edition(EditionState.APPROVED, approved_by=["ann", "bob"]),
        f"approved {EDITION}: state frozen → approved, approved by ann and bob",
    ),
    "approve, the first of two": Case(
        a_frozen_edition,
        lambda c: moves.note_approvals(c, 1, ["ann"], NOW),
        f"approved, as one of several, {EDITION}: approved by ann",
    ),
    "cancel": Case(
        a_frozen_edition,
        moved_edition(EditionState.CANCELLED, reason="wrong"),
        f"cancelled {EDITION}: state frozen → cancelled, reason wrong",
    ),
    "a move that is not legal": Case(
        a_frozen_edition, moved_edition(EditionState.SENT), ""
    ),
    "send again": Case(
        ended(DeliveryState.REFUSED),
        lambda c: resending.retry(c, 1, DeliveryState.REFUSED, NOW),
        f"sent again copies of {EDITION}: state refused → planned, copies 1",
    ),
    "settle": Case(
        ended(DeliveryState.UNCERTAIN),
        settled(DeliveryState.ACCEPTED),
        f"settled delivery 1.1 of {EDITION}: state uncertain → accepted",
    ),
    "make a print batch": Case(
        planned_copies,
        lambda c: print_batches.add(c, 1, FILES, NOW),
        f"made print batch * of {EDITION}: letters 3, sheets 6",
    ),
    "seal": Case(
        a_print_batch,
        moved_batch(PrintBatchState.SEALED),
        f"sealed print batch 1 of {EDITION}: state open → sealed",
    ),
    "seal again": Case(a_sealed_print_batch, moved_batch(PrintBatchState.SEALED), ""),
    "post": Case(
        a_sealed_print_batch,
        moved_batch(PrintBatchState.POSTED),
        f"posted print batch 1 of {EDITION}: state sealed → posted",
    ),
    "make a key": Case(
        nothing,
        lambda c: access_keys.create(c, NewKey("Robot"), NOW),
        "made key Robot: for read and write",
    ),
    "revoke a key": Case(
        a_key, lambda c: access_keys.revoke(c, "Robot", NOW), "revoked key Robot"
    ),
    "make a list": Case(
        nothing,
        lambda c: subscriptions.create_list(c, "friends", NOW),
        "made list friends",
    ),
    "unsubscribe": Case(
        people,
        lambda c: unsubscribe(c, 1, NOW),
        "unsubscribed person 1 of campaign lantern-week: by link",
    ),
    "unsubscribe again": Case(somebody_who_left, lambda c: unsubscribe(c, 1, NOW), ""),
    "resubscribe": Case(
        somebody_who_left,
        lambda c: resubscribe(c, 1, NOW),
        "resubscribed person 1 of campaign lantern-week",
    ),
    "suppress": Case(
        people,
        lambda c: suppress(c, HASHER, "ann@example.org", "asked", NOW),
        "suppressed somebody: channels email, new 1",
    ),
    "lift": Case(
        somebody_suppressed,
        lambda c: lift(c, HASHER, "ann@example.org", NOW),
        "lifted the suppression of somebody: channels email, suppressed 1",
    ),
    "a hard bounce": Case(
        ended(DeliveryState.ACCEPTED),
        a_bounce,
        f"took in what came back of delivery 1.1 of {EDITION}: kind hard, status 5.1.1",
    ),
}
each_case = pytest.mark.parametrize(
    "case", [pytest.param(case, id=name) for name, case in CASES.items()]
)


def sentences(engine: Engine, beyond: int = 0) -> list[str]:
    """Return what the trail says beyond so many acts, oldest first, without times.

    "(mark)" stands for what a campaign file is known again by.
    """
    with reading(engine) as connection:
        entries = [*reversed(audit.latest(connection, 100))]
    lines = [entry.line().partition(" UTC  ")[2] for entry in entries[beyond:]]
    return [re.sub(r"\b[0-9a-f]{12}\b", "(mark)", line) for line in lines]


class Fault(Exception):  # noqa: N818 - what happens
    """Something goes wrong after an act, in its transaction."""


def acted_in_vain(engine: Engine, act: Perform) -> None:
    with writing(engine) as connection:
        act(connection)
        raise Fault


@each_case
def test_an_act_leaves_its_row_and_none_where_it_is_rolled_back(
    engine: Engine, case: Case
) -> None:
    case.prepare(engine)
    before = len(sentences(engine))
    with pytest.raises(Fault):
        acted_in_vain(engine, case.act)
    assert sentences(engine, before) == []

    with writing(audit.acting_as(engine, "Ann (key)")) as connection:
        case.act(connection)
    acts = sentences(engine, before)
    assert len(acts) == bool(case.sentence)
    for act in acts:
        assert fnmatchcase(act, f"Ann (key) {case.sentence}")


def test_what_follows_from_an_act_is_told_too(engine: Engine) -> None:
    ended(DeliveryState.REFUSED, DeliveryState.PLANNED)(engine)
    with writing(engine) as connection:
        refused = DeliveryMove(KEY, DeliveryState.REFUSED)
        for change in (DeliveryMove(KEY, DeliveryState.HANDING_OVER), refused):
            deliveries.move(connection, change, EIGHT)
        moves.move(connection, 1, EditionState.SENT, EIGHT)
    before = len(sentences(engine))
    with writing(audit.acting_as(engine, "Ann (key)")) as connection:
        resending.retry(connection, 1, DeliveryState.REFUSED, NOW)

    assert sentences(engine, before) == [
        f"Ann (key) began to send {EDITION}: state sent → sending",
        f"Ann (key) sent again copies of {EDITION}: state refused → planned, copies 1",
    ]


def test_no_row_names_a_person_or_where_they_live(engine: Engine) -> None:
    people(engine)
    imported(engine, BOB, CY, to="friends")
    with writing(engine) as connection:
        unsubscribe(connection, 1, NOW)
        resubscribe(connection, 1, NOW)
        suppress(connection, HASHER, "ann@example.org", "ann@example.org asked", NOW)
        suppress(connection, HASHER, "Bob Example", "Bob asked", NOW)
        lift(connection, HASHER, "ann@example.org", NOW)
    for person in ("1", "2", "3"):
        erase(audit.acting_as(engine, "Ann (key)"), HASHER, person, NOW)

    with reading(engine) as connection:
        rows = connection.execute(select(audit_table)).all()
    stored = " ".join(str(tuple(row)) for row in rows).lower()
    assert "erased" in stored
    for trace in ("ann@", "bob", "cy ex", "960155", "example street", "zz99"):
        assert trace not in stored


def test_an_import_is_told_by_its_counts_and_only_where_it_changed_something(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    before = len(sentences(engine))
    imported(engine, ANN, BOB, dry_run=True)
    imported(engine, ANN, BOB)
    imported(engine, ANN, BOB)

    assert sentences(engine, before) == [
        "the program imported people into list lantern: added 2, updated 0"
    ]


def test_what_the_timetable_does_is_told_as_its_own(engine: Engine) -> None:
    a_campaign_with_posts(engine)
    before = len(sentences(engine))
    timetable = audit.acting_as(engine, "the timetable")
    holds.check_in(timetable, EIGHT - timedelta(days=3))
    holds.check_in(timetable, EIGHT)
    lifted(audit.acting_as(engine, "Ann (key)"), EIGHT)
    publishing.publish(timetable, "lantern-week", "daily", NOW)

    assert sentences(engine, before) == [
        "the timetable held everything back: since 2026-07-03 08:00 UTC, "
        "because no timetable had looked for more than a day, "
        "last look 2026-07-03 08:00 UTC",
        "Ann (key) let things leave again: since 2026-07-03 08:00 UTC, "
        "because no timetable had looked for more than a day",
        f"the timetable opened {EDITION}: slot {AT_NINE}, state open",
        f"the timetable froze {EDITION}: state open → frozen, upto 1",
        f"the timetable approved {EDITION}: state frozen → approved",
        f"the timetable planned {EDITION}: state approved → planned",
    ]


def test_what_was_done_to_somebody_is_shown_to_them(engine: Engine) -> None:
    somebody_who_left(engine)
    with reading(engine) as connection:
        acts = everything(connection, HASHER, "1")["acts"]

    assert acts == [
        f"{AT_EIGHT[:-4]}:00 UTC  the program unsubscribed person 1 of campaign "
        "lantern-week: by link"
    ]


def test_a_reader_who_leaves_by_a_link_is_told_as_a_reader(engine: Engine) -> None:
    people(engine)
    before = len(sentences(engine))
    app = App(load({}, Path("none")), engine, lambda: NOW, "k" * 32)
    token = app.links.unsubscribe_token(ReaderRef(1))
    app.unsubscribe_links.unsubscribe(token)
    app.unsubscribe_links.resubscribe(token)

    assert sentences(engine, before) == [
        "a reader, by a link, unsubscribed person 1 of campaign lantern-week: by link",
        "a reader, by a link, resubscribed person 1 of campaign lantern-week",
    ]


def test_long_values_and_names_are_cut(engine: Engine) -> None:
    a_campaign_with_posts(engine)
    before = len(sentences(engine))
    with writing(audit.acting_as(engine, "A" * 1000)) as connection:
        act = audit.Act("did", 1, subject="s" * 1000, after={"value": "v" * 1000})
        audit.record(connection, act, NOW)

    [line] = sentences(engine, before)
    assert len(line) < 500
