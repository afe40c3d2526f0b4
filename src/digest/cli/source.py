"""digest source: try a source before a campaign reads it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.options import AsJson, as_json, result, talk

if TYPE_CHECKING:
    from digest.gather.reading import Reading
    from digest.model.items import Item

app = typer.Typer(help="Sources: what a campaign reads, tried before it does.")


@app.callback()
def nouns() -> None:
    """Try a source before a campaign reads it."""


@app.command("try")
def try_one(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="feed, folder, …")],
    location: Annotated[str, typer.Argument(metavar="URL-OR-PATH")],
    *,
    json: AsJson = False,
) -> None:
    """Show what would be gathered, and where each part came from; stores nothing."""
    from digest.errors import SourceError
    from digest.gather.campaign import attempt
    from digest.gather.fetch import Fetcher
    from digest.gather.reading import Visit
    from digest.model.campaigns import Source, SourceKind
    from digest.settings import from_environment

    if kind not in set(SourceKind):
        raise typer.BadParameter(f"KIND is one of {', '.join(SourceKind)}")
    settings = from_environment()
    visit = Visit(Fetcher(settings.fetch_allow), zone=settings.timezone)
    found = attempt(Source("source", SourceKind(kind), location), visit)
    if isinstance(found, SourceError):
        raise found
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


def _for_a_program(found: "Reading") -> object:
    from dataclasses import asdict

    from digest.model.wire import to_wire

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
    from digest.model.described import described

    for name, words in described(item, zone).items():
        origin = f"   [from {origins[name]}]" if name in origins else ""
        yield f"{name}: {words}{origin}"
