"""digest source: try a source before a campaign reads it."""

from typing import Annotated

import typer

from digest.cli.options import AsJson, as_json, result, talk

app = typer.Typer(help="Sources: feeds and folders that a campaign reads.")


@app.callback()
def nouns() -> None:
    """Try a source before a campaign reads it."""


@app.command("try")
def try_one(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="feed or folder")],
    location: Annotated[str, typer.Argument(metavar="URL-OR-PATH")],
    *,
    json: AsJson = False,
) -> None:
    """Show what would be gathered from a feed or a folder; stores nothing."""
    from digest.errors import SourceError
    from digest.gather.campaign import attempt
    from digest.gather.reading import Memory
    from digest.model.campaigns import Source, SourceKind
    from digest.model.items import Post
    from digest.model.wire import to_wire

    if kind not in set(SourceKind):
        raise typer.BadParameter(f"KIND is one of {', '.join(SourceKind)}")
    found = attempt(Source("source", SourceKind(kind), location), Memory())
    if isinstance(found, SourceError):
        raise found
    if json:
        as_json([to_wire(item) for item in found.items])
        return
    for item in found.items:
        result(item.title)
        if isinstance(item, Post):
            result(f"  by {item.byline}" if item.byline else "  no byline found")
            result(f"  published {item.published or 'without a date'}")
        else:
            result(f"  {item.starts.isoformat()} {item.place}")
        result(f"  {item.summary}")
    for skipped in found.skipped:
        talk(f"skipped {skipped.name}: {skipped.why}")
    talk(f"{len(found.items)} items; {len(found.skipped)} skipped; nothing was stored")
