"""digest edition: what was and will be published."""

import sys
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.editions import checking, steering
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

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.store.editions.editions import Edition

app = typer.Typer(help="Editions: what a schedule publishes at a slot.")
steering.add_to(app)
checking.add_to(app)


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
                edition.standing_as_told,
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
    from digest.store.editions import editions, nudges
    from digest.store.reports.editions import edition_copies, unserved

    with open_app() as digest, digest.reading() as connection:
        edition = editions.get(connection, edition_id)
        zone = campaigns.by_name(connection, edition.campaign).campaign.timezone
        copies = edition_copies.copies(connection, edition_id)
        copies_in_words = edition_copies.copies_in_words(connection, edition)
        left_out = edition_copies.left_out_counts(connection, edition_id)
        missing = unserved.not_served(connection, edition_id)
        count = unserved.count_not_served(connection, edition_id)
        notices = nudges.notices(connection, edition_id)
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
                "approvers_told": notices,
            }
        )
        return
    result(f"{edition.title} of {edition.campaign}, {edition.schedule}")
    slot = moment_in_words(edition.slot, zone)
    result(f"  slot {slot}: {edition.standing_as_told} {edition.reason or ''}".rstrip())
    if edition.standing == "approved" and edition.leaves_at:
        result(f"  nothing leaves before {moment_in_words(edition.leaves_at, zone)}")
    if edition.is_recalled and edition.state == "open":
        result(f"  called back: it waits for digest edition approve {edition.id}")
    lines = [
        *(
            f"approvers told ({k}): {moment_in_words(at, zone)}"
            for k, at in notices.items()
        ),
        *(
            f"{number:,} by {channel}: {state}"
            for channel, state, number in copies_in_words
        ),
        *(f"{number} left out: {kind}" for kind, number in left_out.items()),
        *(f"not served: {person.name}: {person.reason}" for person in missing),
    ]
    for line in lines:
        result(f"  {line}")
    if count > len(missing):
        result(f"  and {count - len(missing):,} more: digest deliveries {edition.id}")


@app.command()
def draft(campaign: CampaignName, *, schedule: ScheduleName = None) -> None:
    """Print the open edition as text: what would go out if it ran now."""
    from digest.bootstrap import open_app
    from digest.model.campaigns.slots import closing_in_words
    from digest.model.staff_words import moment_in_words
    from digest.schedule.editions import due

    with open_app() as digest:
        now = digest.now()
        result(digest.previews.draft(campaign, schedule, "text").content.decode())
        with digest.reading() as connection:
            coming = due.open_slot(connection, campaign, schedule, now)
    if coming:
        zone = coming.timezone
        closing = closing_in_words(coming.closes, coming.at, now, zone)
        due_at = moment_in_words(coming.at, zone)
        last = ", the last of its schedule" if coming.is_last else ""
        talk(f"it is due {due_at}{last}{closing}")


@app.command()
def run(
    campaign: CampaignName, *, schedule: ScheduleName = None, now: Now = None
) -> None:
    """Make an edition now: freeze, approve where automatic, plan and render."""
    from digest.bootstrap import login_name, open_app
    from digest.schedule.editions import publishing
    from digest.store.editions import renditions

    with open_app(instant(now)) as digest:
        edition_id = publishing.open_now(
            digest.engine, campaign, schedule, digest.now(), login_name()
        )
        edition = publishing.carry_forward(
            digest.engine, edition_id, digest.now(), digest.dispatcher.submit
        )
        faults = digest.renditions.make_all(edition.id)
        with digest.reading() as connection:
            unprinted = renditions.unprinted(connection, edition.id)
            held_back = _held_back(connection, edition, digest.now())
            waiting_for = _waiting_for(connection, edition, digest.now())
    if edition.is_rehearsal:
        talk("practice mode: a rehearsal, which costs no reader anything")
    talk(f"state {edition.standing}{f': {edition.reason}' if edition.reason else ''}")
    if waiting_for:
        talk(waiting_for)
    if edition.state == "planned":
        talk("its copies leave with: digest work --until-done (or digest serve)")
    if held_back:
        talk(held_back)
    for words in unprinted:
        talk(f"letters: {words}")
    for fault in faults:
        talk(f"fault: {fault}")
    result(str(edition.id))
    if faults:
        sys.exit(1)


@app.command()
def approve(
    edition_id: EditionId,
    *,
    again: Annotated[
        bool,
        typer.Option("--again", help="Although readers have just had the same words."),
    ] = False,
) -> None:
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
            again=again,
        )
        with digest.reading() as connection:
            held_back = _held_back(connection, edition, digest.now())
    if edition.state == "frozen":
        result(f"edition {edition_id}: your approval is kept; it needs another person")
    else:
        result(f"edition {edition_id}: {edition.standing}")
    if held_back:
        talk(held_back)


@app.command()
def cancel(edition_id: EditionId) -> None:
    """Stop an edition before anyone is planned; its posts flow into the next."""
    from digest.bootstrap import open_app
    from digest.schedule.editions import publishing

    with open_app() as digest:
        publishing.cancel(digest.engine, edition_id, digest.now())
    result(f"edition {edition_id}: cancelled; its posts go into the next edition")


@app.command()
def recall(edition_id: EditionId) -> None:
    """Call back an edition of which nothing has left, so that it can be changed."""
    from digest.bootstrap import open_app
    from digest.compose import stopping

    with open_app() as digest:
        stopping.recall(digest.engine, edition_id, digest.now())
    result(f"edition {edition_id}: called back; nothing of it has left")
    talk(
        f"change it, then let it go: digest edition approve {edition_id}; "
        "if nobody does, its posts go into the next edition"
    )


@app.command()
def stop(edition_id: EditionId) -> None:
    """Keep back what has not left of an edition that is going out."""
    from digest.bootstrap import open_app
    from digest.compose import stopping

    with open_app() as digest:
        report = stopping.stop(digest.engine, edition_id, digest.now())
    result(f"edition {edition_id}: stopped")
    for line in report.lines():
        result(f"  {line}")


def _held_back(connection: "Connection", edition: "Edition", now: datetime) -> str:
    """Return what is said of an edition that leaves later; "" of any other."""
    from digest.model.staff_words import moment_in_words
    from digest.store.campaigns import campaigns

    if edition.state != "approved" or edition.leaves_at is None:
        return ""
    if not edition.is_held_back(now):
        return ""
    zone = campaigns.by_name(connection, edition.campaign).campaign.timezone
    return (
        f"nothing of it leaves before {moment_in_words(edition.leaves_at, zone)}; "
        f"until then call it back with: digest edition recall {edition.id}"
    )


def _waiting_for(connection: "Connection", edition: "Edition", now: datetime) -> str:
    """Return what is said of an edition that waits for somebody; "" of any other."""
    from digest.compose.repeats import said_before

    if edition.state != "frozen":
        return ""
    before = said_before(connection, edition, now)
    if before is None:
        return f"it waits for approval: digest edition approve {edition.id}"
    return (
        f"it says what edition {before} has just said to the same readers; if it is to "
        f"go all the same: digest edition approve {edition.id} --again"
    )
