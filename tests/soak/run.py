"""One soak from its first day to its last."""

import logging
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.fakes.sending import HandWoundClock
from tests.fakes.web_site import web_site
from tests.postgres import Address, running
from tests.soak.ground import Ground, PostgresGround, SqliteGround
from tests.soak.laws import LawBroken
from tests.soak.life import Life
from tests.soak.machine import Machine
from tests.soak.recorder import MailServer, PrintFolder, RecordedCarrier
from tests.soak.scene import a_scene
from tests.soak.sites import Sites
from tests.soak.story import Rates

# Of so many hundred thousand copies the mail server's answer is lost.
LOST = 20


@dataclass(frozen=True, slots=True)
class Soak:
    """How long, for how many, with what luck and how much trouble."""

    first: date = date(2027, 10, 11)
    days: int = 400
    readers: int = 1000
    seed: int = 1
    rates: Rates = Rates()  # noqa: RUF009 - a value that nobody changes


def live_through(soak: Soak, ground: Ground, top: Path) -> Counter[str]:
    """Live through it on that ground, and return what was counted.

    The data folder is `var` in the folder `top`, where more is written down. Raises
    LawBroken with the story.
    """
    chance = random.Random(soak.seed)  # noqa: S311 - luck that can be had again
    scene = a_scene(soak.first, soak.days, soak.readers, chance)
    clock = HandWoundClock(scene.begins)
    server = MailServer(top / "journal", LOST, luck=str(soak.seed))
    carrier = RecordedCarrier(server, clock)
    folder = top / "var"
    machine = Machine(ground, folder, carrier, clock)
    machine.install()
    product = logging.getLogger("digest")
    product.addHandler(machine.fault_log)
    prints = PrintFolder(folder / "print")
    with web_site() as site:
        sites = Sites(site)
        life = Life(
            scene, clock, machine, carrier, prints, sites, chance, top, soak.rates
        )
        try:
            life.run()
        except Exception as problem:
            day = (clock.now - scene.begins).days
            words = "\n".join(life.told)
            raise LawBroken(
                f"seed {soak.seed}, day {day} of {soak.days}, "
                f"{clock.now:%Y-%m-%d %H:%M}: {problem}\n"
                f"what happened before:\n{words}"
            ) from problem
        finally:
            product.removeHandler(machine.fault_log)
            machine.stop()
            carrier.close()
    return life.counts


@contextmanager
def a_ground(database: str, folder: Path) -> Iterator[Ground]:
    """Yield where a database of that kind is. Raises LookupError without a server."""
    if database == "sqlite":
        yield SqliteGround(folder)
        return
    with running() as server:
        # Sent to processes of its own, as a server that runs cannot be.
        ground = PostgresGround(Address(server.folder), "soak")
        ground.create()
        yield ground
