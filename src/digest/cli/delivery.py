"""digest deliveries: every person, channel, state and reason."""

from dataclasses import asdict
from typing import Annotated

import typer

from digest.cli.options import AsJson, as_json, result, table

_SETTLED = ("resend", "accepted")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("deliveries")(deliveries)


def deliveries(
    what: Annotated[str, typer.Argument(metavar="EDITION-ID|settle")],
    copy: Annotated[str, typer.Argument(metavar="[ID", show_default=False)] = "",
    how: Annotated[
        str, typer.Argument(metavar="resend|accepted]", show_default=False)
    ] = "",
    *,
    state: Annotated[str | None, typer.Option(help="Only those in this state.")] = None,
    json: AsJson = False,
) -> None:
    """List what became of every reader of an edition, or settle an uncertain copy.

    An uncertain copy (digest deliveries settle 12-34 resend) was handed over and
    never answered for: say resend, or that it was accepted.
    """
    if what == "settle":
        _settle(copy, how)
        return
    if not what.isdigit() or copy:
        raise typer.BadParameter(
            "give an edition's number, or settle ID resend|accepted"
        )
    from digest.bootstrap import open_app

    with open_app() as digest:
        found = digest.deliveries(int(what), state)
    if json:
        as_json([asdict(one) for one in found])
        return
    table(
        ("id", "name", "channel", "state", "reason"),
        [(one.id, one.name, one.channel, one.state, one.reason) for one in found],
    )


def _settle(copy: str, how: str) -> None:
    edition, dash, reader = copy.partition("-")
    if not (dash and edition.isdigit() and reader.isdigit() and how in _SETTLED):
        raise typer.BadParameter(
            "write: digest deliveries settle 12-34 resend|accepted"
        )
    from digest.bootstrap import open_app

    with open_app() as digest:
        digest.settle(int(edition), int(reader), resend=how == "resend")
    result(f"{copy}: {'will be sent again' if how == 'resend' else 'accepted'}")
