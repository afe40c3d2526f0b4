"""Of who was erased nothing is left: not in the database's bytes, nor in any file."""

import io
import random
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from threading import Event

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, insert, select, text, update

from digest.audience.lists.uploaded_imports import ImportMatching, UploadedImports
from digest.bootstrap import App
from digest.deliver.returns.bounce_files import ReturnedFile
from digest.model.delivery.incoming_mail import MailDoor
from digest.model.people.reader_marks import ReaderRef
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from digest.store.base.engine import reading
from digest.store.base.tables import (
    access_key,
    bounce,
    delivery,
    edition,
    reader,
    repeatable_request,
    subscriber,
    suppression,
)
from digest.store.delivery.printing import print_batches
from digest.store.people.erasing.erased_file import NAME
from digest.web.app import make_app
from tests.api import a_key
from tests.builders import EIGHT, SITE, a_post
from tests.joining import CONFIRM, JOINABLE
from tests.lists import HASHER_SECRET, imported
from tests.remnants import leave_remnants
from tests.reports import a_reply
from tests.sheets import Sheets
from tests.stored import a_stored_campaign, posts_accepted

HEAD = "name,email,phone,address_1,address_2,postcode,format,notes,consent_wording"
HELD, ERASED = 72, 60
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Somebody:
    """Invented people, each with words that nobody else has."""

    first: str
    last: str
    number: int

    @property
    def email(self) -> str:
        """Their address, "" of who is reached by post."""
        return f"{self.last}.{self.first}@example.org" if self.number % 3 != 1 else ""

    @property
    def row(self) -> str:
        """Their line of a list."""
        by_post = self.number % 3 != 0
        return ",".join(
            (
                f"{self.first.title()} {self.last.title()}",
                self.email,
                f"01632 9{self.number:05d}",
                f"{self.number} {self.last.title()} Row" if by_post else "",
                "TIDEWELL" if by_post else "",
                "ZZ99 1AA" if by_post else "",
                "letter" if by_post else "html",
                f"knows {self.first}",
                f"yes to {self.last}",
            )
        )

    @property
    def traces(self) -> tuple[str, ...]:
        """What only they have: of their name, their addresses and their phone."""
        # Six digits alone may stand anywhere by chance: with what is before them.
        phone = f"9{self.number:05d}"
        return (self.last, self.last.title(), f"32 {phone}", f"32{phone}")


def some_people(chance: random.Random) -> list[Somebody]:
    def word() -> str:
        return "".join(chance.choices(LETTERS, k=9))

    return [Somebody(word(), word(), 10_000 + number) for number in range(HELD)]


def lived(digest: App, people: list[Somebody], chance: random.Random) -> None:
    """Have all of it happen that leaves anything about people anywhere."""
    engine = digest.engine
    a_stored_campaign(engine, JOINABLE)
    imported(engine, *(each.row for each in people), head=HEAD)
    uploads = UploadedImports(engine, digest.hasher, digest.now)
    rows = [HEAD, *(each.row.replace("@", "@@") for each in people[::2])]
    number = uploads.upload("list.csv", io.BytesIO("\n".join(rows).encode()), "Ann")
    uploads.match(number, ImportMatching("lantern", tuple(HEAD.split(","))))
    uploads.work(number)
    key = a_key(digest) | {"If-Match": "*"}
    with TestClient(make_app(digest), base_url=SITE, headers=key) as client:
        for each in chance.sample(people, 40):
            cells = {"notes": f"moved from {each.last}", "phone": "01632 960 001"}
            address = f"/api/v1/people/{people.index(each) + 1}"
            answer = client.patch(
                address, json=cells, headers={"Idempotency-Key": each.last}
            )
            assert answer.status_code == 200, answer.text
        for each in people[:30]:
            form = {"name": each.first, "email": each.email or "x@example.org"}
            assert client.post(CONFIRM, data=form).status_code < 500
    posts_accepted(engine, [a_post()])
    first = publish(engine, "lantern-week", "daily", EIGHT)
    with digest.work() as work:
        report = work.once(Event())
    assert not report.faults, report.faults
    posts_accepted(engine, [a_post("two")])
    with digest.writing() as connection:
        connection.execute(update(edition).values(slot=EIGHT - timedelta(days=1)))
    publish(engine, "lantern-week", "daily", EIGHT)
    come_back(digest, first.code, people)
    operators(digest, people)


