"""digest complaints: complaints about how people's data is used, and their days."""

from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, as_json, result, table
from digest.model.people.data_complaints import ComplaintChannel, ComplaintOutcome

app = typer.Typer(help="Complaints about how people's data is used: answered in time.")
ComplaintId = Annotated[int, typer.Argument(metavar="COMPLAINT")]
On = Annotated[
    str, typer.Option("--on", metavar="DATE", help="On which day; else today.")
]
# In one list.
_MOST = 500


@app.command()
def add(  # noqa: PLR0913 - what there is to say of it, each by name
    words: Annotated[
        str, typer.Argument(metavar="WORDS", help="What it is about, in their words.")
    ],
    *,
    by: Annotated[ComplaintChannel, typer.Option("--by", help="How it came.")],
    received: Annotated[
        str,
        typer.Option("--received", metavar="DATE", help="When it came; else today."),
    ] = "",
    who: Annotated[
        str,
        typer.Option(
            "--who", help="Of whom we hold: an email address, a name, a number."
        ),
    ] = "",
    name: Annotated[
        str, typer.Option("--name", help="What they are called, if we hold nobody.")
    ] = "",
    contact: Annotated[
        str, typer.Option("--contact", help="How an answer reaches them.")
    ] = "",
) -> None:
    """Put a complaint into the log; say by when it is to be acknowledged."""
    from digest.audience.complaints.handling import ComplaintForm, take_in
    from digest.bootstrap import open_app
    from digest.store.people.complaints import data_complaints

    form = ComplaintForm(words, by, received, who, name, contact)
    with open_app() as digest, digest.writing() as connection:
        number = take_in(connection, form, digest.now(), digest.settings.timezone)
        complaint = data_complaints.with_id(connection, number)
    result(f"complaint {number}: acknowledge it by {complaint.acknowledge_by}")


@app.command("list")
def listed(
    *,
    closed: Annotated[
        bool, typer.Option("--closed", help="Those that are closed, the latest first.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List complaints that are open, what is due first at the top."""
    from digest.bootstrap import open_app
    from digest.store.people.complaints import data_complaints

    with open_app() as digest, digest.reading() as connection:
        rows = data_complaints.listed(connection, _MOST, are_closed=closed)
    if json:
        as_json(
            [
                {
                    "complaint": row.id,
                    "person": row.subscriber_id,
                    "name": row.name,
                    "contact": row.contact,
                    "channel": row.channel,
                    "received_on": row.received_on,
                    "words": row.words,
                    "acknowledge_by": row.acknowledge_by,
                    "acknowledged_on": row.acknowledged_on,
                    "answer_by": row.answer_by,
                    "answered_on": row.answered_on,
                    "answer": row.answer,
                    "outcome": row.outcome,
                    "closed_at": row.closed_at,
                }
                for row in rows
            ]
        )
    elif rows:
        cells = [
            (
                row.id,
                row.name or "-",
                row.channel,
                row.received_on,
                row.acknowledged_on or f"by {row.acknowledge_by}",
                row.answered_on or f"by {row.answer_by}",
                row.outcome or "",
                " ".join(row.words.split())[:60],
            )
            for row in rows
        ]
        heads = ("complaint", "of", "came by", "on", "acknowledged", "answered")
        table((*heads, "outcome", "about"), cells)
    else:
        result("no complaint is closed" if closed else "no complaint is open")


@app.command()
def acknowledge(
    complaint: ComplaintId,
    *,
    on: On = "",
    answer_by: Annotated[
        str,
        typer.Option(
            "--answer-by", metavar="DATE", help="By when they are answered, if later."
        ),
    ] = "",
) -> None:
    """Keep that who complained was told that we have it, and by when they hear."""
    from digest.audience.complaints import handling
    from digest.bootstrap import open_app
    from digest.store.people.complaints import data_complaints

    with open_app() as digest, digest.writing() as connection:
        now, zone = digest.now(), digest.settings.timezone
        handling.acknowledge(connection, complaint, on, answer_by, now, zone=zone)
        after = data_complaints.with_id(connection, complaint)
    result(f"complaint {complaint}: acknowledged; answer it by {after.answer_by}")


@app.command()
def answer(
    complaint: ComplaintId,
    words: Annotated[
        str,
        typer.Argument(metavar="WORDS", help="What was done, and what they were told."),
    ],
    *,
    on: On = "",
) -> None:
    """Keep what was done, and what who complained was told."""
    from digest.audience.complaints import handling
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        now, zone = digest.now(), digest.settings.timezone
        handling.answer(connection, complaint, words, on, now, zone=zone)
    result(f"complaint {complaint}: answered")


@app.command()
def close(
    complaint: ComplaintId,
    *,
    outcome: Annotated[
        ComplaintOutcome, typer.Option("--outcome", help="What it came to.")
    ],
) -> None:
    """Close a complaint that was answered, or taken back."""
    from digest.audience.complaints import handling
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        handling.close(connection, complaint, outcome, digest.now())
    result(f"complaint {complaint}: closed, {outcome}")


@app.command()
def reopen(complaint: ComplaintId) -> None:
    """Open a complaint again that was closed."""
    from digest.bootstrap import open_app
    from digest.store.people.complaints import data_complaints

    with open_app() as digest, digest.writing() as connection:
        data_complaints.reopen(connection, complaint, digest.now())
    result(f"complaint {complaint}: open again")


@app.command("of")
def assign(
    complaint: ComplaintId,
    who: Annotated[
        str,
        typer.Argument(
            metavar="WHO", help="An email address, a name, a number, or a reference."
        ),
    ],
) -> None:
    """Keep whose complaint it is, once that is known."""
    from digest.audience.complaints import handling
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        handling.assign(connection, complaint, who, digest.now())
    result(f"complaint {complaint}: is of {who}")
