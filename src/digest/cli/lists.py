"""digest list: mailing lists."""

from dataclasses import asdict
from typing import Annotated

import typer

from digest.cli.options import AsJson, as_json, result

app = typer.Typer(help="Mailing lists: what people subscribe to.")
Name = Annotated[str, typer.Argument(metavar="NAME")]


@app.command()
def create(name: Name) -> None:
    """Make a mailing list; one that is there already is left as it is."""
    from digest.bootstrap import open_app
    from digest.store import subscriptions

    with open_app() as digest, digest.writing() as connection:
        subscriptions.make_list(connection, name, digest.now())
    result(f"{name}: ready")


@app.command()
def show(name: Name, *, json: AsJson = False) -> None:
    """Show how many people a list has, and how many have left."""
    from digest.bootstrap import open_app
    from digest.errors import NotFound
    from digest.store import subscriptions

    with open_app() as digest, digest.reading() as connection:
        found = {one.name: one for one in subscriptions.lists(connection)}
    if name not in found:
        there = ", ".join(found) or "none yet"
        raise NotFound(f'no mailing list is called "{name}"; there are: {there}')
    size = found[name]
    if json:
        as_json(asdict(size))
    else:
        result(f"{name}: {size.subscribed} subscribed, {size.left} have left")
