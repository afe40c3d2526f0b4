"""The things that happen in a soak, each when its turn comes."""

from datetime import datetime, timedelta
from functools import partial

from tests.soak.laws import LawBroken
from tests.soak.staff import chosen
from tests.soak.story import Story
from tests.soak.truth import PostFact, ReaderFact


class Life(Story):
    """A soak, with everything that may happen in it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._asked_approval = set[int]()

    # --- posts and people ---

    def _do_revise(self) -> None:
        if post := self._post_on_show():
            post.wording = min(9, post.wording + 1)
            self.sites.rewrite(post)

    def _do_hold(self) -> None:
        post = self._post_on_show()
        if post is None or not self._can_act(post):
            return
        self.staff.do(lambda: self.staff.hold(post))
        if post.is_held:
            self.troubles.messy_since = self.clock.now
            self.at(self.after(1, 60), "release", lambda: self._release(post))

    def _do_withdraw(self) -> None:
        post = self._post_on_show()
        if post and self._can_act(post):
            self.troubles.messy_since = self.clock.now
            self.staff.do(lambda: self.staff.withdraw(post))

    def _do_old_post(self) -> None:
        """Have a post of long ago turn up: a person says whether it is news."""
        now = self.clock.now
        for campaign in self.scene.campaigns:
            has_met = now > campaign.begins() + timedelta(days=2)
            if has_met and now < campaign.ends():
                self.troubles.messy_since = now
                post = self._show(campaign, now - timedelta(days=800))
                post.waits_for_staff = True
                if self.chance.random() < 0.5:
                    release = partial(self._release, post)
                    self.at(self.after(9, 60), "release", release)
                return

    def _release(self, post: PostFact) -> None:
        if post.is_withdrawn:
            return
        if not self._can_act(post):
            self.at(self.after(1, 5), "release", lambda: self._release(post))
            return
        self.troubles.messy_since = self.clock.now
        self.staff.do(lambda: self.staff.release(post))

    def _post_on_show(self) -> PostFact | None:
        posts = self.sites.newest(self.chance.choice(self.sites.paths))
        return self.chance.choice(posts[-8:]) if posts else None

    def _can_act(self, post: PostFact) -> bool:
        return not (self.troubles.is_off or self.troubles.is_held or post.is_withdrawn)

    def _do_join(self) -> None:
        if self._to_join and not self._nobody_acts():
            person = self._to_join.pop()
            self.staff.do(lambda: self.staff.import_people([person]))

    def _do_leave(self) -> None:
        reader = self._somebody(is_here=True)
        if reader and not self._nobody_acts():
            self.staff.do(lambda: self.staff.leave(reader))

    def _do_come_back(self) -> None:
        reader = self._somebody(is_here=False)
        if reader and reader.leave_token and not self._nobody_acts():
            self.staff.do(lambda: self.staff.come_back(reader))

    def _do_switch(self) -> None:
        reader = self._somebody(is_here=True)
        if reader is None or self._nobody_acts():
            return
        names = [
            schedule.name
            for schedule in self.scene.campaign(reader.person.campaign).schedules
            # Letters are costly to make: not for a daily one.
            if not (reader.person.is_by_post and schedule.name == "everyday")
        ]
        to = self.chance.choice(names)
        self.staff.do(lambda: self.staff.switch(reader, to))

    def _somebody(self, *, is_here: bool) -> ReaderFact | None:
        readers = [
            each for each in self.truth.readers.values() if each.is_here is is_here
        ]
        return chosen(self.chance, readers)

    def _nobody_acts(self) -> bool:
        return self.troubles.is_off or self.troubles.is_held

    # --- editions ---

    def _do_take_out(self) -> None:
        post = self._post_on_show()
        if post is None or not self._can_act(post) or post.waits_for_staff:
            return
        campaign = self.scene.campaign(post.campaign)
        schedule = self.chance.choice(campaign.schedules).name
        if self.staff.take_out(post, schedule):
            self.troubles.messy_since = self.clock.now
            out = self.truth.campaigns[post.campaign].taken_out
            out[schedule] = out.get(schedule, 0) | post.bit

    def look_round(self) -> None:
        """Have staff approve what waits: at once, late, or not at all."""
        super().look_round()
        if self.troubles.is_held or self.troubles.is_off:
            return
        for edition_id, campaign, _, slot in self.staff.waiting():
            if edition_id in self._asked_approval:
                continue
            self._asked_approval.add(edition_id)
            luck = self.chance.random()
            if luck < 0.06:
                self.tell(f"nobody approves edition {edition_id}")
                self._rough(campaign, slot + timedelta(hours=7))
                continue
            late = luck < 0.16
            moment = self.after(0.6, 5.5) if late else self.after(0, 0.4)
            if late:
                self._rough(campaign, slot)
            approve = partial(self._approve, edition_id)
            self.at(moment, f"approve edition {edition_id}", approve)

    def _approve(self, edition_id: int) -> None:
        if not self._nobody_acts():
            self.staff.approve(edition_id)

    def _rough(self, campaign: str, until: datetime) -> None:
        self.troubles.messy_since = until
        self.troubles.note_rough(until, campaign)

    def _do_pause(self) -> None:
        campaign = self.chance.choice(self.scene.campaigns)
        name = campaign.name
        if self._nobody_acts() or self.truth.campaigns[name].is_paused:
            return
        self.counts["pauses"] += 1
        self.staff.do(lambda: self.staff.pause(name))
        self.troubles.note_rough(self.clock.now, name)

        def go_on() -> None:
            if self._nobody_acts():
                self.at(self.after(1, 3), f"{name} goes on", go_on)
                return
            self.staff.do(lambda: self.staff.resume(name))
            self._rough(name, self.clock.now)

        self.at(self.after(1, 70), f"{name} goes on", go_on)

    # --- trouble ---

    def _do_power_cut(self) -> None:
        if self.troubles.is_off:
            return
        self.troubles.turn_off()
        self.troubles.messy_since = self.clock.now
        hours = self.chance.choice([(0.2, 3), (3, 20), (25, 60)])
        self.at(self.after(*hours), "power is back", self._power_back)

    def _power_back(self) -> None:
        self.troubles.turn_on()
        self.troubles.messy_since = self.clock.now
        self._start_again()

    def _start_again(self) -> None:
        """Start, and have a person say resume some time later where they have to."""
        if self.machine.hold() is not None:
            self.troubles.is_held = True
            self.counts["held"] += 1
            self.look()
            self.at(self.after(0.1, 5), "resume", self._resume)
        else:
            self.look()

    def _resume(self) -> None:
        # A source that cannot be read would be new to everybody later.
        if self.troubles.is_off or self.sites.are_down:
            self.at(self.after(1, 3), "resume", self._resume)
            return
        if not self.troubles.is_held:
            return  # somebody has said it already
        if self.machine.hold() is None:
            raise LawBroken("what was held is not held any more")
        self.troubles.go_on()
        self.tell(f"resumed: {self.troubles.answered}")
        self.look()

    def _do_mail_down(self) -> None:
        if self.carrier.is_down:
            return
        self.troubles.mail_down()
        self.troubles.messy_since = self.clock.now
        hours = self.chance.choice([(0.2, 3), (3, 20), (20, 60)])
        self.at(self.after(*hours), "mail server is back", self._mail_back)

    def _mail_back(self) -> None:
        self.troubles.mail_up()
        if not (self.troubles.is_off or self.troubles.is_held):
            self.look()
        self.troubles.messy_since = self.troubles.rough_until["harbour"]

    def _do_source_down(self) -> None:
        path = self.chance.choice(self.sites.paths)
        self.sites.close(path)
        self.counts["outages of sources"] += 1
        self.troubles.messy_since = self.clock.now

        def reopen() -> None:
            self.sites.reopen(path)
            self.troubles.messy_since = self.clock.now + timedelta(hours=12)

        self.at(self.after(1, 48), f"{path} is back", reopen)

    def _do_greylist(self) -> None:
        """Have some mail servers ask for patience."""
        readers = [each for each in self.truth.readers.values() if each.is_here]
        some = self.chance.sample(readers, min(5, len(readers)))
        until = self.after(1, 9)
        for each in some:
            self.carrier.server.delayed.add(each.person.email)
            each.unsure_until = until + timedelta(hours=8)
        self.troubles.messy_since = self.clock.now

        def over() -> None:
            self.carrier.server.delayed -= {each.person.email for each in some}

        self.at(until, "patience is over", over)

    def _do_back_up(self) -> None:
        self.troubles.back_up()

    def _do_restore(self) -> None:
        if self.troubles.is_off or self.troubles.is_held:
            return
        self.machine.stop()
        has_left = self.troubles.restore()
        self.machine.start()
        if not has_left:
            return
        self.judge.forget_codes()
        self._asked_approval.clear()
        has_left = bool(self.troubles.left_since_restored())
        self.tell(
            f"restored the backup of {self.troubles.restored_of:%Y-%m-%d %H:%M}, "
            f"{'something' if has_left else 'nothing'} had left since"
        )
        if has_left and self.machine.hold() is None:
            raise LawBroken("a restored backup is taken for the database it was")
        if self.machine.hold() is None:
            self.troubles.catch_up_unheld()
        elif self.chance.random() < 0.5:
            # Before anybody has looked, as `digest gather` may be.
            self.troubles.gather()
        self._start_again()

    def _do_wrong_clock(self) -> None:
        """Have the clock go ahead by hours, until somebody puts it right."""
        if self.troubles.is_off or self.troubles.is_held or self.carrier.is_down:
            return
        self.look()
        ahead = timedelta(hours=self.chance.uniform(0.5, 30))
        self.counts["wrong clocks"] += 1
        self.clock.move(ahead)
        self.machine.wrong_by = ahead
        self.troubles.is_held = True
        self.look()
        self.clock.move(-ahead)
        self.machine.wrong_by = timedelta(0)
        self.troubles.messy_since = self.clock.now
        self.at(self.after(0.1, 2), "resume", self._resume)
