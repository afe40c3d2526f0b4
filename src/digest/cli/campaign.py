"""digest campaign: make, apply, export, show, pause, end; its file's history."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from dataclasses import replace as dataclass_replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.parts.options import (
    AsJson,
    CampaignName,
    DryRun,
    as_json,
    result,
    table,
    talk,
)
from digest.errors import DigestError
from digest.model.staff_words import counted, day_in_words

if TYPE_CHECKING:
    from digest.model.campaigns.campaign import Campaign

app = typer.Typer(help="Campaigns: what is gathered, when it goes out, to whom.")


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml")],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask where a schedule is gone.")
    ] = False,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Apply it though somebody has changed it meanwhile."
        ),
    ] = False,
    known_as: Annotated[
        str,
        typer.Option(
            "--known-as",
            metavar="NAME",
            help="What the file is known again by, where its path changes.",
        ),
    ] = "",
) -> None:
    """Make the database match a campaign file; the same file twice changes nothing."""
    from digest.bootstrap import open_app
    from digest.schedule.campaign_files import (
        NO_POSTAL_ADDRESS,
        apply_file,
        unclear_renaming,
    )
    from digest.schedule.campaign_older_files import OlderFileError

    with open_app() as digest:
        timezone = digest.settings.timezone
        if not yes and (words := unclear_renaming(digest.engine, file, timezone)):
            talk(words)
            if not _is_meant():
                raise typer.Exit(1)
        is_live = digest.settings.live
        try:
            applied = apply_file(
                digest.engine,
                file,
                timezone,
                digest.now(),
                known_as=known_as,
                replaces=replace,
                is_live=is_live,
            )
        except OlderFileError as problem:
            _show_difference(problem.current, problem.text)
            raise
    if not applied.campaign.has_postal_address:
        talk(f"before it can go live: {NO_POSTAL_ADDRESS}")
    for schedule in applied.campaign.schedules:
        talk(f"schedule {schedule.name}: {schedule.times}")
    for note in applied.notes:
        talk(note)
    for source in applied.campaign.sources:
        talk(f"source {source.name}: {source.kind} {source.location}")
    readers = counted(applied.readers, "reader", "readers")
    result(f"{applied.campaign.name}: applied, {readers} joined")


@app.command()
def export(
    name: CampaignName,
    *,
    output: Annotated[Path | None, typer.Option("-o", metavar="FILE.toml")] = None,
) -> None:
    """Write the campaign's file as it stands; applied again it changes nothing."""
    from digest.bootstrap import open_app
    from digest.schedule.campaign_files import exported, exported_logo
    from digest.schedule.campaign_logos import write_beside

    with open_app() as digest:
        text, logo = exported(digest.engine, name), exported_logo(digest.engine, name)
    if output is None:
        if logo:
            talk(f"its logo, {logo[0]}, is written beside the file with -o FILE.toml")
        result(text.removesuffix("\n"))
        return
    try:
        if logo:
            write_beside(output, logo)
        output.write_text(text, encoding="utf-8")
    except OSError as problem:
        words = f"{problem.filename} cannot be written: {problem.strerror}"
        raise DigestError(words) from problem
    talk(f"{name}: written to {output}{f', with {logo[0]} beside it' if logo else ''}")


@app.command()
def history(
    name: CampaignName,
    *,
    version: Annotated[
        int | None,
        typer.Option("--version", metavar="N", help="Show what that one changed."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1)] = 20,
    json: AsJson = False,
) -> None:
    """List the versions of a campaign's file, the newest first: who, when, and what."""
    from digest.bootstrap import open_app
    from digest.schedule.reports.file_history import change_of, history_of

    with open_app() as digest, digest.reading() as connection:
        if version is not None:
            before, after = change_of(connection, name, version)
            _show_difference(before, after.text, write=result)
            return
        versions = history_of(connection, name, limit)
    if json:
        as_json([asdict(row) for row in versions])
        return
    rows = [
        (row.number, f"{row.at:%Y-%m-%d %H:%M} UTC", row.actor, row.way, row.change)
        for row in versions
    ]
    table(("version", "since", "by", "through", "changed"), rows)


