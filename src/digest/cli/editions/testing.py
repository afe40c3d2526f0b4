"""digest test: an edition sent to staff, to look at in their own inbox."""

import sys
from typing import Annotated

import typer

from digest.cli.parts.options import ScheduleName, result
from digest.model.formats import HTML, Format, named


def _email_format(name: str) -> Format:
    try:
        fmt = named(name)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem
    if fmt.family != HTML.family:
        raise typer.BadParameter(
            f"a test goes by email, and a {fmt.words} does not: write html or plain"
        )
    return fmt


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("test")(send_test)


def send_test(  # noqa: PLR0913 - an option each
    what: Annotated[
        str,
        typer.Argument(
            metavar="CAMPAIGN|EDITION-ID",
            help="A campaign, for its open edition, or any edition.",
        ),
    ],
    to: Annotated[
        list[str],
        typer.Option(
            "--to", metavar="ADDRESS", help="One of staff; may be said again."
        ),
    ],
    who: Annotated[
        str | None, typer.Option("--as", metavar="SUBSCRIBER", help="As they get it.")
    ] = None,
    fmt: Annotated[
        Format | None,
        typer.Option(
            "--format", metavar="F", parser=_email_format, help="html, or plain."
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="As its readers get it.")
    ] = None,
    *,
    schedule: ScheduleName = None,
) -> None:
    """Send an edition to staff, marked as a test: it touches no record of readers.

    In practice mode it goes to the built-in inbox, but for the allow list.
    """
    from digest.bootstrap import open_app
    from digest.schedule.editions.proofs.testing import EditionTest

    with open_app() as digest:
        reader = digest.subscriber_id(who) if who else None
        edition = EditionTest(what, schedule, fmt or HTML, reader, language)
        sent = digest.edition_tests.send(edition, to, digest.now())
    for each in sent:
        result(f"{each.words[0].upper()}{each.words[1:]}")
    if any(each.why_not for each in sent):
        sys.exit(1)
