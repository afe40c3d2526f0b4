"""digest list: mailing lists."""

from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, Who, as_json, result, table
from digest.errors import NotFound

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


@app.command("list")
def show_all(*, json: AsJson = False) -> None:
    """List every mailing list: how many are on it, and how many have left."""
    from digest.bootstrap import open_app
    from digest.store.people.lists import mailing_lists

    with open_app() as digest, digest.reading() as connection:
        rows = mailing_lists.counted(connection)
    if json:
        as_json(
            [
                {
                    "id": row.id,
                    "name": row.name,
                    "subscribed": row.subscribed,
                    "left": row.unsubscribed,
                }
                for row in rows
            ]
        )
    elif rows:
        cells = [(row.name, row.subscribed, row.unsubscribed) for row in rows]
        table(("list", "on it", "have left"), cells)
    else:
        result("no list yet: digest list create NAME")


@app.command()
def remove(name: Name, who: Who) -> None:
    """Take somebody off a mailing list; leaving a campaign is subscribers leave."""
    from digest.audience.subject_access import find
    from digest.bootstrap import open_app
    from digest.store.people import subscriptions

    with open_app() as digest, digest.writing() as connection:
        list_id = subscriptions.list_id(connection, name)
        if list_id is None:
            raise NotFound(f"there is no list called {name}")
        person, now = find(connection, who), digest.now()
        reason = subscriptions.TAKEN_OFF
        ended = subscriptions.end(connection, person.id, [list_id], reason, now)
    result(f"{name}: number {person.id} {'is' if ended else 'was'} no longer on it")


@app.command()
def show(name: Name, *, json: AsJson = False) -> None:
    """Show how many people a list has, and how many have left."""
    from digest.bootstrap import open_app
    from digest.store.reports import overview

    with open_app() as digest, digest.reading() as connection:
        counts = overview.list_counts(connection, name)
        made_at = overview.list_made_at(connection, name)
    if json:
        as_json({"name": name, **counts, "made_at": made_at})
    else:
        result(f"{name}: {counts['subscribed']} subscribed, {counts['left']} have left")
