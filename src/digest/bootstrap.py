"""Wires the parts together from the settings; knows how, decides nothing."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from jinja2 import Environment
from sqlalchemy import Connection, Engine, make_url

from digest.audience.hashing import Hasher
from digest.audience.leaving import leave, rejoin
from digest.audience.links import Links
from digest.audience.showing import find
from digest.deliver.batches import AllDue, Batches
from digest.deliver.bounces import Bounces
from digest.deliver.carrier import Carrier
from digest.deliver.inbox import Inbox
from digest.deliver.inbox_server import running
from digest.deliver.practice import PracticeCarrier
from digest.deliver.print_room import PrintRoom
from digest.deliver.sender import Sender
from digest.deliver.servers import Servers
from digest.deliver.smtp import Smtp
from digest.deliver.smtp_server import SmtpServer
from digest.deliver.smtp_talk import Timeouts
from digest.errors import NotFound, SettingsError, StoreError
from digest.gather.fetch import Fetcher
from digest.model.campaigns import Campaign
from digest.model.people import Addressee
from digest.model.pictures import PictureFile, from_public_name
from digest.render.templates import Kind, environment
from digest.schedule.dispatch import Dispatcher, Embedded
from digest.schedule.letters import LetterLayout
from digest.schedule.mail_links import MailLinks
from digest.schedule.previews import Previews
from digest.schedule.renditions import Renditions
from digest.schedule.working import Work
from digest.settings import Settings, from_environment
from digest.store import campaigns, job_tables, pictures, readers, short_links
from digest.store.clock import clock_of
from digest.store.engine import open_engine, reading, writing
from digest.store.migrate import is_current, migrate

Clock = Callable[[], datetime]
# In a folder that a demo may clear.
DEMO_MARK = ".digest-demo"


@dataclass(frozen=True)
class App:
    """The program, wired: every command and page is handed one."""

    settings: Settings
    engine: Engine
    clock: Clock
    secret: str

    def now(self) -> datetime:
        """Return the instant it is, or is said to be."""
        return self.clock()

    def reading(self) -> AbstractContextManager[Connection]:
        """Return a transaction that only reads."""
        return reading(self.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        """Return a transaction that writes."""
        return writing(self.engine)

    @cached_property
    def links(self) -> Links:
        """Signed links, built from the settings and never from a request."""
        return Links(self.secret, self.settings.base_url)

    @cached_property
    def hasher(self) -> Hasher:
        """Keyed hashes of addresses, for suppressions."""
        return Hasher(self.secret)

    @cached_property
    def inbox(self) -> Inbox:
        """The built-in inbox."""
        return Inbox(self.settings.data_dir / "inbox")

    @cached_property
    def fetcher(self) -> Fetcher:
        """The door to the web, for every source of every campaign."""
        return Fetcher(self.settings.fetch_allow)

    @cached_property
    def renditions(self) -> Renditions:
        """Renditions, made when first needed."""
        return Renditions(
            self.engine,
            self.clock,
            self.settings.templates_dir,
            self.shortened,
            self.pictures_at,
        )

    @cached_property
    def previews(self) -> Previews:
        """Editions to look at, in every form."""
        return Previews(
            self.engine,
            self.clock,
            self.settings.templates_dir,
            self.shortened,
            self.pictures_at,
        )

    @property
    def pictures_at(self) -> str:
        """The address below which pictures are hosted."""
        return f"{self.settings.base_url}/media"

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """How send batches get to senders: jobs, where the database has them."""
        return _dispatcher(self.engine, self.clock)

    @contextmanager
    def work(self, batches: Batches | None = None) -> Iterator[Work]:
        """Yield what sends and prints, with the built-in inbox open in practice.

        It sends `batches`, or all that is due.
        """
        with self._carrier() as carrier:
            sender = Sender(
                engine=self.engine,
                carrier=carrier,
                message_for=self.renditions.message_for,
                links=MailLinks(self.engine, self.links),
                clock=self.clock,
                connections=self.settings.smtp_connections,
                limits=self.settings.limits,
                batches=batches or AllDue(),
            )
            yield Work(self.engine, sender, self.print_room, self.clock)

    @cached_property
    def bounces(self) -> Bounces:
        """Where reports of mail that came back are taken in."""
        return Bounces(self.engine, self.links.read_envelope_sender, leave)

    @cached_property
    def print_room(self) -> PrintRoom:
        """Where letters become print batches."""
        layout = LetterLayout(self.engine, self.renditions)
        return PrintRoom(self.engine, self.settings.data_dir, layout, self.clock)

    @contextmanager
    def _carrier(self) -> Iterator[Carrier]:
        url = self.settings.smtp_url
        servers = SmtpServer.parse_all(url.get_secret_value()) if url else []
        waits = Timeouts.parse(self.settings.smtp_timeouts)
        named = {str(server): Smtp(server, waits) for server in servers}
        outside = Servers(self.engine, named, self.clock) if named else None
        if self.settings.live and outside is not None:
            yield outside
            return
        with running(self.inbox) as inbox_url:
            inside = Smtp(SmtpServer.parse(inbox_url))
            yield PracticeCarrier(inside, outside, self.settings.allow)

    def templates(self, kind: Kind) -> Environment:
        """Return the templates of one kind, the operator's before ours."""
        return environment(self.settings.templates_dir, kind)

    def addressee(self, who: str) -> Addressee:
        """Return how a subscriber is addressed. Raises NotFound in words."""
        with self.reading() as connection:
            person = find(connection, who).person
        return Addressee(person.name, person.email, person.address)

    def hosted_picture(self, public_name: str) -> PictureFile:
        """Return a picture's file by its public name. Raises NotFound in words."""
        named = from_public_name(public_name)
        if named:
            with self.reading() as connection:
                if file := pictures.hosted(connection, *named):
                    return file
        raise NotFound("There is no such picture, or it is not to be seen any more.")

    def leaving(self, token: str) -> Campaign:
        """Return the campaign that a link leaves; changes nothing.

        Raises NotFound for a link that we did not make.
        """
        with self.reading() as connection:
            return self._campaign(connection, self._reader_of(token))

    def leave(self, token: str) -> Campaign:
        """Leave by a link, at once; leaving twice is leaving once."""
        reader_id = self._reader_of(token)
        with self.writing() as connection:
            campaign = self._campaign(connection, reader_id)
            leave(connection, reader_id, self.now())
        return campaign

    def rejoin(self, token: str) -> Campaign:
        """Undo the leaving by the same link."""
        reader_id = self._reader_of(token)
        with self.writing() as connection:
            campaign = self._campaign(connection, reader_id)
            rejoin(connection, reader_id)
        return campaign

    def _reader_of(self, token: str) -> int:
        reader_id = self.links.read_leave(token)
        if reader_id is None:
            raise NotFound(
                "This link is not whole. Open it from the email again, "
                "or write to or phone whoever sends you the email."
            )
        return reader_id

    def _campaign(self, connection: Connection, reader_id: int) -> Campaign:
        reader = readers.get(connection, reader_id)
        if reader is None:
            raise NotFound("This link is for somebody we no longer know.")
        return campaigns.load(connection, reader.campaign_id)

    def trouble(self) -> str:
        """Return why the program cannot serve anybody, or "" while it can."""
        try:
            with self.reading() as connection:
                is_ready = is_current(connection)
        except StoreError as problem:
            return str(problem)
        return "" if is_ready else "the database waits for digest migrate"

    def shortened(self, url: str) -> str:
        """Return a short address that leads to `url`, without its scheme."""
        with writing(self.engine) as connection:
            code = short_links.code_for(connection, url, self.now())
        return f"{self.settings.base_url.partition('://')[2]}/s/{code}"


