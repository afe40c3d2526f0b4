"""What staff and readers do, each by the door that it is done by, and noted as true.

Acts since a backup are done again after it is put back: a journal keeps them.
"""

import random
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from digest.audience.editing import edit
from digest.audience.lists.importing import ListImport
from digest.audience.unsubscribing import leave_as_told
from digest.errors import DigestError
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.editions.references import MessageReference
from digest.model.people.departure import LeavingMeans, LeavingRequest
from digest.schedule.campaign_files import apply_file
from digest.schedule.editions import publishing
from digest.schedule.editions.steering.steer import Steer
from digest.store.base.engine import reading, writing
from digest.store.base.modes import mode_of
from digest.store.base.tables import delivery, edition, item, subscriber
from digest.store.campaigns import campaigns
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.settling import settle_one
from digest.store.editions import editions
from digest.store.posts import log
from tests.soak.machine import Machine
from tests.soak.scene import Scene, ScenePerson, write_list
from tests.soak.truth import CampaignFact, PostFact, ReaderFact, Truth

UNSURE = timedelta(hours=8)


@dataclass
class Staff:
    """Whoever acts, and what is true because of it."""

    machine: Machine
    truth: Truth
    scene: Scene
    folder: Path
    site: str
    acts: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return self.machine.clock()

    def do(self, act: Callable[[], None]) -> None:
        """Do something that has to be done again if it is lost."""
        act()
        self.acts.append((self.now, act))

    def do_again(self, since: datetime) -> None:
        """Do again what was done since: another backup may lack more of it."""
        for at, act in self.acts:
            if at > since:
                act()

    def forget_acts(self, before: datetime) -> None:
        """Forget what no backup lacks."""
        self.acts = [(at, act) for at, act in self.acts if at >= before]

    # --- campaigns and people ---

    def apply_all(self) -> None:
        """Apply every campaign's file."""
        for campaign in self.scene.campaigns:
            path = self.folder / f"{campaign.name}.toml"
            path.write_text(campaign.file(self.site))
            engine = self.machine.app.engine
            apply_file(engine, path, "UTC", self.now, is_live=True)
            self.truth.campaigns.setdefault(campaign.name, CampaignFact(campaign.name))

    def import_people(self, people: list[ScenePerson]) -> None:
        """Import people, each to the list of their campaign."""
        for name in sorted({person.campaign for person in people}):
            theirs = [person for person in people if person.campaign == name]
            path = write_list(self.folder / "list.csv", theirs)
            app = self.machine.app
            report = ListImport(app.engine, name, app.hasher).run(path, self.now)
            if report.refused or report.doubtful:
                raise RuntimeError(f"not imported: {report.problems}")
            for person in theirs:
                self._joined(person)

    def _joined(self, person: ScenePerson) -> None:
        campaign = self.truth.campaigns[person.campaign]
        existing = self.truth.readers.get(person.email)
        reader = existing or ReaderFact(person, person.schedule, self.now)
        reader.joined_at = self.now
        reader.before = campaign.stood.get(person.schedule, 0) | campaign.may
        reader.long_before = campaign.stood_surely.get(person.schedule, 0)
        self.truth.readers[person.email] = reader

    def switch(self, reader: ReaderFact, schedule: str) -> None:
        """Have a reader choose another schedule."""
        app = self.machine.app
        with writing(app.engine) as connection:
            cells = {"schedule": schedule}
            edit(connection, app.hasher, reader.person.email, cells, self.now)
        reader.schedule = schedule
        reader.unsure_until = self.now + UNSURE

    def leave(self, reader: ReaderFact) -> None:
        """Have a reader leave, by the link in a copy or as they told somebody."""
        app = self.machine.app
        if reader.leave_token:
            app.unsubscribe_links.unsubscribe(reader.leave_token)
        else:
            with writing(app.engine) as connection:
                who, campaign = reader.person.email, reader.person.campaign
                request = LeavingRequest(LeavingMeans.PHONE)
                leave_as_told(connection, who, campaign, request, self.now)
        reader.is_here = False

    def come_back(self, reader: ReaderFact) -> None:
        """Have a reader come back by the link in a copy."""
        links = self.machine.app.unsubscribe_links
        links.resubscribe(reader.leave_token)
        reader.is_here = True
        reader.unsure_until = self.now + UNSURE

    def pause(self, name: str) -> None:
        """Pause a campaign."""
        with writing(self.machine.app.engine) as connection:
            stored = campaigns.by_name(connection, name)
            campaigns.pause(connection, stored.id, self.now)
        self.truth.campaigns[name].is_paused = True

    def resume(self, name: str) -> None:
        """Let a paused campaign go on."""
        with writing(self.machine.app.engine) as connection:
            stored = campaigns.by_name(connection, name)
            campaigns.resume(connection, stored.id, self.now)
        self.truth.campaigns[name].is_paused = False

    # --- posts ---

    def hold(self, post: PostFact) -> None:
        """Hold a post, if no edition carries it."""
        if self._with_item(post, log.hold):
            self.truth.hold(post)

    def release(self, post: PostFact) -> None:
        """Release a post that is held."""
        if self._with_item(post, log.release):
            self.truth.release(post)

    def withdraw(self, post: PostFact) -> None:
        """Withdraw a post."""
        if self._with_item(post, log.withdraw):
            self.truth.withdraw(post)

    def _with_item(self, post: PostFact, act: Callable[..., bool]) -> bool:
        item_id = self._item(post)
        if item_id is None:
            return False
        with writing(self.machine.app.engine) as connection:
            return act(connection, item_id, self.now)

    def _item(self, post: PostFact) -> int | None:
        """Return the number by which staff know a post: they look for its title."""
        title = item.c.content["title"].as_string()
        wanted = select(item.c.id).where(title.startswith(post.title[:8]))
        with reading(self.machine.app.engine) as connection:
            number: int | None = connection.scalar(wanted)
        return number

    # --- editions ---

    def take_out(self, post: PostFact, schedule: str) -> bool:
        """Leave a post for the edition after next of a schedule."""
        item_id = self._item(post)
        steer = Steer(self.machine.app.engine, post.campaign, schedule, "ann", self.now)
        try:
            if item_id is not None:
                steer.drop(item_id)
        except DigestError:
            return False
        return item_id is not None

    def waiting(self) -> Iterator[tuple[int, str, str, datetime]]:
        """Yield the editions that wait for somebody to approve them."""
        with reading(self.machine.app.engine) as connection:
            frozen = editions.in_states(connection, [EditionState.FROZEN])
            mode = mode_of(connection)
        for each in frozen:
            if each.mode is mode:
                yield each.id, each.campaign, each.schedule, each.slot

    def approve(self, edition_id: int) -> None:
        """Let an edition go; too late, or with nothing in it, it does not."""
        app = self.machine.app
        try:
            publishing.approve(
                app.engine,
                edition_id,
                "ben",
                self.now,
                app.dispatcher.submit,
                again=True,
            )
        except DigestError:
            return

    def settle(self, references: Set[str]) -> None:
        """Settle each copy that is uncertain by what the mail server has on record."""
        columns = (delivery.c.edition_id, delivery.c.reader_id)
        wanted = (
            select(*columns, edition.c.code, subscriber.c.email)
            .join(edition, edition.c.id == delivery.c.edition_id)
            .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(delivery.c.state == DeliveryState.UNCERTAIN)
        )
        with reading(self.machine.app.engine) as connection:
            rows = connection.execute(wanted).all()
        for row in rows:
            name = MessageReference.of(row.code, row.reader_id, row.email)
            is_there = str(name) in references
            to = DeliveryState.ACCEPTED if is_there else DeliveryState.PLANNED
            key = DeliveryKey(row.edition_id, row.reader_id)
            with writing(self.machine.app.engine) as connection:
                settle_one(connection, key, to, self.now)


def chosen(chance: random.Random, readers: list[ReaderFact]) -> ReaderFact | None:
    """Return one of them, or None where there is none."""
    return chance.choice(readers) if readers else None
