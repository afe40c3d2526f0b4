"""digest subscribers import, imports, undo-import: files of people, and back."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.options import AsJson, DryRun, as_json, result, table, talk

if TYPE_CHECKING:
    from digest.audience.lists.import_report import ImportReport

ImportId = Annotated[int, typer.Argument(metavar="IMPORT")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import")(import_lists)
    app.command("imports")(show_imports)
    app.command("undo-import")(undo_import)


def import_lists(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    list_name: Annotated[str, typer.Option("--list", metavar="NAME")],
    *,
    is_same: Annotated[
        bool | None,
        typer.Option(
            "--same/--new",
            help="Whether rows that may be of somebody we hold are of that person.",
        ),
    ] = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Take CSV or .xlsx files into a mailing list; a file twice changes nothing."""
    from digest.audience.lists.importing import ListImport
    from digest.audience.lists.journals import CommandJournal
    from digest.bootstrap import open_app

    with open_app() as digest:
        reports = []
        for path in files:
            journal = CommandJournal(path.name, list_name, digest.now())
            list_import = ListImport(
                digest.engine,
                list_name,
                digest.hasher,
                dry_run,
                is_same=is_same,
                journal=journal,
            )
            with _as_text(path) as text:
                reports.append(list_import.run(text, journal.now))
            with digest.writing() as connection:
                journal.end(connection, reports[-1])
    if json:
        as_json([report.as_json() for report in reports])
    for report in reports:
        if not json:
            result(_in_a_line(report))
        _tell(report)
    if dry_run:
        talk("a dry run: nothing was stored")
        if len(files) > 1:
            talk("each file was checked by itself: who is in two counts in both")
    if any(report.refused or report.doubtful for report in reports):
        sys.exit(1)


def show_imports(*, json: AsJson = False) -> None:
    """List the files that came in, the newest first, and how each stands."""
    from digest.bootstrap import open_app
    from digest.store.people.imports import list_imports

    with open_app() as digest, digest.reading() as connection:
        rows = list_imports.latest(connection, _SHOWN)
    if json:
        as_json(
            [
                {
                    "id": row.id,
                    "file": row.file_name,
                    "list": row.list_name,
                    "state": row.state,
                    "by": row.by,
                    "at": row.created_at,
                    **row.counts,
                }
                for row in rows
            ]
        )
        return
    cells = [
        (row.id, row.file_name, row.list_name, row.state, row.by, _at(row.created_at))
        for row in rows
    ]
    table(("import", "file", "list", "state", "by", "at (UTC)"), cells)


def undo_import(import_id: ImportId, *, json: AsJson = False) -> None:
    """Take back what an import added and changed; who has changed since is named."""
    from digest.audience.lists.undoing import ImportUndoing, undo
    from digest.bootstrap import open_app
    from digest.store.people.imports import list_imports

    with open_app() as digest:
        undoing = ImportUndoing(digest.engine, digest.hasher, digest.now)
        counts = undo(undoing, import_id)
        with digest.reading() as connection:
            stay = list_imports.faults(connection, import_id, _SHOWN)
    if json:
        as_json(dict(counts))
    else:
        result(
            f"import {import_id}: {counts.get('removed', 0)} removed, "
            f"{counts.get('restored', 0) + counts.get('renewed', 0)} as before, "
            f"{counts.get('taken off', 0)} taken off the list, "
            f"{counts.get('stay', 0)} left as they are"
        )
    for _, fault in stay:
        talk(f"  number {fault.line}, {fault.wrong}: {fault.do}")


def _in_a_line(report: "ImportReport") -> str:
    return (
        f"{report.file}: {report.added} added, {report.updated} updated, "
        f"{report.unchanged} unchanged, {report.refused} refused, "
        f"{len(report.not_brought_back)} not brought back"
        + (f", {len(report.doubtful)} doubtful" if report.doubtful else "")
        + (
            f"; {report.without_permission} without permission on record"
            if report.without_permission
            else ""
        )
        + (
            f"; {report.restored_phones} with a phone that got its first 0 or + back"
            if report.restored_phones
            else ""
        )
    )


def _tell(report: "ImportReport") -> None:
    from digest.audience.lists.guessing import passed_over

    if report.header_line > 1:
        talk(f"  its columns are named on line {report.header_line}")
    for heading in report.ignored_columns:
        talk(f"  {passed_over(heading)}")
    set_aside = (*report.not_brought_back, *report.doubtful, *report.paused)
    for problem in (*report.problems, *set_aside, *report.restored_phone_rows):
        whose = f" ({problem.name})" if problem.name else ""
        talk(
            f"  line {problem.line}{whose}, {problem.column}: {problem.wrong}; "
            f"{problem.do}"
        )
    if report.unlisted_problems:
        talk(f"  and {report.unlisted_problems:,} more, which are counted alone")
    if unnamed := report.restored_phones - len(report.restored_phone_rows):
        talk(f"  and {unnamed:,} more phones with their first 0 or + back")
    if report.restored_phones:
        talk("  where people live outside the United Kingdom, give the file a country")


# Of imports, or of people who stay, that a command lists.
_SHOWN = 200


def _at(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


@contextmanager
def _as_text(path: Path) -> Iterator[Path]:
    """Yield where a file's text is: a workbook's is made, and gone afterwards."""
    from digest.audience.lists.uploads import is_workbook, text_of

    if not is_workbook(path):
        yield path
        return
    with text_of(path) as text:
        yield text
