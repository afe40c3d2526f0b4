"""A live program whose letters are printed, each batch one organiser's."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select, update

from digest.bootstrap import App
from digest.model.editions.mode import Mode
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, subscriber
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import PrintBatch
from tests.builders import EIGHT, SITE, a_post
from tests.databases import quick_engine
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

DILWYN, GORDON = "Dilwyn", "Tidewell Library"


@dataclass(frozen=True, slots=True)
class Paper:
    """The program, its batches by organiser, and a letter's reference by name."""

    program: App
    batches: dict[str, PrintBatch]
    references: dict[str, str]


def a_live_program(engine: Engine, place: Path) -> App:
    """Return the program in live mode, at half past eight by its clock."""
    settings = Settings.model_validate(
        {
            "data_dir": place,
            "live": True,
            "secret_key": "k" * 32,
            "base_url": SITE,
            "smtp_url": SecretStr("smtps://mail.example.org"),
        }
    )
    return App(settings, in_mode(engine, Mode.LIVE), lambda: EIGHT, "k" * 32)


PEOPLE = {"bo": DILWYN, "cy": "dilwyn ", "dee": GORDON, "eve": ""}


def printed_letters(program: App, people: Mapping[str, str] = PEOPLE) -> Paper:
    """Publish an edition for a letter to each of these people, and print them.

    With them is who looks after each: of four letters there are three organisers.
    """
    engine = program.engine
    a_stored_campaign(engine, READY)
    for number, (name, organiser) in enumerate(people.items(), start=1):
        a_reader(
            engine,
            name,
            email=None,
            format="large-print" if name == "cy" else "letter",
            address=[f"{number} Harbour Row", "Tidewell"],
            postcode=f"ZZ99 {number}AA",
        )
        with program.writing() as connection:
            connection.execute(
                update(subscriber)
                .where(subscriber.c.name == name.title())
                .values(organiser=organiser or None, post_hash=f"{number}" * 64)
            )
    posts_accepted(engine, [a_post(title="Kettles")])
    edition = publish(engine, "lantern-week", "daily", EIGHT)
    outcomes = program.print_room.make_all(edition.id)
    for outcome in outcomes:
        if outcome.batch:
            program.print_room.seal(outcome.batch.id)
    return paper_of(program)


def paper_of(program: App) -> Paper:
    """Return the letters that have been printed."""
    with program.reading() as connection:
        batches = print_batches.listed(connection)
        rows = connection.execute(
            select(delivery.c.reader_id, delivery.c.edition_id, subscriber.c.name).join(
                subscriber, subscriber.c.id == delivery.c.subscriber_id
            )
        ).all()
    return Paper(
        program,
        {batch.organiser: batch for batch in batches},
        {row.name.lower(): f"{row.reader_id}.{row.edition_id}" for row in rows},
    )


@pytest.fixture(scope="module")
def paper_pattern(
    tmp_path_factory: pytest.TempPathFactory, sqlite_pattern: Path
) -> Path:
    """Return the folder of a program whose letters are printed, to be copied."""
    folder = tmp_path_factory.mktemp("paper")
    shutil.copy(sqlite_pattern, folder / "digest.db")
    engine = quick_engine(f"sqlite:///{folder / 'digest.db'}")
    printed_letters(a_live_program(engine, folder))
    engine.dispose()
    return folder


@pytest.fixture
def paper(tmp_path: Path, paper_pattern: Path) -> Iterator[Paper]:
    """Yield four printed letters, in a program of the test's own."""
    shutil.copytree(paper_pattern, tmp_path, dirs_exist_ok=True)
    engine = quick_engine(f"sqlite:///{tmp_path / 'digest.db'}")
    yield paper_of(a_live_program(engine, tmp_path))
    engine.dispose()
