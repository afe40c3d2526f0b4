"""What staff and the timetable do to an edition, killed at its every step.

A step is each statement, each commit and each thing that is asked of the disk. For
each a process is forked on a copy of the same database, does the act, and is killed
as it takes that step. Then others look at what is left, go on as they would, and
everybody's copies are counted.
"""

import hashlib
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, Engine, event, select

from digest.compose import lifecycle, stopping
from digest.compose.plan import plan
from digest.compose.variants import composed, variants_of
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.schedule.editions import publishing
from digest.schedule.editions.renditions import Renditions
from digest.schedule.editions.steering.steer import Steer
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import (
    audit,
    delivery,
    left_out,
    metadata,
    reader,
    steering,
)
from digest.store.delivery.deliveries import move_those
from digest.store.editions import editions, renditions
from digest.store.editions.closing import close_edition
from tests.builders import EIGHT, a_post, words
from tests.databases import quick_engine
from tests.kills.copied_ground import COPIED_GROUNDS
from tests.laws.truth import posts_of
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted

Copies = Counter[tuple[str, str]]
# What a process asks of the disk.
_DISK = frozenset({"open", "os.rename", "os.utime", "os.remove", "fcntl.flock"})
_HOUR = timedelta(hours=1)
_NOW, _LATER = EIGHT + _HOUR, EIGHT + 2 * _HOUR
_CAMPAIGN, _EDITION, _CHUNK = "lantern-week", 2, 2
_TERMS = FILE.replace("lists =", "most_items = 3\nlists =")
_FIRST, _OTHERS = range(3), range(3, 5)
# By which format each is reached; nobody can reach the last.
_FORMATS = {"ann": "html", "bob": "plain", "cy": "html", "dot": "letter", "eve": "html"}


@dataclass(frozen=True, slots=True)
class Act:
    """What is killed, of an edition that `prepare` brings to where it begins.

    Of one that `is_by_hand` its person says it again, having heard nothing.
    """

    name: str
    prepare: Callable[[Engine, Copies], None]
    do: Callable[[Engine], object]
    ends: EditionState = EditionState.SENT
    is_by_hand: bool = False


@dataclass(slots=True)
class StepVerdict:
    """What came of killing an act; those behind `remains` must be nought.

    `remains` counts the different databases that the kills have left.
    """

    database: str
    act: str
    steps: int
    kills: int = 0
    remains: int = 0
    half: int = 0
    lost: int = 0
    repeated: int = 0
    not_ended: int = 0

    @property
    def is_broken(self) -> bool:
        """Whether a promise was."""
        return bool(self.half + self.lost + self.repeated + self.not_ended)


class StepTrap:
    """Kills the process at a step; 0 is none."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.steps = 0

    def step(self, *_event: object) -> None:
        """Count a step; do not come back from the one that is meant."""
        self.steps += 1
        if self.steps == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engine: Engine) -> None:
        """Be told of all that the program does from now on."""
        event.listen(engine, "before_cursor_execute", self.step)
        event.listen(engine, "commit", self.step)
        sys.addaudithook(lambda name, _args: self.step() if name in _DISK else None)


def killed_at_steps(
    database: str, most: int | None = None, seed: int = 1
) -> Iterator[StepVerdict]:
    """Kill each act at its every step, or at so many of them, and yield the verdict.

    Raises LookupError where there is no such database.
    """
    # Which are taken is to be repeatable; nobody is to be fooled by it.
    chance = random.Random(seed)  # noqa: S311
    with COPIED_GROUNDS[database]() as ground:
        for act in ACTS:
            copies = Copies()
            with ground.pattern(partial(_prepare, act, copies)):
                with ground.copy() as url:
                    steps = _forked(url, act, 0)
                verdict = StepVerdict(database, act.name, steps)
                points = [*range(1, steps + 1)]
                if most is not None:
                    # The last among them: then it is done.
                    few = chance.sample(points[:-1], min(most, steps) - 1)
                    points = [*few, steps]
                remains = set[str]()
                for at in points:
                    with ground.copy() as url:
                        _forked(url, act, at)
                        verdict.kills += 1
                        # What goes on from the same comes to the same.
                        if (contents := _contents(url)) not in remains:
                            remains.add(contents)
                            _judge(url, act, Copies(copies), verdict)
                verdict.remains = len(remains)
                yield verdict


def _engine(url: str) -> Engine:
    return in_mode(quick_engine(url), Mode.LIVE)


def _prepare(act: Act, copies: Copies, url: str) -> None:
    engine = _engine(url)
    act.prepare(engine, copies)
    engine.dispose()


def _forked(url: str, act: Act, at: int) -> int:
    """Have the act done by a process that is killed at a step; return its steps."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            trap, engine = StepTrap(at), quick_engine(url)
            trap.watch(engine)
            act.do(in_mode(engine, Mode.LIVE))
            trap.step()  # it is done, and nobody has been told
            os.write(theirs, str(trap.steps).encode())
        finally:
            os._exit(1)
    os.close(theirs)
    _, status = os.waitpid(child, 0)
    with os.fdopen(ours) as answer:
        text = answer.read()
    if os.WIFSIGNALED(status) is not bool(at) or bool(text) is bool(at):
        raise RuntimeError(f"{act.name} failed, or was not killed at step {at}")
    return int(text or 0)


