"""digest post: add and change posts and events, hold, release, withdraw, correct."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
    from digest.model.posts.items import Item
    from digest.store.posts.corrections import OfferedCorrection

app = typer.Typer(help="Posts and events: add, edit, hold, withdraw, correct.")
PostFile = Annotated[Path, typer.Argument(metavar="FILE", help="Markdown or text.")]
_OUTCOMES = {
    "added": "added; the next edition carries it",
    "no news": "added; no edition carries it, as it is over or was called off",
    "changed": "was there already, and has changed",
    "unchanged": "was there already, as it is",
    "duplicate": "a source has the same post already, so it is not sent twice",
}


@app.command()
def add(campaign: CampaignName, file: PostFile) -> None:
    """Add a post or an event from a file; the same file twice is once."""
    from digest.bootstrap import open_app
    from digest.model.posts.event_changes import is_worth_telling
    from digest.store.campaigns import campaigns
    from digest.store.posts import by_hand

    with open_app() as digest, digest.writing() as connection:
        stored = campaigns.by_name(connection, campaign)
        key, item = _read(file, stored.campaign.timezone)
        item = by_hand.keyed(item, key)
        added = by_hand.add(connection, stored, item, digest.now())
        is_news = is_worth_telling(item, digest.now())
    is_no_news = added.outcome == "added" and not is_news
    outcome = "no news" if is_no_news else added.outcome
    result(f"post {added.id}: {_OUTCOMES[outcome]}")


@app.command()
def edit(post_id: PostId, file: PostFile) -> None:
    """Change what a post says to what a file says, before an edition carries it."""
    from dataclasses import replace

    from digest.bootstrap import open_app
    from digest.store.campaigns import campaigns
    from digest.store.posts import editing, log

    with open_app() as digest, digest.writing() as connection:
        row = log.row_of(connection, post_id)
        zone = campaigns.load(connection, row.campaign_id).timezone
        _, item = _read(file, zone)
        done = editing.edit(
            connection,
            post_id,
            lambda before: replace(item, key=before.key),
            digest.now(),
        )
    undo = f"changed; undo it with: digest post undo {post_id}"
    result(f"post {post_id}: {undo if done else 'says that already'}")


@app.command()
def undo(post_id: PostId) -> None:
    """Undo the latest edit of a post: it says what it said before; again, redo it."""
    from digest.bootstrap import open_app
    from digest.store.posts import editing

    with open_app() as digest, digest.writing() as connection:
        done = editing.undo(connection, post_id, digest.now())
    result(f"post {post_id}: {'as before the edit' if done else 'nothing to undo'}")


@app.command()
def revert(post_id: PostId) -> None:
    """Undo all that staff changed in a post: it says what its source says."""
    from digest.bootstrap import open_app
    from digest.store.posts import editing

    with open_app() as digest, digest.writing() as connection:
        done = editing.revert(connection, post_id, digest.now())
    result(f"post {post_id}: {'as its source has it' if done else 'nothing to do'}")


@app.command()
def link(
    post_id: PostId,
    number: Annotated[int, typer.Argument(metavar="N", help="Which link, from 1.")],
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="survey, video …, or none")
    ],
) -> None:
    """Say what stands behind one of a post's own links, or take it out with none."""
    from digest.bootstrap import open_app
    from digest.errors import DigestError
    from digest.model.posts.edits import with_link_kind
    from digest.model.posts.items import LinkKind
    from digest.store.posts import editing

    kinds = {each.value.lower().replace(" ", "-"): each for each in LinkKind}
    kind_name = kind.lower().replace(" ", "-")
    if kind_name not in {"none", *kinds}:
        raise typer.BadParameter(f"KIND is one of {', '.join(kinds)}, or none")
    with open_app() as digest, digest.writing() as connection:
        try:
            done = editing.edit(
                connection,
                post_id,
                lambda item: with_link_kind(item, number, kinds.get(kind_name)),
                digest.now(),
            )
        except ValueError as problem:
            raise DigestError(f"post {post_id} {problem}") from problem
    result(f"post {post_id}: {'changed' if done else 'says that already'}")


