"""Two people made one, and two again: nobody misses a post, or has one twice."""

import shutil
import tempfile
from collections import Counter
from functools import cache
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from digest.audience.doubles import undoing
from digest.audience.doubles.merging import merge
from digest.audience.editing import edit
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import VariantKey
from digest.model.editions.mode import Mode
from digest.model.formats import named
from digest.schedule.editions import publishing
from digest.store.base.engine import open_engine, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, subscriber, variant
from digest.store.delivery import deliveries
from digest.store.delivery.deliveries import DeliveryKey, DeliveryMove
from digest.store.holds import holds
from digest.store.migrate import migrate
from digest.store.people.owed import stretch_of
from digest.store.posts import log
from tests.builders import EIGHT, a_post, words
from tests.databases import quick_engine
from tests.examples import examples
from tests.lists import HASHER, imported
from tests.stored import FILE, a_stored_campaign, posts_accepted

ANN, ANNE = "ann@example.org", "anne@example.org"
STEP = st.one_of(
    st.tuples(st.just("post"), st.just(""), st.just("")),
    st.tuples(
        st.just("edition"),
        st.sampled_from(["daily", "weekly"]),
        st.sampled_from(["arrives", "is cancelled", "waits", "differs"]),
    ),
    st.tuples(
        st.just("end"), st.sampled_from(["arrives", "is cancelled"]), st.just("")
    ),
)

# Whichever schedule is theirs.
REACHED = (
    ("post", "", ""),
    ("edition", "daily", "arrives"),
    ("edition", "weekly", "arrives"),
)


@cache
def an_empty_database() -> Path:
    """Return a migrated database with the campaign, to be copied."""
    path = Path(tempfile.mkdtemp(prefix="digest-merging-")) / "empty.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    a_stored_campaign(engine, FILE.replace("lists =", 'hold_back = "0m"\nlists ='))
    engine.dispose()
    return path