def _contents(url: str) -> str:
    """Return what tells databases apart in which anything is different."""
    engine = _engine(url)
    sha = hashlib.sha256()
    with reading(engine) as connection:
        for table in metadata.sorted_tables:
            rows = sorted(map(repr, connection.execute(select(table))))
            sha.update("\n".join((table.name, *rows)).encode())
    engine.dispose()
    return sha.hexdigest()


def _judge(url: str, act: Act, copies: Copies, to: StepVerdict) -> None:
    """Look at what the kill has left, go on, and count what everybody has then."""
    engine = _engine(url)
    with reading(engine) as connection:
        to.half += _is_half(connection)
    if act.is_by_hand:
        # By a process of its own: one that has laid out letters can fork no more. It
        # fails where it had been done, and is not done again.
        with suppress(RuntimeError):
            _forked(url, act, 0)
        with reading(engine) as connection:
            to.half += act.name == "render" and not _is_rendered(connection)
    _go_on(engine, copies)
    with reading(engine) as connection:
        stands = editions.get(connection, _EDITION)
        to.half += _is_half(connection)
    engine.dispose()
    to.not_ended += stands.state is not act.ends
    wanted = {
        (name, f"post-{number}")
        for name in [*_FORMATS][:-1]
        for number in (*_FIRST, *_OTHERS)
    }
    to.lost += len(wanted - copies.keys())
    to.repeated += copies.total() - len(copies)


def _go_on(engine: Engine, copies: Copies) -> None:
    """Do as the timetable does next, and a person who sees what was called back."""
    for number in range(3):
        now = _LATER + number * _HOUR
        if number:
            publishing.open_now(engine, _CAMPAIGN, "daily", now)
        with reading(engine) as connection:
            going = editions.unfinished(connection)
        for each in going:
            if each.is_recalled:
                publishing.approve(engine, each.id, "sam", now, again=True)
            publishing.carry_forward(engine, each.id, now + _HOUR / 2)
        _send(engine, copies)


def _send(engine: Engine, copies: Copies, only: str = "") -> None:
    """Have the copies leave that are planned, or that of one reader."""
    names = dict(enumerate(_FORMATS, 1))
    theirs = [number for number, name in names.items() if only in ("", name)]
    with writing(engine) as connection:
        is_theirs = delivery.c.reader_id.in_(theirs)
        those = (delivery.c.state == DeliveryState.PLANNED) & is_theirs
        rows = connection.execute(select(delivery).where(those)).all()
        for row in rows:
            name = names[row.reader_id]
            copies.update((name, key) for key in posts_of(connection, row.variant_id))
        move_those(connection, those, DeliveryState.HANDING_OVER, EIGHT)
        in_hand = delivery.c.state == DeliveryState.HANDING_OVER
        move_those(connection, in_hand, DeliveryState.ACCEPTED, EIGHT)
        for number in sorted({row.edition_id for row in rows}):
            close_edition(connection, number, EIGHT)


# == Whether anything is half done ==


