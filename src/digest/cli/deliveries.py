"""digest deliveries: every person, channel, state and reason; and what to do then."""

import csv as to_csv
import json as to_json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.parts.options import AsJson, DryRun, columns, result
from digest.model.staff_words import counted

if TYPE_CHECKING:
    from digest.store.delivery.settling import EmailChoice
    from digest.store.reports.editions.listed_copies import ListedCopy

# What a person says of an uncertain email, and the state it moves to.
_SETTLED = {"resend": "planned", "accepted": "accepted", "not-arrived": "cancelled"}
_HOW = "resend|accepted|not-arrived|undo"
_CSV_COLUMNS = (
    *("reference", "name", "email", "address", "postcode", "channel", "state"),
    *("reason", "attempts", "next_attempt_at", "bounced", "doubts", "doubt"),
    *("owes", "carried_by", "print_batch_id", "phone", "standing"),
)
_USAGE = (
    f"write: digest deliveries EDITION-ID, digest deliveries settle COPY|EDITION-ID "
    f"{_HOW}, digest deliveries retry EDITION-ID [WHO...], or digest deliveries again "
    "COPY"
)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("deliveries")(deliveries)


def deliveries(  # noqa: PLR0913 - an option for each way to look at them
    words: Annotated[
        list[str],
        typer.Argument(
            metavar=f"EDITION-ID | settle COPY|EDITION-ID {_HOW} | "
            "retry EDITION-ID [WHO]... | again COPY"
        ),
    ],
    *,
    state: Annotated[str | None, typer.Option(help="Only those in this state.")] = None,
    doubtful: Annotated[
        bool,
        typer.Option(
            "--doubtful", help="Only those that may have arrived, or arrived twice."
        ),
    ] = False,
    json: AsJson = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="Write a table for a spreadsheet.")
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """List what became of every reader of an edition, settle a copy, or retry some.

    An uncertain copy (digest deliveries settle 34.12 resend) was handed over and
    never answered for: say resend, that it was accepted, or that it has not arrived,
    so that the next edition carries its posts. With an edition's number all of its
    uncertain copies are settled. What was ended so is taken back with undo.

    Refused copies are sent again (digest deliveries retry 12) once what was wrong
    has been mended: all of an edition, or those of the people named by address,
    name or id. With --state uncertain, the uncertain ones. One copy is sent again
    (digest deliveries again 34.12) also where it was accepted and its reader asks
    for it once more.
    """
    match words:
        case ["settle", what, "undo"]:
            _unsettle(what)
        case ["settle", what, how] if how in _SETTLED:
            _settle(what, how)
        case ["again", copy]:
            _again(copy, is_dry=dry_run)
        case ["retry", edition, *who] if edition.isdigit():
            _retry(int(edition), state, who, is_dry=dry_run)
        case [edition] if edition.isdigit():
            write = _as_json_array if json else _as_csv if csv else _as_table
            _list(int(edition), "doubtful" if doubtful else state, write)
        case _:
            raise typer.BadParameter(_USAGE)


def _list(
    edition_id: int,
    state: str | None,
    write: "Callable[[Iterable[list[ListedCopy]]], None]",
) -> None:
    from digest.bootstrap import open_app
    from digest.model.delivery.delivery import DeliveryState
    from digest.model.names import unknown
    from digest.store.editions import editions
    from digest.store.reports.editions import listed_copies

    states = [*DeliveryState, listed_copies.LEFT_OUT, listed_copies.DOUBTFUL]
    if state is not None and state not in states:
        raise typer.BadParameter(unknown("state", state, states), param_hint="--state")
    with open_app() as digest:
        with digest.reading() as connection:
            editions.get(connection, edition_id)
        write(
            listed_copies.everybody(digest.engine, edition_id, [state] if state else [])
        )


def _as_table(pages: "Iterable[list[ListedCopy]]") -> None:
    """Write them in columns, as wide as each page needs."""
    heads = [("reference", "name", "to", "channel", "state", "reason")]
    for page in pages:
        columns([*heads, *map(_row, page)])
        heads = []
    if heads:
        columns(heads)


def _as_json_array(pages: "Iterable[list[ListedCopy]]") -> None:
    """Write them as one JSON array, each person on a line, as they come."""
    waiting = "["
    for copy in chain.from_iterable(pages):
        result(waiting)
        waiting = to_json.dumps(_facts(copy), ensure_ascii=False, default=str) + ","
    result(waiting.removesuffix(","))
    result("]")


