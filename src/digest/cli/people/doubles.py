"""digest subscribers doubles, apart, merge, unmerge: people who may be held twice."""

from typing import Annotated

import typer

from digest.cli.parts.options import AsJson, Who, as_json, result, table, talk

Other = Annotated[
    str, typer.Argument(metavar="OTHER", help="The other of the two, named likewise.")
]
# Of pairs in one list: more are another day's work.
_MOST = 500


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("doubles")(doubles)
    app.command("apart")(apart)
    app.command("merge")(merge)
    app.command("unmerge")(unmerge)


def doubles(*, json: AsJson = False) -> None:
    """List people who may be one person held twice, the surest first, and why."""
    from digest.audience.doubles.possible import possible_doubles
    from digest.bootstrap import open_app

    with open_app() as digest, digest.reading() as connection:
        rows = possible_doubles(connection, _MOST)
    if json:
        as_json(
            [
                {
                    "first": row.first.id,
                    "second": row.second.id,
                    "names": [row.first.person.name, row.second.person.name],
                    "signs": list(row.signs),
                }
                for row in rows
            ]
        )
    elif rows:
        cells = [
            (
                row.first.id,
                row.first.person.name,
                row.second.id,
                row.second.person.name,
                "; ".join(sign.words for sign in row.signs),
            )
            for row in rows
        ]
        table(("one", "name", "other", "name", "why"), cells)
    else:
        result("nobody seems to be held twice")


def apart(
    who: Who,
    other: Other,
    *,
    undo: Annotated[
        bool, typer.Option("--undo", help="Have the two be offered again.")
    ] = False,
) -> None:
    """Keep that two are not the same person: they are not offered again."""
    from digest.audience.doubles.possible import ask_again, tell_apart
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        act = ask_again if undo else tell_apart
        has_changed = act(connection, who, other, digest.now())
    if not has_changed:
        result("that was so already")
    elif undo:
        result("they are offered as possible doubles again")
    else:
        result("they are two people, and are not offered again")


def merge(
    who: Who,
    other: Other,
    *,
    take: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD",
            help="A field to take of OTHER, such as email; one for each.",
        ),
    ] = None,
) -> None:
    """Make OTHER one person with WHO, whose number is kept; unmerge undoes it."""
    from digest.audience.doubles.merging import merge as merge_people
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        merged = merge_people(
            connection, digest.hasher, who, other, digest.now(), take=take or ()
        )
    result(f"number {merged.kept_id}: they are one person now")
    for channel, reason in merged.suppressed.items():
        talk(f"not written to by {channel}: {reason}")


def unmerge(who: Who) -> None:
    """Undo the latest merge into somebody, within 28 days: they are two again."""
    from digest.audience.doubles.undoing import undo_latest
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        undone = undo_latest(connection, digest.hasher, who, digest.now())
    result(f"numbers {undone.kept_id} and {undone.absorbed_id} are two people again")
