"""One thing after another in a soak, by chance, and a look at each turn."""

import heapq
import itertools
import random
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tests.fakes.sending import HandWoundClock
from tests.soak import asked
from tests.soak.callers import Callers
from tests.soak.laws import Judge, LawBroken, SlotFact
from tests.soak.machine import Machine
from tests.soak.recorder import Arrival, PrintFolder, RecordedCarrier
from tests.soak.scene import SOURCES, Scene, SceneCampaign
from tests.soak.sites import Sites
from tests.soak.staff import UNSURE, Staff
from tests.soak.troubles import Troubles
from tests.soak.truth import PostFact, Truth

SWEEP = timedelta(hours=8)
_DAY = timedelta(days=1)
_CONNECTIONS = 8


@dataclass(frozen=True)
class Rates:
    """How often things happen, in a day; trouble comes `rough` times as often."""

    rough: float = 1.0
    killed: float = 0.08
    twice: float = 0.03
    joins: float = 1.0
    by_name: dict[str, float] = field(
        default_factory=lambda: {
            "revise": 0.5,
            "hold": 0.2,
            "withdraw": 0.1,
            "old post": 0.05,
            "leave": 0.6,
            "come back": 0.3,
            "switch": 1.0,
            "take out": 0.3,
            "back up": 2.0,
        }
    )
    by_name_rough: dict[str, float] = field(
        default_factory=lambda: {
            "pause": 0.03,
            "power cut": 0.06,
            "mail down": 0.06,
            "source down": 0.1,
            "restore": 0.06,
            "greylist": 0.1,
            "wrong clock": 0.01,
        }
    )


