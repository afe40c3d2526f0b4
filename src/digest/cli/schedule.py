"""digest schedule: when editions go, and why not on other days."""

from itertools import islice
from typing import Annotated

import typer

from digest.cli.parts.options import (
    AsJson,
    CampaignName,
    Now,
    ScheduleName,
    as_json,
    columns,
    instant,
    result,
    talk,
)

app = typer.Typer(help="Schedules: when the editions of a campaign go.")


@app.command()
def slots(
    campaign: CampaignName,
    *,
    schedule: ScheduleName = None,
    most: Annotated[
        int, typer.Option("--next", metavar="N", min=1, max=1000, help="How many.")
    ] = 10,
    json: AsJson = False,
    now: Now = None,
) -> None:
    """List when the next editions go, and why a day is skipped or moved."""
    from digest.bootstrap import open_app
    from digest.model.campaigns.coming_slots import coming
    from digest.schedule.editions.named_schedule import schedule_of
    from digest.store.campaigns import campaigns

    with open_app(instant(now)) as digest, digest.reading() as connection:
        stored = campaigns.by_name(connection, campaign)
        rows = campaigns.schedules_of(connection, stored)
        if schedule:
            rows = [schedule_of(connection, stored, schedule)]
        moment = digest.now()
    wanted = [(row.schedule, row.extra_slot) for row in rows]
    following = [*islice(coming(stored.campaign, wanted, moment), most)]
    if json:
        as_json(
            [
                {
                    "schedule": slot.schedule.name,
                    "day": slot.named.day,
                    "slot": slot.named.slot,
                    "closes": slot.closes,
                    "timezone": slot.schedule.times.zone,
                    "closed": slot.named.closed,
                    "note": slot.note,
                }
                for slot in following
            ]
        )
        return
    if stored.paused_at:
        result(f"{campaign} is paused: none of these leads to an edition until resumed")
    if following:
        columns([(slot.when, slot.schedule.name, slot.note) for slot in following])
    else:
        result(f"{campaign} has no slot to come")


@app.command()
def calendar(campaign: CampaignName) -> None:
    """Print the address of a calendar of its slots, to subscribe to."""
    from digest.bootstrap import open_app
    from digest.store.campaigns import campaigns

    with open_app() as digest:
        with digest.reading() as connection:
            stored = campaigns.by_name(connection, campaign)
        result(digest.links.calendar_url(stored.id))
    talk("whoever has this address can see when editions go, and nothing else")
