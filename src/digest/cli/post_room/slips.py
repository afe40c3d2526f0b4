"""digest slips: reply slips that came back, and what was ticked on them."""

from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, as_json, result, table, talk
from digest.model.formats import SERVED

app = typer.Typer(help="Reply slips that came back: who sent one, and what they asked.")
_FORMATS = {fmt.name: fmt for fmt in SERVED}
Reference = Annotated[
    str,
    typer.Argument(
        metavar="REFERENCE", help="At the foot of the slip, or as a scanner reads it."
    ),
]


@app.command()
def show(reference: Reference, *, json: AsJson = False) -> None:
    """Show who sent a slip; changes nothing."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        who = digest.reply_slips.sender(reference)
    row = {
        "reference": str(who.key),
        "person": who.person_id,
        "name": who.name,
        "campaign": who.campaign,
        "format": who.format.name if who.format else None,
    }
    if json:
        as_json(row)
    else:
        table(tuple(row), [[value or "" for value in row.values()]])


@app.command("format")
def change_format(
    reference: Reference,
    wanted: Annotated[
        str, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(_FORMATS)}.")
    ],
) -> None:
    """Have them get what comes next in FORMAT: bigger print, a call, an email."""
    from digest.bootstrap import open_app
    from digest.model.names import unknown

    if wanted not in _FORMATS:
        raise typer.BadParameter(
            unknown("format", wanted, _FORMATS), param_hint="FORMAT"
        )
    with open_app() as digest:
        who = digest.reply_slips.change_format(reference, _FORMATS[wanted])
    result(f"{who.name}: {_FORMATS[wanted].words} from now on, as the slip says")


@app.command()
def stop(reference: Reference) -> None:
    """Have them leave the letter's campaign, as told by letter."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        who = digest.reply_slips.sender(reference)
        has_left = digest.reply_slips.stop(reference)
    done = "has left" if has_left else "had left before"
    result(f"{who.name}: {done} {who.campaign_title}")
    if has_left:
        talk(f"to take it back: digest slips stay {who.key}")


@app.command()
def stay(reference: Reference) -> None:
    """Have them stay after all: it was another's slip, or another tick."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        who = digest.reply_slips.sender(reference)
        stays = digest.reply_slips.stay(reference)
    done = "stays with" if stays else "nothing was changed: had not left"
    result(f"{who.name}: {done} {who.campaign_title}")
