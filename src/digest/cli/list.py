"""digest list: mailing lists."""

from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, as_json, result

app = typer.Typer(help="Mailing lists: what people subscribe to.")
Name = Annotated[str, typer.Argument(metavar="NAME")]


@app.command()
def create(name: Name) -> None:
    """Make a mailing list; one that is there already is left as it is."""
    from digest.bootstrap import open_app
    from digest.store.people import subscriptions

    with open_app() as digest, digest.writing() as connection:
        is_new = subscriptions.create_list(connection, name, digest.now())
    result(f"{name}: {'created' if is_new else 'was there already'}")


@app.command()
def show(name: Name, *, json: AsJson = False) -> None:
    """Show how many people a list has, and how many have left."""
    from digest.bootstrap import open_app
    from digest.store.reports import overview

    with open_app() as digest, digest.reading() as connection:
        counts = overview.list_counts(connection, name)
    if json:
        as_json({"name": name, **counts})
    else:
        result(f"{name}: {counts['subscribed']} subscribed, {counts['left']} have left")