def _as_csv(pages: "Iterable[list[ListedCopy]]") -> None:
    """Write them as CSV that no spreadsheet takes for formulas, as they come."""
    from digest.audience.lists.columns import guarded

    writer = to_csv.DictWriter(sys.stdout, _CSV_COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for copy in chain.from_iterable(pages):
        facts = _facts(copy)
        facts["address"] = ", ".join(copy.address)
        cells = {name: "" if it is None else str(it) for name, it in facts.items()}
        writer.writerow({name: guarded(cell) for name, cell in cells.items()})


def _facts(copy: "ListedCopy") -> dict[str, Any]:
    facts = asdict(copy) | {"doubt": copy.doubt}
    del facts["key"]
    return {"reference": str(copy.key)} | facts


def _row(copy: "ListedCopy") -> tuple[object, ...]:
    reasons = (copy.doubt, copy.reason, copy.bounced, copy.debt)
    reason = "; ".join(filter(None, reasons))
    by = copy.channel or "-"
    return copy.key, copy.name, copy.to or "-", by, copy.standing, reason


def _chosen(what: str) -> "EmailChoice":
    """Return the copy that words name, or an edition's all. Raises NotFound."""
    from digest.store.delivery.deliveries import DeliveryKey
    from digest.store.delivery.settling import EmailChoice

    if what.isascii() and what.isdigit():
        return EmailChoice(int(what))
    return EmailChoice.of(DeliveryKey.parse(what))


def _settle(what: str, how: str) -> None:
    from digest.bootstrap import open_app
    from digest.errors import NotFound
    from digest.model.delivery.delivery import DeliveryState
    from digest.store.delivery import settling

    those, to = _chosen(what), DeliveryState(_SETTLED[how])
    with open_app() as digest, digest.writing() as connection:
        count = settling.settle(connection, those, to, digest.now())
        if not count:
            raise NotFound(_not_uncertain(what, those.edition_id))
    words = {"resend": "will be sent again", "not-arrived": "not arrived"}.get(how, how)
    result(f"{_named(what, count)}: {words}")


def _unsettle(what: str) -> None:
    from digest.bootstrap import open_app
    from digest.errors import NotFound
    from digest.store.delivery import settling

    those = _chosen(what)
    with open_app() as digest, digest.writing() as connection:
        count = settling.unsettle(connection, those, digest.now())
    if not count:
        raise NotFound(
            f"nothing that was settled of {what} can be taken back; see: "
            f"digest deliveries {those.edition_id}"
        )
    result(f"{_named(what, count)}: uncertain again")


def _again(copy: str, *, is_dry: bool) -> None:
    from digest.bootstrap import open_app
    from digest.store.delivery import resending
    from digest.store.delivery.deliveries import DeliveryKey

    key = DeliveryKey.parse(copy)
    with open_app() as digest, digest.writing() as connection:
        state = resending.again(connection, key, digest.now(), is_dry=is_dry)
    verb = "would be" if is_dry else "will be"
    result(f"{copy}: it was {state}, and {verb} sent again")


def _not_uncertain(what: str, edition_id: int) -> str:
    words = "nothing of it is" if what.isdigit() else "it is not"
    return f"{what}: {words} uncertain; see: digest deliveries {edition_id}"


def _named(what: str, count: int) -> str:
    """Return what was settled: a copy by its reference, or how many of an edition."""
    if "." in what:
        return what
    return f"edition {what}: {counted(count, 'uncertain email', 'uncertain emails')}"


def _retry(edition_id: int, state: str | None, who: list[str], *, is_dry: bool) -> None:
    from digest.audience.subject_access import find
    from digest.bootstrap import open_app
    from digest.model.delivery.delivery import DeliveryState
    from digest.store.delivery import resending

    wanted = state or DeliveryState.REFUSED
    if wanted not in resending.RETRIED:
        raise typer.BadParameter(
            "only those refused, or uncertain, can be sent again", param_hint="--state"
        )
    of = DeliveryState(wanted)
    with open_app() as digest:
        plan = resending.count if is_dry else resending.retry
        with digest.reading() if is_dry else digest.writing() as connection:
            people = [find(connection, name).id for name in who] or None
            count = plan(connection, edition_id, of, digest.now(), people)
    verb = "would be" if is_dry else "will be"
    emails = counted(count, f"{of} email", f"{of} emails")
    result(f"edition {edition_id}: {emails} {verb} sent again")
