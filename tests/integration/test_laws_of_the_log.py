"""Staff steer, approve, stop and ring; machines die: the laws of the log hold."""

import shutil
import sqlite3
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import Connection, Engine, func, insert, select

from digest.audience import unsubscribing
from digest.audience.enrolment import enrol
from digest.audience.hashing import KeyedHasher
from digest.compose import stopping
from digest.deliver.calling.call_desk import CallDesk
from digest.deliver.carrier import Copy
from digest.deliver.printing.print_room import PrintRoom
from digest.deliver.sending.sender import EmailSender
from digest.errors import DigestError
from digest.model.delivery.calls import CallOutcome, CallReport
from digest.model.delivery.delivery import (
    NEVER_LEFT,
    Accepted,
    Deferred,
    DeliveryState,
    Outcome,
    Refused,
    Uncertain,
)
from digest.model.delivery.mail_records import read_record
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.editions.steering import Steering
from digest.model.formats import Channel
from digest.model.moves import EDITION_MOVES
from digest.schedule.delivery.worker import Work
from digest.schedule.editions import due, publishing, resuming
from digest.schedule.editions.steering.open_edition import open_edition
from digest.schedule.editions.steering.steer import Steer
from digest.schedule.readers.phone_wishes import ReaderWishes
from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import (
    audit,
    call_attempt,
    carried_over,
    delivery,
    edition,
    item,
    mailing_list,
    reader,
    steering,
    subscriber,
    subscription,
    variant,
)
from digest.store.campaigns import campaigns
from digest.store.delivery import settling
from digest.store.delivery.calling import calls
from digest.store.delivery.calling.calls import Call
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.editions import editions
from digest.store.editions import steering as steering_rows
from digest.store.holds import holds
from digest.store.holds.mark_file import beside
from digest.store.migrate import migrate
from digest.store.people import departures, owed, suppressions
from digest.store.posts import log, positions
from digest.store.staff.audit import acting_as
from digest.store.staff.rounds import ALL_ROUNDS
from tests.builders import EIGHT, a_post, words
from tests.databases import quick_engine
from tests.examples import examples
from tests.fakes.carrier import ScriptedCarrier
from tests.fakes.sending import FakeLinks
from tests.laws.truth import Arrival, Truth
from tests.stored import FILE, a_stored_campaign, posts_accepted

CAMPAIGN = "lantern-week"
TERMS = FILE.replace('at = "16:00"', 'at = "16:00"\nclose = "30m"')
STAFF = ("priya", "sam", "wilf")
ANY = st.integers(0, 7)
# One who wants it another way is served by what they say, and no more by calls.
RUNG = [each for each in CallOutcome if each is not CallOutcome.ANOTHER_WAY]
WHO = st.sampled_from(STAFF)
SCHEDULE = st.sampled_from(["daily", "weekly"])
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# A clock that is set back is among them, and a machine that sleeps.
STEPS = [-5 * MINUTE, MINUTE, 6 * MINUTE, 45 * MINUTE, 3 * 60 * MINUTE, 9 * DAY / 8]
ENDS: dict[str, Outcome] = {
    "put off": Deferred("451 4.3.0 later"),
    "refused": Refused("550 5.1.1 nobody here"),
    "uncertain": Uncertain("no answer"),
}
# What does away with a copy that is not on the wire yet.
MEANWHILE = st.sampled_from(["", "stop", "withdraw", "leave", "pause"])
_NAMES = [f"reader-{number}" for number in range(40)]


@dataclass
class Model:
    """What a looker-on knows, as far as a restore puts it back too."""

    readers: dict[str, int] = field(default_factory=dict)
    joined: dict[str, int] = field(default_factory=dict)
    # Named: somebody said that they had it, or the server that they never will.
    excused: set[tuple[str, str]] = field(default_factory=set)
    states: dict[int, EditionState] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    acts: dict[int, list[tuple[int, Steering]]] = field(default_factory=dict)
    contents: dict[int, Steering] = field(default_factory=dict)


@dataclass
class Backup:
    """What was so when it was made; `odd` is what a server's record cannot tell."""

    model: Model
    terms: str
    arrivals: dict[str, Arrival]
    odd: set[str] = field(default_factory=set)


@cache
def an_empty_database() -> Path:
    """Return a migrated database with the campaign, to be copied."""
    path = Path(tempfile.mkdtemp(prefix="digest-laws-")) / "empty.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    a_stored_campaign(engine, TERMS)
    engine.dispose()
    return path


