"""digest preview: an edition in any format, before or after it goes out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.parts.options import ScheduleName, talk
from digest.model.editions.rendition import UNPRINTED
from digest.model.formats import preview_named


def _preview_name(name: str) -> str:
    try:
        return preview_named(name)[1].name
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(preview)


def preview(  # noqa: PLR0913 - an option each
    what: Annotated[str, typer.Argument(metavar="CAMPAIGN|EDITION-ID")],
    fmt: Annotated[
        str, typer.Option("--format", metavar="F", parser=_preview_name)
    ] = "text",
    output: Annotated[Path | None, typer.Option("-o", help="Write it here.")] = None,
    who: Annotated[
        str | None, typer.Option("--as", metavar="SUBSCRIBER", help="As they get it.")
    ] = None,
    *,
    schedule: ScheduleName = None,
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="As its readers get it.")
    ] = None,
) -> None:
    """Show the open edition of a campaign, or an edition, in one format.

    Formats: html, text, eml, letter, large-print. Made-up languages, to look for
    words that cannot be translated: en-XA (accented), ar-XB (right to left).
    """
    from digest.bootstrap import open_app

    with open_app() as digest:
        reader = digest.subscriber_id(who) if who else None
        document = digest.previews.of(what, schedule, fmt, reader, language)
    for words in document.facts.get(UNPRINTED, ()):
        talk(f"letters: {words}")
    if output is None:
        sys.stdout.buffer.write(document.content)
        return
    output.write_bytes(document.content)
    talk(f"{output}: {len(document.content)} bytes")
