"""digest edition check: whom an edition reaches, before it goes."""

import sys

import typer

from digest.cli.editions.steering import What
from digest.cli.parts.options import AsJson, ScheduleName, as_json, result


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(what: What, *, schedule: ScheduleName = None, json: AsJson = False) -> None:
    """Say whom an edition reaches, who is not reached and why, what to put right first.

    Ends with status 1 where something must be put right.
    """
    from digest.bootstrap import open_app
    from digest.model.staff_words import counted, moment_in_words
    from digest.schedule.editions import preflight

    with open_app() as digest:
        checked = preflight.check(digest.previews, what, schedule, digest.now())
    if json:
        as_json(checked.facts())
    else:
        edition, reach = checked.edition, checked.reach
        slot = moment_in_words(edition.slot, edition.campaign.timezone)
        result(f"{edition.title} of {edition.campaign.name}, {slot}: {checked.level}")
        for fmt, count in reach.by_format.items():
            result(f"  {count:,} by {fmt.channel}: {fmt.words}")
        for kind, count in sorted(reach.left_out.items()):
            result(f"  {counted(count, 'reader', 'readers')} left out: {kind}")
        if checked.pauses:
            result(f"  {checked.pauses}")
        for person in reach.unreached:
            result(f"  not reached: {person.name}: {person.reason}")
        for each in checked.results:
            result(f"{each.level}: {each.words}")
    if checked.level is preflight.CheckLevel.STOP:
        sys.exit(1)
