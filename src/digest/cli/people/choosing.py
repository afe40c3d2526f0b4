"""digest subscribers pause, resume, catch-up: what readers ask staff for."""

from typing import Annotated

import typer

from digest.cli.parts.options import Now, Who, instant, result, talk

_Campaign = Annotated[
    str | None,
    typer.Option("--campaign", metavar="C", help="This one alone; else all they read."),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(pause)
    app.command()(resume)
    app.command("catch-up")(catch_up)


def pause(
    who: Who,
    until: Annotated[
        str,
        typer.Option(
            metavar="DATE",
            help='The first day on which they get it again: 2026-08-03, "3 August".',
        ),
    ],
    *,
    campaign: _Campaign = None,
    catch_up: Annotated[
        bool,
        typer.Option(
            "--catch-up/--no-catch-up",
            help="Whether their next edition then brings what came meanwhile.",
        ),
    ] = True,
    now: Now = None,
) -> None:
    """Have somebody get nothing until a day, by any channel; they stay a reader."""
    from digest.audience.pausing import pause as pause_person
    from digest.bootstrap import open_app
    from digest.model.staff_words import counted, day_in_words

    with open_app(instant(now)) as digest, digest.writing() as connection:
        paused = pause_person(
            connection,
            who,
            until,
            digest.now(),
            campaign=campaign,
            catch_up=catch_up,
            zone=digest.settings.timezone,
        )
    then = "then all that came meanwhile" if catch_up else "nothing of what came before"
    for each in paused:
        day = day_in_words(each.back_on)
        result(f"{each.campaign.name}: nothing before {day}, {then}")
        if each.copies:
            talk(f"  {counted(each.copies, 'copy', 'copies')} kept back")
        if each.ends_before:
            talk("  it ends before that day: they get nothing more of it")
    if not paused:
        result("they read nothing yet: what they come to read begins paused")


def resume(
    who: Who,
    *,
    campaign: _Campaign = None,
    catch_up: Annotated[
        bool | None,
        typer.Option(
            "--catch-up/--no-catch-up",
            help="With what came meanwhile, or not; else as was said at the pause.",
        ),
    ] = None,
    now: Now = None,
) -> None:
    """End somebody's pause now: the next edition goes to them."""
    from digest.audience.pausing import resume as resume_person
    from digest.bootstrap import open_app

    with open_app(instant(now)) as digest, digest.writing() as connection:
        ended = resume_person(
            connection, who, digest.now(), campaign=campaign, catch_up=catch_up
        )
    for each in ended:
        with_what = "with" if each.catch_up else "without"
        result(f"{each.campaign.name}: they go on, {with_what} what came meanwhile")
    if not ended:
        result("they had not paused")


def catch_up(  # noqa: PLR0913 - an option for each thing that is asked
    who: Who,
    campaign: Annotated[str, typer.Option("--campaign", metavar="C")],
    *,
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="Only what came from that day on."),
    ] = None,
    last: Annotated[
        int | None, typer.Option(min=1, help="Only so many, the latest ones.")
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take it back, if nothing has left yet.")
    ] = False,
    now: Now = None,
) -> None:
    """Have somebody's next edition bring the posts so far that they have not had."""
    from digest.audience import catching_up
    from digest.bootstrap import open_app
    from digest.model.staff_words import counted

    if undo and (since or last):
        raise typer.BadParameter("it takes back all of it", param_hint="--undo")
    with open_app(instant(now)) as digest, digest.writing() as connection:
        if undo:
            is_undone = catching_up.take_back(connection, who, campaign, digest.now())
            earlier = None
        else:
            earlier = catching_up.catch_up(
                connection, who, campaign, digest.now(), since=since, last=last
            )
    if earlier is None:
        words = "taken back" if is_undone else "there was nothing to take back"
        result(f"{campaign}: {words}")
        return
    if not earlier.titles:
        result(f"{campaign}: there is nothing that they have not had or are to get")
        return
    count = counted(len(earlier.titles), "earlier post", "earlier posts")
    result(f"{campaign}: their next edition brings {count}")
    most = earlier.campaign.most_items
    if most and len(earlier.titles) > most:
        talk(f"  at most {most} an edition: the rest comes with those after it")
    for title in earlier.titles:
        talk(f"  {title}")