class Doubles:
    """Somebody held twice in a campaign of two schedules, and all that reached them."""

    def __init__(self, folder: Path) -> None:
        path = folder / "digest.db"
        shutil.copy(an_empty_database(), path)
        self.engine: Engine = in_mode(quick_engine(f"sqlite:///{path}"), Mode.LIVE)
        with writing(self.engine) as connection:
            holds.begin(connection)
        people = (f"Ann Example,{ANN},,,,", f"Anne Example,{ANNE},,,,")
        imported(self.engine, *people)
        with writing(self.engine) as connection:
            edit(connection, HASHER, "2", {"schedule": "weekly"}, EIGHT)
        self.minutes = count(1)
        self.posts: list[str] = []
        # What arrived where, in order.
        self.arrivals: list[tuple[str, str]] = []

    def do(self, what: str, first: str, second: str) -> None:
        """Let one thing happen."""
        match what:
            case "post":
                self.posts.append(f"post-{len(self.posts)}")
                key = self.posts[-1]
                body = words(f"{key} says what is new. " * 9)
                posts_accepted(self.engine, [a_post(key, title=key, body=body)], EIGHT)
            case "edition":
                now = EIGHT.replace(hour=9 + next(self.minutes) // 60)
                now = now.replace(minute=next(self.minutes) % 60)
                name = "lantern-week"
                number = publishing.open_now(self.engine, name, first, now)
                publishing.carry_forward(self.engine, number, now)
                self.end(second, number)
            case _:
                self.end(first)

    def end(self, how: str, edition_id: int | None = None) -> None:
        """Have the copies that are planned arrive, or be cancelled."""
        with writing(self.engine) as connection:
            rows = connection.execute(
                select(
                    delivery.c.edition_id,
                    delivery.c.reader_id,
                    subscriber.c.email,
                    variant,
                )
                .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
                .join(variant, variant.c.id == delivery.c.variant_id)
                .where(delivery.c.state == DeliveryState.PLANNED)
            ).all()
            for row in rows:
                if how == "waits" or edition_id not in (None, row.edition_id):
                    continue
                to = DeliveryState.CANCELLED
                if how == "arrives" or (how == "differs" and row.email == ANN):
                    to = DeliveryState.ACCEPTED
                    key = VariantKey(
                        stretch_of(row), tuple(row.topics), named(row.format), ""
                    )
                    self.arrivals += (
                        (row.email, entry.item.key)
                        for entry in log.released(connection, 1, 0)
                        if key.takes(entry.position, entry.topics)
                    )
                key_of = DeliveryKey(row.edition_id, row.reader_id)
                states = [to]
                if to is DeliveryState.ACCEPTED:
                    states.insert(0, DeliveryState.HANDING_OVER)
                for state in states:
                    change = DeliveryMove(key_of, state)
                    assert deliveries.move(connection, change, EIGHT)

    def merge(self, survivor: str, other: str, *, take: bool) -> int:
        """Make them one; return the merge."""
        fields = ("email",) if take else ()
        with writing(self.engine) as connection:
            return merge(
                connection, HASHER, survivor, other, EIGHT, take=fields
            ).merge_id

    def finish(self) -> None:
        """Have editions of both schedules bring all that is due."""
        self.end("arrives")
        for schedule in ("daily", "weekly", "daily"):
            self.do("edition", schedule, "arrives")

    def counts(self, address: str) -> Counter[str]:
        """Return how often each post has arrived there."""
        return Counter(key for where, key in self.arrivals if where == address)


SETTINGS = settings(
    max_examples=examples(12, long=400),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@given(
    before=st.lists(STEP, max_size=5).map(lambda steps: [*steps, *REACHED])
    | st.lists(STEP, max_size=6),
    since=st.lists(STEP, max_size=4),
    people=st.sampled_from([("1", "2"), ("2", "1")]),
    take=st.booleans(),
)
@SETTINGS
def test_a_merged_person_gets_what_either_was_due_and_neither_has_had(
    before: list[tuple[str, str, str]],
    since: list[tuple[str, str, str]],
    people: tuple[str, str],
    take: bool,  # noqa: FBT001 - drawn
) -> None:
    with tempfile.TemporaryDirectory(prefix="digest-merging-") as folder:
        them = Doubles(Path(folder))
        for step in (("post", "", ""), *before):
            them.do(*step)
        had = {key for _, key in them.arrivals}
        them.arrivals.clear()
        them.merge(*people, take=take)
        for step in since:
            them.do(*step)
        them.finish()
        them.engine.dispose()

        came = Counter(key for _, key in them.arrivals)
        assert came == Counter({*them.posts} - had)
        address = ANN if (people[0] == "1") is not take else ANNE
        assert {where for where, _ in them.arrivals} <= {address}


@given(
    before=st.lists(STEP, max_size=5),
    between=st.lists(STEP, max_size=3).map(lambda steps: [*REACHED, *steps])
    | st.lists(STEP, max_size=2),
    since=st.lists(STEP, max_size=3),
    people=st.sampled_from([("1", "2"), ("2", "1")]),
    take=st.booleans(),
)
@SETTINGS
def test_two_people_made_one_by_mistake_each_have_everything_once(
    before: list[tuple[str, str, str]],
    between: list[tuple[str, str, str]],
    since: list[tuple[str, str, str]],
    people: tuple[str, str],
    take: bool,  # noqa: FBT001 - drawn
) -> None:
    with tempfile.TemporaryDirectory(prefix="digest-merging-") as folder:
        them = Doubles(Path(folder))
        for step in (("post", "", ""), *before):
            them.do(*step)
        number = them.merge(*people, take=take)
        for step in between:
            them.do(*step)
        with writing(them.engine) as connection:
            undoing.undo(connection, HASHER, number, EIGHT)
        for step in since:
            them.do(*step)
        them.finish()
        them.engine.dispose()

        assert them.counts(ANN) == Counter(them.posts)
        assert them.counts(ANNE) == Counter(them.posts)
