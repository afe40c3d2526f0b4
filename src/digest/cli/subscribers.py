"""digest subscribers: people on mailing lists."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, DryRun, as_json, result, talk

app = typer.Typer(help="Subscribers: import, export, show, erase, suppress.")
Who = Annotated[
    str, typer.Argument(metavar="WHO", help="An email address, a name or a number.")
]


@app.command("import")
def import_lists(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    list_name: Annotated[str, typer.Option("--list", metavar="NAME")],
    *,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Take CSV files into a mailing list; the same file twice changes nothing."""
    from digest.audience.lists.importing import ListImport
    from digest.bootstrap import open_app

    with open_app() as digest:
        list_import = ListImport(digest.engine, list_name, digest.hasher, dry_run)
        reports = [list_import.run(path, digest.now()) for path in files]
    if json:
        as_json([report.as_json() for report in reports])
    for report in reports:
        if not json:
            result(
                f"{report.file}: {report.added} added, {report.updated} updated, "
                f"{report.unchanged} unchanged, {report.refused} refused, "
                f"{len(report.not_brought_back)} not brought back"
            )
        for problem in [*report.problems, *report.not_brought_back]:
            talk(
                f"  line {problem.line}, {problem.column}: "
                f"{problem.wrong}; {problem.do}"
            )
    if dry_run:
        talk("a dry run: nothing was stored")
    if any(report.refused for report in reports):
        sys.exit(1)


@app.command("export")
def export_list(
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="Only this list.")
    ] = None,
) -> None:
    """Write subscribers as CSV, fit to be imported again."""
    from digest.audience.lists.exporting import export
    from digest.bootstrap import open_app

    with open_app() as digest:
        count = export(digest.engine, sys.stdout, list_name)
    talk(f"{count} subscribers; this is personal data: keep it safe, then delete it")


@app.command()
def show(who: Who) -> None:
    """Show everything that is held about somebody, as JSON."""
    from digest.audience.subject_access import everything
    from digest.bootstrap import open_app

    with open_app() as digest, digest.reading() as connection:
        as_json(everything(connection, digest.hasher, who))


@app.command()
def erase(who: Who) -> None:
    """Erase somebody's personal data; they are never written to again."""
    from digest.audience.erasing import erase as erase_person
    from digest.bootstrap import open_app

    with open_app() as digest:
        erased = erase_person(digest.engine, digest.hasher, who, digest.now())
    result(
        f"number {erased.subscriber_id}: erased; never written to again by "
        f"{', '.join(erased.channels) or 'any channel'}"
    )


@app.command()
def suppress(
    who: Who,
    reason: Annotated[str, typer.Option("--reason", metavar="R")],
) -> None:
    """Stop writing to somebody, whatever list they are on."""
    from digest.audience.suppressing import suppress as suppress_person
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        channels = suppress_person(connection, digest.hasher, who, reason, digest.now())
    result(f"suppressed: nothing more is sent by {', '.join(channels)}")