@dataclass
class Story:
    """A soak under way."""

    scene: Scene
    clock: HandWoundClock
    machine: Machine
    carrier: RecordedCarrier
    prints: PrintFolder
    sites: Sites
    chance: random.Random
    folder: Path
    rates: Rates = field(default_factory=Rates)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.truth = Truth()
        self.judge = Judge(
            self.truth,
            self.scene,
            partial(asked.edition_of_code, self.machine),
            self.counts,
        )
        self.staff = Staff(
            self.machine, self.truth, self.scene, self.folder, self.sites.url
        )
        self.callers = Callers(self.staff, self.chance, self.counts)
        self.departed: list[Arrival] = []
        self._taken = set[str]()
        self.troubles = Troubles(
            self.machine,
            self.carrier,
            self.sites,
            self.staff,
            self.truth,
            self.chance,
            self.counts,
            self.departed,
        )
        self.told: deque[str] = deque(maxlen=40)
        self._queue: list[tuple[datetime, int, str, Callable[[], None]]] = []
        self._order = itertools.count()
        self._looked_at = self.clock.now
        self._to_join = list(self.scene.people)

    # --- time ---

    def run(self) -> None:
        """Live through all of its days. Raises LawBroken."""
        self._begin()
        while self.clock.now < self.scene.ends:
            self._go_to_next()
        self._end()

    def at(self, moment: datetime, what: str, act: Callable[[], None]) -> None:
        """Have something happen at that moment."""
        heapq.heappush(self._queue, (moment, next(self._order), what, act))

    def after(self, least: float, most: float) -> datetime:
        """Return a moment so many hours from now."""
        return self.clock.now + timedelta(hours=self.chance.uniform(least, most))

    def tell(self, words: str) -> None:
        """Note what happened, for whoever looks for why a law was broken."""
        line = f"{self.clock.now:%Y-%m-%d %H:%M:%S} {words}"
        self.told.append(line)
        with (self.folder / "story").open("a") as file:
            file.write(f"{line}\n")

    def _go_to_next(self) -> None:
        now = self.clock.now
        wake = None if self.troubles.is_off else self.machine.next_wake()
        # However much else happens, it looks.
        sweep = max(now, self._looked_at + SWEEP)
        moments = [at for at in (wake, sweep, self.scene.ends) if at]
        if self._queue and self._queue[0][0] <= min(moments):
            moment, _, what, act = heapq.heappop(self._queue)
            self.clock.now = max(moment, now)
            self.tell(what)
            act()
            return
        self.clock.now = self._looked_at = min(moments).astimezone(UTC)
        if not self.troubles.is_off:
            self._run_somehow()

    def _begin(self) -> None:
        for campaign in self.scene.campaigns:
            for source in SOURCES:
                self.sites.open(campaign.name, source)
        self.staff.apply_all()
        count = len(self._to_join) * 85 // 100
        first, self._to_join = self._to_join[:count], self._to_join[count:]
        self.staff.import_people(first)
        for name, rate in self.rates.by_name.items():
            self._repeat(name, rate)
        for name, rate in self.rates.by_name_rough.items():
            self._repeat(name, rate * self.rates.rough)
        days = (self.scene.ends - self.scene.begins) / _DAY
        self._repeat("join", max(self.rates.joins, len(self._to_join) / days))
        for campaign in self.scene.campaigns:
            self._next_post(campaign)

    def _repeat(self, name: str, rate: float) -> None:
        """Have the act of that name happen again and again, so often a day."""
        if not rate:
            return
        act = getattr(self, "_do_" + name.replace(" ", "_"))

        def again() -> None:
            act()
            self._repeat(name, rate)

        hours = 24 * self.chance.expovariate(rate)
        self.at(self.clock.now + timedelta(hours=hours), name, again)

    # --- looking ---

    def _run_somehow(self) -> None:
        luck = self.chance.random()
        if self.troubles.is_held or luck >= self.rates.killed + self.rates.twice:
            self.look()
        elif luck < self.rates.killed:
            self._run_killed()
        else:
            self._run_twice()

    def look(self) -> None:
        """Have the product look and send, and judge what left and what did not."""
        work = self.machine.run()
        for fault in {*work.faults, *work.emails.problems}:
            if not self.carrier.is_down:
                self.tell(f"fault: {fault}")
        if faults := self.machine.fault_log.faults:
            raise LawBroken(f"a fault of the program: {faults[0]}")
        self._take_stock(for_sure=True)
        if not self.troubles.is_held:
            self._take(self.callers.ring())
        of_slot = partial(asked.edition_of_slot, self.machine)
        self.judge.judge_slots(self.clock.now, of_slot, self._trouble)
        self.look_round()

    def look_round(self) -> None:
        """Do what staff do once the product has looked: settle what is uncertain."""
        if not self.troubles.is_held:
            self.staff.settle(self._taken)

    def _take_stock(self, *, for_sure: bool) -> None:
        """Note what the product was shown, what closed since, and what left."""
        for post in self.sites.shown_now():
            self.truth.note_shown(post, for_sure=for_sure)
        arrivals = [*self.carrier.arrivals()]
        if for_sure:
            self.judge.close_slots(self.clock.now, self._trouble)
            arrivals += self.prints.arrivals(self.clock.now)
        self._doubt(each for each in arrivals if each.is_doubtful)
        arrivals = [each for each in arrivals if each.was_taken]
        if arrivals and self.troubles.is_held:
            raise LawBroken(f"something left while nothing may: {arrivals[0]}")
        if not for_sure:
            self._doubt(arrivals[-_CONNECTIONS:])
        self._taken.update(each.reference for each in arrivals)
        self._take(arrivals)

    def _take(self, arrivals: Iterable[Arrival]) -> None:
        """Judge each of these as it comes."""
        for each in arrivals:
            self.departed.append(each)
            self.judge.take([each])

    def _doubt(self, arrivals: Iterable[Arrival]) -> None:
        """Expect copies again: their answers were lost, or not noted in time."""
        for each in arrivals:
            self.judge.in_doubt.add((each.to, each.code))
            self.truth.readers[each.to].unsure_until = self.clock.now + UNSURE

    def _run_killed(self) -> None:
        statement = self._statement()
        was_killed = self.machine.run_killed(statement)
        self.tell(f"killed at statement {statement}" if was_killed else "not killed")
        self.counts["kills"] += was_killed
        self.machine.start()
        self._take_stock(for_sure=not was_killed)
        self._doubt_what_was_in_hand()
        self.clock.move(timedelta(seconds=self.chance.randrange(2, 60)))
        self.look()

    def _statement(self) -> int:
        # Most are at the beginning, where editions are made.
        return min(self.chance.randrange(1, 700), self.chance.randrange(1, 700))

    def _doubt_what_was_in_hand(self) -> None:
        """Wait for copies that may have been on the wire: they are tried again."""
        for email in asked.unanswered(self.machine):
            if reader := self.truth.readers.get(email):
                reader.unsure_until = self.clock.now + UNSURE

    def _run_twice(self) -> None:
        self.tell("two at once")
        self.counts["two timetables at once"] += 1
        try:
            self.machine.run_twice()
        except RuntimeError as problem:
            raise LawBroken(str(problem)) from problem
        self.machine.start()
        self.look()

    # --- what the judge asks ---

    def _trouble(self, slot: SlotFact) -> str:
        return self.troubles.of(slot.campaign.name, slot.closes)

    def _end(self) -> None:
        self.tell("the end")
        if self.troubles.is_off:
            self.troubles.turn_on()
        if self.machine.hold() is not None:
            self.troubles.go_on()
        self.look()
        self.judge.judge_all(asked.all_editions(self.machine))

    # --- posts ---

    def _next_post(self, campaign: SceneCampaign) -> None:
        hours = 24 * self.chance.expovariate(campaign.posts_a_day)
        moment = max(self.clock.now, campaign.begins()) + timedelta(hours=hours)
        if moment < campaign.ends():
            self.at(moment, f"a post of {campaign.name}", lambda: self._post(campaign))

    def _post(self, campaign: SceneCampaign) -> None:
        now, luck = self.clock.now, self.chance.random()
        dated: datetime | None = now
        if luck < 0.1:
            dated = None
        elif luck < 0.2:
            dated = now - timedelta(days=self.chance.randrange(1, 40))
        elif luck < 0.23:
            dated = now + timedelta(days=self.chance.randrange(1, 40))
        if dated != now:
            self.troubles.messy_since = now
        self._show(campaign, dated)
        self._next_post(campaign)

    def _show(self, campaign: SceneCampaign, dated: datetime | None) -> PostFact:
        source = self.chance.choice(SOURCES)
        number = len(self.truth.posts) + 1
        post = PostFact(number, campaign.name, source, dated, self.clock.now)
        self.truth.posts.append(post)
        self.sites.show(post)
        self.counts["posts"] += 1
        return post
