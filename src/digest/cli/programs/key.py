"""digest key: which programs may use the API, what for, and until when."""

from dataclasses import asdict
from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, as_json, result, table, talk
from digest.model.roles import SCOPE_WORDS, USUAL_SCOPES, Scope

app = typer.Typer(help="Keys of programs, for the API: create, list, revoke.")
KeyName = Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is.")]
_SCOPES = "; ".join(f"{scope}: {words}" for scope, words in SCOPE_WORDS.items())


@app.command()
def create(
    name: KeyName,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            help="What it is for, once for each; read and write unless said. "
            f"{_SCOPES}."
        ),
    ] = None,
    ends: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help="The day on which it ends; never unless said."
        ),
    ] = None,
) -> None:
    """Make a key for a program; it is shown this once."""
    from digest.bootstrap import open_app
    from digest.staff.key_dates import start_of_day
    from digest.store.staff import access_keys
    from digest.store.staff.access_keys import NewKey

    with open_app() as digest, digest.writing() as connection:
        zone, today = digest.settings.timezone, digest.now()
        ends_at = start_of_day(ends, zone, today) if ends else None
        new = NewKey(name, tuple(scope or USUAL_SCOPES), ends_at)
        secret = access_keys.create(connection, new, today)
    result(secret)
    talk("keep it where you keep passwords: it is shown this once, and never again")


@app.command("list")
def list_all(*, json: AsJson = False) -> None:
    """List the keys by name; what they are made of is not kept."""
    from digest.bootstrap import open_app
    from digest.store.staff import access_keys

    with open_app() as digest, digest.reading() as connection:
        keys, now = access_keys.listed(connection), digest.now()
    if json:
        as_json([asdict(key) for key in keys])
        return
    table(
        ("name", "for", "made", "last used", "state"),
        [
            (
                key.name,
                " and ".join(key.scopes),
                f"{key.created_at:%Y-%m-%d}",
                f"{key.used_at:%Y-%m-%d %H:%M} UTC" if key.used_at else "never",
                key.state(now),
            )
            for key in keys
        ],
    )


@app.command()
def revoke(name: KeyName) -> None:
    """End a key at once."""
    from digest.bootstrap import open_app
    from digest.store.staff import access_keys

    with open_app() as digest, digest.writing() as connection:
        done = access_keys.revoke(connection, name, digest.now())
    result(f"{name}: {'revoked' if done else 'was revoked already'}")
