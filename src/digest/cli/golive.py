"""digest golive: from practice to live, by a person's word."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.asking import make_sure
from digest.cli.parts.options import (
    AsJson,
    DryRun,
    Now,
    as_json,
    instant,
    result,
    talk,
)

if TYPE_CHECKING:
    from digest.schedule.editions.going_live import LivePlan

_TITLES = 20


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(golive)


def golive(  # noqa: PLR0913 - an option each
    campaigns: Annotated[
        list[str] | None, typer.Argument(metavar="[CAMPAIGN]...")
    ] = None,
    *,
    start: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="start|now|N",
            help="All that readers have not had live, nothing of it, or the newest N.",
        ),
    ] = "start",
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: go live.")] = False,
    now: Now = None,
    json: AsJson = False,
) -> None:
    """Let campaigns that were rehearsed be sent to their readers: these, or all.

    First it is shown what each first live edition will hold, for how many readers.
    """
    from digest.bootstrap import open_app
    from digest.schedule.editions import going_live

    try:
        begin = going_live.LiveStart.parse(start)
    except ValueError as problem:
        raise typer.BadParameter(str(problem), param_hint="--from") from problem
    with open_app(instant(now)) as digest:
        plans = going_live.foresee(digest.engine, campaigns or [], begin, digest.now())
        _show(plans, as_facts=json)
        lacking = digest.settings.lacking
        for cure in lacking:
            talk(f"live needs more: {cure}")
        waiting = [plan.name for plan in plans if not plan.is_live]
        if dry_run:
            talk("a dry run: nothing was changed")
            return
        if lacking:
            sys.exit(1)
        if not waiting:
            return
        if not yes:
            names = ", ".join(waiting)
            question = f"Send {names} to readers from now on?"
            make_sure(question, otherwise="to go live")
        going_live.go_live(digest.engine, waiting, begin, digest.now(), lacking=lacking)
        talk(f"live: {', '.join(waiting)}")
        if not digest.settings.live:
            talk(going_live.STILL_PRACTICE)


def _show(plans: "list[LivePlan]", *, as_facts: bool) -> None:
    if as_facts:
        as_json([plan.facts() for plan in plans])
        return
    for plan in plans:
        for line in _in_words(plan):
            result(line)


def _in_words(plan: "LivePlan") -> Iterator[str]:
    from digest.model.staff_words import moment_in_words

    campaign = plan.stored.campaign
    yield f"{campaign.title} ({plan.name})" + (": is live already" * plan.is_live)
    if plan.is_live:
        return
    for need in plan.lacking:
        yield f"  live needs more: {need.name}: {need.cure}"
    for first in plan.firsts:
        when = "no slot to come"
        if first.slot is not None:
            when = moment_in_words(first.slot, campaign.timezone)
        yield f"  {first.schedule}, {when}:"
        by = ", ".join(
            f"{n} by {channel}" for channel, n in sorted(first.copies.items())
        )
        yield f"    readers who get a copy: {first.readers}" + (
            f" ({by})" if by else ""
        )
        for kind, count in first.left_out.items():
            yield f"    readers who get none, {kind}: {count}"
        yield f"    posts and events: {len(first.titles)}"
        yield from (f"      {title}" for title in first.titles[-_TITLES:])
        if len(first.titles) > _TITLES:
            yield f"      and {len(first.titles) - _TITLES} before them"
