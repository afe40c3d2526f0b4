"""digest webhook: other systems are told what happens, signed."""

from dataclasses import asdict
from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, as_json, result, table, talk
from digest.model.webhooks import WebhookKind

app = typer.Typer(help="Webhooks: what other systems are told, and what came of it.")
WebhookName = Annotated[str, typer.Argument(metavar="NAME", help="Which system.")]
_KINDS = "; ".join(f"{kind}: {kind.words}" for kind in WebhookKind)
_KEEP = "it is shown this once: put it where that system keeps its secrets"
_LOG = 50


@app.command()
def create(
    name: WebhookName,
    url: Annotated[str, typer.Argument(metavar="URL")],
    kind: Annotated[
        list[WebhookKind] | None,
        typer.Option(help=f"What it is told, once for each; all unless said. {_KINDS}"),
    ] = None,
) -> None:
    """Have a system be told what happens; its secret is shown this once."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        kinds = tuple(kind or WebhookKind)
        secret = digest.webhooks.create(name, url, kinds, digest.now())
    result(secret)
    talk(_KEEP)


@app.command("list")
def list_all(*, json: AsJson = False) -> None:
    """List the webhooks by name: where to, what, and how they stand."""
    from digest.bootstrap import open_app
    from digest.store.webhooks import endpoints

    with open_app() as digest, digest.reading() as connection:
        every = endpoints.listed(connection)
    if json:
        hidden = ("secret", "secret_before")
        rows = [asdict(each) | {"state": each.state} for each in every]
        as_json([{k: v for k, v in row.items() if k not in hidden} for row in rows])
        return
    table(
        ("name", "address", "tells", "state"),
        [(each.name, each.url, ", ".join(each.kinds), each.state) for each in every],
    )


@app.command()
def log(name: WebhookName, *, json: AsJson = False) -> None:
    """List what it was told or is to be told, the latest first, with its answers."""
    from digest.bootstrap import open_app
    from digest.store.webhooks import endpoints, outbox

    with open_app() as digest, digest.reading() as connection:
        endpoint = endpoints.by_name(connection, name)
        messages = outbox.log(connection, endpoint.id, _LOG)
    if json:
        as_json([asdict(each) for each in messages])
        return
    table(
        ("message", "happened", "what", "state", "attempts", "answer"),
        [
            (
                each.id,
                f"{each.happened_at:%Y-%m-%d %H:%M} UTC",
                each.kind,
                each.state,
                each.attempts,
                each.answer,
            )
            for each in messages
        ],
    )


@app.command()
def replay(
    name: WebhookName,
    message: Annotated[
        int | None,
        typer.Argument(metavar="[MESSAGE]", help="All that were given up, unless one."),
    ] = None,
) -> None:
    """Tell a message once more, under the id that it had."""
    from digest.bootstrap import open_app
    from digest.store.webhooks import endpoints, outbox

    with open_app() as digest, digest.writing() as connection:
        endpoint = endpoints.by_name(connection, name)
        count = outbox.replay(connection, endpoint.id, digest.now(), message_id=message)
    result(f"{name}: {count} to be told once more")


@app.command()
def rotate(name: WebhookName) -> None:
    """Give it another secret; messages are signed with both for a day."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        secret = digest.webhooks.rotate(name, digest.now())
    result(secret)
    talk(_KEEP)


@app.command()
def resume(name: WebhookName) -> None:
    """Begin again with one that was paused since it took nothing for days."""
    from digest.bootstrap import open_app
    from digest.store.webhooks import endpoints

    with open_app() as digest, digest.writing() as connection:
        endpoint = endpoints.by_name(connection, name)
        is_resumed = endpoints.resume(connection, endpoint, digest.now())
    result(f"{name}: {'it is told again' if is_resumed else 'was not paused'}")


@app.command()
def end(name: WebhookName) -> None:
    """Tell it nothing any more; its log stays."""
    from digest.bootstrap import open_app
    from digest.store.webhooks import endpoints

    with open_app() as digest, digest.writing() as connection:
        endpoint = endpoints.by_name(connection, name)
        is_ended = endpoints.end(connection, endpoint, digest.now())
    result(f"{name}: {'ended' if is_ended else 'was ended already'}")
