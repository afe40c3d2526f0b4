"""digest subscribers need, needs, …: what helps people read, and whom to ask again."""

from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, Who, as_json, result, table

NeedId = Annotated[int, typer.Argument(metavar="NEED")]
Review = Annotated[
    str,
    typer.Option(
        "--review", metavar="DATE", help="When to ask them again; else in a year."
    ),
]
# Of whom to ask again, in one list.
_MOST = 500


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("need")(record)
    app.command("needs")(due)
    app.command("need-still-so")(still_so)
    app.command("need-ended")(ended)


def record(
    who: Who,
    words: Annotated[
        str, typer.Argument(metavar="WORDS", help="What helps them, in their words.")
    ],
    *,
    review: Review = "",
    may_share: Annotated[
        bool,
        typer.Option("--share", help="Who prints, posts or phones may be told."),
    ] = False,
) -> None:
    """Record what helps somebody read or understand, and when to ask them again."""
    from digest.audience.needs.recording import record_need
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        number = record_need(
            connection,
            who,
            words,
            review,
            digest.now(),
            may_share=may_share,
            zone=digest.settings.timezone,
        )
    result(f"need {number}: recorded")


def due(*, json: AsJson = False) -> None:
    """List whose needs are to be asked about again, the longest due first."""
    from digest.audience.needs.recording import due_by
    from digest.bootstrap import open_app
    from digest.store.people import needs

    with open_app() as digest, digest.reading() as connection:
        by = due_by(digest.now(), digest.settings.timezone)
        rows = needs.due(connection, by, _MOST)
    if json:
        as_json(
            [
                {
                    "need": row.id,
                    "person": row.subscriber_id,
                    "name": row.name,
                    "words": row.words,
                    "review_on": row.review_on,
                }
                for row in rows
            ]
        )
    elif rows:
        cells = [
            (row.id, row.subscriber_id, row.name, row.review_on, row.words)
            for row in rows
        ]
        table(("need", "person", "name", "ask by", "what helps"), cells)
    else:
        result("nobody is to be asked yet")


def still_so(need_id: NeedId, *, review: Review = "") -> None:
    """Keep that a need is as it was, and when to ask about it again."""
    from digest.audience.needs.recording import review_need
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        zone = digest.settings.timezone
        before = review_need(connection, need_id, review, digest.now(), zone)
    result(f"need {need_id} of number {before.subscriber_id}: as it was")


def ended(need_id: NeedId) -> None:
    """Keep that a need is none any more."""
    from digest.bootstrap import open_app
    from digest.store.people import needs

    with open_app() as digest, digest.writing() as connection:
        before = needs.end(connection, need_id, digest.now())
    result(f"need {need_id} of number {before.subscriber_id}: is none any more")
