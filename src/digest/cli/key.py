"""digest key: which programs may use the API."""

from dataclasses import asdict
from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, as_json, result, table, talk

app = typer.Typer(help="Keys of programs, for the API: create, list, revoke.")
KeyName = Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is.")]


@app.command()
def create(name: KeyName) -> None:
    """Make a key for a program; it is shown this once."""
    from digest.bootstrap import open_app
    from digest.store.staff import access_keys

    with open_app() as digest, digest.writing() as connection:
        secret = access_keys.create(connection, name, digest.now())
    result(secret)
    talk("keep it where you keep passwords: it is shown this once, and never again")


@app.command("list")
def list_all(*, json: AsJson = False) -> None:
    """List the keys by name; what they are made of is not kept."""
    from digest.bootstrap import open_app
    from digest.store.staff import access_keys

    with open_app() as digest, digest.reading() as connection:
        keys = access_keys.listed(connection)
    if json:
        as_json([asdict(key) for key in keys])
        return
    table(
        ("name", "made", "state"),
        [
            (
                key.name,
                f"{key.created_at:%Y-%m-%d}",
                f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "in use",
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
