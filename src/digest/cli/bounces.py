"""digest bounces: what comes back by mail, and what is made of it."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.options import AsJson, DryRun, Now, as_json, instant, result, talk

if TYPE_CHECKING:
    from digest.deliver.returns.mail_intake import IngestReport

app = typer.Typer(help="Mail that comes back: bounces, complaints, replies, leaving.")


@app.command()
def ingest(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Files, mboxes or Maildirs."),
    ],
    *,
    dry_run: DryRun = False,
    json: AsJson = False,
    now: Now = None,
) -> None:
    """Take in mail that came back, of these places; each counts once."""
    from digest.bootstrap import open_app
    from digest.model.delivery.incoming_mail import IncomingState

    with open_app(instant(now)) as digest:
        report = digest.mail_intake.ingest(paths, digest.now(), dry_run=dry_run)
    if json:
        as_json([asdict(mail) for mail in report.mails])
    else:
        _tell(report)
    if dry_run:
        talk("a dry run: nothing was stored")
    if report.count(IncomingState.UNREAD):
        sys.exit(1)


@app.command()
def look(*, json: AsJson = False, now: Now = None) -> None:
    """Look into the mailbox of DIGEST_MAILBOX_URL now, and pass on what readers write.

    digest serve and digest work do so by themselves.
    """
    from digest.bootstrap import open_app
    from digest.deliver.returns.mail_intake import IngestReport
    from digest.errors import SettingsError

    with open_app(instant(now)) as digest:
        if digest.mailbox_watch is None:
            raise SettingsError(
                "no mailbox is set: set DIGEST_MAILBOX_URL, for example "
                "imaps://user:password@mail.example.org/INBOX"
            )
        report = IngestReport(digest.mailbox_watch.look(at_once=True) or [])
        passed_on = digest.reply_forwarder.send_due(digest.now())
    if json:
        as_json([asdict(mail) for mail in report.mails])
    else:
        _tell(report)
        talk(f"  {passed_on} passed on to the campaigns' people")


@app.command("list")
def listed(
    *,
    most: Annotated[int, typer.Option("--most", min=1, max=1000)] = 20,
    json: AsJson = False,
) -> None:
    """List what came in last, by whichever door, and what was made of each."""
    from digest.bootstrap import open_app
    from digest.model.staff_words import moment_in_words
    from digest.store.delivery.incoming import incoming_mail

    with open_app() as digest:
        with digest.reading() as connection:
            entries = incoming_mail.listed(connection, most)
        zone = digest.settings.timezone
    if json:
        as_json([asdict(entry) for entry in entries])
        return
    for entry in entries:
        waits = f"; waits to be passed on: {entry.failure}" if entry.failure else ""
        end = ", passed on" if entry.forwarded_at else ""
        at = moment_in_words(entry.received_at, zone)
        result(
            f"{entry.id}: {at}, {entry.door}: {entry.state}{end}: {entry.words}{waits}"
        )
    if not entries:
        talk("nothing has come in yet")


@app.command()
def show(number: Annotated[int, typer.Argument(min=1)]) -> None:
    """Print an email that is kept here: a reply that waits, or what a program wrote.

    The number is the first that `digest bounces list` gives.
    """
    from digest.bootstrap import open_app
    from digest.errors import NotFound
    from digest.store.delivery.incoming import incoming_mail

    with open_app() as digest, digest.reading() as connection:
        content = incoming_mail.content_of(connection, number)
    if content is None:
        raise NotFound(f"no email of the number {number} is kept here")
    sys.stdout.buffer.write(content)


def _tell(report: "IngestReport") -> None:
    """Say what became of each email, and how many came to what."""
    from digest.model.delivery.incoming_mail import IncomingState

    counts = (f"{report.count(state)} {state}" for state in IncomingState)
    result(", ".join(counts))
    for mail in report.mails:
        if mail.standing is not IncomingState.SEEN:
            about = f"copy {mail.copy}: " if mail.copy else ""
            is_last = mail.is_suppressed
            end = "; nothing more is sent to that address" if is_last else ""
            talk(f"  {mail.name}: {mail.standing}: {about}{mail.words}{end}")
