"""digest post: the items of a campaign's log."""

from dataclasses import asdict
from typing import Annotated

import typer

from digest.cli.options import AsJson, CampaignName, as_json, result, table

app = typer.Typer(help="Posts and events: hold, release, withdraw.")
PostId = Annotated[int, typer.Argument(metavar="ID")]


@app.command("list")
def list_all(campaign: CampaignName, *, json: AsJson = False) -> None:
    """List a campaign's posts and events, newest first."""
    from digest.bootstrap import open_app
    from digest.store import campaigns, log

    with open_app() as digest, digest.reading() as connection:
        found = log.listed(connection, campaigns.by_name(connection, campaign).id)
    if json:
        as_json([asdict(one) for one in found])
        return
    table(
        ("id", "position", "state", "source", "title"),
        [
            (one.id, one.position or "-", one.state, one.source, one.title)
            for one in found
        ],
    )


@app.command()
def hold(post_id: PostId) -> None:
    """Keep a post out of the next edition until it is released."""
    from digest.bootstrap import open_app
    from digest.errors import NotFound
    from digest.store import log

    with open_app() as digest, digest.writing() as connection:
        if not log.hold(connection, post_id, digest.now()):
            raise NotFound(
                f"post {post_id} is in an edition already; take it out of the copies "
                f"that have not left with: digest post withdraw {post_id}"
            )
    result(f"post {post_id}: held; let it go with: digest post release {post_id}")


@app.command()
def release(post_id: PostId) -> None:
    """Let a held or waiting post into the next edition."""
    from digest.bootstrap import open_app
    from digest.store import log

    with open_app() as digest, digest.writing() as connection:
        done = log.release(connection, post_id, digest.now())
    result(f"post {post_id}: {'released' if done else 'nothing to do'}")


@app.command()
def withdraw(post_id: PostId) -> None:
    """Take a post out of every copy that has not left yet."""
    from digest.bootstrap import open_app
    from digest.store import log

    with open_app() as digest, digest.writing() as connection:
        done = log.withdraw(connection, post_id, digest.now())
    result(f"post {post_id}: {'withdrawn' if done else 'was withdrawn already'}")
