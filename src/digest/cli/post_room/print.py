"""digest print: print batches of letters, made, sealed and posted."""

import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, EditionId, as_json, result, table, talk
from digest.model.delivery.label_sheets import LabelSheet
from digest.model.delivery.returned_letters import LetterReturnReason
from digest.model.staff_words import counted

app = typer.Typer(help="Print batches: letters printed and posted together.")
_REASONS = "; ".join(f"{each}: {each.words}" for each in LetterReturnReason)
Reference = Annotated[
    str, typer.Argument(metavar="REFERENCE", help="At the foot of the letter.")
]
BatchId = Annotated[int, typer.Argument(metavar="ID")]


@app.command("list")
def list_all(*, json: AsJson = False) -> None:
    """List the print batches, newest first."""
    from digest.bootstrap import open_app
    from digest.store.delivery.printing import print_batches

    with open_app() as digest, digest.reading() as connection:
        batches = print_batches.listed(connection)
        folder = digest.settings.data_dir
    rows = [
        {
            "id": batch.id,
            "edition": batch.edition_id,
            "state": batch.state.value,
            "letters": batch.files.letters,
            "sheets": batch.files.sheets,
            "file": batch.files.pdf if batch.has_files else "",
            "made_at": batch.made_at,
            "printed_at": batch.printed_at,
            "sealed_at": batch.sealed_at,
            "posted_at": batch.posted_at,
        }
        for batch in batches
    ]
    if json:
        as_json(rows)
    else:
        heads = ("id", "edition", "state", "letters", "sheets", "file")
        for row, batch in zip(rows, batches, strict=True):
            # As a shell opens it, and as somebody said that it stands.
            row["file"] = str(batch.files.below(folder)[0]) if batch.has_files else ""
            if batch.printed_at and not batch.posted_at:
                row["state"] = "printed"
        table(heads, [[row[head] for head in heads] for row in rows])


@app.command()
def make(
    edition_id: EditionId,
    output: Annotated[
        Path | None, typer.Option("-o", metavar="DIR", help="Copy the files here.")
    ] = None,
) -> None:
    """Put the letters of an edition that are in no batch yet into one."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        outcomes = digest.print_room.make_all(edition_id)
        folder = digest.settings.data_dir
    for outcome in outcomes:
        for key, why in outcome.waiting.items():
            talk(f"letter {key} waits: {why}")
    batches = [outcome.batch for outcome in outcomes if outcome.batch]
    if not batches:
        result(f"edition {edition_id}: no letter is left to print")
    for batch in batches:
        files = batch.files.below(folder)
        for path in files if output is None else _copied(files, output):
            result(str(path))
        letters = counted(batch.files.letters, "letter", "letters")
        talk(f"print batch {batch.id}: {letters}")
        talk(f"once it is printed, say: digest print seal {batch.id}")
    if any(outcome.waiting for outcome in outcomes):
        sys.exit(1)


def _copied(files: Iterable[Path], folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for path in files:
        yield Path(shutil.copy2(path, folder))


@app.command()
def seal(batch_id: BatchId) -> None:
    """Close a print batch: it is never made again by itself."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        batch = digest.print_room.seal(batch_id)
    result(f"print batch {batch.id}: {batch.state}")


@app.command()
def printed(
    batch_id: BatchId,
    *,
    undo: Annotated[bool, typer.Option("--undo", help="It was not.")] = False,
) -> None:
    """Say that a batch has been printed, which seals one that is open."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        steps = digest.batch_steps
        batch = (steps.not_printed if undo else steps.printed)(batch_id)
    words = "printed" if batch.printed_at else "to be printed"
    result(f"print batch {batch.id}: {batch.state}, {words}")


@app.command()
def reprint(
    reference: Reference,
    output: Annotated[Path, typer.Option("-o", metavar="FILE", help="The PDF.")],
) -> None:
    """Make a letter of a print batch again, alone: it was spoiled."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        steps = digest.batch_steps
        content = steps.again(steps.batch_of(reference), reference)
    output.write_bytes(content)
    result(str(output))


@app.command()
def labels(
    batch_id: BatchId,
    output: Annotated[Path, typer.Option("-o", metavar="FILE", help="The PDF.")],
    sheet: Annotated[
        LabelSheet, typer.Option("--sheet", help="Which sheets of labels you have.")
    ] = LabelSheet.L7163,
) -> None:
    """Print address labels for a batch's letters, for plain envelopes."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        content = digest.batch_steps.labels(batch_id, sheet)
    output.write_bytes(content)
    result(str(output))


@app.command()
def returned(
    reference: Reference,
    reason: Annotated[
        LetterReturnReason | None,
        typer.Option("--reason", metavar="R", help=_REASONS),
    ] = None,
    *,
    undo: Annotated[bool, typer.Option("--undo", help="It did not.")] = False,
) -> None:
    """Write down that a letter came back, and do what follows."""
    from digest.bootstrap import open_app

    ask = typer.BadParameter("say why it came back with --reason, or --undo")
    if reason is not None and undo:
        raise ask
    with open_app() as digest:
        letters, now = digest.returned_letters, digest.now()
        letters.check(reference)
        if reason is None and not undo:
            raise ask
        if reason is None:
            is_taken_back = letters.take_back(reference, now)
            result("taken back" if is_taken_back else "nothing is on record of it")
            return
        letter = letters.record(reference, reason, now)
    end = "; nothing more is posted there" if letter.is_ended else ""
    result(f"letter {letter.key}: {letter.reason.words}{end}")


@app.command()
def posted(
    batch_id: BatchId,
    *,
    undo: Annotated[bool, typer.Option("--undo", help="It was not.")] = False,
) -> None:
    """Say that a sealed batch has been posted; that can be undone for a day."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        steps = digest.batch_steps
        batch = (steps.not_posted if undo else steps.posted)(batch_id)
    result(f"print batch {batch.id}: {batch.state}")
