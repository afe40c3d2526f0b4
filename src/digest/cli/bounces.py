"""digest bounces: reports of mail that came back, and complaints."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, DryRun, Now, as_json, instant, result, talk

app = typer.Typer(help="Bounces: reports of mail that came back, and complaints.")


@app.callback()
def _noun() -> None:
    """Keep `ingest` a verb of its own, though it is the only one."""


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
    """Take in reports of mail that came back; each counts once."""
    from digest.bootstrap import open_app
    from digest.deliver.returns.bounces import ReturnState

    with open_app(instant(now)) as digest:
        report = digest.bounces.ingest(paths, digest.now(), dry_run=dry_run)
    if json:
        as_json([asdict(mail) for mail in report.mails])
    else:
        counts = (f"{report.count(state)} {state}" for state in ReturnState)
        result(", ".join(counts))
        for mail in report.mails:
            if mail.standing is not ReturnState.SEEN:
                about = f"copy {mail.copy}: " if mail.copy else ""
                is_last = mail.is_suppressed
                end = "; nothing more is sent to that address" if is_last else ""
                talk(f"  {mail.name}: {mail.standing}: {about}{mail.words}{end}")
    if dry_run:
        talk("a dry run: nothing was stored")
    if report.count(ReturnState.UNREAD):
        sys.exit(1)
