"""digest source and gather: try a source, list, resume; read them into their logs."""

import sys
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.options import AsJson, CampaignName, as_json, result, talk
from digest.model.staff_words import counted

if TYPE_CHECKING:
    from digest.gather.gathering import SourceReport
    from digest.gather.items.reading import Reading
    from digest.model.campaigns.campaign import PageSelectors
    from digest.model.posts.items import Item
    from digest.store.campaigns.skipped_items import SkippedItem

app = typer.Typer(help="Sources: what a campaign reads, tried before it does.")


def add_to(app: typer.Typer) -> None:
    """Add `gather`, which is no verb of one source."""
    app.command()(gather)


@app.command("try")
def try_source(
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
    from datetime import UTC, datetime

    from digest.environment import from_environment
    from digest.gather.fetching.fetch import Fetcher
    from digest.gather.trial import try_source as tried
    from digest.model.campaigns.campaign import Source, SourceKind

    if kind not in set(SourceKind):
        raise typer.BadParameter(f"KIND is one of {', '.join(SourceKind)}")
    settings = from_environment()
    zone, fetcher = settings.timezone, Fetcher(settings.fetch_allow)
    selectors = _selectors(select or [])
    source = Source("source", SourceKind(kind), location, select=selectors)
    reading = tried(source, fetcher, zone, datetime.now(UTC))
    if json:
        as_json(_facts(reading))
        return
    for item in reading.items:
        result(item.title)
        for line in _fields(item, reading.origins.get(item.key, {}), zone):
            result(f"  {line}")
    for note in reading.notes:
        talk(note)
    for skipped in reading.skipped:
        talk(_skipped(skipped))
    count = sum(not skipped.is_part for skipped in reading.skipped)
    talk(
        f"{counted(len(reading.items), 'item', 'items')}; {count} skipped; "
        "nothing was stored"
    )


def _selectors(parts: list[str]) -> "PageSelectors":
    from dataclasses import fields

    from digest.model.campaigns.campaign import PageSelectors

    names = [field.name for field in fields(PageSelectors)]
    selectors = dict(part.partition("=")[::2] for part in parts)
    for name, css in selectors.items():
        if name not in names or not css:
            raise typer.BadParameter(
                f"write one of {', '.join(names)}, then = and CSS",
                param_hint="--select",
            )
    return PageSelectors(**selectors)


@app.command("list")
def list_all(campaign: CampaignName, *, json: AsJson = False) -> None:
    """List a campaign's sources: how each stands, and why one is not read."""
    from digest.bootstrap import open_app
    from digest.schedule.reports.source_health import in_a_line, source_facts
    from digest.store.campaigns import campaigns, sources

    with open_app() as digest, digest.reading() as connection:
        stored = campaigns.by_name(connection, campaign)
        rows = sources.of_campaign(connection, stored.id).values()
    if json:
        as_json([source_facts(campaign, row) for row in rows])
        return
    for row in rows:
        result(f"{row.name}: {in_a_line(row, stored.campaign.timezone)}")
        moved = f", now {row.moved_to}" if row.moved_to else ""
        result(f"  {row.kind} {row.location}{moved}")
        for skipped in row.skipped:
            result(f"  {_skipped(skipped)}")


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


def _facts(reading: "Reading") -> object:
    from dataclasses import asdict

    from digest.model.posts.item_json import to_json

    return {
        "items": [
            {"item": to_json(item), "origins": reading.origins.get(item.key, {})}
            for item in reading.items
        ],
        "skipped": [asdict(skipped) for skipped in reading.skipped],
        "notes": reading.notes,
    }


def _fields(item: "Item", origins: Mapping[str, str], zone: str) -> Iterator[str]:
    """Yield a line for each field that the item has, and where that came from."""
    from digest.model.posts.item_fields import fields_in_words

    for name, words in fields_in_words(item, zone).items():
        origin = f"   [from {origins[name]}]" if name in origins else ""
        yield f"{name}: {words}{origin}"


def gather(
    campaign: Annotated[str | None, typer.Argument(metavar="[CAMPAIGN]")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Read the sources of a campaign, or of all, into their logs."""
    from digest.bootstrap import open_app
    from digest.schedule.editions import publishing
    from digest.store.campaigns import campaigns

    with open_app() as digest:
        reports = publishing.gather_named(
            digest.engine, digest.fetcher, campaign, digest.now()
        )
        with digest.reading() as connection:
            unreadable = [] if campaign else campaigns.unreadable(connection)
    if json:
        as_json(
            {
                name: [
                    {
                        "source": report.source,
                        "new": report.new,
                        "revised": report.revised,
                        "unchanged": report.unchanged,
                        "duplicates": report.duplicates,
                        "passed_over": report.passed_over,
                        "old": report.old,
                        "skipped": {s.name: s.why for s in report.skipped},
                        "failed": report.failed,
                        "left": report.not_read,
                        "pictures": report.pictures,
                    }
                    for report in campaign_reports
                ]
                for name, campaign_reports in reports.items()
            }
        )
    for name, campaign_reports in reports.items():
        for report in campaign_reports:
            if not json:
                result(f"{name} {report.source}: {_counts(report)}")
            for line in _remarks(report):
                talk(f"  {line}")
    for fault in unreadable:
        talk(str(fault))
    every = chain.from_iterable(reports.values())
    if unreadable or any(report.failed for report in every):
        sys.exit(1)


def _counts(report: "SourceReport") -> str:
    if report.not_read:
        return "left alone"
    return (
        f"{report.new} new, {report.revised} revised, {report.unchanged} unchanged, "
        f"{sum(not skipped.is_part for skipped in report.skipped)} skipped"
        f"{', FAILED' if report.failed else ''}"
    )


def _skipped(skipped: "SkippedItem") -> str:
    return str(skipped) if skipped.is_part else f"skipped {skipped}"


def _remarks(report: "SourceReport") -> Iterator[str]:
    from digest.store.limits import NEWS_AGE

    if report.duplicates:
        yield f"{report.duplicates} are posts that came in already"
    if report.old:
        yield (
            f"{report.old} are dated over {NEWS_AGE.days} days ago, and are held: let "
            "one out with digest post release ID"
        )
    if report.passed_over:
        yield (
            f"{report.passed_over} from before were passed over: "
            "let one in with digest post release ID"
        )
    yield from map(_skipped, report.skipped)
    yield from report.pictures
    if report.failed or report.not_read:
        yield report.failed or report.not_read
