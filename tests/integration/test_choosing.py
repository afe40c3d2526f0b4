"""Whatever readers choose, in whatever order: what they asked for, each post once.

Beside the program runs a model of each reader that knows nothing of its tables: a
place, what is owed, and what they ask for at the time.
"""

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select

from digest.audience import catching_up, pausing
from digest.audience.editing import edit
from digest.audience.unsubscribing import resubscribe, unsubscribe
from digest.compose import lifecycle, plan
from digest.model.delivery.delivery import DeliveryState
from digest.model.formats import Channel
from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.tables import audit, delivery, item, variant
from digest.store.delivery import deliveries
from digest.store.delivery.deliveries import DeliveryKey, DeliveryMove
from digest.store.delivery.sending import claims
from digest.store.delivery.sending.claims import ClaimResult
from digest.store.editions import editions, moves
from digest.store.migrate import migrate
from digest.store.people import pauses
from digest.store.people.owed import stretch_of
from tests.builders import EIGHT, a_post, words
from tests.examples import examples
from tests.lists import HASHER, imported
from tests.stored import FILE, a_stored_campaign, posts_accepted, schedule_id

MOST, NAME = 2, "lantern-week"
HEAD = "name,email,address_1,address_2,postcode,format,schedule"
PEOPLE = ("ann", "bob", "cy")
WHO = st.integers(0, len(PEOPLE) - 1)
TOPICS = ("boats", "buses")


@dataclass
class Copy:
    """A copy as the model has it: what is in it, and all that its end would owe."""

    contents: list[int]
    stretch: set[int]
    channel: str
    state: str = "planned"


@dataclass
class Who:
    """A reader as the model has them; `back_issues` are owed whatever comes."""

    schedule: str = "daily"
    channel: str = "email"
    topics: str = ""
    place: int = 0
    owed: set[int] = field(default_factory=set)
    back_issues: set[int] = field(default_factory=set)
    until: datetime | None = None
    catch_up: bool = True
    has_left: bool = False
    copies: dict[int, Copy] = field(default_factory=dict)

    @property
    def had(self) -> list[int]:
        """What is in copies that have left, or are to."""
        return [
            position
            for copy in self.copies.values()
            if copy.state != "never left"
            for position in copy.contents
        ]

    def keep_back(self, channel: str | None = None) -> None:
        """Have what is planned not leave."""
        for copy in self.copies.values():
            if copy.state == "planned" and copy.channel != channel:
                copy.state = "never left"
                self.owed |= copy.stretch


@cache
def an_empty_database() -> Path:
    """Return a migrated database with the campaign and its people, to be copied."""
    path = Path(tempfile.mkdtemp(prefix="digest-choice-")) / "empty.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    a_stored_campaign(engine, FILE.replace("lists =", f"most_items = {MOST}\nlists ="))
    for to in ("lantern", "friends"):
        imported(
            engine,
            *(
                f"{name.title()},{name}@example.org,1 Example Street,EXAMPLETON,"
                "ZZ99 1AA,html,daily"
                for name in PEOPLE
            ),
            head=HEAD,
            to=to,
        )
    engine.dispose()
    return path


