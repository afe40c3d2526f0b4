"""digest deliveries: every person, channel, state and reason."""

from dataclasses import asdict
from typing import Annotated

import typer

from digest.cli.options import AsJson, as_json, result, table

app = typer.Typer(
    help="Deliveries: what became of every copy.",
    context_settings={"allow_extra_args": True},
)
