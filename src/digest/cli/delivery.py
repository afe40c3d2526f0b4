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

    An uncertain copy (digest deliveries settle 34.12 resend) was handed over and
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
    from digest.store import copies, editions

    with open_app() as digest, digest.reading() as connection:
        editions.get(connection, int(what))
        found = copies.listed(connection, int(what), [state] if state else [])
    if json:
        as_json([asdict(one) | {"id": str(one.key)} for one in found])
        return
    table(
        ("id", "name", "channel", "state", "reason"),
        [
            (one.key, one.name, one.channel or "-", one.state, one.reason)
            for one in found
        ],
    )


def _settle(copy: str, how: str) -> None:
    if how not in _SETTLED:
        raise typer.BadParameter("write: digest deliveries settle ID resend|accepted")
    from digest.bootstrap import open_app
    from digest.errors import NotFound
    from digest.model.deliveries import DeliveryState
    from digest.store.deliveries import DeliveryKey
    from digest.store.send_batches import settle_uncertain

    key = DeliveryKey.parse(copy)
    to = DeliveryState.PLANNED if how == "resend" else DeliveryState.ACCEPTED
    with open_app() as digest, digest.writing() as connection:
        if not settle_uncertain(connection, key, to, digest.now()):
            raise NotFound(
                f"{copy} is not uncertain; see: digest deliveries {key.edition_id}"
            )
    result(f"{copy}: {'will be sent again' if how == 'resend' else 'accepted'}")
