"""digest calls: readers who are rung, what to say, and what came of it."""

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, as_json, result, table, talk
from digest.model.delivery.calls import (
    OTHER_WAYS,
    CallOutcome,
    CallReport,
)
from digest.model.delivery.delivery import DeliveryState

app = typer.Typer(help="Calls: editions that are told on the telephone.")
_OUTCOMES = "; ".join(f"{each}: {each.words}" for each in CallOutcome)
_WAYS = {fmt.name: fmt for fmt in OTHER_WAYS}
# What a row's number can be.
_LARGEST = 2**63 - 1
Reference = Annotated[
    str, typer.Argument(metavar="REFERENCE", help="As digest calls list has it.")
]


@app.command("list")
def list_all(*, json: AsJson = False) -> None:
    """List the calls that are to be made, those whose time has come first."""
    from digest.bootstrap import open_app
    from digest.schedule.limits import CALLS_ON_A_SHEET
    from digest.store.delivery.calling import calls
    from digest.store.staff.rounds import ALL_ROUNDS

    with open_app() as digest, digest.reading() as connection:
        now = digest.now()
        every = calls.to_make(connection, ALL_ROUNDS, now, CALLS_ON_A_SHEET)
        count = calls.count_to_make(connection, ALL_ROUNDS)
    rows = [
        {
            "reference": str(call.key),
            "name": call.name,
            "phone": call.phone,
            "organiser": call.organiser,
            "edition": call.key.edition_id,
            "attempts": call.attempts,
            "next_attempt_at": call.next_attempt_at,
            "last": call.reply,
            "written": call.written,
        }
        for call in every
    ]
    if count > len(rows):
        talk(f"these are the first {len(rows)} of {count:,}: make them, and list again")
    if json:
        as_json(rows)
    else:
        heads = ("reference", "name", "phone", "organiser", "attempts", "last")
        table(heads, [[row[head] for head in heads] for row in rows])


@app.command()
def sheet(
    edition_id: Annotated[
        int | None,
        typer.Argument(metavar="[EDITION-ID]", max=_LARGEST, help="All unless said."),
    ] = None,
    *,
    output: Annotated[Path, typer.Option("-o", metavar="FILE", help="The PDF.")],
) -> None:
    """Print what to say and whom to ring, of one edition or of all."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        content = digest.call_sheets.sheet(edition_id=edition_id)
    output.write_bytes(content)
    result(str(output))


@app.command()
def outcome(  # noqa: PLR0913 - an option for each thing that is written down
    reference: Reference,
    what: Annotated[CallOutcome, typer.Argument(metavar="OUTCOME", help=_OUTCOMES)],
    *,
    note: Annotated[
        str, typer.Option("--note", help="What they would have passed on.")
    ] = "",
    at: Annotated[
        str, typer.Option("--at", metavar="HH:MM", help="When to ring, with later.")
    ] = "",
    way: Annotated[
        str | None,
        typer.Option("--format", help="What they would have, with another-way."),
    ] = None,
    number: Annotated[
        str,
        typer.Option(
            "--number", help="What was rung, if their number was changed since."
        ),
    ] = "",
) -> None:
    """Write down what came of a call, and do what follows."""
    from digest.bootstrap import open_app
    from digest.model.delivery.calls import time_to_ring
    from digest.model.names import unknown
    from digest.model.staff_words import moment_in_words
    from digest.store.campaigns import campaigns
    from digest.store.delivery.calling import calls
    from digest.store.staff.rounds import ALL_ROUNDS

    if way is not None and way not in _WAYS:
        raise typer.BadParameter(unknown("format", way, _WAYS), param_hint="--format")
    with open_app() as digest:
        with digest.reading() as connection:
            call = calls.get(connection, calls.call_key(reference), ALL_ROUNDS)
            zone = campaigns.load(connection, call.campaign_id).timezone
        try:
            again_at = time_to_ring(at, digest.now(), zone)
        except ValueError as problem:
            raise typer.BadParameter(f"{at} {problem}", param_hint="--at") from problem
        instead = _WAYS[way] if way else None
        report = CallReport(what, note, again_at, instead, number=number)
        call = digest.call_desk.write_down(reference, report)
    again = call.next_attempt_at
    when = f", again on {moment_in_words(again, zone)}" if again else ""
    result(f"call {call.key}: {what.words}{when}")
    if what is CallOutcome.SPOKEN and call.state is not DeliveryState.ACCEPTED:
        talk("their next call has these news too: leave out what they know")
    talk(f"to take it back: digest calls undo {call.key} --written {call.written}")


@app.command()
def undo(
    reference: Reference,
    *,
    written: Annotated[
        int | None,
        typer.Option(
            "--written",
            metavar="NUMBER",
            min=1,
            max=_LARGEST,
            help="What is meant, as outcome said: nothing else is taken back.",
        ),
    ] = None,
) -> None:
    """Take back what was written down last of a call; for a day."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        undone = digest.call_desk.take_back(reference, written=written)
    call = undone.call
    stands = "to be rung" if call.is_to_be_made else f"not to be rung: {call.reply}"
    result(f"call {call.key}: taken back: {undone.attempt.outcome.words}; {stands}")
