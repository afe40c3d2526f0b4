"""digest post: the items of a campaign's log."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts import post_input
from digest.cli.parts.options import (
    AsJson,
    CampaignName,
    PostId,
    as_json,
    result,
    table,
)

if TYPE_CHECKING:
    from digest.model.posts.blocks import Picture

app = typer.Typer(help="Posts and events: add, edit, hold, withdraw, correct.")
post_input.add_to(app)


@app.command("list")
def list_all(campaign: CampaignName, *, json: AsJson = False) -> None:
    """List a campaign's posts and events, newest first."""
    from digest.bootstrap import open_app
    from digest.model.posts.item_json import to_wire
    from digest.store.campaigns import campaigns
    from digest.store.posts import listing

    with open_app() as digest, digest.reading() as connection:
        stored = campaigns.by_name(connection, campaign)
        found = listing.listed(connection, stored.id)
    if json:
        as_json(
            [
                asdict(one) | {"title": one.title, "item": to_wire(one.item)}
                for one in found
            ]
        )
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
    from digest.store.posts import log

    with open_app() as digest, digest.writing() as connection:
        if not log.hold(connection, post_id, digest.now()):
            raise NotFound(
                f"post {post_id} is in an edition already; take it out of the copies "
                f"that have not left with: digest post withdraw {post_id}"
            )
    result(f"post {post_id}: held; let it go with: digest post release {post_id}")


@app.command()
def release(post_id: PostId) -> None:
    """Let a held, waiting or passed over post into the next edition."""
    from digest.bootstrap import open_app
    from digest.store.posts import log

    with open_app() as digest, digest.writing() as connection:
        done = log.release(connection, post_id, digest.now())
    result(f"post {post_id}: {'released' if done else 'nothing to do'}")


@app.command()
def withdraw(post_id: PostId) -> None:
    """Take a post out of every copy that has not left yet."""
    from digest.bootstrap import open_app
    from digest.store.posts import log

    with open_app() as digest, digest.writing() as connection:
        done = log.withdraw(connection, post_id, digest.now())
    undo = f"undo it with: digest post restore {post_id}"
    result(f"post {post_id}: {f'withdrawn; {undo}' if done else 'was withdrawn'}")


@app.command()
def restore(post_id: PostId) -> None:
    """Undo a withdrawal, unless an edition has gone on without the post."""
    from digest.bootstrap import open_app
    from digest.store.posts import log

    with open_app() as digest, digest.writing() as connection:
        done = log.restore(connection, post_id, digest.now())
    result(f"post {post_id}: {'as it was before' if done else 'was not withdrawn'}")


@app.command()
def picture(
    post_id: PostId,
    *,
    number: Annotated[int | None, typer.Option(help="Which one, from 1.")] = None,
    alt: Annotated[str, typer.Option(help="What the picture shows, in words.")] = "",
    decorative: Annotated[
        bool, typer.Option("--decorative", help="It tells nobody anything.")
    ] = False,
) -> None:
    """List a post's pictures, or say what one shows to whoever cannot see it."""
    from digest.bootstrap import open_app
    from digest.store.posts import item_pictures

    if alt and decorative:
        raise typer.BadParameter("give --alt or --decorative: it cannot be both")
    words = item_pictures.PictureWords(number, alt, decorative)
    with open_app() as digest, digest.writing() as connection:
        if alt or decorative:
            item_pictures.describe(connection, post_id, words)
        found = item_pictures.of_item(connection, post_id)
    for place, one in enumerate(found, 1):
        result(f"{place}. {one.src}")
        result(f"   {_standing(one)}")
    if not found:
        result(f"post {post_id} has no pictures")


def _standing(one: "Picture") -> str:
    from digest.model.posts.pictures import lacks_words

    if lacks_words(one):
        return "left out: nobody has said what it shows"
    words = "decorative" if one.decorative else f"shows: {one.alt}"
    return words if one.kept else f"not fetched, so words stand for it; {words}"
