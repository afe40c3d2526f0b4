"""digest audit: who did what, when, and what it was before and after."""

from dataclasses import asdict
from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, as_json, result, talk


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(audit)


def audit(
    campaign: Annotated[
        str | None, typer.Option(metavar="NAME", help="What was done to this campaign.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many acts, the newest.")] = 100,
    *,
    json: AsJson = False,
) -> None:
    """Say who did what and when, what it was before and after, the newest first."""
    from digest.bootstrap import open_app
    from digest.store.campaigns import campaigns
    from digest.store.staff.audit import latest

    with open_app() as digest, digest.reading() as connection:
        if campaign is not None:
            campaigns.by_name(connection, campaign)
        entries = latest(connection, limit, campaign)
    if json:
        as_json([asdict(entry) for entry in entries])
        return
    if not entries:
        talk("nothing has been done yet")
    for entry in entries:
        result(entry.line())
