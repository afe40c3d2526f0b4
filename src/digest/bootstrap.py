"""Wires the parts together from the settings; knows how, decides nothing.

Each part is imported when it is first asked for: a worker with nothing to send knows of
no feeds, no pages and no letters.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property, partial
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from digest.environment import from_environment
from digest.errors import NotFound, StoreError
from digest.installing import keys_of
from digest.model.secret_keys import SecretKeys
from digest.settings import Settings, refuse_unready
from digest.store.base.clock import clock_of
from digest.store.base.engine import open_engine, reading, understood, writing
from digest.store.base.modes import in_mode
from digest.store.holds.holds import as_of, told_in
from digest.store.holds.mark_file import beside
from digest.store.migrate import is_current, migrate
from digest.store.staff import secret_keys
from digest.store.staff.audit import acting_as

if TYPE_CHECKING:
    from jinja2 import Environment

    from digest.audience.choosing import ReaderChoiceLinks
    from digest.audience.hashing import KeyedHasher
    from digest.audience.joining.confirming import ConfirmationLinks
    from digest.audience.joining.new_email import NewEmailLinks
    from digest.audience.joining.proofs import WorkProofs
    from digest.audience.signed_links import SignedLinks
    from digest.audience.unsubscribing import UnsubscribeLinks
    from digest.deliver.calling.call_desk import CallDesk
    from digest.deliver.carrier import Carrier
    from digest.deliver.inbox.maildir import Inbox
    from digest.deliver.printing.batch_steps import BatchSteps, DueLabel
    from digest.deliver.printing.print_room import LaidOutLetters, PrintRoom
    from digest.deliver.returns.mail_intake import MailIntake
    from digest.deliver.returns.reply_slips import ReplySlips
    from digest.deliver.returns.returned_letters import ReturnedLetters
    from digest.deliver.returns.services.notifications import MailService
    from digest.deliver.sending.batch_supply import BatchSupply
    from digest.deliver.sending.sender import EmailSender
    from digest.gather.fetching.fetch import Fetcher
    from digest.model.delivery.label_sheets import LabelSheet
    from digest.model.editions.compiled_message import CompiledMessage
    from digest.model.posts.pictures import PictureFile
    from digest.render.templates import Kind
    from digest.schedule.archive.editions import Archive
    from digest.schedule.archive.events import PublicEvents
    from digest.schedule.delivery.call_sheets import CallSheets
    from digest.schedule.delivery.dispatch import Dispatcher
    from digest.schedule.delivery.worker import Work
    from digest.schedule.editions.previews import Previews
    from digest.schedule.editions.proofs.preview_pages import PreviewPages
    from digest.schedule.editions.proofs.testing import EditionTests
    from digest.schedule.editions.renditions import Renditions
    from digest.schedule.operators.operator_watch import OperatorWatch
    from digest.schedule.operators.staff_mail import StaffMail
    from digest.schedule.readers.confirmations import ConfirmationOutbox
    from digest.schedule.readers.erasure import Erasures
    from digest.schedule.readers.mailbox_watch import MailboxWatch
    from digest.schedule.readers.replies import ReplyForwarder
    from digest.schedule.upkeep.night_tasks import NightTasks
    from digest.schedule.upkeep.retention import Retention
    from digest.schedule.webhooks.sending import WebhookSender
    from digest.store.delivery.copies import DueCopy

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class App:
    """The program, wired: every command and page is handed one."""

    settings: Settings
    engine: Engine
    clock: Clock
    # The newest secret key, and those from before that are still read by.
    secret: str = field(repr=False)
    earlier_secrets: tuple[str, ...] = field(default=(), repr=False, kw_only=True)

    @property
    def keys(self) -> SecretKeys:
        """The secret keys: the newest makes, and each of them reads."""
        return SecretKeys(self.secret, self.earlier_secrets)

    def acting_as(self, actor: str) -> "App":
        """Return the program for what that person or program does, see store.audit."""
        return replace(self, engine=acting_as(self.engine, actor))

    def with_connections(self, count: int) -> "App":
        """Return the program with so many connections to the mail server."""
        settings = self.settings.model_copy(update={"smtp_connections": count})
        return replace(self, settings=settings)

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
    def links(self) -> "SignedLinks":
        """Signed links, built from the settings and never from a request."""
        from digest.audience.signed_links import SignedLinks

        return SignedLinks(self.keys, self.settings.base_url)

    @cached_property
    def _by_reader(self) -> Engine:
        return acting_as(self.engine, "a reader, by a link,")

    @cached_property
    def unsubscribe_links(self) -> "UnsubscribeLinks":
        """Unsubscribing from a campaign, and coming back, by the link in an edition."""
        from digest.audience.unsubscribing import UnsubscribeLinks

        return UnsubscribeLinks(self._by_reader, self.links, self.clock)

    @cached_property
    def confirmation_links(self) -> "ConfirmationLinks":
        """Joining a campaign by the link in a mail that asks for it."""
        from digest.audience.joining.confirming import ConfirmationLinks

        return ConfirmationLinks(self._by_reader, self.links, self.hasher, self.clock)

    @cached_property
    def new_email_links(self) -> "NewEmailLinks":
        """Confirming a reader's new address, by the links in two mails."""
        from digest.audience.joining.new_email import NewEmailLinks

        return NewEmailLinks(self._by_reader, self.links, self.hasher, self.clock)

    @cached_property
    def reader_choice_links(self) -> "ReaderChoiceLinks":
        """What readers choose for themselves, by the link in an edition."""
        from digest.audience.choosing import ReaderChoiceLinks

        return ReaderChoiceLinks(self._by_reader, self.links, self.hasher, self.clock)

    @cached_property
    def work_proofs(self) -> "WorkProofs":
        """Proofs of work, asked of who signs up while very many do."""
        from digest.audience.joining.proofs import WorkProofs

        return WorkProofs(self.keys)

    @cached_property
    def confirmation_outbox(self) -> "ConfirmationOutbox":
        """Where the mails wait that ask whether it was their reader who joined."""
        from digest.schedule.readers.confirmations import ConfirmationOutbox

        engine = acting_as(self.engine, "the program")
        return ConfirmationOutbox(
            engine, self.carrier, self.links, self.templates("email")
        )

    @cached_property
    def hasher(self) -> "KeyedHasher":
        """Keyed hashes of addresses, for suppressions."""
        from digest.audience.hashing import hasher_of

        return hasher_of(self.engine, self.keys)

    @cached_property
    def erasures(self) -> "Erasures":
        """Where people are erased: here, in print files, in the built-in inbox."""
        from digest.schedule.readers.erasure import Erasures
        from digest.store.people.erasing.erased_file import ErasedList

        erased = ErasedList(self.settings.data_dir)
        return Erasures(
            self.engine,
            self.hasher,
            erased,
            self.inbox,
            lambda: self.print_room,
            self.clock,
        )

    @cached_property
    def retention(self) -> "Retention":
        """What is kept for how long, and what removes what is over that."""
        from digest.schedule.upkeep.retention import Retention, RetentionPlaces

        places = RetentionPlaces(
            self.engine, self.erasures, self.inbox, lambda: self.print_room
        )
        kinds = places.kinds(self.settings.keep)
        return Retention(self.engine, self.clock, kinds)

    @cached_property
    def night_tasks(self) -> "NightTasks":
        """What a timetable does each night by itself."""
        from digest.schedule.upkeep.night_tasks import NightTasks, tasks_of

        tasks = tasks_of(self.erasures, self.retention)
        return NightTasks(self.engine, self.clock, self.settings.timezone, tasks)

    @cached_property
    def inbox(self) -> "Inbox":
        """The built-in inbox."""
        from digest.deliver.inbox.maildir import Inbox

        return Inbox(self.settings.data_dir / "inbox")

    @cached_property
    def fetcher(self) -> "Fetcher":
        """The door to the web, for every source of every campaign."""
        from digest.gather.fetching.fetch import Fetcher

        return Fetcher(self.settings.fetch_allow)

    @cached_property
    def webhooks(self) -> "WebhookSender":
        """What tells other systems what happens, through the door to the web."""
        from digest.schedule.webhooks.sending import WebhookSecrets, WebhookSender

        secrets = WebhookSecrets(self.keys)
        return WebhookSender(self.engine, self.fetcher, secrets)

    @cached_property
    def renditions(self) -> "Renditions":
        """Renditions, made when first needed."""
        from digest.schedule.editions.renditions import Renditions

        return Renditions(
            self.engine,
            self.clock,
            self.settings.templates_dir,
            self.shortened,
            self.pictures_at,
            self.links.events_url,
            self.links.view_url,
            self.event_page_url,
            self.links.privacy_url,
        )

    @cached_property
    def previews(self) -> "Previews":
        """Editions to look at, in every form."""
        from digest.schedule.editions.previews import Previews

        return Previews(
            self.engine,
            self.clock,
            self.settings.templates_dir,
            self.shortened,
            self.pictures_at,
            self.links.events_url,
            self.event_page_url,
        )

    @cached_property
    def archive(self) -> "Archive":
        """What anybody may read of editions that have gone out."""
        from digest.schedule.archive.editions import Archive

        return Archive(
            self.engine,
            self.clock,
            self.settings.templates_dir,
            self.settings.base_url,
            self.links.host,
            self.links.events_url,
        )

    @cached_property
    def public_events(self) -> "PublicEvents":
        """The events that anybody may see."""
        from digest.schedule.archive.events import PublicEvents

        return PublicEvents(
            self.engine,
            self.clock,
            self.settings.templates_dir,
            self.links.host,
            self.links.events_url,
        )

    @cached_property
    def preview_pages(self) -> "PreviewPages":
        """Pages of letters to look at, as pictures."""
        from digest.schedule.editions.proofs.preview_pages import PreviewPages

        return PreviewPages(self.previews)

    @property
    def pictures_at(self) -> str:
        """The address below which pictures are hosted."""
        return f"{self.settings.base_url}/media"

    @cached_property
    def dispatcher(self) -> "Dispatcher":
        """How send batches get to senders: jobs, where the database has them."""
        from digest.schedule.delivery.dispatch import EmbeddedDispatcher
        from digest.store.delivery.sending import job_tables

        with self.reading() as connection:
            has_jobs = job_tables.are_ready(connection)
        if not has_jobs:
            return EmbeddedDispatcher()
        from digest.schedule.delivery.jobs import JobDispatcher

        return JobDispatcher(self.engine, self.clock)

    @contextmanager
    def work(self, batches: "BatchSupply | None" = None) -> "Iterator[Work]":
        """Yield what sends and prints, with the built-in inbox open in practice.

        It sends `batches`, or all that is due. Raises SettingsError where we are
        live and lack what live needs: no link is made of an address that fails.
        """
        from digest.deliver.sending.batch_supply import DueBatches
        from digest.schedule.delivery.worker import Work

        refuse_unready(self.settings)
        supply = batches or DueBatches()
        with ExitStack() as opened:
            sender = cache(
                lambda: self._sender(opened.enter_context(self.carrier()), supply)
            )
            yield Work(self.engine, sender, lambda: self.print_room, self.clock, supply)

    def _sender(self, carrier: "Carrier", batches: "BatchSupply") -> "EmailSender":
        from digest.deliver.sending.sender import EmailSender
        from digest.schedule.delivery.mail_links import MailLinks

        return EmailSender(
            engine=self.engine,
            carrier=carrier,
            message_for=self._message_for,
            links=MailLinks(
                self.engine,
                self.links,
                rehearsal=not self.settings.live,
                reads_mail=self.settings.reads_mail,
                services=tuple(self.mail_services.values()),
            ),
            clock=self.clock,
            connections=self.settings.smtp_connections,
            limits=self.settings.limits,
            batches=batches,
        )

    def _message_for(
        self, edition_id: int, variant_id: int
    ) -> "CompiledMessage | None":
        return self.renditions.message_for(edition_id, variant_id)

    @cached_property
    def mail_intake(self) -> "MailIntake":
        """Where emails that came to our addresses are taken in."""
        from digest.audience.unsubscribing import unsubscribe
        from digest.deliver.returns.mail_intake import MailIntake, OwnAddresses

        addresses = OwnAddresses(
            self.links.read_envelope_sender,
            self.links.read_unsubscribe_address,
            self.hasher.of_address,
        )
        engine = acting_as(self.engine, "incoming mail")
        return MailIntake(engine, addresses, unsubscribe)

    @cached_property
    def mail_services(self) -> "Mapping[str, MailService]":
        """The mail services that tell us what became of our emails, by their doors."""
        from digest.deliver.limits import SNS_ANSWER_BYTES, SNS_SECONDS
        from digest.deliver.returns.services.amazon_ses import SesWebhook
        from digest.deliver.returns.services.mailgun import MailgunWebhook
        from digest.deliver.returns.services.postmark import PostmarkWebhook
        from digest.deliver.returns.services.sendgrid import SendGridWebhook
        from digest.deliver.returns.services.sns_signature import SnsSignatureCheck
        from digest.deliver.returns.services.sns_topic import SnsTopic

        settings = self.settings
        services: list[MailService] = []
        if settings.ses_topic:
            topics = tuple(map(SnsTopic.parse, settings.ses_topic))
            signatures = SnsSignatureCheck(
                lambda url: self.fetcher.get(url, SNS_SECONDS, SNS_ANSWER_BYTES)
            )
            services.append(SesWebhook(topics, signatures))
        if settings.postmark_login:
            services.append(PostmarkWebhook(settings.postmark_login.get_secret_value()))
        if settings.mailgun_key:
            services.append(MailgunWebhook(settings.mailgun_key.get_secret_value()))
        if settings.sendgrid_key:
            services.append(SendGridWebhook.of(settings.sendgrid_key))
        return {service.door: service for service in services}

    @cached_property
    def mailbox_watch(self) -> "MailboxWatch | None":
        """What looks into the mailbox of mail that comes back, if one is set."""
        from digest.schedule.readers.mailbox_watch import MailboxWatch

        url = self.settings.mailbox
        if url is None:
            return None
        return MailboxWatch(self.engine, url, self.mail_intake, self.clock)

    def mail_listener(self) -> "AbstractContextManager[int]":
        """Return what listens for mail to our addresses, where that is set."""
        from digest.deliver.returns.listener_certificate import ListenerCertificate
        from digest.deliver.returns.mail_listener import listening

        settings, address = self.settings, self.settings.mail_listen
        if address is None:
            return nullcontext(0)
        chain, key = settings.mail_listen_certificate, settings.mail_listen_key
        certificate = ListenerCertificate(chain, key) if chain and key else None
        return listening(address, self.mail_intake, self.clock, certificate)

    @cached_property
    def reply_forwarder(self) -> "ReplyForwarder":
        """What passes on what readers write in answer."""
        from digest.schedule.readers.replies import ReplyForwarder

        return ReplyForwarder(self.engine, self.carrier)

    @cached_property
    def returned_letters(self) -> "ReturnedLetters":
        """Where letters that came back are taken in."""
        from digest.deliver.returns.returned_letters import ReturnedLetters

        return ReturnedLetters(self.engine)

    @cached_property
    def reply_slips(self) -> "ReplySlips":
        """Where reply slips that came back are taken in."""
        from digest.deliver.returns.reply_slips import ReplySlips
        from digest.model.people.departure import LeavingMeans
        from digest.schedule.readers.phone_wishes import ON_A_SLIP, ReaderWishes

        doors = ReaderWishes(self.hasher, LeavingMeans.LETTER, ON_A_SLIP)
        return ReplySlips(self.engine, doors, self.clock)

    @cached_property
    def call_desk(self) -> "CallDesk":
        """Where callers write down what came of ringing readers."""
        from digest.deliver.calling.call_desk import CallDesk
        from digest.schedule.readers.phone_wishes import ReaderWishes

        return CallDesk(self.engine, ReaderWishes(self.hasher), self.clock)

    @cached_property
    def call_sheets(self) -> "CallSheets":
        """What callers are told: the words of each call, and sheets to print."""
        from digest.schedule.delivery.call_sheets import CallSheets

        return CallSheets(self.engine, self.renditions, self.clock)

    @cached_property
    def print_room(self) -> "PrintRoom":
        """Where letters become print batches."""
        from digest.deliver.printing.print_room import PrintRoom

        return PrintRoom(self.engine, self.settings.data_dir, self._lay_out, self.clock)

    def _lay_out(
        self, edition_id: int, copies: "Sequence[DueCopy]", *, alone: bool = False
    ) -> "LaidOutLetters":
        from digest.schedule.delivery.letters import LetterLayout

        layout = LetterLayout(self.engine, self.renditions, alone)
        return layout(edition_id, copies)

    def _label_sheets(self, labels: "Sequence[DueLabel]", sheet: "LabelSheet") -> bytes:
        from digest.schedule.delivery.letters import label_layout

        return label_layout(labels, sheet, self.renditions.templates_dir)

    @cached_property
    def batch_steps(self) -> "BatchSteps":
        """What people do with print batches on paper."""
        from digest.deliver.printing.batch_steps import BatchSteps

        alone = partial(self._lay_out, alone=True)
        return BatchSteps(self.print_room, alone, self._label_sheets)

    @contextmanager
    def carrier(self) -> "Iterator[Carrier]":
        """Yield what takes emails: in practice the inbox, but for the allow list."""
        from digest.deliver.smtp.connect import SmtpCarrier
        from digest.deliver.smtp.failover import FailoverCarrier
        from digest.deliver.smtp.mail_server import SmtpServer, SmtpTimeouts

        url = self.settings.smtp_url
        servers = SmtpServer.parse_all(url.get_secret_value()) if url else []
        waits = SmtpTimeouts.parse(self.settings.smtp_timeouts)
        named = {str(server): SmtpCarrier(server, waits) for server in servers}
        outside = FailoverCarrier(self.engine, named, self.clock) if named else None
        if self.settings.live and outside is not None:
            yield outside
            return
        from digest.deliver.inbox.server import running
        from digest.deliver.practice import PracticeCarrier

        with running(self.inbox) as inbox_url:
            inside = SmtpCarrier(SmtpServer.parse(inbox_url))
            yield PracticeCarrier(inside, outside, self.settings.allow)

    @cached_property
    def operator_watch(self) -> "OperatorWatch":
        """What tells the operators by mail what is broken, and each day how it is."""
        from digest.schedule.operators.operator_watch import OperatorWatch

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
    def staff_mail(self) -> "StaffMail":
        """What mails a person of staff a link that was asked for."""
        from digest.schedule.operators.staff_mail import StaffMail

        return StaffMail(self.engine, self.carrier, self._leaves_for)

    @cached_property
    def edition_tests(self) -> "EditionTests":
        """What sends an edition to staff, to look at as a reader would."""
        from digest.schedule.editions.proofs.testing import EditionTests

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
        from digest.model.delivery.practice import Route, route

        settings = self.settings
        way = route(address, settings.allow, live=settings.live)
        return settings.smtp_url is not None and way is Route.OUTSIDE

    def templates(self, kind: "Kind") -> "Environment":
        """Return the templates of one kind, the operator's before ours."""
        from digest.render.templates import environment

        return environment(self.settings.templates_dir, kind)

    def subscriber_id(self, who: str) -> int:
        """Return the number of whom `who` means: a name, an address, a reference.

        Raises NotFound in words.
        """
        from digest.audience.subject_access import find

        with self.reading() as connection:
            return find(connection, who).id

    def hosted_picture(self, public_name: str) -> "PictureFile":
        """Return a picture's file by its public name. Raises NotFound in words."""
        from digest.model.posts.pictures import from_public_name
        from digest.store.posts import pictures

        named = from_public_name(public_name)
        if named:
            with self.reading() as connection:
                if file := pictures.hosted(connection, *named):
                    return file
        raise NotFound("There is no such picture, or it is not to be seen any more.")

    def event_page_url(self, entry_ids: "Sequence[int]") -> str:
        """Return the address of an event's page; "" where nobody else can open it."""
        from digest.model.campaigns.live_needs import is_reachable

        is_open = is_reachable(self.settings.base_url)
        return self.links.event_page_url(entry_ids) if is_open else ""

    def shortened(self, url: str) -> str:
        """Return a short address that leads to `url`, without its scheme.

        The address itself, where nobody else can open ours: nothing is printed that
        leads readers nowhere.
        """
        from digest.model.campaigns.live_needs import is_reachable
        from digest.store.editions import short_links

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
    with opened(from_environment(), now, migrating=migrating) as program:
        engine = program.engine if now is None else as_of(program.engine)
        app = replace(program, engine=engine)
        yield app.acting_as(f"{login_name()} (command line)")


def login_name() -> str:
    """Return the name of whoever runs this process, or their number."""
    try:
        return getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@contextmanager
def opened(
    settings: Settings,
    now: datetime | None = None,
    *,
    migrating: bool = False,
    with_any_key: bool = False,
) -> Iterator[App]:
    """Yield the program of these settings; see `open_app`.

    `with_any_key`, whether or not the database can be used with the keys that are set.
    """
    url = understood(settings.database)
    path = url.database if url.get_backend_name() == "sqlite" else None
    if not migrating and path and not Path(path).exists():
        raise StoreError(f"there is no database at {path} yet: run digest init")
    engine = beside(open_engine(settings.database), settings.data_dir)
    engine = told_in(engine, settings.timezone)
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
        keys = keys_of(settings)
        digest = App(settings, ours, clock, keys.newest, earlier_secrets=keys.earlier)
        if not with_any_key:
            with reading(engine) as connection:
                is_usual = secret_keys.are_in_order(connection, keys.ids)
            if not is_usual:
                from digest.audience.hashing import use_keys

                use_keys(ours, keys, digest.now())
        yield digest
    finally:
        engine.dispose()