@app.command("new")
def make_new(  # noqa: PLR0913 - an option for each thing that a campaign begins with
    name: CampaignName,
    *,
    title: Annotated[str, typer.Option(help="What readers see.")],
    sender: Annotated[
        str, typer.Option("--from", metavar="MAILBOX", help="Our News <us@example.org>")
    ] = "",
    lists: Annotated[
        list[str] | None,
        typer.Option("--list", metavar="NAME", help="Who it goes to. Repeat it."),
    ] = None,
    address: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE", help="A line of your name and postal address."),
    ] = None,
    like: Annotated[
        str, typer.Option(metavar="CAMPAIGN", help="Take its settings, not its days.")
    ] = "",
) -> None:
    """Make a campaign, afresh or like another; change it by export and apply."""
    from digest.bootstrap import open_app
    from digest.schedule import campaign_making
    from digest.schedule.campaign_making import NewCampaign
    from digest.store.campaigns.file_versions import CampaignFile

    new = NewCampaign(
        name, title, sender, tuple(lists or ()), tuple(address or ()), like
    )
    with open_app() as digest:
        settings = digest.settings
        here = CampaignFile("", settings.timezone, str(settings.data_dir.resolve()))
        applied = campaign_making.make(
            digest.engine, new, here, digest.now(), is_live=settings.live
        )
    for schedule in applied.campaign.schedules:
        talk(f"schedule {schedule.name}: {schedule.times}")
    if settings.live:
        talk(f"it begins paused: digest campaign resume {name}")
    result(f"{name}: made; its file: digest campaign export {name}")


