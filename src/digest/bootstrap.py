"""Wires the parts together from the settings; knows how, decides nothing."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from getpass import getuser
from pathlib import Path

from jinja2 import Environment
from sqlalchemy import Connection, Engine, make_url

from digest.audience.hashing import KeyedHasher
from digest.audience.joining.confirming import ConfirmationLinks
from digest.audience.joining.proofs import WorkProofs
from digest.audience.signed_links import SignedLinks
from digest.audience.subject_access import find
from digest.audience.unsubscribing import UnsubscribeLinks, unsubscribe
from digest.deliver.carrier import Carrier
from digest.deliver.inbox.maildir import Inbox
from digest.deliver.inbox.server import running
from digest.deliver.practice import PracticeCarrier
from digest.deliver.printing.batch_steps import BatchSteps
from digest.deliver.printing.print_room import PrintRoom
from digest.deliver.returns.bounces import Bounces
from digest.deliver.returns.returned_letters import ReturnedLetters
from digest.deliver.sending.leases import BatchSupply, DueBatches
from digest.deliver.sending.sender import EmailSender
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.failover import FailoverCarrier
from digest.deliver.smtp.mail_server import SmtpServer, SmtpTimeouts
from digest.errors import NotFound, StoreError
from digest.gather.fetching.fetch import Fetcher
from digest.installing import secret_of
from digest.model.campaigns.live_needs import is_reachable
from digest.model.delivery.practice import Route, route
from digest.model.people.person import Addressee
from digest.model.posts.pictures import PictureFile, from_public_name
from digest.render.templates import Kind, environment
from digest.schedule.delivery.dispatch import Dispatcher, EmbeddedDispatcher
from digest.schedule.delivery.letters import LetterLayout
from digest.schedule.delivery.mail_links import MailLinks
from digest.schedule.delivery.worker import Work
from digest.schedule.editions.previews import Previews
from digest.schedule.editions.renditions import Renditions
from digest.schedule.editions.testing import EditionTests
from digest.schedule.operators.operator_watch import OperatorWatch
from digest.schedule.operators.staff_mail import StaffMail
from digest.schedule.readers.confirmations import ConfirmationOutbox
from digest.settings import Settings, from_environment, refuse_unready
from digest.store.base.clock import clock_of
from digest.store.base.engine import open_engine, reading, writing
from digest.store.base.modes import in_mode
from digest.store.delivery import job_tables
from digest.store.editions import short_links
from digest.store.holds.mark_file import beside
from digest.store.migrate import is_current, migrate
from digest.store.posts import pictures
from digest.store.staff.audit import acting_as

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class App:
    """The program, wired: every command and page is handed one."""

    settings: Settings
    engine: Engine
    clock: Clock
    secret: str

    def acting_as(self, actor: str) -> "App":
        """Return the program for what that person or program does, see store.audit."""
        return replace(self, engine=acting_as(self.engine, actor))

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
    def links(self) -> SignedLinks:
        """Signed links, built from the settings and never from a request."""
        return SignedLinks(self.secret, self.settings.base_url)

    @cached_property
    def unsubscribe_links(self) -> UnsubscribeLinks:
        """Unsubscribing from a campaign, and coming back, by the link in an edition."""
        by_reader = acting_as(self.engine, "a reader, by a link,")
        return UnsubscribeLinks(by_reader, self.links, self.clock)

    @cached_property
    def confirmation_links(self) -> ConfirmationLinks:
        """Joining a campaign by the link in a mail that asks for it."""
        by_reader = acting_as(self.engine, "a reader, by a link,")
        return ConfirmationLinks(by_reader, self.links, self.hasher, self.clock)

    @cached_property
    def work_proofs(self) -> WorkProofs:
        """Proofs of work, asked of who signs up while very many do."""
        return WorkProofs(self.secret)

    @cached_property
    def confirmation_outbox(self) -> ConfirmationOutbox:
        """Where the mails wait that ask whether it was their reader who joined."""
        engine = acting_as(self.engine, "the program")
        return ConfirmationOutbox(
            engine, self.carrier, self.links, self.templates("email")
        )

    @cached_property
    def hasher(self) -> KeyedHasher:
        """Keyed hashes of addresses, for suppressions."""
        return KeyedHasher(self.secret)

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
            self.links.events_url,
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
            self.links.events_url,
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
    def work(self, batches: BatchSupply | None = None) -> Iterator[Work]:
        """Yield what sends and prints, with the built-in inbox open in practice.

        It sends `batches`, or all that is due. Raises SettingsError where we are
        live and lack what live needs: no link is made of an address that fails.
        """
        refuse_unready(self.settings)
        with self.carrier() as carrier:
            sender = EmailSender(
                engine=self.engine,
                carrier=carrier,
                message_for=self.renditions.message_for,
                links=MailLinks(
                    self.engine, self.links, rehearsal=not self.settings.live
                ),
                clock=self.clock,
                connections=self.settings.smtp_connections,
                limits=self.settings.limits,
                batches=batches or DueBatches(),
            )
            yield Work(self.engine, sender, self.print_room, self.clock)

    @cached_property
    def bounces(self) -> Bounces:
        """Where reports of mail that came back are taken in."""
        return Bounces(self.engine, self.links.read_envelope_sender, unsubscribe)

    @cached_property
    def returned_letters(self) -> ReturnedLetters:
        """Where letters that came back are taken in."""
        return ReturnedLetters(self.engine)

    @cached_property
    def print_room(self) -> PrintRoom:
        """Where letters become print batches."""
        layout = LetterLayout(self.engine, self.renditions)
        return PrintRoom(self.engine, self.settings.data_dir, layout, self.clock)

    @cached_property
    def batch_steps(self) -> BatchSteps:
        """What people do with print batches on paper."""
        return BatchSteps(self.print_room)

    @contextmanager
    def carrier(self) -> Iterator[Carrier]:
        """Yield what takes emails: in practice the inbox, but for the allow list."""
        url = self.settings.smtp_url
        servers = SmtpServer.parse_all(url.get_secret_value()) if url else []
        waits = SmtpTimeouts.parse(self.settings.smtp_timeouts)
        named = {str(server): SmtpCarrier(server, waits) for server in servers}
        outside = FailoverCarrier(self.engine, named, self.clock) if named else None
        if self.settings.live and outside is not None:
            yield outside
            return
        with running(self.inbox) as inbox_url:
            inside = SmtpCarrier(SmtpServer.parse(inbox_url))
            yield PracticeCarrier(inside, outside, self.settings.allow)

    @cached_property
    def operator_watch(self) -> OperatorWatch:
        """What tells the operators by mail what is broken, and each day how it is."""
        return OperatorWatch(
            engine=self.engine,
            open_carrier=self.carrier,
            templates=self.templates("email"),
            addresses=self.settings.operators,
            timezone=self.settings.timezone,
            base_url=self.settings.base_url,
            rates=self.settings.limits,
        )

    @cached_property
    def staff_mail(self) -> StaffMail:
        """What mails a person of staff a link that was asked for."""
        return StaffMail(self.engine, self.carrier, self._leaves_for)

    @cached_property
    def edition_tests(self) -> EditionTests:
        """What sends an edition to staff, to look at as a reader would."""
        return EditionTests(
            self.engine,
            self.previews,
            self.carrier,
            self._leaves_for,
            self.links.rehearsal_url,
            self.settings.operators,
        )

    def _leaves_for(self, address: str) -> bool:
        """Whether mail to that address leaves this machine."""
        settings = self.settings
        way = route(address, settings.allow, live=settings.live)
        return settings.smtp_url is not None and way is Route.OUTSIDE

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

    def shortened(self, url: str) -> str:
        """Return a short address that leads to `url`, without its scheme.

        The address itself, where nobody else can open ours: nothing is printed that
        leads readers nowhere.
        """
        if not is_reachable(self.settings.base_url):
            return url
        with writing(self.engine) as connection:
            code = short_links.code_for(connection, url)
        return f"{self.settings.base_url.partition('://')[2]}/s/{code}"


@contextmanager
def open_app(now: datetime | None = None, *, migrating: bool = False) -> Iterator[App]:
    """Yield the program of this process's settings, its database up to date.

    What it does is on record as done by whoever is logged in to the machine.
    `now` stops the clock there. Raises SettingsError or StoreError, saying
    what to do.
    """
    with opened(from_environment(), now, migrating=migrating) as app:
        yield app.acting_as(f"{login_name()} (command line)")


def login_name() -> str:
    """Return the name of whoever runs this process, or their number."""
    try:
        return getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@contextmanager
def opened(
    settings: Settings, now: datetime | None = None, *, migrating: bool = False
) -> Iterator[App]:
    """Yield the program of these settings; see `open_app`."""
    path = make_url(settings.database).database
    is_file = settings.database.startswith("sqlite")
    if not migrating and is_file and path and not Path(path).exists():
        raise StoreError(f"there is no database at {path} yet: run digest init")
    engine = beside(open_engine(settings.database), settings.data_dir)
    try:
        if migrating:
            migrate(engine)
        else:
            with reading(engine) as connection:
                if not is_current(connection):
                    raise StoreError(
                        "the database is of an earlier version: run digest migrate"
                    )
        clock = clock_of(engine) if now is None else lambda: now
        ours = in_mode(engine, settings.mode)
        yield App(settings, ours, clock, secret_of(settings))
    finally:
        engine.dispose()


def _dispatcher(engine: Engine, clock: Clock) -> Dispatcher:
    with reading(engine) as connection:
        has_jobs = job_tables.are_ready(connection)
    if not has_jobs:
        return EmbeddedDispatcher()
    # An optional package, and slow to import.
    from digest.schedule.delivery.jobs import JobDispatcher  # noqa: PLC0415

    return JobDispatcher(engine, clock)
