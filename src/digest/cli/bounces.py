"""digest bounces: reports of mail that came back, and complaints."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.options import AsJson, DryRun, Now, as_json, instant, result, talk

if TYPE_CHECKING:
    from digest.deliver.returns.bounces import IngestedMail

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
        found = digest.bounces.ingest(paths, digest.now(), dry_run=dry_run)
    if json:
        as_json([asdict(one) for one in found.mails])
    else:
        result(", ".join(f"{found.count(one)} {one}" for one in ReturnState))
        told = (one for one in found.mails if one.standing is not ReturnState.SEEN)
        for line in _remarks(told):
            talk(line)
    if dry_run:
        talk("a dry run: nothing was stored")
    if found.count(ReturnState.UNREAD):
        sys.exit(1)


def _remarks(taken: Iterable["IngestedMail"]) -> Iterable[str]:
    for one in taken:
        about = f"copy {one.copy}: " if one.copy else ""
        end = "; nothing more is sent to that address" if one.is_suppressed else ""
        yield f"  {one.name}: {one.standing}: {about}{one.words}{end}"