def come_back(digest: App, code: str, people: list[Somebody]) -> None:
    """Have servers answer with addresses, and people write to us."""
    with digest.reading() as connection:
        query = select(reader.c.id, reader.c.subscriber_id, subscriber.c.mark)
        readers = connection.execute(query.join(subscriber)).all()
    with digest.writing() as connection:
        for row in readers[::5]:
            each = people[row.subscriber_id - 1]
            connection.execute(
                update(delivery)
                .where(delivery.c.reader_id == row.id)
                .values(reply=f"550 {each.email or each.last} is unknown")
            )
            connection.execute(
                insert(bounce).values(
                    mark=f"b{row.id}",
                    edition_id=1,
                    reader_id=row.id,
                    kind="soft",
                    status="4.2.2",
                    words=f"{each.last} is full",
                    recorded_at=EIGHT,
                )
            )
    for row in readers[::7]:
        each = people[row.subscriber_id - 1]
        to = digest.links.envelope_sender(code, ReaderRef(row.id, row.mark))
        source = a_reply(to, f"reply-{row.id}").replace(
            b"\n\n", f"\n\nRegards, {each.last}\n".encode(), 1
        )
        mail = ReturnedFile("a mail", source)
        digest.mail_intake.take(mail, MailDoor.MAILBOX, EIGHT)


def operators(digest: App, people: list[Somebody]) -> None:
    """Have programs keep answers of ours."""
    with digest.writing() as connection:
        key = connection.scalar(select(access_key.c.id))
        for each in people[:50]:
            connection.execute(
                insert(repeatable_request).values(
                    access_key_id=key,
                    repeat_key=f"another {each.number}",
                    fingerprint="f",
                    begun_at=EIGHT,
                    status=200,
                    answer=f'{{"name": "{each.last}"}}',
                )
            )


def database_bytes(engine: Engine) -> dict[str, str]:
    """Return all that the database has on the disk, by what each file is of."""
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        return {
            each.name: each.read_bytes().decode("latin-1")
            for each in path.parent.glob(f"{path.name}*")
        }
    with reading(engine) as connection:
        connection.execute(text("CHECKPOINT"))
        place = connection.scalar(
            text(
                "SELECT current_setting('data_directory') || '/base/' || oid"
                " FROM pg_database WHERE datname = current_database()"
            )
        )
        files = text("SELECT pg_relation_filenode(oid)::text, relname FROM pg_class")
        names = {row[0]: row[1] for row in connection.execute(files)}
    return {
        f"{each.name} {names.get(each.name)}": each.read_bytes().decode("latin-1")
        for each in Path(str(place)).iterdir()
        if each.is_file()
    }


def files_of(folder: Path) -> str:
    """Return the words of every file in the data folder, also of mail and PDFs."""
    words = []
    for path in folder.rglob("*"):
        if not path.is_file() or path.name.startswith("digest.db"):
            continue
        content = path.read_bytes()
        words.append(content.decode("latin-1"))
        if path.suffix == ".pdf":
            sheets = Sheets(content)
            words += [sheets.text(page) for page in range(len(sheets))]
        if "inbox" in path.parts:
            message = message_from_bytes(content, policy=default)
            words += [
                str(part.get_content())
                for part in message.walk()
                if part.get_content_maintype() == "text"
            ]
    return "\n".join(words)


def left_of(people: list[Somebody], words: str) -> list[str]:
    """Return what words still have of these people."""
    return [trace for each in people for trace in each.traces if trace in words]


def test_of_sixty_people_nothing_is_left_but_hashes(  # noqa: PLR0915 - one story, told once
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="digest")
    chance = random.Random(20261130)  # noqa: S311 - invented people, the same each time
    people = some_people(chance)
    folder = tmp_path / "data"
    digest = App(Settings(data_dir=folder), engine, lambda: EIGHT, HASHER_SECRET)
    lived(digest, people, chance)
    places = sorted(chance.sample(range(HELD), ERASED))
    erased = [people[place] for place in places]
    others = [people[place] for place in range(HELD) if place not in {*places}]
    before = files_of(folder)
    assert [each for each in erased if not left_of([each], before)] == []
    if engine.dialect.name == "sqlite":
        assert leave_remnants(engine, [each.last for each in erased]) > ERASED / 2

    outcome = digest.erasures.erase(*(str(place + 1) for place in places))
    if not outcome.is_rewritten:
        assert engine.dialect.name == "postgresql"
        digest.erasures.rewrite()

    assert len(outcome.erased) == ERASED
    assert outcome.messages > 0
    assert {each.why for each in outcome.letters} == {""}
    stored = database_bytes(engine)
    remnants = {name: left_of(erased, words) for name, words in stored.items()}
    assert {name: traces for name, traces in remnants.items() if traces} == {}
    files = files_of(folder)
    assert left_of(erased, files) == []
    assert left_of(erased, caplog.text) == []
    # And the others are where they were.
    assert len(left_of(others, "".join(stored.values()))) >= 2 * len(others)
    assert [each.last for each in others if not left_of([each], files)] == []
    with digest.reading() as connection:
        hashes = connection.scalar(select(func.count()).select_from(suppression))
        batches = print_batches.listed(connection)
    assert hashes
    assert hashes >= ERASED
    assert len((folder / NAME).read_text().splitlines()) == ERASED
    for batch in batches:
        assert digest.batch_steps.letters(batch)
    report = imported(engine, *(each.row for each in erased), head=HEAD)
    assert report.added == 0
    assert len(report.not_brought_back) == ERASED