@app.command()
def end(
    name: CampaignName,
    *,
    on: Annotated[str, typer.Option(metavar="DATE", help="Its last day.")],
    last_edition: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="18:00, 2026-07-13 10:00, or none."),
    ] = None,
    goodbye: Annotated[
        str | None, typer.Option(help="What its last edition ends with.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Have a campaign end on a day, and say what happens then."""
    from digest.bootstrap import open_app
    from digest.schedule import campaign_making
    from digest.schedule.campaign_making import CampaignEnding
    from digest.store.campaigns import campaigns

    try:
        day = date.fromisoformat(on)
    except ValueError as problem:
        words = "write a day as 2026-07-12"
        raise typer.BadParameter(words, param_hint="--on") from problem
    ending = CampaignEnding(day, last_edition, goodbye)
    with open_app() as digest:
        now, is_live = digest.now(), digest.settings.live
        with digest.reading() as connection:
            file = campaigns.file_of(connection, name)
        text = campaign_making.ended_text(file, ending)
        ended = dataclass_replace(file, text=text).parsed()
        for line in campaign_making.ending_in_words(digest.engine, ended, now):
            talk(line)
        if dry_run:
            talk("a dry run: nothing was changed")
            return
        campaign_making.end(digest.engine, name, ending, now, is_live=is_live)
    result(f"{name}: ends on {day_in_words(day)}")


@app.command("go-back")
def go_back(
    name: CampaignName, version: Annotated[int, typer.Argument(metavar="VERSION")]
) -> None:
    """Apply again what an earlier version of the campaign's file said."""
    from digest.bootstrap import open_app
    from digest.schedule import campaign_files

    with open_app() as digest:
        applied = campaign_files.go_back(
            digest.engine, name, version, digest.now(), is_live=digest.settings.live
        )
    for note in applied.notes:
        talk(note)
    result(f"{name}: as version {version} said")


def _show_difference(
    before: str, after: str, write: Callable[[str], None] = talk
) -> None:
    from digest.model.campaigns.versions.difference import difference

    for line in difference(before, after):
        write(str(line))


@app.command("form")
def print_form(name: CampaignName) -> None:
    """Print the form to sign up by, as plain HTML for a site of your own."""
    from digest.bootstrap import open_app
    from digest.store.campaigns import campaigns
    from digest.web.public.embedded_form import embedded_form

    with open_app() as digest, digest.reading() as connection:
        campaign = campaigns.by_name(connection, name).campaign
    result(embedded_form(campaign, digest.settings.base_url).rstrip())


@app.command("list")
def list_all(*, json: AsJson = False) -> None:
    """List the campaigns."""
    from digest.bootstrap import open_app
    from digest.schedule.reports.campaign_standing import standing_of
    from digest.store.campaigns import campaigns

    with open_app() as digest, digest.reading() as connection:
        rows = [
            {
                "name": stored.campaign.name,
                "title": stored.campaign.title,
                "state": "paused" if stored.paused_at else "active",
                "standing": standing_of(connection, stored, digest.now()).value,
            }
            for stored in campaigns.listed(connection)
        ]
        unreadable = campaigns.unreadable(connection)
    if json:
        as_json(rows)
    else:
        columns = ("name", "title", "standing")
        table(columns, [tuple(row[name] for name in columns) for row in rows])
    for fault in unreadable:
        talk(str(fault))


@app.command()
def show(name: CampaignName, *, json: AsJson = False) -> None:
    """Show a campaign: its sources, schedules and readers."""
    from digest.bootstrap import open_app
    from digest.model.staff_words import moment_in_words
    from digest.schedule.reports.campaign_end import end_of
    from digest.schedule.reports.campaign_standing import (
        schedule_in_words,
        standing_of,
    )
    from digest.schedule.reports.source_health import in_a_line, source_facts
    from digest.store.campaigns import campaigns, sources
    from digest.store.reports import overview

    with open_app() as digest, digest.reading() as connection:
        now = digest.now()
        stored = campaigns.by_name(connection, name)
        rows = sources.of_campaign(connection, stored.id).values()
        readers = overview.readers_by_format(connection, stored.id)
        end = end_of(connection, stored, now)
        standing = standing_of(connection, stored, now)
    if json:
        as_json(
            {
                "campaign": _facts(stored.campaign),
                "paused_at": stored.paused_at,
                "standing": standing.value,
                "sources": [source_facts(name, row) for row in rows],
                "readers": readers,
                "closes": end.closes,
                "leftovers": end.leftovers and asdict(end.leftovers),
            }
        )
        return
    campaign = stored.campaign
    result(f"{campaign.title} ({campaign.name})")
    if stored.paused_at:
        since = moment_in_words(stored.paused_at, campaign.timezone)
        result(f"  PAUSED since {since}: nothing is gathered or sent")
    result(f"  from {campaign.sender_name} <{campaign.sender_address}>")
    result(f"  lists: {', '.join(campaign.lists)}")
    for schedule in campaign.schedules:
        words = ", ".join(schedule_in_words(schedule))
        result(f"  schedule {schedule.name}: {words}")
    for row in rows:
        result(f"  source {row.name}: {in_a_line(row, campaign.timezone)}")
    for line in end.lines(campaign, now):
        result(f"  {line}")
    for fmt, count in readers.items():
        result(f"  readers of {fmt}: {count}")


@app.command()
def pause(name: CampaignName) -> None:
    """Stop a campaign's timetable and sending until it is resumed."""
    from digest.bootstrap import open_app
    from digest.store.campaigns import campaigns

    with open_app() as digest, digest.writing() as connection:
        stored = campaigns.by_name(connection, name)
        campaigns.pause(connection, stored.id, digest.now())
    result(f"{name}: paused; go on with: digest campaign resume {name}")


@app.command()
def resume(name: CampaignName) -> None:
    """Let a paused campaign go on."""
    from digest.bootstrap import open_app
    from digest.store.campaigns import campaigns

    with open_app() as digest, digest.writing() as connection:
        stored = campaigns.by_name(connection, name)
        campaigns.resume(connection, stored.id, digest.now())
    result(f"{name}: active")


def _is_meant() -> bool:
    if not sys.stdin.isatty():
        talk("nothing was changed: to apply it as it is, say the same with --yes")
        return False
    return typer.confirm("Apply the file as it is?", err=True)


def _facts(campaign: "Campaign") -> dict[str, Any]:
    facts = asdict(campaign)
    for row, schedule in zip(facts["schedules"], campaign.schedules, strict=True):
        row["formats"] = [fmt.name for fmt in schedule.formats]
        row["times"] = str(schedule.times)
        row["timezone"] = schedule.times.zone
        row["when_closed"] = schedule.times.when_closed
        row["closed"] = str(schedule.times.closures)
        row["quiet"] = str(schedule.quiet) if schedule.quiet else None
    return facts
