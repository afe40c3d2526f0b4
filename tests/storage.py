"""A sender whose database is about to fail, and what must hold when it has."""

import os
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import NoReturn

import pytest
from sqlalchemy import Engine, select

from digest.deliver.carrier import Copy
from digest.deliver.sending.sender import EmailSender
from digest.model.delivery.delivery import DeliveryState
from digest.store.base.engine import reading
from digest.store.base.tables import delivery
from tests.fakes.carrier import ScriptedCarrier
from tests.fakes.sending import MESSAGE, FakeLinks, HandWoundClock

READERS = 60
ACCEPTED = DeliveryState.ACCEPTED
HANDING_OVER = DeliveryState.HANDING_OVER


@contextmanager
def a_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """Yield a folder that is a small file system; skips where none may be made."""
    place.mkdir()
    mount = which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    words = [mount, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    if subprocess.run(words, capture_output=True, check=False).returncode:  # noqa: S603 - mount, as found
        pytest.skip("a small file system could not be mounted")
    try:
        yield place
    finally:
        subprocess.run([which("umount") or "umount", str(place)], check=True)  # noqa: S603 - umount, as found


def a_sender(engine: Engine, carrier: ScriptedCarrier) -> EmailSender:
    """Return a sender with four connections."""
    return EmailSender(
        engine=engine,
        carrier=carrier,
        message_for=lambda _edition, _variant: MESSAGE,
        links=FakeLinks(),
        clock=HandWoundClock(),
        connections=4,
    )


def at_copy(number: int, act: Callable[[], object]) -> Callable[[Copy], None]:
    """Return what does something once, while the copy of that number is on the wire."""
    lock, counts = threading.Lock(), Counter[str]()

    def on_wire(_copy: Copy) -> None:
        with lock:
            counts["copies"] += 1
            if counts["copies"] == number:
                act()

    return on_wire


def recorded(engine: Engine, *those: DeliveryState) -> dict[str, int]:
    """Return whose copies stand there, and after how many attempts."""
    query = select(delivery.c.reader_id, delivery.c.edition_id, delivery.c.attempts)
    with reading(engine) as connection:
        return {
            f"{row.reader_id}.{row.edition_id}": row.attempts
            for row in connection.execute(query.where(delivery.c.state.in_(those)))
        }


def assert_nothing_unrecorded(engine: Engine, carrier: ScriptedCarrier) -> None:
    """Whatever went is on record as gone or on its way, and nothing else is."""
    went = {copy.ref for copy in carrier.copies}
    assert went <= recorded(engine, ACCEPTED, HANDING_OVER).keys(), "went unrecorded"
    assert recorded(engine, ACCEPTED).keys() <= went, "recorded, but never went"


def assert_goes_on(engine: Engine, carrier: ScriptedCarrier) -> None:
    """All have their copy in the end; who may have two is marked for good."""
    carrier.on_wire = lambda _copy: None
    # Not a minute later: nothing waits for the lease of the sender that stopped.
    a_sender(engine, carrier).send_due(threading.Event())

    often = Counter(copy.ref for copy in carrier.copies)
    attempts = recorded(engine, ACCEPTED)
    assert len(attempts) == READERS == len(often)
    assert all(attempts[ref] >= times for ref, times in often.items()), "unmarked"


class Rounds(threading.Event):
    """A stop that does things between rounds, and is set after the last."""

    def __init__(self, then: dict[int, Callable[[], None]], most: int) -> None:
        super().__init__()
        self._then, self._most, self._number = then, most, 0

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 - nobody waits
        """Go on at once."""
        self._number += 1
        self._then.get(self._number, lambda: None)()
        if self._number == self._most:
            self.set()
        return self.is_set()


def no_letters(*_arguments: object) -> NoReturn:
    """Stand for a print room that has nothing to do."""
    raise AssertionError("there is no letter to be laid out")


def fill(filler: Path) -> None:
    """Write until the disk that it is on is full."""
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return