def _is_half(connection: Connection) -> bool:
    """Whether the edition is in two states, or a reader is planned for by half."""
    stands = editions.get(connection, _EDITION)
    state, is_open = stands.state, stands.state is EditionState.OPEN
    facts = (stands.upto, stands.frozen_at)
    is_fixed = all(fact is not None for fact in facts)
    is_fresh = all(fact is None for fact in facts)
    last_recorded = connection.scalars(
        select(audit.c.after["state"].as_string())
        .where(
            audit.c.edition_id == _EDITION,
            audit.c.after["state"].as_string().is_not(None),
        )
        .order_by(audit.c.id.desc())
    ).first()
    is_steered_apart = connection.scalar(
        select(steering.c.id).where(steering.c.edition_id == _EDITION)
    )
    was_frozen = stands.is_recalled or not is_open
    copies, others = (
        set(connection.scalars(select(table.c.reader_id).where(is_of_it)))
        for table, is_of_it in (
            (delivery, delivery.c.edition_id == _EDITION),
            (left_out, left_out.c.edition_id == _EDITION),
        )
    )
    past = set(
        connection.scalars(select(reader.c.id).where(reader.c.id <= stands.plan_cursor))
    )
    moved = set(
        connection.scalars(
            select(reader.c.id).where(reader.c.position >= (stands.upto or 99))
        )
    )
    planned_still = select(delivery.c.edition_id).where(
        delivery.c.edition_id == _EDITION,
        delivery.c.state == DeliveryState.PLANNED,
    )
    return (
        not (is_fresh if is_open else is_fixed)
        or last_recorded != state
        or bool(is_steered_apart) is not was_frozen
        or bool(copies & others)
        or copies | others != past
        or not copies <= moved
        or (moved > past and state is not EditionState.SENT)
        or (
            stands.stopped_at is not None
            and bool(connection.execute(planned_still).first())
        )
    )


def _is_rendered(connection: Connection) -> bool:
    """Whether all that readers of the edition get is there, and whole."""
    variants = [
        composed(connection, number) for number in variants_of(connection, _EDITION)
    ]
    contents = [
        renditions.get(connection, _EDITION, variant.key) if variant else None
        for variant in variants
    ]
    return len(contents) > 1 and all(
        each is not None and each.content for each in contents
    )


# == The acts ==


def _opened(engine: Engine, copies: Copies) -> None:
    """Have one edition stopped half-way, and the next one open and steered."""
    a_stored_campaign(engine, _TERMS)
    for name, fmt in _FORMATS.items():
        a_reader(
            engine,
            name,
            email=None if name in ("dot", "eve") else f"{name}@example.org",
            format=fmt,
            address=["1 Example Street", "TOWN"] if name == "dot" else [],
            postcode="ZZ99 1AA" if name == "dot" else None,
        )
    _accept(engine, _FIRST)
    first = publishing.publish(engine, _CAMPAIGN, "daily", EIGHT)
    _send(engine, copies, only="ann")
    stopping.stop(engine, first.id, EIGHT)
    _accept(engine, _OTHERS)
    steer = Steer(engine, _CAMPAIGN, "daily", "priya", EIGHT)
    steer.note("The kettle is on.")
    steer.drop(5)
    publishing.open_now(engine, _CAMPAIGN, "daily", _NOW, "priya")


def _accept(engine: Engine, numbers: range) -> None:
    for number in numbers:
        key = f"post-{number}"
        body = words(f"{key} says what is new. " * 9)
        post = a_post(key, title=key, body=body, published=EIGHT)
        posts_accepted(engine, [post], EIGHT)


def _frozen(engine: Engine, copies: Copies) -> None:
    _opened(engine, copies)
    lifecycle.freeze(engine, _EDITION, _NOW)


def _approved(engine: Engine, copies: Copies) -> None:
    _frozen(engine, copies)
    lifecycle.approve(engine, _EDITION, _NOW)


def _planned(engine: Engine, copies: Copies) -> None:
    _approved(engine, copies)
    plan(engine, _EDITION, _LATER, _CHUNK)


def _sent_in_part(engine: Engine, copies: Copies) -> None:
    _planned(engine, copies)
    _send(engine, copies, only="ann")


def _render(engine: Engine) -> None:
    renderer = Renditions(engine, lambda: _LATER, None, lambda url: url)
    if faults := renderer.make_all(_EDITION):
        raise RuntimeError("; ".join(faults))


ACTS = (
    Act("freeze", _opened, lambda e: lifecycle.freeze(e, _EDITION, _NOW)),
    Act("approve", _frozen, lambda e: lifecycle.approve(e, _EDITION, _NOW)),
    Act("plan", _approved, lambda e: plan(e, _EDITION, _LATER, _CHUNK)),
    Act("render", _planned, _render, is_by_hand=True),
    Act(
        "call back",
        _approved,
        lambda e: stopping.recall(e, _EDITION, _NOW),
        is_by_hand=True,
    ),
    Act(
        "stop",
        _sent_in_part,
        lambda e: stopping.stop(e, _EDITION, _LATER),
        EditionState.STOPPED,
        is_by_hand=True,
    ),
)
