"""digest subscribers: people on mailing lists."""

import sys
from typing import Annotated

import typer

from digest.cli.parts.options import (
    CampaignName,
    Who,
    as_json,
    result,
    talk,
)
from digest.cli.people import adding, choosing, doubles, importing, needs

app = typer.Typer(
    help="Subscribers: import, add, show, edit, pause, catch up, leave, erase."
)
importing.add_to(app)
needs.add_to(app)
adding.add_to(app)
choosing.add_to(app)
doubles.add_to(app)


@app.command("export")
def export_list(  # noqa: PLR0913 - an option for each thing that narrows it
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="Only this list.")
    ] = None,
    *,
    need: Annotated[
        str, typer.Option("--format", help="Only who asked for this format.")
    ] = "",
    reached: Annotated[
        str,
        typer.Option(metavar="email|post|phone", help="Only whose address we hold."),
    ] = "",
    postcode: Annotated[str, typer.Option(help="Only whose postcode begins so.")] = "",
    organiser: Annotated[
        str, typer.Option(help="Only whom this person looks after.")
    ] = "",
    language: Annotated[str, typer.Option(help="Only of this language.")] = "",
) -> None:
    """Write subscribers as CSV, fit to be imported again."""
    from digest.audience.lists.exporting import export, record_export
    from digest.bootstrap import open_app
    from digest.model.people.segment import Segment

    try:
        segment = Segment(need, reached, postcode, organiser, language)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem
    with open_app() as digest:
        count = export(digest.engine, sys.stdout, list_name, segment)
        with digest.writing() as connection:
            record_export(connection, list_name or "of all", segment, digest.now())
    talk(f"{count} subscribers; this is personal data: keep it safe, then delete it")


@app.command()
def show(who: Who) -> None:
    """Show everything that is held about somebody, as JSON."""
    from digest.audience.subject_access import everything
    from digest.bootstrap import open_app

    with open_app() as digest, digest.reading() as connection:
        as_json(everything(connection, digest.hasher, who))


@app.command()
def edit(  # noqa: PLR0913 - an option for each thing that is held
    who: Who,
    *,
    name: Annotated[str | None, typer.Option(help="The name on the envelope.")] = None,
    email: Annotated[str | None, typer.Option(help="Another email address.")] = None,
    phone: Annotated[str | None, typer.Option(help="Another phone number.")] = None,
    address: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE", help="A line of the new address; one for each."),
    ] = None,
    postcode: Annotated[str | None, typer.Option(help="Its postcode.")] = None,
    country: Annotated[str | None, typer.Option(help="Its country, abroad.")] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help="The format they need.")
    ] = None,
    schedule: Annotated[str | None, typer.Option(help="A schedule's name.")] = None,
    topics: Annotated[str | None, typer.Option(help="Topics, with commas.")] = None,
    language: Annotated[str | None, typer.Option(help="Its code: cy is Welsh.")] = None,
    organiser: Annotated[str | None, typer.Option(help="Who looks after them.")] = None,
    notes: Annotated[str | None, typer.Option(help="For staff alone.")] = None,
) -> None:
    """Change what is held about somebody, who stays the same person; "" empties."""
    from digest.audience.editing import edit as edit_person
    from digest.bootstrap import open_app

    cells = {
        **{f"address_{number}": line for number, line in enumerate(address or (), 1)},
        "name": name,
        "email": email,
        "phone": phone,
        "postcode": postcode,
        "country": country,
        "format": format_name,
        "schedule": schedule,
        "topics": topics,
        "language": language,
        "organiser": organiser,
        "notes": notes,
    }
    changes = {column: text for column, text in cells.items() if text is not None}
    if not changes:
        raise typer.BadParameter("say what to change: digest subscribers edit --help")
    with open_app() as digest, digest.writing() as connection:
        edited = edit_person(connection, digest.hasher, who, changes, digest.now())
    changed = ", ".join(edited.changed) or "nothing, it was so already"
    result(f"number {edited.subscriber_id}: changed {changed}")
    for channel, reason in edited.suppressed.items():
        talk(f"still not written to by {channel}: {reason}")


@app.command()
def leave(
    who: Who,
    campaign: CampaignName,
    means: Annotated[str, typer.Option("--by", metavar="phone|letter|visit")],
    *,
    is_for_them: Annotated[
        bool, typer.Option("--for-them", help="Somebody else asked it for them.")
    ] = False,
    on: Annotated[
        str,
        typer.Option(metavar="DATE", help="The day on which they asked; else today."),
    ] = "",
) -> None:
    """Have somebody leave a campaign, for good, as they told you; no list ends."""
    from digest.audience.unsubscribing import leave_as_told
    from digest.bootstrap import open_app
    from digest.model.people.departure import (
        TOLD,
        DepartureAsker,
        LeavingMeans,
        LeavingRequest,
    )

    if means not in TOLD:
        raise typer.BadParameter(f"write {', '.join(TOLD)}", param_hint="--by")
    asker = DepartureAsker.FOR_THEM if is_for_them else DepartureAsker.THEMSELVES
    request = LeavingRequest(LeavingMeans(means), asker, on)
    with open_app() as digest, digest.writing() as connection:
        has_left = leave_as_told(connection, who, campaign, request, digest.now())
    if has_left:
        result(f"{campaign}: they get no more of it, by any channel")
    else:
        result(f"{campaign}: they had left it before")


@app.command()
def erase(
    who: Annotated[
        list[str], typer.Argument(metavar="WHO...", help="Addresses, names or ids.")
    ],
) -> None:
    """Erase people's personal data; they are never written to again."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        erasure = digest.erasures.erase(*who)
    for each in erasure.erased:
        result(
            f"number {each.subscriber_id}: erased; never written to again by "
            f"{', '.join(each.channels) or 'any channel'}"
        )
    for line in erasure.in_words():
        talk(line)


@app.command()
def suppress(
    who: Who,
    reason: Annotated[str, typer.Option("--reason", metavar="R")],
) -> None:
    """Stop writing to somebody, whatever list they are on."""
    from digest.audience.suppressing import suppress as suppress_person
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        channels = suppress_person(connection, digest.hasher, who, reason, digest.now())
    result(f"suppressed: nothing more is sent by {', '.join(channels)}")


@app.command()
def lift(
    who: Who,
    reason: Annotated[
        str,
        typer.Option("--reason", metavar="R", help="Which, where there are several."),
    ] = "",
    request: Annotated[
        str,
        typer.Option(
            "--request",
            metavar="HOW",
            help="How and when they asked to be written to again, naming nobody: for "
            "what is theirs to take back.",
        ),
    ] = "",
) -> None:
    """Take one reason back why somebody is not written to; the others stand."""
    from digest.audience.suppressing import SuppressionLift
    from digest.audience.suppressing import lift as lift_one
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        which = SuppressionLift(reason, request)
        count = lift_one(connection, digest.hasher, who, digest.now(), which)
    result("lifted" if count else "nothing is suppressed of theirs")
