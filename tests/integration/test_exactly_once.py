"""Whatever happens in whatever order: every released post, once, to each due reader."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import Connection, select, update

from digest.audience import unsubscribing
from digest.compose import lifecycle, plan
from digest.compose.plan import submit_nothing
from digest.errors import DigestError
from digest.model.delivery.delivery import NEVER_LEFT, DeliveryState
from digest.model.editions.due_stretch import DueStretch
from digest.model.editions.edition import VariantKey
from digest.model.editions.mode import Mode
from digest.model.editions.steering import Steering
from digest.model.formats import HTML
from digest.model.posts.items import Post
from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.tables import campaign, delivery, item, reader, variant
from digest.store.campaigns import campaigns, sources
from digest.store.delivery import deliveries
from digest.store.editions import editions, moves, steering
from digest.store.editions.steering import SteeringAct, SteeringPlace
from digest.store.migrate import migrate
from digest.store.people import owed
from digest.store.posts import acceptance, by_hand, corrections, editing, listing, log
from digest.store.posts.listing import ListedItem
from tests.builders import EIGHT, a_post, words
from tests.examples import examples
from tests.stored import FILE, a_reader, a_stored_campaign, schedule_id, switched

NEWS = """
[[source]]
name = "news"
kind = "feed"
url = "https://example.net/{path}"
moderated = true
"""
SCHEDULES = ("daily", "weekly")
# By how many days a post's date is off, None where it has none.
DATES = st.sampled_from([None, 0, -1, -900, 900])
YEAR = timedelta(days=365)
SOURCES = st.sampled_from(["blog", "news"])
ANY = st.integers(0, 5)
ENDS = (DeliveryState.EXPIRED, DeliveryState.CANCELLED, DeliveryState.HANDING_OVER)


def edit(connection: Connection, item_id: int, now: datetime) -> bool:
    """Change what a post says, as staff do."""
    return editing.edit(
        connection, item_id, lambda post: replace(post, summary="In other words."), now
    )


ACTS: dict[str, Callable[[Connection, int, datetime], bool]] = {
    "hold": log.hold,
    "release": log.release,
    "withdraw": log.withdraw,
    "restore": log.restore,
    "edit": edit,
    "decline": corrections.decline,
}


@cache
def an_empty_database() -> Path:
    """Return a migrated database with the campaign, to be copied."""
    path = Path(tempfile.mkdtemp(prefix="digest-log-")) / "empty.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    a_stored_campaign(engine, _file() + NEWS.format(path="feed0"))
    engine.dispose()
    return path


class Log(RuleBasedStateMachine):
    """A campaign with two sources, two schedules, staff, and a machine that dies."""

    @initialize()
    def begin(self) -> None:
        """Start with an empty log and three readers."""
        self.folder = Path(tempfile.mkdtemp(prefix="digest-log-"))
        path = self.folder / "digest.db"
        shutil.copy(an_empty_database(), path)
        self.engine = open_engine(f"sqlite:///{path}")
        self.now = EIGHT
        self.held_by: dict[str, dict[str, Post]] = {"blog": {}, "news": {}}
        self.by_hand: dict[str, Post] = {}
        self.names = {"blog": "blog", "news": "news"}
        self.path = 0
        self.most = ""
        self.touched: set[int] = set()
        self.begun: list[int] = []
        self.got: dict[int, Counter[int]] = {}
        self.held: dict[tuple[int, int], list[int]] = {}
        self.joined: dict[int, int] = {}
        for name, on in (("ann", "daily"), ("bob", "daily"), ("cat", "weekly")):
            self.joined[a_reader(self.engine, name, on=on)] = 0
        # What is there at first contact is another test's matter.
        for source in self.names:
            self.gather(source)
            self.publish(source, 0, 2, read=True)

    # --- what sources do ---

    @rule(source=SOURCES, days=DATES, count=st.integers(1, 3), read=st.booleans())
    def publish(self, source: str, days: int | None, count: int, *, read: bool) -> None:
        """Put posts in a source: late, back-dated, future-dated or undated."""
        for _ in range(count):
            key = f"{source}-{len(self.held_by[source])}"
            published = None if days is None else self.now + timedelta(days=days)
            self.held_by[source][key] = a_post(
                key, title=key, published=published, body=words(f"{key} says. " * 9)
            )
        if read:
            self.gather(source)

    @rule(days=DATES, again=st.booleans())
    def add(self, days: int | None, *, again: bool) -> None:
        """Let staff or a program add a post by hand, or the last one once more."""
        if not (again and self.by_hand):
            key = f"hand-{len(self.by_hand)}"
            published = None if days is None else self.now + timedelta(days=days)
            self.by_hand[key] = a_post(
                key, title=key, published=published, body=words(f"{key} says. " * 9)
            )
        self._pass_time()
        with writing(self.engine) as connection:
            [stored] = campaigns.listed(connection)
            by_hand.add(connection, stored, [*self.by_hand.values()][-1], self.now)

    @rule(source=SOURCES, which=ANY)
    def republish(self, source: str, which: int) -> None:
        """Put a post of the one source in the other one too."""
        other = "news" if source == "blog" else "blog"
        if posts := list(self.held_by[source].values()):
            twin = posts[which % len(posts)]
            key = f"{other}-{len(self.held_by[other])}"
            self.held_by[other][key] = replace(twin, key=key)

    @rule(source=SOURCES, which=ANY, words_too=st.booleans())
    def change(self, source: str, which: int, *, words_too: bool) -> None:
        """Change a post at its source, and read it."""
        posts = self.held_by[source]
        if posts:
            key = list(posts)[which % len(posts)]
            was = posts[key]
            body = words(f"{was.title} anew. " * 9) if words_too else was.body
            posts[key] = replace(was, title=f"{was.title}'", body=body)
            self.gather(source)

    @rule(source=SOURCES)
    def gather(self, source: str) -> None:
        """Read a source."""
        self._pass_time()
        with writing(self.engine) as connection:
            [stored] = campaigns.listed(connection)
            name = self.names[source]
            row = sources.of_campaign(connection, stored.id)[name]
            [terms] = [
                terms_of
                for terms_of in stored.campaign.sources
                if terms_of.name == name
            ]
            origin = acceptance.AcceptanceOrigin(
                stored.id, row.id, terms, row.is_first_contact
            )
            posts = list(self.held_by[source].values())
            acceptance.accept(connection, origin, posts, self.now)
            sources.note_read(connection, row, self.now, {})

    @rule(renames=st.booleans())
    def apply(self, *, renames: bool) -> None:
        """Give a source another name, or another address, in the campaign's file."""
        if renames:
            self.names["news"] += "x"
        else:
            self.path += 1
        self._apply()

    @rule(most=st.sampled_from(["", "most_items = 1", "most_items = 2"]))
    def limit(self, most: str) -> None:
        """Have copies hold so many items at most, or any number."""
        self.most = most
        self._apply()

    def _apply(self) -> None:
        news = NEWS.format(path=f"feed{self.path}")
        news = news.replace('"news"', f'"{self.names["news"]}"')
        a_stored_campaign(self.engine, _file(self.most) + news, self.now)

    # --- what staff do ---

    @rule(act=st.sampled_from(list(ACTS)), which=ANY)
    def staff(self, act: str, which: int) -> None:
        """Let staff do something with a post, where it can be done."""
        if entry := self._item(which):
            try:
                with writing(self.engine) as connection:
                    ACTS[act](connection, entry.id, self.now)
            except DigestError:
                assert entry.is_carried or entry.state == "withdrawn"

    @rule(which=ANY)
    def undo(self, which: int) -> None:
        """Let staff hold or withdraw a post, and undo that after an edition."""
        self.run("daily")
        if entry := self._item(which):
            for act in ("withdraw", "restore") if which % 2 else ("hold", "release"):
                self.staff(act, which)
                if act in {"hold", "withdraw"}:
                    self.run("weekly" if which > 2 else "daily")
            assert entry.id in self.touched

    @rule(which=ANY)
    def correct(self, which: int) -> None:
        """Change a post that has gone out, and send a correction."""
        self.run("daily")
        self.change("blog", which, words_too=False)
        with writing(self.engine) as connection:
            if offers := corrections.offered(connection, 1):
                offer = offers[which % len(offers)]
                corrections.correct(connection, offer.id, self.now)

    @rule(schedule=st.sampled_from(SCHEDULES), which=ANY, whole=st.booleans())
    def take_out(self, schedule: str, which: int, *, whole: bool) -> None:
        """Take a post out of the open edition of a schedule, or all there are."""
        with writing(self.engine) as connection:
            ids = connection.scalars(select(item.c.id).order_by(item.c.id)).all()
            out = tuple(ids) if whole else tuple(ids[which : which + 1])
            place = SteeringPlace(schedule_id(self.engine, schedule), Mode.LIVE)
            act = SteeringAct("took out posts", "ann", self.now)
            steering.change(connection, place, lambda _: Steering(out=out), act)

    # --- what the timetable does ---

    @rule(schedule=st.sampled_from(SCHEDULES))
    def run(self, schedule: str) -> None:
        """Make an edition, to its end."""
        self._carry(self._opened(schedule))

    @rule(schedule=st.sampled_from(SCHEDULES), steps=st.integers(0, 5))
    def crash(self, schedule: str, steps: int) -> None:
        """Make an edition as far as so many transactions, then stop dead."""
        begun_id = self._opened(schedule)
        self.begun.append(begun_id)
        if steps > 0:
            lifecycle.freeze(self.engine, begun_id, self.now)
        if steps > 1:
            lifecycle.approve(self.engine, begun_id, self.now, "ann", again=True)
        for _ in range(steps - 2):
            plan._plan_chunk(self.engine, begun_id, self.now, 1, submit_nothing)  # noqa: SLF001 - a step of it

    @precondition(lambda self: self.begun)
    @rule()
    def take_up(self) -> None:
        """Go on with an edition that was interrupted."""
        self._carry(self.begun.pop())

    @rule(which=ANY, to=st.sampled_from(SCHEDULES))
    def switch(self, which: int, to: str) -> None:
        """Let a reader choose the other schedule."""
        switched(self.engine, list(self.joined)[which % len(self.joined)], to)

    @precondition(lambda self: len(self.joined) < 6)
    @rule(on=st.sampled_from(SCHEDULES))
    def join(self, on: str) -> None:
        """Let somebody join, at the end of the log."""
        reader_id = a_reader(self.engine, f"reader-{len(self.joined)}", on=on)
        with writing(self.engine) as connection:
            last = connection.scalars(select(campaign.c.last_position)).one()
            connection.execute(
                update(reader).where(reader.c.id == reader_id).values(position=last)
            )
        self.joined[reader_id] = last

    # --- what becomes of copies ---

    @rule(which=ANY, to=st.sampled_from(ENDS), all_of_it=st.booleans())
    def end(self, which: int, to: DeliveryState, *, all_of_it: bool) -> None:
        """Bring a planned copy to an end, or all of its edition."""
        planned = delivery.c.state == DeliveryState.PLANNED
        with writing(self.engine) as connection:
            rows = connection.execute(select(delivery).where(planned)).all()
            if not rows:
                return
            row = rows[which % len(rows)]
            those = planned & (delivery.c.edition_id == row.edition_id)
            if not all_of_it:
                those &= delivery.c.reader_id == row.reader_id
            deliveries.move_those(connection, those, to, self.now)

    @rule(which=ANY)
    def leave(self, which: int) -> None:
        """Let a reader leave the campaign, or come back who has left it."""
        reader_id = list(self.joined)[which % len(self.joined)]
        with writing(self.engine) as connection:
            if not unsubscribing.unsubscribe(connection, reader_id, self.now):
                unsubscribing.resubscribe(connection, reader_id, self.now)

    # --- what must hold ---

    @invariant()
    def nobody_gets_anything_twice(self) -> None:
        """Check the copies that have left, or are to leave."""
        self._look()
        for counts in self.got.values():
            assert [key for key, n in counts.items() if n > 1] == []

    def teardown(self) -> None:
        """Bring all to an end, and check what each reader has."""
        if not hasattr(self, "engine"):
            return
        try:
            for source in self.names:
                self.gather(source)
            for begun_id in self.begun:
                self._carry(begun_id)
            with writing(self.engine) as connection:
                for reader_id in self.joined:
                    unsubscribing.resubscribe(connection, reader_id, self.now)
            self.limit("")
            # The second of each has what was taken out of the first.
            for schedule in SCHEDULES * 2:
                self.run(schedule)
            self._look()
            self._check()
        finally:
            self.engine.dispose()
            shutil.rmtree(self.folder)

    def _check(self) -> None:
        with reading(self.engine) as connection:
            items = listing.listed(connection, 1)
            whole = {entry.id for entry in log.released(connection, 1, 0)}
            keys = Counter(_first_keys(connection))
        # Everything that a source holds is known, once.
        all_of_them = (*self.held_by.values(), self.by_hand)
        all_keys = [key for posts in all_of_them for key in posts]
        assert keys == Counter(all_keys)
        for listed in items:
            later = {
                x.id
                for x in items
                if x.item.key == listed.item.key and x.id > listed.id
            }
            self._check_item(listed, later, is_whole=listed.id in whole)

    def _check_item(
        self, entry: ListedItem, later: set[int], *, is_whole: bool
    ) -> None:
        took = {who: counts[entry.id] for who, counts in self.got.items()}
        if entry.position is None:
            # Held, waiting, a duplicate, or withdrawn in time: nobody's.
            assert not any(took.values())
        elif is_whole:
            due = {who for who, at in self.joined.items() if at < entry.position}
            # Who had a correction that was withdrawn since needs nothing older.
            had = {who for who, counts in self.got.items() if later & counts.keys()}
            assert due - had <= {who for who, n in took.items() if n} <= due
        if entry.item.key.startswith(("blog", "hand")) and entry.id not in self.touched:
            # Of a date long past: for a person to say, unless a person added it.
            published = getattr(entry.item, "published", None)
            is_old = published is not None and entry.accepted_at - published > YEAR
            is_held = is_old and entry.item.key.startswith("blog")
            assert entry.state in {"held" if is_held else "released", "duplicate"}

    def _look(self) -> None:
        """Take note of what is in copies that are new, as it stands now.

        A copy that ended without having left holds nothing that anybody has.
        """
        self.got = {}
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(
                    delivery.c.edition_id,
                    delivery.c.reader_id,
                    delivery.c.state,
                    variant.c.since,
                    variant.c.upto,
                    variant.c.had,
                ).join(variant, variant.c.id == delivery.c.variant_id)
            ).all()
            for row in rows:
                place = (row.edition_id, row.reader_id)
                if place not in self.held:
                    entries = _in_variant(connection, owed.stretch_of(row))
                    self.held[place] = [entry.id for entry in entries]
                    # A post and its correction are never in one copy.
                    keys = [entry.item.key for entry in entries]
                    assert len(keys) == len(set(keys))
                if row.state not in NEVER_LEFT:
                    counts = self.got.setdefault(row.reader_id, Counter())
                    counts.update(self.held[place])

    def _item(self, which: int) -> ListedItem | None:
        with reading(self.engine) as connection:
            entries = listing.listed(connection, 1)
        if not entries:
            return None
        entry = entries[which % len(entries)]
        self.touched.add(entry.id)
        return entry

    def _opened(self, schedule: str) -> int:
        self._pass_time()
        with writing(self.engine) as connection:
            slot = editions.Slot(1, schedule_id(self.engine, schedule), self.now)
            moves.open_at(connection, slot, self.now)
            edition = editions.at_slot(connection, slot.schedule_id, self.now)
        assert edition is not None
        return edition.id

    def _carry(self, edition_id: int) -> None:
        lifecycle.freeze(self.engine, edition_id, self.now)
        # What staff let in again says the same words again.
        lifecycle.approve(self.engine, edition_id, self.now, "ann", again=True)
        plan.plan(self.engine, edition_id, self.now)

    def _pass_time(self) -> None:
        self.now += timedelta(hours=1)


def _file(more: str = "") -> str:
    """Return a campaign's file by which what a person lets go leaves at once."""
    return FILE.replace("lists =", f'hold_back = "0m"\n{more}\nlists =')


def _in_variant(connection: Connection, due: DueStretch) -> Sequence[log.LogEntry]:
    key = VariantKey(due, (), HTML, "en-GB")
    return [
        entry
        for entry in log.released(connection, 1, due.since, due.upto)
        if key.takes(entry.position, entry.topics)
    ]


def _first_keys(connection: Connection) -> Sequence[str]:
    return connection.scalars(select(item.c.key).where(item.c.correction == 0)).all()


TestExactlyOnce = Log.TestCase
TestExactlyOnce.settings = settings(
    max_examples=examples(15, long=400),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