class Choices(RuleBasedStateMachine):
    """A campaign with two schedules, and readers who change their minds."""

    @initialize()
    def begin(self) -> None:
        """Start with an empty log and three readers."""
        self.folder = Path(tempfile.mkdtemp(prefix="digest-choice-"))
        path = self.folder / "digest.db"
        shutil.copy(an_empty_database(), path)
        self.engine = open_engine(f"sqlite:///{path}")
        self.now = EIGHT
        self.posts: list[tuple[str, datetime]] = []
        self.readers = [Who() for _ in PEOPLE]
        self.ends = 0
        for topic in TOPICS:
            self.post(topic)
        self.edition("daily")

    # --- what happens ---

    @rule(topic=st.sampled_from(TOPICS))
    def post(self, topic: str) -> None:
        """Have a post come in."""
        self._pass_time()
        self.posts.append((topic, self.now))
        number = len(self.posts)
        new = a_post(
            f"p{number}",
            title=f"P{number}",
            published=None,
            topics=(topic,),
            body=words(f"{number} says. " * 9),
        )
        posts_accepted(self.engine, [new], self.now)

    @rule(days=st.integers(1, 3))
    def wait(self, days: int) -> None:
        """Let days go by, or have the machine be off for them."""
        self.now += timedelta(days=days)

    @rule()
    def look(self) -> None:
        """Have the timetable look."""
        with writing(self.engine) as connection:
            pauses.end_over(connection, 1, self.now)
        self._end_pauses()

    @rule(schedule=st.sampled_from(["daily", "weekly"]))
    def edition(self, schedule: str) -> None:
        """Make an edition, and compare each reader's copy."""
        self._pass_time()
        with writing(self.engine) as connection:
            slot = editions.Slot(1, schedule_id(self.engine, schedule), self.now)
            moves.open_at(connection, slot, self.now)
            opened = editions.at_slot(connection, slot.schedule_id, self.now)
        assert opened is not None
        lifecycle.freeze(self.engine, opened.id, self.now)
        lifecycle.approve(self.engine, opened.id, self.now)
        plan.plan(self.engine, opened.id, self.now, chunk=2)
        with reading(self.engine) as connection:
            was_frozen = editions.get(connection, opened.id).upto is not None
        if was_frozen:
            self._end_pauses()
            self._plan(opened.id, schedule)
        assert self._stored(opened.id) == {
            number: copy.contents
            for number, who in enumerate(self.readers, 1)
            if (copy := who.copies.get(opened.id))
        }

    @rule(which=WHO, leaves=st.booleans())
    def settle(self, which: int, *, leaves: bool) -> None:
        """Have a planned copy come to its end."""
        for edition_id, copy in self.readers[which].copies.items():
            if copy.state == "planned":
                self._settle(which, edition_id, copy, leaves=leaves)
                return

    # --- what readers choose ---

    @rule(which=WHO, schedule=st.sampled_from(["daily", "weekly"]))
    def switch_schedule(self, which: int, schedule: str) -> None:
        """Have another schedule."""
        self._edit(which, schedule=schedule)
        self.readers[which].schedule = schedule

    @rule(which=WHO, topics=st.sampled_from(["", *TOPICS]))
    def switch_topics(self, which: int, topics: str) -> None:
        """Have other topics, or all."""
        self._edit(which, topics=topics)
        self.readers[which].topics = topics

    @rule(which=WHO, fmt=st.sampled_from(["html", "plain", "letter"]))
    def switch_format(self, which: int, fmt: str) -> None:
        """Have another format: what has not left by another channel comes anew."""
        self._edit(which, format=fmt)
        who = self.readers[which]
        if (channel := "post" if fmt == "letter" else "email") != who.channel:
            who.channel = channel
            who.keep_back(channel)

    @rule(which=WHO, language=st.sampled_from(["cy", "en-GB"]))
    def switch_language(self, which: int, language: str) -> None:
        """Have another language."""
        self._edit(which, language=language)

    @rule(which=WHO, days=st.integers(1, 4), catch_up=st.booleans())
    def pause(self, which: int, days: int, *, catch_up: bool) -> None:
        """Pause until a day."""
        who = self.readers[which]
        if who.has_left:
            return
        zone = ZoneInfo("Europe/London")
        day = (self.now.astimezone(zone) + timedelta(days=days)).date()
        with writing(self.engine) as connection:
            pausing.pause(
                connection, str(which + 1), f"{day}", self.now, catch_up=catch_up
            )
        self._end_pauses()
        who.until = datetime(day.year, day.month, day.day, tzinfo=zone)
        who.catch_up = catch_up
        who.keep_back()

    @rule(which=WHO, catch_up=st.sampled_from([None, True, False]))
    def resume(self, which: int, *, catch_up: bool | None) -> None:
        """Go on at once."""
        who = self.readers[which]
        if who.has_left or who.until is None:
            return
        with writing(self.engine) as connection:
            pausing.resume(connection, str(which + 1), self.now, catch_up=catch_up)
        if catch_up is not None:
            who.catch_up = catch_up
        who.until = min(who.until, self.now)
        self._end_pause(who)

    @rule(which=WHO)
    def leave_or_come_back(self, which: int) -> None:
        """Leave, or come back."""
        who = self.readers[which]
        with writing(self.engine) as connection:
            if who.has_left:
                assert resubscribe(connection, which + 1, self.now)
            else:
                assert unsubscribe(connection, which + 1, self.now)
                who.keep_back()
        who.has_left = not who.has_left

    @rule(which=WHO, last=st.sampled_from([None, 1, 3]))
    def catch_up(self, which: int, last: int | None) -> None:
        """Ask for the posts so far."""
        who = self.readers[which]
        if who.has_left:
            return
        self._end_pauses()
        with writing(self.engine) as connection:
            earlier = catching_up.catch_up(
                connection, str(which + 1), NAME, self.now, last=last
            )
        missed = [
            position
            for position in range(1, who.place + 1)
            if self._is_wanted(who, position)
            and position not in who.had
            and position not in who.owed
        ]
        who.back_issues = set(missed[-last:] if last else missed)
        assert len(earlier.titles) == len(who.back_issues)

    @rule(which=WHO)
    def take_back(self, which: int) -> None:
        """Not want the posts so far any more."""
        who = self.readers[which]
        if who.has_left:
            return
        with writing(self.engine) as connection:
            is_undone = catching_up.take_back(
                connection, str(which + 1), NAME, self.now
            )
        assert is_undone is bool(who.back_issues)
        who.back_issues = set()

    # --- what must hold ---

    @invariant()
    def nobody_gets_anything_twice(self) -> None:
        """Check all copies that have left, or are to."""
        for who in self.readers:
            assert len(who.had) == len(set(who.had))

    @invariant()
    def nothing_leaves_to_who_has_paused_or_left(self) -> None:
        """Check that none of their copies stands planned, and a claim is refused."""
        for number, who in enumerate(self.readers, 1):
            if who.has_left or (who.until and who.until > self.now):
                with reading(self.engine) as connection:
                    planned = select(func.count()).where(
                        delivery.c.reader_id == number,
                        delivery.c.state == DeliveryState.PLANNED,
                    )
                    assert connection.scalar(planned) == 0

    def teardown(self) -> None:
        """Bring everybody back, and all to an end."""
        if not hasattr(self, "engine"):
            return
        try:
            for which, who in enumerate(self.readers):
                if who.has_left:
                    self.leave_or_come_back(which)
            self.now += timedelta(days=5)
            for _ in range(len(self.posts) // MOST + 1):
                for schedule in ("daily", "weekly"):
                    self.edition(schedule)
            for who in self.readers:
                assert not who.owed
                assert not who.back_issues
            with reading(self.engine) as connection:
                ends = select(func.count()).where(audit.c.act == "ended the pause of")
                assert connection.scalar(ends) == self.ends
        finally:
            self.engine.dispose()
            shutil.rmtree(self.folder)

    # --- the model ---

    def _plan(self, edition_id: int, schedule: str) -> None:
        for who in self.readers:
            is_away = who.until is not None and who.until > self.now
            if who.schedule != schedule or who.has_left or is_away:
                continue
            new = set(range(who.place + 1, len(self.posts) + 1))
            due = new | who.owed | who.back_issues
            wanted = sorted(
                position for position in due if self._is_wanted(who, position)
            )
            over = set(wanted[MOST:])
            if wanted:
                contents = wanted[:MOST]
                who.copies[edition_id] = Copy(contents, due - over, who.channel)
            who.place, who.owed, who.back_issues = len(self.posts), over, set()

    def _is_wanted(self, who: Who, position: int) -> bool:
        return who.topics in ("", self.posts[position - 1][0])

    def _end_pauses(self) -> None:
        for who in self.readers:
            if who.until is not None and who.until <= self.now:
                self._end_pause(who)

    def _end_pause(self, who: Who) -> None:
        if not who.catch_up:
            assert who.until
            upto = sum(at < who.until for _, at in self.posts)
            who.place = max(who.place, upto)
            who.owed = {position for position in who.owed if position > upto}
        who.until, who.catch_up = None, True
        self.ends += 1

    # --- the program ---

    def _settle(self, which: int, edition_id: int, copy: Copy, *, leaves: bool) -> None:
        key = DeliveryKey(edition_id, which + 1)
        with writing(self.engine) as connection:
            if leaves:
                channel = Channel(copy.channel)
                guard = claims.guard_for(connection, edition_id, channel)
                claim = claims.claim(connection, which + 1, guard, self.now)
                assert claim is ClaimResult.YES
                change = DeliveryMove(key, DeliveryState.ACCEPTED)
            else:
                change = DeliveryMove(key, DeliveryState.EXPIRED)
            assert deliveries.move(connection, change, self.now)
        copy.state = "left" if leaves else "never left"
        if not leaves:
            self.readers[which].owed |= copy.stretch

    def _edit(self, which: int, **cells: str) -> None:
        self._pass_time()
        with writing(self.engine) as connection:
            edit(connection, HASHER, str(which + 1), cells, self.now)

    def _stored(self, edition_id: int) -> dict[int, list[int]]:
        """Return what is in each reader's copy of an edition, by position."""
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(delivery.c.reader_id, variant)
                .join(variant, variant.c.id == delivery.c.variant_id)
                .where(delivery.c.edition_id == edition_id)
            ).all()
            positions = connection.execute(select(item.c.position, item.c.topics))
            topics = {row.position: row.topics for row in positions}
        return {
            row.reader_id: [
                position
                for position in sorted(topics)
                if stretch_of(row).takes(position)
                and (not row.topics or {*row.topics} & {*topics[position]})
            ]
            for row in rows
        }

    def _pass_time(self) -> None:
        self.now += timedelta(hours=1)


TestChoosing = Choices.TestCase
TestChoosing.settings = settings(
    max_examples=examples(12, long=400),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
