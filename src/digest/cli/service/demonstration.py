"""digest demo: a sample week's whole journey, to an inbox and an envelope."""

import shutil
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from digest.audience.lists.importing import ListImport
from digest.bootstrap import App, opened
from digest.cli.service.serving import listening, serve_pages
from digest.cli.service.working import work_until_done
from digest.errors import DigestError, SettingsError
from digest.installing import DEMO_MARK
from digest.model.campaigns.web_access import WebAccess
from digest.model.staff_words import counted
from digest.sample import texts, week
from digest.sample.feed_server import serving
from digest.schedule.campaign_files import apply_file
from digest.schedule.editions import publishing
from digest.settings import Settings
from digest.staff import entrance
from digest.store.campaigns import campaigns
from digest.store.editions.editions import Edition
from digest.store.holds import mark_file
from digest.store.people import subscriptions
from digest.store.reports.editions import edition_copies, listed_copies, unserved

Talk = Callable[[str], None]
_OURS = (
    "digest.db",
    "digest.db-wal",
    "digest.db-shm",
    "secret-key",
    mark_file.NAME,
    DEMO_MARK,
)
_OUR_FOLDERS = ("inbox", "print", "sample")


@dataclass(frozen=True, slots=True)
class ArrivedCopies:
    """How many copies should have arrived, and how many did."""

    emails: int
    in_inbox: int
    letters: int
    in_batch: int

    @property
    def everyone(self) -> bool:
        """Whether every copy is where it should be."""
        sent = self.emails > 0 and self.emails == self.in_inbox
        return sent and self.letters > 0 and self.letters == self.in_batch


def run_demo(folder: Path, *, once: bool, port: int, talk: Talk) -> bool:
    """Gather, send and print the sample week; return whether every copy arrived.

    Everything is kept in `folder`, where an earlier demo is cleared away;
    nothing leaves this machine, whatever the settings say. Unless `once`, the
    pages are served until stopped. Raises DigestError.
    """
    with nullcontext() if once else listening("127.0.0.1", port) as listener:
        _clear(folder)
        settings = Settings(
            data_dir=folder,
            base_url=f"http://localhost:{port}",
            fetch_allow=WebAccess.parse("127.0.0.1"),  # where the sample's feed is
        )
        with opened(settings, migrating=True) as digest:
            arrivals = _journey(digest, folder, talk)
            if not arrivals.everyone:
                talk(f"NOT everything arrived: {arrivals}")
            if listener:
                talk(f"\nOpen http://localhost:{port}/desk (stop with Ctrl+C)")
                _tell_way_in(digest, talk)
                serve_pages(digest, listener)
            return arrivals.everyone


def _tell_way_in(digest: App, talk: Talk) -> None:
    with digest.writing() as connection:
        link = entrance.first_link(connection, digest.now())
    if link is not None:
        address = digest.links.account_url(link)
        talk(f"To change anything there, make yourself an account: {address}")


def _journey(digest: App, folder: Path, talk: Talk) -> ArrivedCopies:
    now = datetime.now(UTC)
    with serving(now) as feed_url:
        talk("1. A sample campaign: an invented week, as a feed and a folder")
        file = week.write(folder / "sample", feed_url, now)
        apply_file(digest.engine, file, digest.settings.timezone, now)
        talk("2. Its readers, from a list")
        readers = ListImport(digest.engine, week.LIST, digest.hasher)
        report = readers.run(texts.readers(), now)
        talk(f"   {report.added} readers added, {report.refused} rows refused")
        talk("3. Gather what is new")
        name = week.CAMPAIGN
        reports = publishing.gather_named(digest.engine, digest.fetcher, name, now)
        for source in reports[name]:
            talk(f"   {source.source}: {source.new} new, {len(source.skipped)} skipped")
            if source.failed:
                raise DigestError(source.failed)
        talk("4. Today's edition")
        edition = publishing.publish(digest.engine, name, None, now)
        for fault in digest.renditions.make_all(edition.id):
            raise DigestError(fault)
        talk(f"   edition {edition.id}: {edition.state}")
    talk("5. Send the emails over SMTP to the built-in inbox, and print the letters")
    worked = work_until_done(digest, threading.Event())
    for line in worked.lines(digest.settings.data_dir):
        talk(f"   {line}")
    return _arrivals(digest, edition, talk)


def _arrivals(digest: App, edition: Edition, talk: Talk) -> ArrivedCopies:
    with digest.reading() as connection:
        listed = listed_copies.listed(connection, edition.id)
        batches = edition_copies.print_batches(connection, edition.id)
        missing = unserved.not_served(connection, edition.id)
    for person in missing:
        talk(f"   NOT served: {person.name}: {person.reason}")
    for number, state, path in batches:
        talk(f"   print batch {number}, {state}: {digest.settings.data_dir / path}")
    talk(f"   the inbox holds {len(digest.inbox)} messages: /inbox")
    by_phone = sum(copy.channel == "phone" for copy in listed)
    talk(f"   {counted(by_phone, 'call', 'calls')} to make: /post/calls")
    by_post = [copy for copy in listed if copy.channel == "post"]
    return ArrivedCopies(
        emails=sum(copy.channel == "email" for copy in listed),
        in_inbox=len(digest.inbox),
        letters=len(by_post),
        in_batch=sum(copy.state == "accepted" for copy in by_post),
    )


def _is_a_demos(folder: Path) -> bool:
    """Whether nothing but a demo's own things are in the folder's database."""
    if not (folder / DEMO_MARK).exists():
        return False
    with (
        opened(Settings(data_dir=folder), migrating=True) as digest,
        digest.reading() as connection,
    ):
        names = {stored.campaign.name for stored in campaigns.listed(connection)}
        lists = set(subscriptions.names(connection))
    return names <= {week.CAMPAIGN} and lists <= {week.LIST}


def _clear(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / "digest.db").exists() and not _is_a_demos(folder):
            raise SettingsError(
                f"{folder} holds a database that is no demo's: "
                "choose another folder with --dir"
            )
        for name in _OUR_FOLDERS:
            if (folder / DEMO_MARK).exists():
                shutil.rmtree(folder / name, ignore_errors=True)
        for name in _OURS:
            (folder / name).unlink(missing_ok=True)
        (folder / DEMO_MARK).touch()
    except OSError as problem:
        raise SettingsError(
            f"{folder} cannot be used ({problem.strerror}): choose another with --dir"
        ) from problem
