"""digest preview: an edition in any form, before or after it goes out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.parts.options import ScheduleName, talk
from digest.model.editions.formats import PreviewKind


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(preview)


def preview(
    what: Annotated[str, typer.Argument(metavar="CAMPAIGN|EDITION-ID")],
    form: Annotated[
        PreviewKind, typer.Option("--format", metavar="F")
    ] = PreviewKind.TEXT,
    output: Annotated[Path | None, typer.Option("-o", help="Write it here.")] = None,
    who: Annotated[
        str | None, typer.Option("--as", metavar="SUBSCRIBER", help="As they get it.")
    ] = None,
    *,
    schedule: ScheduleName = None,
) -> None:
    """Show the open edition of a campaign, or an edition, in one form.

    Forms: html, text, eml, letter, large-print.
    """
    from digest.bootstrap import open_app
    from digest.schedule.editions.previews import SAMPLE

    with open_app() as digest:
        reader = digest.addressee(who) if who else SAMPLE
        content = (
            digest.previews.edition(int(what), form, reader)
            if what.isdigit()
            else digest.previews.draft(what, schedule, form, reader)
        )
    if output is None:
        sys.stdout.buffer.write(content)
        return
    output.write_bytes(content)
    talk(f"{output}: {len(content)} bytes")
