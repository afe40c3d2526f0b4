"""digest source: try one before a campaign reads it, list, resume."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.options import AsJson, CampaignName, as_json, result, talk

if TYPE_CHECKING:
    from digest.gather.items.reading import Reading
    from digest.model.campaigns.campaign import PageSelectors
    from digest.model.posts.items import Item

app = typer.Typer(help="Sources: what a campaign reads, tried before it does.")


@app.command("try")
def try_one(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="feed, calendar, page, folder or wordpress."
        ),
    ],
    location: Annotated[str, typer.Argument(metavar="URL-OR-PATH")],
    *,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="PART=CSS",
            help="Of a page: links, posts, title, byline, date, text. Repeat it.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Show what would be gathered, and where each part came from; stores nothing."""
    from dataclasses import replace
    from datetime import UTC, datetime
    from pathlib import Path

    from digest.errors import SourceError
    from digest.gather.campaign import attempt
    from digest.gather.fetching.fetch import Fetcher
    from digest.gather.items.reading import SourceVisit
    from digest.gather.pictures.fetching import PictureFetcher, faults
    from digest.model.campaigns.campaign import Source, SourceKind
    from digest.settings import from_environment

    if kind not in set(SourceKind):
        raise typer.BadParameter(f"KIND is one of {', '.join(SourceKind)}")
    settings = from_environment()
    visit = SourceVisit(
        Fetcher(settings.fetch_allow), zone=settings.timezone, since=datetime.now(UTC)
    )
    source = Source(
        "source", SourceKind(kind), location, select=_selected(select or [])
    )
    found = attempt(source, visit)
    if isinstance(found, SourceError):
        raise found
    folders = (Path(location),) if kind == SourceKind.FOLDER else ()
    door = PictureFetcher(visit.fetcher, folders=folders)
    found = replace(found, notes=(*found.notes, *faults(door, found.items)))
    if json:
        as_json(_for_a_program(found))
        return
    for item in found.items:
        result(item.title)
        for line in _fields(item, found.origins.get(item.key, {}), visit.zone):
            result(f"  {line}")
    for note in found.notes:
        talk(note)
    for skipped in found.skipped:
        talk(f"skipped {skipped.name}: {skipped.why}")
    talk(f"{len(found.items)} items; {len(found.skipped)} skipped; nothing was stored")


def _selected(parts: list[str]) -> "PageSelectors":
    from dataclasses import fields

    from digest.model.campaigns.campaign import PageSelectors

    known = [field.name for field in fields(PageSelectors)]
    given = dict(part.partition("=")[::2] for part in parts)
    for name, css in given.items():
        if name not in known or not css:
            raise typer.BadParameter(
                f"write one of {', '.join(known)}, then = and CSS",
                param_hint="--select",
            )
    return PageSelectors(**given)


@app.command("list")
def list_all(campaign: CampaignName, *, json: AsJson = False) -> None:
    """List a campaign's sources: how each stands, and why one is not read."""
    from digest.bootstrap import open_app
    from digest.schedule.reports.source_health import in_a_line, shown
    from digest.store.campaigns import campaigns, sources

    with open_app() as digest, digest.reading() as connection:
        stored = campaigns.by_name(connection, campaign)
        rows = sources.of_campaign(connection, stored.id).values()
    if json:
        as_json([shown(campaign, row) for row in rows])
        return
    for row in rows:
        result(f"{row.name}: {in_a_line(row)}")
        moved = f", now {row.moved_to}" if row.moved_to else ""
        result(f"  {row.kind} {row.location}{moved}")
        for one in row.skipped:
            result(f"  skipped {one}")


@app.command()
def resume(
    campaign: CampaignName, name: Annotated[str, typer.Argument(metavar="NAME")]
) -> None:
    """Have a failing or paused source tried again at once."""
    from digest.bootstrap import open_app
    from digest.store.campaigns import campaigns, sources

    with open_app() as digest, digest.writing() as connection:
        stored = campaigns.by_name(connection, campaign)
        row = sources.by_name(connection, stored.id, name)
        was_in_trouble = sources.resume(connection, row, digest.now())
    result(
        f"{name}: it is tried at the next reading; now, with: digest gather {campaign}"
        if was_in_trouble
        else f"{name}: nothing holds it up"
    )


def _for_a_program(found: "Reading") -> object:
    from dataclasses import asdict

    from digest.model.posts.item_json import to_wire

    return {
        "items": [
            {"item": to_wire(one), "origins": found.origins.get(one.key, {})}
            for one in found.items
        ],
        "skipped": [asdict(one) for one in found.skipped],
        "notes": found.notes,
    }


def _fields(item: "Item", origins: Mapping[str, str], zone: str) -> Iterator[str]:
    """Yield a line for each field that the item has, and where that came from."""
    from digest.model.posts.item_fields import described

    for name, words in described(item, zone).items():
        origin = f"   [from {origins[name]}]" if name in origins else ""
        yield f"{name}: {words}{origin}"
