"""digest check: tries what a send would need, each part by itself."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time

from digest.bootstrap import opened
from digest.deliver.carrier import Carrier
from digest.deliver.sender_dns import look_up
from digest.errors import CarrierError, DigestError, MailboxError, SettingsError
from digest.model.campaigns.campaign import Campaign, LetterHead, Schedule
from digest.model.campaigns.live_needs import campaign_needs
from digest.model.campaigns.slots import weekly
from digest.model.editions.edition import Variant
from digest.model.formats import FORMATS, Format
from digest.model.posts.blocks import Paragraph, TextSpan
from digest.model.posts.items import Post
from digest.model.sender_records import DnsRecordStanding, judged
from digest.schedule.delivery.dispatch import EmbeddedDispatcher
from digest.settings import Settings
from digest.store.campaigns import campaigns
from digest.store.holds.server_identity import server_identity
from digest.store.table_shape import refuse_other_tables

_WITHOUT_JOBS = (
    "; emails are looked for, not shared out as jobs: for that run "
    "pip install '.[scale]', then digest migrate"
)
_IDENTITY_UNKNOWN = (
    "; our role may not ask which server this is, so a restored database is recognised "
    "by its number and the data folders alone: as its superuser, GRANT EXECUTE ON "
    "FUNCTION pg_control_system(), pg_walfile_name(pg_lsn) TO our role"
)


@dataclass(frozen=True, slots=True)
class Check:
    """How one part stands; `words` say what is the case, or what to do.

    What `is_advice` stops nothing, and is better mended.
    """

    name: str
    is_good: bool
    words: str
    is_advice: bool = False

    @property
    def standing(self) -> str:
        """How it stands, in a word."""
        return "look" if self.is_advice else "ok" if self.is_good else "FAULT"


def run_checks(settings: Settings) -> list[Check]:
    """Return how each part stands; one that fails hides no other."""
    parts: dict[str, Callable[[Settings], str]] = {
        "database": _database,
        "secret key": _secret_key,
        "mail server": _mail_server,
        "mailbox": _mailbox,
        "operators": _operators,
        "email templates": _family("email", "a message can be made"),
        "letter templates and fonts": _family("letter", "a letter can be made"),
        "web templates": _web,
    }
    checks = list[Check]()
    for name, part in parts.items():
        try:
            checks.append(Check(name, is_good=True, words=part(settings)))
        except DigestError as problem:
            checks.append(Check(name, is_good=False, words=str(problem)))
    return [*checks, *_live(settings), *_senders(settings)]


def _live(settings: Settings) -> Iterator[Check]:
    """Yield how what live needs stands: in practice, nothing of it is a fault."""
    try:
        needs = [("", need) for need in settings.live_needs]
    except DigestError as problem:
        yield Check("live", is_good=not settings.live, words=str(problem))
        return
    # Without a database there is no campaign; the check of it says so.
    with suppress(DigestError), opened(settings) as digest:
        with digest.reading() as connection:
            stored_campaigns = campaigns.listed(connection)
        needs += [
            (f" of {stored.campaign.name}", need)
            for stored in stored_campaigns
            for need in campaign_needs(stored.campaign)
        ]
    for whose, need in needs:
        words = need.cure or "is as live needs it"
        later = "" if settings.live or need.is_met else "before golive: "
        yield Check(
            f"live: {need.name}{whose}",
            is_good=need.is_met or not settings.live,
            words=f"{later}{words}",
        )


def _senders(settings: Settings) -> Iterator[Check]:
    """Yield how the records of each sender's domain stand: advice, and never a fault.

    What stands in DNS is not ours, and where we cannot look we do not know.
    """
    # Without a database there is no campaign; the check of it says so.
    with suppress(DigestError), opened(settings) as digest:
        with digest.reading() as connection:
            listed = campaigns.listed(connection)
        for domain in sorted({each.campaign.sending_domain for each in listed}):
            for record in judged(domain, look_up(domain)):
                is_to_mend = record.standing is DnsRecordStanding.TO_MEND
                words = f"{'to mend: ' if is_to_mend else ''}{record.words}"
                yield Check(
                    f"sender {domain}: {record.name}",
                    is_good=True,
                    words=words,
                    is_advice=is_to_mend,
                )


def _database(settings: Settings) -> str:
    with opened(settings) as digest:
        has_jobs = not isinstance(digest.dispatcher, EmbeddedDispatcher)
        could_have = digest.engine.dialect.name == "postgresql"
        with digest.reading() as connection:
            refuse_other_tables(connection)
            identity = server_identity(connection)
    words = "up to date"
    if has_jobs:
        words += "; emails are shared out as jobs"
    elif could_have:
        words += _WITHOUT_JOBS
    if identity and not (identity.system and identity.timeline):
        words += _IDENTITY_UNKNOWN
    return words


def _secret_key(settings: Settings) -> str:
    from digest.staff.key_needs import (
        faults_in_words,
        needs_in_words,
        standing_in_words,
    )
    from digest.store.staff import secret_keys

    with opened(settings, with_any_key=True) as digest, digest.reading() as connection:
        uses = secret_keys.uses(connection, digest.keys)
        unopened = secret_keys.unopened(connection, digest.keys)
    if faults := faults_in_words(uses, digest.keys, unopened):
        raise SettingsError(faults)
    if any(use.sealed for use in uses if not use.is_newest):
        rotation = ". Seal with the newest: digest secret-key rotate"
    else:
        rotation = ""
    words = (
        f"{standing_in_words(use)} {use.key_id}"
        + ("" if use.is_newest else f": needed by {needs_in_words(use, zone)}")
        for zone in [settings.timezone]
        for use in uses
    )
    return "; ".join(words) + rotation


def _mail_server(settings: Settings) -> str:
    if settings.smtp_url is None:
        return "the built-in inbox: nothing leaves this machine"
    from digest.deliver.smtp.connect import SmtpCarrier
    from digest.deliver.smtp.mail_server import SmtpServer, SmtpTimeouts

    # A person waits for it; some servers greet nobody within the first ten seconds.
    patience = SmtpTimeouts(connect=20, command=30)
    answered, faults = list[str](), list[str]()
    for server in SmtpServer.parse_all(settings.smtp_url.get_secret_value()):
        try:
            asyncio.run(_greet(SmtpCarrier(server, patience)))
            answered.append(f"{server} answers")
        except CarrierError as problem:
            faults.append(str(problem))
    words = "; ".join([*answered, *faults])
    if faults:
        raise CarrierError(words)
    return f"{words}; {settings.mode} mode"


def _mailbox(settings: Settings) -> str:
    if settings.mailbox is None:
        return "none is set: bounces are not heard unless digest bounces ingest is run"
    from digest.deliver.returns.imap_mailbox import ImapMailbox
    from digest.deliver.returns.mailbox_url import ImapAddress

    place = settings.mailbox.place
    if isinstance(place, ImapAddress):
        with ImapMailbox.opened(place):
            return f"{place} can be read"
    if not (place.path / "new").is_dir():
        raise MailboxError(f"{place} is no Maildir that can be read")
    return f"{place} can be read"


def _operators(settings: Settings) -> str:
    if not settings.operators:
        return "nobody is told by mail of what breaks: set DIGEST_OPERATORS"
    return f"{', '.join(settings.operators)} are told by mail of what breaks"


async def _greet(carrier: Carrier) -> None:
    connection = await carrier.open()
    await connection.close()


def _family(name: str, words: str) -> Callable[[Settings], str]:
    def check(settings: Settings) -> str:
        from digest.render.families import family_of
        from digest.render.options import RenderOptions

        options = RenderOptions(_NOW, settings.templates_dir)
        for fmt in FORMATS.values():
            if fmt.family == name:
                family_of(fmt).make(_sample(fmt), options)
        return words

    return check


def _web(settings: Settings) -> str:
    from digest.render.templates import environment

    templates = environment(settings.templates_dir, "web")
    for name in templates.list_templates(extensions=["html"]):
        templates.get_template(name)
    return "every page can be made"


_NOW = datetime(2026, 7, 6, 16, 0, tzinfo=UTC)


def _sample(fmt: Format) -> Variant:
    campaign = Campaign(
        name="check",
        title="Check",
        sender_name="Check",
        sender_address="check@example.org",
        lists=("check",),
        timezone="Europe/London",
        sources=(),
        schedules=(Schedule("daily", weekly(time(16))),),
        letter=LetterHead(sender=("Check", "1 Example Street")),
    )
    post = Post(
        "one", "A title", (Paragraph((TextSpan("Some words."),)),), summary="Some."
    )
    return Variant("check", campaign, _NOW, (post,), fmt, "en-GB")
