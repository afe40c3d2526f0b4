"""The laws of editions, held against what the recorder saw and what is true.

A slot is *calm* where nothing was amiss around it: then everybody who is due anything
has it once the slot is over. Of any other slot an edition or a reason is asked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.soak.recorder import Arrival
from tests.soak.scene import Scene, SceneCampaign
from tests.soak.truth import ReaderFact, Truth, numbers_in

# A look that comes so late is not on time.
ON_TIME = timedelta(minutes=15)
_DONE = {"sent", "sending", "skipped", "missed", "cancelled", "stopped"}
_SENT = {"sent", "sending"}
_NOT_MADE = {"skipped", "missed", "cancelled"}


class LawBroken(Exception):  # noqa: N818 - says what is the case
    """A law does not hold: which, when, for whom."""


@dataclass(frozen=True, slots=True)
class EditionFact:
    """What the product says of an edition: which slot it is of, and how it stands."""

    campaign: str
    schedule: str
    slot: datetime
    state: str
    reason: str
    is_last: bool


@dataclass(slots=True)
class SlotFact:
    """A slot that was reckoned: what its edition has to carry, once it has closed.

    `trouble` says what was amiss around it, "" of a calm one. `carried_over` is what
    staff took out of its edition.
    """

    campaign: SceneCampaign
    schedule: str
    at: datetime
    closes: datetime
    must: int | None = None
    carried_over: int = 0
    trouble: str = ""
    is_over: bool = False

    def __str__(self) -> str:
        return f"{self.campaign.name}, {self.schedule}, slot {self.at:%Y-%m-%d %H:%M}"


@dataclass
class Judge:
    """Holds each copy and each slot against the laws; raises LawBroken.

    `by_code` and `by_slot` ask the product which edition a copy is of, and what became
    of a slot: its answers are names, and are not believed. `in_doubt` are copies,
    by reader and edition, that may have left when a machine died.
    """

    truth: Truth
    scene: Scene
    by_code: Callable[[str], EditionFact | None]
    counts: Counter[str] = field(default_factory=Counter)
    in_doubt: set[tuple[str, str]] = field(default_factory=set)
    _editions: dict[str, EditionFact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.slots = [
            SlotFact(campaign, schedule.name, at, at - schedule.close)
            for campaign in self.scene.campaigns
            for schedule in campaign.schedules
            for at in campaign.slots[schedule.name]
            if at < self.scene.ends
        ]
        self.slots.sort(key=lambda slot: slot.closes)
        self._open = list(self.slots)
        self._known = {
            (slot.campaign.name, slot.schedule, slot.at) for slot in self.slots
        }

    def take(self, arrivals: Iterable[Arrival]) -> None:
        """Judge what has left since."""
        for arrival in arrivals:
            self._take(arrival)

    def forget_codes(self) -> None:
        """Ask anew which editions are which: the database is another one."""
        self._editions.clear()

    def edition_of(self, code: str) -> EditionFact:
        """Return which edition that is."""
        edition = self._editions.get(code) or self.by_code(code)
        if edition is None:
            raise LawBroken(f"a copy of an edition that nobody knows: {code}")
        self._editions[code] = edition
        return edition

    def _take(self, arrival: Arrival) -> None:
        kind = "letters" if arrival.is_letter else "emails"
        self.counts["calls" if arrival.is_call else kind] += 1
        reader = self.truth.readers.get(arrival.to)
        if reader is None:
            raise self._broken("a copy to nobody we know", arrival)
        edition = self.edition_of(arrival.code)
        self._check_when(arrival, reader, edition)
        self._check_what(arrival, reader, edition)
        if arrival.leave_token:
            reader.leave_token = arrival.leave_token
        again = arrival.posts & reader.had
        if again and not self._may_repeat(arrival, reader, again):
            raise self._broken("repeated", arrival, again)
        if arrival.code in reader.codes and not again:
            raise self._broken("two copies of one edition", arrival)
        reader.codes.add(arrival.code)
        reader.had |= arrival.posts

    def _check_when(
        self, arrival: Arrival, reader: ReaderFact, edition: EditionFact
    ) -> None:
        if not reader.is_here:
            raise self._broken("sent after leaving", arrival)
        place = (edition.campaign, edition.schedule, edition.slot)
        if place not in self._known:
            raise self._broken("of a slot that is none", arrival)
        if arrival.at < edition.slot:
            raise self._broken("early", arrival)
        if arrival.is_call is not reader.person.is_rung:
            raise self._broken("by a channel that they did not ask for", arrival)
        is_theirs = edition.campaign == reader.person.campaign
        is_sure = not reader.unsure_until or reader.unsure_until < edition.slot
        if not is_theirs or (is_sure and edition.schedule != reader.schedule):
            raise self._broken("of an edition that is not theirs", arrival)

    def _check_what(
        self, arrival: Arrival, reader: ReaderFact, edition: EditionFact
    ) -> None:
        campaign = self.truth.campaigns[edition.campaign]
        if not arrival.posts:
            raise self._broken("empty", arrival)
        for wrong, what in (
            (campaign.withdrawn, "sent though it was withdrawn"),
            (~campaign.may, "sent though nobody has released it"),
            (reader.long_before, "from before they joined"),
            (~self.truth.topics_of(reader), "not of their topics"),
            (reader.said_had, "sent though a person said that they had it"),
        ):
            if posts := arrival.posts & wrong:
                raise self._broken(what, arrival, posts)
        most = self.scene.campaign(edition.campaign).most_items
        if most and not edition.is_last and arrival.posts.bit_count() > most:
            raise self._broken(f"with more than {most} posts", arrival)

    def _may_repeat(self, arrival: Arrival, reader: ReaderFact, again: int) -> bool:
        if (arrival.to, arrival.code) in self.in_doubt:
            self.counts["copies again, in doubt"] += 1
            return True
        if again & ~reader.may_repeat:
            return False
        reader.may_repeat &= ~again
        self.counts["copies again, by a person's word"] += 1
        return True

    def close_slots(self, now: datetime, trouble: Callable[[SlotFact], str]) -> None:
        """Note, of slots that close now, what their editions have to carry."""
        for slot in self._open:
            if slot.closes > now:
                break
            if slot.must is not None:
                continue
            campaign = self.truth.campaigns[slot.campaign.name]
            slot.must = campaign.must
            slot.carried_over = campaign.taken_out.get(slot.schedule, 0)
            is_late = now > slot.closes + ON_TIME
            slot.trouble = trouble(slot) or ("nobody looked" if is_late else "")
            self._note_standing(slot, campaign.may)

    def _note_standing(self, slot: SlotFact, may: int) -> None:
        """Note from where on newcomers of a schedule may, and have to, get posts."""
        campaign = self.truth.campaigns[slot.campaign.name]
        campaign.stood[slot.schedule] = may

    def judge_slots(
        self,
        now: datetime,
        by_slot: Callable[[SlotFact], EditionFact | None],
        trouble: Callable[[SlotFact], str],
    ) -> None:
        """Judge the slots that are over, as soon as they are."""
        for slot in tuple(self._open):
            if slot.closes > now:
                break
            if slot.is_over or slot.at > now or slot.must is None:
                continue
            slot.trouble = slot.trouble or trouble(slot)
            edition = by_slot(slot)
            if edition is None or edition.state not in _DONE:
                if not slot.trouble and not slot.campaign.is_approved:
                    state = edition.state if edition else "not there"
                    raise LawBroken(f"{slot}: its edition is {state}")
                continue
            slot.is_over = True
            self._open.remove(slot)
            if not slot.trouble:
                self._judge_calm(slot, edition)

    def judge_all(self, editions: Sequence[EditionFact]) -> None:
        """Judge the whole: one edition a slot, or a reason, and none of no slot."""
        times = Counter((each.campaign, each.schedule, each.slot) for each in editions)
        if strange := times.keys() - self._known:
            raise LawBroken(f"editions of slots that are none: {sorted(strange)}")
        if twice := [place for place, count in times.items() if count > 1]:
            raise LawBroken(f"more than one edition of {sorted(twice)}")
        for slot in self.slots:
            place = (slot.campaign.name, slot.schedule, slot.at)
            # The newest slot of a campaign that is paused waits for what comes first.
            is_paused = self.truth.campaigns[slot.campaign.name].is_paused
            if place not in times and not is_paused:
                raise LawBroken(f"{slot} has no edition, and no reason")
        for each in editions:
            if each.state in _NOT_MADE and not each.reason:
                raise LawBroken(f"no reason why it is {each.state}: {each}")
            self.counts[f"editions {each.state}"] += 1
        for reader in self.truth.readers.values():
            self.counts["posts had, by each reader"] += reader.had.bit_count()

    def _judge_calm(self, slot: SlotFact, edition: EditionFact) -> None:
        if edition.state not in {*_SENT, "skipped"}:
            raise LawBroken(f"{slot} is {edition.state}: {edition.reason}")
        campaign = self.truth.campaigns[slot.campaign.name]
        must = (slot.must or 0) & campaign.must & ~slot.carried_over
        self.counts["calm slots"] += 1
        for reader in self.truth.readers_of(campaign.name, slot.schedule):
            if reader.joined_at > slot.closes:
                continue
            if reader.unsure_until and reader.unsure_until > slot.closes:
                continue
            lacking = reader.wants(must & self.truth.topics_of(reader))
            if lacking and not self._has_most(reader, slot):
                numbers = list(numbers_in(lacking))
                raise LawBroken(
                    f"{slot}, {edition.state} ({edition.reason}): missing for "
                    f"{reader.person.name}: posts {numbers}"
                )
            self.counts["readers served in full"] += 1
        if edition.state in _SENT:
            campaign.stood_surely[slot.schedule] = slot.must or 0
        if slot.carried_over:
            campaign.taken_out[slot.schedule] = 0

    def _has_most(self, reader: ReaderFact, slot: SlotFact) -> bool:
        """Whether they had as many posts as a copy holds; more wait for the next."""
        if slot.campaign.most_items is None or self._is_last(slot):
            return False
        return any(
            self._editions[code].slot == slot.at
            and self._editions[code].schedule == slot.schedule
            for code in reader.codes
            if code in self._editions
        )

    def _is_last(self, slot: SlotFact) -> bool:
        campaign = slot.campaign
        return campaign.has_end and slot.at == campaign.slots[slot.schedule][-1]

    def _broken(self, what: str, arrival: Arrival, posts: int = 0) -> LawBroken:
        numbers = list(numbers_in(posts or arrival.posts))
        reader = self.truth.readers.get(arrival.to)
        edition = self._editions.get(arrival.code)
        return LawBroken(
            f"{what}: posts {numbers} to {reader.person if reader else arrival.to} "
            f"at {arrival.at:%Y-%m-%d %H:%M} in {edition or arrival.code}"
        )
