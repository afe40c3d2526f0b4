"""Options that many commands share, and how results and talk are written."""

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would happen and do nothing.")
]
Now = Annotated[
    str | None,
    typer.Option(
        "--now", metavar="INSTANT", help="Act as if it were this ISO 8601 instant."
    ),
]
CampaignName = Annotated[str, typer.Argument(metavar="CAMPAIGN")]
Who = Annotated[
    str,
    typer.Argument(
        metavar="WHO",
        help="An email address, a name, a number or a letter's reference.",
    ),
]
PostId = Annotated[int, typer.Argument(metavar="ID")]
EditionId = Annotated[int, typer.Argument(metavar="EDITION-ID")]
ScheduleName = Annotated[
    str | None, typer.Option("--schedule", help="Which of its schedules.")
]


def instant(text: str | None) -> datetime | None:
    """Return the instant that --now gives. A wrong one is a usage error."""
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as problem:
        raise typer.BadParameter(
            "write an ISO 8601 instant: 2026-07-06T16:00:00+01:00", param_hint="--now"
        ) from problem
    if parsed.tzinfo is None:
        raise typer.BadParameter(
            "add a UTC offset: 2026-07-06T16:00:00+01:00", param_hint="--now"
        )
    return parsed


def result(text: str) -> None:
    """Write a result: the part a program may read, on stdout."""
    sys.stdout.write(f"{text}\n")


def as_json(value: Any) -> None:
    """Write a result as JSON; instants as ISO 8601."""
    result(json.dumps(value, ensure_ascii=False, indent=2, default=_in_json))


def _in_json(value: object) -> str:
    return value.isoformat() if isinstance(value, date | time) else str(value)


def talk(text: str) -> None:
    """Say something to the person at the keyboard, on stderr."""
    sys.stderr.write(f"{text}\n")


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write rows under heads, in columns as wide as their widest cell."""
    columns([heads, *rows])


def columns(rows: Sequence[Sequence[object]]) -> None:
    """Write rows, in columns as wide as their widest cell."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        line = "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True))
        result(line.rstrip())
