"""digest post: what posts say: added by hand, changed, corrected."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.options import AsJson, CampaignName, PostId, as_json, result

if TYPE_CHECKING:
    from digest.model.posts.items import Item
    from digest.store.posts.corrections import OfferedCorrection

PostFile = Annotated[Path, typer.Argument(metavar="FILE", help="Markdown or text.")]
_OUTCOMES = {
    "added": "added; the next edition carries it",
    "no news": "added; no edition carries it, as it is over or was called off",
    "changed": "was there already, and has changed",
    "unchanged": "was there already, as it is",
    "duplicate": "a source has the same post already, so it is not sent twice",
}


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (add, edit, revert, link, corrections, correct):
        app.command()(command)


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
        done = editing.edit(connection, post_id, lambda one: replace(item, key=one.key))
    undo = f"changed; undo it with: digest post revert {post_id}"
    result(f"post {post_id}: {undo if done else 'says that already'}")


def revert(post_id: PostId) -> None:
    """Undo all that staff changed in a post: it says what its source says."""
    from digest.bootstrap import open_app
    from digest.store.posts import editing

    with open_app() as digest, digest.writing() as connection:
        done = editing.revert(connection, post_id)
    result(f"post {post_id}: {'as its source has it' if done else 'nothing to do'}")


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

    kinds = {one.value.lower().replace(" ", "-"): one for one in LinkKind}
    said = kind.lower().replace(" ", "-")
    if said not in {"none", *kinds}:
        raise typer.BadParameter(f"KIND is one of {', '.join(kinds)}, or none")
    with open_app() as digest, digest.writing() as connection:
        try:
            done = editing.edit(
                connection,
                post_id,
                lambda one: with_link_kind(one, number, kinds.get(said)),
            )
        except ValueError as problem:
            raise DigestError(f"post {post_id} {problem}") from problem
    result(f"post {post_id}: {'changed' if done else 'says that already'}")


def corrections(campaign: CampaignName, *, json: AsJson = False) -> None:
    """List the posts that their sources changed after they went out."""
    from digest.bootstrap import open_app
    from digest.store.campaigns import campaigns
    from digest.store.posts.corrections import offered

    with open_app() as digest, digest.reading() as connection:
        stored = campaigns.by_name(connection, campaign)
        found = offered(connection, stored.id)
    if json:
        as_json([_for_a_program(one) for one in found])
        return
    for one in found:
        _show(one, stored.campaign.timezone)
    if not found:
        result("no post was changed after it went out")


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
        made = corrections.correct(connection, post_id, digest.now())
    result(f"post {made}: released, as a correction of post {post_id}")


def _read(file: Path, zone: str) -> "tuple[str, Item]":
    from digest.errors import DigestError
    from digest.gather.written import from_file

    try:
        return from_file(file, zone)
    except ValueError as problem:
        raise DigestError(f"{file} {problem}") from problem
    except OSError as problem:
        raise DigestError(f"{file} cannot be read: {problem.strerror}") from problem


def _for_a_program(one: "OfferedCorrection") -> dict[str, object]:
    from digest.model.posts.item_json import to_wire

    return asdict(one) | {
        "item": to_wire(one.item),
        "corrected": to_wire(one.corrected),
    }


def _show(one: "OfferedCorrection", zone: str) -> None:
    from digest.model.posts.item_fields import described

    result(f"post {one.id}, from {one.source}: {one.item.title}")
    before, after = described(one.item, zone), described(one.corrected, zone)
    for name in one.changed:
        result(f"  {name} was: {before.get(name, 'nothing')}")
        result(f"  {name} is:  {after.get(name, 'nothing')}")
    result(f"  send it with: digest post correct {one.id}")
    result(f"  leave it with: digest post correct {one.id} --no")
