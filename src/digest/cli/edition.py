"""digest edition: what was and will be published."""

import sys
from dataclasses import asdict

import typer

from digest.cli.parts.options import (
    AsJson,
    CampaignName,
    EditionId,
    Now,
    ScheduleName,
    as_json,
    instant,
    result,
    table,
    talk,
)

app = typer.Typer(help="Editions: what a schedule publishes at a slot.")


@app.command("list")
def list_all(campaign: CampaignName, *, json: AsJson = False) -> None:
    """List a campaign's editions, newest first."""
    from digest.bootstrap import open_app
    from digest.model.staff_words import moment_in_words
    from digest.store.campaigns import campaigns
    from digest.store.editions import editions

    with open_app() as digest, digest.reading() as connection:
        stored = campaigns.by_name(connection, campaign)
        listed = editions.of_campaign(connection, stored.id)
    if json:
        as_json([asdict(edition) for edition in listed])
        return
    table(
        ("id", "mode", "schedule", "slot", "state", "reason"),
        [
            (
                edition.id,
                edition.mode,
                edition.schedule,
                moment_in_words(edition.slot, stored.campaign.timezone),
                edition.state,
                edition.reason or "",
            )
            for edition in listed
        ],
    )


@app.command()
def show(edition_id: EditionId, *, json: AsJson = False) -> None:
    """Show an edition: its copies by state, and who was not served and why."""
    from digest.bootstrap import open_app
    from digest.model.staff_words import moment_in_words
    from digest.store.campaigns import campaigns
    from digest.store.editions import editions
    from digest.store.reports import overview

    with open_app() as digest, digest.reading() as connection:
        edition = editions.get(connection, edition_id)
        zone = campaigns.by_name(connection, edition.campaign).campaign.timezone
        copies = overview.copies(connection, edition_id)
        copies_in_words = overview.copies_in_words(connection, edition)
        left_out = overview.left_out_counts(connection, edition_id)
        missing = overview.not_served(connection, edition_id)
        count = overview.count_not_served(connection, edition_id)
    if json:
        counted = [
            {"channel": channel, "state": state, "copies": number}
            for (channel, state), number in copies.items()
        ]
        as_json(
            {
                "edition": asdict(edition),
                "copies": counted,
                "left_out": left_out,
                "not_served": [asdict(person) for person in missing],
                "not_served_count": count,
            }
        )
        return
    result(f"{edition.title} of {edition.campaign}, {edition.schedule}")
    slot = moment_in_words(edition.slot, zone)
    result(f"  slot {slot}: {edition.state} {edition.reason or ''}".rstrip())
    for channel, state, number in copies_in_words:
        result(f"  {number:,} by {channel}: {state}")
    for kind, number in left_out.items():
        result(f"  {number} left out: {kind}")
    for person in missing:
        result(f"  not served: {person.name}: {person.reason}")
    if count > len(missing):
        result(f"  and {count - len(missing):,} more: digest deliveries {edition.id}")


@app.command()
def draft(campaign: CampaignName, *, schedule: ScheduleName = None) -> None:
    """Print the open edition as text: what would go out if it ran now."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        result(digest.previews.draft(campaign, schedule, "text").decode())


@app.command()
def run(
    campaign: CampaignName, *, schedule: ScheduleName = None, now: Now = None
) -> None:
    """Make an edition now: freeze, approve where automatic, plan and render."""
    from digest.bootstrap import open_app
    from digest.schedule.editions import publishing
    from digest.store.editions import renditions

    with open_app(instant(now)) as digest:
        edition = publishing.publish(
            digest.engine,
            campaign,
            schedule,
            digest.now(),
            digest.dispatcher.submit,
        )
        faults = digest.renditions.make_all(edition.id)
        with digest.reading() as connection:
            unprinted = renditions.unprinted(connection, edition.id)
    if edition.is_rehearsal:
        talk("practice mode: a rehearsal, which costs no reader anything")
    talk(f"state {edition.state}{f': {edition.reason}' if edition.reason else ''}")
    if edition.state == "frozen":
        talk(f"it waits for approval: digest edition approve {edition.id}")
    if edition.state == "planned":
        talk("its copies leave with: digest work --until-done (or digest serve)")
    for words in unprinted:
        talk(f"letters: {words}")
    for fault in faults:
        talk(f"fault: {fault}")
    result(str(edition.id))
    if faults:
        sys.exit(1)


@app.command()
def approve(edition_id: EditionId) -> None:
    """Say that a frozen edition may go; some campaigns need two people."""
    from digest.bootstrap import login_name, open_app
    from digest.schedule.editions import publishing

    with open_app() as digest:
        edition = publishing.approve(
            digest.engine,
            edition_id,
            login_name(),
            digest.now(),
            digest.dispatcher.submit,
        )
    if edition.state == "frozen":
        result(f"edition {edition_id}: your approval is kept; it needs another person")
    else:
        result(f"edition {edition_id}: {edition.state}")


@app.command()
def cancel(edition_id: EditionId) -> None:
    """Stop an edition before anyone is planned; its posts flow into the next."""
    from digest.bootstrap import open_app
    from digest.schedule.editions import publishing

    with open_app() as digest:
        publishing.cancel(digest.engine, edition_id, digest.now())
    result(f"edition {edition_id}: cancelled; its posts go into the next edition")