@app.command()
def corrections(campaign: CampaignName, *, json: AsJson = False) -> None:
    """List the posts that their sources changed after they went out."""
    from digest.bootstrap import open_app
    from digest.store.campaigns import campaigns
    from digest.store.posts.corrections import offered

    with open_app() as digest, digest.reading() as connection:
        stored = campaigns.by_name(connection, campaign)
        offers = offered(connection, stored.id)
    if json:
        as_json([_facts(offer) for offer in offers])
        return
    for offer in offers:
        _show(offer, stored.campaign.timezone)
    if not offers:
        result("no post was changed after it went out")


@app.command()
def correct(
    post_id: PostId,
    *,
    no: Annotated[
        bool, typer.Option("--no", help="Leave readers with what they have.")
    ] = False,
) -> None:
    """Send what a source changed after a post went out, as a new post."""
    from digest.bootstrap import open_app
    from digest.store.posts import corrections

    with open_app() as digest, digest.writing() as connection:
        if no:
            done = corrections.decline(connection, post_id, digest.now())
            result(f"post {post_id}: {'left as it is' if done else 'nothing to do'}")
            return
        correction_id = corrections.correct(connection, post_id, digest.now())
    result(f"post {correction_id}: released, as a correction of post {post_id}")


@app.command("list")
def list_all(campaign: CampaignName, *, json: AsJson = False) -> None:
    """List a campaign's posts and events, newest first."""
    from digest.bootstrap import open_app
    from digest.model.posts.item_json import to_json
    from digest.store.campaigns import campaigns
    from digest.store.posts import listing

    with open_app() as digest, digest.reading() as connection:
        stored = campaigns.by_name(connection, campaign)
        listed = listing.listed(connection, stored.id)
    if json:
        as_json(
            [
                asdict(entry) | {"title": entry.title, "item": to_json(entry.item)}
                for entry in listed
            ]
        )
        return
    table(
        ("id", "position", "state", "source", "title"),
        [
            (
                entry.id,
                entry.position or "-",
                "held: old" if entry.is_held_as_old else entry.state,
                entry.source,
                entry.title,
            )
            for entry in listed
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
            item_pictures.describe(connection, post_id, words, digest.now())
        pictures = item_pictures.of_item(connection, post_id)
    for place, entry in enumerate(pictures, 1):
        result(f"{place}. {entry.src}")
        result(f"   {_standing(entry)}")
    if not pictures:
        result(f"post {post_id} has no pictures")


def _read(file: Path, zone: str) -> "tuple[str, Item]":
    from digest.errors import DigestError
    from digest.gather.folders.folder import read_file

    try:
        return read_file(file, zone)
    except ValueError as problem:
        raise DigestError(f"{file} {problem}") from problem
    except OSError as problem:
        raise DigestError(f"{file} cannot be read: {problem.strerror}") from problem


def _facts(offer: "OfferedCorrection") -> dict[str, object]:
    from digest.model.posts.item_json import to_json

    return asdict(offer) | {
        "item": to_json(offer.item),
        "corrected": to_json(offer.corrected),
    }


def _show(offer: "OfferedCorrection", zone: str) -> None:
    from digest.model.posts.item_fields import fields_in_words

    result(f"post {offer.id}, from {offer.source}: {offer.item.title}")
    before, after = (
        fields_in_words(offer.item, zone),
        fields_in_words(offer.corrected, zone),
    )
    for name in offer.changed:
        result(f"  {name} was: {before.get(name, 'nothing')}")
        result(f"  {name} is:  {after.get(name, 'nothing')}")
    result(f"  send it with: digest post correct {offer.id}")
    result(f"  leave it with: digest post correct {offer.id} --no")


def _standing(picture: "Picture") -> str:
    from digest.model.posts.pictures import lacks_words

    if lacks_words(picture):
        return "left out: nobody has said what it shows"
    words = "decorative" if picture.decorative else f"shows: {picture.alt}"
    return (
        words if picture.copy_name else f"not fetched, so words stand for it; {words}"
    )