@contextmanager
def open_app(now: datetime | None = None, *, migrating: bool = False) -> Iterator[App]:
    """Yield the program of this process's settings, its database up to date.

    `now` stops the clock there. Raises SettingsError or StoreError, saying
    what to do.
    """
    with opened(from_environment(), now, migrating=migrating) as app:
        yield app


@contextmanager
def opened(
    settings: Settings, now: datetime | None = None, *, migrating: bool = False
) -> Iterator[App]:
    """Yield the program of these settings; see `open_app`."""
    path = make_url(settings.database).database
    is_file = settings.database.startswith("sqlite")
    if not migrating and is_file and path and not Path(path).exists():
        raise StoreError(f"there is no database at {path} yet: run digest init")
    engine = open_engine(settings.database)
    try:
        if migrating:
            migrate(engine)
        else:
            with reading(engine) as connection:
                if not is_current(connection):
                    raise StoreError(
                        "the database is of an earlier version: run digest migrate"
                    )
        yield App(settings, engine, _clock(engine, now), _secret(settings))
    finally:
        engine.dispose()


def migrated(settings: Settings) -> bool:
    """Bring the database up to date; return whether it changed."""
    engine = open_engine(settings.database)
    try:
        return migrate(engine)
    finally:
        engine.dispose()


def prepare(settings: Settings, env_file: Path) -> Iterator[str]:
    """Make the data directory, the database and a key; say what was done.

    What is there already is left as it is. Raises SettingsError on top of a
    demo, which a later demo would clear away.
    """
    if (settings.data_dir / DEMO_MARK).exists():
        raise SettingsError(
            f"{settings.data_dir} holds the demo: remove that folder first, "
            "or set DIGEST_DATA_DIR to another"
        )
    changed = migrated(settings)
    yield f"database: {'made' if changed else 'was there already'}"
    if env_file.exists():
        yield f"{env_file}: was there already, left as it is"
    else:
        key = _secret(settings)
        words = f"DIGEST_DATA_DIR={settings.data_dir}\nDIGEST_SECRET_KEY={key}\n"
        _write_private(env_file, words + "DIGEST_LIVE=no\n")
        yield f"{env_file}: made; keep a copy of its key where you keep passwords"
    yield f"{settings.mode} mode: mail stays in the built-in inbox" + (
        "" if not settings.live else " no longer"
    )


def _dispatcher(engine: Engine, clock: Clock) -> Dispatcher:
    with reading(engine) as connection:
        has_jobs = job_tables.are_ready(connection)
    if not has_jobs:
        return Embedded()
    # An optional package, and slow to import.
    from digest.schedule.jobs import Jobs  # noqa: PLC0415

    return Jobs(engine, clock)


def _clock(engine: Engine, now: datetime | None) -> Clock:
    if now is not None:
        return lambda: now
    return clock_of(engine)


def _secret(settings: Settings) -> str:
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = settings.data_dir / "secret-key"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_private(path, secrets.token_urlsafe(32))
        return path.read_text().strip()
    except OSError as problem:
        raise SettingsError(
            f"the key in {path} cannot be kept: {problem.strerror}; "
            "make the folder writable or set DIGEST_SECRET_KEY"
        ) from problem


def _write_private(path: Path, words: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(words)
