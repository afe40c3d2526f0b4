"""What befalls the machine: it is off, its mail server is down, a backup is put back.

Whatever it is, it says until when editions of a campaign need not be on time.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.model.delivery.mail_records import read_record
from digest.schedule.editions import resuming
from digest.schedule.editions.publishing import gather_named
from digest.schedule.editions.resuming import (
    Answer,
    HadAllAnswer,
    HadBeforeAnswer,
    HadByRecordAnswer,
    SendAnswer,
)
from tests.soak.machine import Machine
from tests.soak.recorder import Arrival, RecordedCarrier
from tests.soak.sites import Sites
from tests.soak.staff import Staff
from tests.soak.truth import Truth

# After an outage of the mail server the last copies are tried again within that time.
LONGEST_RETRY = timedelta(hours=6)
OLDEST_BACKUP = timedelta(days=3)
YOUNGEST_BACKUP = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup, and what was true when it was made."""

    name: str
    made_at: datetime
    must: dict[str, int]
    stood_surely: dict[str, dict[str, int]]
    taken_out: dict[str, dict[str, int]]
    said_had: dict[str, int]
    paused: frozenset[str]
    is_messy: bool


@dataclass
class Troubles:
    """What is amiss now, and was a moment ago."""

    machine: Machine
    carrier: RecordedCarrier
    sites: Sites
    staff: Staff
    truth: Truth
    chance: random.Random
    counts: Counter[str]
    departed: list[Arrival]
    backups: list[Backup] = field(default_factory=list)
    is_off: bool = False
    is_held: bool = False
    rough_until: dict[str, datetime] = field(default_factory=dict)
    messy_since: datetime | None = None
    answered: str = ""
    _restored: Backup | None = None

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return self.machine.clock()

    def of(self, campaign: str, since: datetime) -> str:
        """Return what was amiss for a campaign between `since` and now."""
        if self.truth.campaigns[campaign].is_paused:
            return "paused"
        if self.carrier.is_down:
            return "the mail server is down"
        if self.is_held:
            return "held"
        rough = self.rough_until.get(campaign)
        return (
            f"trouble until {rough:%Y-%m-%d %H:%M}" if rough and rough >= since else ""
        )

    def note_rough(self, until: datetime, *names: str) -> None:
        """Note until when editions need not be on time, of these campaigns or all."""
        for name in names or self.truth.campaigns:
            before = self.rough_until.get(name, until)
            self.rough_until[name] = max(before, until)

    # --- the machine and the mail server ---

    def turn_off(self) -> None:
        """Turn the machine off."""
        self.machine.stop()
        self.is_off = True
        self.counts["outages of the machine"] += 1

    def turn_on(self) -> None:
        """Turn the machine on again."""
        self.is_off = False
        self.machine.start()
        self.note_rough(self.now)

    def mail_down(self) -> None:
        """Have the mail server turn everybody away."""
        self.carrier.server.turns_away = "421 closed for repairs"
        self.counts["outages of the mail server"] += 1

    def mail_up(self) -> None:
        """Have it take mail again; what waits is tried again within some hours."""
        self.carrier.server.turns_away = ""
        self.note_rough(self.now + LONGEST_RETRY)

    # --- backups ---

    def back_up(self) -> None:
        """Make a backup; forget those that are too old to be put back."""
        if self.is_off:
            return
        name = f"backup{self.now:%Y%m%d%H%M%S}"
        self.machine.back_up(name)
        campaigns = self.truth.campaigns
        self.backups.append(
            Backup(
                name,
                self.now,
                {key: each.must for key, each in campaigns.items()},
                {key: dict(each.stood_surely) for key, each in campaigns.items()},
                {key: dict(each.taken_out) for key, each in campaigns.items()},
                {key: each.said_had for key, each in self.truth.readers.items()},
                frozenset(key for key, each in campaigns.items() if each.is_paused),
                is_messy=self.is_held,
            )
        )
        oldest = self.now - OLDEST_BACKUP - timedelta(hours=12)
        while self.backups and self.backups[0].made_at < oldest:
            self.machine.ground.drop(self.backups.pop(0).name)
        self.staff.forget_acts(oldest)
        while self.departed and self.departed[0].at < oldest:
            del self.departed[0]

    def restore(self) -> bool:
        """Put a backup back, the machine being off; False where there is none."""
        now = self.now
        suitable = [
            each
            for each in self.backups
            if YOUNGEST_BACKUP <= now - each.made_at <= OLDEST_BACKUP
            and not each.is_messy
        ]
        if not suitable or self.is_held:
            return False
        backup = self.chance.choice(suitable)
        while self.backups[-1] is not backup:
            self.machine.ground.drop(self.backups.pop().name)
        self.machine.ground.restore(backup.name)
        self.counts["restores"] += 1
        self._restored = backup
        for name, campaign in self.truth.campaigns.items():
            campaign.must &= backup.must[name]
            campaign.stood_surely = dict(backup.stood_surely[name])
            campaign.taken_out = dict(backup.taken_out[name])
            campaign.is_paused = name in backup.paused
        for name, reader in self.truth.readers.items():
            # What a person has said since is lost with the rest.
            reader.said_had &= backup.said_had.get(name, 0)
        self.note_rough(now)
        return True

    @property
    def restored_of(self) -> datetime:
        """When the backup was made that was put back last."""
        return self._restored.made_at if self._restored else self.now

    def catch_up_unheld(self) -> None:
        """Do again what the backup lacks, where nothing had left since."""
        if self._restored is not None:
            self.gather()
            self.staff.do_again(self._restored.made_at)
            self._restored = None

    def left_since_restored(self) -> list[Arrival]:
        """Return what had left after the backup that was put back was made."""
        backup = self._restored
        if backup is None:
            return []
        return [each for each in self.departed if each.at > backup.made_at]

    def go_on(self) -> None:
        """Let things leave again, as the page on restoring tells."""
        if self._restored is not None:
            # What was withdrawn in the lost hours has to be there for that.
            self.gather()
            self.staff.do_again(self._restored.made_at)
        answer = self._answer()
        if not isinstance(answer, SendAnswer):
            self.gather()
        self.answered = str(answer)
        self.counts[f"resume: {self.answered[:20]}"] += 1
        ended = resuming.resume(self.machine.app.engine, answer, self.now)
        if ended is not None:
            self._note(answer)
        self.is_held = False
        self._restored = None
        self.note_rough(self.now)

    def gather(self) -> None:
        """Read the sources, as `digest gather` does."""
        app = self.machine.app
        gather_named(app.engine, app.fetcher, None, self.now)
        for post in self.sites.shown_now():
            if not self.truth.campaigns[post.campaign].is_paused:
                self.truth.note_shown(post, for_sure=True)

    def _answer(self) -> Answer:
        """Choose what to say: what is true, so far as one of the answers is."""
        lost = self.left_since_restored()
        if self._restored is None:
            return SendAnswer() if self.chance.random() < 0.9 else HadAllAnswer()
        answers: list[Callable[[], Answer]] = [HadAllAnswer]
        if not lost:
            return SendAnswer()
        if self.chance.random() < 0.1:
            return SendAnswer()
        if not self.was_messy_since(self._restored):
            answers.append(lambda: HadBeforeAnswer(lost[-1].at + timedelta(minutes=1)))
            if not any(each.is_letter or each.is_call for each in lost):
                answers += [self._by_record] * 2
        return self.chance.choice(answers)()

    def was_messy_since(self, backup: Backup) -> bool:
        """Whether dates were false, or editions late, so that no record tells all.

        A false date may be of a post from before the backup that was read after it.
        """
        if self.messy_since and self.messy_since > backup.made_at:
            return True
        lacked = {
            name: each.may & ~backup.must[name]
            for name, each in self.truth.campaigns.items()
        }
        return any(
            post.bit & lacked[post.campaign] and post.dated != post.shown_at
            for post in self.truth.posts
        )

    def _by_record(self) -> Answer:
        lines = [
            f"<{each.reference}@example.org>" for each in self.left_since_restored()
        ]
        return HadByRecordAnswer(read_record(lines))

    def _note(self, answer: Answer) -> None:
        """Note what is not due any more, or may come again, since somebody said so."""
        match answer:
            case SendAnswer():
                for each in self.left_since_restored():
                    self.truth.readers[each.to].may_repeat |= each.posts
            case HadAllAnswer():
                for reader in self.truth.readers.values():
                    campaign = self.truth.campaigns[reader.person.campaign]
                    reader.said_had |= campaign.must & ~reader.had
                    # What nobody knows to be in the log, or not, when this is said.
                    reader.excused |= campaign.may & ~campaign.must
            case HadBeforeAnswer(at):
                posts = (post for post in self.truth.posts if post.shown_at < at)
                before = sum(post.bit for post in posts)
                for reader in self.truth.readers.values():
                    reader.excused |= before
            case HadByRecordAnswer():
                pass  # it names all that had left