class Desk(RuleBasedStateMachine):
    """A campaign that is live, its staff, its readers, a mail server and a printer."""

    @initialize()
    def begin(self) -> None:
        """Start with two posts and four readers."""
        self.folder = Path(tempfile.mkdtemp(prefix="digest-laws-"))
        self.path = self.folder / "digest.db"
        shutil.copy(an_empty_database(), self.path)
        self.now = EIGHT
        self.names = iter(_NAMES)
        self.posts = 0
        self.truth = Truth()
        self.model = Model()
        self.terms = ""
        self.backup: Backup | None = None
        self.server_log: list[str] = []
        self.is_behind = False
        self._open()
        with writing(self.engine) as connection:
            holds.begin(connection)
        for on, by in (
            ("daily", Channel.EMAIL),
            ("daily", Channel.POST),
            ("weekly", Channel.EMAIL),
            ("daily", Channel.PHONE),
        ):
            self.join(on, by)
        self.publish(2)

    def _open(self) -> None:
        plain = beside(quick_engine(f"sqlite:///{self.path}"), self.folder)
        self.engine = in_mode(plain, Mode.LIVE)

    def as_(self, who: str) -> Engine:
        """Return the database for what that person does."""
        return acting_as(self.engine, who)

    # --- what comes in, and who reads ---

    @rule(count=st.integers(1, 3))
    def publish(self, count: int) -> None:
        """Put posts into the log."""
        for _ in range(count):
            self.posts += 1
            key = f"post-{self.posts}"
            body = words(f"{key} says what is new. " * 9)
            post = a_post(key, title=key, published=self.now, body=body)
            posts_accepted(self.engine, [post], self.now)

    @precondition(lambda self: len(self.model.readers) < 7)
    @rule(on=SCHEDULE, by=st.sampled_from(Channel))
    def join(self, on: str, by: Channel) -> None:
        """Let somebody join, by the door that all come in by."""
        name = next(self.names)
        email = f"{name}@example.org" if by is Channel.EMAIL else None
        is_letter, is_rung = by is Channel.POST, by is Channel.PHONE
        with writing(self.engine) as connection:
            who: int = connection.scalars(
                insert(subscriber)
                .values(
                    identity=f"email:{name}",
                    name=name.title(),
                    email=email,
                    email_key=email,
                    phone="01632 960 155" if is_rung else None,
                    phone_hash=_number_of(name) if is_rung else None,
                    format="phone" if is_rung else None,
                    address=["1 Example Street"] if is_letter else [],
                    postcode="ZZ99 1AA" if is_letter else None,
                    schedule=on,
                    created_at=self.now,
                    changed_at=self.now,
                )
                .returning(subscriber.c.id)
            ).one()
            list_id = connection.scalar(select(mailing_list.c.id))
            tie = {"mailing_list_id": list_id, "subscriber_id": who}
            connection.execute(insert(subscription).values(started_at=self.now, **tie))
            [stored] = campaigns.listed(connection)
            enrol(connection, stored.id, stored.campaign, self.now)
            row = connection.execute(
                select(reader).where(reader.c.subscriber_id == who)
            ).one()
        self.model.readers[name] = row.id
        self.model.joined[name] = row.position

    @rule(which=ANY)
    def leave(self, which: int) -> None:
        """Let a reader leave, or come back who has left."""
        name = [*self.model.readers][which % len(self.model.readers)]
        with writing(self.engine) as connection:
            number = self.model.readers[name]
            if not unsubscribing.unsubscribe(connection, number, self.now):
                unsubscribing.resubscribe(connection, number, self.now)

    # --- what staff do ---

    @rule(
        act=st.sampled_from(
            ["note", "subject", "preheader", "pin", "unpin", "move", "drop", "put back"]
        ),
        by=WHO,
        schedule=SCHEDULE,
        which=ANY,
        called_back=st.booleans(),
        behind=st.sampled_from([None, None, 0, 1]),
    )
    def steer(  # noqa: PLR0913 - what is done, by whom, to what
        self,
        act: str,
        by: str,
        schedule: str,
        which: int,
        behind: int | None,
        *,
        called_back: bool,
    ) -> None:
        """Steer the open edition, or one that was called back."""
        what = self._open_edition(called_back=called_back)
        with reading(self.engine) as connection:
            current = self._version(connection, what, schedule)
        version = None if behind is None else current - behind
        steer = Steer(self.as_(by), what, schedule, by, self.now, version)
        post = self._item(which)
        acts: dict[str, Callable[[], object]] = {
            "note": lambda: steer.note(f"Note {which}."),
            "subject": lambda: steer.subject(f"Subject {which}"),
            "preheader": lambda: steer.preheader(f"Before {which}"),
            "pin": lambda: steer.pin(post),
            "unpin": lambda: steer.unpin(post),
            "move": lambda: steer.move(post, which),
            "drop": lambda: steer.drop(post),
            "put back": lambda: steer.put_back(post),
        }
        before = self._audited(by)
        try:
            acts[act]()
        except DigestError:
            assert self._audited(by) == before
            return
        # Of an older version nothing is saved over.
        assert not behind
        with reading(self.engine) as connection:
            changed = self._version(connection, what, schedule) - current
        assert changed in (0, 1)
        assert self._audited(by) == before + changed

    @rule(by=WHO, schedule=SCHEDULE, called_back=st.booleans())
    def undo(self, by: str, schedule: str, *, called_back: bool) -> None:
        """Take back the latest act: it is as it was before."""
        what = self._open_edition(called_back=called_back)
        with reading(self.engine) as connection:
            place = self._place(connection, what, schedule)
            row = connection.execute(
                select(steering.c.id).where(
                    steering.c.schedule_id == place.schedule_id,
                    steering.c.edition_id == place.edition_id,
                    steering.c.mode == Mode.LIVE,
                )
            ).scalar()
        acts = self.model.acts.get(row or 0, [])
        try:
            steered, _ = Steer(self.as_(by), what, schedule, by, self.now).undo()
        except DigestError:
            return
        version, was = acts.pop()
        assert steered.steering == was
        assert version < steered.version
        # An act that takes one back is none that is taken back itself.
        assert row is not None
        self.model.versions[row] = steered.version
        self.model.contents[row] = steered.steering

    @rule(
        act=st.sampled_from([log.hold, log.release, log.withdraw, log.restore]),
        which=ANY,
        by=WHO,
    )
    def sort_out(
        self, act: Callable[[Connection, int, datetime], bool], which: int, by: str
    ) -> None:
        """Hold a post, release it, withdraw it or bring it back, where that can be."""
        post, before = self._item(which), self._audited(by)
        with suppress(DigestError), writing(self.as_(by)) as connection:
            is_done = act(connection, post, self.now)
            assert connection.scalar(_count_audited(by)) == before + is_done

    @rule(
        approval=st.sampled_from(["automatic", "one", "two"]),
        most=st.sampled_from(["", "most_items = 1", "most_items = 2"]),
        wait=st.sampled_from(["", 'hold_back = "0m"', 'hold_back = "10m"']),
    )
    def settle_terms(self, approval: str, most: str, wait: str) -> None:
        """Have the campaign's file say something else."""
        self.terms = f'approval = "{approval}"\n{most}\n{wait}'
        self._apply()

    @rule(by=WHO, which=ANY, again=st.booleans())
    def approve(self, by: str, which: int, *, again: bool) -> None:
        """Approve an edition, where one waits and that person may."""
        if number := self._edition(which, EditionState.FROZEN, EditionState.OPEN):
            before = self._audited(by)
            with suppress(DigestError):
                publishing.approve(self.as_(by), number, by, self.now, again=again)
                names = self._row(number).approved_by or ()
                assert (by not in names) or self._audited(by) > before

    @rule(by=WHO, schedule=SCHEDULE)
    def run_now(self, by: str, schedule: str) -> None:
        """Have an edition made at once."""
        with suppress(DigestError):
            number = publishing.open_now(self.as_(by), CAMPAIGN, schedule, self.now, by)
            publishing.carry_forward(self.as_(by), number, self.now)
        self._is_odd("an edition at once")

    @rule(act=st.sampled_from(["recall", "stop", "cancel"]), by=WHO, which=ANY)
    def turn_back(self, act: str, by: str, which: int) -> None:
        """Call an edition back, stop it, or cancel it, where that can be."""
        states = [state for state in EditionState if state is not EditionState.MISSED]
        if number := self._edition(which, *states):
            acts: dict[str, Callable[[], object]] = {
                "recall": lambda: stopping.recall(self.as_(by), number, self.now),
                "stop": lambda: stopping.stop(self.as_(by), number, self.now),
                "cancel": lambda: publishing.cancel(self.as_(by), number, self.now),
            }
            before, was = self._audited(by), self._row(number)
            try:
                acts[act]()
            except DigestError:
                assert self._audited(by) == before
                assert self._row(number) == was
                return
            assert self._audited(by) > before
            self._is_odd(f"{act} of an edition")

    @rule()
    def pause(self) -> None:
        """Pause the campaign, or let it go on."""
        with writing(self.as_("priya")) as connection:
            if not campaigns.pause(connection, 1, self.now):
                campaigns.resume(connection, 1, self.now)

    # --- what the machine does ---

    @rule(by=st.sampled_from(STEPS))
    def step(self, by: timedelta) -> None:
        """Let time pass, and the timetable look."""
        self.now += by
        self.look()

    @rule(schedule=SCHEDULE, late=st.sampled_from([0, 0, 20, 600]), sends=st.booleans())
    def to_the_slot(self, schedule: str, late: int, *, sends: bool) -> None:
        """Let time pass until a schedule has closed, and then is due."""
        with reading(self.engine) as connection:
            slot = due.open_slot(connection, CAMPAIGN, schedule, self.now)
        assert slot is not None
        while slot.at - self.now > DAY:
            self.now += DAY  # a timetable looks each day at the least
            self.look()
        if late:
            self._is_odd("a late edition")
        for at in (slot.closes, slot.at):
            self.now = max(self.now, at + late * MINUTE)
            self.look()
        if sends:
            self.send(0, 0, "", "accepted")

    def look(self) -> None:
        """Do as the timetable does, but for reading sources."""
        if holds.check_in(self.engine, self.now):
            return
        due.open_due(self.engine, self.now)
        with reading(self.engine) as connection:
            going = editions.unfinished(connection)
        for each in going:
            publishing.carry_forward(self.engine, each.id, self.now)

    @rule(
        after=st.integers(0, 3),
        which=ANY,
        meanwhile=MEANWHILE,
        answer=st.sampled_from(["accepted", "accepted", "accepted", *ENDS, "away"]),
    )
    def send(self, after: int, which: int, meanwhile: str, answer: str) -> None:
        """Send and print what is due; staff do something after so many copies."""
        name = [*self.model.readers][which % len(self.model.readers)]
        script = {f"{name}@example.org": ENDS[answer]} if answer in ENDS else {}
        carrier = ScriptedCarrier(script)
        carrier.turns_away = "421 4.3.2 away" if answer == "away" else ""

        def on_wire(copy: Copy) -> None:
            arrival = self.truth.look_at(self.engine, copy, self.now)
            end = script.get(copy.recipient, Accepted("250 ok"))
            if isinstance(end, Accepted | Uncertain):
                self.truth.arrived(arrival)
                self.server_log.append(arrival.reference)
            elif isinstance(end, Refused):
                pairs = {(arrival.reader, post) for post in arrival.posts}
                self.model.excused |= pairs
            if len(carrier.copies) == after and meanwhile:
                self.truth.stopped_meanwhile(
                    self.engine, lambda: self._meanwhile(meanwhile, which, arrival)
                )

        carrier.on_wire = on_wire
        sender = EmailSender(
            engine=self.engine,
            carrier=carrier,
            message_for=lambda number, variant_id: self.truth.message_for(
                self.engine, number, variant_id
            ),
            links=FakeLinks(),
            clock=lambda: self.now,
            connections=1,
        )
        room = PrintRoom(
            self.engine,
            self.folder,
            lambda number, letters: self.truth.lay(self.engine, number, letters),
            lambda: self.now,
        )
        work = Work(self.engine, lambda: sender, lambda: room, lambda: self.now)
        work.once(threading.Event())
        self.truth.note_sealed(self.engine)
        self.truth.claimed.clear()

    def _meanwhile(self, act: str, which: int, arrival: Any) -> None:
        self._is_odd(act)
        if act == "stop":
            stopping.stop(self.as_("sam"), arrival.edition_id, self.now)
        elif act == "withdraw":
            self.sort_out(log.withdraw, which, "sam")
        elif act == "leave":
            self.leave(which)
        else:
            self.pause()

    @rule(which=ANY, outcome=st.sampled_from(RUNG))
    def ring(self, which: int, outcome: CallOutcome) -> None:
        """Ring somebody who is to be rung, and write down what came of it."""
        with reading(self.engine) as connection:
            waiting = calls.to_make(connection, ALL_ROUNDS, self.now, 99)
        if waiting:
            self._ring(waiting[which % len(waiting)], outcome)

    def _ring(self, call: Call, outcome: CallOutcome) -> None:
        posts = self.truth.told_in(self.engine, call)
        if not posts and outcome is CallOutcome.SPOKEN:
            return  # there is nothing left to tell
        faults = self.truth.look_at_call(self.engine, call, self.now)
        try:
            self.call_desk.write_down(str(call.key), CallReport(outcome))
        except DigestError:
            return
        self._is_odd("a call")
        if outcome is CallOutcome.SPOKEN:
            self.truth.broken += faults
            self.truth.spoken(call, posts)

    @rule(which=ANY)
    def unring(self, which: int) -> None:
        """Take back what was written down of a call: it was of somebody else's."""
        with reading(self.engine) as connection:
            latest = select(call_attempt).order_by(call_attempt.c.id.desc())
            rows = connection.execute(latest).all()
        if not rows:
            return
        row = rows[which % len(rows)]
        key = DeliveryKey(row.edition_id, row.reader_id)
        with suppress(DigestError):
            undone = self.call_desk.take_back(str(key))
            self._is_odd("a call that was taken back")
            if undone.attempt.outcome is CallOutcome.SPOKEN:
                self.truth.unsaid(key)

    @property
    def call_desk(self) -> CallDesk:
        """Where callers write down what came of it."""
        wishes = ReaderWishes(KeyedHasher("a secret of the laws' own"))
        return CallDesk(self.as_("dilwyn"), wishes, lambda: self.now)

    # --- what goes wrong ---

    @rule()
    def hold_everything(self) -> None:
        """Have nothing leave."""
        holds.pause(self.as_("wilf"), self.now)

    @rule()
    def back_up(self) -> None:
        """Make a backup of the database, as a nightly job does."""
        if not self.is_behind:
            _copied(self.path, self.folder / "backup.db")
            arrivals = dict(self.truth.arrivals)
            self.backup = Backup(deepcopy(self.model), self.terms, arrivals)

    @precondition(lambda self: self.backup)
    @rule()
    def restore(self) -> None:
        """Put the backup back."""
        assert self.backup is not None
        self.engine.dispose()
        for ending in ("-wal", "-shm"):
            (self.folder / f"digest.db{ending}").unlink(missing_ok=True)
        shutil.copy(self.folder / "backup.db", self.path)
        excused = self.model.excused
        self.model, self.terms = deepcopy(self.backup.model), self.backup.terms
        self.model.excused |= excused
        self._open()
        self.is_behind = True

    @rule(answer=st.sampled_from(["send", "they had it", "before", "record"]), ago=ANY)
    def resume(self, answer: str, ago: int) -> None:
        """Let things leave again, by each of the answers."""
        with reading(self.engine) as connection:
            hold = holds.standing(connection, self.now)
        if hold is None:
            self.is_behind = False  # what was restored is what it was
            return
        before = self._audited("sam")
        answers: dict[str, resuming.Answer] = {
            "send": resuming.SendAnswer(),
            "they had it": resuming.HadAllAnswer(),
            "before": resuming.HadBeforeAnswer(self.now - ago * DAY / 4),
            "record": resuming.HadByRecordAnswer(read_record(self.server_log)),
        }
        with reading(self.engine) as connection:
            upto = (
                positions.last(connection, 1)
                if answer == "they had it"
                else positions.before(
                    connection,
                    1,
                    self.now - ago * DAY / 4,
                    hold.since if hold.is_of_a_restore else None,
                )
            )
            had = {
                (name, entry.item.key)
                for entry in log.released(connection, 1, 0, upto)
                for name in self.model.readers
            }
        resuming.resume(self.as_("sam"), answers[answer], self.now)
        assert self._audited("sam") > before
        if answer in ("they had it", "before"):
            self.model.excused |= had
        is_exact = answer == "record" and not (self.backup and self.backup.odd)
        if self.is_behind and self.backup and not is_exact:
            # A person has said so, without knowing: what then comes twice is theirs.
            self.truth.arrivals = dict(self.backup.arrivals)
            if answer == "record":
                self.model.excused |= {
                    (name, f"post-{number}")
                    for name in self.model.readers
                    for number in range(self.posts + 1)
                }
        self.is_behind = False

    # --- what must hold ---

    @invariant()
    def the_laws_hold(self) -> None:
        """Check all that is to hold after every step."""
        if not hasattr(self, "engine"):
            return
        assert self.truth.broken == []
        with reading(self.engine) as connection:
            self._check_steering(connection)
            self._check_editions(connection)
            for call in calls.to_make(connection, ALL_ROUNDS, self.now, 99):
                has_left = departures.is_gone(connection, 1, call.subscriber_id)
                assert not has_left, f"{call.name} is to be rung, who asked us to stop"
            if not self.is_behind:
                self._check_places(connection)
        if not self.is_behind:
            for name, counts in self.truth.posts_by_reader().items():
                twice = [post for post, count in counts.items() if count > 1]
                assert twice == [], name

    def _check_steering(self, connection: Connection) -> None:
        for row in connection.execute(select(steering)):
            version = self.model.versions.get(row.id, 0)
            assert row.version >= version
            content = Steering.from_json(row.content)
            before = self.model.contents.get(row.id, Steering())
            if row.version > version:
                acts = self.model.acts.setdefault(row.id, [])
                acts.append((row.version, before))
            else:
                assert content == before
            self.model.versions[row.id] = row.version
            self.model.contents[row.id] = content

    def _check_editions(self, connection: Connection) -> None:
        slots = set()
        for row in connection.execute(select(edition)).all():
            assert (row.schedule_id, row.slot) not in slots
            slots.add((row.schedule_id, row.slot))
            state = EditionState(row.state)
            before = self.model.states.get(row.id)
            if before is not state:
                assert state in _reachable(before)
                recorded = select(func.count()).where(
                    audit.c.edition_id == row.id,
                    audit.c.after["state"].as_string() == state,
                )
                assert connection.scalar(recorded)
            self.model.states[row.id] = state

    def _check_places(self, connection: Connection) -> None:
        """Check that what is behind a reader is theirs, on its way to them, or owed."""
        last = positions.last(connection, 1)
        entries = log.released(connection, 1, 0)
        stretches: dict[int, list[Any]] = {}
        copies = select(
            delivery.c.reader_id, delivery.c.state, delivery.c.owes, variant
        ).join(variant, variant.c.id == delivery.c.variant_id)
        for row in connection.execute(copies):
            if row.owes or row.state not in NEVER_LEFT:
                stretches.setdefault(row.reader_id, []).append(owed.stretch_of(row))
        for row in connection.execute(select(carried_over)):
            stretches.setdefault(row.reader_id, []).append(owed.stretch_of(row))
        has = self.truth.posts_by_reader()
        rows = connection.execute(select(reader.c.id, reader.c.position)).all()
        places = {row.id: row.position for row in rows}
        for name, number in self.model.readers.items():
            assert places[number] <= last
            for entry in entries:
                if not self.model.joined[name] < entry.position <= places[number]:
                    continue
                is_accounted = (
                    entry.item.key in has.get(name, ())
                    or (name, entry.item.key) in self.model.excused
                    or any(
                        due.takes(entry.position) for due in stretches.get(number, ())
                    )
                )
                assert is_accounted, (name, entry.item.key, entry.position)

    def teardown(self) -> None:
        """Bring all to an end, and check what each reader has."""
        if not hasattr(self, "engine"):
            return
        try:
            self._finish()
            self.the_laws_hold()
            self._check_ends()
        finally:
            self.engine.dispose()
            shutil.rmtree(self.folder)

    def _finish(self) -> None:
        self.resume("send", 0)
        self.terms = 'hold_back = "0m"'
        self._apply()
        with writing(self.engine) as connection:
            campaigns.resume(connection, 1, self.now)
            for name, number in self.model.readers.items():
                # Wrong numbers are found to be right.
                target = {"phone": _number_of(name)}
                suppressions.lift(connection, target, self.now)
                unsubscribing.resubscribe(connection, number, self.now)
        for _ in range(4):
            for schedule in ("daily", "weekly"):
                self.now += 6 * 60 * MINUTE
                self.look()
                while waiting := self._edition(
                    0, EditionState.OPEN, EditionState.FROZEN
                ):
                    with suppress(DigestError):
                        publishing.cancel(self.engine, waiting, self.now)
                self.send(0, 0, "", "accepted")
                self._ring_all()
                self._settle_uncertain()
                new = publishing.open_now(self.engine, CAMPAIGN, schedule, self.now)
                publishing.carry_forward(self.engine, new, self.now)
                if self._row(new).state == EditionState.FROZEN:
                    publishing.approve(self.engine, new, "ann", self.now, again=True)
                self.send(0, 0, "", "accepted")
                self._ring_all()

    def _ring_all(self) -> None:
        with reading(self.engine) as connection:
            waiting = calls.to_make(connection, ALL_ROUNDS, self.now, 99)
        for call in waiting:
            self._ring(call, CallOutcome.SPOKEN)

    def _settle_uncertain(self) -> None:
        with writing(self.engine) as connection:
            rows = connection.execute(
                select(delivery.c.edition_id, delivery.c.reader_id).where(
                    delivery.c.state == DeliveryState.UNCERTAIN
                )
            ).all()
            for row in rows:
                settling.settle_one(
                    connection, DeliveryKey(*row), DeliveryState.ACCEPTED, self.now
                )

    def _check_ends(self) -> None:
        has = self.truth.posts_by_reader()
        with reading(self.engine) as connection:
            entries = log.released(connection, 1, 0)
            owing = connection.scalar(select(func.count()).where(delivery.c.owes))
        for name in self.model.readers:
            for entry in entries:
                if entry.position > self.model.joined[name]:
                    is_named = (name, entry.item.key) in self.model.excused
                    count = has.get(name, Counter())[entry.item.key]
                    assert count == 1 or is_named, (name, entry.item.key)
        assert owing == 0

    # --- looking around ---

    def _apply(self) -> None:
        text = TERMS.replace("lists =", f"{self.terms}\nlists =")
        a_stored_campaign(self.engine, text, self.now)

    def _is_odd(self, what: str) -> None:
        """Note what a mail server's record cannot tell of after a restore."""
        if self.backup:
            self.backup.odd.add(what)

    def _item(self, which: int) -> int:
        with reading(self.engine) as connection:
            ids = connection.scalars(select(item.c.id).order_by(item.c.id)).all()
        return int(ids[-1 - which % len(ids)])

    def _row(self, number: int) -> Any:
        with reading(self.engine) as connection:
            return connection.execute(
                select(edition).where(edition.c.id == number)
            ).one()

    def _edition(self, which: int, *states: EditionState) -> int | None:
        """Return an edition in one of these states; the newest for 0."""
        with reading(self.engine) as connection:
            numbers = connection.scalars(
                select(edition.c.id)
                .where(edition.c.state.in_(states))
                .order_by(edition.c.id.desc())
            ).all()
        return numbers[which % len(numbers)] if numbers else None

    def _open_edition(self, *, called_back: bool) -> str:
        number = self._edition(0, EditionState.OPEN) if called_back else None
        return str(number) if number else CAMPAIGN

    def _place(self, connection: Connection, what: str, schedule: str) -> Any:
        return open_edition(connection, what, schedule, self.now).place

    def _version(self, connection: Connection, what: str, schedule: str) -> int:
        return steering_rows.get(
            connection, self._place(connection, what, schedule)
        ).version

    def _audited(self, by: str) -> int:
        with reading(self.engine) as connection:
            return connection.scalar(_count_audited(by)) or 0


def _number_of(name: str) -> str:
    """Return what somebody's phone number is hashed to."""
    return f"the number of {name}"


def _count_audited(by: str) -> Any:
    return select(func.count()).select_from(audit).where(audit.c.actor == by)


def _reachable(state: EditionState | None) -> set[EditionState]:
    """Return where an edition may be that was there, or was not, a step ago."""
    if state is None:
        return set(EditionState)
    reached, ahead = set[EditionState](), {state}
    while ahead:
        each = ahead.pop()
        onward = EDITION_MOVES.onward[each] | EDITION_MOVES.by_hand.get(
            each, frozenset()
        )
        ahead |= onward - reached
        reached |= onward
    return reached


def _copied(path: Path, to: Path) -> None:
    to.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as new:
        source.backup(new)


TestLawsOfTheLog = Desk.TestCase
TestLawsOfTheLog.settings = settings(
    max_examples=examples(5, long=400),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
