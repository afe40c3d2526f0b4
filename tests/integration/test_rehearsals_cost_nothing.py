"""Live editions hold the same, whatever was rehearsed before and between them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from digest.compose.variants import composed
from digest.model.editions.mode import Mode
from digest.schedule.editions import due, publishing
from digest.schedule.editions.going_live import LiveStart, go_live
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, item
from digest.store.posts import log
from tests.builders import EIGHT, a_post
from tests.databases import MADE_ANEW, make_anew
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

NAME = "lantern-week"


@dataclass
class Life:
    """A database to which things happen, an hour after each other."""

    engine: Engine
    now: datetime = EIGHT
    count: int = 0
    titles: list[str] = field(default_factory=list)

    def post(self) -> None:
        """Have a post come in."""
        self.count += 1
        post = a_post(f"post-{self.count}", title=f"{self.count}")
        posts_accepted(self.engine, [post], self.now)

    def revise(self) -> None:
        """Have the first post come with other words."""
        self.count += 1
        post = a_post("post-1", title=f"{self.count}")
        posts_accepted(self.engine, [post], self.now)

    def withdraw(self) -> None:
        """Withdraw the last post."""
        with writing(self.engine) as connection:
            last = connection.scalar(select(item.c.id).order_by(item.c.id.desc()))
            if last is not None:
                log.withdraw(connection, last, self.now)

    def live(self) -> None:
        """Say golive and make an edition."""
        go_live(self.engine, [], LiveStart(), self.now)
        edition = publishing.publish(self.engine, NAME, "daily", self.now)
        with reading(self.engine) as connection:
            wanted = select(delivery.c.variant_id).where(
                delivery.c.edition_id == edition.id
            )
            for variant_id in connection.scalars(wanted.order_by("reader_id")):
                if variant := composed(connection, variant_id):
                    self.titles += [post.title for post in variant.variant.items]

    def rehearse(self) -> None:
        """Make an edition in practice mode."""
        publishing.publish(in_mode(self.engine, Mode.PRACTICE), NAME, None, self.now)

    def timetable(self) -> None:
        """Have the timetable find slots due in practice mode."""
        later = self.now + timedelta(days=1)
        due.open_due(in_mode(self.engine, Mode.PRACTICE), later)


REHEARSING: list[Callable[[Life], None]] = [Life.rehearse, Life.timetable]
ACTS = [Life.post, Life.revise, Life.withdraw, Life.live, *REHEARSING]


@settings(max_examples=10, deadline=None, suppress_health_check=MADE_ANEW)
@given(acts=st.lists(st.sampled_from(ACTS), min_size=3, max_size=8))
def test_a_life_with_rehearsals_gives_readers_what_one_without_them_does(
    acts: Sequence[Callable[[Life], None]],
    sqlite_engine: Engine,
    sqlite_pattern: Path,
) -> None:
    def lived(acts: Sequence[Callable[[Life], None]]) -> list[str]:
        life = Life(sqlite_engine)
        make_anew(sqlite_engine, sqlite_pattern)
        a_stored_campaign(life.engine, READY)
        for name in ("ann", "bob"):
            a_reader(life.engine, name)
        for act in (*acts, Life.post, Life.live):
            life.now += timedelta(hours=1)
            act(life)
        return life.titles

    assert lived(acts) == lived([act for act in acts if act not in REHEARSING])
